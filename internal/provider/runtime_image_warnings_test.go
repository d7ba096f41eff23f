package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

const twiceOf = "More than one runtime image has the image name"

// Images later in the search path count, since no plan can change
// it; what is stored where the store writes may be about to be changed.
func TestImageNameTwice_stored(t *testing.T) {
	t.Parallel()
	near := writeImages(t, map[string]string{
		"near.json": document(elyra.RuntimeImage{DisplayName: "Near", ImageName: otherImageName}),
	})
	far := writeImages(t, map[string]string{
		"far.json":     document(elyra.RuntimeImage{DisplayName: "Far", ImageName: imageName, PullPolicy: "Always"}),
		"invalid.json": document(elyra.RuntimeImage{DisplayName: "Invalid", ImageName: "quay.io/team/img:3", PullPolicy: "always"}),
	})
	for name, test := range map[string]struct {
		displayName, imageName string
		warnings               int
		texts                  []string
	}{
		"later":            {"Mine", imageName, 1, []string{twiceOf, `far # pull_policy = "Always", pull_secret = null`, `AttributeName("image_name")`}},
		"its own place":    {"Mine", otherImageName, 0, nil},
		"invalid":          {"Mine", "quay.io/team/img:3", 0, nil},
		"another spelling": {"Mine", "quay.io/team/img:1@sha256:" + strings.Repeat("0", 64), 0, nil},
		"hidden by it":     {"Far", imageName, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := newTestProvider(t, near, far)
			config := provider.config(t, set("display_name", test.displayName, "image_name", test.imageName, "overwrite", true))
			wantWarnings(t, provider.plan(t, config, planned{}), test.warnings, test.texts...)
		})
	}
}

// Of any number of runtime images with one image name, one warns, whatever the
// order: Terraform plans ten resources at a time.
func TestImageNameTwice_planned(t *testing.T) {
	t.Parallel()
	for range 5 {
		provider := newTestProvider(t, t.TempDir())
		var warnings atomic.Int64
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				policy := []string{"Always", "Never"}[i%2]
				warnings.Add(int64(len(provider.plan(t, provider.image(t, fmt.Sprintf("Image %d", i), imageName, policy, ""), planned{}))))
			})
		}
		wg.Wait()
		if got := warnings.Load(); got != 1 {
			t.Errorf("%d warnings, want 1", got)
		}
	}
}

// TestImageNameTwice_changes: of two images, those count that have one name when they're planned, whatever the order.
func TestImageNameTwice_changes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		planned  [2]string // image names; "" destroys
		warnings int
		texts    []string
	}{
		{[2]string{imageName, imageName}, 1, []string{twiceOf, "    a # ", "    b # "}},
		{[2]string{otherImageName, imageName}, 0, nil},
		{[2]string{imageName, ""}, 0, nil},
	} {
		for _, order := range [][]int{{0, 1}, {1, 0}} {
			provider := newTestProvider(t, t.TempDir())
			names := []string{"A", "B"}
			var states []*tfprotov6.DynamicValue
			for _, name := range names {
				states = append(states, provider.create(t, provider.image(t, name, imageName, "", "")))
			}
			provider.reconfigure(t)
			var warnings []*tfprotov6.Diagnostic
			for _, i := range order {
				var config *tfprotov6.DynamicValue
				if test.planned[i] != "" {
					config = provider.image(t, names[i], test.planned[i], "", "")
				}
				warnings = append(warnings, provider.plan(t, config, provider.read(t, states[i]))...)
			}
			wantWarnings(t, warnings, test.warnings, test.texts...)
		}
	}
	provider := newTestProvider(t, t.TempDir())
	unknown := provider.config(t, set("display_name", "Unknown", "image_name", tftypes.NewValue(tftypes.String, tftypes.UnknownValue)))
	wantWarnings(t, provider.plan(t, unknown, planned{}), 0)
}

func TestImageNameTwice_replaced(t *testing.T) {
	t.Parallel()
	provider := newTestProvider(t, t.TempDir())
	state := provider.create(t, provider.image(t, "A", imageName, "Always", ""))
	provider.reconfigure(t)
	renamed := provider.config(t, set("display_name", "A", "name", "renamed", "image_name", imageName, "pull_policy", "Never"))
	wantWarnings(t, provider.plan(t, renamed, planned{state: state}), 0) // unread, as with -refresh=false
}

// A store that doesn't answer is asked once, and not at all where Terraform was
// told to refresh nothing and nothing changes.
func TestImageNameTwice_noAnswer(t *testing.T) {
	t.Parallel()
	store := newCountingStore(elyra.RuntimeImages, t.TempDir())
	store.listErr = errors.New("no answer")
	provider := newStoreProvider(t, store)
	config := provider.image(t, "A", imageName, "", "")
	state := provider.create(t, config)

	provider.reconfigure(t)
	clear(store.asked)
	wantWarnings(t, provider.plan(t, config, planned{state: state}), 0)
	if len(store.asked) != 0 {
		t.Errorf("asked %v although nothing is refreshed", store.asked)
	}
	for i := range 3 {
		provider.plan(t, provider.image(t, fmt.Sprintf("Other %d", i), imageName, "", ""), planned{})
	}
	if store.asked["List"] != 1 {
		t.Errorf("asked %v, want one list", store.asked)
	}
}

// schemaStore is a store whose Elyra has only some properties.
type schemaStore struct {
	elyra.Store

	properties map[string][]any
	err        error
	asked      int
}

func (s *schemaStore) Properties(context.Context, string) (map[string][]any, error) {
	s.asked++
	return s.properties, s.err
}

func TestSchemaWarnings(t *testing.T) {
	t.Parallel()
	store := &schemaStore{
		Store:      filestore.New(elyra.RuntimeImages, filestore.Config{DataDirs: []string{t.TempDir()}}),
		properties: map[string][]any{"description": nil, "image_name": nil, "pull_policy": {"Always", "IfNotPresent"}, "tags": nil},
	}
	provider := newStoreProvider(t, store)
	config := provider.image(t, "A", imageName, "Always", "regcred")

	wantWarnings(t, provider.plan(t, config, planned{}), 1, "doesn't have pull_secret", `AttributeName("pull_secret")`)
	wantWarnings(t, provider.plan(t, provider.image(t, "B", otherImageName, "Always", ""), planned{}), 0)
	wantWarnings(t, provider.plan(t, provider.image(t, "C", "a/b:2", "Never", ""), planned{}), 1, `doesn't have pull_policy = "Never"`)

	provider.reconfigure(t)
	state := provider.create(t, config)
	provider.reconfigure(t)
	store.asked = 0
	wantWarnings(t, provider.plan(t, config, provider.read(t, state)), 0)
	if store.asked != 0 {
		t.Errorf("an unchanged plan asked for the schema %d times", store.asked)
	}

	wantWarnings(t, provider.plan(t, provider.image(t, "Least", "a/b:1", "", ""), planned{}), 0)
	if store.asked != 0 {
		t.Errorf("a plan that uses none of the properties asked for the schema %d times", store.asked)
	}

	store.err = errors.New("no answer")
	wantWarnings(t, provider.plan(t, provider.image(t, "C", "a/c:1", "Always", "regcred"), planned{}), 0)
}

// Images later in the search path count where an image is created or
// changed. A plan without change doesn't read it.
func TestImageNameTwice_beyond(t *testing.T) {
	t.Parallel()
	near, far := writeImages(t, nil), writeImages(t, map[string]string{
		"far.json": document(elyra.RuntimeImage{DisplayName: "Far", ImageName: imageName}),
	})
	provider := newTestProvider(t, near, far)
	mine := provider.image(t, "Mine", imageName, "", "")
	state := provider.create(t, mine)

	provider.reconfigure(t)
	wantWarnings(t, provider.plan(t, mine, provider.read(t, state)), 0)

	provider.reconfigure(t)
	changed := provider.image(t, "Mine", imageName, "Always", "")
	wantWarnings(t, provider.plan(t, changed, provider.read(t, state)), 1, twiceOf, "    far # ", "    mine # ")
}
