package serverstore

import (
	"context"
	"net/http"
	"net/url"

	"github.com/elyra-ai/terraform-provider-elyra/internal/singleflight"
)

const (
	loginPath  = "/login"
	xsrfCookie = "_xsrf"
)

// login is shared by all requests that need it. Its value is the exchange that
// failed, if one did.
type login = singleflight.Value[*exchange]

// ensureLogin logs in with the password, unless that's done. If it can't be, it
// returns the exchange that failed, as one in which nothing was sent.
func (s *Store) ensureLogin(ctx context.Context) (current *login, failed *exchange) {
	current = s.login.Load()
	failed, err := current.Get(ctx, func(ctx context.Context) (*exchange, error) { return s.logIn(ctx), nil })
	switch {
	case err != nil: // the context's
		return nil, &exchange{request: request{method: http.MethodGet, path: loginPath}, store: s, err: err, kind: interrupted}
	case failed == nil:
		return current, nil
	}
	s.expire(current)
	unsent := *failed
	unsent.sent = false
	return nil, &unsent
}

// expire ends a login, unless a newer one has taken its place.
func (s *server) expire(old *login) { s.login.CompareAndSwap(old, new(login)) }

// logIn gets the login page, which sets the cookie that the form has to repeat,
// and sends the form. A server without authentication has no such page, or
// redirects to its start page.
func (s *Store) logIn(ctx context.Context) (failed *exchange) {
	isRedirect := func(x *exchange) bool {
		target := x.target()
		return x.status == http.StatusFound && target != nil && target.Host == s.base.Host && !leadsToLogin(x) && !leadsTo("/hub/")(x)
	}
	page := s.read(ctx, request{method: http.MethodGet, path: loginPath, accept: func(x *exchange) bool {
		return x.status == http.StatusOK || x.status == http.StatusNotFound || isRedirect(x)
	}})
	switch {
	case page.kind != nil:
		return page
	case page.status != http.StatusOK:
		return nil
	}
	form := url.Values{xsrfCookie: {s.xsrf()}, "password": {s.cfg.Password}}
	if sent := s.read(ctx, request{method: http.MethodPost, path: loginPath, body: []byte(form.Encode()), form: true, accept: isRedirect}); sent.kind != nil {
		return sent
	}
	return nil
}

// The jar holds the server's cookies as if they were for this URL: behind a proxy that
// rewrites paths, the server sets them for a path that we never ask for.
var jarURL = &url.URL{Scheme: "https", Host: "server"}

func (s *server) keepCookies(cookies []*http.Cookie) {
	for _, cookie := range cookies {
		cookie.Domain, cookie.Path = "", ""
	}
	s.jar.SetCookies(jarURL, cookies)
}

// xsrf is the value that writes repeat in a header. Jupyter compares it with the cookie
// and nothing else.
func (s *server) xsrf() string {
	for _, cookie := range s.jar.Cookies(jarURL) {
		if cookie.Name == xsrfCookie {
			return cookie.Value
		}
	}
	return ""
}
