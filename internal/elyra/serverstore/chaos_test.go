package serverstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/jupytertest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/testenv"
)

// breaker is a proxy that breaks requests at random: it drops them, answers in
// the server's place before or after it has passed them on, delivers them twice,
// or delivers them when it is told to, late.
type breaker struct {
	target http.Handler
	share  float64 // of the requests that it breaks

	mu     sync.Mutex
	random *rand.Rand
	broken int
	late   []func()
	// doubled are the creations that were delivered twice.
	doubled map[string]bool
}

func (b *breaker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	deliver := func(w http.ResponseWriter) { //nolint:contextcheck // late, and then without that of the request
		again := r.Clone(context.WithoutCancel(r.Context()))
		again.Body = io.NopCloser(bytes.NewReader(body))
		b.target.ServeHTTP(w, again)
	}
	b.mu.Lock()
	breaks, how, answer := b.random.Float64() < b.share, b.random.IntN(10), breakerAnswers[b.random.IntN(len(breakerAnswers))]
	if breaks {
		b.broken++
		if r.Method == http.MethodPost && how == 0 {
			b.late = append(b.late, func() { deliver(httptest.NewRecorder()) })
		}
		if r.Method == http.MethodPost && how == 1 {
			var sent struct{ Name string }
			_ = json.Unmarshal(body, &sent) // ours
			b.doubled[sent.Name] = true
		}
	}
	b.mu.Unlock()
	switch {
	case !breaks:
		deliver(w)
	case how == 0: // late, or never: a gateway gave up on it
		elyratest.Page(http.StatusGatewayTimeout)(w, r, nil)
	case how == 1: // twice; the second answer counts
		deliver(httptest.NewRecorder())
		deliver(w)
	case how < 6: // carried out
		deliver(httptest.NewRecorder())
		answer(w, r, nil)
	default:
		answer(w, r, nil)
	}
}

func (b *breaker) isDoubled(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.doubled[name]
}

// deliverLate delivers what hasn't been yet.
func (b *breaker) deliverLate() {
	b.mu.Lock()
	late := b.late
	b.late = nil
	b.mu.Unlock()
	for _, deliver := range late {
		deliver()
	}
}

// breakerAnswers are what comes back instead of an answer of Elyra's.
var breakerAnswers = []elyratest.Action{
	elyratest.Drop(), elyratest.Page(401), elyratest.Page(403), elyratest.Say(403, "forbidden"), elyratest.Page(404), elyratest.Page(429), elyratest.Page(500),
	elyratest.Page(502), elyratest.Page(503), elyratest.Page(504), elyratest.Page(200), elyratest.Redirect("https://elsewhere.example.com/"),
	elyratest.Answer(200, "", ""), elyratest.Answer(200, "application/json", `{"ok": true}`), elyratest.Say(400, "Bad Request"), elyratest.Say(409, "conflict"),
}

// believer keeps, as Terraform does, what it believes to be on a server.
type believer struct {
	t *testing.T
	// wanted is what is to be there.
	wanted map[string]elyra.RuntimeImage
	// state is what it believes to be there; uncertain marks what may be.
	state     map[string]elyra.RuntimeImage
	uncertain map[string]bool
	// isDoubled reports whether a creation of that name was delivered twice. Its
	// instance is imported, as the error of the creation asks for.
	isDoubled func(name string) bool
	imported  int
}

// refresh holds the belief against the server, as far as it can be read.
func (b *believer) refresh(store images) {
	for name, believed := range b.state {
		got, err := store.Get(b.t.Context(), name)
		switch {
		case errors.Is(err, elyra.ErrNotFound), err == nil && b.uncertain[name] && !got.Document.Equal(elyra.NewDocument(believed)):
			delete(b.state, name)
			delete(b.uncertain, name)
		case err == nil:
			b.state[name] = got.image
			delete(b.uncertain, name)
		}
	}
}

// apply goes on towards what is wanted, as far as the server lets it.
func (b *believer) apply(store images) {
	for name, image := range b.wanted {
		believed, has := b.state[name]
		switch {
		case has && b.uncertain[name]: // tainted: the next refresh finds out
		case has && !believed.Equal(image):
			if _, err := store.Update(b.t.Context(), image); err == nil {
				b.state[name] = image
			}
		case !has:
			_, err := store.Create(b.t.Context(), image)
			if errors.Is(err, elyra.ErrExists) && b.isDoubled(name) {
				if got, err := store.Get(b.t.Context(), name); err == nil {
					b.state[name] = got.image
					b.imported++
				}
			}
			if err == nil || errors.Is(err, elyra.ErrOutcomeUnknown) {
				b.state[name] = image
				b.uncertain[name] = errors.Is(err, elyra.ErrOutcomeUnknown)
			}
		}
	}
	for name := range b.state {
		if _, want := b.wanted[name]; want || b.uncertain[name] {
			continue
		}
		if _, err := store.Delete(b.t.Context(), name); err == nil || errors.Is(err, elyra.ErrNotFound) {
			delete(b.state, name)
		}
	}
}

// TestRandomFaults: whatever is broken on the way, the next run over a sound way
// brings the server to what is wanted, and in the end to nothing; what belongs to
// others stays as it is. On the stand-in.
func TestRandomFaults(t *testing.T) {
	runs, seed := testenv.Random(t, 10, 0)
	randomRuns(t, runs, seed, elyratest.New(t, elyratest.Options{Token: token}).URL, token)
}

// TestRandomFaultsElyra is the same on the real Elyra: once, or each of ELYRA_FAULT_RUNS.
func TestRandomFaultsElyra(t *testing.T) {
	jupytertest.OnEach(t, func(t *testing.T, elyra jupytertest.Elyra) {
		if elyra == jupytertest.ODH {
			return // its metadata service is that of the newest
		}
		runs, seed := testenv.Random(t, 1, 0)
		server := jupytertest.Start(t, jupytertest.Options{Elyra: elyra})
		randomRuns(t, runs, seed, server.URL, server.Token)
	})
}

func randomRuns(t *testing.T, runs, seed uint64, target, token string) {
	t.Helper()
	broken, doubled := 0, 0
	for run := range runs {
		b, d := randomRun(t, seed+run, target, token)
		broken, doubled = broken+b, doubled+d
	}
	t.Logf("%d runs, %d requests broken, %d instances left by a creation that was delivered twice", runs, broken, doubled)
	if broken == 0 && runs > 0 {
		t.Error("nothing was broken")
	}
}

func randomRun(t *testing.T, seed uint64, target, token string) (broken, doubled int) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))                                                                                         //nolint:gosec // to be repeated
	through := &breaker{target: forward(t, target), share: 0.35, doubled: map[string]bool{}, random: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // the same
	proxy := httptest.NewServer(through)
	defer proxy.Close()
	open := func(endpoint string) images {
		return newStore(t, Config{Endpoint: endpoint, Token: token, RequestTimeout: 30 * time.Second, MaxRetries: 2, backoff: immediately})
	}
	direct := open(target)
	before, err := direct.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const theirs = "theirs"
	if _, err := direct.Create(t.Context(), image(theirs)); err != nil {
		t.Fatal(err)
	}
	b := &believer{t: t, isDoubled: through.isDoubled, wanted: map[string]elyra.RuntimeImage{}, state: map[string]elyra.RuntimeImage{}, uncertain: map[string]bool{}}
	step := func() {
		store := open(proxy.URL) // as each command does
		defer store.Close()
		b.refresh(store)
		b.apply(store)
	}
	for range 6 {
		for range 3 {
			wanted := image(fmt.Sprint("image", random.IntN(8)))
			wanted.Description = fmt.Sprint("version ", random.IntN(3))
			b.wanted[wanted.Name] = wanted
			if random.IntN(3) == 0 {
				delete(b.wanted, wanted.Name)
			}
		}
		step()
		through.deliverLate()
	}
	left := 0
	expect := func(when string) {
		t.Helper()
		all, err := direct.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range all {
			_, want := b.wanted[i.Name]
			isOld := slices.ContainsFunc(before, func(old found) bool { return old.Name == i.Name })
			switch {
			case want || isOld || i.Name == theirs:
			case through.isDoubled(i.Name):
				// What a creation that was delivered twice left, and nobody wanted any more.
				if _, err := direct.Delete(t.Context(), i.Name); err != nil {
					t.Error(err)
				}
				left++
			default:
				t.Errorf("seed %d, %s: %s is left behind", seed, when, i.Name)
			}
		}
		if len(b.state) != len(b.wanted) {
			t.Errorf("seed %d, %s: wanted %d, believed %d", seed, when, len(b.wanted), len(b.state))
		}
		for _, want := range append(slices.Collect(maps.Values(b.wanted)), image(theirs)) {
			if got, err := direct.Get(t.Context(), want.Name); err != nil || !got.Equal(want) {
				t.Errorf("seed %d, %s: %s: %+v, %v", seed, when, want.Name, got.image, err)
			}
		}
	}
	through.mu.Lock()
	through.share = 0
	through.mu.Unlock()
	step()
	step() // changes what the first one imported
	expect("after a sound run")
	clear(b.wanted)
	step()
	expect("after a destroy")
	if _, err := direct.Delete(t.Context(), theirs); err != nil {
		t.Error(err)
	}
	return through.broken, b.imported + left
}

// forward passes requests on.
func forward(t *testing.T, target string) http.Handler {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
}
