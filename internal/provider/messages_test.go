package provider

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// TestStoreError: the summary says what was being done, once; the detail is a
// sentence about what is in the way, with its full path, and the next step. Only
// what is about the name is put on it.
func TestStoreError(t *testing.T) {
	t.Parallel()
	p := newConnection(runtimeImageType, filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{"/data"}}))
	const file = "/data/metadata/runtime-images/x.json"
	disk := func(errno syscall.Errno) error { return &fs.PathError{Op: "write", Path: file, Err: errno} }
	const yours = "\n\nRun Terraform as a user who can write there, or set data_dir in the provider's configuration to a directory of your own."
	const directory = "\n\nSet data_dir in the provider's configuration to a directory, or to a path whose parent directory exists."
	for _, tt := range []struct {
		err    error
		detail string
		onName bool
	}{
		{disk(syscall.EACCES), "Permission denied: " + file + "." + yours, false},
		{
			fmt.Errorf("a part of /data isn't a directory: %w", &fs.PathError{Op: "mkdir", Path: "/data/metadata", Err: syscall.ENOTDIR}),
			"A part of /data isn't a directory: mkdir /data/metadata: not a directory." + directory, false,
		},
		{disk(syscall.ENOSPC), "No space left on device: " + file + ".", false},
		{disk(syscall.EROFS), "Read-only file system: " + file + ".\n\nThe file system is read-only. Set data_dir to a writable directory, or mount the file system writable.", false},
		{&elyra.ReadOnlyError{Name: "x", Location: "/far/x.json", Reason: "lives outside /data"}, "\"x\" at /far/x.json lives outside /data.\n\nTo keep it, set a different name.", true},
		{errors.New("something else"), "Something else.", false},
	} {
		got := p.storeError("create", "x", tt.err)
		if got.Summary() != `Unable to create runtime image "x"` || got.Detail() != tt.detail {
			t.Errorf("%v is told as\n%s\n%s\nwant\n%s", tt.err, got.Summary(), got.Detail(), tt.detail)
		}
		at, onAttribute := got.(diag.DiagnosticWithPath)
		if onAttribute != tt.onName || onAttribute && !at.Path().Equal(pathName) {
			t.Errorf("%v is put on an attribute: %t", tt.err, onAttribute)
		}
	}
	// The same from the file system itself.
	notDirectory := filepath.Join(t.TempDir(), "file")
	writeFile(t, notDirectory, "")
	provider := newTestProvider(t, notDirectory)
	failed := provider.tryCreate(t, provider.image(t, "X", imageName, "", "")).Diagnostics
	if len(failed) != 1 || failed[0].Summary != `Unable to create runtime image "x"` || failed[0].Attribute != nil || failed[0].Detail != "Not a directory: "+notDirectory+"."+directory {
		t.Errorf("got %+v", failed)
	}
}

// TestExistsError: each level has its own advice, and nothing that doesn't apply. Elyra ships images and no runtimes.
func TestExistsError(t *testing.T) {
	t.Parallel()
	const shipped, mounted, later, other, importIt, createFirst, forget = "Elyra ships an image", "There's a runtime with this name in the directory", "later in the search path", "already an instance", "import {", "create_before_destroy", "state rm"
	for _, tt := range []struct {
		of     *instanceType
		origin elyra.Origin
		claim  claim
		words  []string
	}{
		{runtimeImageType, elyra.OriginFactory, claimNew, []string{shipped}},
		{kubeflowPipelinesType, elyra.OriginFactory, claimNew, []string{mounted}},
		{runtimeImageType, elyra.OriginShared, claimNew, []string{later}},
		{runtimeImageType, elyra.OriginLocal, claimNew, []string{other, importIt}},
		{runtimeImageType, elyra.OriginUnknown, claimNew, []string{other, importIt}},
		{runtimeImageType, elyra.OriginFactory, claimApplied, []string{shipped}},
		{runtimeImageType, elyra.OriginLocal, claimApplied, []string{other, importIt, createFirst}},
		{runtimeImageType, elyra.OriginLocal, claimRenamed, []string{other, forget}},
	} {
		conn := newConnection(tt.of, filestore.New(tt.of.kind, filestore.Config{DataDirs: []string{t.TempDir()}}))
		detail := conn.existsError(t.Context(), elyra.Instance{Name: "x", Origin: tt.origin}, tt.claim).Detail()
		for _, words := range []string{shipped, mounted, later, other, importIt, createFirst, forget} {
			if strings.Contains(detail, words) != slices.Contains(tt.words, words) {
				t.Errorf("%q: %q is wrong:\n%s", tt.origin, words, detail)
			}
		}
		// A plan compares no secrets.
		warning := conn.existsWarning(t.Context(), elyra.Instance{Name: "x", Origin: tt.origin}).Detail()
		if strings.Contains(warning, "except for secrets that aren't in the plan") != (tt.of == kubeflowPipelinesType) {
			t.Errorf("the warning of an %s claims to have compared something else:\n%s", tt.of.name, warning)
		}
	}
}

func TestUnsavableAdvice(t *testing.T) {
	t.Parallel()
	for name, openDataHub := range map[string]bool{
		"datascience-python-3.12-ubi9": true, "python-3.11": true, "1.2.3": true, "under_score.dot": true,
		"Upper": false, "Python-3.11": false, ".hidden": false, "a..b": false, "a.": false, "1st": false, "größe.1": false,
	} {
		got := runtimeImageType.unsavableAdvice(name)
		if !strings.Contains(got, "Rename the file") || strings.Contains(got, "In a workbench of Open Data Hub") != openDataHub || strings.Contains(got, "It comes from") {
			t.Errorf("%s: %s", name, got)
		}
		if got := airflowType.unsavableAdvice(name); strings.Contains(got, "image") || strings.Contains(got, "Open Data Hub") {
			t.Errorf("the runtime %s: %s", name, got)
		}
	}
}
