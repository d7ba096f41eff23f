package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
)

// image is the configuration of a runtime image; an empty text is null.
func (s testServer) image(t *testing.T, displayName, imageName, policy, secret string) *tfprotov6.DynamicValue {
	t.Helper()
	set := map[string]tftypes.Value{}
	for name, value := range map[string]string{"display_name": displayName, "image_name": imageName, "pull_policy": policy, "pull_secret": secret} {
		if value != "" {
			set[name] = text(value)
		}
	}
	return s.config(t, set)
}

// planned is an instance as plans of one Terraform run see it.
type planned struct {
	state    *tfprotov6.DynamicValue
	identity *tfprotov6.ResourceIdentityData
	private  []byte
}

func (s testServer) read(t *testing.T, state *tfprotov6.DynamicValue) planned {
	t.Helper()
	read, err := s.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	return planned{read.NewState, read.NewIdentity, read.Private}
}

// respond plans the configuration over what was read, the zero planned for a
// creation. A nil configuration is a destroy.
func (s testServer) respond(t *testing.T, config *tfprotov6.DynamicValue, prior planned) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()
	none := s.value(t, tftypes.NewValue(s.resourceType, nil))
	if prior.state == nil {
		prior.state = none
	}
	proposed := none
	if config == nil {
		config = none
	} else {
		proposed = s.proposed(t, config, prior.state)
	}
	plan, err := s.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: resourceName, Config: config, PriorState: prior.state, ProposedNewState: proposed,
		PriorIdentity: prior.identity, PriorPrivate: prior.private,
	})
	check(t, err, nil)
	return plan
}

// plan plans as respond does, both halves of a replacement, and returns the
// warnings that Terraform shows.
func (s testServer) plan(t *testing.T, config *tfprotov6.DynamicValue, prior planned) []*tfprotov6.Diagnostic {
	t.Helper()
	plan := s.respond(t, config, prior)
	check(t, nil, plan.Diagnostics)
	if len(plan.RequiresReplace) > 0 { // Terraform drops the warnings of the second half
		check(t, nil, s.respond(t, config, planned{private: plan.PlannedPrivate}).Diagnostics)
	}
	return plan.Diagnostics
}

const twiceOf = "More than one runtime image has the image name"

// What is stored further along the search path counts, since no plan can change
// it; what is stored where the store writes may be about to be changed.
func TestImageNameTwice_stored(t *testing.T) {
	t.Parallel()
	near := writeImages(t, map[string]string{
		"near.json": document(elyra.RuntimeImage{DisplayName: "Near", ImageName: otherImageName}),
	})
	far := writeImages(t, map[string]string{
		"far.json":     document(elyra.RuntimeImage{DisplayName: "Far", ImageName: imageName, PullPolicy: elyra.PullAlways}),
		"invalid.json": document(elyra.RuntimeImage{DisplayName: "Invalid", ImageName: "quay.io/team/img:3", PullPolicy: "always"}),
	})
	for name, test := range map[string]struct {
		displayName, imageName string
		warnings               int
		texts                  []string
	}{
		"further along":    {"Mine", imageName, 1, []string{twiceOf, `far # pull_policy = "Always", pull_secret = null`, `AttributeName("image_name")`}},
		"its own place":    {"Mine", otherImageName, 0, nil},
		"invalid":          {"Mine", "quay.io/team/img:3", 0, nil},
		"another spelling": {"Mine", "quay.io/team/img:1@sha256:" + strings.Repeat("0", 64), 0, nil},
		"hidden by it":     {"Far", imageName, 1, []string{"already exists"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, near, far)
			wantWarnings(t, server.plan(t, server.image(t, test.displayName, test.imageName, "", ""), planned{}), test.warnings, test.texts...)
		})
	}
}

// Of any number of runtime images with one image name, one warns, whatever the
// order: Terraform plans ten resources at a time.
func TestImageNameTwice_planned(t *testing.T) {
	t.Parallel()
	for range 5 {
		server := newTestServer(t, t.TempDir())
		var warnings atomic.Int64
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				policy := []string{"Always", "Never"}[i%2]
				warnings.Add(int64(len(server.plan(t, server.image(t, fmt.Sprintf("Image %d", i), imageName, policy, ""), planned{}))))
			})
		}
		wg.Wait()
		if got := warnings.Load(); got != 1 {
			t.Errorf("%d warnings, want 1", got)
		}
	}
}

// applied makes two instances, and returns a server that has not seen them yet.
func applied(t *testing.T, imageNameA, imageNameB string) (server testServer, a, b *tfprotov6.DynamicValue) {
	t.Helper()
	dataDir := t.TempDir()
	server = newTestServer(t, dataDir)
	a = server.create(t, server.image(t, "A", imageNameA, "", ""))
	b = server.create(t, server.image(t, "B", imageNameB, "", ""))
	return newTestServer(t, dataDir), a, b
}

func TestImageNameTwice_changes(t *testing.T) {
	t.Parallel()
	// Unchanged: told on each plan, once.
	server, a, b := applied(t, imageName, imageName)
	first := server.plan(t, server.image(t, "A", imageName, "", ""), server.read(t, a))
	second := server.plan(t, server.image(t, "B", imageName, "", ""), server.read(t, b))
	wantWarnings(t, append(first, second...), 1, twiceOf, "    a # ", "    b # ")

	// Changed apart in the same run, in either order.
	for _, isFirst := range []bool{true, false} {
		server, a, b = applied(t, imageName, imageName)
		plans := []func(){
			func() {
				wantWarnings(t, server.plan(t, server.image(t, "A", otherImageName, "", ""), server.read(t, a)), 0)
			},
			func() { wantWarnings(t, server.plan(t, server.image(t, "B", imageName, "", ""), server.read(t, b)), 0) },
		}
		if !isFirst {
			slices.Reverse(plans)
		}
		for _, plan := range plans {
			plan()
		}
	}

	// Destroyed.
	server, a, b = applied(t, imageName, imageName)
	wantWarnings(t, server.plan(t, nil, server.read(t, b)), 0)
	wantWarnings(t, server.plan(t, server.image(t, "A", imageName, "", ""), server.read(t, a)), 0)

	// What is not known yet is not compared.
	unknown := server.config(t, map[string]tftypes.Value{
		"display_name": text("Unknown"), "image_name": tftypes.NewValue(tftypes.String, tftypes.UnknownValue),
	})
	wantWarnings(t, server.plan(t, unknown, planned{}), 0)
}

func TestImageNameTwice_replaced(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	server := newTestServer(t, dataDir)
	state := server.create(t, server.image(t, "A", imageName, "Always", ""))
	server = newTestServer(t, dataDir)
	renamed := server.config(t, map[string]tftypes.Value{
		"display_name": text("A"), "name": text("renamed"), "image_name": text(imageName), "pull_policy": text("Never"),
	})
	wantWarnings(t, server.plan(t, renamed, planned{state: state}), 0) // unread, as with -refresh=false
}

// silentStore is a store that does not answer when it is to list.
type silentStore struct {
	elyra.Store

	asked int
}

func (s *silentStore) List(context.Context, bool) ([]elyra.Instance, error) {
	s.asked++
	return nil, errors.New("no answer")
}

// A store that does not answer is asked once, and not at all where Terraform was
// told to refresh nothing and nothing changes.
func TestImageNameTwice_noAnswer(t *testing.T) {
	t.Parallel()
	store := &silentStore{Store: filestore.New(filestore.Config{DataDirs: []string{t.TempDir()}})}
	server := newStoreServer(t, store)
	config := server.config(t, map[string]tftypes.Value{"display_name": text("A"), "image_name": text(imageName), "overwrite": tftypes.NewValue(tftypes.Bool, true)})
	state := server.create(t, config)

	server.reconfigure(t)
	store.asked = 0
	wantWarnings(t, server.plan(t, config, planned{state: state}), 0)
	if store.asked != 0 {
		t.Errorf("asked %d times although nothing is refreshed", store.asked)
	}
	for i := range 3 {
		other := server.config(t, map[string]tftypes.Value{"display_name": text(fmt.Sprintf("Other %d", i)), "image_name": text(imageName), "overwrite": tftypes.NewValue(tftypes.Bool, true)})
		server.plan(t, other, planned{})
	}
	if store.asked != 1 {
		t.Errorf("asked %d times, want once", store.asked)
	}
}

// schemaStore is a store whose Elyra knows only some properties.
type schemaStore struct {
	elyra.Store

	properties []string
	err        error
	asked      int
}

func (s *schemaStore) Supports(_ context.Context, property string) (bool, error) {
	s.asked++
	return slices.Contains(s.properties, property), s.err
}

func TestSchemaWarnings(t *testing.T) {
	t.Parallel()
	store := &schemaStore{
		Store:      filestore.New(filestore.Config{DataDirs: []string{t.TempDir()}}),
		properties: []string{"description", "image_name", "pull_policy", "tags"},
	}
	server := newStoreServer(t, store)
	config := server.image(t, "A", imageName, "Always", "regcred")

	wantWarnings(t, server.plan(t, config, planned{}), 1, "does not know pull_secret", `AttributeName("pull_secret")`)
	wantWarnings(t, server.plan(t, server.image(t, "B", otherImageName, "Always", ""), planned{}), 0)

	server.reconfigure(t)
	state := server.create(t, config)
	server.reconfigure(t)
	store.asked = 0
	wantWarnings(t, server.plan(t, config, server.read(t, state)), 0)
	if store.asked != 0 {
		t.Errorf("an unchanged plan asked for the schema %d times", store.asked)
	}

	wantWarnings(t, server.plan(t, server.image(t, "Least", "a/b:1", "", ""), planned{}), 0)
	if store.asked != 0 {
		t.Errorf("a plan that uses none of the properties asked for the schema %d times", store.asked)
	}

	store.err = errors.New("no answer")
	wantWarnings(t, server.plan(t, server.image(t, "C", "a/c:1", "Always", "regcred"), planned{}), 0)
}
