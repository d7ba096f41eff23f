// Package storetest holds the contract of [elyra.Store] as tests. Every store
// passes [Run], over the real thing and over its stand-in alike.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// Harness is an empty store and the back door to what it keeps: the files that
// Elyra reads. Paths in the back door bypass the store under test.
type Harness struct {
	// Store is under test.
	Store elyra.Store
	// Put stores bytes as the document of name where the store writes.
	Put func(t testing.TB, name, document string)
	// PutFactory stores bytes further along the search path.
	PutFactory func(t testing.TB, name, document string)
	// Raw returns the stored bytes of name where the store writes, and whether
	// there are any.
	Raw func(t testing.TB, name string) (string, bool)
}

// Documents as others leave them.
const (
	foreignDocument = `{"schema_name": "runtime-image", "display_name": "Theirs", "metadata": {"x-owner": {"team": ["a", 1.50]}, "image_name": "them/image:1", "tags": ["b", "a"], "display_name": "Theirs"}}`
	invalidDocument = `{"schema_name": "runtime-image", "display_name": "Invalid", "metadata": {"image_name": "a/b", "pull_policy": "always", "x-owner": "keep"}}`
	brokenDocument  = `{"schema_name": "runtime-image", "displ`
)

// image returns a runtime image with every field set.
func image(name string) elyra.RuntimeImage {
	return elyra.RuntimeImage{
		Name:        name,
		DisplayName: "Display of " + name + " \u00fc\U0001F600",
		ImageName:   "quay.io/team/" + name + ":1.0",
		Description: "<Test> & \"image\"\n",
		PullPolicy:  elyra.PullIfNotPresent,
		PullSecret:  "regcred",
		Tags:        []string{"gpu", "two words"},
	}
}

// Run holds a store to the contract. Each call of newHarness returns a harness
// of its own.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	tests := []struct {
		name string
		test func(t *testing.T, h Harness)
	}{
		{"Create", testCreate},
		{"CreateMinimal", testCreateMinimal},
		{"CreateExisting", testCreateExisting},
		{"CreateConcurrently", testCreateConcurrently},
		{"CreateRefusesName", testCreateRefusesName},
		{"Get", testGet},
		{"GetInvalid", testGetInvalid},
		{"Update", testUpdate},
		{"UpdateKeepsUnknownKeys", testUpdateKeepsUnknownKeys},
		{"UpdateRepairs", testUpdateRepairs},
		{"UpdateHidesFactory", testUpdateHidesFactory},
		{"UpdateAbsent", testUpdateAbsent},
		{"Delete", testDelete},
		{"DeleteFactory", testDeleteFactory},
		{"Peek", testPeek},
		{"List", testList},
		{"ListInvalid", testListInvalid},
		{"ListBeyond", testListBeyond},
		{"ReadsItsWrites", testReadsItsWrites},
		{"Cancelled", testCancelled},
		{"Supports", testSupports},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, newHarness(t)) })
	}
}

func testCreate(t *testing.T, h Harness) {
	want := image("created")
	got, err := h.Store.Create(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	checkInstance(t, h, got, want, true)
	if got.Location != h.Store.Location("created") {
		t.Errorf("created at %s, announced for %s", got.Location, h.Store.Location("created"))
	}
	if raw, _ := h.Raw(t, "created"); raw != string(elyra.NewDocument(want).Encode()) {
		t.Errorf("stored:\n%s\nwant:\n%s", raw, elyra.NewDocument(want).Encode())
	}
}

func testCreateMinimal(t *testing.T, h Harness) {
	want := elyra.RuntimeImage{Name: "minimal", DisplayName: "x", ImageName: "a/b"}
	got, err := h.Store.Create(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	checkInstance(t, h, got, want, true)
	for _, key := range []string{"description", "tags", "pull_policy", "pull_secret"} {
		if got.Document.HasMetadata(key) {
			t.Errorf("the document has %s, which was not set", key)
		}
	}
}

func testCreateExisting(t *testing.T, h Harness) {
	h.Put(t, "taken", foreignDocument)
	h.PutFactory(t, "shipped", foreignDocument)
	h.Put(t, "invalid", invalidDocument)
	for _, name := range []string{"taken", "shipped", "invalid"} {
		_, err := h.Store.Create(t.Context(), image(name))
		var exists *elyra.ExistsError
		if !errors.Is(err, elyra.ErrExists) || !errors.As(err, &exists) {
			t.Errorf("%s: got %v, want an ExistsError", name, err)
			continue
		}
		if exists.Name != name || exists.Location == "" {
			t.Errorf("%s: the error is about %q at %q", name, exists.Name, exists.Location)
		}
		if h.Store.Traits().KnowsLevels && exists.Writable != (name != "shipped") {
			t.Errorf("%s: the error says writable %t", name, exists.Writable)
		}
		if h.Store.Traits().KnowsLevels != (exists.Origin != elyra.OriginUnknown) {
			t.Errorf("%s: the error says origin %q", name, exists.Origin)
		}
	}
	if raw, _ := h.Raw(t, "taken"); raw != foreignDocument {
		t.Errorf("the existing instance was changed to %s", raw)
	}
	if raw, found := h.Raw(t, "shipped"); found {
		t.Errorf("a copy was written: %s", raw)
	}
}

func testCreateConcurrently(t *testing.T, h Harness) {
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { _, errs[i] = h.Store.Create(t.Context(), image("contended")) })
	}
	wg.Wait()
	created := 0
	for _, err := range errs {
		switch {
		case err == nil:
			created++
		case !errors.Is(err, elyra.ErrExists):
			t.Errorf("got %v, want ErrExists", err)
		}
	}
	if created != 1 {
		t.Errorf("%d creations of one name succeeded", created)
	}
}

func testCreateRefusesName(t *testing.T, h Harness) {
	for _, name := range []string{"", "Upper", "../escape", "a/b", "a.b", "a\x00b"} {
		if _, err := h.Store.Create(t.Context(), image(name)); err == nil {
			t.Errorf("created an instance named %q", name)
		}
	}
	if instances, err := h.Store.List(t.Context(), true); err != nil || len(instances) > 0 {
		t.Errorf("there are %v, %v", instances, err)
	}
}

func testGet(t *testing.T, h Harness) {
	h.Put(t, "taken", foreignDocument)
	h.PutFactory(t, "taken", string(elyra.NewDocument(image("hidden")).Encode()))
	h.PutFactory(t, "shipped", foreignDocument)
	h.Put(t, "python-3.11-ubi9", foreignDocument)
	h.Put(t, "Upper", foreignDocument)
	for _, name := range []string{"taken", "shipped", "python-3.11-ubi9", "Upper"} {
		want := elyra.RuntimeImage{Name: name, DisplayName: "Theirs", ImageName: "them/image:1", Tags: []string{"a", "b"}}
		got, err := h.Store.Get(t.Context(), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkInstance(t, h, got, want, name != "shipped")
		if !got.Document.HasMetadata("x-owner") {
			t.Errorf("%s: unknown keys are not in the document", name)
		}
	}
	for _, name := range []string{"absent", "take", "Taken", "../taken"} {
		if _, err := h.Store.Get(t.Context(), name); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("%q: got %v, want ErrNotFound", name, err)
		}
	}
}

// testPeek: where nobody else writes, Peek is Get.
func testPeek(t *testing.T, h Harness) {
	h.Put(t, "taken", foreignDocument)
	h.PutFactory(t, "shipped", foreignDocument)
	h.Put(t, "invalid", invalidDocument)
	for _, name := range []string{"taken", "shipped", "invalid", "absent", "../taken"} {
		want, wantErr := h.Store.Get(t.Context(), name)
		got, err := h.Store.Peek(t.Context(), name)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) || got.Location != want.Location || !got.Document.Equal(want.Document) {
			t.Errorf("%s: got %+v, %v, want %+v, %v", name, got, err, want, wantErr)
		}
	}
}

func testGetInvalid(t *testing.T, h Harness) {
	h.Put(t, "invalid", invalidDocument)
	h.Put(t, "broken", brokenDocument)
	h.Put(t, "array", `[]`)
	for _, name := range []string{"invalid", "broken", "array"} {
		instance, err := h.Store.Get(t.Context(), name)
		var invalid *elyra.InvalidError
		if !errors.As(err, &invalid) {
			t.Errorf("%s: got %v, want an InvalidError", name, err)
			continue
		}
		if invalid.Name != name || invalid.Location == "" || invalid.Reason() == "" {
			t.Errorf("%s: the error says %+v", name, invalid)
		}
		if errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("%s: the error also says that there is none", name)
		}
		if readable := h.Store.Traits().ReadsInvalid && name == "invalid"; instance.Document.HasMetadata("x-owner") != readable {
			t.Errorf("%s: read %s", name, instance.Document.Compact())
		}
	}
}

func testUpdate(t *testing.T, h Harness) {
	if _, err := h.Store.Create(t.Context(), image("updated")); err != nil {
		t.Fatal(err)
	}
	full := image("updated")
	for _, want := range []elyra.RuntimeImage{
		{Name: "updated", DisplayName: "New", ImageName: "a/b:2"},
		full,
		{Name: "updated", DisplayName: full.DisplayName, ImageName: full.ImageName, Tags: []string{"other"}},
		{Name: "updated", DisplayName: full.DisplayName, ImageName: full.ImageName, PullPolicy: elyra.PullNever, PullSecret: "x1"},
	} {
		got, err := h.Store.Update(t.Context(), want)
		if err != nil {
			t.Fatal(err)
		}
		checkInstance(t, h, got, want, true)
	}
}

func testUpdateKeepsUnknownKeys(t *testing.T, h Harness) {
	h.Put(t, "theirs", foreignDocument)
	if _, err := h.Store.Update(t.Context(), image("theirs")); err != nil {
		t.Fatal(err)
	}
	raw, _ := h.Raw(t, "theirs")
	document, err := elyra.ParseDocument([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	// A server writes numbers in its own way: 1.50 becomes 1.5.
	for _, key := range []string{"x-owner", "display_name"} {
		if !document.HasMetadata(key) {
			t.Errorf("metadata.%s did not survive:\n%s", key, raw)
		}
	}
	if got, err := document.Image("theirs"); err != nil || !got.Equal(image("theirs")) {
		t.Errorf("stored %+v, %v", got, err)
	}
}

func testUpdateRepairs(t *testing.T, h Harness) {
	documents := map[string]string{"invalid": invalidDocument}
	if h.Store.Traits().RepairsBroken {
		documents["broken"] = brokenDocument
		documents["array"] = `[]`
	}
	for name, document := range documents {
		h.Put(t, name, document)
		got, err := h.Store.Update(t.Context(), image(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkInstance(t, h, got, image(name), true)
		if kept := h.Store.Traits().ReadsInvalid && name == "invalid"; got.Document.HasMetadata("x-owner") != kept {
			t.Errorf("%s: repaired to %s", name, got.Document.Compact())
		}
	}
	if h.Store.Traits().RepairsBroken {
		return
	}
	h.Put(t, "broken", brokenDocument)
	if _, err := h.Store.Update(t.Context(), image("broken")); err == nil {
		t.Error("what cannot be repaired was reported as repaired")
	}
	if raw, _ := h.Raw(t, "broken"); raw != brokenDocument {
		t.Errorf("what cannot be repaired was changed to %q", raw)
	}
}

func testUpdateHidesFactory(t *testing.T, h Harness) {
	h.PutFactory(t, "shipped", foreignDocument)
	got, err := h.Store.Update(t.Context(), image("shipped"))
	if err != nil {
		t.Fatal(err)
	}
	checkInstance(t, h, got, image("shipped"), true)
	if !got.Document.HasMetadata("x-owner") {
		t.Error("the copy lacks the unknown keys of the original")
	}
	deletion, err := h.Store.Delete(t.Context(), "shipped")
	if err != nil {
		t.Fatal(err)
	}
	if h.Store.Traits().KnowsLevels && deletion.Revealed == "" {
		t.Error("the deletion does not say that the shipped instance is back")
	}
	if got, err = h.Store.Get(t.Context(), "shipped"); err != nil || got.DisplayName != "Theirs" {
		t.Errorf("after deleting the copy: %+v, %v", got.RuntimeImage, err)
	}
}

func testUpdateAbsent(t *testing.T, h Harness) {
	if _, err := h.Store.Update(t.Context(), image("absent")); !errors.Is(err, elyra.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if raw, found := h.Raw(t, "absent"); found {
		t.Errorf("the update created %s", raw)
	}
}

func testDelete(t *testing.T, h Harness) {
	h.Put(t, "valid", foreignDocument)
	h.Put(t, "invalid", invalidDocument)
	h.Put(t, "Odd.name", foreignDocument)
	h.Put(t, "bystander", foreignDocument)
	for _, name := range []string{"valid", "invalid", "Odd.name"} {
		deletion, err := h.Store.Delete(t.Context(), name)
		if err != nil || deletion.Revealed != "" {
			t.Errorf("%s: %+v, %v", name, deletion, err)
		}
		if _, found := h.Raw(t, name); found {
			t.Errorf("%s is still there", name)
		}
		if _, err := h.Store.Get(t.Context(), name); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("%s: Get after Delete: %v", name, err)
		}
		if _, err := h.Store.Delete(t.Context(), name); !errors.Is(err, elyra.ErrNotFound) {
			t.Errorf("%s: the second Delete: %v, want ErrNotFound", name, err)
		}
	}
	if _, found := h.Raw(t, "bystander"); !found {
		t.Error("another instance was deleted")
	}
}

func testDeleteFactory(t *testing.T, h Harness) {
	h.PutFactory(t, "shipped", foreignDocument)
	_, err := h.Store.Delete(t.Context(), "shipped")
	var readOnly *elyra.ReadOnlyError
	if !errors.Is(err, elyra.ErrReadOnly) || !errors.As(err, &readOnly) || readOnly.Name != "shipped" || readOnly.Location == "" {
		t.Errorf("got %v, want a ReadOnlyError", err)
	}
	if _, err := h.Store.Get(t.Context(), "shipped"); err != nil {
		t.Errorf("it is gone: %v", err)
	}
}

func testList(t *testing.T, h Harness) {
	if got, err := h.Store.List(t.Context(), false); err != nil || len(got) > 0 {
		t.Fatalf("an empty store lists %v, %v", got, err)
	}
	h.Put(t, "zeta", foreignDocument)
	h.Put(t, "both", foreignDocument)
	h.PutFactory(t, "both", string(elyra.NewDocument(image("both")).Encode()))
	h.PutFactory(t, "shipped", string(elyra.NewDocument(image("shipped")).Encode()))
	h.Put(t, "invalid", invalidDocument)
	h.Put(t, "broken", brokenDocument)
	h.Put(t, "Upper", foreignDocument)
	// What is broken nearer does not hide what is fine further away.
	h.Put(t, "revived", brokenDocument)
	h.PutFactory(t, "revived", string(elyra.NewDocument(image("revived")).Encode()))

	got := list(t, h, false)
	if want := []string{"Upper", "both", "revived", "shipped", "zeta"}; !slices.Equal(names(got), want) {
		t.Fatalf("listed %v, want %v", names(got), want)
	}
	checkInstance(t, h, got[1], elyra.RuntimeImage{Name: "both", DisplayName: "Theirs", ImageName: "them/image:1", Tags: []string{"a", "b"}}, true)
	checkInstance(t, h, got[2], image("revived"), false)
	checkInstance(t, h, got[3], image("shipped"), false)
}

func testListInvalid(t *testing.T, h Harness) {
	h.Put(t, "fine", foreignDocument)
	h.Put(t, "invalid", invalidDocument)
	h.Put(t, "broken", brokenDocument)
	h.PutFactory(t, "broken", foreignDocument)
	got := list(t, h, true)
	if !h.Store.Traits().ListsInvalid {
		if want := []string{"broken", "fine"}; !slices.Equal(names(got), want) {
			t.Errorf("listed %v, want %v", names(got), want)
		}
		return
	}
	if want := []string{"broken", "fine", "invalid"}; !slices.Equal(names(got), want) {
		t.Fatalf("listed %v, want %v", names(got), want)
	}
	for i, wantInvalid := range []bool{true, false, true} {
		var invalid *elyra.InvalidError
		if errors.As(got[i].Invalid, &invalid) != wantInvalid {
			t.Errorf("%s: invalid: %v", got[i].Name, got[i].Invalid)
		}
	}
	if got[2].DisplayName != "Invalid" {
		t.Errorf("what can be read of an invalid instance is not listed: %+v", got[2].RuntimeImage)
	}
}

// testReadsItsWrites: a store may remember what it read, but never across its
// own writes.
func testReadsItsWrites(t *testing.T, h Harness) {
	h.Put(t, "other", foreignDocument)
	list(t, h, false)
	if _, err := h.Store.Refresh(t.Context(), "other"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Store.Create(t.Context(), image("written")); err != nil {
		t.Fatal(err)
	}
	check := func(want elyra.RuntimeImage) {
		t.Helper()
		for _, read := range []func(context.Context, string) (elyra.Instance, error){h.Store.Get, h.Store.Refresh} {
			got, err := read(t.Context(), "written")
			if err != nil {
				t.Fatal(err)
			}
			checkInstance(t, h, got, want, true)
		}
		if all := list(t, h, false); !slices.Equal(names(all), []string{"other", "written"}) {
			t.Errorf("listed %v", names(all))
		} else {
			checkInstance(t, h, all[1], want, true)
		}
	}
	check(image("written"))
	changed := elyra.RuntimeImage{Name: "written", DisplayName: "Changed", ImageName: "a/b"}
	if _, err := h.Store.Update(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	check(changed)
	if _, err := h.Store.Delete(t.Context(), "written"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Store.Get(t.Context(), "written"); !errors.Is(err, elyra.ErrNotFound) {
		t.Errorf("Get after Delete: %v", err)
	}
	if _, err := h.Store.Refresh(t.Context(), "written"); !errors.Is(err, elyra.ErrNotFound) {
		t.Errorf("Refresh after Delete: %v", err)
	}
	if got := names(list(t, h, false)); !slices.Equal(got, []string{"other"}) {
		t.Errorf("listed %v after Delete", got)
	}
}

func testCancelled(t *testing.T, h Harness) {
	h.Put(t, "kept", foreignDocument)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, createErr := h.Store.Create(ctx, image("new"))
	_, getErr := h.Store.Get(ctx, "kept")
	_, updateErr := h.Store.Update(ctx, image("kept"))
	_, deleteErr := h.Store.Delete(ctx, "kept")
	_, listErr := h.Store.List(ctx, false)
	for call, err := range map[string]error{"Create": createErr, "Get": getErr, "Update": updateErr, "Delete": deleteErr, "List": listErr} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", call, err)
		}
	}
	if raw, _ := h.Raw(t, "kept"); raw != foreignDocument {
		t.Errorf("the instance was changed to %q", raw)
	}
	if _, found := h.Raw(t, "new"); found {
		t.Error("an instance was created")
	}
}

// testListBeyond: what lives further along, but for what is hidden, is invalid, or may not be seen.
func testListBeyond(t *testing.T, h Harness) {
	h.Put(t, "near", foreignDocument)
	h.Put(t, "hidden", foreignDocument)
	for _, name := range []string{"hidden", "shipped", "too"} {
		h.PutFactory(t, name, string(elyra.NewDocument(image(name)).Encode()))
	}
	h.PutFactory(t, "invalid", invalidDocument)
	got, err := h.Store.ListBeyond(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if h.Store.Traits().KnowsLevels {
		want = []string{"shipped", "too"}
	}
	if !slices.Equal(names(got), want) {
		t.Fatalf("listed %v, want %v", names(got), want)
	}
	for _, instance := range got {
		checkInstance(t, h, instance, image(instance.Name), false)
	}
}

// testSupports: all that this provider writes is known to the Elyra under test.
func testSupports(t *testing.T, h Harness) {
	for _, property := range []string{"description", "image_name", "pull_policy", "pull_secret", "tags"} {
		if supported, err := h.Store.Supports(t.Context(), property); err != nil || !supported {
			t.Errorf("%s: %t, %v", property, supported, err)
		}
	}
}

func checkInstance(t testing.TB, h Harness, got elyra.Instance, want elyra.RuntimeImage, writable bool) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("got  %+v\nwant %+v", got.RuntimeImage, want)
	}
	if got.Location == "" {
		t.Errorf("%s has no location", got.Name)
	}
	if h.Store.Traits().KnowsLevels && got.Writable != writable {
		t.Errorf("%s at %s is writable: %t", got.Name, got.Location, got.Writable)
	}
	if knows := h.Store.Traits().KnowsLevels; knows != (got.Origin != elyra.OriginUnknown) || knows && writable != (got.Origin == elyra.OriginLocal) {
		t.Errorf("%s at %s has the origin %q", got.Name, got.Location, got.Origin)
	}
}

func list(t testing.TB, h Harness, includeInvalid bool) []elyra.Instance {
	t.Helper()
	instances, err := h.Store.List(t.Context(), includeInvalid)
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
