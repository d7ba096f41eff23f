package elyratest

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Options say how a server differs from the usual one: no token, no password,
// plain HTTP, no path.
type Options struct {
	// Token and Password are what the server asks for.
	Token, Password string
	// BaseURL is the path that the server answers under, such as "/user/jdoe/".
	BaseURL string
	// TLS makes it speak HTTPS; see [Server.CACertPEM].
	TLS     *tls.Config
	NoElyra bool
}

// Level is a directory of Elyra's search path.
type Level int

// The levels: where the server writes, and what ships with Elyra.
const (
	Writable Level = iota
	Factory
	levels
)

// Request is one request as the server received it.
type Request struct {
	*http.Request
	// Path is below the base URL, escaped.
	Path string
	Body string
}

// Server is the stand-in.
type Server struct {
	// URL is the base URL, without a slash at the end.
	URL string

	options Options
	base    string
	http    *httptest.Server

	mu       sync.Mutex
	files    [levels]map[string]string
	requests []Request
	faults   []*Fault
	sessions map[string]bool
}

// New starts a server that ends with the test.
func New(t testing.TB, options Options) *Server {
	t.Helper()
	s := &Server{options: options, base: strings.TrimRight(options.BaseURL, "/"), sessions: map[string]bool{}}
	for level := range s.files {
		s.files[level] = map[string]string{}
	}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0) //nolint:forbidigo // net/http takes no other
	if options.TLS != nil {
		s.http.TLS = options.TLS.Clone()
		s.http.StartTLS()
	} else {
		s.http.Start()
	}
	s.URL = s.http.URL + s.base
	t.Cleanup(func() {
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// CACertPEM is the certificate by which a server with TLS is to be trusted.
func (s *Server) CACertPEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.http.Certificate().Raw}))
}

// Logout ends every session that was begun with the password.
func (s *Server) Logout() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = map[string]bool{}
}

// Put stores bytes as the file of name, behind the endpoint's back.
func (s *Server) Put(level Level, name, document string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[level][name] = document
}

// Raw returns the file of name, and whether there is one.
func (s *Server) Raw(level Level, name string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	document, found := s.files[level][name]
	return document, found
}

// Files returns the files of a level, by name.
func (s *Server) Files(level Level) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.files[level])
}

// Requests returns what was asked, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Forget empties the record of requests.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// Asked returns what was asked as "METHOD path", oldest first.
func (s *Server) Asked() []string {
	var asked []string
	for _, r := range s.Requests() {
		asked = append(asked, r.Method+" "+r.Path)
	}
	return asked
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	path, below := strings.CutPrefix(r.URL.EscapedPath(), s.base)
	s.mu.Lock()
	s.requests = append(s.requests, Request{r.Clone(r.Context()), path, string(body)})
	fault := s.strike(r.Method, path)
	s.mu.Unlock()

	below = below && (path == "" || path[0] == '/')
	handle := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !below {
			s.nothing(w, r)
			return
		}
		s.route(w, r, path, body)
	})
	if fault == nil {
		handle(w, r)
		return
	}
	fault.Do(w, r, handle)
}

// route is Jupyter: who may come in, and where to.
func (s *Server) route(w http.ResponseWriter, r *http.Request, path string, body []byte) {
	switch {
	case path == "/api":
		answer(w, http.StatusOK, map[string]any{"version": "2.21.1"})
		return
	case path == "/login" && (s.options.Token != "" || s.options.Password != ""):
		s.login(w, r)
		return
	case lab.MatchString(path):
		s.lab(w, r)
		return
	}
	m := resource.FindStringSubmatch(path)
	schema := path == "/elyra/schema/runtime-images"
	if s.options.NoElyra || m == nil && !schema {
		s.nothing(w, r)
		return
	}
	if !s.enter(w, r) {
		return
	}
	switch {
	case schema && r.Method == http.MethodGet:
		answer(w, http.StatusOK, map[string]any{"runtime-images": []any{runtimeImageSchema}})
	case schema:
		refuse(w, http.StatusMethodNotAllowed, "")
	default:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.elyra(w, r.Method, m[1], body)
	}
}

// lab is any path below one of JupyterLab's pages.
var lab = regexp.MustCompile(`^/(lab|doc)(/|$)`)

// lab answers as JupyterLab does, to reads alone.
func (s *Server) lab(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodGet:
		Page(http.StatusMethodNotAllowed)(w, r, nil)
	case s.options.Token != "" && !s.hasToken(r):
		w.Header().Set("Location", s.base+"/login?next="+url.QueryEscape(r.URL.Path))
		w.WriteHeader(http.StatusFound)
	default:
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><head><title>JupyterLab</title>`+
			`<script id="jupyter-config-data" type="application/json">{"token": "`+PageToken+`"}</script></head><body></body></html>`)
	}
}

// nothing answers where there is nothing: also there, XSRF comes first.
func (s *Server) nothing(w http.ResponseWriter, r *http.Request) {
	if !s.hasToken(r) && s.forged(r) != "" {
		Page(http.StatusForbidden)(w, r, nil)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "_xsrf", Value: rand.Text(), Path: s.base + "/"})
	Page(http.StatusNotFound)(w, r, nil)
}

// enter checks the credentials; XSRF too, for all who come without a token.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) bool {
	if s.hasToken(r) {
		http.SetCookie(w, &http.Cookie{Name: "username", Value: "anonymous", Path: s.base + "/", HttpOnly: true})
		return true
	}
	if message := s.forged(r); message != "" {
		refuse(w, http.StatusForbidden, message)
		return false
	}
	if s.options.Token == "" && s.options.Password == "" {
		return true
	}
	if cookie, err := r.Cookie("username"); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.sessions[cookie.Value] {
			return true
		}
	}
	refuse(w, http.StatusForbidden, "")
	return false
}

func (s *Server) hasToken(r *http.Request) bool {
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "token ")
	return found && s.options.Token != "" && token == s.options.Token
}

// forged says why a request might not be its sender's own: a write has to repeat
// the cookie _xsrf in a header.
func (s *Server) forged(r *http.Request) string {
	if r.Method == http.MethodGet {
		return ""
	}
	cookie, err := r.Cookie("_xsrf")
	switch repeated := r.Header.Get("X-Xsrftoken"); {
	case repeated == "":
		return "'_xsrf' argument missing from POST" // whatever it is
	case err != nil || cookie.Value != repeated:
		return "XSRF cookie does not match POST argument"
	default:
		return ""
	}
}

// login is the page and its form.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		http.SetCookie(w, &http.Cookie{Name: "_xsrf", Value: rand.Text(), Path: s.base + "/"})
		Page(http.StatusOK)(w, r, nil)
	case http.MethodPost:
		switch {
		case s.forged(r) != "":
			Page(http.StatusForbidden)(w, r, nil)
		case s.options.Password == "" || r.PostFormValue("password") != s.options.Password:
			Page(http.StatusUnauthorized)(w, r, nil)
		default:
			id := rand.Text()
			s.mu.Lock()
			s.sessions[id] = true
			s.mu.Unlock()
			http.SetCookie(w, &http.Cookie{Name: "username", Value: id, Path: s.base + "/", HttpOnly: true})
			w.Header().Set("Location", s.base+"/")
			w.WriteHeader(http.StatusFound)
		}
	default:
		Page(http.StatusMethodNotAllowed)(w, r, nil)
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err) // a bug of this package
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encoded)
}

// refuse answers as Elyra does when something is wrong.
func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]any{
		"reason": http.StatusText(status), "message": message, "timestamp": "2026-11-23 16:41:13",
	})
}

// PageToken is in every HTML page, as a live token can be in Jupyter's.
const PageToken = "c0ffee0123456789c0ffee0123456789"
