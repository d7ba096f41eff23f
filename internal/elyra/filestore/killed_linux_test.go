package filestore_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// helperEnv makes a run of this test binary a process that does an operation in a directory.
const helperEnv = "FILESTORE_TEST_HELPER"

// operation is what an apply does to an instance, in a process that is killed, or whose system calls
// fail.
type operation struct {
	// near and far are the documents of the instance before it, in the directory that is written to
	// and in the next one; "" for none.
	near, far string
	// bare: the directory of instances isn't there either.
	bare bool
	// gap: in the middle of it there is no document.
	gap bool
	do  func(*filestore.Store) error
	// after is the document that it ends with in the near directory; "" for none.
	after string
}

const operated = "operated"

// versions are two documents of an instance that differ in length, so that a mixture of both would be seen.
func versions(name string) [2]elyra.RuntimeImage {
	a, b := image(name), image(name)
	a.Description = strings.Repeat("a", 20_000)
	b.Description = strings.Repeat("b", 3_000)
	return [2]elyra.RuntimeImage{a, b}
}

var operations = func() map[string]operation {
	old, changed := versions(operated)[0], versions(operated)[1]
	document := func(image elyra.RuntimeImage) string { return string(elyra.NewDocument(image).Encode()) }
	create := func(store *filestore.Store) error {
		_, err := create(store, changed)
		if exists := new(elyra.ExistsError); errors.As(err, &exists) && exists.Found.Document.Equal(elyra.NewDocument(changed)) {
			return nil // of the run before, as the provider takes it
		}
		return err
	}
	update := func(store *filestore.Store) error {
		_, err := update(store, changed)
		return err
	}
	remove := func(store *filestore.Store) error {
		_, err := store.Delete(testingContext, operated, nil)
		if errors.Is(err, elyra.ErrNotFound) {
			return nil
		}
		return err
	}
	replace := func(store *filestore.Store) error {
		there, err := store.Get(testingContext, operated, elyra.Current)
		if err == nil && !imageOf(there).Equal(changed) {
			err = remove(store)
		}
		if err != nil && !errors.Is(err, elyra.ErrNotFound) {
			return err
		}
		return create(store)
	}
	return map[string]operation{
		"create":               {do: create, after: document(changed)},
		"create the directory": {bare: true, do: create, after: document(changed)},
		"update":               {near: document(old), do: update, after: document(changed)},
		"overwrite": {near: `{"schema_name":"x","metadata":{"theirs":1}}`, do: update, after: strings.Replace(document(changed), `{
    "description"`, `{
    "theirs": 1,
    "description"`, 1)},
		"copy":    {far: document(old), do: update, after: document(changed)},
		"delete":  {near: document(old), do: remove},
		"replace": {near: document(old), gap: true, do: replace, after: document(changed)},
	}
}()

// open opens a store on the directories of an operation.
func (operation) open(root string) *filestore.Store {
	return filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{filepath.Join(root, "near"), filepath.Join(root, "far")}})
}

// prepare makes the directories of an operation.
func (o operation) prepare(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	near, far := filepath.Join(root, "near"), filepath.Join(root, "far")
	if !o.bare {
		writeInstance(t, near, "others", `{"others": "`+strings.Repeat("o", 5000)+`"}`)
	}
	if o.near != "" {
		writeInstance(t, near, operated, o.near)
	}
	if o.far != "" {
		writeInstance(t, far, operated, o.far)
	}
	return root
}

// marks are paths that the operating process looks at, to be found among its calls.
const beginMark, endMark = "/operation begins", "/operation ends"

func TestMain(m *testing.M) {
	name, root, isHelper := strings.Cut(os.Getenv(helperEnv), ":")
	if !isHelper {
		os.Exit(m.Run())
	}
	_, _ = os.Lstat(beginMark)
	err := operations[name].do(operation{}.open(root))
	_, _ = os.Lstat(endMark)
	if err != nil {
		fmt.Println(err)
	}
}

// The calls of a process with a single tracer are counted by thread: this one keeps to its first.
func init() {
	if os.Getenv(helperEnv) != "" {
		runtime.LockOSThread()
	}
}

// fileCalls are the system calls that look at files or change them. A question mark is for those that
// a processor may not have.
var fileCalls = []string{
	"openat", "?newfstatat", "?fstatat64", "?statx", "fstat", "read", "pread64", "write", "pwrite64", "fsync", "fdatasync", "ftruncate",
	"?rename", "?renameat", "renameat2", "linkat", "symlinkat", "unlinkat", "mkdirat", "fchmod", "fchmodat", "fchown", "fchownat", "flistxattr",
	"fgetxattr", "fsetxattr", "fremovexattr", "utimensat", "readlinkat", "getdents64",
}

// call is one of the system calls of an operation: the name, and which of those of that name in the
// process it is.
type call struct {
	name   string
	number int
}

// trace runs an operation under strace, and returns what it printed and the lines of its calls.
func trace(t *testing.T, operation, root string, options ...string) (printed string, lines []string) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		testenv.Missing(t, "strace", installs)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	// Without -f: the first thread alone.
	args := append([]string{"-o", log, "-s", "4096", "-e", "trace=" + strings.Join(fileCalls, ",")}, options...)
	cmd := exec.CommandContext(t.Context(), "strace", append(args, self)...)
	cmd.Env = append(os.Environ(), helperEnv+"="+operation+":"+root)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run()
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatalf("strace: %v\n%s", errors.Join(runErr, err), &stderr)
	}
	if stderr.Len() > 0 {
		t.Errorf("strace, or the process:\n%s", &stderr)
	}
	return stdout.String(), strings.Split(strings.TrimSpace(string(data)), "\n")
}

// calls finds the calls of an operation among those of its process.
func calls(t *testing.T, lines []string) (found []call) {
	t.Helper()
	counts := map[string]int{}
	inside := false
	for _, line := range lines {
		name, _, ok := strings.Cut(line, "(")
		if !ok {
			continue
		}
		counts[name]++
		switch {
		case strings.Contains(line, beginMark):
			inside = true
		case strings.Contains(line, endMark):
			return found
		case inside:
			found = append(found, call{name, counts[name]})
		}
	}
	t.Fatalf("the operation has no end:\n%s", strings.Join(lines, "\n"))
	return nil
}

// every reports whether all is to be tried, not a sample: where ELYRA_FAULT_RUNS is set.
func every() bool { return os.Getenv("ELYRA_FAULT_RUNS") != "" }

// sampled returns a few of the calls, or all of them.
func sampled(random *rand.Rand, all []call) []call {
	if every() {
		return all
	}
	some := slices.Clone(all)
	random.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some[:min(3, len(some))]
}

// inject runs each operation once for each of its calls, or a sample of them, with what options make
// of the call, and then again undisturbed, as the next apply does.
func inject(t *testing.T, options func(*rand.Rand, call) []string, check func(t *testing.T, o operation, root, printed string)) {
	t.Helper()
	seed := faultSeed(t)
	for name, o := range operations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, lines := trace(t, name, o.prepare(t))
			all := calls(t, lines)
			random := rand.New(rand.NewPCG(seed, uint64(len(name))))
			runs := 0
			for _, c := range sampled(random, all) {
				for _, option := range options(random, c) {
					root := o.prepare(t)
					printed, lines := trace(t, name, root, "-e", option)
					begun := slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, beginMark) })
					last := lines[len(lines)-1]
					if hit := strings.Contains(last, "killed by SIGKILL") || strings.Contains(strings.Join(lines, "\n"), "(INJECTED)"); !begun || !hit {
						t.Errorf("%s missed:\n%s", option, strings.Join(lines, "\n"))
					}
					runs++
					check(t, o, root, printed)
					o.converges(t, root)
					if t.Failed() {
						t.Fatalf("with %s, after which it printed %q", option, printed)
					}
				}
			}
			t.Logf("%d calls, %d runs", len(all), runs)
		})
	}
}

// whole checks that every document is one of those that there may be, and that others' are as they
// were.
func (o operation) whole(t *testing.T, root string) (now string) {
	t.Helper()
	now = o.stored(t, root, "near", operated)
	if now != o.near && now != o.after && (now != "" || !o.gap) {
		t.Errorf("the document is now %.200q", now)
	}
	if far := o.stored(t, root, "far", operated); far != o.far {
		t.Errorf("the document in the next directory is now %.200q", far)
	}
	if !o.bare {
		if others := o.stored(t, root, "near", "others"); len(others) != 5000+len(`{"others": ""}`) {
			t.Errorf("the document of others is now %.200q", others)
		}
	}
	return now
}

func (operation) stored(t *testing.T, root, level, name string) string {
	t.Helper()
	data, err := os.ReadFile(instancePath(filepath.Join(root, level), name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(data)
}

// converges checks that the next run, a minute later, ends as this one would have ended, and leaves
// nothing else.
func (o operation) converges(t *testing.T, root string) {
	t.Helper()
	dir := filepath.Dir(instancePath(filepath.Join(root, "near"), "x"))
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	long := time.Now().Add(-2 * time.Minute)
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) != ".json" {
			if err := os.Chtimes(filepath.Join(dir, entry.Name()), long, long); err != nil {
				t.Fatal(err)
			}
		}
	}
	store := o.open(root)
	if err := o.do(store); err != nil {
		t.Errorf("the next run: %v", err)
	}
	if now := o.whole(t, root); now != o.after {
		t.Errorf("after the next run the document is %.200q", now)
	}
	// That one may have had nothing to write: any write removes what is left.
	if _, err := create(store, image("any")); err != nil {
		t.Errorf("any write: %v", err)
	}
	want := []string{"any.json"}
	if o.after != "" {
		want = append(want, operated+".json")
	}
	if !o.bare {
		want = append(want, "others.json")
	}
	var got []string
	entries, err = os.ReadDir(dir)
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("left are %q, %v, want %q", got, err, want)
	}
}

// TestKilledAtEachCall: whichever system call of an operation is its process's last, no document is
// partial, mixed or lost, the next run ends as this one would have ended, and what was left is gone.
func TestKilledAtEachCall(t *testing.T) {
	t.Parallel()
	kill := func(_ *rand.Rand, c call) []string {
		return []string{fmt.Sprintf("inject=%s:signal=KILL:when=%d", c.name, c.number)}
	}
	inject(t, kill, func(t *testing.T, o operation, root, _ string) {
		t.Helper()
		o.whole(t, root)
	})
}

// TestDiskFailsAtEachCall: whichever system call of an operation fails, it succeeds all the same, or
// says why and where, and the same holds as for one that is killed.
func TestDiskFailsAtEachCall(t *testing.T) {
	t.Parallel()
	failures := []syscall.Errno{unix.EIO, unix.EDQUOT, unix.ESTALE, unix.ENOSPC}
	fail := func(random *rand.Rand, c call) (options []string) {
		for _, failure := range failures {
			options = append(options, fmt.Sprintf("inject=%s:error=%s:when=%d", c.name, unix.ErrnoName(failure), c.number))
		}
		if !every() {
			options = options[random.IntN(len(options)):][:1]
		}
		return options
	}
	inject(t, fail, func(t *testing.T, o operation, root, printed string) {
		t.Helper()
		now := o.whole(t, root)
		named := strings.Contains(printed, root) && !strings.Contains(printed, ".tmp")
		known := slices.ContainsFunc(failures, func(failure syscall.Errno) bool { return strings.Contains(printed, failure.Error()) })
		switch {
		case printed == "" && now != o.after:
			t.Errorf("it says it succeeded, and the document is %.200q", now)
		case printed != "" && (!named || !known):
			t.Errorf("the error doesn't say why and where, or names a temporary file")
		case printed != "" && o.near == "" && now != "":
			t.Errorf("a creation that failed left a document")
		}
	})
}

// TestDiskIsFlushed: a document is flushed before it gets its name, and the directory after that, so
// that a power cut takes nothing back.
func TestDiskIsFlushed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"create": {"flush the temporary file", "place", "flush the directory"},
		"update": {"flush the temporary file", "place", "flush the directory"},
		"delete": {"remove", "flush the directory"},

		"create the directory": {"flush what is above", "flush what is above", "flush the temporary file", "place", "flush the directory"},
	} {
		o := operations[name]
		root := o.prepare(t)
		directory := filepath.Dir(instancePath(filepath.Join(root, "near"), "x"))
		_, lines := trace(t, name, root, "-y") // with the paths of open files
		var got []string
		for _, line := range lines {
			call, arguments, _ := strings.Cut(line, "(")
			switch {
			case call == "fsync" && (strings.Contains(arguments, "<"+filepath.Dir(directory)+">") || strings.Contains(arguments, "<"+filepath.Dir(filepath.Dir(directory))+">")):
				got = append(got, "flush what is above")
			case call == "fsync" && strings.Contains(arguments, "<"+directory+">"):
				got = append(got, "flush the directory")
			case call == "fsync" && strings.Contains(arguments, "<"+directory+"/.operated.json."):
				got = append(got, "flush the temporary file")
			case strings.HasPrefix(call, "rename") && strings.Contains(arguments, `"operated.json"`):
				got = append(got, "place")
			case call == "unlinkat" && strings.Contains(arguments, `"operated.json"`):
				got = append(got, "remove")
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
