package containerimage

import (
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// progressStep is how many bytes go by between two calls of Progress.
const progressStep = 16 << 20

// inspection is the search for programs in one image's layers.
type inspection struct {
	*checker
	layers []v1.Descriptor // topmost first
	union  *union
	dirs   []string // of the search path

	python, curl       found
	pythonErr, curlErr error // an unreadError while undecided
}

// inspect looks for python3 and curl. It asks the union; as long as the union
// says which layer it needs for an answer, it reads that, which is the topmost
// first and each once, unless an image has more names than are kept.
func (c *checker) inspect(ctx context.Context, layers []v1.Descriptor, env []string) error {
	value, dirs := searchPath(env)
	in := &inspection{checker: c, dirs: dirs,
		union: newUnion(len(layers), c.opts.nameBudget, defaultLinkBudget)}
	for i := range layers {
		in.layers = append(in.layers, layers[len(layers)-1-i])
	}
	for _, dir := range dirs {
		in.union.ask(dir + "/python3")
		in.union.ask(dir + "/curl")
	}
	var failure error
	for {
		need := in.look()
		if need < 0 {
			break
		}
		if failure = ctx.Err(); failure == nil {
			failure = in.read(ctx, need)
		}
		if failure != nil {
			failure = in.explainFailure(ctx, need, failure)
			break
		}
	}
	in.settle(value)
	return failure
}

// look searches for both programs in what has been read. It returns the layer
// to read next, or -1 when both are decided.
func (in *inspection) look() int {
	in.python, in.pythonErr = in.union.lookPath(in.dirs, "python3")
	in.curl, in.curlErr = in.union.lookPath(in.dirs, "curl")
	need := -1
	for _, err := range []error{in.pythonErr, in.curlErr} {
		var unread unreadError
		if errors.As(err, &unread) && (need < 0 || unread.layer < need) {
			need = unread.layer
		}
	}
	return need
}

// settle puts what is decided into the report.
func (in *inspection) settle(path string) {
	in.pythonKnown, in.curlKnown = in.pythonErr == nil, in.curlErr == nil
	if in.pythonKnown {
		in.report.Python = in.python.exe
		if in.python.exe != nil {
			in.python.exe.Version = in.union.pythonVersion(in.python)
		} else {
			in.missing(CodePythonMissing, "python3", in.python, path,
				"Install Python 3 in the image, or put its directory into PATH (ENV PATH=/opt/python/bin:$PATH).")
		}
	}
	if in.curlKnown {
		in.report.Curl = in.curl.exe
		if in.curl.exe == nil {
			in.missing(CodeCurlMissing, "curl", in.curl, path,
				"Install curl in the image (RUN apt-get install -y curl, dnf install -y curl).")
		}
	}
}

func (in *inspection) missing(code Code, name string, f found, path, next string) {
	p := Problem{code, fmt.Sprintf("The image has no executable %s in its search path (%s).", name, clip(path)), next}
	if f.instead != "" {
		p.Message = fmt.Sprintf("The image has no executable %s in its search path (%s): %s.", name, clip(path), clip(f.instead))
	}
	in.report.Problems = append(in.report.Problems, p)
}

// read takes in layer i: by its table of contents if it has one, or else from
// its beginning until nothing in it matters any more.
func (in *inspection) read(ctx context.Context, i int) error {
	m := &meter{in: in, at: Progress{Layer: i + 1, Layers: len(in.layers), Digest: in.layers[i].Digest.String(), Size: in.layers[i].Size}}
	m.tell()
	defer m.tell()
	if ok, err := in.readTOC(ctx, i, m); ok || err != nil {
		return err
	}
	rc, err := in.session.layer(ctx, in.layers[i].Digest.String())
	if err != nil {
		return err
	}
	defer rc.Close()
	m.r = rc
	_, err = readTar(m, in.union.scan(i), func() bool { return in.look() < 0 })
	return err
}

// readTOC takes in layer i by its table of contents, when it is an eStargz
// whose table the manifest vouches for and the registry sends ranges. Anything
// else that is wrong with it is no error: false means to read the layer.
func (in *inspection) readTOC(ctx context.Context, i int, m *meter) (bool, error) {
	d := in.layers[i]
	want := d.Annotations[tocDigestAnnotation]
	if want == "" || d.Size <= tocFooterSize {
		return false, nil
	}
	give := func(err error) (bool, error) {
		if ctx.Err() != nil || errors.Is(err, errMaxBytes) || errors.Is(err, errTooManyLinks) {
			return false, err
		}
		return false, nil
	}
	tail := d.Size - tocFooterSize
	footer, err := in.part(ctx, i, m, tail, tocFooterSize)
	if err != nil {
		return give(err)
	}
	buf := make([]byte, tocFooterSize)
	_, err = io.ReadFull(footer, buf)
	_ = footer.Close()
	if err != nil {
		return give(err)
	}
	off, err := tocOffset(buf)
	if err != nil || off <= 0 || off >= tail {
		return false, nil
	}
	toc, err := in.part(ctx, i, m, off, tail-off)
	if err != nil {
		return give(err)
	}
	defer toc.Close()

	// Nothing of a table counts before its digest is known to be right.
	u := in.union
	before, names, links := u.layers[i], u.nameBudget, u.linkBudget
	u.layers[i] = layer{}
	if err := readTOC(toc, want, u.scan(i)); err != nil {
		u.layers[i], u.nameBudget, u.linkBudget = before, names, links
		return give(err)
	}
	return true, nil
}

// part opens n bytes of layer i from offset off, and counts them.
func (in *inspection) part(ctx context.Context, i int, m *meter, off, n int64) (io.ReadCloser, error) {
	rc, err := in.session.layerRange(ctx, in.layers[i].Digest.String(), off, n)
	if err != nil {
		return nil, err
	}
	m.r = rc
	return struct {
		io.Reader
		io.Closer
	}{m, rc}, nil
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
