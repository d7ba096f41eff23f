package serverstore

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// doubtful are responses to a write that leave open whether it was carried out: those from
// something in front of the server, Elyra's 500, and none at all.
var doubtful = map[string]struct {
	do elyratest.Action
	// passing: it is worth another attempt.
	passing bool
}{
	"connection broken":    {elyratest.Drop(), true},
	"no answer in time":    {elyratest.Hang(), true},
	"half an answer":       {elyratest.Halve(), true},
	"502":                  {elyratest.Page(502), true},
	"503":                  {elyratest.Page(503), true},
	"504":                  {elyratest.Page(504), true},
	"429":                  {elyratest.Page(429), true},
	"429 for an hour":      {elyratest.Page(429, "Retry-After", "3600"), false},
	"503 for an hour":      {elyratest.Page(503, "Retry-After", "3600"), false},
	"401":                  {elyratest.Page(401), false},
	"403":                  {elyratest.Page(403), false},
	"403 in JSON":          {elyratest.Say(403, "forbidden"), false},
	"404":                  {elyratest.Page(404), false},
	"400 in JSON":          {elyratest.Say(400, "Bad Request"), false},
	"409 in JSON":          {elyratest.Say(409, "conflict"), false},
	"500":                  {elyratest.Page(500), false},
	"500 of Elyra's":       {elyratest.Refuse(500, "OSError()"), false},
	"redirect":             {elyratest.Redirect("https://elsewhere.example.com/"), false},
	"login page":           {elyratest.Page(200), false},
	"page with 201":        {elyratest.Page(201), false},
	"empty 200":            {elyratest.Answer(200, "", ""), false},
	"empty 201":            {elyratest.Answer(201, "", ""), false},
	"empty 202":            {elyratest.Answer(202, "application/json", ""), false},
	"JSON of another kind": {elyratest.Answer(200, "application/json", `{"ok": true}`), false},
	"another instance": {elyratest.Answer(201, "application/json",
		`{"name":"new","display_name":"x","metadata":{"image_name":"a/b"},"schema_name":"runtime-image"}`), false},
	"too large": {elyratest.Answer(200, "application/json", strings.Repeat(" ", 2<<20)), false},
}

// doubtfulStore is a store on that server that doesn't wait long for a response that never comes.
func doubtfulStore(t *testing.T, server *elyratest.Server, name string) images {
	t.Helper()
	cfg := config(server)
	if name == "no answer in time" {
		cfg.RequestTimeout = 100 * time.Millisecond
	}
	return newStore(t, cfg)
}

// TestDoubtfulChanges: what comes back isn't Elyra's word, and so says nothing. A change that was
// carried out succeeds, and so does one that wasn't if it's worth another attempt.
func TestDoubtfulChanges(t *testing.T) {
	for name, response := range doubtful {
		for operation, method := range map[string]string{"Create": "POST", "Update": "PUT", "Delete": "DELETE"} {
			for _, done := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s to %s, done %t", name, operation, done), func(t *testing.T) {
					server := newServer(t)
					server.Put(elyratest.Writable, "mine", foreign)
					act, want := response.do, done || response.passing
					if done {
						act = elyratest.After(act)
					}
					server.Inject(elyratest.Fault{Method: method, Times: 1, Do: act})
					err := operations(t.Context(), doubtfulStore(t, server, name))[operation]()
					if want != (err == nil) || errors.Is(err, elyra.ErrNotFound) || errors.Is(err, elyra.ErrExists) {
						t.Error(err)
					}
					if isUnknown := operation == "Create" && !done && name == "503 for an hour"; errors.Is(err, elyra.ErrOutcomeUnknown) != isUnknown {
						t.Errorf("unknown: %v", err)
					}
					mine, _ := server.Raw(elyratest.Writable, "mine")
					created, _ := server.Raw(elyratest.Writable, "new")
					if is := map[string]bool{
						"Create": created == document("new"),
						"Update": strings.Contains(mine, image("mine").ImageName) && strings.Contains(mine, "x-owner"),
						"Delete": mine == "",
					}; is[operation] != want {
						t.Errorf("it's done: %t", is[operation])
					}
				})
			}
		}
	}
}

// TestDoubtfulCreation: a creation isn't repeated over what is there, nor before it's clear
// that nothing is.
func TestDoubtfulCreation(t *testing.T) {
	const post, get = "POST " + collection, "GET " + collection + "/new"
	for name, response := range doubtful {
		t.Run(name+", and another is there", func(t *testing.T) {
			server := newServer(t)
			server.Put(elyratest.Writable, "new", foreign)
			server.Inject(elyratest.Fault{Method: "POST", Times: 1, Do: response.do})
			_, err := doubtfulStore(t, server, name).Create(t.Context(), image("new"))
			if !errors.As(err, new(*elyra.ExistsError)) || !strings.Contains(err.Error(), "no clear response") {
				t.Error(err)
			}
			if raw, _ := server.Raw(elyratest.Writable, "new"); raw != foreign {
				t.Errorf("now it is %s", raw)
			}
		})
		t.Run(name+", and nobody can look", func(t *testing.T) {
			server := newServer(t)
			server.Inject(elyratest.Fault{Method: "POST", Do: elyratest.After(response.do)})
			server.Inject(elyratest.Fault{Method: "GET", Do: elyratest.Drop()})
			if _, err := doubtfulStore(t, server, name).Create(t.Context(), image("new")); !errors.Is(err, elyra.ErrOutcomeUnknown) {
				t.Error(err)
			}
		})
	}
	t.Run("again and again", func(t *testing.T) {
		server := newServer(t)
		server.Inject(elyratest.Fault{Method: "POST", Do: elyratest.Drop()})
		_, err := newStore(t, config(server)).Create(t.Context(), image("new"))
		if !errors.Is(err, elyra.ErrOutcomeUnknown) || errors.Is(err, elyra.ErrExists) || errors.Is(err, elyra.ErrNotFound) {
			t.Error(err)
		}
		expectAsked(t, server, slices.Repeat([]string{post, get}, 1+DefaultMaxRetries)...)
	})
	t.Run("carried out after all", func(t *testing.T) {
		server := newServer(t)
		// The first POST is handled when the second comes: a proxy gave up on it.
		server.Inject(elyratest.Fault{Method: "POST", Times: 1, Do: elyratest.Page(504)})
		server.Inject(elyratest.Fault{Method: "POST", Times: 1, Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			server.Put(elyratest.Writable, "new", document("new"))
			next.ServeHTTP(w, r)
		}})
		if _, err := newStore(t, config(server)).Create(t.Context(), image("new")); err != nil {
			t.Error(err)
		}
		expectAsked(t, server, post, get, post, get)
	})
}

// TestClosedDoor: who is turned away twice in the same manner hasn't come in in
// between; nothing is uncertain of that.
func TestClosedDoor(t *testing.T) {
	for name, do := range map[string]elyratest.Action{
		"401": elyratest.Page(401), "403": elyratest.Page(403), "redirect": elyratest.Redirect("https://elsewhere.example.com/"),
		"login page": elyratest.Page(200),
	} {
		server := newServer(t)
		server.Inject(elyratest.Fault{Do: do})
		if _, err := newStore(t, config(server)).Create(t.Context(), image("new")); err == nil || errors.Is(err, elyra.ErrOutcomeUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestChangedInDoubt: an update whose answer is lost isn't repeated over what somebody
// else has written since.
func TestChangedInDoubt(t *testing.T) {
	server := newServer(t)
	server.Put(elyratest.Writable, "mine", document("mine"))
	server.Inject(elyratest.Fault{Method: "PUT", Times: 1, Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		server.Put(elyratest.Writable, "mine", foreign)
		elyratest.Page(http.StatusBadGateway)(w, r, next)
	}})
	changed := image("mine")
	changed.Description = "changed"
	_, err := newStore(t, config(server)).Store.Update(t.Context(), "mine", expect("mine"), func(d elyra.Document) elyra.Document { return d.With(changed) })
	if !errors.Is(err, elyra.ErrChanged) {
		t.Error(err)
	}
	if raw, _ := server.Raw(elyratest.Writable, "mine"); raw != foreign {
		t.Errorf("now it is %s", raw)
	}
}

// TestRefusedAndLeft: Elyra refuses a creation, and leaves a file all the same.
func TestRefusedAndLeft(t *testing.T) {
	for name, left := range map[string]string{"nothing": "", "what was sent": document("new"), "something else": noImage} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Inject(elyratest.Fault{Method: "POST", Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if left != "" {
					server.Put(elyratest.Writable, "new", left)
				}
				elyratest.Refuse(http.StatusBadRequest, "it can't be read back")(w, r, next)
			}})
			_, err := newStore(t, config(server)).Create(t.Context(), image("new"))
			switch {
			case name == "what was sent" && err == nil:
			case name == "nothing" && errors.As(err, new(*elyra.InvalidError)) && !errors.Is(err, elyra.ErrExists):
			case name == "something else" && errors.Is(err, elyra.ErrExists):
			default:
				t.Error(err)
			}
		})
	}
}
