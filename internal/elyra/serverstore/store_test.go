package serverstore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token      = "t0ken-5ecret"
	collection = "/elyra/metadata/runtime-images"
	foreign    = `{"schema_name":"runtime-image","display_name":"Theirs","metadata":{"image_name":"them/image:1","x-owner":"keep"}}`
	noImage    = `{"schema_name":"runtime-image","display_name":"Invalid","metadata":{"image_name":""}}`
)

// newServer starts a stand-in with a token below a path, as on a JupyterHub.
func newServer(t testing.TB) *elyratest.Server {
	t.Helper()
	return elyratest.New(t, elyratest.Options{Token: token, BaseURL: "/user/jdoe/"})
}

// config is that of a store on the server that doesn't wait between attempts,
// and waits for an answer as long as the test may take.
func config(server *elyratest.Server) Config {
	return Config{Endpoint: server.URL, Token: token, MaxRetries: DefaultMaxRetries, RequestTimeout: 20 * time.Minute, backoff: immediately}
}

func immediately(int) time.Duration { return 0 }

// images is a store that takes and gives runtime images, and expects nothing of what
// it writes over.
type images struct{ *Store }

// found is an instance and the image that it describes.
type found struct {
	elyra.Instance
	image elyra.RuntimeImage
}

// Equal reports whether it is that image.
func (f found) Equal(image elyra.RuntimeImage) bool { return f.image.Equal(image) }

func read(instance elyra.Instance, err error) (found, error) {
	image, _ := instance.Document.Image(instance.Name)
	return found{instance, image}, err
}

func (s images) Create(ctx context.Context, image elyra.RuntimeImage) (found, error) {
	return read(s.Store.Create(ctx, image.Name, elyra.NewDocument(image)))
}

func (s images) Update(ctx context.Context, image elyra.RuntimeImage) (found, error) {
	return read(s.Store.Update(ctx, image.Name, nil, func(d elyra.Document) elyra.Document { return d.With(image) }))
}

func (s images) Delete(ctx context.Context, name string) (string, error) {
	return s.Store.Delete(ctx, name, nil)
}

func (s images) Get(ctx context.Context, name string) (found, error) {
	return read(s.Store.Get(ctx, name, elyra.Current))
}

func (s images) Refresh(ctx context.Context, name string) (found, error) {
	return read(s.Store.Get(ctx, name, elyra.Shared))
}

func (s images) List(ctx context.Context) ([]found, error) {
	instances, err := s.Store.List(ctx, elyra.ListOptions{})
	all := make([]found, len(instances))
	for i := range instances {
		all[i], _ = read(instances[i], nil)
	}
	return all, err
}

// operations are what a store does with "mine", and the creation of "new".
func operations(ctx context.Context, s images) map[string]func() error {
	return map[string]func() error{
		"Get":     func() error { _, err := s.Get(ctx, "mine"); return err },
		"Refresh": func() error { _, err := s.Refresh(ctx, "mine"); return err },
		"List":    func() error { _, err := s.List(ctx); return err },
		"Create":  func() error { _, err := s.Create(ctx, image("new")); return err },
		"Update":  func() error { _, err := s.Update(ctx, image("mine")); return err },
		"Delete":  func() error { _, err := s.Delete(ctx, "mine"); return err },
	}
}

// fullText is an error and its next step.
func fullText(err error) string {
	var fault *Error
	if errors.As(err, &fault) {
		return err.Error() + "\n" + fault.NextStep()
	}
	return fmt.Sprint(err)
}

func newStore(t testing.TB, config Config) images {
	t.Helper()
	store, err := New(elyra.RuntimeImages, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return images{store}
}

func image(name string) elyra.RuntimeImage {
	return elyra.RuntimeImage{Name: name, DisplayName: "Display of " + name, ImageName: "team/" + name + ":1", Tags: []string{"b", "a"}}
}

func document(name string) string { return string(elyra.NewDocument(image(name)).Encode()) }

func expectAsked(t *testing.T, server *elyratest.Server, want ...string) {
	t.Helper()
	if got := server.Asked(); !slices.Equal(got, want) {
		t.Errorf("asked\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestContract(t *testing.T) {
	storetest.Run(t, storetest.RuntimeImages, func(t *testing.T) storetest.Harness {
		t.Helper()
		server := newServer(t)
		put := func(level elyratest.Level) func(testing.TB, string, string) {
			return func(_ testing.TB, name, document string) { server.Put(level, name, document) }
		}
		return storetest.Harness{
			Store: newStore(t, config(server)).Store, Put: put(elyratest.Writable), PutFactory: put(elyratest.Factory),
			Raw: func(_ testing.TB, name string) (string, bool) { return server.Raw(elyratest.Writable, name) },
		}
	})
}

// TestContractElyra is TestContract over real servers, and the same of runtimes.
func TestContractElyra(t *testing.T) { jupytertest.OnEach(t, testContractElyra) }

func testContractElyra(t *testing.T, version jupytertest.Elyra) {
	t.Helper()
	near, far := t.TempDir(), t.TempDir()
	server := jupytertest.Start(t, jupytertest.Options{
		Elyra: version,
		Env:   []string{"ELYRA_METADATA_PATH=" + near + string(os.PathListSeparator) + far},
	})
	cfg := Config{Endpoint: server.URL, Token: server.Token}
	n := 0
	for _, samples := range []storetest.Samples{storetest.RuntimeImages, storetest.Runtimes} {
		t.Run(samples.Kind.Schemaspace, func(t *testing.T) {
			// As the provider makes it.
			store := func() *Store { return newStore(t, cfg).store(samples.Kind) }
			shipped, err := store().List(t.Context(), elyra.ListOptions{})
			if err != nil {
				t.Fatal(err)
			}
			storetest.Run(t, samples, func(t *testing.T) storetest.Harness {
				t.Helper()
				n++
				for _, dir := range []string{near, far} {
					empty(t, store, samples, dir, fmt.Sprint("canary", n))
				}
				write := func(dir string) func(testing.TB, string, string) {
					return func(_ testing.TB, name, document string) {
						writeFile(t, path(samples.Kind, dir, name), document)
					}
				}
				return storetest.Harness{
					Store: without{store(), shipped}, Put: write(near), PutFactory: write(far),
					Raw: func(t testing.TB, name string) (string, bool) {
						t.Helper()
						data, err := os.ReadFile(path(samples.Kind, near, name))
						if err != nil && !errors.Is(err, os.ErrNotExist) {
							t.Fatal(err)
						}
						return string(data), err == nil
					},
				}
			})
		})
	}
}

// without is a store without the images that Elyra ships.
type without struct {
	*Store
	shipped []elyra.Instance
}

func (w without) List(ctx context.Context, options elyra.ListOptions) ([]elyra.Instance, error) {
	instances, err := w.Store.List(ctx, options)
	return slices.DeleteFunc(instances, func(i elyra.Instance) bool {
		return slices.ContainsFunc(w.shipped, func(s elyra.Instance) bool { return s.Name == i.Name })
	}), err
}

// empty removes all files of a data directory and waits until the server, which
// remembers what it read until it hears of a change, knows. It hears of changes
// in their order: a last one that can be seen shows that those before it are
// known, too.
func empty(t *testing.T, store func() *Store, samples storetest.Samples, dir, canary string) {
	t.Helper()
	at := path(samples.Kind, dir, canary)
	see := func(document elyra.Document) {
		writeFile(t, at, string(document.Encode()))
		for {
			// A store of its own, that has read nothing.
			got, err := store().Get(t.Context(), canary, elyra.Current)
			if err != nil {
				t.Fatal(err)
			}
			if got.Document.Equal(document) {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	see(samples.Full(elyra.Document{}))
	files, err := filepath.Glob(filepath.Join(filepath.Dir(at), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file == at {
			continue
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	see(samples.Minimal(elyra.Document{}))
	if err := os.Remove(at); err != nil {
		t.Fatal(err)
	}
}

func path(kind *elyra.Kind, dataDir, name string) string {
	return filepath.Join(dataDir, "metadata", kind.Schemaspace, name+".json")
}

func writeFile(t testing.TB, path, document string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRequests counts them.
func TestRequests(t *testing.T) {
	const n = 100
	server := newServer(t)
	for i := range n {
		server.Put(elyratest.Writable, fmt.Sprint("image", i), document(fmt.Sprint("image", i)))
	}
	server.Put(elyratest.Writable, "invalid", noImage)
	store := newStore(t, config(server))
	expect := func(want ...string) {
		t.Helper()
		expectAsked(t, server, want...)
		server.Forget()
	}

	inParallel(n, func(i int) {
		name := fmt.Sprint("image", i)
		if got, err := store.Refresh(t.Context(), name); err != nil || !got.Equal(image(name)) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	})
	expect("GET " + collection)

	// List always asks the server, even right after another list.
	if _, err := store.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect("GET " + collection)

	// What the list lacks is asked for by itself: it may be invalid.
	if _, err := store.Refresh(t.Context(), "absent"); !errors.Is(err, elyra.ErrNotFound) {
		t.Error(err)
	}
	if _, err := store.Refresh(t.Context(), "invalid"); !errors.As(err, new(*elyra.InvalidError)) {
		t.Error(err)
	}
	expect("GET "+collection+"/absent", "GET "+collection+"/invalid")

	if _, err := store.Create(t.Context(), image("new")); err != nil {
		t.Fatal(err)
	}
	expect("POST " + collection)
	if _, err := store.Update(t.Context(), image("new")); err != nil {
		t.Fatal(err)
	}
	expect("GET "+collection+"/new", "PUT "+collection+"/new")

	// The list is old for what was written, and for nothing else.
	for _, name := range []string{"new", "image1"} {
		if _, err := store.Refresh(t.Context(), name); err != nil {
			t.Error(err)
		}
	}
	expect("GET " + collection + "/new")
	if _, err := store.Delete(t.Context(), "new"); err != nil {
		t.Fatal(err)
	}
	expect("GET "+collection+"/new", "DELETE "+collection+"/new")
	if got, err := store.List(t.Context()); err != nil || len(got) != n {
		t.Errorf("listed %d, %v", len(got), err)
	}
	expect("GET " + collection)
	age(store)
	if _, err := store.Refresh(t.Context(), "image1"); err != nil {
		t.Error(err)
	}
	expect("GET " + collection)
	if _, err := store.Get(t.Context(), "image1"); err != nil {
		t.Error(err)
	}
	expect("GET " + collection + "/image1")
	if _, err := store.Get(t.Context(), ""); !errors.Is(err, elyra.ErrNotFound) {
		t.Error(err)
	}
	expect()
}

// TestRequestHeaders: what every request carries, and what none does. They share a connection, or need
// another one where net/http gives one up because the machine is slow.
func TestRequestHeaders(t *testing.T) {
	server := newServer(t)
	c := config(server)
	// Whatever HTTP allows in a header may be in one.
	c.Headers = map[string]string{"x-proxy~key!": "a\tb c~", "Cookie": "_oauth2_proxy=c00kie-5ecret"}
	c.UserAgent = "terraform-provider-elyra/1.2.3"
	store := newStore(t, c)
	exercise(t, store)
	connections := map[string]bool{}
	for _, r := range server.Requests() {
		connections[r.RemoteAddr] = true
		if got := r.Header.Get("Authorization"); got != "token "+token {
			t.Errorf("%s: Authorization %q", r.Method, got)
		}
		// The server's cookies aren't kept with a token; one is our own.
		got, want := r.Header.Get("Cookie"), "_oauth2_proxy=c00kie-5ecret; _xsrf="+r.Header.Get("X-Xsrftoken")
		if got != want || strings.HasSuffix(got, "=") {
			t.Errorf("%s: Cookie %q", r.Method, got)
		}
		if r.Header.Get("X-Proxy~Key!") != "a\tb c~" || r.Header.Get("User-Agent") != c.UserAgent || r.Header.Get("Accept") != "application/json" {
			t.Errorf("%s: %v", r.Method, r.Header)
		}
		if want := r.Method == http.MethodPost || r.Method == http.MethodPut; (r.Header.Get("Content-Type") == "application/json") != want {
			t.Errorf("%s: Content-Type %q", r.Method, r.Header.Get("Content-Type"))
		}
		// Reading is no activity.
		if want := r.Method == http.MethodGet; (r.URL.RawQuery == "no_track_activity=1") != want {
			t.Errorf("%s: query %q", r.Method, r.URL.RawQuery)
		}
	}
	if requests := len(server.Asked()); len(connections) > requests/2 {
		t.Errorf("%d requests over %d connections", requests, len(connections))
	}
	server.Forget()
	c.Headers = map[string]string{"user-agent": "ours/1"}
	exercise(t, newStore(t, c))
	for _, r := range server.Requests() {
		if got := r.Header.Values("User-Agent"); !slices.Equal(got, []string{"ours/1"}) {
			t.Errorf("%s: User-Agent %q instead of the configured one", r.Method, got)
		}
	}
}

// exercise calls all of a store.
func exercise(t testing.TB, store images) {
	t.Helper()
	if _, err := store.Create(t.Context(), image("exercise")); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(t.Context(), "exercise"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Update(t.Context(), image("exercise")); err != nil {
		t.Fatal(err)
	}
	if got, err := store.List(t.Context()); err != nil || !slices.ContainsFunc(got, func(i found) bool { return i.Name == "exercise" }) {
		t.Fatalf("%v, %v", got, err)
	}
	if properties, err := store.Properties(t.Context(), "runtime-image"); err != nil || properties == nil {
		t.Fatal(properties, err)
	}
	if _, err := store.Delete(t.Context(), "exercise"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Get(t.Context(), "exercise"); !errors.Is(err, elyra.ErrNotFound) {
		t.Fatalf("after Delete: %v", err)
	}
}

// waiting is a context that says when somebody waits for its end.
type waiting struct {
	context.Context
	begun chan struct{}
	once  sync.Once
}

func (w *waiting) Done() <-chan struct{} {
	w.once.Do(func() { close(w.begun) })
	return w.Context.Done()
}

// TestSharedListSurvivesItsFirstReader: who asked first may give up; the others
// still get their answer, and once all have given up the request ends.
func TestSharedListSurvivesItsFirstReader(t *testing.T) {
	server := newServer(t)
	server.Put(elyratest.Writable, "mine", document("mine"))
	reached, release := make(chan struct{}), make(chan struct{})
	server.Inject(elyratest.Fault{Times: 1, Do: elyratest.Hold(reached, release)})
	store := newStore(t, config(server))

	first, cancel := context.WithCancel(t.Context())
	errs := make(chan error)
	go func() { _, err := store.Refresh(first, "mine"); errs <- err }()
	<-reached
	second := make(chan error)
	waits := &waiting{Context: t.Context(), begun: make(chan struct{})}
	go func() { _, err := store.Refresh(waits, "mine"); second <- err }()
	<-waits.begun
	cancel()
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Errorf("the first got %v", err)
	}
	close(release)
	if err := <-second; err != nil {
		t.Errorf("the second got %v", err)
	}
	expectAsked(t, server, "GET "+collection)

	age(store)
	reached = make(chan struct{})
	gone := make(chan struct{})
	server.Inject(elyratest.Fault{Times: 1, Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		close(reached)
		elyratest.Hang()(w, r, next)
		close(gone)
	}})
	alone, cancel := context.WithCancel(t.Context())
	go func() { _, err := store.Refresh(alone, "mine"); errs <- err }()
	<-reached
	cancel()
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Errorf("the last got %v", err)
	}
	<-gone
}

// TestListIsNotOlderThanWrites: a list that began before a write ended doesn't
// answer for what was written.
func TestListIsNotOlderThanWrites(t *testing.T) {
	server := newServer(t)
	server.Put(elyratest.Writable, "mine", document("mine"))
	server.Put(elyratest.Writable, "other", document("other"))
	reached, release := make(chan struct{}), make(chan struct{})
	server.Inject(elyratest.Fault{Method: "GET", Path: collection, Times: 1, Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		// The answer is made before the write and sent after it.
		late := elyratest.Answer(http.StatusOK, "application/json", `{"runtime-images":[{"name":"mine","display_name":"old","metadata":{"image_name":"a/b"},"schema_name":"runtime-image"}]}`)
		elyratest.Hold(reached, release)(w, r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { late(w, r, nil) }))
	}})
	store := newStore(t, config(server))
	done := make(chan error)
	go func() { _, err := store.Refresh(t.Context(), "other"); done <- err }()
	<-reached
	if _, err := store.Update(t.Context(), image("mine")); err != nil {
		t.Fatal(err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got, err := store.Refresh(t.Context(), "mine"); err != nil || !got.Equal(image("mine")) {
		t.Errorf("Refresh: %+v, %v", got.image, err)
	}
}

// TestListDuringAWrite: nor does one that began in the middle of the write.
func TestListDuringAWrite(t *testing.T) {
	server := newServer(t)
	server.Put(elyratest.Writable, "mine", foreign)
	reached, release := make(chan struct{}), make(chan struct{})
	server.Inject(elyratest.Fault{Method: "PUT", Do: elyratest.Hold(reached, release)})
	store := newStore(t, config(server))
	done := make(chan error)
	go func() { _, err := store.Update(t.Context(), image("mine")); done <- err }()
	<-reached
	if got, err := store.List(t.Context()); err != nil || len(got) != 1 || got[0].image.DisplayName != "Theirs" {
		t.Errorf("List during the write: %+v, %v", got, err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got, err := store.Refresh(t.Context(), "mine"); err != nil || !got.Equal(image("mine")) {
		t.Errorf("Refresh: %+v, %v", got.image, err)
	}
}

// TestFailedListIsNotKept: the next reader asks again.
func TestFailedListIsNotKept(t *testing.T) {
	server := newServer(t)
	server.Put(elyratest.Writable, "mine", document("mine"))
	server.Inject(elyratest.Fault{Times: 1, Do: elyratest.Say(http.StatusInternalServerError, "OSError()")})
	store := newStore(t, config(server))
	if _, err := store.Refresh(t.Context(), "mine"); err == nil {
		t.Error("no error")
	}
	if _, err := store.Refresh(t.Context(), "mine"); err != nil {
		t.Error(err)
	}
	expectAsked(t, server, "GET "+collection, "GET "+collection)
}

// TestForeignAnswers: success, in JSON, and yet not what was asked for.
func TestForeignAnswers(t *testing.T) {
	for _, answer := range []string{
		`{"name":"other","display_name":"x","metadata":{"image_name":"a/b"},"schema_name":"runtime-image"}`,
		`{"name":"mine","display_name":"x","metadata":[],"schema_name":"runtime-image"}`,
		`{"name":"mine","metadata":{"image_name":"a/b"},"schema_name":"runtime-image"}`,
		`[]`, `null`, `"mine"`, `{"runtime-images":[]}`,
	} {
		server := newServer(t)
		server.Inject(elyratest.Fault{Method: "GET", Path: collection + "/mine", Do: elyratest.Answer(200, "application/json", answer)})
		_, err := newStore(t, config(server)).Get(t.Context(), "mine")
		if kindOf(err) != unexpected {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// TestRepair: an invalid instance is deleted and recreated, whole or not at all.
func TestRepair(t *testing.T) {
	t.Run("deletes nothing for an image that is invalid itself", func(t *testing.T) {
		server := newServer(t)
		server.Put(elyratest.Writable, "bad", noImage)
		image := image("bad")
		image.PullPolicy = "always"
		_, err := newStore(t, config(server)).Update(t.Context(), image)
		if !errors.As(err, new(*elyra.InvalidError)) {
			t.Error(err)
		}
		if raw, _ := server.Raw(elyratest.Writable, "bad"); raw != noImage {
			t.Errorf("now it is %q", raw)
		}
	})
	t.Run("says so when the repair fails half-way", func(t *testing.T) {
		server := newServer(t)
		server.Put(elyratest.Writable, "bad", noImage)
		server.Inject(elyratest.Fault{Method: "POST", Do: elyratest.Refuse(http.StatusInternalServerError, "OSError(28, 'No space left on device')")})
		_, err := newStore(t, config(server)).Update(t.Context(), image("bad"))
		if err == nil || !strings.Contains(err.Error(), "was deleted, and recreating it failed") || !strings.Contains(err.Error(), "No space left") {
			t.Error(err)
		}
	})
	t.Run("finishes a repair that is cancelled half-way", func(t *testing.T) {
		server := newServer(t)
		server.Put(elyratest.Writable, "bad", noImage)
		ctx, cancel := context.WithCancel(t.Context())
		server.Inject(elyratest.Fault{Method: "DELETE", Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			cancel()
			next.ServeHTTP(w, r)
		}})
		if got, err := newStore(t, config(server)).Update(ctx, image("bad")); err != nil || !got.Equal(image("bad")) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestCannotReplace: what Elyra won't change stays as it is.
func TestCannotReplace(t *testing.T) {
	for name, seed := range map[string]struct {
		level    elyratest.Level
		document string
		name     string
		reason   string
	}{
		"broken JSON":            {elyratest.Writable, `{`, "bad", "remove its file, metadata/runtime-images/bad.json"},
		"unknown schema":         {elyratest.Writable, `{"schema_name":"kfp","display_name":"x","metadata":{}}`, "bad", "remove its file"},
		"invalid and shipped":    {elyratest.Factory, noImage, "bad", "ships with Elyra"},
		"odd name":               {elyratest.Writable, foreign, "python-3.11-ubi9", "has a name that Elyra reads but doesn't save"},
		"odd name and invalid":   {elyratest.Writable, noImage, "python-3.11-ubi9", "has a name that Elyra reads but doesn't save"},
		"name beyond all routes": {elyratest.Writable, foreign, "with blank", "can't be asked for"},
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Put(seed.level, seed.name, seed.document)
			_, err := newStore(t, config(server)).Update(t.Context(), image(seed.name))
			var readOnly *elyra.ReadOnlyError
			if !errors.As(err, &readOnly) || !strings.Contains(readOnly.Error(), seed.reason) || readOnly.Name != seed.name {
				t.Errorf("got %v, want a ReadOnlyError: %s", err, seed.reason)
			}
			if raw, _ := server.Raw(seed.level, seed.name); raw != seed.document {
				t.Errorf("now it is %q", raw)
			}
		})
	}
}

// TestInvalidReasons: what Elyra says of an invalid instance, without its frame.
func TestInvalidReasons(t *testing.T) {
	for document, want := range map[string]elyra.InvalidError{
		noImage: {Reasons: []string{"metadata.image_name is empty"}},
		`{`:     {Reasons: []string{"it isn't a JSON object"}, Unloadable: true},
		`[]`:    {Reasons: []string{"it isn't a JSON object"}, Unloadable: true},
		`{"schema_name":"kfp","display_name":"x","metadata":{}}`: {
			Reasons: []string{"this server's Elyra doesn't have its schema"}},
	} {
		server := newServer(t)
		server.Put(elyratest.Writable, "bad", document)
		_, err := newStore(t, config(server)).Get(t.Context(), "bad")
		var got *elyra.InvalidError
		if !errors.As(err, &got) || !slices.Equal(got.Reasons, want.Reasons) || got.Unloadable != want.Unloadable || got.Name != "bad" {
			t.Errorf("%s: got %+v, want %+v", document, got, want)
		}
	}
}

// TestOddInstances: Python writes what JSON hasn't, and an instance may be nested more
// deeply than this provider reads. Neither hides another. What can be read is written back
// as it was.
func TestOddInstances(t *testing.T) {
	entry := func(name, theirs string) string {
		return fmt.Sprintf(`{"name": %q, "display_name": "NaN \"Infinity\\", "metadata": {"image_name": "a/b", "n": %s}, "schema_name": "runtime-image"}`, name, theirs)
	}
	odd, deep := entry("odd", "[NaN, -Infinity, Infinity, -1]"), entry("deep", strings.Repeat("[", 1000)+strings.Repeat("]", 1000))
	server := newServer(t)
	server.Inject(elyratest.Fault{Path: collection, Do: elyratest.Answer(http.StatusOK, "application/json", `{"runtime-images": [`+odd+", "+deep+", "+entry("good", "1")+`]}`)})
	server.Inject(elyratest.Fault{Path: collection + "/odd", Do: elyratest.Answer(http.StatusOK, "application/json", odd)})
	store := newStore(t, config(server))
	if got, err := store.List(t.Context()); err != nil || len(got) != 2 || got[0].Name != "good" || got[1].Name != "odd" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := store.Refresh(t.Context(), "good"); err != nil || got.image.DisplayName != `NaN "Infinity\` {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := store.Get(t.Context(), "odd"); err != nil || !strings.Contains(string(got.Document.Compact()), `[NaN,-Infinity,Infinity,-1]`) {
		t.Errorf("%s, %v", got.Document.Compact(), err)
	}
}

// TestSchema: it is asked for once, also where that fails.
func TestSchema(t *testing.T) {
	const ask = "GET /elyra/schema/runtime-images"
	server := newServer(t)
	store := newStore(t, config(server))
	for range 3 {
		if got, err := store.Properties(t.Context(), "runtime-image"); err != nil || len(got["pull_policy"]) != 3 {
			t.Errorf("%v, %v", got, err)
		}
	}
	expectAsked(t, server, ask)

	server.Forget()
	server.Inject(elyratest.Fault{Times: 1, Do: elyratest.Say(http.StatusInternalServerError, "OSError()")})
	store = newStore(t, config(server))
	for range 3 {
		if _, err := store.Properties(t.Context(), "runtime-image"); err == nil {
			t.Error("no error")
		}
	}
	expectAsked(t, server, ask)
}

// TestElyra is the whole store over real servers: with a token, with a password,
// and open to all.
func TestElyra(t *testing.T) {
	t.Parallel()
	jupytertest.Require(t)
	const password = "pa55word"
	for name, options := range map[string]jupytertest.Options{
		"token":    {BaseURL: "/user/jdoe%40example.org/"},
		"password": {Password: password},
		"open":     {Args: []string{"--PasswordIdentityProvider.token="}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := jupytertest.Start(t, options)
			cfg := Config{Endpoint: server.URL, Token: server.Token, Password: options.Password, MaxRetries: 10}
			if name == "open" {
				cfg.Token = ""
			}
			store := newStore(t, cfg)
			exercise(t, store)
			if name == "open" { // sent a token, it takes no write for a forged one
				cfg.Token = "left-over"
				exercise(t, newStore(t, cfg))
			}

			// Killed and started anew, perhaps with a new secret for its cookies.
			if _, err := store.Create(t.Context(), image("before")); err != nil {
				t.Fatal(err)
			}
			server.Kill()
			created := make(chan error)
			go func() { _, err := store.Create(context.WithoutCancel(t.Context()), image("meanwhile")); created <- err }()
			server.Restart(t)
			if err := <-created; err != nil {
				t.Errorf("across a restart: %v", err)
			}
			if _, err := store.Update(t.Context(), image("before")); err != nil {
				t.Error(err)
			}
			wantStored(t, store, image("before"))
			wantStored(t, store, image("meanwhile"))
		})
	}
}

// age makes what a store has read, and how it failed, too old to be of use.
func age(s images) {
	s.lists.mu.Lock()
	defer s.lists.mu.Unlock()
	if s.lists.newest != nil && !s.lists.newest.until.IsZero() {
		s.lists.newest.until = time.Now().Add(-1)
	}
	if last := s.breaker.Load(); last != nil {
		old := *last
		old.ended = time.Time{}
		s.breaker.Store(&old)
	}
}

// TestAnswerSizes: an instance may take a mebibyte, a list more: here, two.
func TestAnswerSizes(t *testing.T) {
	server := newServer(t)
	cfg := config(server)
	cfg.maxList = 2 << 20
	calls := operations(t.Context(), newStore(t, cfg))
	for call, limit := range map[string]int{"Get": 1 << 20, "List": 2 << 20} {
		body := map[string]string{
			"Get":  `{"display_name": "A", "metadata": {"image_name": "a/b:1"}, "schema_name": "runtime-image", "name": "mine"}`,
			"List": `{"runtime-images": []}`,
		}[call]
		for _, excess := range []int{0, 1} {
			server.Heal()
			server.Inject(elyratest.Fault{Do: elyratest.Answer(200, "application/json", body+strings.Repeat(" ", limit+excess-len(body)))})
			if err := calls[call](); (excess > 0) != (kindOf(err) == oversize) || excess == 0 && err != nil {
				t.Errorf("%s of %d bytes too many: %v", call, excess, err)
			}
		}
	}
}
