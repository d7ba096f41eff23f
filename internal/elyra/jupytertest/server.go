package jupytertest

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// launch starts what "jupyter server" starts and ends it when standard input ends, so it never
// outlives the tests. It writes the port that it listens on to the file that the first argument names.
const launch = `
import os, sys, threading

def follow():
    os.read(0, 1)
    os._exit(0)

threading.Thread(target=follow, daemon=True).start()

# Jupyter Server 1 writes port 0 to its runtime file if it was told to choose one.
from tornado.tcpserver import TCPServer

def add_sockets(self, sockets, add=TCPServer.add_sockets, path=sys.argv.pop(1)):
    add(self, sockets)
    with open(path + ".new", "w") as file:
        file.write(str(sockets[0].getsockname()[1]))
    os.replace(path + ".new", path)

TCPServer.add_sockets = add_sockets

from jupyter_server.serverapp import main
sys.exit(main())
`

// Options say how a server differs from the usual one, which has a token and no path.
type Options struct {
	// Elyra is the one to run. Default: [Newest].
	Elyra Elyra
	// DataDir is the Jupyter data directory. Empty: a new one.
	DataDir string
	// Password makes the server ask for it, and have no token.
	Password string
	// BaseURL is the path that the server answers under, such as "/user/jdoe/".
	BaseURL string
	// Env is added to the server's environment: "NAME=value".
	Env []string
	// Args are added to the server's command line.
	Args []string
}

// Server is a Jupyter Server with Elyra's extension, on a port of the loopback interface.
type Server struct {
	// URL is the base URL, with the path that the server answers under, without a slash at the end.
	URL string
	// Token is what the server asks for; empty if it has a password.
	Token string
	// Password is what the server asks for; empty if it has a token.
	Password string
	// DataDir is the Jupyter data directory that the server writes to.
	DataDir string

	// Kill ends the server with SIGKILL.
	Kill func()

	options Options
	dir     string // home, configuration, and runtime
	port    int    // 0 until the server has chosen one
}

// Start starts a server of the test's own and waits until it answers. It's killed when the test ends.
// If the test has failed, the end of the server's log is printed.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	options.Elyra.Require(t)
	dir := t.TempDir()
	s := &Server{Password: options.Password, DataDir: cmp.Or(options.DataDir, filepath.Join(dir, "data")), options: options, dir: dir}
	if s.Password == "" {
		s.Token = rand.Text()
	}
	s.Restart(t)
	return s
}

// Restart starts a killed server again: same data, same token, same port. It waits until the process
// says where it listens, and Elyra answers there.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	portFile := filepath.Join(t.TempDir(), "port")
	// Not the test's context: it ends before the test's cleanup.
	command := exec.CommandContext(context.Background(), s.options.Elyra.program("python"), s.args(portFile)...)
	command.Dir = s.dir
	command.Env = s.options.Elyra.environment(s.dir, append([]string{
		"JUPYTER_CONFIG_DIR=" + filepath.Join(s.dir, "config"),
		"JUPYTER_DATA_DIR=" + s.DataDir,
		"JUPYTER_RUNTIME_DIR=" + filepath.Join(s.dir, "runtime"),
	}, s.options.Env...))
	if _, err := command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	s.Kill = StartProcess(t, command, func(ctx context.Context) error { return s.ready(ctx, portFile) })
}

func (s *Server) args(portFile string) []string {
	args := []string{
		"-c", launch, portFile,
		"--allow-root",
		"--no-browser",
		"--ServerApp.ip=127.0.0.1",
		fmt.Sprintf("--ServerApp.port=%d", s.port),
		"--ServerApp.port_retries=0",
		"--ServerApp.root_dir=" + s.dir,
	}
	// Jupyter Server 1 has its own names for these, and ignores the newer ones.
	switch {
	case s.Password != "":
		args = append(args, "--PasswordIdentityProvider.hashed_password="+hash(s.Password), "--IdentityProvider.token=")
	case s.options.Elyra == Oldest:
		args = append(args, "--ServerApp.token="+s.Token)
	default:
		args = append(args, "--IdentityProvider.token="+s.Token)
	}
	if s.options.BaseURL != "" {
		args = append(args, "--ServerApp.base_url="+s.options.BaseURL)
	}
	return append(args, s.options.Args...)
}

// hash writes a password as jupyter_server.auth.security does, with a hash that is quick.
func hash(password string) string {
	salt := rand.Text()[:12]
	return fmt.Sprintf("sha256:%s:%x", salt, sha256.Sum256([]byte(password+salt)))
}

// ready reads the port that the server listens on and asks Elyra's endpoint there. Behind a password, it
// sends the caller away.
func (s *Server) ready(ctx context.Context, portFile string) error {
	content, err := os.ReadFile(portFile)
	if err != nil {
		return err
	}
	if s.port, err = strconv.Atoi(string(content)); err != nil {
		return err
	}
	s.URL = strings.TrimSuffix(fmt.Sprintf("http://127.0.0.1:%d%s", s.port, s.options.BaseURL), "/")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/elyra/metadata/runtime-images", http.NoBody)
	if err != nil {
		return err
	}
	if s.Token != "" {
		request.Header.Set("Authorization", "token "+s.Token)
	}
	request.Close = true
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	away := s.Token == "" && (response.StatusCode == http.StatusFound || response.StatusCode == http.StatusForbidden)
	if response.StatusCode != http.StatusOK && !away {
		return fmt.Errorf("GET %s: %s", request.URL, response.Status)
	}
	return nil
}
