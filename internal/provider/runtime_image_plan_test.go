package provider

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// countingStore counts what is asked of a store in files, by the name of the method.
type countingStore struct {
	elyra.Store

	asked   map[string]int
	listErr error // instead of a list
}

func newCountingStore(kind *elyra.Kind, dataDirs ...string) *countingStore {
	return &countingStore{Store: filestore.New(kind, filestore.Config{DataDirs: dataDirs}), asked: map[string]int{}}
}

func (s *countingStore) Get(ctx context.Context, name string, freshness elyra.Freshness) (elyra.Instance, error) {
	s.asked[map[elyra.Freshness]string{elyra.Current: "Get", elyra.Shared: "Get shared", elyra.Glance: "Glance"}[freshness]]++
	return s.Store.Get(ctx, name, freshness)
}

func (s *countingStore) List(ctx context.Context, options elyra.ListOptions) ([]elyra.Instance, error) {
	s.asked[map[bool]string{false: "List", true: "List later"}[options.Later]]++
	if s.listErr != nil {
		return nil, s.listErr
	}
	return s.Store.List(ctx, options)
}

// TestPlan_reads: among many files of others, a plan reads its own alone; one that
// creates or changes something reads what lies later in the search path besides,
// once.
func TestPlan_reads(t *testing.T) {
	t.Parallel()
	others := map[string]string{}
	for i := range 100 {
		others[fmt.Sprintf("other-%d.json", i)] = document(elyra.RuntimeImage{DisplayName: "Other", ImageName: fmt.Sprintf("team/other:%d", i)})
	}
	store := newCountingStore(elyra.RuntimeImages, writeImages(t, others), writeImages(t, others))
	provider := newStoreProvider(t, store)
	const managed = 10
	config := func(i int, tag string) *tfprotov6.DynamicValue {
		return provider.image(t, fmt.Sprintf("Mine %d", i), fmt.Sprintf("team/mine:%d%s", i, tag), "", "")
	}
	states := make([]*tfprotov6.DynamicValue, managed)
	for i := range states {
		states[i] = provider.create(t, config(i, ""))
	}
	for _, tt := range []struct {
		phase string
		plan  func(i int)
		want  map[string]int
	}{
		{"unchanged", func(i int) { provider.plan(t, config(i, ""), provider.read(t, states[i])) }, map[string]int{"Get shared": managed}},
		{"changed", func(i int) { provider.plan(t, config(i, "x"), provider.read(t, states[i])) }, map[string]int{"Get shared": managed, "List later": 1}},
		{"created", func(i int) { provider.plan(t, config(managed+i, ""), planned{}) }, map[string]int{"Glance": managed, "List later": 1}},
	} {
		provider.reconfigure(t)
		clear(store.asked)
		for i := range managed {
			tt.plan(i)
		}
		if !maps.Equal(store.asked, tt.want) {
			t.Errorf("%s: the store was asked %v, want %v", tt.phase, store.asked, tt.want)
		}
	}
}

// TestPlanOfExisting: a name that is taken is an error of the plan, unless overwrite
// allows it; a warning if what is there is exactly what is planned.
func TestPlanOfExisting(t *testing.T) {
	dir := t.TempDir()
	path := putDocument(t, dir, "taken", anyDocument)
	plan := func(attributes map[string]tftypes.Value) []*tfprotov6.Diagnostic {
		t.Helper()
		provider := newTestProvider(t, dir)
		return provider.respond(t, provider.config(t, attributes), planned{}).Diagnostics
	}
	config := map[string]tftypes.Value{"display_name": text("Taken"), "image_name": text("a/b:1")}
	if got := plan(config); len(got) != 1 || !isError(got[0]) || got[0].Summary != `Runtime image "taken" already exists` {
		t.Errorf("got %+v", got)
	} else {
		for _, words := range []string{path, `name = "taken_2"`, "import {", `id = "taken"`, "overwrite = true"} {
			if !strings.Contains(got[0].Detail, words) {
				t.Errorf("%q is missing in %s", words, got[0].Detail)
			}
		}
	}
	config["overwrite"] = tftypes.NewValue(tftypes.Bool, true)
	if got := plan(config); len(got) > 0 {
		t.Errorf("with overwrite: %+v", got[0])
	}
	config = map[string]tftypes.Value{"display_name": text("Free"), "image_name": text("a/b:1")}
	if got := plan(config); len(got) > 0 {
		t.Errorf("a free name: %+v", got[0])
	}
	putDocument(t, dir, "free", document(elyra.RuntimeImage{DisplayName: "Free", ImageName: "a/b:1"}))
	wantWarning(t, plan(config), `Runtime image "free" already exists`, "the apply can't create it", `name = "free_2"`, "import {", "overwrite = true")

	// Terraform can read others of the state before it plans this one.
	provider := newTestProvider(t, dir)
	other := provider.create(t, provider.config(t, map[string]tftypes.Value{"display_name": text("Other"), "image_name": text("a/b:1")}))
	provider = newTestProvider(t, dir)
	provider.read(t, other)
	wantWarning(t, provider.plan(t, provider.config(t, config), planned{}), `Runtime image "free" already exists`, "the apply can't create it")
}

// TestPlanReplaceIsQuiet: the instance that is to be replaced is no surprise, be it
// by -replace or because it is tainted, of which Terraform says nothing.
func TestPlanReplaceIsQuiet(t *testing.T) {
	dir := t.TempDir()
	provider := newTestProvider(t, dir)
	config := provider.config(t, map[string]tftypes.Value{"display_name": text("Mine"), "image_name": text("a/b:1")})
	state := provider.create(t, config)

	tainted := newTestProvider(t, dir)
	tainted.read(t, state)
	wantWarnings(t, tainted.plan(t, config, planned{}), 0)

	replaced := newTestProvider(t, dir)
	first := replaced.respond(t, config, replaced.read(t, state))
	wantWarnings(t, first.Diagnostics, 0)
	wantWarnings(t, replaced.plan(t, config, planned{private: first.PlannedPrivate}), 0)
}

// TestPlanLocation: it is known where the configuration names the place in full,
// and unknown where it depends on the working directory or the environment, for a
// saved plan may be applied elsewhere.
func TestPlanLocation(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ELYRA_METADATA_PATH", dir)
	want := filepath.Join(dir, "metadata", "runtime-images", "placed.json")
	for _, tt := range []struct {
		dataDir any
		known   bool
	}{{dir, true}, {"relative", false}, {nil, false}} {
		provider := newTestProvider(t, tt.dataDir)
		config := provider.config(t, map[string]tftypes.Value{"display_name": text("Placed"), "image_name": text("a/b:1")})
		plan := provider.respond(t, config, planned{})
		check(t, nil, plan.Diagnostics)
		location := provider.attributes(t, plan.PlannedState)["location"]
		if location.IsKnown() != tt.known || tt.known && !location.Equal(text(want)) {
			t.Errorf("data_dir %v: planned at %v", tt.dataDir, location)
		}
	}
}

// TestPlanConflicts: two plans of one run contradict each other about a name. The
// second is an error that says how, whichever it is.
func TestPlanConflicts(t *testing.T) {
	dir := t.TempDir()
	provider := newTestProvider(t, dir)
	mine := provider.config(t, map[string]tftypes.Value{"display_name": text("My A"), "image_name": text("a/b:1")})
	other := provider.config(t, map[string]tftypes.Value{"display_name": text("my a!"), "image_name": text("a/b:2"), "overwrite": tftypes.NewValue(tftypes.Bool, true)})
	renamed := provider.config(t, map[string]tftypes.Value{"name": text("other"), "display_name": text("My A"), "image_name": text("a/b:1")})
	state := provider.create(t, mine)
	type plan struct {
		config *tfprotov6.DynamicValue
		known  bool
	}
	for _, test := range []struct {
		a, b plan
		want string
	}{
		{plan{mine, false}, plan{other, false}, `name = "my_a_2"`},
		{plan{mine, true}, plan{other, false}, `(derived from display_name`},
		{plan{mine, true}, plan{other, true}, "terraform state rm"},
		{plan{mine, true}, plan{nil, true}, "terraform state rm"},
		{plan{other, false}, plan{nil, true}, "moved {"},
		{plan{other, false}, plan{renamed, true}, "terraform state mv"},
	} {
		for _, plans := range [][]plan{{test.a, test.b}, {test.b, test.a}} {
			provider := newTestProvider(t, dir)
			for i, plan := range plans {
				prior := planned{}
				if plan.known {
					prior = provider.read(t, state)
				}
				var failed bool
				for _, d := range provider.respond(t, plan.config, prior).Diagnostics {
					failed = failed || isError(d) && strings.Contains(d.Detail, test.want)
				}
				if failed != (i == 1) {
					t.Errorf("%s: plan %d fails: %t", test.want, i, failed)
				}
			}
		}
	}
}
