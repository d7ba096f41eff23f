// Package storetest holds the contract of [elyra.Store] as tests. Every store
// passes [Run], over the real thing and over its stand-in.
package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// Harness is an empty store and a back door to what it keeps: the files that
// Elyra reads. The functions of the back door bypass the store under test.
type Harness struct {
	// Store is under test.
	Store elyra.Store
	// Put stores bytes as the document of name where the store writes.
	Put func(t testing.TB, name, document string)
	// PutFactory stores bytes later in the search path.
	PutFactory func(t testing.TB, name, document string)
	// Raw returns the stored bytes of name where the store writes, and whether
	// there are any.
	Raw func(t testing.TB, name string) (string, bool)

	samples Samples
}

// Samples are documents of the kind of instances that the store keeps.
type Samples struct {
	// Kind is the instances'.
	Kind *elyra.Kind
	// Full and Minimal give a document all fields, or only the required ones, and
	// keep unknown keys. Of the zero document, they make a new one.
	Full, Minimal func(elyra.Document) elyra.Document
	// Foreign is a document as another program leaves it: valid, with the unknown
	// key x-owner in metadata, and not written as Elyra writes it.
	Foreign string
	// Invalid is a JSON object with a schema_name that Elyra knows, and with
	// x-owner, that its schema refuses.
	Invalid string
	// Keys are keys of metadata that Elyra knows, and Limited is one that allows only some values.
	Keys    []string
	Limited string
}

// RuntimeImages are the samples of runtime images.
var RuntimeImages = Samples{
	Kind: elyra.RuntimeImages,
	Full: func(stored elyra.Document) elyra.Document {
		return stored.With(elyra.RuntimeImage{
			DisplayName: "Full \u00fc\U0001F600", ImageName: "quay.io/team/full:1.0", Description: "<Test> & \"image\"\n",
			PullPolicy: "IfNotPresent", PullSecret: "regcred", Tags: []string{"gpu", "two words"},
		})
	},
	Minimal: func(stored elyra.Document) elyra.Document {
		return stored.With(elyra.RuntimeImage{DisplayName: "x", ImageName: "a/b"})
	},
	Foreign: `{"schema_name": "runtime-image", "display_name": "Theirs", "metadata": {"x-owner": {"team": ["a", 1.50]}, "image_name": "them/image:1", "tags": ["b", "a"], "display_name": "Theirs"}}`,
	Invalid: `{"schema_name": "runtime-image", "display_name": "Invalid", "metadata": {"image_name": "a/b", "pull_policy": "always", "x-owner": "keep"}}`,
	Keys:    []string{"description", "image_name", "pull_policy", "pull_secret", "tags"},
	Limited: "pull_policy",
}

// Secret stands in documents of [Runtimes], and in no error.
const Secret = "hunter2-s3cret"

// Runtimes are the samples of runtimes.
var Runtimes = Samples{
	Kind: elyra.Runtimes,
	Full: func(stored elyra.Document) elyra.Document {
		return elyra.Runtime{Schema: elyra.KubeflowPipelines, Tags: []string{"gpu", "two words"}, Values: map[string]string{
			"display_name": "Full \u00fc\U0001F600", "description": "<Test> & \"runtime\"\n",
			"api_endpoint": "https://kfp.example.com/pipeline", "public_api_endpoint": "https://kfp.example.com", "user_namespace": "team",
			"auth_type": "DEX_LEGACY", "api_username": "jdoe", "api_password": Secret,
			"cos_endpoint": "http://minio:9000", "public_cos_endpoint": "https://minio.example.com", "cos_bucket": "pipelines",
			"cos_auth_type": "KUBERNETES_SECRET", "cos_secret": "minio", "cos_username": "jdoe", "cos_password": Secret,
		}}.Document(stored)
	},
	Minimal: func(stored elyra.Document) elyra.Document {
		return elyra.Runtime{Schema: elyra.KubeflowPipelines, Values: map[string]string{
			"display_name": "x", "api_endpoint": "http://kfp", "cos_endpoint": "http://minio:9000", "cos_bucket": "abc",
			"cos_auth_type": "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS",
		}}.Document(stored)
	},
	Foreign: `{"schema_name": "kfp", "display_name": "Theirs", "metadata": {"x-owner": {"team": ["a", 1.50]}, "runtime_type": "KUBEFLOW_PIPELINES", "engine": "Argo", "auth_type": "NO_AUTHENTICATION", "api_endpoint": "http://kfp", "cos_endpoint": "http://minio:9000", "cos_bucket": "abc", "cos_auth_type": "USER_CREDENTIALS", "cos_username": "jdoe", "cos_password": "` + Secret + `", "tags": ["b", "a"], "display_name": "Theirs"}}`,
	Invalid: `{"schema_name": "kfp", "display_name": "Invalid", "metadata": {"x-owner": "keep", "runtime_type": "KUBEFLOW_PIPELINES", "engine": "Argo", "auth_type": "NO_AUTHENTICATION", "api_endpoint": "http://kfp", "cos_endpoint": "http://minio:9000", "cos_bucket": "abc", "cos_auth_type": "USER_CREDENTIALS", "cos_username": "jdoe", "cos_password": ["` + Secret + `"]}}`,
	Keys:    []string{"runtime_type", "description", "api_endpoint", "user_namespace", "cos_password", "tags"},
	Limited: "auth_type",
}

const broken = `{"schema_name": "runtime-image", "displ`

// full and minimal are new documents.
func (h Harness) full() elyra.Document    { return h.samples.Full(elyra.Document{}) }
func (h Harness) minimal() elyra.Document { return h.samples.Minimal(elyra.Document{}) }

// Run holds a store to the contract. Each call of newHarness returns a harness
// of its own.
func Run(t *testing.T, samples Samples, newHarness func(t *testing.T) Harness) {
	tests := []struct {
		name string
		test func(t *testing.T, h Harness)
	}{
		{"Create", testCreate},
		{"CreateExisting", testCreateExisting},
		{"CreateRefusesName", testCreateRefusesName},
		{"Get", testGet},
		{"Invalid", testInvalid},
		{"Glance", testGlance},
		{"UpdateHidesFactory", testUpdateHidesFactory},
		{"Delete", testDelete},
		{"DeleteFactory", testDeleteFactory},
		{"Preconditions", testPreconditions},
		{"List", testList},
		{"ReadsItsWrites", testReadsItsWrites},
		{"Concurrently", testConcurrently},
		{"Canceled", testCanceled},
		{"Properties", testProperties},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t)
			h.samples = samples
			tt.test(t, h)
		})
	}
}

func testCreate(t *testing.T, h Harness) {
	for name, want := range map[string]elyra.Document{"full": h.full(), "minimal": h.minimal()} {
		got, err := h.Store.Create(t.Context(), name, want)
		if err != nil {
			t.Fatal(err)
		}
		checkInstance(t, h, got, name, want, true)
		if got.Location != h.Store.Location(name) {
			t.Errorf("created at %s, announced for %s", got.Location, h.Store.Location(name))
		}
		checkRaw(t, h, name, string(want.Encode()))
	}
}

func testCreateExisting(t *testing.T, h Harness) {
	h.Put(t, "taken", h.samples.Foreign)
	h.PutFactory(t, "shipped", h.samples.Foreign)
	h.Put(t, "invalid", h.samples.Invalid)
	h.Put(t, "broken", broken)
	for _, name := range []string{"taken", "shipped", "invalid", "broken"} {
		there, _ := h.Store.Get(t.Context(), name, elyra.Current)
		_, err := h.Store.Create(t.Context(), name, h.full())
		var exists *elyra.ExistsError
		if !errors.Is(err, elyra.ErrExists) || !errors.As(err, &exists) {
			t.Errorf("%s: got %v, want an ExistsError", name, err)
			continue
		}
		found := exists.Found
		checkPlace(t, h, found, name, name != "shipped")
		if found.Digest() != there.Digest() && (h.Store.IsLocal() || !found.Document.IsZero()) {
			t.Errorf("%s: the error says that there is %s, %q", name, found.Document.Compact(), found.Unparsed)
		}
	}
	checkRaw(t, h, "taken", h.samples.Foreign)
	checkRaw(t, h, "shipped", "")
}

func testCreateRefusesName(t *testing.T, h Harness) {
	for _, name := range []string{"", "Upper", "../escape", "a/b", "a.b", "a\x00b"} {
		if _, err := h.Store.Create(t.Context(), name, h.full()); err == nil {
			t.Errorf("created an instance named %q", name)
		}
	}
	if instances, err := h.Store.List(t.Context(), elyra.ListOptions{Invalid: true}); err != nil || len(instances) > 0 {
		t.Errorf("there are %v, %v", instances, err)
	}
}

func testGet(t *testing.T, h Harness) {
	h.Put(t, "taken", h.samples.Foreign)
	h.PutFactory(t, "taken", string(h.full().Encode()))
	h.PutFactory(t, "shipped", h.samples.Foreign)
	h.Put(t, "python-3.11-ubi9", h.samples.Foreign)
	h.Put(t, "Upper", h.samples.Foreign)
	for _, name := range []string{"taken", "shipped", "python-3.11-ubi9", "Upper"} {
		got, err := h.Store.Get(t.Context(), name, elyra.Current)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkInstance(t, h, got, name, parsed(t, h.samples.Foreign), name != "shipped")
	}
	for _, name := range []string{"absent", "take", "Taken", "../taken"} {
		if _, err := h.Store.Get(t.Context(), name, elyra.Current); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("%q: got %v, want ErrNotFound", name, err)
		}
	}
}

// testInvalid: an instance that Elyra refuses is read as far as it can be, with the reason, and an update
// repairs it. A server repairs only JSON objects.
func testInvalid(t *testing.T, h Harness) {
	documents := map[string]string{"invalid": h.samples.Invalid, "broken": broken, "array": `[]`}
	for name, document := range documents {
		h.Put(t, name, document)
	}
	for name, document := range documents {
		instance, err := h.Store.Get(t.Context(), name, elyra.Current)
		var invalid *elyra.InvalidError
		if !errors.As(err, &invalid) {
			t.Errorf("%s: got %v, want an InvalidError", name, err)
			continue
		}
		if strings.Contains(err.Error(), Secret) {
			t.Errorf("%s: the error quotes a secret: %v", name, err)
		}
		if invalid.Name != name || invalid.Location == "" || invalid.Reason() == "" {
			t.Errorf("%s: the error says %+v", name, invalid)
		}
		if errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("%s: the error also says that it doesn't exist", name)
		}
		checkPlace(t, h, instance, name, true)
		isObject := name == "invalid"
		if irreparable := !h.Store.IsLocal() && !isObject; invalid.Irreparable != irreparable {
			t.Errorf("%s: irreparable: %t", name, invalid.Irreparable)
		}
		switch {
		case instance.Document.IsZero() == (instance.Unparsed == ""):
			t.Errorf("%s: either the document or what stands in for it: %s and %q", name, instance.Document.Compact(), instance.Unparsed)
		case !h.Store.IsLocal():
		case isObject && !instance.Document.Equal(parsed(t, document)):
			t.Errorf("%s: read %s", name, instance.Document.Compact())
		case !isObject && instance.Unparsed != document:
			t.Errorf("%s: read %q", name, instance.Unparsed)
		}
		updated, err := h.Store.Update(t.Context(), name, digestIs(instance), h.samples.Full)
		switch {
		case invalid.Irreparable && err != nil:
			checkRaw(t, h, name, document)
		case invalid.Irreparable || err != nil:
			t.Errorf("%s: Update: %v", name, err)
		default:
			checkInstance(t, h, updated, name, h.samples.Full(instance.Document), true)
		}
	}
}

// testGlance: if nobody else writes, a glance sees what is current, except that a server's list lacks
// what is invalid.
func testGlance(t *testing.T, h Harness) {
	h.Put(t, "taken", h.samples.Foreign)
	h.PutFactory(t, "shipped", h.samples.Foreign)
	h.Put(t, "invalid", h.samples.Invalid)
	for _, name := range []string{"taken", "shipped", "invalid", "absent", "../taken"} {
		want, wantErr := h.Store.Get(t.Context(), name, elyra.Current)
		got, err := h.Store.Get(t.Context(), name, elyra.Glance)
		if wantErr != nil && !h.Store.IsLocal() {
			want, wantErr = elyra.Instance{}, elyra.ErrNotFound
		}
		if (wantErr == nil) != (err == nil) || errors.Is(wantErr, elyra.ErrNotFound) && !errors.Is(err, elyra.ErrNotFound) || got.Location != want.Location || got.Digest() != want.Digest() {
			t.Errorf("%s: got %+v, %v, want %+v, %v", name, got, err, want, wantErr)
		}
	}
}

func testUpdateHidesFactory(t *testing.T, h Harness) {
	h.PutFactory(t, "shipped", h.samples.Foreign)
	foreign := parsed(t, h.samples.Foreign)
	got, err := h.Store.Update(t.Context(), "shipped", isDocument(foreign), h.samples.Full)
	if err != nil {
		t.Fatal(err)
	}
	checkInstance(t, h, got, "shipped", h.samples.Full(foreign), true)
	revealed, err := h.Store.Delete(t.Context(), "shipped", nil)
	if err != nil {
		t.Fatal(err)
	}
	if h.Store.IsLocal() != (revealed != "") {
		t.Errorf("the deletion says that it revealed %q", revealed)
	}
	if got, err = h.Store.Get(t.Context(), "shipped", elyra.Current); err != nil || !got.Document.Equal(foreign) {
		t.Errorf("after deleting the copy: %s, %v", got.Document.Compact(), err)
	}
}

func testDelete(t *testing.T, h Harness) {
	names := []string{"valid", "invalid", "Odd.name"}
	for _, name := range append(names, "bystander") {
		h.Put(t, name, h.samples.Foreign)
	}
	h.Put(t, "invalid", h.samples.Invalid)
	for _, name := range names {
		there, _ := h.Store.Get(t.Context(), name, elyra.Current)
		revealed, err := h.Store.Delete(t.Context(), name, digestIs(there))
		if err != nil || revealed != "" {
			t.Errorf("%s: %q, %v", name, revealed, err)
		}
		checkRaw(t, h, name, "")
		if _, err := h.Store.Get(t.Context(), name, elyra.Current); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("%s: Get after Delete: %v", name, err)
		}
		for _, expected := range []elyra.Precondition{nil, digestIs(there)} {
			if _, err := h.Store.Delete(t.Context(), name, expected); !errors.Is(err, elyra.ErrNotFound) {
				t.Errorf("%s: the second Delete: %v, want ErrNotFound", name, err)
			}
		}
	}
	for _, expected := range []elyra.Precondition{nil, isDocument(h.full())} {
		if _, err := h.Store.Update(t.Context(), "valid", expected, h.samples.Full); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("Update after Delete: %v, want ErrNotFound", err)
		}
	}
	checkRaw(t, h, "valid", "")
	checkRaw(t, h, "bystander", h.samples.Foreign)
}

func testDeleteFactory(t *testing.T, h Harness) {
	h.PutFactory(t, "shipped", h.samples.Foreign)
	_, err := h.Store.Delete(t.Context(), "shipped", isDocument(parsed(t, h.samples.Foreign)))
	var readOnly *elyra.ReadOnlyError
	if !errors.Is(err, elyra.ErrReadOnly) || !errors.As(err, &readOnly) || readOnly.Name != "shipped" || readOnly.Location == "" {
		t.Errorf("got %v, want a ReadOnlyError", err)
	}
	if _, err := h.Store.Get(t.Context(), "shipped", elyra.Current); err != nil {
		t.Errorf("it is gone: %v", err)
	}
}

// testPreconditions: an update and a deletion ask about what is there, and if
// that isn't what was expected, they change nothing.
func testPreconditions(t *testing.T, h Harness) {
	stored := map[string]string{"valid": h.samples.Foreign, "invalid": h.samples.Invalid}
	if h.Store.IsLocal() {
		stored["broken"] = broken
	}
	for name, document := range stored {
		h.Put(t, name, document)
		there, _ := h.Store.Get(t.Context(), name, elyra.Current)
		var found []elyra.Instance
		refuse := func(asked elyra.Instance) bool {
			found = append(found, asked)
			return false
		}
		_, updateErr := h.Store.Update(t.Context(), name, refuse, h.samples.Full)
		updates := len(found)
		_, deleteErr := h.Store.Delete(t.Context(), name, refuse)
		if updates == 0 || updates == len(found) {
			t.Errorf("%s: Update asked %d times, and Delete %d", name, updates, len(found)-updates)
		}
		for _, err := range []error{updateErr, deleteErr} {
			var changed *elyra.ChangedError
			if !errors.Is(err, elyra.ErrChanged) || !errors.As(err, &changed) {
				t.Fatalf("%s: got %v, want a ChangedError", name, err)
			}
			found = append(found, changed.Found)
		}
		for _, instance := range found {
			checkPlace(t, h, instance, name, true)
			if instance.Digest() != there.Digest() {
				t.Errorf("%s: asked about %s or %q", name, instance.Document.Compact(), instance.Unparsed)
			}
		}
		checkRaw(t, h, name, document)
	}
}

// testList: a server lists no invalid instances, and doesn't know what is later in the search path.
func testList(t *testing.T, h Harness) {
	if got, err := h.Store.List(t.Context(), elyra.ListOptions{}); err != nil || len(got) > 0 {
		t.Fatalf("an empty store lists %v, %v", got, err)
	}
	full := string(h.full().Encode())
	for name, document := range map[string]string{"zeta": h.samples.Foreign, "both": h.samples.Foreign, "Upper": h.samples.Foreign, "invalid": h.samples.Invalid, "broken": broken, "revived": broken} {
		h.Put(t, name, document)
	}
	for name, document := range map[string]string{"both": full, "shipped": full, "revived": full, "unfit": h.samples.Invalid} {
		h.PutFactory(t, name, document)
	}
	valid := []string{"Upper", "both", "revived", "shipped", "zeta"}
	for _, tt := range []struct {
		options       elyra.ListOptions
		local, server []string
	}{
		// A broken instance doesn't hide a valid one that is later in the search path.
		{elyra.ListOptions{}, valid, valid},
		{elyra.ListOptions{Invalid: true}, []string{"Upper", "both", "broken", "invalid", "revived", "shipped", "unfit", "zeta"}, valid},
		{elyra.ListOptions{Later: true}, []string{"shipped"}, nil},
		{elyra.ListOptions{Later: true, Invalid: true}, []string{"shipped", "unfit"}, nil},
	} {
		want := tt.server
		if h.Store.IsLocal() {
			want = tt.local
		}
		got := list(t, h, tt.options)
		if !slices.Equal(names(got), want) {
			t.Errorf("%+v: listed %v, want %v", tt.options, names(got), want)
		}
		for _, instance := range got {
			there, err := h.Store.Get(t.Context(), instance.Name, elyra.Current)
			if instance.Name == "revived" && instance.Invalid == nil {
				checkInstance(t, h, instance, "revived", h.full(), false)
				continue
			}
			checkInstance(t, h, instance, instance.Name, there.Document, there.Writable)
			if instance.Unparsed != there.Unparsed || errors.As(instance.Invalid, new(*elyra.InvalidError)) != (err != nil) {
				t.Errorf("%+v: listed %+v; read %+v, %v", tt.options, instance, there, err)
			}
		}
	}
}

// testReadsItsWrites: a write is whole and returned, and what a store remembers of its reads never hides it.
func testReadsItsWrites(t *testing.T, h Harness) {
	h.Put(t, "other", h.samples.Foreign)
	list(t, h, elyra.ListOptions{})
	if _, err := h.Store.Get(t.Context(), "other", elyra.Shared); err != nil {
		t.Fatal(err)
	}
	freshnesses := []elyra.Freshness{elyra.Current, elyra.Shared, elyra.Glance}
	check := func(got elyra.Instance, err error, want elyra.Document) {
		t.Helper()
		all := list(t, h, elyra.ListOptions{})
		if err != nil || !slices.Equal(names(all), []string{"other", "written"}) {
			t.Fatalf("listed %v, %v", names(all), err)
		}
		checkInstance(t, h, got, "written", want, true)
		checkInstance(t, h, all[1], "written", want, true)
		for _, freshness := range freshnesses {
			got, err := h.Store.Get(t.Context(), "written", freshness)
			if err != nil {
				t.Fatal(err)
			}
			checkInstance(t, h, got, "written", want, true)
		}
		if raw, _ := h.Raw(t, "written"); !parsed(t, raw).Equal(want) {
			t.Errorf("stored:\n%s\nwant:\n%s", raw, want.Encode())
		}
	}
	want := h.full()
	got, err := h.Store.Create(t.Context(), "written", want)
	check(got, err, want)
	for _, edit := range []func(elyra.Document) elyra.Document{h.samples.Minimal, h.samples.Full, h.samples.Full} {
		got, err := h.Store.Update(t.Context(), "written", isDocument(want), edit)
		want = edit(elyra.Document{})
		check(got, err, want)
	}
	if _, err := h.Store.Delete(t.Context(), "written", isDocument(want)); err != nil {
		t.Fatal(err)
	}
	for _, freshness := range freshnesses {
		if _, err := h.Store.Get(t.Context(), "written", freshness); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("Get after Delete, freshness %d: %v", freshness, err)
		}
	}
	if got := names(list(t, h, elyra.ListOptions{})); !slices.Equal(got, []string{"other"}) {
		t.Errorf("listed %v after Delete", got)
	}
}

// testConcurrently: of several creations of one name, one succeeds.
func testConcurrently(t *testing.T, h Harness) {
	var won atomic.Int64
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if _, err := h.Store.Create(t.Context(), "contended", h.minimal()); err == nil {
				won.Add(1)
			} else if !errors.Is(err, elyra.ErrExists) {
				t.Errorf("got %v, want %v", err, elyra.ErrExists)
			}
		})
	}
	calls.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 8 creations of one name have succeeded", won.Load())
	}
}

func testCanceled(t *testing.T, h Harness) {
	h.Put(t, "kept", h.samples.Foreign)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, createErr := h.Store.Create(ctx, "new", h.full())
	_, getErr := h.Store.Get(ctx, "kept", elyra.Current)
	_, updateErr := h.Store.Update(ctx, "kept", nil, h.samples.Full)
	_, deleteErr := h.Store.Delete(ctx, "kept", nil)
	_, listErr := h.Store.List(ctx, elyra.ListOptions{})
	for call, err := range map[string]error{"Create": createErr, "Get": getErr, "Update": updateErr, "Delete": deleteErr, "List": listErr} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", call, err)
		}
	}
	checkRaw(t, h, "kept", h.samples.Foreign)
	checkRaw(t, h, "new", "")
}

// testProperties: the Elyra under test has all properties that this provider writes.
func testProperties(t *testing.T, h Harness) {
	got, err := h.Store.Properties(t.Context(), h.samples.Kind.Schemas[0])
	if h.Store.IsLocal() {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("files: %v, %v", got, err)
		}
		return
	}
	for _, key := range h.samples.Keys {
		if _, exists := got[key]; !exists || len(got[h.samples.Limited]) == 0 {
			t.Errorf("%s: %v, %v", key, got, err)
		}
	}
	if got, err := h.Store.Properties(t.Context(), "other"); err != nil || got != nil {
		t.Errorf("another schema: %v, %v", got, err)
	}
}

func checkInstance(t testing.TB, h Harness, got elyra.Instance, name string, want elyra.Document, writable bool) {
	t.Helper()
	checkPlace(t, h, got, name, writable)
	if !got.Document.Equal(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got.Document.Compact(), want.Compact())
	}
}

// checkPlace checks what an instance says about its name and its level.
func checkPlace(t testing.TB, h Harness, got elyra.Instance, name string, writable bool) {
	t.Helper()
	if got.Name != name || got.Location == "" {
		t.Errorf("got %q at %q, want %q", got.Name, got.Location, name)
	}
	isFirst := got.Origin == elyra.OriginLocal
	switch {
	case h.Store.IsLocal() && (got.Writable != writable || isFirst != writable || got.Origin == elyra.OriginUnknown):
		t.Errorf("%s is writable: %t, with the origin %q", got.Location, got.Writable, got.Origin)
	case !h.Store.IsLocal() && (!got.Writable || got.Origin != elyra.OriginUnknown):
		t.Errorf("%s is writable: %t, with the origin %q, which a server doesn't know", got.Location, got.Writable, got.Origin)
	}
}

// checkRaw checks what is stored under a name; "" for nothing.
func checkRaw(t testing.TB, h Harness, name, want string) {
	t.Helper()
	if raw, found := h.Raw(t, name); raw != want || found != (want != "") {
		t.Errorf("%s: stored:\n%s\nwant:\n%s", name, raw, want)
	}
}

// isDocument expects a document, by its meaning.
func isDocument(document elyra.Document) elyra.Precondition {
	return func(found elyra.Instance) bool { return found.Document.Equal(document) }
}

// digestIs expects what was read before.
func digestIs(there elyra.Instance) elyra.Precondition {
	return func(found elyra.Instance) bool { return found.Digest() == there.Digest() }
}

func parsed(t testing.TB, document string) elyra.Document {
	t.Helper()
	parsed, err := elyra.ParseDocument([]byte(document))
	if err != nil {
		t.Fatalf("%v: %s", err, document)
	}
	return parsed
}

func list(t testing.TB, h Harness, options elyra.ListOptions) []elyra.Instance {
	t.Helper()
	instances, err := h.Store.List(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	return instances
}

func names(instances []elyra.Instance) []string {
	var names []string
	for _, instance := range instances {
		names = append(names, instance.Name)
	}
	return names
}
