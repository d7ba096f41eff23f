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

// Client checks images. What its checks learn of manifests and layers they share, so that each is
// asked for once. A Client is for one run of Terraform: it forgets nothing.
type Client struct {
	credentials Credentials
	index       *rootfs.Index
	slots       chan struct{} // one for each layer that is being read

	mu         sync.Mutex
	running    int // checks
	transports map[string]*http.Transport
	sessions   map[sessionKey]*once.Value[*session]
	layers     map[layerKey]*sharedLayer
}

// sessionKey says what a session is for.
type sessionKey struct {
	repo      string
	caCertPEM string
	anonymous bool
}

// layerKey names a layer by the registry that sends it, since a layer that is left early is that
// registry's word.
type layerKey struct{ registry, digest string }

// NewClient returns a Client that uses the given credentials.
func NewClient(credentials Credentials) *Client {
	index := rootfs.New(0, 0)
	index.KeepContent(usersFile, groupsFile) // one image's user is root, and another's of the same layers has a name
	return &Client{
		credentials: credentials,
		index:       index,
		slots:       make(chan struct{}, sideBySide),
		transports:  map[string]*http.Transport{},
		sessions:    map[sessionKey]*once.Value[*session]{},
		layers:      map[layerKey]*sharedLayer{},
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

// sharedLayer is a layer of all images that have it.
type sharedLayer struct {
	files *rootfs.Layer
	turn  chan struct{} // held by who reads it
}

// layer is what is known of a layer.
func (c *Client) layer(registry, digest string) *sharedLayer {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := layerKey{registry, digest}
	l := c.layers[key]
	if l == nil {
		l = &sharedLayer{files: c.index.Layer(digest), turn: make(chan struct{}, 1)}
		c.layers[key] = l
	}
	return l
}

// take waits for a place in one of the channels. It reports false when ctx ends first.
func take(ctx context.Context, places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}
