package containerimage

import (
	"context"
	"net/http"
	"sync"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

// sideBySide bounds how many layers are read at the same time.
const sideBySide = 4

// maxCached bounds what layers take in memory that no check uses any more, in bytes.
const maxCached = 300 << 20

// Client checks images. Its checks share connections and layers, so that each layer is read once. A Client
// is for one run of Terraform.
type Client struct {
	credentials Credentials
	slots       chan struct{} // one for each layer that is being read

	mu         sync.Mutex
	transports map[string]http.RoundTripper
	layers     map[string]*cachedLayer // by digest
}

type cachedLayer struct {
	singleflight.Value[*rootfs.Layer]
	memory int // in bytes, once it's read
}

// NewClient returns a Client that uses the given credentials.
func NewClient(credentials Credentials) *Client {
	return &Client{
		credentials: credentials,
		slots:       make(chan struct{}, sideBySide),
		transports:  map[string]http.RoundTripper{},
		layers:      map[string]*cachedLayer{},
	}
}

// transport is the connection to registries whose certificates may be from those authorities too.
func (c *Client) transport(caCertPEM string) (http.RoundTripper, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.transports[caCertPEM]; t != nil {
		return t, nil
	}
	t, err := newTransport(caCertPEM)
	if err != nil {
		return nil, err
	}
	c.transports[caCertPEM] = t
	return t, nil
}

// layer returns what a layer has. It's read once for all checks that ask while it's kept; what's kept is
// bounded.
func (c *Client) layer(ctx context.Context, digest string, read func(context.Context) (*rootfs.Layer, error)) (*rootfs.Layer, error) {
	c.mu.Lock()
	cached := c.layers[digest]
	if cached == nil {
		cached = &cachedLayer{}
		c.layers[digest] = cached
	}
	c.mu.Unlock()
	l, err := cached.Get(ctx, func(ctx context.Context) (*rootfs.Layer, error) {
		select {
		case c.slots <- struct{}{}:
			defer func() { <-c.slots }()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		l, err := read(ctx)
		if err == nil {
			c.keep(cached, l.Memory)
		}
		return l, err
	})
	if err != nil && ctx.Err() == nil {
		cached.Forget()
	}
	return l, err
}

// keep notes that a layer takes so much memory, and lets others go if that's too much.
func (c *Client) keep(read *cachedLayer, memory int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	read.memory = memory
	all := 0
	for _, l := range c.layers {
		all += l.memory
	}
	for digest, l := range c.layers {
		if all > maxCached && l != read && l.memory > 0 {
			all -= l.memory
			delete(c.layers, digest)
		}
	}
}
