package elyratest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
)

// Fault is something that goes wrong with certain requests.
type Fault struct {
	// Method and Path select the requests: empty is any. Path is below the base URL; one
	// that ends in * is the beginning of one.
	Method, Path string
	// Skip lets the first ones through.
	Skip int
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
		switch {
		case !matches, f.Method != "" && f.Method != method:
			continue
		case f.Skip > 0:
			f.Skip--
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
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

// Hang answers not before the client has gone. It closes reached, if not nil,
// when the first request is there.
func Hang(reached chan<- struct{}) Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if reached != nil {
			close(reached)
		}
		<-r.Context().Done()
	}
}

// Hold handles the request as usual once release is closed. It closes reached, if
// not nil, when the first request is there.
func Hold(reached chan<- struct{}, release <-chan struct{}) Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if reached != nil {
			close(reached)
		}
		<-release
		next.ServeHTTP(w, r)
	}
}

// Halve handles the request, sends half of the answer, and closes the connection.
func Halve() Action {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, r)
		for key, values := range recorded.Header() {
			w.Header()[key] = values
		}
		body := recorded.Body.Bytes()
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// Flood answers with size bytes of JSON, without saying so before.
func Flood(size int) Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		chunk := bytes.Repeat([]byte{' '}, 1<<16)
		for sent := 0; sent < size; sent += len(chunk) {
			if _, err := w.Write(chunk[:min(len(chunk), size-sent)]); err != nil {
				return
			}
		}
	}
}
