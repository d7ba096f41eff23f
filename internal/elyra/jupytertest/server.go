package jupytertest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// startTimeout is what a server has to answer: ten times what it takes on an idle machine.
const startTimeout = 90 * time.Second

// launch starts what "jupyter server" starts, and ends it when standard input ends: so it never
// outlives the tests, however they die. The directory named by the first argument, if any, goes
// with it. The port that it listens on is written to the file that the second argument names.
const launch = `
import os, shutil, sys, threading

def follow(directory):
    os.read(0, 1)
    if directory:
        shutil.rmtree(directory, ignore_errors=True)
    os._exit(0)

threading.Thread(target=follow, args=(sys.argv.pop(1),), daemon=True).start()

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

// Options say how a server differs from the usual one: a token, plain HTTP, no path.
type Options struct {
	// Elyra is the one to run. Default: [Newest].
	Elyra Elyra
	// DataDir is the Jupyter data directory. Empty: a new one.
	DataDir string
	// Password makes the server ask for it, and have no token.
	Password string
	// BaseURL is the path that the server answers under, such as "/user/jdoe/".
	BaseURL string
	// CertFile and KeyFile are PEM files; with them the server speaks HTTPS only.
	CertFile, KeyFile string
	// Env is added to the server's environment: "NAME=value".
	Env []string
	// Args are added to the server's command line.
	Args []string
}

// Server is a Jupyter Server with Elyra's extension, on a port of the loopback interface.
type Server struct {
	// URL is the base URL, with the path that the server answers under, without a slash at the end.
	URL string
	// Token is what the server asks for; empty where it has a password.
	Token string
	// Password is what the server asks for; empty where it has a token.
	Password string
	// DataDir is the Jupyter data directory that the server writes to.
	DataDir string

	options Options
	dir     string // home, configuration, runtime and log are kept below it
	follow  string // directory that goes with the process
	port    int    // 0 until the server has chosen one

	child *child // nil while the server is stopped
}

// Start starts a server of the test's own, and waits until it answers. It is killed when the test
// ends; where the test has failed, the end of the server's log is printed.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	options.Elyra.Require(t)
	s := newServer(t.TempDir(), options)
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("end of the log of the Jupyter Server at %s:\n%s", s.URL, s.Log())
		}
	})
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	return s
}

var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Shared returns a server that all tests of a package use, started by the first that asks for it.
// It has a token and a data directory of its own, and ends with the test binary: no test may stop
// it, nor count on what others left there.
func Shared(t testing.TB) *Server {
	t.Helper()
	Require(t)
	shared.once.Do(func() {
		// Not the test's: the server outlives it. The process removes the directory.
		dir, err := os.MkdirTemp("", "jupytertest-") //nolint:usetesting // see above
		if err != nil {
			shared.err = err
			return
		}
		shared.server = newServer(dir, Options{})
		shared.server.follow = dir
		shared.err = shared.server.start()
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

func newServer(dir string, options Options) *Server {
	s := &Server{Password: options.Password, DataDir: options.DataDir, options: options, dir: dir}
	if s.Password == "" {
		s.Token = rand.Text()
	}
	if s.DataDir == "" {
		s.DataDir = s.path("data")
	}
	return s
}

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

// Restart stops the server, if it runs, and starts it again: same data, same token, same port.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Stop()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

// Stop asks the server to end and waits until it has; one that takes too long is killed.
func (s *Server) Stop() {
	if s.child != nil {
		s.child.stop()
		s.child = nil
	}
}

// Kill ends the server, and what it started, with SIGKILL.
func (s *Server) Kill() {
	if s.child != nil {
		s.child.kill()
		s.child = nil
	}
}

// Log returns the end of what the server has written to its log.
func (s *Server) Log() string { return tail(s.path("log")) }

// tail is the end of a log.
func tail(path string) string {
	log, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.SplitAfter(string(log), "\n")
	return strings.Join(lines[max(0, len(lines)-40):], "")
}

// start starts the process and waits until it answers; where it doesn't, nothing is left running.
func (s *Server) start() error {
	for _, dir := range []string{"home", "config", "runtime", "root"} {
		if err := os.MkdirAll(s.path(dir), 0o700); err != nil {
			return err
		}
	}
	// What a killed server left there would be taken for the new one's.
	if err := os.RemoveAll(s.path("port")); err != nil {
		return err
	}
	// Not the test's context: it ends before the test's cleanup, and a shared server outlives both.
	command := exec.CommandContext(context.Background(), s.options.Elyra.program("python"), s.args()...)
	command.Dir = s.path("root")
	command.Env = s.options.Elyra.environment(s.path("home"), append([]string{
		"JUPYTER_CONFIG_DIR=" + s.path("config"),
		"JUPYTER_DATA_DIR=" + s.DataDir,
		"JUPYTER_RUNTIME_DIR=" + s.path("runtime"),
	}, s.options.Env...))
	var err error
	if s.child, err = startChild(command, s.path("log")); err != nil {
		return err
	}

	if err := s.await(); err != nil {
		s.Kill()
		return fmt.Errorf("start Jupyter Server: %w; end of its log:\n%s", err, s.Log())
	}
	return nil
}

func (s *Server) args() []string {
	args := []string{
		"-c", launch, s.follow, s.path("port"),
		"--allow-root",
		"--no-browser",
		"--ServerApp.ip=127.0.0.1",
		fmt.Sprintf("--ServerApp.port=%d", s.port),
		"--ServerApp.port_retries=0",
		"--ServerApp.root_dir=" + s.path("root"),
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
	if s.options.CertFile != "" {
		args = append(args, "--ServerApp.certfile="+s.options.CertFile, "--ServerApp.keyfile="+s.options.KeyFile)
	}
	return append(args, s.options.Args...)
}

// hash writes a password as jupyter_server.auth.security does, with a hash that is quick.
func hash(password string) string {
	salt := rand.Text()[:12]
	return fmt.Sprintf("sha256:%s:%x", salt, sha256.Sum256([]byte(password+salt)))
}

// await waits until the server says where it listens, and Elyra answers there.
func (s *Server) await() error {
	client := &http.Client{
		Timeout: startTimeout,
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, // the certificate is the test's business
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := s.locate()
		if err == nil {
			err = s.answers(ctx, client)
		}
		if err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-s.child.exited:
			return errors.New("it ended by itself")
		case <-ctx.Done():
			return fmt.Errorf("no answer within %s: %w", startTimeout, err)
		}
	}
}

// locate reads the port that the server listens on from the file that is written for that.
func (s *Server) locate() error {
	content, err := os.ReadFile(s.path("port"))
	if err != nil {
		return err
	}
	if s.port, err = strconv.Atoi(string(content)); err != nil {
		return err
	}
	scheme := "http"
	if s.options.CertFile != "" {
		scheme = "https"
	}
	s.URL = strings.TrimSuffix(fmt.Sprintf("%s://127.0.0.1:%d%s", scheme, s.port, s.options.BaseURL), "/")
	return nil
}

// answers reports whether Elyra's endpoint is there: behind a password, it sends the caller away.
func (s *Server) answers(ctx context.Context, client *http.Client) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/elyra/metadata/runtime-images", http.NoBody)
	if err != nil {
		return err
	}
	if s.Token != "" {
		request.Header.Set("Authorization", "token "+s.Token)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusFound, http.StatusForbidden:
		if s.Token == "" {
			return nil
		}
	}
	return fmt.Errorf("GET %s: %s", request.URL, response.Status)
}
