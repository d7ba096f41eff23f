package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	if err := json.Unmarshal(data, &counts); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("ACCEPT_COUNTS") != "" {
		for name, count := range got {
			counts[prefix+name] = count
		}
		data, _ := json.MarshalIndent(counts, "", "  ")
		if err := os.WriteFile(path, append(data, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
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

// lifecycle is one resource on its way through all calls.
type lifecycle struct {
	testProvider

	config, changed *tfprotov6.DynamicValue
	state           *tfprotov6.DynamicValue
	plan            *tfprotov6.PlanResourceChangeResponse
}

func (l *lifecycle) validates(t *testing.T) func() {
	t.Helper()
	request := &tfprotov6.ValidateResourceConfigRequest{TypeName: resourceName, Config: l.config}
	return func() {
		response, err := l.ValidateResourceConfig(context.Background(), request)
		check(t, err, response.Diagnostics)
	}
}

func (l *lifecycle) reads(t *testing.T) func() {
	t.Helper()
	request := &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: l.state}
	return func() {
		response, err := l.ReadResource(context.Background(), request)
		check(t, err, response.Diagnostics)
	}
}

// plans plans a configuration, that of a destroy where it is nil.
func (l *lifecycle) plans(t *testing.T, config *tfprotov6.DynamicValue) func() {
	t.Helper()
	none := l.none(t)
	request := &tfprotov6.PlanResourceChangeRequest{TypeName: resourceName, Config: none, PriorState: none, ProposedNewState: none}
	if l.state != nil {
		request.PriorState = l.state
	}
	if config != nil {
		request.Config, request.ProposedNewState = config, l.proposed(t, config, request.PriorState)
	}
	return func() {
		response, err := l.PlanResourceChange(context.Background(), request)
		check(t, err, response.Diagnostics)
		l.plan = response
	}
}

// applies applies what was planned last.
func (l *lifecycle) applies(t *testing.T, config *tfprotov6.DynamicValue) func() {
	t.Helper()
	none := l.none(t)
	request := &tfprotov6.ApplyResourceChangeRequest{
		TypeName: resourceName, Config: none, PriorState: none,
		PlannedState: l.plan.PlannedState, PlannedPrivate: l.plan.PlannedPrivate, PlannedIdentity: l.plan.PlannedIdentity,
	}
	if l.state != nil {
		request.PriorState = l.state
	}
	if config != nil {
		request.Config = config
	}
	return func() {
		response, err := l.ApplyResourceChange(context.Background(), request)
		check(t, err, response.Diagnostics)
		l.state = response.NewState
	}
}

// walk takes a number of resources through all calls, each kind in a run of its own, and has each
// kind measured.
func walk(t *testing.T, p testProvider, number int, measure func(kind string, calls []func())) {
	t.Helper()
	all := make([]*lifecycle, number)
	for i := range all {
		attributes := map[string]tftypes.Value{
			"display_name": text(fmt.Sprintf("Image %d", i)), "image_name": text(fmt.Sprintf("quay.io/team/image:%d", i)),
			"description": text("An image of the team"), "pull_policy": text("IfNotPresent"), "tags": texts(setOfStrings, "gpu", "team-a"),
		}
		all[i] = &lifecycle{testProvider: p, config: p.config(t, attributes)}
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
	each("validate", func(l *lifecycle) func() { return l.validates(t) })
	each("plan a creation", func(l *lifecycle) func() { return l.plans(t, l.config) })
	each("create", func(l *lifecycle) func() { return l.applies(t, l.config) })
	each("read", func(l *lifecycle) func() { return l.reads(t) })
	each("plan no change", func(l *lifecycle) func() { return l.plans(t, l.config) })
	each("plan a change", func(l *lifecycle) func() { return l.plans(t, l.changed) })
	each("update", func(l *lifecycle) func() { return l.applies(t, l.changed) })
	list := &tfprotov6.ReadDataSourceRequest{
		TypeName: "elyra_runtime_images",
		Config:   newObject(t, p.schemas(t).DataSourceSchemas["elyra_runtime_images"].ValueType(), nil),
	}
	measure("list", []func(){func() {
		response, err := p.ReadDataSource(context.Background(), list)
		check(t, err, response.Diagnostics)
	}})
	each("plan a destroy", func(l *lifecycle) func() { return l.plans(t, nil) })
	each("delete", func(l *lifecycle) func() { return l.applies(t, nil) })
}

// TestCounts_allocations counts the allocations of one call of each kind, on files.
func TestCounts_allocations(t *testing.T) {
	for _, subsystem := range []string{"TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
		t.Setenv(subsystem, "off") // as main does
	}
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
	Isolate(t)
	server := elyratest.New(t, elyratest.Options{})
	p, diagnostics := configure(t, map[string]tftypes.Value{"endpoint": text(server.URL)})
	check(t, nil, diagnostics)
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
