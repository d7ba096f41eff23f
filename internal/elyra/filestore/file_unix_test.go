//go:build unix

package filestore_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// TestModes: Elyra's own files and directories get the modes that were asked for, or Elyra's, whatever the
// umask. A missing parent follows the umask, since others use it too.
func TestModes(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	for _, tt := range []struct{ file, directory, wantFile, wantDirectory fs.FileMode }{
		{wantFile: 0o600, wantDirectory: 0o700},
		{0o644, 0o755, 0o644, 0o755},
		{0o664, 0o775 | fs.ModeSetgid, 0o664, 0o775 | fs.ModeSetgid},
		{0o666, 0o777 | fs.ModeSticky, 0o666, 0o777 | fs.ModeSticky},
	} {
		dir := filepath.Join(t.TempDir(), "new", "data")
		store := filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{dir}, FilePermission: tt.file, DirectoryPermission: tt.directory})
		if made, err := create(store, image("made")); err != nil || len(made.Modes) > 0 {
			t.Fatalf("%v, modes %v", err, made.Modes)
		}
		path := instancePath(dir, "made")
		instances := filepath.Dir(path)
		checkMode(t, path, tt.wantFile)
		for d, want := range map[string]fs.FileMode{
			instances: tt.wantDirectory, filepath.Dir(instances): tt.wantDirectory, dir: 0o750, filepath.Dir(dir): 0o750,
		} {
			checkMode(t, d, want|fs.ModeDir)
		}
	}
	for _, octal := range []string{"2775", "1777", "4755", "0755"} {
		if mode, err := filestore.ParseMode(octal); err != nil || filestore.FormatMode(mode) != octal {
			t.Errorf("%s: %v, %v", octal, filestore.FormatMode(mode), err)
		}
	}
	if mode, err := filestore.ParseMode("750"); err != nil || mode != 0o750 {
		t.Errorf("750: %v, %v", mode, err)
	}
	if _, err := filestore.ParseMode("17777"); err == nil {
		t.Error("five digits were read")
	}
}

// TestModeDrift: an update keeps the mode, directories keep the special bits that they inherit, and other
// modes than the configured ones are reported, where the store writes.
func TestModeDrift(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755|fs.ModeSetgid))
	probe := filepath.Join(dir, "probe")
	must(t, os.Mkdir(probe, 0o755))
	info, err := os.Stat(probe)
	must(t, err)
	inherited := info.Mode() & fs.ModeSetgid // none on macOS
	config := filestore.Config{DataDirs: []string{dir}, FilePermission: 0o644, DirectoryPermission: 0o755}
	if made, err := create(filestore.New(elyra.RuntimeImages, config), image("made")); err != nil || len(made.Modes) > 0 {
		t.Fatalf("%v, modes %v", err, made.Modes)
	}
	path := instancePath(dir, "made")
	instances := filepath.Dir(path)
	checkMode(t, instances, 0o755|fs.ModeDir|inherited)
	must(t, os.Chmod(path, 0o640), os.Chmod(instances, 0o700))
	_, err = update(filestore.New(elyra.RuntimeImages, config), described("made", "changed"))
	must(t, err)
	checkMode(t, path, 0o640)
	elsewhere, special, none := config, config, config
	elsewhere.DataDirs = []string{t.TempDir(), dir}
	special.FilePermission, special.DirectoryPermission = 0, 0o700|fs.ModeSticky
	none.FilePermission, none.DirectoryPermission = 0, 0
	parent := filepath.Dir(instances)
	for _, tt := range []struct {
		config filestore.Config
		want   []elyra.ModeDrift
	}{
		{config, []elyra.ModeDrift{{Path: instances, Directory: true, Mode: 0o700, Want: 0o755}, {Path: path, Mode: 0o640, Want: 0o644}}},
		{special, []elyra.ModeDrift{
			{Path: parent, Directory: true, Mode: 0o755 | inherited, Want: 0o700 | fs.ModeSticky},
			{Path: instances, Directory: true, Mode: 0o700, Want: 0o700 | fs.ModeSticky},
		}},
		{elsewhere, nil},
		{none, nil},
	} {
		if got, err := filestore.New(elyra.RuntimeImages, tt.config).Get(t.Context(), "made", elyra.Current); err != nil || !slices.Equal(got.Modes, tt.want) {
			t.Errorf("modes %v, %v, want %v", got.Modes, err, tt.want)
		}
	}
}

func checkMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
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
	must(t, os.MkdirAll(instances, 0o755), os.WriteFile(outside, []byte(document("linked")), 0o644))
	link := func(name, target string) {
		t.Helper()
		must(t, os.Symlink(target, instancePath(dir, name)))
	}
	store := storeOn(dir)
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
		must(t, os.Remove(instancePath(dir, name)))
		link(name, tt.target)
		if _, err := store.Delete(t.Context(), name, asRead); err != nil {
			t.Errorf("%s: Delete: %v", name, err)
		}
		if _, err := os.Lstat(instancePath(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the link is still there: %v", name, err)
		}
	}
	if data, err := os.ReadFile(outside); err != nil || string(data) != document("linked") {
		t.Errorf("the link's target is now %q, %v", data, err)
	}
}

// TestMountedLink: a link in a directory that can't be written, as a mounted ConfigMap has it, is
// read-only, and a reader sees that before it writes.
func TestMountedLink(t *testing.T) {
	dir := publicDir(t)
	instances := filepath.Dir(instancePath(dir, "x"))
	data := filepath.Join(instances, "..2026_11_23")
	must(t,
		os.Mkdir(data, 0o755),
		os.WriteFile(filepath.Join(data, "linked.json"), []byte(document("linked")), 0o644),
		os.Symlink("..2026_11_23", filepath.Join(instances, "..data")),
		os.Symlink("..data/linked.json", instancePath(dir, "linked")),
		os.Chmod(instances, 0o555),
	)
	t.Cleanup(func() { _ = os.Chmod(instances, 0o755) })
	store := storeOn(dir)
	asUser(t, func() {
		got, err := store.Get(t.Context(), "linked", elyra.Current)
		if err != nil || got.Writable || got.Origin != elyra.OriginLocal || imageOf(got).DisplayName != "Display of linked" {
			t.Errorf("read %+v, %v", got, err)
		}
		for call, err := range errorsOf(store, "linked") {
			if call != "Get" && (!errors.Is(err, elyra.ErrReadOnly) || !strings.Contains(err.Error(), "symbolic link in a directory that can't be written")) {
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
	writeInstance(t, dir, "fine", document("fine"))
	writeInstance(t, dir, "huge", strings.Repeat(" ", 5<<20))
	writeInstance(t, dir, "", document("dot")) // .json
	must(t,
		os.Mkdir(instancePath(dir, "directory"), 0o755),
		syscall.Mkfifo(instancePath(dir, "pipe"), 0o600),
		os.WriteFile(instancePath(dir, "fine")+"1732373640.1", nil, 0o600),
		os.WriteFile(instancePath(dir, "fine")+".tmp", nil, 0o600),
		os.WriteFile(filepath.Join(dir, "metadata", "runtime-images", "README"), nil, 0o600),
	)
	store := storeOn(dir)
	for name, want := range map[string]string{
		"huge":      "more than 4194304 bytes",
		"directory": "is a directory",
		"pipe":      "isn't a regular file",
	} {
		for call, err := range errorsOf(store, name) {
			if err == nil || !strings.Contains(err.Error(), want) || errors.Is(err, elyra.ErrNotFound) {
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
	writeInstance(t, dir, "secret", document("secret"))
	writeInstance(t, dir, "fine", document("fine"))
	instances := filepath.Dir(instancePath(dir, "x"))
	must(t, os.Chmod(instances, 0o555), os.Chmod(instancePath(dir, "secret"), 0), os.Chmod(instancePath(dir, "fine"), 0o444))
	asUser(t, func() {
		store := storeOn(dir)
		errs := map[string]error{}
		for call, err := range errorsOf(store, "secret") {
			errs[call+" unreadable"] = err
		}
		_, errs["Create"] = create(store, image("new"))
		_, errs["Update"] = update(store, image("fine"))
		_, errs["Delete"] = store.Delete(t.Context(), "fine", nil)
		for call, err := range errs {
			if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), instances) || strings.Contains(err.Error(), ".tmp") {
				t.Errorf("%s: got %v, want a permission error with the path, which isn't a temporary file's", call, err)
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
	if data, err := os.ReadFile(instancePath(dir, "fine")); err != nil || string(data) != document("fine") {
		t.Errorf("the file is now %q, %v", data, err)
	}
}

// TestOwner: an update keeps the owner, or does nothing.
func TestOwner(t *testing.T) {
	dir := publicDir(t)
	writeInstance(t, dir, "theirs", document("theirs"))
	path := instancePath(dir, "theirs")
	store := storeOn(dir)
	for _, user := range []int{0, 12345} {
		for _, group := range []int{0, 12346} {
			if os.Geteuid() == 0 {
				must(t, os.Chown(path, user, group))
			}
			before := owner(t, path)
			_, err := update(store, described("theirs", fmt.Sprint("changed for ", user, group)))
			must(t, err)
			if after := owner(t, path); after != before {
				t.Errorf("the owner was %v and is %v", before, after)
			}
		}
	}
	if os.Geteuid() != 0 {
		return
	}
	must(t, os.Chmod(filepath.Dir(path), 0o777), os.Chmod(path, 0o644))
	before, err := os.ReadFile(path)
	must(t, err)
	asUser(t, func() {
		if _, err := update(store, image("theirs")); err == nil || !strings.Contains(err.Error(), "belongs to user 12345 and group 12346") {
			t.Errorf("got %v", err)
		}
	})
	if after, err := os.ReadFile(path); err != nil || !slices.Equal(after, before) {
		t.Errorf("the file is now %s, %v", after, err)
	}
	checkFiles(t, dir, "theirs.json")
}

func owner(t *testing.T, path string) [2]uint32 {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	stat := info.Sys().(*syscall.Stat_t)
	return [2]uint32{stat.Uid, stat.Gid}
}

// publicDir is a data directory, with that of instances, that other users reach too, though TMPDIR may be
// private.
func publicDir(t *testing.T) string {
	t.Helper()
	base, err := os.MkdirTemp("/tmp", "elyra") //nolint:usetesting // TMPDIR may be private
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	dir := filepath.Join(base, "data")
	instances := filepath.Dir(instancePath(dir, "x"))
	err = os.MkdirAll(instances, 0o755)
	for _, d := range []string{base, dir, filepath.Dir(instances), instances} { // whatever the umask
		err = errors.Join(err, os.Chmod(d, 0o755))
	}
	must(t, err)
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
			t.Setenv("PATH", "/nowhere:relative:"+filepath.Join(prefix, "bin"))
			if tt.script != "" {
				script := filepath.Join(prefix, "bin", "elyra-metadata")
				must(t, os.Mkdir(filepath.Dir(script), 0o755), os.WriteFile(script, []byte(tt.script), 0o700))
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
				LookupEnv: func(key string) (string, bool) { value, ok := tt.env[key]; return value, ok },
			})
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
