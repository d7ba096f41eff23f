package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func TestProviderOnFiles(t *testing.T) {
	var rows [][]string
	document := elyra.NewDocument(elyra.RuntimeImage{DisplayName: "Image", ImageName: "quay.io/team/image:1-1", Description: "An image of the team", PullPolicy: "IfNotPresent", Tags: []string{"gpu", "team-a"}}).Encode()
	for _, n := range several(100, 1000, 10000) {
		dir := t.TempDir()
		floors := map[string]time.Duration{}
		for _, kind := range []string{"create", "update"} {
			floors[kind] = each(n, func(i int) { writeOne(t, dir, name(i), document) })
		}
		floors["read"] = each(n, func(i int) { readOne(t, filepath.Join(dir, name(i)+".json")) })
		floors["list"] = each(5, func(int) { readAll(t, dir) })
		rows = append(rows, calls(t, "files", n, floors)...)
	}
	section(t, "The provider alone on files", "Calls of its protocol server in one process, without Terraform and gRPC. The floor is the cost of the disk and Go's decoder. "+
		"For a read: read and decode one file. For a write: write a file, flush it, rename it, and flush the directory. For a list: read and decode all files one after the other.",
		[]string{"images", "call", "median", "floor", "÷ floor"}, rows)
}

func TestProviderOnServer(t *testing.T) {
	var rows [][]string
	for _, n := range several(100, 1000) {
		rows = append(rows, calls(t, "server", n, map[string]time.Duration{"create": exchange(t, n)})...)
	}
	section(t, "The provider alone on a server", "The server is the stand-in of the tests, which responds immediately. The floor is one exchange of the same body over HTTP.",
		[]string{"images", "call", "median", "floor", "÷ floor"}, rows)
}

// calls are the rows of the calls for a number of images, which package provider makes, with the floors that are known.
func calls(t *testing.T, place string, n int, floors map[string]time.Duration) (rows [][]string) {
	t.Helper()
	took := benchmarks(t, "./internal/provider", fmt.Sprintf("^BenchmarkCalls$/^%s$/^%d$", place, n), 1)[0].figures
	for _, kind := range slices.Sorted(maps.Keys(took)) {
		row := []string{strconv.Itoa(n), strings.ReplaceAll(kind, "_", " "), fmt.Sprintf("%.0f µs", took[kind]), "", ""}
		if floor := float64(floors[kind]) / 1e3; floor > 0 {
			row[3], row[4] = fmt.Sprintf("%.0f µs", floor), ratio(took[kind], floor)
		}
		rows = append(rows, row)
	}
	return rows
}

func name(i int) string { return "image_" + strconv.Itoa(i) }

// each calls f for 0 … n-1 and returns the median time of a call.
func each(n int, f func(i int)) time.Duration {
	all := make([]time.Duration, n)
	for i := range n {
		began := time.Now()
		f(i)
		all[i] = time.Since(began)
	}
	return median(all)
}

func readOne(t *testing.T, path string) {
	t.Helper()
	var document struct {
		DisplayName string         `json:"display_name"`
		Metadata    map[string]any `json:"metadata"`
		SchemaName  string         `json:"schema_name"`
	}
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &document)
	}
	must(t, err)
}

func readAll(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".json") {
			readOne(t, filepath.Join(dir, entry.Name()))
		}
	}
}

// writeOne is the least that leaves a whole file after a power cut.
func writeOne(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, name+".tmp"))
	must(t, err)
	_, err = f.Write(data)
	must(t, err)
	must(t, f.Sync())
	must(t, f.Close())
	must(t, os.Rename(filepath.Join(dir, name+".tmp"), filepath.Join(dir, name+".json")))
	d, err := os.Open(dir)
	must(t, err)
	must(t, d.Sync())
	must(t, d.Close())
}

// exchange is the median time of one POST to a server that sends the body back.
func exchange(t *testing.T, n int) time.Duration {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
	defer server.Close()
	body := string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "Image", ImageName: "quay.io/team/image:1-1", Tags: []string{"gpu"}}).Compact())
	return each(n, func(int) {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL, strings.NewReader(body))
		must(t, err)
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			defer resp.Body.Close()
			_, err = io.Copy(io.Discard, resp.Body)
		}
		must(t, err)
	})
}
