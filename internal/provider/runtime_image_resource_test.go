package provider

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/elyratest"
)

// TestRead_outside: what others have broken is a warning, and what they have deleted leaves the state.
// Terraform before 1.12 keeps no identity, and the framework fails where it is still null then.
func TestRead_outside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	provider := newTestProvider(t, dir)
	state := provider.create(t, provider.image(t, "Broken", imageName, "", ""))
	path := putDocument(t, dir, "broken", "{\n  oops\n}")
	_, warnings := provider.refresh(t, planned{state: state})
	wantWarning(t, warnings, `Runtime image "broken" is invalid`, path, "line 2, column 3", "replaces the whole document")
	check(t, os.Remove(path), nil)
	if got := provider.attributes(t, provider.read(t, state).state); len(got) > 0 {
		t.Errorf("the state is still %v", got)
	}
}

// TestReplaceHidesAgain: a replacement of an imported image that hides another one hides it again. After a
// deletion in another run, the other one is in the way.
func TestReplaceHidesAgain(t *testing.T) {
	near, far := t.TempDir(), t.TempDir()
	putDocument(t, far, "shipped", anyDocument)
	putDocument(t, near, "shipped", anyDocument)
	provider := newTestProvider(t, near, far)
	config := provider.image(t, "Shipped", imageName, "", "")
	run := provider.reconfigure(t)
	run.destroy(t, provider.imported(t, "shipped"))
	run.create(t, config)
	if got := readFile(t, imagePath(near, "shipped")); !strings.Contains(got, `"Shipped"`) {
		t.Errorf("stored is %s", got)
	}

	provider.reconfigure(t).destroy(t, provider.imported(t, "shipped"))
	got := provider.reconfigure(t).respond(t, config, planned{}).Diagnostics
	if len(got) != 1 || !isError(got[0]) || !strings.Contains(got[0].Detail, imagePath(far, "shipped")) {
		t.Errorf("got %+v", got)
	}
}

// TestDestroyDeliveredTwice: a proxy delivers a DELETE twice, and the second one
// finds what the deleted instance hid, and may not delete it. That is a success,
// whether Terraform created the instance or imported it; what only an administrator
// can delete stays an error.
func TestDestroyDeliveredTwice(t *testing.T) {
	twice := func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		next.ServeHTTP(w, r)
	}
	ours := document(elyra.RuntimeImage{Name: "mine", DisplayName: "Mine", ImageName: "a/b:1"})
	attributes := set("name", "mine", "display_name", "Mine", "image_name", "a/b:1", "overwrite", true)
	for name, imported := range map[string]bool{"created": false, "imported": true} {
		t.Run(name, func(t *testing.T) {
			server := elyratest.New(t, elyratest.Options{})
			server.Put(elyratest.Factory, "mine", anyDocument)
			provider := configured(t, set("endpoint", server.URL))
			var prior planned
			if imported {
				server.Put(elyratest.Writable, "mine", ours)
				prior = provider.imported(t, "mine")
			} else {
				prior = provider.created(t, provider.config(t, attributes))
			}
			server.Inject(elyratest.Fault{Method: "DELETE", Do: twice})
			wantWarnings(t, provider.reconfigure(t).destroy(t, prior), 1, `Runtime image "mine" is visible again`)
			if _, found := server.Raw(elyratest.Writable, "mine"); found {
				t.Error("it is still there")
			}
			if raw, _ := server.Raw(elyratest.Factory, "mine"); raw != anyDocument {
				t.Errorf("what it hid is now %q", raw)
			}
		})
	}
	t.Run("protected", func(t *testing.T) {
		server := elyratest.New(t, elyratest.Options{})
		server.Put(elyratest.Factory, "mine", ours)
		provider := configured(t, set("endpoint", server.URL))
		prior := provider.imported(t, "mine")
		got := provider.reconfigure(t).destroy(t, prior)
		if len(got) != 1 || !isError(got[0]) || !strings.Contains(got[0].Detail, "terraform state rm") {
			t.Errorf("got %+v", got)
		}
	})
}
