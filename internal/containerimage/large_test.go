package containerimage

import (
	"archive/tar"
	"bytes"
	"errors"
	"runtime"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"
)

// A large layer costs neither memory nor disk. Not parallel: it measures the process.
func TestHugeLayer(t *testing.T) {
	t.Setenv("TMPDIR", "/nowhere") // no temporary files
	var stored bytes.Buffer        // zeros take little of it
	compressed := must(zstd.NewWriter(&stored))
	archive := tar.NewWriter(compressed)
	err := archive.WriteHeader(&tar.Header{Name: "opt/model.bin", Size: 256 << 20, Mode: 0o644})
	for range 256 {
		_, errWrite := archive.Write(make([]byte, 1<<20))
		err = errors.Join(err, errWrite)
	}
	_, errWrite := compressed.Write(complete.Tar()) // what it needs is behind the large file
	if err := errors.Join(err, errWrite, compressed.Close()); err != nil {
		t.Fatal(err)
	}
	host := serve(t, nil)
	push(t, host+"/team/image:1", imageOf(t, []string{"PATH=/bin"}, mutate.Addendum{Layer: static.NewLayer(stored.Bytes(), types.OCILayerZStd)}))

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := check(t, host+"/team/image:1", Options{Inspect: true})
	runtime.ReadMemStats(&after)

	if met(r) != "true" || codes(r) != "" {
		t.Errorf("met %s: %v", met(r), r.Problems)
	}
	// All that was ever allocated, whether or not it was freed.
	if all := after.TotalAlloc - before.TotalAlloc; all > 64<<20 {
		t.Errorf("%d bytes allocated", all)
	}
}
