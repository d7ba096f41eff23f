package serverstore

import (
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
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
		return newStore(t, Config{Endpoint: url + page, Token: token})
	}
	exercise(t, open("", token))
	for _, page := range []string{"/lab", "/lab/tree/a.ipynb", "/lab/workspaces/auto-1", "/lab/workspaces/auto-1/tree/a%20b.ipynb", "/doc/tree/a.ipynb"} {
		for _, token := range []string{token, "wrong"} {
			for operation, do := range operations(t.Context(), open(page, token)) {
				text := fullText(do())
				if !strings.Contains(text, `endpoint = "`+url+`"`) || strings.Contains(text, "unknown") || strings.Contains(text, elyratest.PageToken) {
					t.Errorf("%s %s %s: %s", page, token, operation, text)
				}
			}
		}
	}
}
