package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// TestManyOnServer measures plans of many images on a server: what they ask of it, and what the
// provider's process costs. Terraform itself takes too long for a plan of the largest number.
func TestManyOnServer(t *testing.T) {
	var rows [][]string
	for _, n := range several(*large, 5000) {
		server := jupytertest.Start(t, jupytertest.Options{})
		target, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		var asked atomic.Int64
		forward := httputil.NewSingleHostReverseProxy(target)
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			forward.ServeHTTP(w, r)
		}))
		defer proxy.Close()
		c := contenders(t, "elyra")[0]
		c.images = filepath.Join(server.DataDir, "metadata", "runtime-images")
		c.configuration = onServer(proxy.URL, server.Token)
		c.stand(t, n)
		plan := func(what string, args ...string) {
			asked.Store(0)
			wall, cpu, peak := c.watched(t, append([]string{"plan", "-no-color"}, args...)...)
			rows = append(rows, []string{strconv.Itoa(n), what, strconv.FormatInt(asked.Load(), 10), seconds(wall), seconds(cpu), fmt.Sprintf("%.0f MB", peak/1000)})
			t.Log(rows[len(rows)-1])
		}
		if n == *large {
			plan("all managed, nothing changes", "-detailed-exitcode")
		}
		if err := os.Remove(filepath.Join(c.dir, "terraform.tfstate")); err != nil {
			t.Fatal(err)
		}
		main := filepath.Join(c.dir, "main.tf")
		configuration, err := os.ReadFile(main)
		if err != nil {
			t.Fatal(err)
		}
		withoutResource, _, _ := strings.Cut(string(configuration), "resource ")
		write(t, main, withoutResource+"data \"elyra_runtime_images\" \"all\" {}\noutput \"number\" { value = length(data.elyra_runtime_images.all.runtime_images) }\n")
		plan("all listed by a data source")
	}
	section(t, "Plans of many images on a Jupyter Server",
		"A real Jupyter Server with Elyra on the same machine. CPU time and memory are those of the provider's processes; most of the duration is Terraform's.",
		[]string{"images", "what", "requests", "wall", "CPU", "resident at most"}, rows)
}

// onServer is a configuration of images on a server.
func onServer(endpoint, token string) func(n int) string {
	return func(n int) string {
		return fmt.Sprintf("provider \"elyra\" {\n  endpoint = %q\n  token = %q\n}\nresource \"elyra_runtime_image\" \"all\" {\n"+image+"}\n", endpoint, token, n)
	}
}
