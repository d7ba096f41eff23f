package serverstore

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

const password = "pa55word-5ecret"

func newPasswordStore(t *testing.T) (*elyratest.Server, images) {
	t.Helper()
	server := elyratest.New(t, elyratest.Options{Password: password, BaseURL: "/user/jdoe/"})
	cfg := config(server)
	cfg.Token, cfg.Password = "", password
	return server, newStore(t, cfg)
}

func logins(server *elyratest.Server) int {
	return len(slices.DeleteFunc(server.Asked(), func(s string) bool { return s != "POST /login" }))
}

// TestPassword: one login serves all, however many come together. Each attempt carries its cookies once.
func TestPassword(t *testing.T) {
	server, store := newPasswordStore(t)
	server.Inject(elyratest.Fault{Path: collection, Times: 2, Do: elyratest.Page(http.StatusServiceUnavailable)})
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if _, err := store.Create(t.Context(), image(fmt.Sprint("image", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	exercise(t, store)
	if got := logins(server); got != 1 {
		t.Errorf("%d logins", got)
	}
	for _, r := range server.Requests() {
		if r.Header.Get("Authorization") != "" || r.Path != "/login" && strings.Contains(r.Body, password) {
			t.Errorf("%s %s carries the password", r.Method, r.Path)
		}
		if cookies := strings.Join(r.Header["Cookie"], ";"); strings.HasPrefix(r.Path, collection) && strings.Count(cookies, "username=") != 1 {
			t.Errorf("%s %s: Cookie: %s", r.Method, r.Path, cookies)
		}
	}
}

// TestSessionEnds: a refused session is begun anew, once.
func TestSessionEnds(t *testing.T) {
	server, store := newPasswordStore(t)
	exercise(t, store)
	server.Logout()
	exercise(t, store)
	if got := logins(server); got != 2 {
		t.Errorf("%d logins", got)
	}
	server.Forget()
	server.Inject(elyratest.Fault{Method: "POST", Path: collection, Do: elyratest.Refuse(http.StatusForbidden, "")})
	if _, err := store.Create(t.Context(), image("new")); err == nil {
		t.Error("no error")
	}
	expectAsked(t, server, "POST "+collection, "GET /api", "POST /login", "POST "+collection, "GET /api")
}

// TestLoginAgain: a login that a fault prevented is tried again by the next call.
func TestLoginAgain(t *testing.T) {
	server, store := newPasswordStore(t)
	server.Inject(elyratest.Fault{Path: "/login", Do: elyratest.Page(500)})
	if _, err := store.List(t.Context()); err == nil {
		t.Error("it is no error")
	}
	server.Heal()
	if _, err := store.List(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestOpenServer: there is nothing to log in to, and without credentials, writes still have
// to repeat a cookie.
func TestOpenServer(t *testing.T) {
	cfg := config(elyratest.New(t, elyratest.Options{}))
	for _, cfg.Password = range []string{"", password} {
		cfg.Token = ""
		exercise(t, newStore(t, cfg))
	}
}

// TestLoginFailsAfterDoubt: if a deletion's answer is lost, and then the login fails, it
// isn't known what became of it. It isn't taken for done, whether the store was about to
// look or to try again.
func TestLoginFailsAfterDoubt(t *testing.T) {
	pass := func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) }
	for name, ends := range map[string]struct {
		method string
		do     elyratest.Action
	}{
		"before the look":     {"DELETE", elyratest.Page(http.StatusBadGateway)},
		"before the next try": {"GET", pass},
	} {
		t.Run(name, func(t *testing.T) {
			server, store := newPasswordStore(t)
			if _, err := store.Create(t.Context(), image("mine")); err != nil {
				t.Fatal(err)
			}
			if ends.method == "GET" { // the first one is before the deletion
				server.Inject(elyratest.Fault{Method: "GET", Times: 1, Do: pass})
			}
			server.Inject(elyratest.Fault{Method: ends.method, Path: collection + "/mine", Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				ends.do(w, r, next)
				server.Logout()
				server.Inject(elyratest.Fault{Path: "/login", Do: elyratest.Page(http.StatusInternalServerError)})
			}})
			server.Inject(elyratest.Fault{Method: "DELETE", Do: elyratest.Page(http.StatusBadGateway)})
			_, err := store.Delete(t.Context(), "mine")
			if _, found := server.Raw(elyratest.Writable, "mine"); err == nil || !found {
				t.Errorf("got %v, it's there: %t", err, found)
			}
			if name == "before the look" && !errors.Is(err, elyra.ErrOutcomeUnknown) {
				t.Error(err)
			}
		})
	}
}
