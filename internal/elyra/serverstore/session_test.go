package serverstore_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

const password = "pa55word-5ecret"

func newPasswordStore(t *testing.T) (*elyratest.Server, *serverstore.Store) {
	t.Helper()
	server := elyratest.New(t, elyratest.Options{Password: password, BaseURL: "/user/jdoe/"})
	cfg := config(server)
	cfg.Token, cfg.Password = "", password
	return server, newStore(t, cfg)
}

func logins(server *elyratest.Server) int {
	return len(slices.DeleteFunc(server.Asked(), func(s string) bool { return s != "POST /login" }))
}

// TestPassword: one login serves all, however many come at once.
func TestPassword(t *testing.T) {
	server, store := newPasswordStore(t)
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
	server.Inject(elyratest.Fault{Method: "POST", Path: collection, Do: elyratest.Say(http.StatusForbidden, "")})
	if _, err := store.Create(t.Context(), image("new")); err == nil {
		t.Error("no error")
	}
	expectAsked(t, server, "POST "+collection, "GET /login", "POST /login", "POST "+collection, "GET "+collection+"/new")
}

// TestCookiesOfARetry: each attempt carries them once.
func TestCookiesOfARetry(t *testing.T) {
	server, store := newPasswordStore(t)
	server.Inject(elyratest.Fault{Path: collection, Times: 2, Do: elyratest.Page(http.StatusServiceUnavailable)})
	if _, err := store.List(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	attempts := 0
	for _, r := range server.Requests() {
		if r.Path != collection {
			continue
		}
		attempts++
		if cookies := strings.Join(r.Header["Cookie"], ";"); strings.Count(cookies, "username=") != 1 {
			t.Errorf("%s %s: Cookie: %s", r.Method, r.Path, cookies)
		}
	}
	if attempts != 3 {
		t.Errorf("%d attempts, want 3", attempts)
	}
}

// TestLoginAgain: a login that a fault prevented is tried again by the next call.
func TestLoginAgain(t *testing.T) {
	server, store := newPasswordStore(t)
	server.Inject(elyratest.Fault{Path: "/login", Do: elyratest.Page(500)})
	if _, err := store.List(t.Context(), false); err == nil {
		t.Error("it is no error")
	}
	server.Heal()
	if _, err := store.List(t.Context(), false); err != nil {
		t.Error(err)
	}
}

// TestPasswordOfAnOpenServer: there is nothing to log in to.
func TestPasswordOfAnOpenServer(t *testing.T) {
	server := elyratest.New(t, elyratest.Options{})
	cfg := config(server)
	cfg.Token, cfg.Password = "", password
	exercise(t, newStore(t, cfg))
}

// TestOpenServer: without credentials, writes still have to repeat a cookie.
func TestOpenServer(t *testing.T) {
	server := elyratest.New(t, elyratest.Options{})
	cfg := config(server)
	cfg.Token = ""
	exercise(t, newStore(t, cfg))
}
