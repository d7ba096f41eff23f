package containerimage

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// BenchmarkImages inspects realistic images, and lists their files as "crane export | tar t" does. Bytes
// are all that came over connections, manifests and headers too. Memory is the most that an inspection had
// on the heap.
func BenchmarkImages(b *testing.B) {
	build := newBuilder(b)
	if build == nil {
		return
	}
	host := runRegistry(b, "http: {addr: '127.0.0.1:0'}\n")
	large := serve(b, nil) // in memory, the other one takes minutes for each GB
	images := realisticImages()
	for _, image := range images {
		if image.name == "s2i" {
			image.name = "s2i below a model of 2 GB"
			image.steps = append(slices.Clone(image.steps), "head -c 2G /dev/urandom >/opt/app-root/src/model.bin")
			images = append(images, image)
		}
	}
	for i, image := range images {
		if !image.measured {
			continue
		}
		at := host
		if strings.HasSuffix(image.name, "2 GB") {
			at = large
		}
		ref := must(name.ParseReference(fmt.Sprintf("%s/team/image:%d", at, i)))
		prepare := sync.OnceFunc(func() {
			image.write(b, build, ref, build.image(b, image), v1.Config{Env: image.env, WorkingDir: "/tmp"})
		})
		b.Run(strings.ReplaceAll(image.name, " ", "_"), func(b *testing.B) {
			var ours, theirs time.Duration
			var report *Report
			var received, exported int64
			var memory uint64
			prepare()
			for b.Loop() {
				began := time.Now()
				client := NewClient(Credentials{})
				transport := must(newTransport(""))
				client.transports[""] = transport
				counted := countBytes(transport)
				memory = max(memory, peakHeap(func() { report = checkWith(b, client, ref.String(), Options{Inspect: true, MaxBytes: 1 << 40}) }))
				received = counted.Load()
				transport.CloseIdleConnections()
				ours += time.Since(began)
				began = time.Now()
				exported = export(b, ref)
				theirs += time.Since(began)
			}
			if received > exported+exported/1000 {
				b.Errorf("the inspection took %d bytes, the export %d", received, exported)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(ours.Seconds()/float64(b.N), "s")
			b.ReportMetric(theirs.Seconds()/float64(b.N), "s-export")
			b.ReportMetric(float64(received), "bytes")
			b.ReportMetric(float64(exported), "bytes-export")
			b.ReportMetric(float64(memory), "bytes-memory")
			b.ReportMetric(float64(len(report.Layers)), "layers")
		})
	}
}

// peakHeap returns how much more than before was on the heap at most while do ran, in bytes.
func peakHeap(do func()) uint64 {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 { metrics.Read(heap); return heap[0].Value.Uint64() }
	runtime.GC()
	before := read()
	most := before
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	for tick := time.Tick(2 * time.Millisecond); ; {
		select {
		case <-done:
			return most - before
		case <-tick:
			most = max(most, read())
		}
	}
}

// export lists the files of an image by crane's library, and returns how many bytes it took.
func export(t testing.TB, ref name.Reference) int64 {
	t.Helper()
	transport := must(newTransport(""))
	defer transport.CloseIdleConnections()
	counted := countBytes(transport)
	img, err := crane.Pull(ref.String(), crane.WithTransport(transport), crane.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(crane.Export(img, w)) }()
	for archive := tar.NewReader(r); err == nil; {
		_, err = archive.Next()
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return counted.Load()
}

// countBytes counts the bytes that a transport receives.
func countBytes(transport *http.Transport) *atomic.Int64 {
	var received atomic.Int64
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return countingConn{conn, &received}, err
	}
	return &received
}

type countingConn struct {
	net.Conn
	received *atomic.Int64
}

func (c countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received.Add(int64(n))
	return n, err
}
