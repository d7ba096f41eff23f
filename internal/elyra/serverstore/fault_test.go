package serverstore

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// faults are all that can go wrong with reading an instance: what is injected,
// what becomes of it, and how often it is tried. The guide about server faults
// has a row for each.
var faults = []struct {
	name    string
	options elyratest.Options
	// seed is the instance's file.
	seed string
	do   elyratest.Action
	// change, if not nil, changes the store's configuration.
	change func(*Config)
	kind   *kind
	// says is a part of the error, next to what its kind says.
	says string
	// once: it is tried only once; otherwise, as often as allowed.
	once bool
}{
	{name: "gone", kind: notFound, once: true},
	{name: "invalid instance", seed: noImage, kind: invalid, says: "is invalid: metadata.image_name is empty", once: true},
	{name: "wrong base URL", change: func(c *Config) { c.Endpoint = strings.TrimSuffix(c.Endpoint, "/jdoe") + "/other" }, kind: noJupyter, once: true},
	{name: "no Elyra", options: elyratest.Options{NoElyra: true}, kind: noElyra, once: true},
	{name: "schema that this Elyra doesn't have", do: elyratest.Refuse(404, "No such schema named 'runtime-image' was found in the runtime-images schemaspace."), kind: noSchema, once: true},
	{name: "JSON 404 of something else", do: elyratest.Say(404, "No such schema named 'runtime-image'"), kind: noElyra, once: true},
	{name: "JSON 403 of a gateway", do: elyratest.Answer(403, "application/json", `{"message": "denied"}`), kind: forbidden, once: true},
	{name: "JSON 404 about another instance", do: elyratest.Refuse(404, "No such instance named 'other' was found in the runtime-images schemaspace."), kind: noElyra, once: true},
	{name: "page of a website", do: elyratest.Page(200), kind: htmlPage, once: true},
	{name: "login page", do: elyratest.Answer(200, "text/html", `<form><input type="password"></form>`), kind: loginPage, once: true},
	{name: "redirect to login", do: elyratest.Redirect("/user/jdoe/login?next=%2Fsecret-query"), kind: loginPage, says: "(status 302 to http://127.0.0.1:", once: true},
	{name: "redirect to JupyterHub's login", do: elyratest.Redirect("https://hub.example.com/hub/api/oauth2/authorize?state=secret-query"),
		kind: hubLogin, says: "https://hub.example.com/hub/api/oauth2/authorize", once: true},
	{name: "other redirect", do: elyratest.Redirect("https://user:secret-query@elsewhere.example.com/x?token=secret-query"),
		kind: redirect, says: "https://elsewhere.example.com/x", once: true},
	{name: "redirect that isn't a URL", do: elyratest.Redirect("http://[secret-query"), kind: redirect, once: true},
	{name: "HTML with status 400", do: elyratest.Page(400), kind: unexpected, says: "(status 400)", once: true},
	{name: "JSON with status 400", do: elyratest.Say(400, "Bad Request: 'mine'"), kind: unexpected, once: true},
	{name: "proxy wants credentials", do: elyratest.Page(401), kind: unauthorized, says: "status 401", once: true},
	{name: "proxy that lets nothing through", do: elyratest.Page(407), kind: proxyRefused, says: "status 407", once: true},
	{name: "proxy that doesn't connect", change: func(c *Config) {
		c.proxy, c.Endpoint = via(strings.TrimSuffix(c.Endpoint, "/user/jdoe")), "https://hub.example.com/"
	}, kind: proxyFailed, says: "it returned status 403"},
	{name: "proxy that is down", change: func(c *Config) { c.proxy, c.Endpoint = via("http://"+unusedAddress()), "https://hub.example.com/" }, kind: proxyFailed},
	{name: "no token", change: func(c *Config) { c.Token = "" }, kind: noCredentials, once: true},
	{name: "wrong token", change: func(c *Config) { c.Token = "wr0ng-5ecret" }, kind: tokenRefused, once: true},
	{name: "wrong password", options: elyratest.Options{Password: password},
		change: func(c *Config) { c.Token, c.Password = "", "wr0ng-5ecret" }, kind: passwordRefused, once: true},
	{name: "stopped server on JupyterHub", do: elyratest.Say(424, "JupyterHub server no longer running at /user/jdoe/"), kind: hubStopped, once: true},
	{name: "stopped server on an older JupyterHub", do: elyratest.Say(503, "JupyterHub server no longer running at /user/jdoe/", "X-JupyterHub-Version", "1.5.0"),
		kind: hubStopped, once: true},
	{name: "redirect to JupyterHub's page of a stopped server", do: elyratest.Redirect("/hub/user/jdoe/elyra/metadata/runtime-images"), kind: hubStopped, once: true},
	{name: "server's own failure", do: elyratest.Refuse(500, "PermissionError(13, 'Permission denied')"), kind: serverFailed, says: "PermissionError(13, 'Permission denied')", once: true},
	{name: "HTML with status 500", do: elyratest.Page(500), kind: serverFailed, says: "(status 500)", once: true},
	{name: "a status that is no success", do: elyratest.Answer(300, "application/json", `{"runtime-images": []}`), kind: redirect, says: "status 300", once: true},
	{name: "too many requests", do: elyratest.Say(429, "slow down"), kind: throttled, says: "status 429"},
	{name: "Retry-After beyond the timeout", do: elyratest.Page(429, "Retry-After", "3600"), kind: throttled, says: "wait for 1h0m0s", once: true},
	{name: "bad gateway", do: elyratest.Page(502), kind: unavailable, says: "status 502"},
	{name: "service unavailable", do: elyratest.Page(503), kind: unavailable, says: "status 503"},
	{name: "gateway timeout", do: elyratest.Page(504), kind: unavailable, says: "status 504"},
	{name: "broken connection", do: elyratest.Drop(), kind: connectionLost},
	{name: "no response in time", do: elyratest.Hang(), change: func(c *Config) { c.RequestTimeout, c.MaxRetries = 50*time.Millisecond, 1 }, kind: timedOut},
	{name: "no end in time", do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		elyratest.Answer(200, "application/json", "{")(w, r, next)
		_ = http.NewResponseController(w).Flush()
		elyratest.Hang()(w, r, next)
	}, change: func(c *Config) { c.RequestTimeout, c.MaxRetries = 50*time.Millisecond, 1 }, kind: timedOut},
	{name: "half an answer", do: elyratest.Halve(), kind: connectionLost},
	{name: "an answer without end", do: elyratest.Answer(200, "application/json", strings.Repeat(" ", 2<<20+1)), kind: oversize, once: true},
	{name: "broken JSON", do: elyratest.Answer(200, "application/json", `{"runtime-images": [`), kind: unexpected, once: true},
	{name: "JSON of something else", do: elyratest.Answer(200, "application/json", `{"name": "mine", "secret-query": 1}`), kind: unexpected, once: true},
	{name: "something else than HTTP", do: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = conn.Write([]byte("SSH-2.0-secret-query\r\n"))
		_ = conn.Close()
	}, kind: connectionLost},
	{name: "certificate not trusted", options: elyratest.Options{Token: token, TLS: &tls.Config{}},
		kind: badCertificate, says: "certificate signed by unknown authority", once: true},
	{name: "certificate wanted", options: elyratest.Options{Token: token, TLS: &tls.Config{ClientAuth: tls.RequireAnyClientCert}},
		change: func(c *Config) { c.InsecureSkipVerify = true }, kind: noClientCertificate, once: true},
	{name: "https for http", change: func(c *Config) { c.Endpoint = strings.Replace(c.Endpoint, "http:", "https:", 1) }, kind: notTLS, once: true},
	{name: "https for a server that waits", change: func(c *Config) {
		c.Endpoint, c.RequestTimeout = "https://"+silent().Addr().String(), 100*time.Millisecond
	}, kind: noHandshake, once: true},
	{name: "http for https", options: elyratest.Options{Token: token, TLS: &tls.Config{}},
		change: func(c *Config) { c.Endpoint = strings.Replace(c.Endpoint, "https:", "http:", 1) }, kind: speaksTLS, once: true},
	{name: "unknown host", change: func(c *Config) { c.Endpoint = "http://no-such-host.invalid/" }, kind: unknownHost, says: "no-such-host.invalid", once: true},
	{name: "refused connection", change: func(c *Config) { c.Endpoint = "http://" + unusedAddress() }, kind: noConnection, says: "connect: "},
}

// via makes a store go through a proxy.
func via(proxy string) func(*http.Request) (*url.URL, error) {
	return func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
}

// unusedAddress is a port of the loopback interface on which nothing listens.
func unusedAddress() string {
	server := httptest.NewUnstartedServer(nil)
	defer server.Close()
	return server.Listener.Addr().String()
}

// silent is where a connection is taken and nothing is ever said: nobody accepts
// it. It ends with the process.
var silent = sync.OnceValue(func() net.Listener { return httptest.NewUnstartedServer(nil).Listener })

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
				cfg := config(server)
				cfg.maxList, cfg.OnRequest = 2<<20, log.record
				if tt.change != nil {
					tt.change(&cfg)
				}
				_, err := newStore(t, cfg).Refresh(t.Context(), "mine")

				var fault *Error
				if !errors.As(err, &fault) {
					t.Fatalf("%s: got %v, want an Error", path, err)
				}
				if text := err.Error(); fault.kind != tt.kind || !strings.Contains(text, tt.kind.happened) || !strings.Contains(text, tt.says) {
					t.Errorf("%s: got kind %q: %v\nwant kind %q: %s", path, fault.kind.happened, err, tt.kind.happened, tt.says)
				}
				isRefused := slices.Contains([]*kind{proxyRefused, hubLogin, hubPassword, passwordRefused, unauthorized, tokenRefused, noCredentials, loginPage}, tt.kind)
				if errors.Is(err, ErrRefusedCredentials) != isRefused {
					t.Errorf("%s: refused credentials: %t", path, !isRefused)
				}
				if isGone := tt.kind == notFound; errors.Is(err, elyra.ErrNotFound) != isGone || (fault.NextStep() == "") != isGone {
					t.Errorf("%s: counts as gone: %t; next step: %q", path, !isGone, fault.NextStep())
				}
				checkSecrets(t, err.Error()+fault.NextStep()+log.String())

				want := 1 + cfg.MaxRetries
				if tt.once {
					want = 1
				}
				if tt.kind == passwordRefused { // it doesn't come to a read
					path = "/login"
				}
				if got := log.count(path); got != want && (tt.do != nil || path == "/login" || path == collection) {
					t.Errorf("%s: tried %d times, want %d", path, got, want)
				}
			}
		})
	}
}

// checkSecrets looks for what must not be told: our own credentials, what pages
// and redirects carry, and what Jupyter says about forged requests.
func checkSecrets(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"5ecret", "secret-query", elyratest.PageToken, "_xsrf"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in: %s", secret, text)
		}
	}
}

// recorder is a log of requests.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

func (r *recorder) record(_ context.Context, info RequestInfo) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprint(info.Method, " ", info.Path, " ", info.Err))
}

// count returns how often something was asked for whose path ends in that.
func (r *recorder) count(path string) int { return strings.Count(r.String(), path+" ") }

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n")
}

// TestTaken: a name that is taken is taken, also if what took it can't be read, or was
// made by the same request.
func TestTaken(t *testing.T) {
	server := newServer(t)
	server.Put(elyratest.Writable, "new", document("new"))
	server.Inject(elyratest.Fault{Method: "GET", Do: elyratest.Page(500)})
	_, err := newStore(t, config(server)).Create(t.Context(), image("new"))
	var exists *elyra.ExistsError
	if !errors.As(err, &exists) || exists.Found.Name != "new" || exists.Found.Location != server.URL+collection+"/new" {
		t.Error(err)
	}
	expectAsked(t, server, "POST "+collection, "GET "+collection+"/new")

	server = newServer(t)
	server.Inject(elyratest.Fault{Method: "POST", Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		next.ServeHTTP(w, r)
	}})
	_, err = newStore(t, config(server)).Create(t.Context(), image("new"))
	if !errors.As(err, &exists) || !exists.Found.Document.Equal(elyra.NewDocument(image("new"))) {
		t.Errorf("delivered twice: %v", err)
	}

	// A broken document answers in the same way as a request that Elyra can't handle.
	server = newServer(t)
	server.Inject(elyratest.Fault{Method: "POST", Do: elyratest.Refuse(500, "TypeError('new')")})
	if _, err = newStore(t, config(server)).Create(t.Context(), image("new")); err == nil || errors.As(err, &exists) {
		t.Errorf("nothing is there: %v", err)
	}
}

// TestLostDeletion: the answer to a DELETE doesn't arrive, and what it hid is there.
func TestLostDeletion(t *testing.T) {
	server := newServer(t)
	server.Put(elyratest.Writable, "mine", document("mine"))
	server.Put(elyratest.Factory, "mine", foreign)
	server.Inject(elyratest.Fault{Method: "DELETE", Times: 1, Do: elyratest.After(elyratest.Drop())})
	revealed, err := newStore(t, config(server)).Store.Delete(t.Context(), "mine", expect("mine"))
	if err != nil || revealed == "" {
		t.Errorf("%q, %v", revealed, err)
	}
	expectAsked(t, server, "GET "+collection+"/mine", "DELETE "+collection+"/mine", "GET "+collection+"/mine")
}

// expect accepts what [document] writes.
func expect(name string) elyra.Precondition {
	return func(found elyra.Instance) bool { return found.Document.Equal(elyra.NewDocument(image(name))) }
}

// TestCancelledWait: the end of the context ends a wait immediately.
func TestCancelledWait(t *testing.T) {
	for name, do := range map[string]elyratest.Action{
		"503": elyratest.Page(503), "429": elyratest.Page(429, "Retry-After", "600"), "dropped": elyratest.Drop(),
	} {
		for operation, method := range map[string]string{"Get": "GET", "Create": "POST", "Update": "PUT", "Delete": "DELETE"} {
			server := newServer(t)
			server.Put(elyratest.Writable, "mine", document("mine"))
			ctx, cancel := context.WithCancel(t.Context())
			server.Inject(elyratest.Fault{Method: method, Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				cancel()
				do(w, r, next)
			}})
			cfg := config(server)
			cfg.backoff = anHour
			if err := operations(ctx, newStore(t, cfg))[operation](); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, %s: %v", name, operation, err)
			}
		}
	}
}

// TestCancelledWrite: a write that is under way when the context ends is finished,
// so that nothing is made that nobody knows of, but it isn't waited for without end.
// One that wasn't sent leaves no doubt.
func TestCancelledWrite(t *testing.T) {
	server := newServer(t)
	cfg := config(server)
	cfg.grace = time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	server.Inject(elyratest.Fault{Method: "POST", Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		cancel()
		elyratest.Hang()(w, r, next)
	}})
	if _, err := newStore(t, cfg).Create(ctx, image("new")); !errors.Is(err, context.Canceled) || !errors.Is(err, elyra.ErrOutcomeUnknown) {
		t.Errorf("one that hangs: %v", err)
	}
	server.Forget()
	if _, err := newStore(t, cfg).Create(ctx, image("new")); !errors.Is(err, context.Canceled) || errors.Is(err, elyra.ErrOutcomeUnknown) {
		t.Errorf("one that wasn't sent: %v", err)
	}
	expectAsked(t, server)

	server.Heal()
	ctx, cancel = context.WithCancel(t.Context())
	server.Inject(elyratest.Fault{Method: "POST", Do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		cancel()
		next.ServeHTTP(w, r)
	}})
	if got, err := newStore(t, config(server)).Create(ctx, image("new")); err != nil || !got.Equal(image("new")) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestServerThatIsDown: the first request is patient; those that follow within seconds
// fail with it, unsent, and after that each is tried once, until one is answered.
func TestServerThatIsDown(t *testing.T) {
	for name, do := range map[string]elyratest.Action{"down": elyratest.Page(503), "hanging": elyratest.Hang()} {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			server.Put(elyratest.Writable, "mine", document("mine"))
			cfg := config(server)
			if name == "hanging" {
				cfg.RequestTimeout = 200 * time.Millisecond
			}
			store := newStore(t, cfg)
			server.Inject(elyratest.Fault{Do: do})
			calls := operations(t.Context(), store)
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
			inParallel(200, func(i int) {
				if _, err := store.Refresh(t.Context(), fmt.Sprint("image", i)); err == nil {
					t.Error("no error")
				}
			})
			if got := len(server.Asked()); got != 1+DefaultMaxRetries {
				t.Errorf("%d requests", got)
			}
			for what, call := range calls {
				err := expect(what+" a moment later", call, 0)
				if !strings.Contains(err.Error(), "wasn't sent") || errors.Is(err, elyra.ErrOutcomeUnknown) || fullText(err) == err.Error() {
					t.Errorf("%s: %v", what, err)
				}
				age(store)
				want := 1
				if what == "Create" { // and a look
					want = 2
				}
				_ = expect(what+" later", call, want)
			}
			server.Heal()
			age(store)
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
			wait := exponential(attempt)
			if wait > limit || wait < limit/2 {
				t.Errorf("attempt %d: %s isn't within %s and %s", attempt, wait, limit/2, limit)
			}
			seen[wait] = true
		}
		if len(seen) < 2 {
			t.Errorf("attempt %d: no jitter", attempt)
		}
	}
	if wait := exponential(1000); wait <= 0 || wait > 30*time.Second {
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
			cfg := config(server)
			cfg.backoff = anHour
			if _, err := newStore(t, cfg).Get(t.Context(), "mine"); err != nil {
				t.Errorf("%s with %d: %v", name, status, err)
			}
		}
	}
	for header, want := range map[string]time.Duration{
		"7": 7 * time.Second, "-1": -1, "soon": -1, "": -1,
		time.Now().UTC().Add(time.Hour).Format(http.TimeFormat): time.Hour,
	} {
		got, ok := (&exchange{status: 429, header: http.Header{"Retry-After": {header}}}).retryAfter()
		if ok != (want >= 0) || ok && (got > want || got < want-time.Minute) {
			t.Errorf("%q: %s, %t", header, got, ok)
		}
	}
}

func anHour(int) time.Duration { return time.Hour }
