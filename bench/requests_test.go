package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// TestRequests counts what a real Jupyter Server is asked in whole Terraform runs.
func TestRequests(t *testing.T) {
	const images = 120
	server := jupytertest.Start(t, jupytertest.Options{})
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	path := base.Path
	base.Path = ""
	var requests atomic.Int64
	pass := httputil.NewSingleHostReverseProxy(base)
	counting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		pass.ServeHTTP(w, r)
	}))
	defer counting.Close()
	c := contenders(t, "elyra")[0]
	c.configuration = func(n int) string {
		return fmt.Sprintf("provider \"elyra\" {\n  endpoint = %q\n  token = %q\n}\nresource \"elyra_runtime_image\" \"all\" {\n"+image+"}\n", counting.URL+path, server.Token, n)
	}
	c.configure(t, images)
	var rows [][]string
	for _, run := range []struct{ what, arguments string }{
		{"create all", "apply -auto-approve -no-color"},
		{"plan, nothing changes", "plan -no-color"},
		{"change all", "apply -auto-approve -no-color -var=tag=2"},
		{"destroy all", "destroy -auto-approve -no-color"},
	} {
		requests.Store(0)
		c.run(t, "", strings.Fields(run.arguments)...)
		rows = append(rows, []string{strconv.Itoa(images), run.what, strconv.FormatInt(requests.Load(), 10)})
	}
	section(t, "Requests", "What a real Jupyter Server is asked during a whole Terraform command. An update and a deletion are two requests each: the provider compares the image with the one that the plan saw.",
		[]string{"images", "what", "requests"}, rows)
}
