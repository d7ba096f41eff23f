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

// others is the document of another instance.
var others = strings.Repeat("o", 5000)

// old and changed differ in length, so that a mixture of both would be seen.
var old, changed = described(operated, strings.Repeat("a", 20_000)), described(operated, strings.Repeat("b", 3_000))

var operations = func() map[string]operation {
	before, after := string(elyra.NewDocument(old).Encode()), string(elyra.NewDocument(changed).Encode())
	create := func(store *filestore.Store) error {
		_, err := create(store, changed)
		if exists := new(elyra.ExistsError); errors.As(err, &exists) && imageOf(exists.Found).Equal(changed) {
			return nil // of the run before, as the provider takes it
		}
		return err
	}
	update := func(store *filestore.Store) error {
		_, err := update(store, changed)
		return err
	}
	remove := func(store *filestore.Store) error {
		if _, err := store.Delete(testingContext, operated, nil); !errors.Is(err, elyra.ErrNotFound) {
			return err
		}
		return nil
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
		"create":               {do: create, after: after},
		"create the directory": {bare: true, do: create, after: after},
		"update":               {near: before, do: update, after: after},
		"overwrite": {
			near: `{"schema_name":"x","metadata":{"theirs":1}}`, do: update,
			after: strings.Replace(after, `"metadata": {`, "\"metadata\": {\n    \"theirs\": 1,", 1),
		},
		"copy":    {far: before, do: update, after: after},
		"delete":  {near: before, do: remove},
		"replace": {near: before, gap: true, do: replace, after: after},
	}
}()

// open opens a store on the directories of an operation.
func (operation) open(root string) *filestore.Store {
	return storeOn(filepath.Join(root, "near"), filepath.Join(root, "far"))
}

// prepare makes the directories of an operation.
func (o operation) prepare(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	near, far := filepath.Join(root, "near"), filepath.Join(root, "far")
	if !o.bare {
		writeInstance(t, near, "others", others)
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
	must(t, err)
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

// inject runs each operation once for each of its calls and of the injections, which are strace's, and
// then again undisturbed, as the next apply does. It takes a sample of them unless ELYRA_FAULT_RUNS is
// set.
func inject(t *testing.T, injections []string, check func(t *testing.T, o operation, now, root, printed string)) {
	t.Helper()
	_, seed := testenv.Random(t, 1, 0)
	for name, o := range operations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, lines := trace(t, name, o.prepare(t))
			var options []string
			for _, c := range calls(t, lines) {
				for _, injection := range injections {
					options = append(options, fmt.Sprintf("inject=%s:%s:when=%d", c.name, injection, c.number))
				}
			}
			t.Logf("%d runs, if not sampled", len(options))
			if os.Getenv("ELYRA_FAULT_RUNS") == "" {
				random := rand.New(rand.NewPCG(seed, uint64(len(name))))
				random.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
				options = options[:3]
			}
			for _, option := range options {
				root := o.prepare(t)
				printed, lines := trace(t, name, root, "-e", option)
				log := strings.Join(lines, "\n")
				if hit := strings.Contains(log, "killed by SIGKILL") || strings.Contains(log, "(INJECTED)"); !hit || !strings.Contains(log, beginMark) {
					t.Errorf("%s missed:\n%s", option, log)
				}
				check(t, o, o.whole(t, root), root, printed)
				o.converges(t, root)
				if t.Failed() {
					t.Fatalf("with %s, after which it printed %q", option, printed)
				}
			}
		})
	}
}

// whole checks that every document is one of those that there may be, and that others' are as they
// were.
func (o operation) whole(t *testing.T, root string) (now string) {
	t.Helper()
	stored := func(level, name string) string {
		data, err := os.ReadFile(instancePath(filepath.Join(root, level), name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return string(data)
	}
	now = stored("near", operated)
	if now != o.near && now != o.after && (now != "" || !o.gap) {
		t.Errorf("the document is now %.200q", now)
	}
	if far := stored("far", operated); far != o.far {
		t.Errorf("the document in the next directory is now %.200q", far)
	}
	if got := stored("near", "others"); !o.bare && got != others {
		t.Errorf("the document of others is now %.200q", got)
	}
	return now
}

// converges checks that the next run, a minute later, ends as this one would have ended, and leaves
// nothing else.
func (o operation) converges(t *testing.T, root string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(filepath.Dir(instancePath(filepath.Join(root, "near"), "x")), ".*.tmp"))
	must(t, err)
	long := time.Now().Add(-2 * time.Minute)
	for _, path := range left {
		must(t, os.Chtimes(path, long, long))
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
	checkFiles(t, filepath.Join(root, "near"), want...)
}

// TestKilledAtEachCall: whichever system call of an operation is its process's last, no document is
// partial, mixed or lost, the next run ends as this one would have ended, and what was left is gone.
func TestKilledAtEachCall(t *testing.T) {
	t.Parallel()
	inject(t, []string{"signal=KILL"}, func(*testing.T, operation, string, string, string) {})
}

// TestDiskFailsAtEachCall: whichever system call of an operation fails, it succeeds all the same, or
// says why and where, and the same holds as for one that is killed.
func TestDiskFailsAtEachCall(t *testing.T) {
	t.Parallel()
	var failures, messages []string
	for _, failure := range []syscall.Errno{unix.EIO, unix.EDQUOT, unix.ESTALE, unix.ENOSPC} {
		failures, messages = append(failures, "error="+unix.ErrnoName(failure)), append(messages, failure.Error())
	}
	inject(t, failures, func(t *testing.T, o operation, now, root, printed string) {
		t.Helper()
		named := strings.Contains(printed, root) && !strings.Contains(printed, ".tmp")
		known := slices.ContainsFunc(messages, func(message string) bool { return strings.Contains(printed, message) })
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
		root := operations[name].prepare(t)
		metadata := filepath.Join(root, "near", "metadata")
		_, lines := trace(t, name, root, "-y") // with the paths of open files
		var got []string
		for _, line := range lines {
			for _, step := range []struct{ name, call, argument string }{
				{"flush what is above", "fsync", "<" + filepath.Dir(metadata) + ">"},
				{"flush what is above", "fsync", "<" + metadata + ">"},
				{"flush the directory", "fsync", "<" + metadata + "/runtime-images>"},
				{"flush the temporary file", "fsync", "<" + metadata + "/runtime-images/.operated.json."},
				{"place", "rename", `"operated.json"`},
				{"remove", "unlinkat", `"operated.json"`},
			} {
				if strings.HasPrefix(line, step.call) && strings.Contains(line, step.argument) {
					got = append(got, step.name)
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
