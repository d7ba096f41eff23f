package elyratest

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// StopOnHub stops the user's server, and leaves the JupyterHub around it running.
func (s *Server) StopOnHub() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
}

var (
	hubAPI  = regexp.MustCompile(`^/hub/api(/|$)`)
	hubUser = regexp.MustCompile(`^/hub(/user/[^/]+/.*)$`)
	hubPage = regexp.MustCompile(`^/hub(/|$)`)
)

// hub is a JupyterHub 5 or 6 behind its proxy, which sends it what no user's server is there for.
// It reports whether it answered: what is below the base URL of a running server goes there.
func (s *Server) hub(w http.ResponseWriter, r *http.Request, below bool) bool {
	version := cmp.Or(s.options.HubVersion, "6.1.1")
	w.Header().Set("X-JupyterHub-Version", version)
	s.mu.Lock()
	running := !s.stopped
	s.mu.Unlock()
	path := r.URL.EscapedPath()
	read := r.Method == http.MethodGet
	user := hubUser.FindStringSubmatch(path)
	if !s.hasToken(r) { // the Hub shows its pages to those who it knows
		user = nil
	}
	redirect := func(location string) {
		w.Header().Set("Location", location)
		page(w, http.StatusFound)
	}
	switch {
	case below && running:
		return false
	case hubAPI.MatchString(path):
		var message any // none
		if strings.HasPrefix(version, "5.") {
			message = http.StatusText(http.StatusNotFound)
		}
		answer(w, http.StatusNotFound, map[string]any{"status": 404, "message": message})
	case user != nil && read && running:
		redirect(user[1] + "?redirects=1")
	case user != nil && read:
		page(w, http.StatusFailedDependency)
	case user != nil && r.Method == http.MethodPut:
		page(w, http.StatusMethodNotAllowed)
	case user != nil:
		answer(w, http.StatusFailedDependency, map[string]any{"message": "JupyterHub server no longer running at " + user[1]})
	case !read: // to the Hub, every write without its cookie is forged
		page(w, http.StatusForbidden)
	case hubUser.MatchString(path):
		redirect("/hub/login?next=" + url.QueryEscape(path))
	case hubPage.MatchString(path):
		page(w, http.StatusNotFound)
	default:
		redirect("/hub" + path)
	}
	return true
}
