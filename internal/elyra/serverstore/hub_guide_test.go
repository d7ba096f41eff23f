package serverstore

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

const hubGuide = "../../../templates/guides/jupyterhub.md"

// hubServiceToken stands for what the guide takes from TERRAFORM_HUB_TOKEN.
const hubServiceToken = "0123456789abcdef-terraform"

// hubGuideConfig is the guide's configuration of a Hub, with the directories of
// the tests' one and, on JupyterHub 5, with the scope that the guide names for it.
// The servers of a user called alone have the shared directory alone, which the
// guide warns of.
func hubGuideConfig(t *testing.T) string {
	t.Helper()
	guide, err := os.ReadFile(hubGuide)
	if err != nil {
		t.Fatal(err)
	}
	var config strings.Builder
	for _, block := range regexp.MustCompile("(?s)```python\n(.*?)```").FindAllStringSubmatch(string(guide), -1) {
		config.WriteString(block[1])
	}
	text := config.String()
	for is, becomes := range map[string]string{
		`/home/{spawner.user.name}/`:             `{state}/home/{spawner.user.name}/`,
		`/srv/jupyterhub/share/jupyter`:          `{state}/shared`,
		`os.environ["TERRAFORM_HUB_TOKEN"]`:      `"` + hubServiceToken + `"`,
		`"ELYRA_METADATA_PATH": lambda spawner:`: `"ELYRA_METADATA_PATH": lambda spawner: state + "/alone" if spawner.user.name == "alone" else`,
	} {
		if strings.Count(text, is) != 1 {
			t.Fatalf("%q isn't in the guide's configuration, once:\n%s", is, text)
		}
		text = strings.Replace(text, is, becomes, 1)
	}
	return text + `
import jupyterhub

if int(jupyterhub.__version__.split(".")[0]) < 6:
    for role in c.JupyterHub.load_roles:
        role["scopes"] = ["servers" if scope == "start:servers" else scope for scope in role["scopes"]]

# Five minutes otherwise.
c.JupyterHub.last_activity_interval = 1
`
}

// TestHubGuide: what the guide about JupyterHub says, on one that is configured as
// the guide says: the token of a service, activity, and shared images, with what
// JupyterLab's own API does to them. What it says of scopes, named servers and
// servers that don't run is in TestHub.
func TestHubGuide(t *testing.T) { //nolint:tparallel // its parts share a Hub
	t.Parallel()
	jupytertest.RequireHub(t)
	hub := jupytertest.StartHub(t, hubGuideConfig(t))
	shared, alone := filepath.Join(hub.State, "shared"), filepath.Join(hub.State, "alone")
	own := filepath.Join(hub.Home("jdoe"), ".local", "share", "jupyter")
	for _, dir := range []string{shared, alone} {
		writeFile(t, path(elyra.RuntimeImages, dir, "team"), document("team"))
	}
	open := func(user string) images {
		hub.AddUser(t, user)
		start := exec.CommandContext(t.Context(), "bash", hubScript, hub.URL, user)
		start.Env = append(os.Environ(), "TERRAFORM_HUB_TOKEN="+hubServiceToken)
		if output, err := start.CombinedOutput(); err != nil {
			t.Fatalf("%s: %s", err, output)
		}
		return newStore(t, Config{Endpoint: hub.Endpoint(user, ""), Token: hubServiceToken})
	}
	store := open("jdoe")

	t.Run("reads are activity", func(t *testing.T) {
		begin := time.Now()
		if last := hub.LastActivity(t, "jdoe"); !last.Before(begin) {
			t.Fatalf("active at %s, after %s", last, begin)
		}
		// What a plan asks.
		if _, err := store.Refresh(t.Context(), "team"); err != nil {
			t.Fatal(err)
		}
		for hub.LastActivity(t, "jdoe").Before(begin) {
			if time.Since(begin) > time.Minute {
				t.Fatalf("no activity since %s", hub.LastActivity(t, "jdoe"))
			}
			time.Sleep(100 * time.Millisecond) // the Hub has no event for it
		}
	})
	original, changed, mine := image("team"), image("team"), image("mine")
	changed.Description = "changed"
	t.Run("shared images behind the user's own", func(t *testing.T) {
		if _, err := store.Update(t.Context(), changed); err != nil {
			t.Fatal(err)
		}
		wantStored(t, store, changed)
		wantFile(t, shared, "team", &original)
		wantFile(t, own, "team", &changed)
		if _, err := store.Delete(t.Context(), "team"); err != nil {
			t.Fatal(err)
		}
		wantFile(t, own, "team", nil)
		wantStored(t, store, original)
		if _, err := store.Delete(t.Context(), "team"); !errors.Is(err, elyra.ErrReadOnly) {
			t.Errorf("the shared one can be deleted: %v", err)
		}
		wantFile(t, shared, "team", &original)
		if _, err := store.Create(t.Context(), mine); err != nil {
			t.Fatal(err)
		}
		wantFile(t, own, "mine", &mine)
		wantFile(t, shared, "mine", nil)
		writeFile(t, path(elyra.RuntimeImages, shared, "late"), document("late"))
		wantStored(t, store, image("late"))
	})
	t.Run("the shared directory alone", func(t *testing.T) {
		store := open("alone")
		if _, err := store.Update(t.Context(), changed); err != nil {
			t.Fatal(err)
		}
		wantFile(t, alone, "team", &changed)
		if _, err := store.Delete(t.Context(), "team"); err != nil {
			t.Fatal(err)
		}
		wantFile(t, alone, "team", nil)
		if _, err := store.Create(t.Context(), mine); err != nil {
			t.Fatal(err)
		}
		wantFile(t, alone, "mine", &mine)
		// A directory that can't be written, to root neither: there isn't one.
		if err := os.RemoveAll(alone); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(alone, nil, 0o400); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Create(t.Context(), image("other")); err == nil {
			t.Error("saved where nothing can be")
		}
	})
}

// wantFile checks the file of an instance; nil means no file.
func wantFile(t *testing.T, dataDir, name string, want *elyra.RuntimeImage) {
	t.Helper()
	file := path(elyra.RuntimeImages, dataDir, name)
	data, err := os.ReadFile(file)
	if want == nil {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is %q, %v; want none", file, data, err)
		}
		return
	}
	document, parseErr := elyra.ParseDocument(data)
	if err != nil || parseErr != nil || !document.Equal(elyra.NewDocument(*want)) {
		t.Errorf("%s is %q, %v; want %+v", file, data, err, want)
	}
}

// wantStored checks what a server has.
func wantStored(t *testing.T, store images, want elyra.RuntimeImage) {
	t.Helper()
	if got, err := store.Get(t.Context(), want.Name); err != nil || !got.Equal(want) {
		t.Errorf("the server has %+v, %v", got.image, err)
	}
}
