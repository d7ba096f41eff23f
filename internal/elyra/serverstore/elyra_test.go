package serverstore_test

import (
	"context"
	"errors"
	"io"
	"net"
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
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

// TestRefusals: what a real server refuses, or what is wrong with the way to it. A provider
// can distinguish refused credentials from a server that can't be reached. What Jupyter says
// about forged requests isn't the reason, and isn't shown.
func TestRefusals(t *testing.T) {
	withToken, _ := jupyter(t)
	withPassword := jupytertest.Start(t, jupytertest.Options{Password: "pa55word"})
	for name, tt := range map[string]struct {
		cfg     serverstore.Config
		kind    serverstore.Kind // nil if it depends on who gives up first
		refused bool
	}{
		"wrong token":               {serverstore.Config{Endpoint: withToken.URL, Token: "wrong"}, serverstore.KindTokenRefused, true},
		"no token":                  {serverstore.Config{Endpoint: withToken.URL}, serverstore.KindNoCredentials, true},
		"password instead of token": {serverstore.Config{Endpoint: withToken.URL, Password: "wrong"}, serverstore.KindPasswordRefused, true},
		"wrong password":            {serverstore.Config{Endpoint: withPassword.URL, Password: "wrong"}, serverstore.KindPasswordRefused, true},
		"token instead of password": {serverstore.Config{Endpoint: withPassword.URL, Token: "wrong"}, serverstore.KindTokenRefused, true},
		"no server":                 {serverstore.Config{Endpoint: "http://" + unusedAddress(), Token: "wrong"}, serverstore.KindNoConnection, false},
		"no server at this path":    {serverstore.Config{Endpoint: withToken.URL + "/other", Token: withToken.Token}, serverstore.KindNoJupyter, false},
		"https instead of http":     {serverstore.Config{Endpoint: strings.Replace(withToken.URL, "http:", "https:", 1), RequestTimeout: time.Second}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			store := newStore(t, tt.cfg)
			if tt.kind != nil {
				expectFault(t, store, tt.kind)
			}
			for _, method := range []string{"List", "Create"} {
				_, err := store.List(t.Context())
				if method == "Create" {
					_, err = store.Create(t.Context(), image("absent"))
				}
				if errors.Is(err, serverstore.ErrRefusedCredentials) != tt.refused || strings.Contains(explain(err), "_xsrf") {
					t.Errorf("%s: %v", method, err)
				}
			}
		})
	}
}

// TestUnroutableNames: what Elyra lists can be read, even if its REST endpoint can't be
// asked for it.
func TestUnroutableNames(t *testing.T) {
	jupytertest.Require(t)
	dir := t.TempDir()
	server := jupytertest.Start(t, jupytertest.Options{Env: []string{"ELYRA_METADATA_PATH=" + dir}})
	store := newStore(t, serverstore.Config{Endpoint: server.URL, Token: server.Token})
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

// otherSchema is an extension of Elyra that adds a schema to the runtime images.
const otherSchema = `
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
		"other_schema.py":                             otherSchema,
		"other_schema-1.0.dist-info/METADATA":         "Metadata-Version: 2.1\nName: other-schema\nVersion: 1.0\n",
		"other_schema-1.0.dist-info/entry_points.txt": "[metadata.schemas_providers]\nother = other_schema:Provider\n",
	} {
		writeFile(t, filepath.Join(python, path), content)
	}
	server := jupytertest.Start(t, jupytertest.Options{Env: []string{"ELYRA_METADATA_PATH=" + dir, "PYTHONPATH=" + python}})
	const other = `{"schema_name": "other", "display_name": "Other", "metadata": {"anything": "x"}}`
	writeFile(t, path(elyra.RuntimeImages, dir, "other"), other)
	writeFile(t, path(elyra.RuntimeImages, dir, "mine"), document("mine"))
	var said []string
	store := newStore(t, serverstore.Config{Endpoint: server.URL, Token: server.Token, OnForeign: func(_ context.Context, name, schema string) {
		said = append(said, name+" "+schema)
	}})
	for range 2 {
		all, err := store.List(t.Context())
		isThere := func(name string) bool { return slices.ContainsFunc(all, func(i found) bool { return i.Name == name }) }
		if err != nil || !isThere("mine") || isThere("other") {
			t.Errorf("%+v, %v", all, err)
		}
	}
	if want := []string{"other other"}; !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
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
	target := httptest.NewUnstartedServer(forward(t, strings.TrimSuffix(server.URL, "/user/jdoe")))
	target.EnableHTTP2 = true
	target.StartTLS()
	defer target.Close()
	balancer := newBalancer(t, target.Listener.Addr().String())
	cfg := config(server)
	cfg.Endpoint, cfg.InsecureSkipVerify = "https://"+balancer.address+"/user/jdoe", true
	cfg.RequestTimeout, cfg.MaxRetries = 10*time.Second, 1
	store := newStore(t, cfg)
	inParallel(20, func(int) {
		if _, err := store.Get(t.Context(), "mine"); err != nil {
			t.Error(err)
		}
	})
	balancer.forgotten.Add(1)
	if _, err := store.Update(t.Context(), image("mine")); err != nil {
		t.Error(err)
	}
}

// balancer forwards connections; those that were made before it forgot them hang.
type balancer struct {
	address   string
	forgotten atomic.Int64
}

func newBalancer(t *testing.T, target string) *balancer {
	t.Helper()
	listener := listen()
	b := &balancer{address: listener.Addr().String()}
	var open sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	open.Go(func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			to, err := (&net.Dialer{}).DialContext(context.WithoutCancel(t.Context()), "tcp", target)
			if err != nil {
				_ = from.Close()
				continue
			}
			mu.Lock()
			conns = append(conns, from, to)
			mu.Unlock()
			born := b.forgotten.Load()
			for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
				open.Go(func() { b.copy(way[1], way[0], born) })
			}
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, conn := range conns {
			_ = conn.Close()
		}
		mu.Unlock()
		open.Wait()
	})
	return b
}

func (b *balancer) copy(to io.WriteCloser, from io.Reader, born int64) {
	buffer := make([]byte, 1<<14)
	for {
		n, err := from.Read(buffer)
		if b.forgotten.Load() != born {
			_, _ = io.Copy(io.Discard, from)
			return
		}
		if n > 0 {
			_, _ = to.Write(buffer[:n])
		}
		if err != nil {
			_ = to.Close()
			return
		}
	}
}

// TestListIsSharedForLong: a list is shared for ten times the time that it took.
func TestListIsSharedForLong(t *testing.T) {
	server := newServer(t)
	server.Put(elyratest.Writable, "mine", document("mine"))
	took := make(chan time.Duration, 1)
	server.Inject(elyratest.Fault{Times: 1, Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		begin := time.Now()
		time.Sleep(300 * time.Millisecond) // how long a list takes is what this is about
		next.ServeHTTP(w, r)
		took <- time.Since(begin)
	}})
	store := newStore(t, config(server))
	if _, err := store.Refresh(t.Context(), "mine"); err != nil {
		t.Fatal(err)
	}
	if left := serverstore.Shared(store.Store); left < 8*<-took {
		t.Errorf("it's shared for another %s", left)
	}
	serverstore.Age(store.Store)
	if _, err := store.Refresh(t.Context(), "mine"); err != nil {
		t.Fatal(err)
	}
	if left := serverstore.Shared(store.Store); left < 900*time.Millisecond/2 {
		t.Errorf("a quick one is shared for another %s", left)
	}
}
