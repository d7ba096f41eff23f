package serverstore

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
)

// TestUnroutableNames: what Elyra lists can be read, even if its REST endpoint can't be
// asked for it.
func TestUnroutableNames(t *testing.T) {
	jupytertest.Require(t)
	dir := t.TempDir()
	server := jupytertest.Start(t, jupytertest.Options{Env: []string{"ELYRA_METADATA_PATH=" + dir}})
	store := newStore(t, Config{Endpoint: server.URL, Token: server.Token})
	for _, name := range []string{"with blank", "ünï", "x:y"} {
		writeFile(t, path(elyra.RuntimeImages, dir, name), document("named"))
		for _, freshness := range []elyra.Freshness{elyra.Current, elyra.Shared, elyra.Glance} {
			if got, err := store.Store.Get(t.Context(), name, freshness); err != nil || got.Name != name || !got.Document.Equal(elyra.NewDocument(image("named"))) {
				t.Errorf("%q: %+v, %v", name, got, err)
			}
		}
		_, updateErr := store.Update(t.Context(), image(name))
		_, deleteErr := store.Delete(t.Context(), name)
		if !errors.Is(updateErr, elyra.ErrReadOnly) || !errors.Is(deleteErr, elyra.ErrReadOnly) {
			t.Errorf("%q: %v, %v", name, updateErr, deleteErr)
		}
	}
	if _, err := store.Get(t.Context(), "not there"); err == nil || errors.Is(err, elyra.ErrNotFound) || !strings.Contains(err.Error(), "isn't in Elyra's list") {
		t.Error(err)
	}
}

// otherSchemaPlugin is an extension of Elyra that adds a schema to the runtime images.
const otherSchemaPlugin = `
from elyra.metadata.schema import SchemasProvider
from elyra.metadata.schemaspaces import RuntimeImages

class Provider(SchemasProvider):
    def get_schemas(self):
        return [{
            "$schema": "https://json-schema.org/draft-07/schema", "$id": "https://example.com/other.json",
            "title": "Other", "name": "other", "display_name": "Other",
            "schemaspace": RuntimeImages.RUNTIMES_IMAGES_SCHEMASPACE_NAME,
            "schemaspace_id": RuntimeImages.RUNTIME_IMAGES_SCHEMASPACE_ID,
            "properties": {
                "schema_name": {"const": "other"}, "display_name": {"type": "string"},
                "metadata": {"type": "object", "properties": {"anything": {"type": "string"}}},
            },
            "required": ["schema_name", "display_name", "metadata"],
        }]
`

// TestOtherSchemas: an extension's instance hides no other one, is left out of lists,
// which is said once, and is neither changed nor taken for absent.
func TestOtherSchemas(t *testing.T) {
	jupytertest.Require(t)
	python, dir := t.TempDir(), t.TempDir()
	for path, content := range map[string]string{
		"other_schema.py":                             otherSchemaPlugin,
		"other_schema-1.0.dist-info/METADATA":         "Metadata-Version: 2.1\nName: other-schema\nVersion: 1.0\n",
		"other_schema-1.0.dist-info/entry_points.txt": "[metadata.schemas_providers]\nother = other_schema:Provider\n",
	} {
		writeFile(t, filepath.Join(python, path), content)
	}
	server := jupytertest.Start(t, jupytertest.Options{Env: []string{"ELYRA_METADATA_PATH=" + dir, "PYTHONPATH=" + python}})
	const other = `{"schema_name": "other", "display_name": "Other", "metadata": {"anything": "x"}}`
	writeFile(t, path(elyra.RuntimeImages, dir, "other"), other)
	writeFile(t, path(elyra.RuntimeImages, dir, "mine"), document("mine"))
	store := newStore(t, Config{Endpoint: server.URL, Token: server.Token})
	all, err := store.List(t.Context())
	isThere := func(name string) bool { return slices.ContainsFunc(all, func(i found) bool { return i.Name == name }) }
	if err != nil || !isThere("mine") || isThere("other") {
		t.Errorf("%+v, %v", all, err)
	}
	var invalid *elyra.InvalidError
	if _, err := store.Get(t.Context(), "other"); !errors.As(err, &invalid) || !invalid.Irreparable || !strings.Contains(err.Error(), `"other"`) {
		t.Error(err)
	}
	if _, err := store.Create(t.Context(), image("other")); !errors.Is(err, elyra.ErrExists) {
		t.Error(err)
	}
	if _, err := store.Update(t.Context(), image("other")); !errors.Is(err, elyra.ErrReadOnly) || !strings.Contains(err.Error(), "an extension of Elyra") {
		t.Error(err)
	}
	if raw, err := os.ReadFile(path(elyra.RuntimeImages, dir, "other")); err != nil || string(raw) != other {
		t.Errorf("%s, %v", raw, err)
	}
}

// TestForgottenConnections: a load balancer forgets idle connections, and drops what is
// sent on them. The second attempt is on a new one, however many there were.
func TestForgottenConnections(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	server.Put(elyratest.Writable, "mine", document("mine"))
	behind := forward(t, strings.TrimSuffix(server.URL, "/user/jdoe"))
	var old sync.Map // by the client's address
	var forgotten atomic.Bool
	balancer := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !forgotten.Load() {
			old.Store(r.RemoteAddr, nil)
		} else if _, isOld := old.Load(r.RemoteAddr); isOld {
			elyratest.Hang()(w, r, nil)
			return
		}
		behind.ServeHTTP(w, r)
	}))
	balancer.EnableHTTP2 = true
	balancer.StartTLS()
	defer balancer.Close()
	cfg := config(server)
	cfg.Endpoint, cfg.InsecureSkipVerify = balancer.URL+"/user/jdoe", true
	cfg.RequestTimeout, cfg.MaxRetries = 10*time.Second, 1
	store := newStore(t, cfg)
	inParallel(20, func(int) {
		if _, err := store.Get(t.Context(), "mine"); err != nil {
			t.Error(err)
		}
	})
	forgotten.Store(true)
	if _, err := store.Update(t.Context(), image("mine")); err != nil {
		t.Error(err)
	}
}

// TestListIsSharedForLong: a list is shared for ten times the time that it took, and a
// quick one for a second.
func TestListIsSharedForLong(t *testing.T) {
	server := newServer(t)
	server.Put(elyratest.Writable, "mine", document("mine"))
	for took, want := range map[time.Duration]time.Duration{0: 450 * time.Millisecond, 300 * time.Millisecond: 2400 * time.Millisecond} {
		server.Heal()
		server.Inject(elyratest.Fault{Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			time.Sleep(took) // how long a list takes is what this is about
			next.ServeHTTP(w, r)
		}})
		store := newStore(t, config(server))
		if _, err := store.Refresh(t.Context(), "mine"); err != nil {
			t.Fatal(err)
		}
		if left := time.Until(store.lists.newest.until); left < want {
			t.Errorf("one that took %s is shared for another %s", took, left)
		}
	}
}
