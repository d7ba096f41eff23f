package elyratest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// hubPlaces are where the table of requests below is sent, on the Hub's host. The named server gpu
// is never running.
var hubPlaces = []string{
	"/user/jdoe", "/user/jdoe/gpu", "/user/nobody", "", "/hub", "/hub/home", "/hub/user/jdoe", "/hub/api",
}

func hubRequests() []request {
	const document = `{"name":"x","schema_name":"runtime-image","display_name":"x","metadata":{"image_name":"a/b"}}`
	return []request{
		{http.MethodGet, collection, ""},
		{http.MethodGet, collection + "/x", ""},
		{http.MethodPost, collection, document},
		{http.MethodPut, collection + "/x", document},
		{http.MethodDelete, collection + "/x", ""},
	}
}

// TestAgreesWithHub holds the stand-in's JupyterHub against a real one, with the user's server
// running and stopped, with a token that is good and one that isn't.
func TestAgreesWithHub(t *testing.T) { //nolint:tparallel // its parts go through the states of one Hub, one after the other
	t.Parallel()
	hub := jupytertest.StartHub(t)
	hub.StartServer(t, "jdoe", "")
	good := hub.Token(t, "jdoe", "access:servers!server=jdoe/")
	fake := elyratest.New(t, elyratest.Options{Token: token, BaseURL: "/user/jdoe/", Hub: true, HubVersion: hub.Version})
	fakeHost := strings.TrimSuffix(fake.URL, "/user/jdoe")

	agree := func(t *testing.T) {
		t.Helper()
		for _, place := range hubPlaces {
			for _, r := range hubRequests() {
				for _, pair := range [][2]string{{"token " + token, "token " + good}, {"token wrong", "token wrong"}} {
					got, want := ask(t, fakeHost+place, pair[0], r), ask(t, hub.URL+place, pair[1], r)
					got.names, want.names = nil, nil // the real one's are those that Elyra ships
					if strings.HasPrefix(want.class, "JupyterHub server no longer running") {
						got.class, want.class = "", "" // the real one says where to start it
					}
					r.path = place + r.path
					compare(t, r, got, want)
					r.path = strings.TrimPrefix(r.path, place)
				}
			}
		}
	}
	t.Run("running", agree)
	hub.StopServer(t, "jdoe", "")
	fake.StopOnHub()
	t.Run("stopped", agree)
}
