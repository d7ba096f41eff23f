package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
	"github.com/elyra-ai/terraform-provider-elyra/internal/provider"
)

// alone is the provider without Terraform: its protocol server, called in this process.
type alone struct {
	tfprotov6.ProviderServer

	resource, dataSource tftypes.Type
}

func newAlone(t *testing.T, config map[string]tftypes.Value) alone {
	t.Helper()
	// As main does if nobody reads the SDK's own log.
	for _, subsystem := range []string{"TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
		t.Setenv(subsystem, "off")
	}
	server := provider.NewServer("bench")()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	must(t, err)
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: dynamic(t, schemas.Provider.ValueType(), config),
	})
	check(t, err, configured.Diagnostics)
	return alone{server, schemas.ResourceSchemas[resourceType].ValueType(), schemas.DataSourceSchemas[listType].ValueType()}
}

const (
	resourceType = "elyra_runtime_image"
	listType     = "elyra_runtime_images"
)

func check(t *testing.T, err error, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	must(t, err)
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			t.Fatalf("%s: %s", d.Summary, d.Detail)
		}
	}
}

// dynamic is an object of that type with these attributes. The others are null.
func dynamic(t *testing.T, objectType tftypes.Type, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	values := map[string]tftypes.Value{}
	for name, attribute := range objectType.(tftypes.Object).AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	maps.Copy(values, set)
	value, err := tfprotov6.NewDynamicValue(objectType, tftypes.NewValue(objectType, values))
	must(t, err)
	return &value
}

func (a alone) config(t *testing.T, i int, tag string) *tfprotov6.DynamicValue {
	t.Helper()
	tags := tftypes.Set{ElementType: tftypes.String}
	return dynamic(t, a.resource, map[string]tftypes.Value{
		"name":         tftypes.NewValue(tftypes.String, name(i)),
		"display_name": tftypes.NewValue(tftypes.String, fmt.Sprintf("Image %d", i)),
		"image_name":   tftypes.NewValue(tftypes.String, fmt.Sprintf("quay.io/team/image:%s-%d", tag, i)),
		"description":  tftypes.NewValue(tftypes.String, "An image of the team"),
		"pull_policy":  tftypes.NewValue(tftypes.String, "IfNotPresent"),
		"tags":         tftypes.NewValue(tags, []tftypes.Value{tftypes.NewValue(tftypes.String, "gpu"), tftypes.NewValue(tftypes.String, "team-a")}),
	})
}

func name(i int) string { return "image_" + strconv.Itoa(i) }

func (a alone) validate(t *testing.T, config *tfprotov6.DynamicValue) {
	t.Helper()
	resp, err := a.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: resourceType, Config: config})
	check(t, err, resp.Diagnostics)
}

// plan proposes what Terraform proposes: the configuration, and what's computed as it was.
func (a alone) plan(t *testing.T, config, prior *tfprotov6.DynamicValue) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()
	proposed, before := a.attributes(t, config), a.attributes(t, prior)
	for _, computed := range []string{"id", "location", "overwrite"} {
		if value, ok := before[computed]; ok {
			proposed[computed] = value
		}
	}
	resp, err := a.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: resourceType, Config: config, PriorState: prior, ProposedNewState: dynamic(t, a.resource, proposed),
	})
	check(t, err, resp.Diagnostics)
	return resp
}

func (a alone) attributes(t *testing.T, object *tfprotov6.DynamicValue) (all map[string]tftypes.Value) {
	t.Helper()
	value, err := object.Unmarshal(a.resource)
	if err == nil {
		err = value.As(&all)
	}
	must(t, err)
	return all
}

func (a alone) none(t *testing.T) *tfprotov6.DynamicValue {
	t.Helper()
	value, err := tfprotov6.NewDynamicValue(a.resource, tftypes.NewValue(a.resource, nil))
	must(t, err)
	return &value
}

// apply plans and applies, and returns how long the apply took.
func (a alone) apply(t *testing.T, config, prior *tfprotov6.DynamicValue) (*tfprotov6.DynamicValue, time.Duration) {
	t.Helper()
	planned := &tfprotov6.PlanResourceChangeResponse{PlannedState: a.none(t)}
	if config == nil {
		config = a.none(t)
	} else {
		planned = a.plan(t, config, prior)
	}
	began := time.Now()
	resp, err := a.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: resourceType, Config: config, PriorState: prior,
		PlannedState: planned.PlannedState, PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	took := time.Since(began)
	check(t, err, resp.Diagnostics)
	return resp.NewState, took
}

func (a alone) read(t *testing.T, state *tfprotov6.DynamicValue) {
	t.Helper()
	resp, err := a.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceType, CurrentState: state})
	check(t, err, resp.Diagnostics)
}

func (a alone) list(t *testing.T) {
	t.Helper()
	resp, err := a.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: listType, Config: dynamic(t, a.dataSource, nil)})
	check(t, err, resp.Diagnostics)
}

// each calls f for 0 … n-1 and returns the median time of a call.
func each(n int, f func(i int)) time.Duration {
	return medianOf(n, func(i int) time.Duration {
		began := time.Now()
		f(i)
		return time.Since(began)
	})
}

// medianOf is the median of what f returns for 0 … n-1.
func medianOf(n int, f func(i int) time.Duration) time.Duration {
	all := make([]time.Duration, n)
	for i := range n {
		all[i] = f(i)
	}
	return median(all)
}

func micros(d time.Duration) string { return fmt.Sprintf("%.0f µs", float64(d.Nanoseconds())/1000) }

func TestProviderOnFiles(t *testing.T) {
	var rows [][]string
	for _, n := range several(100, 1000, 10000) {
		data := t.TempDir()
		// Each round of plans is one of Terraform's, which has a process of its own.
		anew := func() alone {
			return newAlone(t, map[string]tftypes.Value{"data_dir": tftypes.NewValue(tftypes.String, data)})
		}
		a := anew()
		images := filepath.Join(data, "metadata", "runtime-images")
		create, states := a.createAll(t, n)
		validate := each(n, func(i int) { a.validate(t, a.config(t, i, "1")) })
		read := each(n, func(i int) { a.read(t, states[i]) })
		a = anew()
		plan := each(n, func(i int) { a.plan(t, a.config(t, i, "1"), states[i]) })
		list := each(5, func(int) { a.list(t) })
		listFloor := each(5, func(int) { readAll(t, images) })
		readFloor := each(n, func(i int) { readOne(t, filepath.Join(images, name(i)+".json")) })
		a = anew()
		update := medianOf(n, func(i int) time.Duration {
			state, took := a.apply(t, a.config(t, i, "2"), states[i])
			states[i] = state
			return took
		})
		a = anew()
		remove := medianOf(n, func(i int) time.Duration { _, took := a.apply(t, nil, states[i]); return took })
		document := elyra.NewDocument(elyra.RuntimeImage{Name: name(0), DisplayName: "Image", ImageName: "quay.io/team/image:1-1", Description: "An image of the team", PullPolicy: "IfNotPresent", Tags: []string{"gpu", "team-a"}}).Encode()
		floors := t.TempDir()
		writeFloor := each(min(n, 1000), func(i int) { writeOne(t, floors, name(i), document) })
		replaceFloor := each(min(n, 1000), func(i int) { writeOne(t, floors, name(i), document) })
		rows = append(rows,
			call(n, "validate", validate, 0),
			call(n, "plan, nothing changes", plan, 0),
			call(n, "read", read, readFloor),
			call(n, "create", create, writeFloor),
			call(n, "update", update, replaceFloor),
			call(n, "delete", remove, 0),
			call(n, "list, whole", list, listFloor))
	}
	section(t, "The provider alone on files", "Calls of its protocol server in one process, without Terraform and gRPC. The floor is the cost of the disk and Go's decoder. "+
		"For a read: read and decode one file. For a write: write a file, flush it, rename it, and flush the directory. For a list: read and decode all files one after the other.",
		[]string{"images", "call", "median", "floor", "÷ floor"}, rows)
}

// call is the row of a call. The floor may be 0 for unknown.
func call(n int, name string, took, floor time.Duration) []string {
	row := []string{strconv.Itoa(n), name, micros(took), "", ""}
	if floor != 0 {
		row[3], row[4] = micros(floor), ratio(took, floor)
	}
	return row
}

func (a alone) createAll(t *testing.T, n int) (time.Duration, []*tfprotov6.DynamicValue) {
	t.Helper()
	states := make([]*tfprotov6.DynamicValue, n)
	took := medianOf(n, func(i int) (took time.Duration) {
		states[i], took = a.apply(t, a.config(t, i, "1"), a.none(t))
		return took
	})
	return took, states
}

func readOne(t *testing.T, path string) {
	t.Helper()
	var document struct {
		DisplayName string         `json:"display_name"`
		Metadata    map[string]any `json:"metadata"`
		SchemaName  string         `json:"schema_name"`
	}
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &document)
	}
	must(t, err)
}

func readAll(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".json") {
			readOne(t, filepath.Join(dir, entry.Name()))
		}
	}
}

// writeOne is the least that leaves a whole file after a power cut.
func writeOne(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, name+".tmp"))
	must(t, err)
	_, err = f.Write(data)
	must(t, err)
	must(t, f.Sync())
	must(t, f.Close())
	must(t, os.Rename(filepath.Join(dir, name+".tmp"), filepath.Join(dir, name+".json")))
	d, err := os.Open(dir)
	must(t, err)
	must(t, d.Sync())
	must(t, d.Close())
}

func TestProviderOnServer(t *testing.T) {
	var rows [][]string
	for _, n := range several(100, 1000) {
		server := elyratest.New(t, elyratest.Options{Token: "bench"})
		a := newAlone(t, map[string]tftypes.Value{
			"endpoint": tftypes.NewValue(tftypes.String, server.URL), "token": tftypes.NewValue(tftypes.String, "bench"),
		})
		create, states := a.createAll(t, n)
		read := each(n, func(i int) { a.read(t, states[i]) })
		list := each(5, func(int) { a.list(t) })
		rows = append(rows, call(n, "create", create, exchange(t, n)), call(n, "read", read, 0), call(n, "list, whole", list, 0))
	}
	section(t, "The provider alone on a server", "The server is the stand-in of the tests, which responds immediately. The floor is one exchange of the same body over HTTP.",
		[]string{"images", "call", "median", "floor", "÷ floor"}, rows)
}

// exchange is the median time of one POST to a server that sends the body back.
func exchange(t *testing.T, n int) time.Duration {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
	defer server.Close()
	body := string(elyra.NewDocument(elyra.RuntimeImage{DisplayName: "Image", ImageName: "quay.io/team/image:1-1", Tags: []string{"gpu"}}).Compact())
	return each(n, func(int) {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL, strings.NewReader(body))
		must(t, err)
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			defer resp.Body.Close()
			_, err = io.Copy(io.Discard, resp.Body)
		}
		must(t, err)
	})
}
