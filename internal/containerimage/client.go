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

// Client checks images. Its checks share connections and layers, so that each layer is read once. A Client is for one run of Terraform.
type Client struct {
	credentials Credentials
	slots       chan struct{} // one for each layer that is being read

	mu         sync.Mutex
	transports map[string]http.RoundTripper
	layers     map[string]*singleflight.Value[*rootfs.Layer] // by digest
	memory     map[string]int                                // of those that were read
}

// NewClient returns a Client that uses the given credentials.
func NewClient(credentials Credentials) *Client {
	return &Client{
		credentials: credentials,
		slots:       make(chan struct{}, sideBySide),
		transports:  map[string]http.RoundTripper{},
		layers:      map[string]*singleflight.Value[*rootfs.Layer]{},
		memory:      map[string]int{},
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
	value := c.layers[digest]
	if value == nil {
		value = &singleflight.Value[*rootfs.Layer]{}
		c.layers[digest] = value
	}
	c.mu.Unlock()
	l, err := value.Get(ctx, func(ctx context.Context) (*rootfs.Layer, error) {
		select {
		case c.slots <- struct{}{}:
			defer func() { <-c.slots }()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		l, err := read(ctx)
		if err == nil {
			c.keep(digest, l.Memory())
		}
		return l, err
	})
	if err != nil && ctx.Err() == nil {
		value.Forget()
	}
	return l, err
}

// keep notes that a layer takes so much memory, and lets others go if that's too much.
func (c *Client) keep(digest string, memory int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.memory[digest] = memory
	all := 0
	for _, m := range c.memory {
		all += m
	}
	for other, m := range c.memory {
		if all > maxCached && other != digest {
			all -= m
			delete(c.memory, other)
			delete(c.layers, other)
		}
	}
}
