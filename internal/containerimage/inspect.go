package containerimage

import (
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
)

// progressStep is how many bytes go by between two calls of Progress.
const progressStep = 16 << 20

// maxDirs bounds the directories of a search path that are looked at.
const maxDirs = 256

// inspection is the search for what Elyra needs in one image's layers.
type inspection struct {
	*checker
	config v1.Config
	layers []v1.Descriptor // topmost first
	shared []*sharedLayer  // what is known of each
	fs     *rootfs.FS
	dirs   []string // of the search path

	counted map[int]bool // layers that this image read from
	answers map[question]answer
	user    rootfs.User // when the question is answered
	library string      // os.py of the standard library that findPip found; "" when it needed none
	need    int         // the layer to read on; less than 0 when everything is decided
	end     bool        // only the end of that layer proves that something is missing
}

// answer is what is known of one question. Path is what was found, and "" when there is nothing; then
// Instead says why.
type answer struct {
	rootfs.Found
	err     error // an UnreadError, when too little was read
	assumed []int // layers whose order the answer relies on
}

// sure reports whether reading on cannot change the answer: what was found stays, but only layers
// that were read to their end prove that something is missing.
func (a answer) sure() bool { return a.err == nil && (a.Path != "" || len(a.assumed) == 0) }

// inspect looks for what Elyra needs. It asks the file system; as long as that says which layer it
// needs for an answer, it reads on in that one, which is the topmost first.
func (c *checker) inspect(ctx context.Context, layers []v1.Descriptor, config v1.Config) error {
	value, dirs := searchPath(config.Env)
	if len(dirs) > maxDirs {
		return &Problem{CodeInspectionFailed,
			fmt.Sprintf("The image's search path has %d directories, more than the %d that an inspection looks into.", len(dirs), maxDirs),
			"Set PATH in the image to the directories that hold programs (ENV PATH=…), or inspect = false to skip it."}
	}
	in := &inspection{checker: c, config: config, dirs: dirs, answers: map[question]answer{}, counted: map[int]bool{}}
	var files []*rootfs.Layer
	for _, l := range slices.Backward(layers) {
		shared := c.client.layer(c.ref.Context().RegistryStr(), l.Digest.String())
		in.layers, in.shared, files = append(in.layers, l), append(in.shared, shared), append(files, shared.files)
	}
	in.fs = c.client.index.Stack(files...)
	in.announce()
	err := in.run(ctx)
	in.settle(value)
	return err
}

// run reads layers until everything is decided.
func (in *inspection) run(ctx context.Context) error {
	for in.next(ctx) {
		need := in.need
		err := context.Cause(ctx)
		if err == nil {
			err = in.turn(ctx)
		}
		if err != nil {
			return in.explainFailure(ctx, need, err)
		}
	}
	return nil
}

// turn reads on in the layer that is needed, when it is this image's turn, and when no other image's
// turn came first and answered the question.
func (in *inspection) turn(ctx context.Context) error {
	need := in.need
	if !take(ctx, in.shared[need].turn) {
		return context.Cause(ctx)
	}
	defer func() { <-in.shared[need].turn }()
	if !in.next(ctx) || in.need != need {
		return nil
	}
	if !take(ctx, in.client.slots) {
		return context.Cause(ctx)
	}
	defer func() { <-in.client.slots }()
	return in.read(ctx, need, in.end)
}

// read reads on in layer i: to its end, or until nothing in it matters any more.
func (in *inspection) read(ctx context.Context, i int, end bool) error {
	m := &meter{in: in, at: Progress{Layer: i + 1, Layers: len(in.layers), Digest: in.layers[i].Digest.String(), Size: in.layers[i].Size}}
	m.tell()
	defer m.tell()
	open := func(ctx context.Context, offset int64) (io.ReadCloser, error) {
		if offset > 0 && offset >= in.layers[i].Size { // reading stopped at the end
			return http.NoBody, nil
		}
		rc, err := in.session.layer(ctx, in.layers[i].Digest.String(), offset, in.layers[i].Size)
		if err != nil {
			return nil, err
		}
		m.r, m.at.Bytes, in.counted[i] = rc, offset, true
		return struct {
			io.Reader
			io.Closer
		}{m, rc}, nil
	}
	until := in.fs
	if end {
		until = nil
	}
	return in.shared[i].files.Read(ctx, until, open, func() bool { return !in.next(ctx) })
}

// meter counts the bytes of a layer, holds them to MaxBytes, and reports.
type meter struct {
	r    io.Reader
	in   *inspection
	at   Progress
	told int64
}

func (m *meter) Read(p []byte) (int, error) {
	left := m.in.opts.MaxBytes - m.in.report.Inspected
	if left <= 0 { // one byte more tells whether this is the end
		p = p[:min(len(p), 1)]
	} else {
		p = p[:min(int64(len(p)), left)]
	}
	n, err := m.r.Read(p)
	if n > 0 && left <= 0 {
		return 0, errMaxBytes
	}
	m.in.report.Inspected += int64(n)
	m.at.Bytes += int64(n)
	if m.at.Bytes-m.told >= progressStep {
		m.tell()
	}
	return n, err
}

func (m *meter) tell() {
	m.told = m.at.Bytes
	if m.in.opts.Progress != nil {
		m.at.Total = m.in.report.Inspected
		m.in.opts.Progress(m.at)
	}
}

// explainFailure makes a problem of whatever kept layer i from being read: what
// is known of the image by then is worth reporting.
func (in *inspection) explainFailure(ctx context.Context, i int, err error) error {
	which := fmt.Sprintf("layer %d of %d, from the top (%s)", i+1, len(in.layers), in.layers[i].Digest)
	switch {
	case errors.Is(err, errMaxBytes):
		var all int64
		for _, l := range in.layers {
			all += l.Size
		}
		if all <= in.opts.MaxBytes { // layers were read again
			all = 2 * in.opts.MaxBytes
		}
		return &Problem{CodeMaxBytes,
			fmt.Sprintf("The inspection stopped in %s, when it had transferred %d bytes.", which, in.report.Inspected),
			fmt.Sprintf("Set max_bytes = %d to let it read all layers, or inspect = false to skip it.", all)}
	case errors.Is(context.Cause(ctx), errTimeout):
		return &Problem{CodeInspectionTimeout,
			fmt.Sprintf("The inspection did not end within %s: it was in %s, and had transferred %d bytes.", in.opts.Timeout, which, in.report.Inspected),
			fmt.Sprintf("Set timeout = %q or more, or inspect = false to skip it.", (2 * in.opts.Timeout).String())}
	case errors.Is(err, rootfs.ErrFormat) && !in.layers[i].MediaType.IsLayer():
		return unreadable(which, string(in.layers[i].MediaType))
	case errors.As(err, new(*transport.Error)):
		explained := in.explain(ctx, in.session, stageLayer, err)
		if errors.As(explained, new(*Problem)) {
			return explained
		}
		err = explained
	}
	return &Problem{CodeInspectionFailed, fmt.Sprintf("The inspection could not read %s: %s.", which, in.layerReason(err)),
		"Try again; if it stays so, push the image again, since a cluster will not be able to pull it either."}
}

// unreadable is the problem of a layer that is in no form that can be read. Its media type tells
// whether runtimes can.
func unreadable(which, mediaType string) error {
	if strings.Contains(mediaType, "encrypted") {
		return &Problem{CodeLayerUnreadable, fmt.Sprintf("The inspection cannot look into the image: %s, is encrypted (%s).", which, clip(mediaType)),
			"Nothing can look into an encrypted image; set inspect = false, and note that the nodes need its key."}
	}
	return &Problem{CodeLayerUnreadable,
		fmt.Sprintf("The inspection cannot look into the image: %s, is neither a tar archive nor one compressed with gzip or zstd (%s).", which, clip(mediaType)),
		"Build the image with gzip or zstd, which every runtime unpacks; set inspect = false to skip it."}
}

// layerReason says what is wrong with a layer.
func (in *inspection) layerReason(err error) string {
	var unreachable *UnreachableError
	switch {
	case errors.As(err, &unreachable):
		return unreachable.Reason
	case errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, new(brokenError)):
		return "its archive ends in the middle"
	case errors.As(err, new(flate.CorruptInputError)):
		return "its compressed content is damaged"
	}
	return networkReason(err)
}
