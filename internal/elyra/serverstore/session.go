package serverstore

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

// session is a login with a password. The cookies are in the client's jar.
type session struct {
	password string

	mu sync.Mutex
	// login is the current one, under way or done.
	login *login
}

// login is one login, shared by all requests that need it.
type login struct{ singleflight.Value[struct{}] }

// expire ends a login, unless a newer one has taken its place.
func (s *session) expire(old *login) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.login == old {
		s.login = nil
	}
}

// login makes sure of a login and returns it.
func (c *client) login(ctx context.Context) (*login, error) {
	s := c.session
	s.mu.Lock()
	if s.login == nil {
		s.login = &login{}
	}
	current := s.login
	s.mu.Unlock()
	_, err := current.Get(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, c.enter(ctx) })
	if err != nil && ctx.Err() == nil {
		s.expire(current)
	}
	return current, err
}

// enter logs in: the page sets the _xsrf cookie that the form has to repeat.
func (c *client) enter(ctx context.Context) error {
	page, _, err := c.send(ctx, request{method: http.MethodGet, path: "/login"})
	if err != nil {
		return err
	}
	switch page.status {
	case http.StatusOK:
		return c.submit(ctx, c.session.password)
	case http.StatusNotFound:
		// A server without authentication has no login page. Should there be no
		// server, the next request tells.
		return nil
	}
	fault := c.judge(page)
	if fault.Kind == KindRedirect && strings.HasPrefix(fault.target, c.base.String()) {
		return nil // to the server's own start: the session holds
	}
	return fault
}

func (c *client) submit(ctx context.Context, password string) error {
	form := url.Values{"_xsrf": {c.cookie("_xsrf")}, "password": {password}}
	a, _, err := c.send(ctx, request{method: http.MethodPost, path: "/login", body: []byte(form.Encode()), form: true})
	if err != nil {
		return err
	}
	f := c.judge(a)
	switch {
	case a.status == http.StatusFound && strings.HasPrefix(f.target, c.base.String()) && f.Kind == KindRedirect:
		return nil
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		f.Kind = KindPassword
	}
	return f
}
