package elyratest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
)

// Fault is something that goes wrong with certain requests.
type Fault struct {
	// Method and Path select the requests: empty is any. Path is below the base URL; one
	// that ends in * is the beginning of one.
	Method, Path string
	// Times is how many requests it strikes, 0 all.
	Times int
	Do    Action
}

// Inject adds a fault. Of several that match a request, the oldest strikes.
func (s *Server) Inject(fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault)
}

// Heal removes all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// strike returns the fault for a request, or nil. The caller holds mu.
func (s *Server) strike(method, path string) *Fault {
	for i, f := range s.faults {
		prefix, isPrefix := strings.CutSuffix(f.Path, "*")
		matches := f.Path == "" || f.Path == path || isPrefix && strings.HasPrefix(path, prefix)
		if !matches || f.Method != "" && f.Method != method {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return f
	}
	return nil
}

// Action answers instead of the server, whose own handler is next.
type Action func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Drop closes the connection instead of handling the request.
func Drop() Action {
	return func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }
}

// After handles the request, keeps the answer to itself, and does something else.
func After(then Action) Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		then(w, r, next)
	}
}

// Answer answers.
func Answer(status int, contentType, body string, header ...string) Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Refuse answers as Elyra does when something is wrong.
func Refuse(status int, message string) Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w, status, message) }
}

// Say answers in JSON as Jupyter and its proxies do, not Elyra.
func Say(status int, message string, header ...string) Action {
	body, err := json.Marshal(map[string]string{"reason": http.StatusText(status), "message": message})
	if err != nil {
		panic(err) // strings
	}
	return Answer(status, "application/json", string(body), header...)
}

// Page answers in HTML that carries [PageToken].
func Page(status int, header ...string) Action {
	return Answer(status, "text/html; charset=utf-8", `<!DOCTYPE html><html data-jupyter-api-token="`+PageToken+`"></html>`, header...)
}

// Redirect answers with a redirect.
func Redirect(location string) Action {
	return Page(http.StatusFound, "Location", location)
}

// Hang answers not before the client has gone.
func Hang() Action {
	return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }
}

// Hold handles the request as usual once release is closed. It closes reached when
// the request is there.
func Hold(reached chan<- struct{}, release <-chan struct{}) Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		close(reached)
		<-release
		next.ServeHTTP(w, r)
	}
}

// Halve sends half of an answer, and closes the connection.
func Halve() Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		Answer(http.StatusOK, "application/json", `{"name": `, "Content-Length", "18")(w, r, next)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}
