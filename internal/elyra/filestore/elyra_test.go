package filestore_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// searchPathScript prints, for each environment in a JSON file, what Elyra
// computes there. Elyra is imported once; what reads the environment while it is
// imported is imported anew each time, under the name of the operating system
// that is asked for.
const searchPathScript = `
import json, os, pathlib, sys
from elyra.metadata.storage import FileMetadataStore
import jupyter_core.paths, platformdirs

class WindowsPath(pathlib.PurePosixPath):  # what of it the paths need
    def resolve(self): return self
    def expanduser(self): return WindowsPath(os.environ["USERPROFILE"])

real_platform, real_path = sys.platform, pathlib.Path
source = open(jupyter_core.paths.__file__).read()
folders = {"CSIDL_LOCAL_APPDATA": "LOCALAPPDATA", "CSIDL_COMMON_APPDATA": "PROGRAMDATA"}

results = []
for env in json.load(open(sys.argv[1])):
    os.environ.clear()
    os.environ.update(env)
    sys.platform = {"darwin": "darwin", "windows": "win32"}.get(env["TEST_GOOS"], real_platform)
    for name in [m for m in sys.modules if m.split(".")[0] == "platformdirs"]:
        del sys.modules[name]
    import platformdirs
    code = source
    if env["TEST_GOOS"] == "windows":
        pathlib.Path = WindowsPath
        sys.modules["platformdirs.windows"].get_win_folder = lambda csidl: os.environ[folders[csidl]]
        code = source.replace("os.name ==", "'nt' ==")
    exec(compile(code, "paths.py", "exec"), jupyter_core.paths.__dict__)
    results.append(FileMetadataStore.metadata_path())
    sys.platform, pathlib.Path = real_platform, real_path
print(json.dumps(results))
`

// TestSearchPath holds the search path against Elyra's own. Left to
// TestSearchPathOfNewPlatformdirs is what older versions of platformdirs do
// otherwise.
func TestSearchPath(t *testing.T) {
	jupytertest.Require(t)
	home := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(home, link); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(os.Getenv("ELYRA_TEST_VENV"), "bin")
	type env = map[string]string
	tests := []env{
		{"TEST_GOOS": "linux"},
		{"TEST_GOOS": "linux", "HOME": link},
		{"TEST_GOOS": "linux", "XDG_DATA_HOME": "/xdg", "XDG_DATA_DIRS": "/a:/b"},
		{"TEST_GOOS": "linux", "XDG_DATA_HOME": "relative"},
		{"TEST_GOOS": "linux", "JUPYTER_DATA_DIR": "/data/dir", "XDG_DATA_HOME": "/xdg"},
		{"TEST_GOOS": "linux", "JUPYTER_DATA_DIR": ""},
		{"TEST_GOOS": "linux", "ELYRA_METADATA_PATH": "/one/:/two"},
		{"TEST_GOOS": "linux", "ELYRA_METADATA_PATH": "relative/::/two"},
		{"TEST_GOOS": "linux", "ELYRA_METADATA_PATH": "/one", "JUPYTER_DATA_DIR": "/data", "JUPYTER_PATH": "/ignored", "JUPYTER_PREFER_ENV_PATH": "1"},
		{"TEST_GOOS": "linux", "JUPYTER_PLATFORM_DIRS": "1"},
		{"TEST_GOOS": "linux", "JUPYTER_PLATFORM_DIRS": "No"},
		{"TEST_GOOS": "linux", "JUPYTER_PLATFORM_DIRS": ""},
		{"TEST_GOOS": "linux", "JUPYTER_PLATFORM_DIRS": "yes", "XDG_DATA_HOME": "/xdg", "XDG_DATA_DIRS": "/a:/b"},
		{"TEST_GOOS": "darwin"},
		{"TEST_GOOS": "darwin", "HOME": link, "XDG_DATA_HOME": "/xdg"},
		{"TEST_GOOS": "darwin", "JUPYTER_PLATFORM_DIRS": "1"},
		{"TEST_GOOS": "darwin", "JUPYTER_DATA_DIR": "/data"},
		{"TEST_GOOS": "windows", "APPDATA": "/C/Roaming"},
		{"TEST_GOOS": "windows"},
		{"TEST_GOOS": "windows", "JUPYTER_CONFIG_DIR": "/C/config"},
		{"TEST_GOOS": "windows", "APPDATA": "/C/Roaming", "PROGRAMDATA": "/C/ProgramData"},
		{"TEST_GOOS": "windows", "APPDATA": "/C/Roaming", "PROGRAMDATA": "/C/ProgramData", "JUPYTER_USE_PROGRAMDATA": "1"},
		{"TEST_GOOS": "windows", "LOCALAPPDATA": "/C/Local", "PROGRAMDATA": "/C/ProgramData", "JUPYTER_PLATFORM_DIRS": "1"},
		{"TEST_GOOS": "windows", "LOCALAPPDATA": "/C/Local", "PROGRAMDATA": "/C/ProgramData", "JUPYTER_PLATFORM_DIRS": "1", "JUPYTER_USE_PROGRAMDATA": "on"},
		{"TEST_GOOS": "windows", "JUPYTER_DATA_DIR": "/C/data", "ELYRA_METADATA_PATH": "/C/one"},
	}
	for _, e := range tests {
		e["PATH"] = bin + ":/usr/bin:/bin"
		if e["HOME"] == "" {
			e["HOME"] = home
		}
		e["USERPROFILE"] = e["HOME"]
	}
	file := filepath.Join(t.TempDir(), "environments.json")
	data, err := json.Marshal(tests)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var wants [][]string
	if err := json.Unmarshal([]byte(jupytertest.Python(t, nil, searchPathScript, file)), &wants); err != nil {
		t.Fatal(err)
	}
	for i, e := range tests {
		want := wants[i]
		for j, dir := range want {
			want[j] = strings.TrimSuffix(dir, "/metadata")
			if dir == "metadata" {
				want[j] = "" // the working directory
			}
		}
		got := filestore.SearchPath(filestore.Environment{
			GOOS:      e["TEST_GOOS"],
			LookupEnv: func(key string) (string, bool) { value, ok := e[key]; return value, ok },
		})
		if !slices.Equal(got, want) {
			t.Errorf("%v:\ngot  %q\nwant %q", e, got, want)
		}
	}
}

// TestRunningServer: a running Elyra, which keeps in memory what it read, and is
// read all the time, serves the new content within a second of every create, update
// and delete, whatever watches the files for it. ELYRA_FAULT_SEED repeats a run.
func TestRunningServer(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("ELYRA_FAULT_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	jupytertest.OnEach(t, func(t *testing.T, e jupytertest.Elyra) {
		t.Parallel()
		t.Logf("ELYRA_FAULT_SEED=%d", seed)
		server := jupytertest.Start(t, jupytertest.Options{Elyra: e, DataDir: t.TempDir()})
		live := liveStore{filestore.New(filestore.Config{DataDirs: []string{server.DataDir}}), server, map[string]string{}}
		random := rand.New(rand.NewPCG(seed, 0))
		stop := make(chan struct{})
		defer func() { <-stop }()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			defer close(stop)
			live.readAllTheTime(ctx)
		}()
		const operations = 300
		for i := range operations {
			live.change(t, random, i)
		}
	})
}

// liveStore is a file store on the data directory of a running server.
type liveStore struct {
	*filestore.Store

	server *jupytertest.Server
	// stored is the image name of each instance there is, by its name.
	stored map[string]string
}

var liveNames = []string{"live", "one", "two", "three", "four"}

func (l liveStore) url(name string) string {
	return l.server.URL + "/elyra/metadata/runtime-images/" + name
}

// readAllTheTime keeps the server reading the files, and so keeping them.
func (l liveStore) readAllTheTime(ctx context.Context) {
	for i := 0; ctx.Err() == nil; i++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url(liveNames[i%len(liveNames)]), http.NoBody)
		if err != nil {
			return
		}
		req.Header.Set("Authorization", "token "+l.server.Token)
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}
}

// change makes a random change, and waits until the server serves it, a second at
// most.
func (l liveStore) change(t *testing.T, random *rand.Rand, number int) {
	t.Helper()
	name := liveNames[random.IntN(len(liveNames))]
	wanted := image(name)
	wanted.ImageName = fmt.Sprintf("team/live:%d", number)
	operation := "create"
	if l.stored[name] != "" {
		operation = []string{"update", "update", "update", "delete"}[random.IntN(4)]
	}
	var err error
	switch operation {
	case "create":
		_, err = l.Create(t.Context(), wanted)
	case "update":
		_, err = l.Update(t.Context(), wanted)
	case "delete":
		_, err = l.Delete(t.Context(), name)
		wanted.ImageName = ""
	}
	if err != nil {
		t.Fatal(err)
	}
	l.stored[name] = wanted.ImageName
	deadline := time.Now().Add(time.Second)
	for {
		got := served(t, l.url(name), l.server.Token, name)
		if got == wanted.ImageName {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("operation %d, %s of %s: a second later, the server still serves %q instead of %q", number, operation, name, got, wanted.ImageName)
		}
	}
}

// served returns the image name that the server has for an instance, "" where it
// has none.
func served(t *testing.T, url, token, name string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "token "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return ""
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v, %s", resp.Status, err, body)
	}
	document, err := elyra.ParseDocument(body)
	if err != nil {
		t.Fatal(err)
	}
	served, err := document.Image(name)
	if err != nil {
		t.Fatal(err)
	}
	return served.ImageName
}

// TestElyraReadsFiles: elyra-metadata finds each file valid and what the store
// makes of it right.
func TestElyraReadsFiles(t *testing.T) {
	jupytertest.Require(t)
	dir := t.TempDir()
	store := filestore.New(filestore.Config{DataDirs: []string{dir}})
	full := elyra.RuntimeImage{
		Name: "full", DisplayName: "\u00dcber \U0001F600 <&>\"\\\t", ImageName: "team/full:1", Description: "d\u2028",
		PullPolicy: elyra.PullNever, PullSecret: "regcred", Tags: []string{"b", "a c"},
	}
	for _, image := range []elyra.RuntimeImage{full, image("minimal")} {
		if _, err := store.Create(t.Context(), image); err != nil {
			t.Fatal(err)
		}
	}
	// What Elyra itself creates from the same values has the same bytes.
	twin := t.TempDir()
	jupytertest.Metadata(t, []string{"JUPYTER_DATA_DIR=" + twin}, "create", "runtime-images", "--name=full",
		"--display_name="+full.DisplayName, "--image_name="+full.ImageName, "--description="+full.Description,
		"--pull_policy=Never", "--pull_secret=regcred", `--tags=["b", "a c"]`)
	ours, err := os.ReadFile(instancePath(dir, "full"))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile(instancePath(twin, "full"))
	if err != nil {
		t.Fatal(err)
	}
	if string(ours) != string(theirs) {
		t.Errorf("we wrote\n%s\nElyra wrote\n%s", ours, theirs)
	}
	valid := map[string]string{}
	for _, instance := range jupytertest.List(t, dir) {
		if instance.Reason == "" {
			valid[instance.Name] = instance.Resource
		}
	}
	for _, name := range []string{"full", "minimal"} {
		if valid[name] != store.Location(name) {
			t.Errorf("Elyra lists %s at %q, want %q", name, valid[name], store.Location(name))
		}
	}
}
