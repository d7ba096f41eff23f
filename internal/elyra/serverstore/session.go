package serverstore

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// session is a login with a password. The cookies are in the client's jar.
type session struct {
	password string
	// turn is held while logging in; a channel, so that waiting for it can be
	// given up.
	turn chan struct{}
	// logins counts the logins; valid tells that the last one still holds. Both
	// are guarded by turn.
	logins int
	valid  bool
}

func newSession(password string) *session {
	return &session{password: password, turn: make(chan struct{}, 1)}
}

// expire ends the login of that number, unless a newer one took its place.
func (s *session) expire(login int) {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.logins == login {
		s.valid = false
	}
}

// login makes sure of a login and returns its number.
func (c *client) login(ctx context.Context) (int, error) {
	s := c.session
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { <-s.turn }()
	if s.valid {
		return s.logins, nil
	}
	// The page sets the _xsrf cookie that the form has to repeat.
	page, _, err := c.exchange(ctx, request{method: http.MethodGet, path: "/login"})
	if err != nil {
		return 0, err
	}
	switch page.status {
	case http.StatusOK:
		if err := c.submit(ctx, s.password); err != nil {
			return 0, err
		}
	case http.StatusNotFound:
		// A server without authentication has no login page. Should there be no
		// server, the next request tells.
	default:
		if f := c.fault(page); f.Kind != KindRedirect || !strings.HasPrefix(f.target, c.base.String()) {
			return 0, f
		}
		// Redirected to the server's own start: the session holds.
	}
	s.logins++
	s.valid = true
	return s.logins, nil
}

func (c *client) submit(ctx context.Context, password string) error {
	form := url.Values{"_xsrf": {c.cookie("_xsrf")}, "password": {password}}
	a, _, err := c.exchange(ctx, request{method: http.MethodPost, path: "/login", body: []byte(form.Encode()), form: true})
	if err != nil {
		return err
	}
	f := c.fault(a)
	switch {
	case a.status == http.StatusFound && strings.HasPrefix(f.target, c.base.String()) && f.Kind == KindRedirect:
		return nil
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		f.Kind = KindPassword
	}
	return f
}
