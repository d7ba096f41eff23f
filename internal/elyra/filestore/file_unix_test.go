//go:build unix

package filestore_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// helperEnv makes a run of this test binary a process that uses a store, for
// the tests that need several processes or one to kill.
const helperEnv = "FILESTORE_TEST_HELPER"

// helpers are the jobs of such a process, by their names.
var helpers = map[string]func(dir string){
	"create":       helperCreate,
	"update":       helperUpdate,
	"update-large": helperUpdateLarge,
}

func TestMain(m *testing.M) {
	job, dir, _ := strings.Cut(os.Getenv(helperEnv), ":")
	if job == "" {
		os.Exit(m.Run())
	}
	helpers[job](dir)
}

func helperCommand(t *testing.T, job, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), helperEnv+"="+job+":"+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

const contendedNames = 40

// helperCreate creates instances and prints how many it could.
func helperCreate(dir string) {
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // all processes start at the same time
	created := 0
	for i := range contendedNames {
		_, err := create(store, image(fmt.Sprintf("n%d", i)))
		switch {
		case err == nil:
			created++
		case !errors.Is(err, elyra.ErrExists):
			fmt.Println(err)
			os.Exit(1)
		}
	}
	fmt.Println(created)
}

// TestCreateInProcesses: of several processes that create one name, one wins.
func TestCreateInProcesses(t *testing.T) {
	dir := t.TempDir()
	const processes = 3
	var stdins []interface{ Close() error }
	outputs := make([]strings.Builder, processes)
	var commands []*exec.Cmd
	for i := range processes {
		cmd := helperCommand(t, "create", dir)
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout = &outputs[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stdins, commands = append(stdins, stdin), append(commands, cmd)
	}
	for _, stdin := range stdins {
		stdin.Close()
	}
	total := 0
	for i, cmd := range commands {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v: %s", err, &outputs[i])
		}
		created, err := strconv.Atoi(strings.TrimSpace(outputs[i].String()))
		if err != nil {
			t.Fatal(err)
		}
		total += created
	}
	if total != contendedNames {
		t.Errorf("%d names were created %d times", contendedNames, total)
	}
	noLeftovers(t, dir, contendedNames)
}

// versions are the documents that helperUpdate writes in turn. They differ in
// length, so that a mixture of both would be seen.
func versions(name string) [2]elyra.RuntimeImage {
	a, b := image(name), image(name)
	a.Description = strings.Repeat("a", 20_000)
	b.Description = strings.Repeat("b", 3_000)
	return [2]elyra.RuntimeImage{a, b}
}

// helperUpdate updates an instance until it is killed.
func helperUpdate(dir string) {
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	for i := 0; ; i++ {
		if _, err := update(store, versions("killed")[i%2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(i)
	}
}

// TestUpdateKilled: whenever the writing process dies, a reader finds one
// version or the other. Ten times, or twice for each of ELYRA_FAULT_RUNS.
func TestUpdateKilled(t *testing.T) {
	dir := t.TempDir()
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	want := versions("killed")
	if _, err := create(store, want[0]); err != nil {
		t.Fatal(err)
	}
	rounds := 10
	if runs, err := strconv.Atoi(os.Getenv("ELYRA_FAULT_RUNS")); err == nil {
		rounds = 2 * runs
	}
	for round := range rounds {
		cmd := helperCommand(t, "update", dir)
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// It is at work once it has written some versions, another number in each round.
		lines := bufio.NewScanner(stdout)
		for range 1 + 3*(round%10) {
			lines.Scan()
		}
		for range 50 {
			got, err := store.Get(t.Context(), "killed", elyra.Current)
			if err != nil {
				t.Fatalf("while it is being updated: %v", err)
			}
			if !imageOf(got).Equal(want[0]) && !imageOf(got).Equal(want[1]) {
				t.Fatalf("read a description of %d characters", len(imageOf(got).Description))
			}
		}
		cmd.Process.Kill()
		cmd.Wait()
		if got, err := store.Get(t.Context(), "killed", elyra.Current); err != nil || !imageOf(got).Equal(want[0]) && !imageOf(got).Equal(want[1]) {
			t.Fatalf("after the kill: %d characters, %v", len(imageOf(got).Description), err)
		}
	}
	// Whatever the dead left, no list shows it.
	if instances, err := store.List(t.Context(), elyra.ListOptions{Invalid: true}); err != nil || len(instances) != 1 {
		t.Errorf("listed %d instances, %v", len(instances), err)
	}
}

// helperUpdateLarge fails in mid-write: the shell has limited the size of files.
func helperUpdateLarge(dir string) {
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	large := image("large")
	large.Description = strings.Repeat("x", 1<<20)
	_, updateErr := update(store, large)
	large.Name = "new"
	_, createErr := create(store, large)
	fmt.Println(updateErr)
	fmt.Println(createErr)
}

// TestDiskFull: a write that the disk refuses half-way leaves everything as it
// was and says so.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	want := image("large")
	if _, err := create(store, want); err != nil {
		t.Fatal(err)
	}
	cmd := helperCommand(t, "update-large", dir)
	limited := exec.CommandContext(t.Context(), "sh", "-c", `trap "" XFSZ; ulimit -f 8; exec "$0"`, cmd.Path)
	limited.Env, limited.Stderr = cmd.Env, os.Stderr // a run that measures coverage can't write that, and says so
	out, err := limited.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if strings.Count(string(out), syscall.EFBIG.Error()) != 2 {
		t.Errorf("the two writes ended with:\n%s", out)
	}
	if got, err := store.Get(t.Context(), "large", elyra.Current); err != nil || !imageOf(got).Equal(want) {
		t.Errorf("the old document is now %+v, %v", got, err)
	}
	noLeftovers(t, dir, 1)
}

// TestModes: Elyra's own files and directories get the modes that were asked for, whatever the umask. A
// missing parent follows the umask, since others use it too.
func TestModes(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	dir := filepath.Join(t.TempDir(), "new", "data")
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}, FilePermission: 0o644, DirectoryPermission: 0o755})
	if _, err := create(store, image("made")); err != nil {
		t.Fatal(err)
	}
	path := instancePath(dir, "made")
	checkMode(t, path, 0o644)
	instances := filepath.Dir(path)
	for d, want := range map[string]fs.FileMode{
		instances: 0o755, filepath.Dir(instances): 0o755, dir: 0o750, filepath.Dir(dir): 0o750,
	} {
		checkMode(t, d, want|fs.ModeDir)
	}

	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	changed := image("made")
	changed.Description = "changed"
	if _, err := update(store, changed); err != nil {
		t.Fatal(err)
	}
	checkMode(t, path, 0o640)

	// Files and directories with another mode are reported, where the store writes.
	if err := os.Chmod(instances, 0o700); err != nil {
		t.Fatal(err)
	}
	want := []elyra.ModeDrift{{Path: instances, Directory: true, Mode: 0o700, Want: 0o755}, {Path: path, Mode: 0o640, Want: 0o644}}
	for _, tt := range []struct {
		config filestore.Config
		want   []elyra.ModeDrift
	}{
		{filestore.Config{DataDirs: []string{dir}, FilePermission: 0o644, DirectoryPermission: 0o755}, want},
		{filestore.Config{DataDirs: []string{t.TempDir(), dir}, FilePermission: 0o644, DirectoryPermission: 0o755}, nil},
		{filestore.Config{DataDirs: []string{dir}}, nil},
	} {
		if got, err := filestore.New(elyra.RuntimeImages, tt.config).Get(t.Context(), "made", elyra.Current); err != nil || !slices.Equal(got.Modes, tt.want) {
			t.Errorf("modes %v, %v, want %v", got.Modes, err, tt.want)
		}
	}

	private := t.TempDir()
	store = filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{private}})
	if _, err := create(store, image("made")); err != nil {
		t.Fatal(err)
	}
	checkMode(t, instancePath(private, "made"), 0o600)
	checkMode(t, filepath.Dir(instancePath(private, "made")), 0o700|fs.ModeDir)
}

// TestSpecialBits: directories get the special bits that are asked for, and keep those that they
// inherit.
func TestSpecialBits(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ asked, want string }{{"2775", "2775"}, {"1777", "1777"}, {"0755", "0755"}, {"750", "0750"}} {
		mode, err := filestore.ParseMode(tt.asked)
		if err != nil || filestore.FormatMode(mode) != tt.want {
			t.Fatalf("%s: %v, %v", tt.asked, filestore.FormatMode(mode), err)
		}
		data := filepath.Join(dir, tt.asked)
		store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{data}, DirectoryPermission: mode})
		made, err := create(store, image("made"))
		if err != nil || len(made.Modes) > 0 {
			t.Errorf("%s: %v, modes %v", tt.asked, err, made.Modes)
		}
		instances := filepath.Dir(instancePath(data, "x"))
		checkMode(t, instances, mode|fs.ModeDir)
		checkMode(t, filepath.Dir(instances), mode|fs.ModeDir)
	}
	if _, err := filestore.ParseMode("17777"); err == nil {
		t.Error("five digits were read")
	}

	inherits := filepath.Join(dir, "inherits")
	if err := errors.Join(os.Mkdir(inherits, 0o755), os.Chmod(inherits, 0o755|fs.ModeSetgid)); err != nil {
		t.Fatal(err)
	}
	probe := filepath.Join(inherits, "probe")
	if err := os.Mkdir(probe, 0o755); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(probe)
	if err != nil {
		t.Fatal(err)
	}
	inherited := info.Mode() & fs.ModeSetgid // none on macOS
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{inherits}, DirectoryPermission: 0o750})
	made, err := create(store, image("made"))
	if err != nil || len(made.Modes) > 0 {
		t.Errorf("inherited: %v, modes %v", err, made.Modes)
	}
	instances := filepath.Dir(instancePath(inherits, "x"))
	checkMode(t, instances, 0o750|fs.ModeDir|inherited)

	// A directory that lacks the bit is reported.
	asked := filestore.Config{DataDirs: []string{filepath.Join(dir, "750")}, DirectoryPermission: 0o750 | fs.ModeSetgid}
	got, err := filestore.New(elyra.RuntimeImages, asked).Get(t.Context(), "made", elyra.Current)
	if err != nil || len(got.Modes) != 2 || filestore.FormatMode(got.Modes[1].Mode) != "0750" || filestore.FormatMode(got.Modes[1].Want) != "2750" {
		t.Errorf("modes %v, %v", got.Modes, err)
	}
}

func checkMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != want {
		t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
	}
}

// TestSymlink: an update replaces a link by a file, and a deletion removes it. Neither touches what
// the link points to.
func TestSymlink(t *testing.T) {
	dir := t.TempDir()
	instances := filepath.Dir(instancePath(dir, "x"))
	outside := filepath.Join(t.TempDir(), "outside.json")
	document := string(elyra.NewDocument(image("linked")).Encode())
	if err := errors.Join(os.MkdirAll(instances, 0o755), os.WriteFile(outside, []byte(document), 0o644)); err != nil {
		t.Fatal(err)
	}
	link := func(name, target string) {
		t.Helper()
		if err := os.Symlink(target, instancePath(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	for name, tt := range map[string]struct{ target, reason string }{
		"linked":    {outside, ""},
		"dangling":  {"nowhere", "symbolic link to nowhere, where there's no file"},
		"loop":      {"loop.json", "symbolic link to loop.json, where there's no file"},
		"directory": {dir, "where there's no file"},
		"below":     {outside + "/below", "where there's no file"},
	} {
		link(name, tt.target)
		got, err := store.Get(t.Context(), name, elyra.Current)
		var invalid *elyra.InvalidError
		switch {
		case tt.reason == "" && (err != nil || imageOf(got).DisplayName != "Display of linked"):
			t.Errorf("%s: %+v, %v", name, got, err)
		case tt.reason != "" && (!errors.As(err, &invalid) || !invalid.Unloadable || !strings.Contains(invalid.Reason(), tt.reason) || got.Unparsed == ""):
			t.Errorf("%s: %v, %+v, want %q", name, err, got, tt.reason)
		}
		if !got.Writable {
			t.Errorf("%s: not writable", name)
		}
		if listed, err := store.List(t.Context(), elyra.ListOptions{Invalid: true}); err != nil || len(listed) != 1 || (listed[0].Invalid != nil) != (tt.reason != "") {
			t.Errorf("%s: listed %+v, %v", name, listed, err)
		}
		if _, err := create(store, image(name)); !errors.Is(err, elyra.ErrExists) {
			t.Errorf("%s: Create: %v, want ErrExists", name, err)
		}
		asRead := func(found elyra.Instance) bool { return found.Digest() == got.Digest() }
		if _, err := store.Update(t.Context(), name, asRead, func(elyra.Document) elyra.Document { return elyra.NewDocument(image(name)) }); err != nil {
			t.Errorf("%s: Update: %v", name, err)
		}
		if info, err := os.Lstat(instancePath(dir, name)); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: an update left %v, %v, want a file", name, info, err)
		}
		if err := os.Remove(instancePath(dir, name)); err != nil {
			t.Fatal(err)
		}
		link(name, tt.target)
		if _, err := store.Delete(t.Context(), name, asRead); err != nil {
			t.Errorf("%s: Delete: %v", name, err)
		}
		if _, err := os.Lstat(instancePath(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the link is still there: %v", name, err)
		}
	}
	if data, err := os.ReadFile(outside); err != nil || string(data) != document {
		t.Errorf("the link's target is now %q, %v", data, err)
	}
}

// TestMountedLink: a link in a directory that can't be written, as a mounted ConfigMap has it, is
// read-only, and a reader sees that before it writes.
func TestMountedLink(t *testing.T) {
	dir := publicDir(t)
	instances := filepath.Dir(instancePath(dir, "x"))
	data := filepath.Join(instances, "..2026_11_23")
	document := string(elyra.NewDocument(image("linked")).Encode())
	for _, err := range []error{
		os.MkdirAll(data, 0o755),
		os.WriteFile(filepath.Join(data, "linked.json"), []byte(document), 0o644),
		os.Symlink("..2026_11_23", filepath.Join(instances, "..data")),
		os.Symlink("..data/linked.json", instancePath(dir, "linked")),
		os.Chmod(instances, 0o555),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(instances, 0o755) })
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	asUser(t, func() {
		got, err := store.Get(t.Context(), "linked", elyra.Current)
		if err != nil || got.Writable || got.Origin != elyra.OriginLocal || imageOf(got).DisplayName != "Display of linked" {
			t.Errorf("read %+v, %v", got, err)
		}
		_, updateErr := update(store, image("linked"))
		_, deleteErr := store.Delete(t.Context(), "linked", nil)
		for call, err := range map[string]error{"Update": updateErr, "Delete": deleteErr} {
			if !errors.Is(err, elyra.ErrReadOnly) || !strings.Contains(err.Error(), "symbolic link in a directory that can't be written") {
				t.Errorf("%s: %v, want ErrReadOnly", call, err)
			}
		}
		if got, err := store.List(t.Context(), elyra.ListOptions{Invalid: true}); err != nil || len(got) != 1 || got[0].Writable {
			t.Errorf("listed %+v, %v", got, err)
		}
	})
}

// TestOddFiles: each thing that isn't an instance has its own error and hides no other. A directory
// isn't listed.
func TestOddFiles(t *testing.T) {
	dir := t.TempDir()
	writeInstance(t, dir, "fine", string(elyra.NewDocument(image("fine")).Encode()))
	writeInstance(t, dir, "huge", strings.Repeat(" ", 5<<20))
	writeInstance(t, dir, "", string(elyra.NewDocument(image("dot")).Encode())) // .json
	for _, err := range []error{
		os.Mkdir(instancePath(dir, "directory"), 0o755),
		syscall.Mkfifo(instancePath(dir, "pipe"), 0o600),
		os.WriteFile(instancePath(dir, "fine")+"1732373640.1", nil, 0o600),
		os.WriteFile(instancePath(dir, "fine")+".tmp", nil, 0o600),
		os.WriteFile(filepath.Join(dir, "metadata", "runtime-images", "README"), nil, 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	for name, want := range map[string]string{
		"huge":      "more than 4194304 bytes",
		"directory": "is a directory",
		"pipe":      "isn't a regular file",
	} {
		for call, do := range map[string]func() error{
			"Get":    func() error { _, err := store.Get(t.Context(), name, elyra.Current); return err },
			"Update": func() error { _, err := update(store, image(name)); return err },
			"Delete": func() error { _, err := store.Delete(t.Context(), name, nil); return err },
		} {
			if err := do(); err == nil || !strings.Contains(err.Error(), want) || errors.Is(err, elyra.ErrNotFound) {
				t.Errorf("%s %s: got %v, want %q in it", call, name, err, want)
			}
		}
	}
	if _, err := create(store, image("directory")); err == nil || errors.Is(err, elyra.ErrExists) || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("Create directory: %v", err)
	}
	if got, err := store.List(t.Context(), elyra.ListOptions{}); err != nil || len(got) != 2 || got[0].Name != ".json" || got[1].Name != "fine" {
		t.Errorf("listed %v, %v", got, err)
	}
	if got, err := store.List(t.Context(), elyra.ListOptions{Invalid: true}); err != nil || len(got) != 4 {
		t.Errorf("listed %d with invalid ones, %v", len(got), err)
	}
	if got, err := store.Get(t.Context(), ".json", elyra.Current); err != nil || imageOf(got).DisplayName != "Display of dot" {
		t.Errorf(".json: %+v, %v", got, err)
	}
}

// TestPermissions: a file that this user may not read or write is an error of its
// own kind, and nothing changes.
func TestPermissions(t *testing.T) {
	dir := publicDir(t)
	document := string(elyra.NewDocument(image("secret")).Encode())
	writeInstance(t, dir, "secret", document)
	writeInstance(t, dir, "fine", document)
	instances := filepath.Dir(instancePath(dir, "x"))
	for path, mode := range map[string]fs.FileMode{
		filepath.Dir(dir):           0o755,
		dir:                         0o755,
		filepath.Dir(instances):     0o755,
		instances:                   0o555,
		instancePath(dir, "secret"): 0o000,
		instancePath(dir, "fine"):   0o444,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	asUser(t, func() {
		store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
		for call, do := range map[string]func() error{
			"Get unreadable":    func() error { _, err := store.Get(t.Context(), "secret", elyra.Current); return err },
			"Update unreadable": func() error { _, err := update(store, image("secret")); return err },
			"Delete unreadable": func() error { _, err := store.Delete(t.Context(), "secret", nil); return err },
			"Update":            func() error { _, err := update(store, image("fine")); return err },
			"Create":            func() error { _, err := create(store, image("new")); return err },
			"Delete":            func() error { _, err := store.Delete(t.Context(), "fine", nil); return err },
		} {
			err := do()
			if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "runtime image") {
				t.Errorf("%s: got %v, want a permission error", call, err)
			}
			if unreadable := strings.Contains(call, "unreadable"); errors.Is(err, elyra.ErrUnreadable) != unreadable {
				t.Errorf("%s: %v says that the instance can't be read: %t", call, err, !unreadable)
			}
		}
		got, err := store.List(t.Context(), elyra.ListOptions{Invalid: true})
		if err != nil || len(got) != 2 || got[0].Invalid != nil || !errors.Is(got[1].Invalid, fs.ErrPermission) {
			t.Errorf("listed %+v, %v", got, err)
		}
	})
	if data, err := os.ReadFile(instancePath(dir, "fine")); err != nil || string(data) != document {
		t.Errorf("the file is now %q, %v", data, err)
	}
}

// TestOwner: an update keeps the owner, or does nothing.
func TestOwner(t *testing.T) {
	dir := publicDir(t)
	document := string(elyra.NewDocument(image("theirs")).Encode())
	writeInstance(t, dir, "theirs", document)
	path := instancePath(dir, "theirs")
	changed := image("theirs")
	store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}})
	for _, user := range []int{0, 12345} {
		for _, group := range []int{0, 12346} {
			if os.Geteuid() == 0 {
				if err := os.Chown(path, user, group); err != nil {
					t.Fatal(err)
				}
			}
			before := owner(t, path)
			changed.Description = fmt.Sprint("changed for ", user, group)
			if _, err := update(store, changed); err != nil {
				t.Fatal(err)
			}
			if after := owner(t, path); after != before {
				t.Errorf("the owner was %v and is %v", before, after)
			}
		}
	}
	if os.Geteuid() != 0 {
		return
	}
	for d := filepath.Dir(path); d != filepath.Dir(filepath.Dir(dir)); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	before := changed.Description
	asUser(t, func() {
		changed.Description = "changed again"
		if _, err := update(store, changed); err == nil || !strings.Contains(err.Error(), "belongs to user 12345 and group 12346") {
			t.Errorf("got %v", err)
		}
	})
	if got, err := store.Get(t.Context(), "theirs", elyra.Current); err != nil || imageOf(got).Description != before {
		t.Errorf("the file is now %+v, %v", got, err)
	}
	noLeftovers(t, dir, 1)
}

func owner(t *testing.T, path string) [2]uint32 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	return [2]uint32{stat.Uid, stat.Gid}
}

// noLeftovers checks that dir holds instances and nothing else.
func noLeftovers(t *testing.T, dir string, instances int) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(instancePath(dir, "x")))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != instances {
		t.Errorf("the directory has %d entries, want %d: %v", len(entries), instances, entries)
	}
}

// publicDir is a temporary directory that other users reach too, though TMPDIR may be private.
func publicDir(t *testing.T) string {
	t.Helper()
	base, err := os.MkdirTemp("/tmp", "elyra") //nolint:usetesting // TMPDIR may be private
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	dir := filepath.Join(base, "data")
	if err := errors.Join(os.Chmod(base, 0o755), os.Mkdir(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// asUser runs f, on a thread of its own, without root's power over files.
func asUser(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()                          // never unlocked: the thread dies with the goroutine
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // a list then reads on this thread alone
		dropFileAccess(t)
		f()
	}()
	<-done
}

// TestFactoryDir: the Python that runs Elyra is that of the elyra-metadata on PATH, as the first lines
// of that script name it, and else that of an active environment.
func TestFactoryDir(t *testing.T) {
	const beside = "next to the script"
	for name, tt := range map[string]struct {
		script string // of elyra-metadata, "" for none
		env    map[string]string
		prefix string
		want   string
	}{
		"named":            {script: "#!/opt/py/bin/python3.11\n", want: "/opt/py"},
		"named with flags": {script: "#!/opt/py/bin/python -I\n", want: "/opt/py"},
		"named by exec":    {script: "#!/bin/sh\n'''exec' \"/opt/long/bin/python3\" \"$0\" \"$@\"\n", want: "/opt/long"},
		"not named":        {script: "#!/bin/sh\n", want: beside},
		"empty":            {script: " ", want: beside},
		"before others":    {script: "#!/opt/py/bin/python3.11\n", env: map[string]string{"VIRTUAL_ENV": "/venv"}, want: "/opt/py"},
		"given":            {script: "#!/opt/py/bin/python3.11\n", prefix: "/given", want: "/given"},
		"venv":             {env: map[string]string{"VIRTUAL_ENV": "/venv", "CONDA_PREFIX": "/conda"}, want: "/venv"},
		"conda":            {env: map[string]string{"CONDA_PREFIX": "/conda"}, want: "/conda"},
		"none":             {},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			prefix := t.TempDir()
			env := map[string]string{"PATH": "/nowhere:relative:" + filepath.Join(prefix, "bin")}
			maps.Copy(env, tt.env)
			if tt.script != "" {
				script := filepath.Join(prefix, "bin", "elyra-metadata")
				if err := errors.Join(os.Mkdir(filepath.Dir(script), 0o755), os.WriteFile(script, []byte(tt.script), 0o700)); err != nil {
					t.Fatal(err)
				}
			}
			want := tt.want
			if want == beside {
				want = prefix
			}
			if want != "" {
				want = filepath.Join(want, "share", "jupyter")
			}
			_, got := filestore.SearchPath(filestore.Environment{
				Prefix:    tt.prefix,
				LookupEnv: func(key string) (string, bool) { value, ok := env[key]; return value, ok },
			})
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
