package provider

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// TestStoreError: the summary says what was being done, once; the detail is a
// sentence about what is in the way, with its full path, and the next step. Only
// what is about the name is put on it.
func TestStoreError(t *testing.T) {
	t.Parallel()
	p := newConnection(runtimeImageType, filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{"/data"}}))
	doing := func(err error) error { return fmt.Errorf("create runtime image %q: %w", "x", err) }
	yours := "\n\nRun Terraform as a user who can write there, or set data_dir in the provider's configuration to a directory of your own."
	for _, tt := range []struct {
		err    error
		detail string
		onName bool
	}{
		{
			&fs.PathError{Op: "openat", Path: ".x.json.1abc.tmp", Err: syscall.EACCES},
			"Permission denied: /data/metadata/runtime-images." + yours, false,
		},
		{
			errors.Join(&fs.PathError{Op: "renameat", Path: "x.json", Err: syscall.EACCES}, errors.New("and the temporary file stays")),
			"Permission denied: /data/metadata/runtime-images." + yours, false,
		},
		{
			&fs.PathError{Op: "open", Path: "/elsewhere/x.json", Err: syscall.EACCES},
			"Permission denied: /elsewhere/x.json." + yours, false,
		},
		{
			fmt.Errorf("a part of /data isn't a directory: %w", &fs.PathError{Op: "mkdir", Path: "/data/metadata", Err: syscall.ENOTDIR}),
			"A part of /data isn't a directory: /data/metadata: not a directory.\n\nSet data_dir in the provider's configuration to a directory, or to a path whose parent directory exists.", false,
		},
		{
			&fs.PathError{Op: "write", Path: ".x.json.1abc.tmp", Err: syscall.ENOSPC},
			"No space left on device: /data/metadata/runtime-images.\n\nThe disk is full. Free some space and apply again.", false,
		},
		{
			&elyra.ReadOnlyError{Name: "x", Location: "/far/x.json", Reason: "lives outside /data"},
			"\"x\" at /far/x.json lives outside /data.\n\nTo keep it, set a different name.", true,
		},
		{errors.New("something else"), "Something else.", false},
	} {
		got := p.storeError("create", "x", doing(tt.err))
		if got.Summary() != `Unable to create runtime image "x"` || got.Detail() != tt.detail {
			t.Errorf("%v is told as\n%s\n%s\nwant\n%s", tt.err, got.Summary(), got.Detail(), tt.detail)
		}
		at, onAttribute := got.(diag.DiagnosticWithPath)
		if onAttribute != tt.onName || onAttribute && !at.Path().Equal(pathName) {
			t.Errorf("%v is put on an attribute: %t", tt.err, onAttribute)
		}
	}
}

// TestExistsError: each level has its own advice, and nothing that doesn't apply. Elyra ships images and no runtimes.
func TestExistsError(t *testing.T) {
	t.Parallel()
	const shipped, mounted, later, other, importIt, forget = "Elyra ships an image", "There's a runtime with this name in the directory", "later in the search path", "already an instance", "import {", "state rm"
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
		{runtimeImageType, elyra.OriginLocal, claimRenamed, []string{other, forget}},
	} {
		conn := newConnection(tt.of, filestore.New(tt.of.kind, filestore.Config{DataDirs: []string{t.TempDir()}}))
		detail := conn.existsError(t.Context(), elyra.Instance{Name: "x", Origin: tt.origin}, tt.claim).Detail()
		for _, words := range []string{shipped, mounted, later, other, importIt, forget} {
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

// TestStoreError_file: the same from the file system itself.
func TestStoreError_file(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	provider := newTestProvider(t, file)
	config := provider.config(t, map[string]tftypes.Value{"display_name": text("X"), "image_name": text("a/b:1")})
	failed := provider.tryCreate(t, config).Diagnostics
	if len(failed) != 1 || failed[0].Summary != `Unable to create runtime image "x"` || failed[0].Attribute != nil {
		t.Fatalf("got %+v", failed)
	}
	want := "Not a directory: " + file + ".\n\nSet data_dir in the provider's configuration to a directory, or to a path whose parent directory exists."
	if failed[0].Detail != want {
		t.Errorf("got\n%s\nwant\n%s", failed[0].Detail, want)
	}
}

// TestNextStepOfDisks: each way in which a disk refuses a write has its next step, and none claims
// that nothing was changed.
func TestNextStepOfDisks(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.ENOSPC: "The disk is full. Free some space and apply again.",
		syscall.EDQUOT: "Your disk quota is used up. Free some space or ask for more, and apply again.",
		syscall.EIO:    "The disk, or the server behind it, failed. Check the system's log (dmesg), and apply again when the disk works.",
		syscall.ESTALE: "The network file system no longer knows the directory. Mount it again, and apply again.",
	} {
		err := fmt.Errorf("create runtime image %q: %w", "x", errors.Join(errno))
		if got := (&connection{instanceType: runtimeImageType}).nextStep("create", err); got != want {
			t.Errorf("%v: got\n%s\nwant\n%s", errno, got, want)
		}
	}
}
