package serverstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// FuzzAnswer gives arbitrary answers to each operation: none panics, none shows
// the token, and none counts as done, gone or taken unless the answer is Elyra's
// word for that. Writes are answered without being carried out; the reads by which
// the store finds that out are answered truthfully.
//
// In a body, {token} stands for the token, except in what has the shape of Elyra's
// errors: their text is quoted.
func FuzzAnswer(f *testing.F) {
	server := elyratest.New(f, elyratest.Options{Token: token, BaseURL: "/user/jdoe/"})
	seedAnswers(f)
	f.Fuzz(func(t *testing.T, status uint16, media, location, retryAfter, body string) {
		status, media = 200+status%800, strings.Join(strings.Fields(media), " ") // as net/http sends them
		said := readWord(int(status), media, body)
		if said.Reason == nil || said.Timestamp == nil {
			body = strings.ReplaceAll(body, "{token}", token)
		}
		answer := elyratest.Answer(int(status), media, body, "Location", location, "Retry-After", retryAfter)
		for operation, done := range map[string]struct {
			method string
			said   bool
		}{
			"Get":    {"GET", said.status/100 == 2 && said.Name == "mine"},
			"List":   {"GET", said.status/100 == 2 && said.List != nil},
			"Create": {"POST", said.status == http.StatusCreated && said.is(image("new"))},
			"Update": {"PUT", said.status == http.StatusOK && said.is(image("mine"))},
			"Delete": {"DELETE", said.status == http.StatusNoContent},
		} {
			server.Put(elyratest.Writable, "mine", foreign)
			server.Inject(elyratest.Fault{Method: done.method, Path: collection + "*", Do: answer})
			log := &recorder{}
			store := newStore(t, Config{Endpoint: server.URL, Token: token, RequestTimeout: time.Minute, OnRequest: log.record, backoff: immediately})
			err := operations(t.Context(), store)[operation]()
			if err == nil && !done.said {
				t.Errorf("%s counts as done after %d %q %q", operation, status, media, body)
			}
			said.judge(t, operation, err)
			text := fullText(err)
			if strings.Contains(text+log.String(), token) || len(text) > 5000 || err != nil && strings.ContainsAny(err.Error(), "\r\n\x1b\x00") {
				t.Errorf("%s: it has the token, or isn't a line: %q %q", operation, text, log)
			}
			store.Close()
			server.Heal()
		}
	})
}

// seedAnswers are Elyra's words, with the right status and with wrong ones, instances that were sent and
// others, and what other programs say.
func seedAnswers(f *testing.F) {
	f.Helper()
	const says = `{"reason": "x", "message": "%s", "timestamp": "x"}`
	named := func(name, document string) string { return strings.Replace(document, "{", `{"name": "`+name+`",`, 1) }
	for _, body := range []string{
		fmt.Sprintf(says, "No such instance named 'mine' was found in the runtime-images schemaspace."),
		fmt.Sprintf(says, "An instance named 'new' already exists in the runtime-images schemaspace"),
		fmt.Sprintf(says, "Removal of instance 'mine' from the runtime-images schemaspace is not permitted"),
		fmt.Sprintf(says, "Validation failed for instance 'mine' using the runtime-image schema with error: x."),
		fmt.Sprintf(says, "JSON failed to load for instance 'new' in the runtime-images schemaspace with error: x."),
		fmt.Sprintf(says, "TypeError()"), fmt.Sprintf(says, ""), fmt.Sprintf(says, `disk\n\u001b[31m`+strings.Repeat("x", 5000)),
		named("mine", document("mine")), named("new", document("new")), named("mine", foreign), named("new", foreign),
		`{"runtime-images": [` + named("mine", foreign) + `]}`, `{"runtime-images": []}`, `{"version": "2.21.1"}`, ``,
		`{"reason": "x", "message": "No such instance named 'mine' [{token}]"}`, `<p>{token}</p>`,
	} {
		for _, status := range []uint16{0, 1, 4, 200, 203, 204, 205, 207, 209, 229, 300, 303} { // from 200 on
			f.Add(status, "application/json", "", "1", body)
		}
		f.Add(uint16(102), "text/html", "/user/jdoe/login?next=x", "", body)
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
	// List is set where the answer is a list.
	List     *[]json.RawMessage `json:"runtime-images"`
	Metadata struct {
		Image string `json:"image_name"`
	}
}

func readWord(status int, contentType, body string) word {
	w := word{status: status}
	if media, _, _ := mime.ParseMediaType(contentType); media == "application/json" {
		_ = json.Unmarshal(elyra.FromPython([]byte(body)), &w) // what it can
	}
	return w
}

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
		isBroken := says(http.StatusBadRequest, "JSON failed to load for instance 'new'") ||
			says(http.StatusInternalServerError, "TypeError(") || says(http.StatusInternalServerError, "SchemaNotFoundError(")
		if !says(http.StatusConflict, "An instance named 'new' already exists") && !isBroken {
			t.Errorf("%s counts the name as taken: %v", operation, err)
		}
	case errors.Is(err, elyra.ErrReadOnly):
		if !says(http.StatusForbidden, "Removal of instance 'mine'") {
			t.Errorf("%s counts it as protected: %v", operation, err)
		}
	case kindOf(err) == nil:
		t.Errorf("%s: not an Error: %v", operation, err)
	}
}
