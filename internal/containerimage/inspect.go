package containerimage

import (
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage/rootfs"
)

// progressStep is how many bytes go by between two calls of Progress.
const progressStep = 16 << 20

// inspection is the search for programs in one image's layers.
type inspection struct {
	*checker
	layers []v1.Descriptor // topmost first
	files  []*rootfs.Layer // what is known of each
	fs     *rootfs.FS
	dirs   []string // of the search path

	answers map[string]answer // by program
}

// programs are what is looked for.
var programs = []string{"python3", "curl"}

// answer is what is known of one program.
type answer struct {
	rootfs.Found
	err     error // an UnreadError, when too little was read
	assumed []int // layers whose order the answer relies on
}

// sure reports whether reading on cannot change the answer: what was found stays, but only layers
// that were read to their end prove that something is missing.
func (a answer) sure() bool { return a.err == nil && (a.Path != "" || len(a.assumed) == 0) }

// inspect looks for python3 and curl. It asks the file system; as long as that says which layer it
// needs for an answer, it reads on in that one, which is the topmost first.
func (c *checker) inspect(ctx context.Context, layers []v1.Descriptor, env []string) error {
	value, dirs := searchPath(env)
	in := &inspection{checker: c, dirs: dirs, answers: map[string]answer{}}
	index := rootfs.New(c.opts.names, 0)
	for _, l := range slices.Backward(layers) {
		in.layers = append(in.layers, l)
		in.files = append(in.files, index.Layer(l.Digest.String()))
	}
	in.fs = index.Stack(in.files...)
	for _, dir := range dirs {
		for _, program := range programs {
			in.fs.Ask(dir + "/" + program)
		}
	}
	err := in.run(ctx)
	in.settle(value)
	return err
}

// run reads layers until everything is decided.
func (in *inspection) run(ctx context.Context) error {
	for {
		need, end := in.next(ctx)
		if need < 0 {
			return nil
		}
		err := context.Cause(ctx)
		if err == nil {
			err = in.read(ctx, need, end)
		}
		if err != nil {
			return in.explainFailure(ctx, need, err)
		}
	}
}

// next looks for the programs in what has been read. It returns the layer to read on, the topmost
// first, or -1 when everything is decided, and whether that layer must be read to its end.
func (in *inspection) next(ctx context.Context) (need int, end bool) {
	need = -1
	for _, program := range programs {
		a := in.look(ctx, program)
		in.answers[program] = a
		var unread rootfs.UnreadError
		if errors.As(a.err, &unread) && (need < 0 || end || unread.Layer < need) {
			need, end = unread.Layer, false
		}
		if a.err == nil && !a.sure() && need < 0 {
			need, end = a.assumed[0], true
		}
	}
	return need, end
}

func (in *inspection) look(ctx context.Context, program string) (a answer) {
	a.Found, a.err = in.fs.LookPath(ctx, in.dirs, program, rootfs.Root)
	a.assumed = in.fs.Assumed()
	return a
}

// settle puts what is decided into the report.
func (in *inspection) settle(path string) {
	python, curl := in.answers["python3"], in.answers["curl"]
	in.pythonKnown, in.curlKnown = python.sure(), curl.sure()
	if in.pythonKnown {
		if in.report.Python = executable(python.Found); in.report.Python != nil {
			in.report.Python.Version = in.pythonVersion(python.Found)
		} else {
			in.missing(CodePythonMissing, "python3", python.Found, path,
				"Install Python 3 in the image, or put its directory into PATH (ENV PATH=/opt/python/bin:$PATH).")
		}
	}
	if in.curlKnown {
		if in.report.Curl = executable(curl.Found); in.report.Curl == nil {
			in.missing(CodeCurlMissing, "curl", curl.Found, path,
				"Install curl in the image (RUN apt-get install -y curl, dnf install -y curl).")
		}
	}
}

func executable(f rootfs.Found) *Executable {
	if f.Path == "" {
		return nil
	}
	return &Executable{Path: f.Path, Target: f.Target}
}

func (in *inspection) missing(code Code, name string, f rootfs.Found, path, next string) {
	p := Problem{code, fmt.Sprintf("The image has no executable %s in its search path (%s).", name, clip(path)), next}
	if f.Instead != "" {
		p.Message = fmt.Sprintf("The image has no executable %s in its search path (%s): %s.", name, clip(path), clip(f.Instead))
	}
	in.report.Problems = append(in.report.Problems, p)
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
		m.r, m.at.Bytes = rc, offset
		return struct {
			io.Reader
			io.Closer
		}{m, rc}, nil
	}
	until := in.fs
	if end {
		until = nil
	}
	return in.files[i].Read(ctx, until, open, func() bool {
		need, _ := in.next(ctx)
		return need < 0
	})
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
			fmt.Sprintf("Set max_bytes = %d to let it read all layers, or inspect = false to leave it.", all)}
	case errors.Is(context.Cause(ctx), errTimeout):
		return &Problem{CodeInspectionTimeout,
			fmt.Sprintf("The inspection did not end within %s: it was in %s, and had transferred %d bytes.", in.opts.Timeout, which, in.report.Inspected),
			fmt.Sprintf("Set timeout = %q or more, or inspect = false to leave it.", (2 * in.opts.Timeout).String())}
	case errors.As(err, new(*transport.Error)):
		explained := in.explain(ctx, stageLayer, err)
		if errors.As(explained, new(*Problem)) {
			return explained
		}
		err = explained
	}
	return &Problem{CodeInspectionFailed, fmt.Sprintf("The inspection could not read %s: %s.", which, in.layerReason(err)),
		"Try again; if it stays so, push the image again, since a cluster will not be able to pull it either."}
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
