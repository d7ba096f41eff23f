package serverstore

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// expectFault expects reads and writes alike to end in that kind of fault,
// whose text and next step say these things.
func expectFault(t *testing.T, store images, kind *kind, says ...string) {
	t.Helper()
	for operation, do := range operations(t.Context(), store) {
		err := do()
		if kindOf(err) != kind || errors.Is(err, elyra.ErrNotFound) || errors.Is(err, elyra.ErrOutcomeUnknown) {
			t.Errorf("%s: got %v\nwant %q", operation, err, kind.happened)
		}
		for _, part := range says {
			if text := fullText(err); !strings.Contains(text, part) {
				t.Errorf("%s: %q isn't in %q", operation, part, text)
			}
		}
	}
}

// TestHub is the acceptance table of JupyterHub, on a real one.
func TestHub(t *testing.T) { //nolint:tparallel // its parts go through the states of one Hub, one after the other
	t.Parallel()
	hub := jupytertest.StartHub(t)
	for _, user := range []string{"jdoe", "o'neil@example.org"} {
		hub.AddUser(t, user)
	}
	store := func(endpoint, token string) images {
		return newStore(t, Config{Endpoint: endpoint, Token: token})
	}
	endpoint := hub.Endpoint("jdoe", "")
	good := hub.Token(t, "jdoe", "access:servers!server=jdoe/")
	gpu := hub.Token(t, "jdoe", "access:servers!server=jdoe/gpu")
	noScope := hub.Token(t, "jdoe", "read:users!user=jdoe")
	start := []string{hub.URL + "/hub/home", hub.URL + "/hub/api/users/jdoe/server ", hub.StartScope() + "!server=jdoe/"}

	t.Run("stopped", func(t *testing.T) {
		expectFault(t, store(endpoint, good), hubStopped, start...)
		expectFault(t, store(endpoint, "wrong"), hubStopped, "the token isn't valid")
		expectFault(t, store(hub.Endpoint("nobody", ""), good), hubStopped, "there is no user nobody")
		expectFault(t, store(hub.Endpoint("jdoe", "gpu"), gpu), hubStopped, hub.URL+"/hub/api/users/jdoe/servers/gpu ", hub.StartScope()+"!server=jdoe/gpu")
	})
	t.Run("starting", func(t *testing.T) {
		hub.BeginServer(t, "jdoe", "")
		expectFault(t, store(endpoint, good), hubStopped, "wait until it's ready")
		hub.AwaitServer(t, "jdoe", "")
	})
	t.Run("running", func(t *testing.T) {
		exercise(t, store(endpoint, good))
		expectFault(t, store(endpoint, noScope), hubRefused, "access:servers!server=jdoe/\n", hub.URL+"/hub/token")
		expectFault(t, store(endpoint, "wrong"), hubRefused, "wrong or expired")
		expectFault(t, store(endpoint, ""), hubLogin, "Set a JupyterHub token", hub.URL+"/hub/token")
		expectFault(t, newStore(t, Config{Endpoint: endpoint, Password: password}), hubPassword, "Instead of the password")
	})
	t.Run("named server stopped next to the default one", func(t *testing.T) {
		expectFault(t, store(hub.Endpoint("jdoe", "gpu"), good), hubNamedStopped, hub.URL+"/hub/api/users/jdoe/servers/gpu ")
	})
	t.Run("named server", func(t *testing.T) {
		hub.StartServer(t, "jdoe", "gpu")
		named := store(hub.Endpoint("jdoe", "gpu"), gpu)
		exercise(t, named)
		expectFault(t, store(hub.Endpoint("jdoe", "gpu"), good), hubRefused, "access:servers!server=jdoe/gpu\n")
		// Both servers have one home, and so the same images.
		if _, err := named.Create(t.Context(), image("shared")); err != nil {
			t.Fatal(err)
		}
		wantStored(t, store(endpoint, good), image("shared"))
	})
	t.Run("the Hub itself", func(t *testing.T) {
		for _, path := range []string{"", "/hub", "/hub/home", "/hub/token", "/hub/api", "/hub/spawn/jdoe"} {
			expectFault(t, store(hub.URL+path, good), hubItself, `endpoint = "`+hub.URL+`/user/<name>/"`)
		}
		expectFault(t, store(hub.URL+"/hub/user/jdoe", good), hubItself, `endpoint = "`+hub.URL+`/user/jdoe/"`)
	})
	t.Run("the guide's script", func(t *testing.T) {
		hub.StopServer(t, "jdoe", "")
		for _, already := range []bool{false, true} {
			command := exec.CommandContext(t.Context(), "bash", hubScript, hub.URL+"/", "jdoe")
			command.Env = append(os.Environ(), "TERRAFORM_HUB_TOKEN="+hub.Token(t, "jdoe", hub.StartScope()+"!user=jdoe", "read:servers!user=jdoe"))
			if output, err := command.CombinedOutput(); err != nil {
				t.Fatalf("running already: %t: %s: %s", already, err, output)
			}
			if _, err := store(endpoint, good).List(t.Context()); err != nil {
				t.Errorf("running already: %t: %v", already, err)
			}
		}
	})
	t.Run("culled in the middle", func(t *testing.T) {
		s := store(endpoint, good)
		if _, err := s.Create(t.Context(), image("before")); err != nil {
			t.Fatal(err)
		}
		hub.StopServer(t, "jdoe", "")
		expectFault(t, s, hubStopped)
		hub.StartServer(t, "jdoe", "")
		all, err := s.List(t.Context())
		isThere := func(name string) bool { return slices.ContainsFunc(all, func(i found) bool { return i.Name == name }) }
		if err != nil || !isThere("before") || isThere("new") {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// hubScript is the guide's script that starts a server.
const hubScript = "../../../examples/jupyterhub/start-server.sh"

// TestHubScript: the guide shows the script that TestHub runs.
func TestHubScript(t *testing.T) {
	script, err := os.ReadFile(hubScript)
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile(hubGuide)
	if err != nil || !strings.Contains(string(guide), string(script)) {
		t.Errorf("the guide shows another script, %v", err)
	}
}
