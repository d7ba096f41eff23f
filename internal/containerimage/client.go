package containerimage

import (
	"context"
	"net/http"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
	"github.com/elyra-ai/terraform-provider-elyra/internal/once"
)

// sideBySide bounds how many layers are read at the same time.
const sideBySide = 4

// maxCached bounds what layers take in memory that no check uses any more, in bytes.
const maxCached = 300 << 20

// Client checks images. Its checks share what they learn of manifests and layers, so that each is asked for
// once. A Client is for one run of Terraform.
type Client struct {
	credentials Credentials
	slots       chan struct{} // one for each layer that is being read

	mu         sync.Mutex
	running    int // checks
	transports map[string]*http.Transport
	sessions   map[sessionKey]*once.Value[*session]
	layers     map[string]*once.Value[*rootfs.Layer] // by digest
	memory     map[string]int                        // of those that were read
}

// sessionKey says what a session is for.
type sessionKey struct {
	repo      string
	caCertPEM string
	anonymous bool
}

// NewClient returns a Client that uses the given credentials.
func NewClient(credentials Credentials) *Client {
	return &Client{
		credentials: credentials,
		slots:       make(chan struct{}, sideBySide),
		transports:  map[string]*http.Transport{},
		sessions:    map[sessionKey]*once.Value[*session]{},
		layers:      map[string]*once.Value[*rootfs.Layer]{},
		memory:      map[string]int{},
	}
}

// enter and leave frame a check. Connections are closed when none is under way: nobody says when
// Terraform is done.
func (c *Client) enter() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running++
}

func (c *Client) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running--; c.running == 0 {
		for _, t := range c.transports {
			t.CloseIdleConnections()
		}
	}
}

// transport is the connection to registries whose certificates may be from those authorities too.
func (c *Client) transport(caCertPEM string) (*http.Transport, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.transports[caCertPEM]; t != nil {
		return t, nil
	}
	t, err := newTransport(caCertPEM)
	if err == nil {
		c.transports[caCertPEM] = t
	}
	return t, err
}

// open meets a registry, once for each repository and way to sign in.
func (c *Client) open(ctx context.Context, repo name.Repository, caCertPEM string, auth authn.Authenticator) (*session, error) {
	t, err := c.transport(caCertPEM)
	if err != nil {
		return nil, err
	}
	key := sessionKey{repo.Name(), caCertPEM, auth == authn.Anonymous}
	c.mu.Lock()
	value := c.sessions[key]
	if value == nil {
		value = &once.Value[*session]{}
		c.sessions[key] = value
	}
	c.mu.Unlock()
	s, err := value.Get(ctx, func(ctx context.Context) (*session, error) {
		s := newSession(c, repo, auth, t)
		err := s.open(ctx)
		return s, err
	})
	if err != nil {
		value.Forget()
	}
	return s, err
}

// layer returns what a layer has. It's read once for all checks that ask while it's kept; what's kept is
// bounded.
func (c *Client) layer(ctx context.Context, digest string, read func(context.Context) (*rootfs.Layer, error)) (*rootfs.Layer, error) {
	c.mu.Lock()
	value := c.layers[digest]
	if value == nil {
		value = &once.Value[*rootfs.Layer]{}
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
	if err != nil {
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
