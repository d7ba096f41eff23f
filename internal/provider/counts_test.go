package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// What a call costs is held by counts, which don't depend on the machine: allocations,
// requests and system calls, in testdata/counts.json. One that grows by a tenth fails.

// compareCounts holds counts against those of testdata/counts.json, whose names begin with prefix.
func compareCounts(t *testing.T, prefix string, got map[string]int) {
	t.Helper()
	path := filepath.Join("testdata", "counts.json")
	data, err := os.ReadFile(path)
	check(t, err, nil)
	counts := map[string]int{}
	check(t, json.Unmarshal(data, &counts), nil)
	if os.Getenv("ACCEPT_COUNTS") != "" {
		for name, count := range got {
			counts[prefix+name] = count
		}
		data, _ := json.MarshalIndent(counts, "", "  ")
		check(t, os.WriteFile(path, append(data, '\n'), 0o600), nil)
		return
	}
	for name, count := range got {
		want, known := counts[prefix+name]
		switch {
		case !known:
			t.Errorf("%s%s is %d, and %s has no such count", prefix, name, count, path)
		case count > want && 10*count >= 11*want:
			t.Errorf("%s%s is %d, and was %d", prefix, name, count, want)
		case 10*count < 9*want:
			t.Logf("%s%s is %d, and was %d: accept it, so that it stays", prefix, name, count, want)
		}
	}
	if t.Failed() {
		t.Log("Where it is worth that, say so in the commit, and accept it:\n\n    ACCEPT_COUNTS=1 go test ./internal/provider -run TestCounts")
	}
}

// walk takes a number of resources through all calls, each kind in a run of its own, and has each
// kind measured, without what makes its requests.
func walk(t testing.TB, p testProvider, number int, measure func(kind string, calls []func())) {
	t.Helper()
	for _, subsystem := range []string{"TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
		t.Setenv(subsystem, "off") // as main does
	}
	type lifecycle struct {
		config, changed, state *tfprotov6.DynamicValue
		plan                   *tfprotov6.PlanResourceChangeResponse
	}
	plans := func(l *lifecycle, config *tfprotov6.DynamicValue) func() {
		request := p.planRequest(t, config, planned{state: l.state})
		return func() {
			response, err := p.PlanResourceChange(context.Background(), request)
			check(t, err, response.Diagnostics)
			l.plan = response
		}
	}
	applies := func(l *lifecycle, config *tfprotov6.DynamicValue) func() {
		request := p.applyRequest(t, config, l.state, l.plan)
		return func() {
			response, err := p.ApplyResourceChange(context.Background(), request)
			check(t, err, response.Diagnostics)
			l.state = response.NewState
		}
	}
	all := make([]*lifecycle, number)
	for i := range all {
		attributes := map[string]tftypes.Value{
			"display_name": text(fmt.Sprintf("Image %d", i)), "image_name": text(fmt.Sprintf("quay.io/team/image:%d", i)),
			"description": text("An image of the team"), "pull_policy": text("IfNotPresent"), "tags": texts(setOfStrings, "gpu", "team-a"),
		}
		all[i] = &lifecycle{config: p.config(t, attributes)}
		attributes["image_name"] = text(fmt.Sprintf("quay.io/team/image:%d-b", i))
		all[i].changed = p.config(t, attributes)
	}
	each := func(kind string, prepare func(*lifecycle) func()) {
		t.Helper()
		calls := make([]func(), number)
		for i, l := range all {
			calls[i] = prepare(l)
		}
		p.reconfigure(t)
		measure(kind, calls)
	}
	each("validate", func(l *lifecycle) func() { return func() { check(t, nil, p.validate(t, l.config)) } })
	each("plan a creation", func(l *lifecycle) func() { return plans(l, l.config) })
	each("create", func(l *lifecycle) func() { return applies(l, l.config) })
	each("read", func(l *lifecycle) func() { return func() { p.read(t, l.state) } })
	each("plan no change", func(l *lifecycle) func() { return plans(l, l.config) })
	each("plan a change", func(l *lifecycle) func() { return plans(l, l.changed) })
	each("update", func(l *lifecycle) func() { return applies(l, l.changed) })
	list := &tfprotov6.ReadDataSourceRequest{
		TypeName: "elyra_runtime_images",
		Config:   newObject(t, p.schemas(t).DataSourceSchemas["elyra_runtime_images"].ValueType(), nil),
	}
	measure("list", []func(){func() {
		response, err := p.ReadDataSource(context.Background(), list)
		check(t, err, response.Diagnostics)
	}})
	each("plan a destroy", func(l *lifecycle) func() { return plans(l, nil) })
	each("delete", func(l *lifecycle) func() { return applies(l, nil) })
}

// TestCounts_allocations counts the allocations of one call of each kind, on files.
func TestCounts_allocations(t *testing.T) {
	got := map[string]int{}
	walk(t, newTestProvider(t, t.TempDir()), 51, func(kind string, calls []func()) {
		next := 0
		got[kind] = int(testing.AllocsPerRun(max(len(calls)-1, 5), func() { // is called once more than that
			calls[next%len(calls)]() // a list is the same each time
			next++
		}))
	})
	compareCounts(t, "allocations: ", got) // the race detector adds a hundredth
}

// TestCounts_requests counts what is asked of a server for 100 resources.
func TestCounts_requests(t *testing.T) {
	server := elyratest.New(t, elyratest.Options{})
	p := configured(t, set("endpoint", server.URL))
	if asked := server.Asked(); len(asked) > 0 {
		t.Errorf("to configure asked %q", asked)
	}
	got := map[string]int{}
	walk(t, p, 100, func(kind string, calls []func()) {
		server.Forget()
		start := time.Now()
		for _, call := range calls {
			call()
		}
		asked := server.Asked()
		if lists := strings.Count(strings.Join(asked, "\n")+"\n", "GET /elyra/metadata/runtime-images\n"); lists > 1 {
			// Reads share a list for a second, however many they manage in that time.
			asked = asked[min(lists-1, int(time.Since(start)/time.Second)):]
		}
		got[kind] = len(asked)
	})
	compareCounts(t, "requests for 100: ", got)
}

// BenchmarkCalls measures the median time of each kind of call, in a walk through all of them.
func BenchmarkCalls(b *testing.B) {
	for place, arguments := range map[string]func() map[string]tftypes.Value{
		"files":  func() map[string]tftypes.Value { return set("data_dir", b.TempDir()) },
		"server": func() map[string]tftypes.Value { return set("endpoint", elyratest.New(b, elyratest.Options{}).URL) },
	} {
		for _, number := range []int{100, 1000, 10000} {
			b.Run(fmt.Sprintf("%s/%d", place, number), func(b *testing.B) {
				for b.Loop() {
					walk(b, configured(b, arguments()), number, func(kind string, calls []func()) {
						took := make([]time.Duration, max(len(calls), 5))
						for i := range took {
							began := time.Now()
							calls[i%len(calls)]() // a list is the same each time
							took[i] = time.Since(began)
						}
						slices.Sort(took)
						b.ReportMetric(float64(took[len(took)/2])/1e3, strings.ReplaceAll(kind, " ", "_"))
					})
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// traced is set to a data directory in the process whose system calls are counted.
const traced = "COUNTS_TRACED"

// TestCounts_traced is what the traced process does: it marks the beginning and the end of each
// kind by a look at a file of that name.
func TestCounts_traced(t *testing.T) {
	dataDir := os.Getenv(traced)
	if dataDir == "" {
		return // TestCounts_systemCalls starts it
	}
	mark := func(kind string) { _, _ = os.Lstat(filepath.Join(dataDir, "kind="+kind+".")) }
	walk(t, newTestProvider(t, dataDir), tracedResources, func(kind string, calls []func()) {
		mark(kind)
		for _, call := range calls {
			call()
		}
		mark("")
	})
}

const tracedResources = 10

// systemCalls counts the lines of strace's output between the marks that are about the directory.
func systemCalls(trace []byte, dataDir string) map[string]int {
	counts, kind := map[string]int{}, ""
	for line := range bytes.Lines(trace) {
		text := string(line)
		if _, marked, ok := strings.Cut(text, filepath.Join(dataDir, "kind=")); ok {
			kind, _, _ = strings.Cut(marked, ".")
		} else if kind != "" && strings.Contains(text, dataDir) && !strings.Contains(text, " resumed>") {
			counts[kind]++
		}
	}
	return counts
}
