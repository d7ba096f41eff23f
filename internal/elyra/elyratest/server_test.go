package elyratest_test

import (
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token   = "5ecret-t0ken"
	valid   = `{"schema_name":"runtime-image","display_name":"x","metadata":{"image_name":"a/b","tags":["b","a"],"u":{"n":1.5}}}`
	named   = `{"name":"NAME","schema_name":"runtime-image","display_name":"x","metadata":{"image_name":"a/b"}}`
	empty   = `{"schema_name":"runtime-image","display_name":"x","metadata":{"image_name":""}}`
	foreign = `{"schema_name":"kfp","display_name":"x","metadata":{}}`
)

// files are what both servers begin with.
var files = map[elyratest.Level]map[string]string{
	elyratest.Writable: {
		"mine": valid, "both": valid, "invalid": empty, "hides": empty, "broken": `{`, "latin": "\xff", "array": `[]`, "null": `null`, "bare": `{}`,
		"unknown": foreign, "noschema": `{"schema_name":"","display_name":"x","metadata":{"image_name":"a/b"}}`,
		"Upper": valid, "python-3.11-ubi9": valid, ".dot": valid, "with blank": valid, "revived": `{`,
		"policy": `{"schema_name":"runtime-image","display_name":"x","metadata":{"image_name":"a/b","pull_policy":"always"}}`,
		"named":  `{"name":"other","schema_name":"runtime-image","display_name":"x","metadata":{"image_name":"a/b"},"extra":1}`,
	},
	elyratest.Factory: {
		"both": valid, "shipped": valid, "hides": valid, "revived": valid, "badshipped": empty, "oddshipped": foreign, "brokenshipped": `{`,
	},
}

// request is one of the table, which has what the store sends. Some build on those before them.
type request struct {
	method, path, body string
}

const collection = "/elyra/metadata/runtime-images"

func requests() []request {
	named := func(name string) string { return strings.Replace(named, "NAME", name, 1) }
	table := []request{
		{"GET", collection, ""},
		{"GET", collection + "?no_track_activity=1", ""},
		{"PATCH", collection, ""},
		{"GET", "/elyra/schema/runtime-images", ""},
		{"GET", "/elyra/nothing", ""},
		{"GET", "/nothing", ""},
		{"GET", "/api", ""},
	}
	for _, body := range []string{
		named("mine"), named("shipped"), named("invalid"), named("broken"), named("badshipped"), named("oddshipped"), named("brokenshipped"),
		named("fresh"), named("fresh"),
		`{"name":"bad1","schema_name":"runtime-image","display_name":"x","metadata":{"image_name":"a/b","pull_policy":"always"}}`,
		`{"name":"bad2","schema_name":"runtime-image","display_name":"x","metadata":{"image_name":"a/b","pull_secret":"A"}}`,
		`{"name":"bad3","schema_name":"runtime-image","display_name":"x","metadata":{"image_name":"a/b","tags":["a","a"]}}`,
		`{"name":"bad4","schema_name":"runtime-image","display_name":"x","metadata":{"image_name":"a/b","description":null}}`,
		`{"name":"bad5","schema_name":"runtime-image","display_name":"x","metadata":{}}`,
	} {
		table = append(table, request{"POST", collection, body})
	}
	for _, name := range []string{"mine", "shipped", "absent", "invalid", "hides", "broken", "array", "unknown", "badshipped", "with%20blank", "comma,"} {
		table = append(table, request{"PUT", collection + "/" + name, valid})
	}
	for _, body := range []string{named("mine"), empty} {
		table = append(table, request{"PUT", collection + "/mine", body})
	}
	every := slices.Sorted(maps.Keys(files[elyratest.Writable]))
	every = append(every, "shipped", "badshipped", "oddshipped", "brokenshipped", "absent", "fresh", "Absent", "%C3%A9")
	for _, method := range []string{"GET", "DELETE", "GET", "DELETE"} {
		for _, name := range every {
			table = append(table, request{method, collection + "/" + strings.ReplaceAll(name, " ", "%20"), ""})
		}
	}
	return append(table, request{"GET", collection, ""})
}

// TestAgreesWithElyra holds the stand-in against a real server.
func TestAgreesWithElyra(t *testing.T) {
	jupytertest.Require(t)
	dirs := [2]string{t.TempDir(), t.TempDir()}
	fake := elyratest.New(t, elyratest.Options{Token: token, BaseURL: "/user/jdoe/"})
	for level, documents := range files {
		dir := filepath.Join(dirs[level], "metadata", "runtime-images")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for name, document := range documents {
			fake.Put(level, name, document)
			if err := os.WriteFile(filepath.Join(dir, name+".json"), []byte(document), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	actual := jupytertest.Start(t, jupytertest.Options{
		BaseURL: "/user/jdoe/",
		Env:     []string{"ELYRA_METADATA_PATH=" + strings.Join(dirs[:], string(os.PathListSeparator))},
	})
	shipped := ask(t, actual.URL, "token "+actual.Token, request{"GET", collection, ""}).names
	for level := range files {
		for name := range files[level] {
			shipped = slices.DeleteFunc(shipped, func(s string) bool { return s == name })
		}
	}
	for _, r := range requests() {
		want := ask(t, actual.URL, "token "+actual.Token, r)
		got := ask(t, fake.URL, "token "+token, r)
		if want.names != nil {
			want.names = slices.DeleteFunc(want.names, func(s string) bool { return slices.Contains(shipped, s) })
		}
		compare(t, r, got, want)
	}
	// Files, too: what was written where.
	for level, dir := range dirs {
		left, err := filepath.Glob(filepath.Join(dir, "metadata", "runtime-images", "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		for _, path := range left {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want[strings.TrimSuffix(filepath.Base(path), ".json")] = string(content)
		}
		if got := fake.Files(elyratest.Level(level)); !maps.Equal(got, want) {
			t.Errorf("level %d: got\n%q\nwant\n%q", level, got, want)
		}
	}
}

// TestLocksLikeJupyter holds the stand-in's credentials against real servers'.
func TestLocksLikeJupyter(t *testing.T) {
	jupytertest.Require(t)
	const password = "pa55word"
	for _, tt := range []struct {
		name string
		fake elyratest.Options
		real jupytertest.Options
	}{
		{"token", elyratest.Options{Token: token}, jupytertest.Options{}},
		{"password", elyratest.Options{Password: password}, jupytertest.Options{Password: password}},
		{"open", elyratest.Options{}, jupytertest.Options{Args: []string{"--PasswordIdentityProvider.token="}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fake := elyratest.New(t, tt.fake)
			actual := jupytertest.Start(t, tt.real)
			for _, authorization := range []string{"", "token wrong", "Bearer wrong", "token " + password} {
				for _, method := range []string{"GET", "POST", "DELETE"} {
					for _, path := range []string{collection, collection + "/absent", "/login", "/api", "/nothing"} {
						if method != "GET" && path == "/login" || path == "/api" && method != "GET" {
							continue
						}
						r := request{method, path, ""}
						got, want := ask(t, fake.URL, authorization, r), ask(t, actual.URL, authorization, r)
						got.names, want.names = nil, nil // the real one's are those that Elyra ships
						compare(t, r, got, want)
					}
				}
			}
		})
	}
}

// reply is what of an answer the two must agree on.
type reply struct {
	status   int
	media    string
	location string
	keys     []string // of the JSON object, and of metadata
	class    string   // of the message
	names    []string // of a list
}

// class keeps of a message what a client may read.
var class = regexp.MustCompile(`^(No such instance named '[^']*' was found in the runtime-images schemaspace|Removal of instance '[^']*' from the runtime-images schemaspace is not permitted|JSON failed to load for instance '[^']*'|Validation failed for instance '[^']*' using the runtime-image schema with error: |An instance named '[^']*' already exists|[A-Za-z]+\(|.*)`)

func ask(t *testing.T, base, authorization string, r request) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), r.method, base+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	defer client.CloseIdleConnections()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := reply{status: resp.StatusCode, location: resp.Header.Get("Location")}
	got.media, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		got.media = ""
	}
	var fields map[string]any
	if got.media != "application/json" || json.Unmarshal(body, &fields) != nil {
		return got
	}
	got.keys = slices.Sorted(maps.Keys(fields))
	if metadata, ok := fields["metadata"].(map[string]any); ok {
		got.keys = append(got.keys, slices.Sorted(maps.Keys(metadata))...)
	}
	if message, ok := fields["message"].(string); ok {
		got.class = class.FindString(message)
	}
	if instances, ok := fields["runtime-images"].([]any); ok {
		got.names = []string{}
		for _, instance := range instances {
			got.names = append(got.names, instance.(map[string]any)["name"].(string))
		}
		slices.Sort(got.names)
	}
	return got
}

func compare(t *testing.T, r request, got, want reply) {
	t.Helper()
	if got.status != want.status || got.media != want.media || got.location != want.location || got.class != want.class ||
		!slices.Equal(got.keys, want.keys) || !slices.Equal(got.names, want.names) {
		t.Errorf("%s %s %s\nstand-in: %+v\nElyra:    %+v", r.method, r.path, r.body, got, want)
	}
}
