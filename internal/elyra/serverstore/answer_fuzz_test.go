package serverstore_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

// echoedToken is written differently in each form of encodings.
const echoedToken = "t0ken/+=5ecret~"

// FuzzAnswer gives arbitrary answers to each operation: none panics, none shows
// the token, and none counts as done, gone or taken unless the answer is Elyra's
// word for that. Writes are answered without being carried out; the reads by which
// the store finds that out are answered truthfully.
//
// In header and body, {plain}, {base64} and the other forms of encodings stand for
// the token. Two places are left out, because their text is quoted: where a redirect
// leads, and what has the shape of Elyra's errors.
func FuzzAnswer(f *testing.F) {
	server := elyratest.New(f, elyratest.Options{Token: echoedToken, BaseURL: "/user/jdoe/"})
	seedAnswers(f)
	f.Fuzz(func(t *testing.T, status uint16, header, body string) {
		write := func(echo func(string) string) string {
			return fmt.Sprintf("HTTP/1.1 %03d x\r\nConnection: close\r\n%s\r\n\r\n%s", status%1000, echo(header), echo(body))
		}
		raw := write(echo)
		word := readWord(raw)
		if word.isQuoted() {
			raw = write(func(text string) string { return text })
			word = readWord(raw)
		}
		for operation, do := range answeredOperations {
			server.Put(elyratest.Writable, "mine", foreign)
			server.Inject(elyratest.Fault{Method: do.method, Path: collection + "*", Do: sendRaw(raw)})
			log := &recorder{}
			store := newStore(t, serverstore.WithoutWaits(serverstore.Config{
				Endpoint: server.URL, Token: echoedToken, RequestTimeout: time.Minute, OnRequest: log.record,
			}))
			err := do.operation(t, store)
			if err == nil && !do.done(word) {
				t.Errorf("%s counts as done after\n%q", operation, raw)
			}
			word.judge(t, operation, err)
			checkText(t, err, log.text())
			store.Close()
			server.Heal()
			server.Forget()
		}
	})
}

// encodings are forms in which a debugging proxy may repeat a request.
var encodings = map[string]func(string) string{
	"plain":  func(s string) string { return s },
	"query":  url.QueryEscape,
	"twice":  func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"hex":    func(s string) string { return fmt.Sprintf("%X", s) },
	"base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
}

// answeredOperations are what the store does; done reports whether Elyra's answer
// to the request of that method says that it succeeded.
var answeredOperations = map[string]struct {
	method    string
	operation func(*testing.T, images) error
	done      func(word) bool
}{
	"Get": {"GET", func(t *testing.T, s images) error {
		t.Helper()
		_, err := s.Get(t.Context(), "mine")
		return err
	}, func(w word) bool { return w.status/100 == 2 && w.Name == "mine" }},
	"List": {"GET", func(t *testing.T, s images) error {
		t.Helper()
		_, err := s.List(t.Context())
		return err
	}, func(w word) bool { return w.status/100 == 2 && w.List != nil }},
	"Create": {"POST", func(t *testing.T, s images) error {
		t.Helper()
		_, err := s.Create(t.Context(), image("new"))
		return err
	}, func(w word) bool { return w.status == http.StatusCreated && w.is(image("new")) }},
	"Update": {"PUT", func(t *testing.T, s images) error {
		t.Helper()
		_, err := s.Update(t.Context(), image("mine"))
		return err
	}, func(w word) bool { return w.status == http.StatusOK && w.is(image("mine")) }},
	"Delete": {"DELETE", func(t *testing.T, s images) error {
		t.Helper()
		_, err := s.Delete(t.Context(), "mine")
		return err
	}, func(w word) bool { return w.status == http.StatusNoContent }},
}

// seedAnswers takes what Elyra and Jupyter answer, as the stand-in does, and answers that repeat the token.
func seedAnswers(f *testing.F) {
	f.Helper()
	server := elyratest.New(f, elyratest.Options{Token: echoedToken, BaseURL: "/user/jdoe/"})
	server.Put(elyratest.Writable, "mine", foreign)
	server.Put(elyratest.Writable, "invalid", invalid)
	server.Put(elyratest.Factory, "shipped", foreign)
	requests := [][3]string{
		{"GET", ""}, {"GET", "/mine"}, {"GET", "/absent"}, {"GET", "/invalid"}, {"GET", "/../../../../api"}, {"GET", "/"},
		{"POST", "", document("mine")}, {"POST", "", strings.Replace(document("new"), "{", `{"name": "new",`, 1)}, {"POST", "", "{}"},
		{"PUT", "/mine", document("mine")}, {"PUT", "/absent", document("mine")}, {"DELETE", "/shipped"}, {"DELETE", "/mine"}, {"PATCH", ""},
	}
	for _, token := range []string{echoedToken, "wrong"} {
		for _, r := range requests {
			status, header, body := answerOf(f, r[0], server.URL+collection+r[1], token, r[2])
			f.Add(uint16(status), header, body) //nolint:gosec // three digits
		}
	}
	// Elyra's words with the wrong status, and instances that weren't sent.
	for _, text := range []string{
		`{"reason": "x", "message": "No such instance named 'mine' was found in the runtime-images schemaspace.", "timestamp": "x"}`,
		`{"reason": "x", "message": "An instance named 'new' already exists in the runtime-images schemaspace", "timestamp": "x"}`,
		`{"reason": "x", "message": "Removal of instance 'mine' from the runtime-images schemaspace is not permitted", "timestamp": "x"}`,
		strings.Replace(document("mine"), "{", `{"name": "mine",`, 1), strings.Replace(document("new"), "{", `{"name": "new",`, 1),
		strings.Replace(foreign, "{", `{"name": "mine",`, 1), strings.Replace(foreign, "{", `{"name": "new",`, 1),
	} {
		for _, status := range []uint16{200, 201, 202, 204, 400, 403, 404, 409, 500} {
			f.Add(status, "Content-Type: application/json", text)
		}
	}
	for form := range encodings {
		for _, status := range []uint16{302, 400, 403, 404, 409, 500, 503} {
			f.Add(status, "Content-Type: application/json\r\nRetry-After: 1", `{"message": "No such instance named '{`+form+`}' [{`+form+`}]"}`)
			f.Add(status, "Content-Type: text/html", "<p>{"+form+"}</p>")
		}
	}
}

// answerOf asks, and returns the answer.
func answerOf(f *testing.F, method, url, token, body string) (status int, header, text string) {
	f.Helper()
	request, err := http.NewRequestWithContext(f.Context(), method, url, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	request.Header.Set("Authorization", "token "+token)
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		f.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		f.Fatal(err)
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(response.Header)) {
		if name == "Date" || name == "Set-Cookie" { // other ones each time
			continue
		}
		lines = append(lines, name+": "+response.Header.Get(name))
	}
	return response.StatusCode, strings.Join(lines, "\r\n"), string(data)
}

// echo puts the token into a text, in each form that it asks for.
func echo(text string) string {
	for form, encode := range encodings {
		text = strings.ReplaceAll(text, "{"+form+"}", encode(echoedToken))
	}
	return text
}

// sendRaw answers with these bytes, and closes the connection.
func sendRaw(raw string) elyratest.Action {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, raw)
		_ = conn.Close()
	}
}

// word is what an answer says as Elyra would; the zero one says nothing.
type word struct {
	status  int
	Name    string
	Schema  string `json:"schema_name"`
	Display string `json:"display_name"`
	Message string
	// With these two, it has the shape of Elyra's errors.
	Reason, Timestamp *string
	redirects         bool
	// List is set where the answer is a list.
	List     *[]json.RawMessage `json:"runtime-images"`
	Metadata struct {
		Image string `json:"image_name"`
	}
}

// readWord reads an answer: the last one, for those of status 1xx come before it.
func readWord(raw string) (w word) {
	reader := bufio.NewReader(strings.NewReader(raw))
	for {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return word{}
		}
		if response.StatusCode/100 == 1 && response.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
		switch {
		case err != nil:
			return word{}
		case media == "application/json":
			_ = json.Unmarshal(elyra.FromPython(body), &w) // what it can
		}
		w.status, w.redirects = response.StatusCode, response.Header.Get("Location") != ""
		return w
	}
}

func (w word) isQuoted() bool { return w.redirects || w.Reason != nil && w.Timestamp != nil }

// is reports whether it is that instance.
func (w word) is(image elyra.RuntimeImage) bool {
	return w.Name == image.Name && w.Schema == elyra.SchemaName && w.Display == image.DisplayName && w.Metadata.Image == image.ImageName
}

// judge checks what an error takes the answer for.
func (w word) judge(t *testing.T, operation string, err error) {
	t.Helper()
	says := func(status int, text string) bool { return w.status == status && strings.HasPrefix(w.Message, text) }
	switch {
	case err == nil:
	case errors.Is(err, elyra.ErrNotFound):
		if !says(http.StatusNotFound, "No such instance named '") {
			t.Errorf("%s counts it as gone: %v", operation, err)
		}
	case errors.Is(err, elyra.ErrExists):
		if !says(http.StatusConflict, "An instance named 'new' already exists") {
			t.Errorf("%s counts the name as taken: %v", operation, err)
		}
	case errors.Is(err, elyra.ErrReadOnly):
		broken := (w.status == http.StatusBadRequest || w.status == http.StatusInternalServerError) && operation == "Delete"
		if !says(http.StatusForbidden, "Removal of instance 'mine'") && !broken {
			t.Errorf("%s counts it as protected: %v", operation, err)
		}
	case !errors.As(err, new(*serverstore.Error)):
		t.Errorf("%s: not an Error: %v", operation, err)
	}
}

// checkText looks for the token in what is told and logged, and for what doesn't
// belong into a line.
func checkText(t *testing.T, err error, log string) {
	t.Helper()
	if err == nil {
		return
	}
	text := err.Error()
	if len(text) > 4000 || strings.ContainsAny(text, "\r\n\x1b\x00") {
		t.Errorf("%d bytes: %.4000q", len(text), text)
	}
	var fault *serverstore.Error
	if errors.As(err, &fault) {
		text += fault.NextStep()
	}
	for form, encode := range encodings {
		if strings.Contains(text+log, encode(echoedToken)) {
			t.Errorf("the %s form of the token is in %s%s", form, text, log)
		}
	}
}
