package bench

import (
	"fmt"
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
		endpoint, asked := counting(t, server.URL)
		c := contenders(t, "elyra")[0]
		c.images = filepath.Join(server.DataDir, "metadata", "runtime-images")
		c.configuration = onServer(endpoint, server.Token)
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
		must(t, os.Remove(filepath.Join(c.dir, "terraform.tfstate")))
		c.configure(t, 0)
		write(t, filepath.Join(c.dir, "list.tf"), listAll)
		plan("all listed by a data source")
	}
	section(t, "Plans of many images on a Jupyter Server",
		"A real Jupyter Server with Elyra on the same machine. CPU time and memory are those of the provider's processes; most of the duration is Terraform's.",
		[]string{"images", "what", "requests", "wall", "CPU", "resident at most"}, rows)
}

// TestRequests counts what a server is asked when images are created, changed, and destroyed.
func TestRequests(t *testing.T) {
	const images = 120
	server := jupytertest.Start(t, jupytertest.Options{})
	endpoint, asked := counting(t, server.URL)
	c := contenders(t, "elyra")[0]
	c.configuration = onServer(endpoint, server.Token)
	c.configure(t, images)
	var rows [][]string
	for _, phase := range phases {
		asked.Store(0)
		c.run(t, "", strings.Fields(phase.command)...)
		rows = append(rows, []string{strconv.Itoa(images), phase.name, strconv.FormatInt(asked.Load(), 10)})
	}
	section(t, "Requests", "The requests to a real Jupyter Server during a whole Terraform command. An update and a deletion are two requests each, because the provider compares the image with the one that the plan saw.",
		[]string{"images", "phase", "requests"}, rows)
}

// counting passes on what it's asked to a server, and counts it.
func counting(t *testing.T, server string) (endpoint string, asked *atomic.Int64) {
	t.Helper()
	target, err := url.Parse(server)
	must(t, err)
	asked = &atomic.Int64{}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		asked.Add(1)
		r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
	}}
	proxy := httptest.NewServer(forward)
	t.Cleanup(proxy.Close)
	return proxy.URL + target.Path, asked
}

// onServer is a configuration of images on a server.
func onServer(endpoint, token string) func(n int) string {
	return func(n int) string {
		return fmt.Sprintf("provider \"elyra\" {\n  endpoint = %q\n  token = %q\n}\nresource \"elyra_runtime_image\" \"all\" {\n"+image+"}\n", endpoint, token, n)
	}
}
