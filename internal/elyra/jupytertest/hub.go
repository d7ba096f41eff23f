package jupytertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// hubVariable names the environment that carries JupyterHub.
const hubVariable = "JUPYTERHUB_TEST_ENV"

// RequireHub skips a test that needs the real JupyterHub if there isn't one. With CI=true it fails.
func RequireHub(t testing.TB) {
	t.Helper()
	if os.Getenv(hubVariable) == "" {
		testenv.Missing(t, "the real JupyterHub", hubVariable+" isn't set; make test sets it")
	}
}

// Hub is a JupyterHub with its proxy on ports of the loopback interface. Users can have any name. Their
// servers run Elyra. Each user has a home directory, which named servers share.
type Hub struct {
	// URL is the Hub's public address, without a slash at the end. The Hub itself is at /hub/.
	URL string
	// Version is JupyterHub's, such as 6.1.1.
	Version string
	// AdminToken may do everything.
	AdminToken string

	// State is the directory that the Hub has all its files in.
	State string
}

// What the Hub starts ends when the standard input that they all share ends, so nothing outlives the
// tests.
const (
	followPython = `
import os, select, sys, threading

def follow():
    # Node makes its reads of the same pipe, and so everybody's, return immediately.
    select.select([0], [], [])
    os._exit(0)

threading.Thread(target=follow, daemon=True).start()
`
	followNode = `process.stdin.resume(); process.stdin.on("end", () => process.exit());`
)

// The Hub's configuration: first what all of it needs, then a test's own, then the tests'.
const (
	hubConfigHead = `
import json, os

settings = json.loads(os.environ["HUB_SETTINGS"])
state = settings["state"]
c = get_config()
`
	hubConfig = `
c.JupyterHub.bind_url = "http://127.0.0.1:%d/" % settings["port"]
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = settings["hub_port"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:%d" % settings["api_port"]
c.ConfigurableHTTPProxy.command = ["node", "--require", state + "/follow.cjs", settings["proxy"]]
c.ConfigurableHTTPProxy.pid_file = state + "/proxy.pid"
c.JupyterHub.db_url = "sqlite:///" + state + "/hub.sqlite"
c.JupyterHub.cookie_secret_file = state + "/cookie_secret"
c.JupyterHub.log_level = "INFO"
# Whoever starts a server is answered immediately, and waits for its events.
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}

c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.allow_named_servers = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = state + "/home/{username}"
c.Spawner.cmd = [settings["python"], state + "/singleuser.py"]
c.Spawner.args = ["--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.Spawner.environment.update({"JUPYTER_RUNTIME_DIR": state + "/runtime", "PYTHONUTF8": "1"})
c.Spawner.env_keep = ["PATH", "LANG", "TMPDIR"]

c.JupyterHub.services.append({"name": "tests", "api_token": settings["token"]})
c.JupyterHub.load_roles.append({
    "name": "tests",
    "services": ["tests"],
    "scopes": ["admin:users", "admin:servers", "tokens", "access:servers"],
})
`
)

// StartHub starts a Hub of the test's own and waits until it answers. It ends with the test. If the test
// has failed, the end of the Hub's log is printed. Config is added to its jupyterhub_config.py, in which
// state is [Hub.State].
func StartHub(t testing.TB, config ...string) *Hub {
	t.Helper()
	RequireHub(t)
	ports := freePorts()
	h := &Hub{URL: fmt.Sprintf("http://127.0.0.1:%d", ports[0]), AdminToken: rand.Text(), State: t.TempDir()}
	prefix := os.Getenv(hubVariable)
	python := filepath.Join(prefix, "bin", "python")
	settings, err := json.Marshal(map[string]any{
		"state": h.State, "port": ports[0], "hub_port": ports[1], "api_port": ports[2], "token": h.AdminToken, "python": python,
		"proxy": filepath.Join(prefix, "node_modules", "configurable-http-proxy", "bin", "configurable-http-proxy"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"config.py": hubConfigHead + strings.Join(config, "\n") + hubConfig, "follow.cjs": followNode,
		"singleuser.py": followPython + "\nfrom jupyterhub.singleuser import main\nsys.exit(main())\n",
	} {
		if err := os.WriteFile(filepath.Join(h.State, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Not the test's context: it ends before the test's cleanup.
	command := exec.CommandContext(context.Background(), python, "-m", "jupyterhub", "--config", filepath.Join(h.State, "config.py"))
	command.Dir = h.State
	command.Env = []string{
		"HOME=" + h.State, "LANG=C.UTF-8", "PYTHONUTF8=1", "TMPDIR=" + t.TempDir(), "HUB_SETTINGS=" + string(settings),
		"PATH=" + filepath.Join(prefix, "bin") + string(os.PathListSeparator) + os.Getenv("PATH"),
	}
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Cancel = func() error {
		_ = stdin.Close() // the users' servers and the proxy
		time.AfterFunc(10*time.Second, func() { _ = command.Process.Kill() })
		return command.Process.Signal(syscall.SIGTERM)
	}
	StartProcess(t, command, func(ctx context.Context) error {
		status, body, err := h.call(ctx, http.MethodGet, "/", nil)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("the Hub answers with status %d", status)
		}
		if err != nil {
			return err
		}
		return json.Unmarshal(body, h) // {"version": …}
	})
	return h
}

// freePorts returns three ports. Another program may take one before it's used. Then the Hub doesn't start.
func freePorts() (ports [3]int) {
	var servers [3]*httptest.Server
	for i := range ports {
		servers[i] = httptest.NewUnstartedServer(nil)
		ports[i] = servers[i].Listener.Addr().(*net.TCPAddr).Port
	}
	for _, server := range servers {
		server.Close()
	}
	return ports
}

// Endpoint is the base URL of a user's server. An empty name is the default server's.
func (h *Hub) Endpoint(user, server string) string {
	return strings.TrimSuffix(h.URL+"/user/"+user+"/"+server, "/")
}

// Home is where a user's servers keep their files.
func (h *Hub) Home(user string) string { return filepath.Join(h.State, "home", user) }

// LastActivity is when the Hub last noted activity of a user's default server.
func (h *Hub) LastActivity(t testing.TB, user string) (last time.Time) {
	t.Helper()
	var answer struct {
		Servers map[string]struct {
			LastActivity time.Time `json:"last_activity"`
		}
	}
	if err := json.Unmarshal(h.expect(t, http.MethodGet, "/users/"+user, nil, http.StatusOK), &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Servers[""].LastActivity
}

// StartScope is the scope that lets its owner start servers.
func (h *Hub) StartScope() string {
	if strings.HasPrefix(h.Version, "5.") {
		return "servers"
	}
	return "start:servers"
}

// call asks the Hub's API as its administrator. It returns the status and the body.
func (h *Hub) call(ctx context.Context, method, path string, body any) (status int, answer []byte, err error) {
	sent, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, h.URL+"/hub/api"+path, bytes.NewReader(sent))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "token "+h.AdminToken)
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// expect fails the test unless the Hub answers with one of the statuses.
func (h *Hub) expect(t testing.TB, method, path string, body any, statuses ...int) []byte {
	t.Helper()
	status, answer, err := h.call(t.Context(), method, path, body)
	if err != nil || !slices.Contains(statuses, status) {
		t.Fatalf("%s %s: %v, %d %s", method, path, err, status, answer)
	}
	return answer
}

// AddUser makes a user.
func (h *Hub) AddUser(t testing.TB, user string) {
	t.Helper()
	h.expect(t, http.MethodPost, "/users/"+user, nil, http.StatusCreated, http.StatusConflict)
}

// Token makes a token of a user's with these scopes, or all that the user has.
func (h *Hub) Token(t testing.TB, user string, scopes ...string) string {
	t.Helper()
	body := map[string]any{}
	if len(scopes) > 0 {
		body["scopes"] = scopes
	}
	var made struct{ Token string }
	if err := json.Unmarshal(h.expect(t, http.MethodPost, "/users/"+user+"/tokens", body, http.StatusCreated), &made); err != nil || made.Token == "" {
		t.Fatalf("no token: %v", err)
	}
	return made.Token
}

func serverPath(user, server string) string {
	if server == "" {
		return "/users/" + user + "/server"
	}
	return "/users/" + user + "/servers/" + server
}

// BeginServer asks the Hub to start a user's server and doesn't wait for it.
func (h *Hub) BeginServer(t testing.TB, user, server string) {
	t.Helper()
	h.AddUser(t, user)
	h.expect(t, http.MethodPost, serverPath(user, server), nil, http.StatusCreated, http.StatusAccepted)
}

// StartServer starts a user's server and waits until the Hub says that it is ready.
func (h *Hub) StartServer(t testing.TB, user, server string) {
	t.Helper()
	h.BeginServer(t, user, server)
	h.AwaitServer(t, user, server)
}

// AwaitServer waits until the Hub says that a server that is starting is ready.
func (h *Hub) AwaitServer(t testing.TB, user, server string) {
	t.Helper()
	// A stream of events, which ends with the start.
	answer := h.expect(t, http.MethodGet, serverPath(user, server)+"/progress", nil, http.StatusOK)
	if !bytes.Contains(answer, []byte(`"ready": true`)) {
		t.Fatalf("the server of %s didn't start: %s", user, answer)
	}
}

// StopServer stops a user's server and waits until it's gone.
func (h *Hub) StopServer(t testing.TB, user, server string) {
	t.Helper()
	h.expect(t, http.MethodDelete, serverPath(user, server), nil, http.StatusNoContent, http.StatusAccepted)
	for bytes.Contains(h.expect(t, http.MethodGet, "/users/"+user, nil, http.StatusOK), []byte(`"pending": "stop"`)) {
		time.Sleep(50 * time.Millisecond) // the Hub has no event for it
	}
}
