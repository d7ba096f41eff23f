package serverstore_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

// doubtful are answers to a write that leave open whether it was carried out: those from
// something in front of the server, and Elyra's 500.
var doubtful = map[string]elyratest.Action{
	"401":                  elyratest.Page(401),
	"403":                  elyratest.Page(403),
	"403 in JSON":          elyratest.Say(403, "forbidden"),
	"404":                  elyratest.Page(404),
	"400 in JSON":          elyratest.Say(400, "Bad Request"),
	"409 in JSON":          elyratest.Say(409, "conflict"),
	"429":                  elyratest.Page(429),
	"429 for an hour":      elyratest.Page(429, "Retry-After", "3600"),
	"500":                  elyratest.Page(500),
	"500 of Elyra's":       elyratest.Answer(500, "application/json", `{"reason": "Internal Server Error", "message": "OSError()", "timestamp": "2026-11-29T00:00:00"}`),
	"503 for an hour":      elyratest.Page(503, "Retry-After", "3600"),
	"redirect":             elyratest.Redirect("https://elsewhere.example.com/"),
	"login page":           elyratest.Page(200),
	"empty 200":            elyratest.Answer(200, "", ""),
	"empty 201":            elyratest.Answer(201, "", ""),
	"empty 202":            elyratest.Answer(202, "application/json", ""),
	"JSON of another kind": elyratest.Answer(200, "application/json", `{"ok": true}`),
	"another instance": elyratest.Answer(201, "application/json",
		`{"name":"new","display_name":"x","metadata":{"image_name":"a/b"},"schema_name":"runtime-image"}`),
	"too large": elyratest.Flood(2<<20, false),
}

// TestDoubtfulCreation: what comes back isn't Elyra's word, and so says nothing.
func TestDoubtfulCreation(t *testing.T) {
	for name, do := range doubtful {
		t.Run(name+", created", func(t *testing.T) {
			server := newServer(t)
			server.Inject(elyratest.Fault{Method: "POST", Do: elyratest.After(do)})
			got, err := newStore(t, config(server)).Create(t.Context(), image("new"))
			if err != nil || !got.Equal(image("new")) {
				t.Errorf("%+v, %v", got, err)
			}
		})
		t.Run(name+", not created", func(t *testing.T) {
			server := newServer(t)
			server.Inject(elyratest.Fault{Method: "POST", Do: do})
			_, err := newStore(t, config(server)).Create(t.Context(), image("new"))
			if err == nil || errors.Is(err, elyra.ErrOutcomeUnknown) != (name == "503 for an hour") || errors.Is(err, elyra.ErrExists) {
				t.Error(err)
			}
		})
		t.Run(name+", and somebody else's is there", func(t *testing.T) {
			server := newServer(t)
			theirs := strings.Replace(document("new"), "Display of", "Another", 1)
			server.Put(elyratest.Writable, "new", theirs)
			server.Inject(elyratest.Fault{Method: "POST", Do: do})
			_, err := newStore(t, config(server)).Create(t.Context(), image("new"))
			var exists *elyra.ExistsError
			if !errors.As(err, &exists) {
				t.Error(err)
			}
			if raw, _ := server.Raw(elyratest.Writable, "new"); raw != theirs {
				t.Errorf("now it is %s", raw)
			}
		})
		t.Run(name+", and nobody can look", func(t *testing.T) {
			server := newServer(t)
			server.Inject(elyratest.Fault{Method: "POST", Do: elyratest.After(do)})
			server.Inject(elyratest.Fault{Method: "GET", Do: elyratest.Drop()})
			if _, err := newStore(t, config(server)).Create(t.Context(), image("new")); !errors.Is(err, elyra.ErrOutcomeUnknown) {
				t.Error(err)
			}
		})
	}
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
		_, err := newStore(t, config(server)).Create(t.Context(), image("new"))
		if err == nil || errors.Is(err, elyra.ErrOutcomeUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A wrong token is Elyra's own word: there is nothing to look for.
	server := newServer(t)
	cfg := config(server)
	cfg.Token = "wrong"
	_, err := newStore(t, cfg).Create(t.Context(), image("new"))
	var fault *serverstore.Error
	if !errors.As(err, &fault) || fault.Kind() != serverstore.KindTokenRefused {
		t.Error(err)
	}
	expectAsked(t, server, "POST "+collection, "GET /api")
}

// TestDoubtfulUpdate: the same of a PUT.
func TestDoubtfulUpdate(t *testing.T) {
	for name, do := range doubtful {
		for what, done := range map[string]bool{"carried out": true, "not carried out": false} {
			t.Run(name+", "+what, func(t *testing.T) {
				server := newServer(t)
				server.Put(elyratest.Writable, "new", foreign)
				act := do
				if done {
					act = elyratest.After(do)
				}
				server.Inject(elyratest.Fault{Method: "PUT", Do: act})
				got, err := newStore(t, config(server)).Update(t.Context(), image("new"))
				if done && (err != nil || !got.Equal(image("new")) || !got.has("x-owner")) || !done && err == nil {
					t.Errorf("%+v, %v", got, err)
				}
			})
		}
	}
}

// TestDoubtfulDeletion: a DELETE is done where Elyra says 204, or where nothing
// is there any more.
func TestDoubtfulDeletion(t *testing.T) {
	for name, do := range doubtful {
		for what, done := range map[string]bool{"carried out": true, "not carried out": false} {
			t.Run(name+", "+what, func(t *testing.T) {
				server := newServer(t)
				server.Put(elyratest.Writable, "new", foreign)
				act := do
				if done {
					act = elyratest.After(do)
				}
				server.Inject(elyratest.Fault{Method: "DELETE", Do: act})
				_, err := newStore(t, config(server)).Delete(t.Context(), "new")
				if done != (err == nil) || errors.Is(err, elyra.ErrNotFound) {
					t.Error(err)
				}
			})
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
	for name, left := range map[string]string{"nothing": "", "what was sent": document("new"), "something else": invalid} {
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
