package containerimage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"golang.org/x/sync/errgroup"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
)

// maxImageMemory bounds what the layers of one image take in memory, in bytes.
const maxImageMemory = 300 << 20

// inspect reads the image's layers, and asks what Elyra needs of them. It fails with a [*Problem].
func (c *checker) inspect(ctx context.Context, seen *sight) error {
	if os := seen.config.OS; os != "" && os != "linux" {
		return inspectionNotLinux.problem("The image is for %s.", seen.Platform)
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
	seen.asked = stageLayer
	layers, err := c.readLayers(ctx, seen)
	if err != nil {
		return err
	}
	for i, l := range slices.Backward(layers) {
		if l.Refused != "" {
			return layerRefused.problem("Container runtimes refuse to unpack %s: %s.", layerName(seen, i), l.Refused)
		}
	}
	return newInspection(c, seen, rootfs.Stack(layers...)).run()
}

// layerName says which layer it is, 0 being at the bottom.
func layerName(seen *sight, i int) string {
	return fmt.Sprintf("layer %d of %d, from the top (%s)", len(seen.layers)-i, len(seen.layers), seen.layers[i].Digest)
}

// readLayers reads the image's layers side by side, and returns them, the bottom first. It fails with a
// [*Problem].
func (c *checker) readLayers(ctx context.Context, seen *sight) ([]*rootfs.Layer, error) {
	layers := make([]*rootfs.Layer, len(seen.layers))
	var unpacked, memory atomic.Int64
	group, reading := errgroup.WithContext(ctx)
	for i, d := range seen.layers {
		group.Go(func() error {
			l, err := c.client.layer(reading, d.Digest.String(), func(ctx context.Context) (*rootfs.Layer, error) {
				t := &transfer{ctx: ctx, session: seen.session, layer: d}
				defer t.close()
				return rootfs.Read(ctx, t, d.Digest.String())
			})
			switch {
			case err != nil:
			case unpacked.Add(l.Unpacked) > rootfs.MaxUnpacked:
				err = rootfs.ErrTooLarge
			case memory.Add(int64(l.Memory)) > maxImageMemory:
				err = rootfs.ErrTooManyFiles
			}
			layers[i] = l
			if err != nil {
				return c.explainLayer(ctx, seen, i, err)
			}
			return nil
		})
	}
	return layers, group.Wait()
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
func (c *checker) explainLayer(ctx context.Context, seen *sight, i int, err error) error {
	which := layerName(seen, i)
	switch {
	case errors.Is(context.Cause(ctx), errTimeout):
		return inspectionTimeout.problem("The inspection didn't end within %s. It was at %s.", c.opts.Timeout, which).
			cure("Set timeout = %q or more, or inspect = false to skip the inspection.", (2 * c.opts.Timeout).String())
	case errors.Is(err, rootfs.ErrFormat) && strings.Contains(string(seen.layers[i].MediaType), "encrypted"):
		return layerUnreadable.problem("The inspection can't look into %s: it's encrypted.", which)
	case errors.Is(err, rootfs.ErrFormat):
		return layerUnreadable.problem("The inspection can't look into %s: %s.", which, rootfs.ErrFormat).
			cure("Build the image with gzip or zstd, which every runtime unpacks, or set inspect = false to skip the inspection.")
	case errors.Is(err, rootfs.ErrTooManyFiles), errors.Is(err, rootfs.ErrTooLarge):
		return inspectionFailed.problem("The inspection stopped at %s: %s.", which, err).cure("Set inspect = false to skip the inspection.")
	case errors.Is(err, rootfs.ErrDigest), errors.Is(err, errDigestMismatch):
		return digestMismatch.problem("The content that %s sends as %s doesn't match its digest.", c.registry, which)
	}
	explained := c.explain(ctx, seen, err)
	if isProblem(explained, invalidAnswer) && !errors.As(err, new(*transport.Error)) {
		return inspectionFailed.problem("The inspection can't read %s: its archive is damaged, or ends in the middle.", which)
	}
	return explained
}
