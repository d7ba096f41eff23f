package serverstore

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"sync"

	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

const (
	loginPath  = "/login"
	xsrfCookie = "_xsrf"
)

// session is a login with a password.
type session struct {
	mu sync.Mutex
	// current is the login under way or done.
	current *login
	// cookies go to every path of the server: behind a proxy that rewrites paths,
	// the server sets them for a path that we never ask for.
	cookies map[string]string
}

// login is shared by all requests that need it. Its value is the exchange that
// failed, if one did.
type login = singleflight.Value[*exchange]

func (s *session) keep(cookies []*http.Cookie) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cookie := range cookies {
		if cookie.MaxAge < 0 || cookie.Value == "" {
			delete(s.cookies, cookie.Name)
		} else {
			s.cookies[cookie.Name] = cookie.Value
		}
	}
}

func (s *session) addTo(cookies map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(cookies, s.cookies)
}

// expire ends a login, unless a newer one has taken its place.
func (s *session) expire(old *login) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == old {
		s.current = nil
	}
}

// login makes sure that there is a login. If there can't be, it returns the
// exchange that failed, as one in which nothing was sent.
func (c *client) login(ctx context.Context) (current *login, refused *exchange) {
	s := c.session
	s.mu.Lock()
	if s.current == nil {
		s.current = &login{}
	}
	current = s.current
	s.mu.Unlock()
	failed, err := current.Get(ctx, func(ctx context.Context) (*exchange, error) { return c.logIn(ctx), nil })
	if err != nil { // the context's
		return nil, &exchange{request: request{method: http.MethodGet, path: loginPath}, client: c, err: err, kind: interrupted}
	}
	if failed == nil {
		return current, nil
	}
	s.expire(current)
	shared := *failed
	shared.sent = false
	return nil, &shared
}

// logIn gets the login page, which sets the cookie that the form has to repeat,
// and sends the form. A server without authentication has no such page, or
// redirects to its start page.
func (c *client) logIn(ctx context.Context) *exchange {
	isRedirect := func(x *exchange) bool {
		target := x.target()
		return x.status == http.StatusFound && target != nil && target.Host == c.base.Host && !leadsToLogin(x) && !leadsTo("/hub/")(x)
	}
	page := c.read(ctx, request{method: http.MethodGet, path: loginPath, accept: func(x *exchange) bool {
		return x.status == http.StatusOK || x.status == http.StatusNotFound || isRedirect(x)
	}})
	switch {
	case page.kind != nil:
		return page
	case page.status != http.StatusOK:
		return nil
	}
	form := url.Values{xsrfCookie: {c.cookies(http.MethodPost)[xsrfCookie]}, "password": {c.Password}}
	if sent := c.read(ctx, request{method: http.MethodPost, path: loginPath, body: []byte(form.Encode()), form: true, accept: isRedirect}); sent.kind != nil {
		return sent
	}
	return nil
}
