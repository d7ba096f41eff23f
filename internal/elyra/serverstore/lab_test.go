package serverstore_test

import (
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

// TestLab: the address of a page of JupyterLab, as copied from the browser, is answered
// with the endpoint to use.
func TestLab(t *testing.T) {
	jupytertest.Lab.Require(t)
	server := jupytertest.Start(t, jupytertest.Options{Elyra: jupytertest.Lab, BaseURL: "/user/jdoe/", Args: []string{"--ServerApp.jpserver_extensions=jupyterlab=True"}})
	testLab(t, server.URL, server.Token)
}

// TestLabStandIn is TestLab on the stand-in.
func TestLabStandIn(t *testing.T) {
	testLab(t, newServer(t).URL, token)
}

func testLab(t *testing.T, url, token string) {
	t.Helper()
	open := func(page, token string) images {
		return newStore(t, serverstore.Config{Endpoint: url + page, Token: token})
	}
	exercise(t, open("", token))
	for _, page := range []string{"/lab", "/lab/tree/a.ipynb", "/lab/workspaces/auto-1", "/lab/workspaces/auto-1/tree/a%20b.ipynb", "/doc/tree/a.ipynb"} {
		for _, token := range []string{token, "wrong"} {
			store := open(page, token)
			_, listErr := store.List(t.Context())
			_, createErr := store.Create(t.Context(), image("new"))
			_, updateErr := store.Update(t.Context(), image("new"))
			_, deleteErr := store.Delete(t.Context(), "new")
			for operation, err := range map[string]error{"List": listErr, "Create": createErr, "Update": updateErr, "Delete": deleteErr} {
				expectText(t, page+" "+token+" "+operation, err, `endpoint = "`+url+`"`)
			}
		}
	}
}

// expectText expects a fault that says this, or whose next step does, and that leaves
// nothing in doubt.
func expectText(t *testing.T, what string, err error, want string) {
	t.Helper()
	text := explain(err)
	if !strings.Contains(text, want) || strings.Contains(text, "unknown") || strings.Contains(text, elyratest.PageToken) {
		t.Errorf("%s: got %s\nwant %s", what, text, want)
	}
}
