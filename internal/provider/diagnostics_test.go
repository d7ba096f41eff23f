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
	p := place{store: filestore.New(filestore.Config{DataDirs: []string{"/data"}})}
	doing := func(err error) error { return fmt.Errorf("update runtime image %q: %w", "x", err) }
	yours := "\n\nRun Terraform as a user who may write there, or set data_dir in the provider's configuration to a directory that is yours."
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
			fmt.Errorf("a part of /data is not a directory: %w", &fs.PathError{Op: "mkdir", Path: "/data/metadata", Err: syscall.ENOTDIR}),
			"A part of /data is not a directory: /data/metadata: not a directory.\n\nSet data_dir in the provider's configuration to a directory, or to a path whose parent directory exists.", false,
		},
		{
			&fs.PathError{Op: "write", Path: ".x.json.1abc.tmp", Err: syscall.ENOSPC},
			"No space left on device: /data/metadata/runtime-images.\n\nThe disk is full. Make room and apply again.", false,
		},
		{
			&elyra.ReadOnlyError{Name: "x", Location: "/far/x.json", Reason: "lives outside /data"},
			"Runtime image \"x\" at /far/x.json lives outside /data.\n\nChange it where it comes from, or stop managing it, which leaves it as it is:\n\n    terraform state rm 'elyra_runtime_image.<label>' # x", true,
		},
		{errors.New("something else"), "Something else.", false},
	} {
		got := p.storeError("update", "x", doing(tt.err))
		if got.Summary() != `Unable to update runtime image "x"` || got.Detail() != tt.detail {
			t.Errorf("%v is told as\n%s\n%s\nwant\n%s", tt.err, got.Summary(), got.Detail(), tt.detail)
		}
		at, onAttribute := got.(diag.DiagnosticWithPath)
		if onAttribute != tt.onName || onAttribute && !at.Path().Equal(pathName) {
			t.Errorf("%v is put on an attribute: %t", tt.err, onAttribute)
		}
	}
}

// TestExistsError: where an instance comes from is said of what ships with Elyra, and of that alone.
func TestExistsError(t *testing.T) {
	t.Parallel()
	const shipped, further, hide = "(shipped with Elyra)", "(further along the search path", "overwrite = true to hide it behind this one"
	for _, tt := range []struct {
		exists elyra.ExistsError
		words  []string
	}{
		{elyra.ExistsError{Origin: elyra.OriginFactory}, []string{shipped, hide}},
		{elyra.ExistsError{Origin: elyra.OriginShared}, []string{further, hide}},
		{elyra.ExistsError{Origin: elyra.OriginLocal, Writable: true}, nil},
		{elyra.ExistsError{Origin: elyra.OriginUnknown, Writable: true}, nil},
	} {
		detail := existsError(&tt.exists).Detail()
		for _, words := range []string{shipped, further, hide} {
			if strings.Contains(detail, words) != slices.Contains(tt.words, words) {
				t.Errorf("%q: %q is said wrongly, or is not said:\n%s", tt.exists.Origin, words, detail)
			}
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
	want := "A part of " + filepath.Dir(imagePath(file, "x")) + " is not a directory.\n\nSet data_dir in the provider's configuration to a directory, or to a path whose parent directory exists."
	if failed[0].Detail != want {
		t.Errorf("got\n%s\nwant\n%s", failed[0].Detail, want)
	}
}

// TestNextStepOfDisks: each way in which a disk refuses a write has its next step, and none claims
// that nothing was changed.
func TestNextStepOfDisks(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.ENOSPC: "The disk is full. Make room and apply again.",
		syscall.EDQUOT: "The quota of the user that Terraform runs as is used up. Make room, or have it raised, and apply again.",
		syscall.EIO:    "The disk, or the server behind it, failed. See the system's log (dmesg), and apply again once the disk works.",
		syscall.ESTALE: "The network file system no longer knows the directory. Mount it again, and apply again.",
	} {
		err := fmt.Errorf("create runtime image %q: %w", "x", errors.Join(errno))
		if got := nextStep(err); got != want {
			t.Errorf("%v: got\n%s\nwant\n%s", errno, got, want)
		}
	}
}
