package serverstore_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

// faults are all that can go wrong with reading an instance: what is injected,
// what becomes of it, and how often it is tried. The guide about server faults
// has a row for each.
var faults = []struct {
	name    string
	options elyratest.Options
	// seed is the instance's file.
	seed string
	do   func(w http.ResponseWriter, r *http.Request, next http.Handler)
	// change, if not nil, changes the store's configuration.
	change func(*serverstore.Config)
	kind   serverstore.Kind
	says   string
	// once: it is tried only once; otherwise, as often as allowed.
	once bool
}{
	{name: "gone", kind: serverstore.KindNotFound, says: "no such instance", once: true},
	{name: "invalid instance", seed: invalid, kind: serverstore.KindInvalid, says: "is invalid: metadata.image_name is empty", once: true},
	{name: "wrong base URL", change: func(c *serverstore.Config) { c.Endpoint = strings.TrimSuffix(c.Endpoint, "/jdoe") + "/other" },
		kind: serverstore.KindNoJupyter, says: "no Jupyter Server is there", once: true},
	{name: "no Elyra", options: elyratest.Options{NoElyra: true}, kind: serverstore.KindNoElyra, says: "has no Elyra", once: true},
	{name: "JSON 404 of something else", do: elyratest.Refuse(404, "No such schema named 'runtime-image' was found in the runtime-images schemaspace."),
		kind: serverstore.KindNoElyra, says: "has no Elyra", once: true},
	{name: "JSON 404 about another instance", do: elyratest.Refuse(404, "No such instance named 'other' was found in the runtime-images schemaspace."),
		kind: serverstore.KindNoElyra, says: "has no Elyra", once: true},
	{name: "page of a website", do: elyratest.Page(200), kind: serverstore.KindHTMLPage, says: "returned an HTML page", once: true},
	{name: "login page", do: elyratest.Answer(200, "text/html", `<form><input type="password"></form>`), kind: serverstore.KindLogin, says: "returned a login page", once: true},
	{name: "redirect to login", do: elyratest.Redirect("/user/jdoe/login?next=%2Fsecret-query"), kind: serverstore.KindLogin, says: "returned a login page at", once: true},
	{name: "redirect to JupyterHub's login", do: elyratest.Redirect("https://hub.example.com/hub/api/oauth2/authorize?state=secret-query"),
		kind: serverstore.KindHubLogin, says: "https://hub.example.com/hub/api/oauth2/authorize", once: true},
	{name: "other redirect", do: elyratest.Redirect("https://user:secret-query@elsewhere.example.com/x?token=secret-query"),
		kind: serverstore.KindRedirect, says: "https://elsewhere.example.com/x", once: true},
	{name: "redirect that isn't a URL", do: elyratest.Redirect("http://[secret-query"), kind: serverstore.KindRedirect, says: "returned a redirect", once: true},
	{name: "HTML with status 400", do: elyratest.Page(400), kind: serverstore.KindUnexpected, says: "a response that Elyra never sends (status 400)", once: true},
	{name: "proxy wants credentials", do: elyratest.Page(401), kind: serverstore.KindUnauthorized, says: "status 401", once: true},
	{name: "proxy that lets nothing through", do: elyratest.Page(407), kind: serverstore.KindProxyRefused, says: "status 407", once: true},
	{name: "proxy that doesn't connect", change: func(c *serverstore.Config) {
		*c = serverstore.WithProxy(*c, strings.TrimSuffix(c.Endpoint, "/user/jdoe"))
		c.Endpoint = "https://hub.example.com/"
	}, kind: serverstore.KindProxyFailed, says: "the proxy doesn't connect to the server: it returned status 403"},
	{name: "proxy that is down", change: func(c *serverstore.Config) {
		*c = serverstore.WithProxy(*c, "http://"+unusedAddress())
		c.Endpoint = "https://hub.example.com/"
	}, kind: serverstore.KindProxyFailed, says: "the proxy doesn't connect to the server: "},
	{name: "no token", change: func(c *serverstore.Config) { c.Token = "" }, kind: serverstore.KindNoCredentials, says: "requires credentials", once: true},
	{name: "wrong token", change: func(c *serverstore.Config) { c.Token = "wr0ng-5ecret" }, kind: serverstore.KindTokenRefused, says: "refuses the token", once: true},
	{name: "wrong password", options: elyratest.Options{Password: "pa55word-5ecret"},
		change: func(c *serverstore.Config) { c.Token, c.Password = "", "wr0ng-5ecret" }, kind: serverstore.KindPasswordRefused, says: "refuses the password", once: true},
	{name: "stopped server on JupyterHub", do: elyratest.Say(424, "JupyterHub server no longer running at /user/jdoe/"), kind: serverstore.KindHubStopped, says: "isn't running", once: true},
	{name: "stopped server on an older JupyterHub", do: elyratest.Say(503, "JupyterHub server no longer running at /user/jdoe/", "X-JupyterHub-Version", "1.5.0"),
		kind: serverstore.KindHubStopped, says: "isn't running", once: true},
	{name: "redirect to JupyterHub's page of a stopped server", do: elyratest.Redirect("/hub/user/jdoe/elyra/metadata/runtime-images"),
		kind: serverstore.KindHubStopped, says: "isn't running", once: true},
	{name: "server's own failure", do: elyratest.Refuse(500, "PermissionError(13, 'Permission denied')"), kind: serverstore.KindServerFailed, says: "PermissionError(13, 'Permission denied')", once: true},
	{name: "HTML with status 500", do: elyratest.Page(500), kind: serverstore.KindServerFailed, says: "the server failed (status 500)", once: true},
	{name: "a status that is no success", do: elyratest.Answer(300, "application/json", `{"runtime-images": []}`), kind: serverstore.KindRedirect, says: "status 300", once: true},
	{name: "too many requests", do: elyratest.Say(429, "slow down"), kind: serverstore.KindThrottled, says: "status 429"},
	{name: "Retry-After beyond the timeout", do: elyratest.Page(429, "Retry-After", "3600"), kind: serverstore.KindThrottled, says: "wait for 1h0m0s", once: true},
	{name: "bad gateway", do: elyratest.Page(502), kind: serverstore.KindUnavailable, says: "status 502"},
	{name: "service unavailable", do: elyratest.Page(503), kind: serverstore.KindUnavailable, says: "status 503"},
	{name: "gateway timeout", do: elyratest.Page(504), kind: serverstore.KindUnavailable, says: "status 504"},
	{name: "broken connection", do: elyratest.Drop(), kind: serverstore.KindConnectionLost, says: "closed before a whole"},
	{name: "no response in time", do: elyratest.Hang(nil), change: func(c *serverstore.Config) { c.RequestTimeout, c.MaxRetries = 50*time.Millisecond, 1 },
		kind: serverstore.KindTimedOut, says: "no response in time"},
	{name: "no end in time", do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{"))
		_ = http.NewResponseController(w).Flush()
		elyratest.Hang(nil)(w, r, next)
	}, change: func(c *serverstore.Config) { c.RequestTimeout, c.MaxRetries = 50*time.Millisecond, 1 },
		kind: serverstore.KindTimedOut, says: "no response in time"},
	{name: "half an answer", do: elyratest.Halve(), kind: serverstore.KindConnectionLost, says: "closed before a whole"},
	{name: "an answer without end", do: elyratest.Flood(1 << 30), kind: serverstore.KindOversize, says: "too large", once: true},
	{name: "broken JSON", do: elyratest.Answer(200, "application/json", `{"runtime-images": [`), kind: serverstore.KindUnexpected, says: "a response that Elyra never sends", once: true},
	{name: "JSON of something else", do: elyratest.Answer(200, "application/json", `{"name": "mine", "secret-query": 1}`), kind: serverstore.KindUnexpected, says: "a response that Elyra never sends", once: true},
	{name: "something else than HTTP", do: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = conn.Write([]byte("SSH-2.0-secret-query\r\n"))
		_ = conn.Close()
	}, kind: serverstore.KindConnectionLost, says: "closed before a whole"},
	{name: "certificate not trusted", options: elyratest.Options{Token: token, TLS: &tls.Config{}},
		kind: serverstore.KindBadCertificate, says: "certificate signed by unknown authority", once: true},
	{name: "certificate wanted", options: elyratest.Options{Token: token, TLS: &tls.Config{ClientAuth: tls.RequireAnyClientCert}},
		change: func(c *serverstore.Config) { c.InsecureSkipVerify = true }, kind: serverstore.KindNoClientCert, says: "requires a client certificate", once: true},
	{name: "https for http", change: func(c *serverstore.Config) { c.Endpoint = strings.Replace(c.Endpoint, "http:", "https:", 1) },
		kind: serverstore.KindNotTLS, says: "doesn't speak TLS", once: true},
	{name: "https for a server that waits", change: func(c *serverstore.Config) {
		c.Endpoint, c.RequestTimeout = "https://"+silent().Addr().String(), 100*time.Millisecond
	},
		kind: serverstore.KindNoHandshake, says: "TLS handshake", once: true},
	{name: "http for https", options: elyratest.Options{Token: token, TLS: &tls.Config{}},
		change: func(c *serverstore.Config) { c.Endpoint = strings.Replace(c.Endpoint, "https:", "http:", 1) },
		kind:   serverstore.KindSpeaksTLS, says: "speaks HTTPS", once: true},
	{name: "unknown host", change: func(c *serverstore.Config) { c.Endpoint = "http://no-such-host.invalid/" },
		kind: serverstore.KindUnknownHost, says: "no-such-host.invalid", once: true},
	{name: "refused connection", change: func(c *serverstore.Config) { c.Endpoint = "http://" + unusedAddress() },
		kind: serverstore.KindNoConnection, says: "the connection failed: "},
}

// unusedAddress is a port of the loopback interface on which nothing listens.
func unusedAddress() string {
	listener := listen()
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

func listen() net.Listener {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return listener
}

// silent is where a connection is taken and nothing is ever said: nobody accepts
// it. It ends with the process.
var silent = sync.OnceValue(listen)

// TestFaults meets each fault in the list that all reads share, and in the
// request for one instance.
func TestFaults(t *testing.T) {
	for _, tt := range faults {
		t.Run(tt.name, func(t *testing.T) {
			if tt.options.Token == "" && tt.options.Password == "" {
				tt.options.Token = token
			}
			tt.options.BaseURL = "/user/jdoe/"
			for _, path := range []string{collection, collection + "/mine"} {
				server := elyratest.New(t, tt.options)
				if tt.seed != "" {
					server.Put(elyratest.Writable, "mine", tt.seed)
				}
				if tt.do != nil {
					server.Inject(elyratest.Fault{Path: path, Do: tt.do})
				}
				log := &recorder{}
				cfg := serverstore.WithMaxList(config(server), 2<<20)
				cfg.OnRequest = log.record
				if tt.change != nil {
					tt.change(&cfg)
				}
				_, err := newStore(t, cfg).Refresh(t.Context(), "mine")

				var fault *serverstore.Error
				if !errors.As(err, &fault) {
					t.Fatalf("%s: got %v, want an Error", path, err)
				}
				if fault.Kind() != tt.kind || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%s: got kind %q: %v\nwant kind %q: %s", path, fault.Kind(), err, tt.kind, tt.says)
				}
				if errors.Is(err, elyra.ErrNotFound) != (tt.kind == serverstore.KindNotFound) {
					t.Errorf("%s: counts as gone: %t", path, errors.Is(err, elyra.ErrNotFound))
				}
				if (fault.NextStep() == "") != (tt.kind == serverstore.KindNotFound) {
					t.Errorf("%s: next step: %q", path, fault.NextStep())
				}
				checkSecrets(t, err.Error()+fault.NextStep()+log.text())

				want := 1 + cfg.MaxRetries
				if tt.once {
					want = 1
				}
				if fault.Kind() == serverstore.KindPasswordRefused { // it doesn't come to a read
					path = "/login"
				}
				if got := log.count(func(r serverstore.RequestInfo) bool {
					return strings.HasSuffix(r.Path, path) && (path != "/login" || r.Method == http.MethodPost)
				}); got != want && (tt.do != nil || path == "/login" || path == collection) {
					t.Errorf("%s: tried %d times, want %d", path, got, want)
				}
			}
		})
	}
}

// checkSecrets looks for what must not be told: our own credentials, what pages
// and redirects carry.
func checkSecrets(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"5ecret", "secret-query", elyratest.PageToken} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in: %s", secret, text)
		}
	}
}

// recorder is a log of requests.
type recorder struct {
	mu       sync.Mutex
	requests []serverstore.RequestInfo
}

func (r *recorder) record(_ context.Context, info serverstore.RequestInfo) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, info)
}

func (r *recorder) count(counts func(serverstore.RequestInfo) bool) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, info := range r.requests {
		if counts(info) {
			n++
		}
	}
	return n
}

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for _, info := range r.requests {
		b.WriteString(info.Method + " " + info.Path)
		if info.Err != nil {
			b.WriteString(" " + info.Err.Error())
		}
	}
	return b.String()
}

// TestTaken: a name that is taken is taken, also by exactly what was sent. The error
// has what was found, if it could be read.
func TestTaken(t *testing.T) {
	for name, tt := range map[string]struct {
		level    elyratest.Level
		document string
		read     elyratest.Action
	}{
		"shipped":       {level: elyratest.Factory, document: foreign},
		"what was sent": {document: document("new")},
		"invalid":       {document: invalid},
		"unreadable":    {document: foreign, read: elyratest.Page(500)},
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Put(tt.level, "new", tt.document)
			if tt.read != nil {
				server.Inject(elyratest.Fault{Method: "GET", Do: tt.read})
			}
			_, err := newStore(t, config(server)).Create(t.Context(), image("new"))
			var exists *elyra.ExistsError
			if !errors.As(err, &exists) || exists.Found.Name != "new" || exists.Found.Location != server.URL+collection+"/new" {
				t.Fatalf("got %v", err)
			}
			if document, _ := elyra.ParseDocument([]byte(tt.document)); tt.read == nil && tt.document != invalid && !exists.Found.Document.Equal(document) {
				t.Errorf("found %s", exists.Found.Document.Compact())
			}
			expectAsked(t, server, "POST "+collection, "GET "+collection+"/new")
		})
	}
	t.Run("by a request that was delivered twice", func(t *testing.T) {
		server := newServer(t)
		server.Inject(elyratest.Fault{Method: "POST", Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			elyratest.After(func(http.ResponseWriter, *http.Request, http.Handler) {})(w, r.Clone(r.Context()), next)
			next.ServeHTTP(w, r)
		}})
		if _, err := newStore(t, config(server)).Create(t.Context(), image("new")); !errors.Is(err, elyra.ErrExists) {
			t.Error(err)
		}
	})
}

// TestNoStrangersText: a server that repeats the request isn't quoted, in whatever
// form it does that. Elyra is, in one line.
func TestNoStrangersText(t *testing.T) {
	for form, encode := range encodings {
		for _, status := range []int{200, 400, 401, 403, 404, 409, 418, 429, 500, 503} {
			server := newServer(t)
			server.Inject(elyratest.Fault{Do: elyratest.Say(status, "Authorization: token "+encode(token))})
			store := newStore(t, config(server))
			_, readErr := store.Get(t.Context(), "mine")
			_, createErr := store.Create(t.Context(), image("mine"))
			_, deleteErr := store.Delete(t.Context(), "mine")
			if text := fmt.Sprint(readErr, createErr, deleteErr); strings.Contains(text, encode(token)) || strings.Contains(text, "Authorization") {
				t.Errorf("%s, %d: %s", form, status, text)
			}
		}
	}
	server := newServer(t)
	server.Inject(elyratest.Fault{Do: elyratest.Refuse(500, "disk\n\x1b[31m"+strings.Repeat("x", 5000))})
	_, err := newStore(t, config(server)).Get(t.Context(), "mine")
	if text := err.Error(); len(text) > 1000 || strings.ContainsAny(text, "\n\x1b") || !strings.Contains(text, "disk [31mxxx") {
		t.Errorf("not cleaned: %q", text)
	}
}

// TestRedirectsAreNotFollowed: credentials go to the endpoint and nowhere else.
func TestRedirectsAreNotFollowed(t *testing.T) {
	server, other := newServer(t), newServer(t)
	store := newStore(t, config(server))
	for _, status := range []int{301, 302, 303, 307, 308} {
		server.Heal()
		server.Inject(elyratest.Fault{Do: elyratest.Page(status, "Location", other.URL+collection)})
		if _, err := store.Create(t.Context(), image("new")); err == nil || errors.Is(err, elyra.ErrExists) {
			t.Errorf("%d: %v", status, err)
		}
	}
	if got := other.Asked(); len(got) > 0 {
		t.Errorf("the other server was asked %v", got)
	}
}

// TestPassingFaults: what is gone before the retries are used up isn't noticed,
// whatever is done.
func TestPassingFaults(t *testing.T) {
	for name, do := range map[string]elyratest.Action{
		"dropped": elyratest.Drop(), "429": elyratest.Page(429, "Retry-After", "0"), "502": elyratest.Page(502),
		"503": elyratest.Page(503), "504": elyratest.Page(504), "halved": elyratest.Halve(),
	} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			store := newStore(t, config(server))
			for _, method := range []string{"POST", "PUT", "DELETE"} {
				server.Inject(elyratest.Fault{Method: method, Times: 2, Do: do})
			}
			server.Inject(elyratest.Fault{Method: "GET", Times: 3, Do: do})
			exercise(t, store)
		})
	}
}

// TestNeverRetried: what is the caller's fault, or Elyra's own.
func TestNeverRetried(t *testing.T) {
	for _, status := range []int{301, 400, 401, 403, 404, 409, 424, 500, 501} {
		for _, method := range []string{"POST", "DELETE"} {
			server := newServer(t)
			server.Inject(elyratest.Fault{Method: method, Do: elyratest.Page(status)})
			store := newStore(t, config(server))
			_, createErr := store.Create(t.Context(), image("new"))
			_, deleteErr := store.Delete(t.Context(), "new")
			if method == "POST" && createErr == nil || method == "DELETE" && deleteErr == nil {
				t.Errorf("%d: %v, %v", status, createErr, deleteErr)
			}
			n := len(slices.DeleteFunc(server.Asked(), func(s string) bool { return !strings.HasPrefix(s, method) }))
			if n != 1 {
				t.Errorf("%s with %d was tried %d times", method, status, n)
			}
		}
	}
}

// TestLostDeletion: the answer to a DELETE doesn't arrive.
func TestLostDeletion(t *testing.T) {
	for name, shipped := range map[string]bool{"nothing behind it": false, "a shipped one behind it": true} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Put(elyratest.Writable, "mine", document("mine"))
			if shipped {
				server.Put(elyratest.Factory, "mine", foreign)
			}
			server.Inject(elyratest.Fault{Method: "DELETE", Times: 1, Do: elyratest.After(elyratest.Drop())})
			deletion, err := newStore(t, config(server)).Store.Delete(t.Context(), "mine", expect("mine"))
			if err != nil || (deletion.Revealed != "") != shipped {
				t.Errorf("%+v, %v", deletion, err)
			}
			expectAsked(t, server, "GET "+collection+"/mine", "DELETE "+collection+"/mine", "GET "+collection+"/mine")
		})
	}
}

// expect accepts what [document] writes.
func expect(name string) elyra.Precondition {
	return func(found elyra.Instance) bool { return found.Document.Equal(elyra.NewDocument(image(name))) }
}

// TestKilledServer: it is killed in the middle of an apply and started again.
// Nothing is lost and nothing is there twice, whether the provider was still
// waiting or is run anew.
func TestKilledServer(t *testing.T) {
	server := newServer(t)
	waiting, restarted := make(chan struct{}, 100), make(chan struct{})
	cfg := serverstore.WithWaits(config(server), func(int) time.Duration {
		waiting <- struct{}{}
		<-restarted
		return 0
	})
	store := newStore(t, cfg)
	handled := make(chan struct{})
	server.Inject(elyratest.Fault{Method: "POST", Skip: 2, Times: 1, Do: elyratest.After(elyratest.Hang(handled))})
	var wg sync.WaitGroup
	create := func(name string) {
		if _, err := store.Create(t.Context(), image(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	create("one")
	create("two")
	wg.Go(func() { create("three") }) // carried out, never answered
	<-handled
	server.Stop()
	wg.Go(func() { create("four") }) // refused
	<-waiting
	server.Start(t)
	close(restarted)
	wg.Wait()
	again := newStore(t, config(server))
	for _, name := range []string{"one", "two", "three", "four"} {
		if got, err := again.Get(t.Context(), name); err != nil || !got.Equal(image(name)) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := again.List(t.Context()); err != nil || len(got) != 4 {
		t.Errorf("%d instances, %v", len(got), err)
	}
}

// TestCancelledWait: the end of the context ends a wait immediately.
func TestCancelledWait(t *testing.T) {
	for name, do := range map[string]elyratest.Action{
		"503": elyratest.Page(503), "429": elyratest.Page(429, "Retry-After", "600"), "dropped": elyratest.Drop(),
	} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			t.Run(name+" "+method, func(t *testing.T) {
				server := newServer(t)
				server.Put(elyratest.Writable, "mine", document("mine"))
				ctx, cancel := context.WithCancel(t.Context())
				server.Inject(elyratest.Fault{Method: method, Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
					cancel()
					do(w, r, next)
				}})
				cfg := serverstore.WithWaits(config(server), func(int) time.Duration { return time.Hour })
				store := newStore(t, cfg)
				var err error
				switch method {
				case "GET":
					_, err = store.Get(ctx, "mine")
				case "POST":
					_, err = store.Create(ctx, image("new"))
				case "PUT":
					_, err = store.Update(ctx, image("mine"))
				case "DELETE":
					_, err = store.Delete(ctx, "mine")
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// TestCancelledWrite: a write that is under way when the context ends is finished,
// so that nothing is made that nobody knows of; a read isn't.
func TestCancelledWrite(t *testing.T) {
	server := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	server.Inject(elyratest.Fault{Method: "POST", Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		cancel()
		next.ServeHTTP(w, r)
	}})
	store := newStore(t, config(server))
	if got, err := store.Create(ctx, image("new")); err != nil || !got.Equal(image("new")) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestCancelledWriteThatHangs: but it isn't waited for without end.
func TestCancelledWriteThatHangs(t *testing.T) {
	server := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	server.Inject(elyratest.Fault{Method: "POST", Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		cancel()
		elyratest.Hang(nil)(w, r, next)
	}})
	store := newStore(t, serverstore.WithGrace(config(server), time.Millisecond))
	_, err := store.Create(ctx, image("new"))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "outcome is unknown") {
		t.Error(err)
	}
}

// TestCancelledBefore: what is cancelled before it is sent leaves no doubt.
func TestCancelledBefore(t *testing.T) {
	server := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newStore(t, config(server)).Create(ctx, image("new"))
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "unknown") {
		t.Error(err)
	}
	expectAsked(t, server)
}

// TestServerThatIsDown: the first request is patient; those that follow within seconds
// fail with it, unsent, and after that each is tried once, until one is answered.
func TestServerThatIsDown(t *testing.T) {
	for name, do := range map[string]elyratest.Action{"down": elyratest.Page(503), "hanging": elyratest.Hang(nil)} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Put(elyratest.Writable, "mine", document("mine"))
			cfg := config(server)
			if name == "hanging" {
				cfg.RequestTimeout = 200 * time.Millisecond
			}
			store := newStore(t, cfg)
			server.Inject(elyratest.Fault{Do: do})
			calls := map[string]func() error{
				"Refresh": func() error { _, err := store.Refresh(t.Context(), "mine"); return err },
				"Get":     func() error { _, err := store.Get(t.Context(), "mine"); return err },
				"List":    func() error { _, err := store.List(t.Context()); return err },
				"Create":  func() error { _, err := store.Create(t.Context(), image("new")); return err },
				"Update":  func() error { _, err := store.Update(t.Context(), image("mine")); return err },
				"Delete":  func() error { _, err := store.Delete(t.Context(), "mine"); return err },
			}
			expect := func(what string, call func() error, want int) error {
				t.Helper()
				server.Forget()
				err := call()
				if got := len(server.Asked()); err == nil || got != want {
					t.Errorf("%s: %d requests, want %d: %v", what, got, want, err)
				}
				return err
			}
			// All of a plan, which costs the patience of one.
			server.Forget()
			inParallel(200, func(i int) {
				if _, err := store.Refresh(t.Context(), fmt.Sprint("image", i)); err == nil {
					t.Error("no error")
				}
			})
			if got := len(server.Asked()); got != 1+serverstore.DefaultMaxRetries {
				t.Errorf("%d requests", got)
			}
			for what, call := range calls {
				err := expect(what+" a moment later", call, 0)
				if !strings.Contains(err.Error(), "wasn't sent") || errors.Is(err, elyra.ErrOutcomeUnknown) || explain(err) == err.Error() {
					t.Errorf("%s: %v", what, err)
				}
				serverstore.Age(store.Store)
				want := 1
				if what == "Create" { // and a look
					want = 2
				}
				_ = expect(what+" later", call, want)
			}
			server.Heal()
			serverstore.Age(store.Store)
			if err := calls["Get"](); err != nil {
				t.Fatal(err)
			}
			server.Inject(elyratest.Fault{Times: 2, Do: do})
			if err := calls["Get"](); err != nil {
				t.Errorf("not patient again: %v", err)
			}
		})
	}
}

// atOnce is how many resources Terraform works on at the same time.
const atOnce = 10

// inParallel does n things, as many at a time as Terraform's default.
func inParallel(n int, do func(i int)) {
	work := make(chan int)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for i := range work {
				do(i)
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
}

func TestBackoff(t *testing.T) {
	for attempt, limit := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second} {
		seen := map[time.Duration]bool{}
		for range 50 {
			wait := serverstore.Exponential(attempt)
			if wait > limit || wait < limit/2 {
				t.Errorf("attempt %d: %s isn't within %s and %s", attempt, wait, limit/2, limit)
			}
			seen[wait] = true
		}
		if len(seen) < 2 {
			t.Errorf("attempt %d: no jitter", attempt)
		}
	}
	if wait := serverstore.Exponential(1000); wait <= 0 || wait > 30*time.Second {
		t.Error(wait)
	}
}

// TestRetryAfter is honoured in both its forms: the wait of an hour that there
// would be otherwise doesn't happen.
func TestRetryAfter(t *testing.T) {
	for name, header := range map[string]string{"seconds": "0", "date": time.Now().UTC().Add(-time.Minute).Format(http.TimeFormat)} {
		for _, status := range []int{429, 503} {
			server := newServer(t)
			server.Put(elyratest.Writable, "mine", document("mine"))
			server.Inject(elyratest.Fault{Times: 2, Do: elyratest.Page(status, "Retry-After", header)})
			cfg := serverstore.WithWaits(config(server), func(int) time.Duration { return time.Hour })
			if _, err := newStore(t, cfg).Get(t.Context(), "mine"); err != nil {
				t.Errorf("%s with %d: %v", name, status, err)
			}
		}
	}
	for header, want := range map[string]time.Duration{
		"7": 7 * time.Second, "-1": -1, "soon": -1, "": -1,
		time.Now().UTC().Add(time.Hour).Format(http.TimeFormat): time.Hour,
	} {
		got, ok := serverstore.RetryAfter(429, http.Header{"Retry-After": {header}})
		if ok != (want >= 0) || ok && (got > want || got < want-time.Minute) {
			t.Errorf("%q: %s, %t", header, got, ok)
		}
	}
}
