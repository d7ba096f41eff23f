package filestore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// BenchmarkList compares a list with the floor, reading and decoding each file in turn. It also reports
// what a list keeps of an instance.
func BenchmarkList(b *testing.B) {
	const files = 10_000
	dir := b.TempDir()
	for i := range files {
		name := fmt.Sprintf("image-%d", i)
		full := image(name)
		full.Description, full.Tags, full.PullPolicy = "An image of the team's", []string{"gpu", "team-a"}, elyra.PullAlways
		writeInstance(b, dir, name, string(elyra.NewDocument(full).Encode()))
	}
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			paths, err := filepath.Glob(filepath.Join(dir, "metadata", "runtime-images", "*.json"))
			if err != nil || len(paths) != files {
				b.Fatal(len(paths), err)
			}
			for _, path := range paths {
				data, err := os.ReadFile(path)
				if err != nil {
					b.Fatal(err)
				}
				document, err := elyra.ParseDocument(data)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := document.Image("x"); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("list", func(b *testing.B) {
		var instances []elyra.Instance
		for b.Loop() {
			var err error
			store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
			if instances, err = store.List(b.Context(), elyra.ListOptions{Invalid: true}); err != nil || len(instances) != files {
				b.Fatal(len(instances), err)
			}
		}
		var with, without runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&with)
		runtime.KeepAlive(instances)
		runtime.GC()
		runtime.ReadMemStats(&without)
		b.ReportMetric(float64(with.HeapAlloc-without.HeapAlloc)/files, "B/kept")
	})
}
