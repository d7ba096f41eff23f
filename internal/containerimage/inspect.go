package containerimage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
)

// maxImageMemory bounds what the layers of one image take in memory, in bytes.
const maxImageMemory = 300 << 20

// errTooLarge says that an image unpacks to too much.
var errTooLarge = fmt.Errorf("with it, the image unpacks to more than %d GiB", rootfs.MaxUnpacked>>30)

// inspect reads the image's layers, and asks what Elyra needs of them. It fails with a [*Problem].
func (c *checker) inspect(ctx context.Context, seen *sight) error {
	if os := seen.config.OS; os != "" && os != "linux" {
		return inspectionNotLinux.problem("The image is for %s.", c.report.Platform)
	}
	var size int64
	for _, l := range seen.layers {
		if size += l.Size; l.Size < 0 || size < 0 {
			return invalidAnswer.problem("The manifest gives a layer %d bytes.", l.Size)
		}
	}
	if size > c.opts.MaxBytes {
		return maxBytesExceeded.problem("The image's layers are %d bytes, and the inspection may read %d.", size, c.opts.MaxBytes).
			cure("Set max_bytes = %d, or inspect = false to skip the inspection.", size)
	}
	layers, err := c.readLayers(ctx, seen)
	if err != nil {
		return err
	}
	for i, l := range layers {
		if reason := l.Refused(); reason != "" {
			return layerRefused.problem("Container runtimes refuse to unpack %s: %s.", c.layerName(seen, i), reason)
		}
	}
	return newInspection(c, seen, rootfs.Stack(layers...)).run()
}

// layerName says which layer it is, 0 being the topmost.
func (c *checker) layerName(seen *sight, i int) string {
	return fmt.Sprintf("layer %d of %d, from the top (%s)", i+1, len(seen.layers), seen.layers[len(seen.layers)-1-i].Digest)
}

// layerError says which layer couldn't be read.
type layerError struct {
	error
	layer int
}

// readLayers reads the image's layers side by side, and returns them, the topmost first. It fails with a
// [*Problem].
func (c *checker) readLayers(ctx context.Context, seen *sight) ([]*rootfs.Layer, error) {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	layers := make([]*rootfs.Layer, len(seen.layers))
	var unpacked, memory atomic.Int64
	var wg sync.WaitGroup
	var first sync.Once
	var failed *layerError
	for i := range layers {
		d := seen.layers[len(layers)-1-i]
		wg.Go(func() {
			l, err := c.client.layer(reading, d.Digest.String(), func(ctx context.Context) (*rootfs.Layer, error) {
				t := &transfer{ctx: ctx, session: seen.session, layer: d}
				defer t.close()
				return rootfs.Read(ctx, t, d.Digest.String())
			})
			switch {
			case err != nil:
			case unpacked.Add(l.Unpacked) > rootfs.MaxUnpacked:
				err = errTooLarge
			case memory.Add(int64(l.Memory())) > maxImageMemory:
				err = rootfs.ErrTooManyFiles
			}
			if err != nil {
				first.Do(func() { failed = &layerError{err, i} })
				stop()
			}
			layers[i] = l
		})
	}
	wg.Wait()
	if failed != nil {
		return nil, c.explainLayer(ctx, seen, *failed)
	}
	return layers, nil
}

// transfer is a layer on its way. A connection that breaks is resumed once.
type transfer struct {
	ctx     context.Context
	session *session
	layer   v1.Descriptor
	body    io.ReadCloser // nil before the first read
	offset  int64
	resumed bool
}

func (t *transfer) Read(p []byte) (n int, err error) {
	if t.body == nil {
		body, err := t.session.layer(t.ctx, t.layer.Digest.String(), t.offset, t.layer.Size)
		if err != nil {
			return 0, err
		}
		t.body = body
	}
	left := t.layer.Size - t.offset
	n, err = t.body.Read(p[:min(int64(len(p)), left+1)])
	if int64(n) > left {
		return 0, errDigestMismatch
	}
	t.offset += int64(n)
	switch broken := errors.As(err, new(brokenError)); {
	case broken && t.offset == t.layer.Size:
		return n, io.EOF
	case broken && !t.resumed && t.offset > 0 && t.ctx.Err() == nil:
		t.resumed = true
		t.close()
		t.body, err = nil, nil
	}
	return n, err
}

func (t *transfer) close() {
	if t.body != nil {
		_ = t.body.Close()
	}
}

// explainLayer makes a problem of whatever kept a layer from being read. What's known of the image by then
// is worth reporting.
func (c *checker) explainLayer(ctx context.Context, seen *sight, failed layerError) error {
	which := c.layerName(seen, failed.layer)
	mediaType := string(seen.layers[len(seen.layers)-1-failed.layer].MediaType)
	err := failed.error
	switch {
	case errors.Is(context.Cause(ctx), errTimeout):
		return inspectionTimeout.problem("The inspection didn't end within %s. It was at %s.", c.opts.Timeout, which).
			cure("Set timeout = %q or more, or inspect = false to skip the inspection.", (2 * c.opts.Timeout).String())
	case errors.Is(err, rootfs.ErrFormat) && strings.Contains(mediaType, "encrypted"):
		return layerUnreadable.problem("The inspection can't look into %s: it's encrypted.", which)
	case errors.Is(err, rootfs.ErrFormat):
		return layerUnreadable.problem("The inspection can't look into %s: %s.", which, rootfs.ErrFormat).
			cure("Build the image with gzip or zstd, which every runtime unpacks, or set inspect = false to skip the inspection.")
	case errors.Is(err, rootfs.ErrTooManyFiles), errors.Is(err, rootfs.ErrTooLarge), errors.Is(err, errTooLarge):
		return inspectionFailed.problem("The inspection stopped at %s: %s.", which, err).cure("Set inspect = false to skip the inspection.")
	case errors.Is(err, rootfs.ErrDigest), errors.Is(err, errDigestMismatch):
		return digestMismatch.problem("%s sends something else as %s than its digest says.", registryName(c.ref), which)
	}
	explained := c.explain(ctx, seen, stageLayer, err)
	if isProblem(explained, invalidAnswer) && !errors.As(err, new(*transport.Error)) {
		return inspectionFailed.problem("The inspection can't read %s: its archive is damaged, or ends in the middle.", which)
	}
	return explained
}

// newInspection prepares the questions about an image with these files.
func newInspection(c *checker, seen *sight, fs *rootfs.FS) *inspection {
	in := &inspection{checker: c, config: seen.config.Config, architecture: seen.config.Architecture, fs: fs}
	in.path, in.dirs = searchPath(in.config.Env)
	return in
}

// defaultPath is where a container looks for programs when its image sets no PATH: what Docker,
// containerd, and CRI-O set.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// maxDirs bounds the directories of a search path that are looked at.
const maxDirs = 256

// searchPath is the image's PATH, and the directories in it that count. An empty element and a relative one
// mean a place below the working directory, where the image has no programs.
func searchPath(env []string) (string, []string) {
	value := defaultPath
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, "PATH="); ok {
			value = v
		}
	}
	var dirs []string
	for dir := range strings.SplitSeq(value, ":") {
		if strings.HasPrefix(dir, "/") && len(dirs) <= maxDirs && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return value, dirs
}
