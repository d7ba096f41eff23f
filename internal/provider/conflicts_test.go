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
}

func (s testServer) read(t *testing.T, state *tfprotov6.DynamicValue) planned {
	t.Helper()
	read, err := s.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: resourceName, CurrentState: state})
	check(t, err, read.Diagnostics)
	return planned{read.NewState, read.NewIdentity}
}

// plan plans the configuration over what was read, the zero planned for a
// creation, and returns the warnings. A nil configuration is a destroy.
func (s testServer) plan(t *testing.T, config *tfprotov6.DynamicValue, prior planned) []*tfprotov6.Diagnostic {
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
		TypeName: resourceName, Config: config, PriorState: prior.state, ProposedNewState: proposed, PriorIdentity: prior.identity,
	})
	check(t, err, plan.Diagnostics)
	if len(plan.RequiresReplace) > 0 { // as Terraform goes on
		return append(plan.Diagnostics, s.plan(t, config, planned{})...)
	}
	return plan.Diagnostics
}

const voidIf = "Disregard this if the same run changes it"

func TestConflicts_stored(t *testing.T) {
	t.Parallel()
	dataDir := writeImages(t, map[string]string{
		"stored.json":  document(elyra.RuntimeImage{DisplayName: "Stored", ImageName: imageName, PullPolicy: elyra.PullAlways, PullSecret: "regcred"}),
		"invalid.json": document(elyra.RuntimeImage{DisplayName: "Invalid", ImageName: otherImageName, PullPolicy: "always"}),
	})
	for name, test := range map[string]struct {
		imageName, policy, secret string
		warnings                  int
		texts                     []string
	}{
		"another policy": {imageName, "Never", "regcred", 1, []string{
			`"mine" and "stored"`, imagePath(dataDir, "stored"), `pull_policy = "Always" there and "Never" here`, voidIf, `AttributeName("pull_policy")`,
		}},
		"no secret":        {imageName, "Always", "", 1, []string{`pull_secret = "regcred" there and null here`, `AttributeName("pull_secret")`}},
		"both":             {imageName, "", "", 1, []string{`pull_policy = "Always" there and null here, and pull_secret`, `AttributeName("pull_policy")`}},
		"the same":         {imageName, "Always", "regcred", 0, nil},
		"another image":    {otherImageName, "Never", "", 0, nil}, // and the invalid one is none to Elyra
		"another spelling": {"quay.io/team/img:1@sha256:" + strings.Repeat("0", 64), "Never", "", 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newTestServer(t, dataDir)
			wantWarnings(t, server.plan(t, server.image(t, "Mine", test.imageName, test.policy, test.secret), planned{}), test.warnings, test.texts...)
		})
	}
}

func TestConflicts_planned(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	server := newTestServer(t, dataDir)
	wantWarnings(t, server.plan(t, server.image(t, "One", imageName, "Always", ""), planned{}), 0)
	wantWarnings(t, server.plan(t, server.image(t, "Other", otherImageName, "Never", ""), planned{}), 0)
	warnings := server.plan(t, server.image(t, "Two", imageName, "Never", ""), planned{})
	wantWarnings(t, warnings, 1, `"two" and "one"`, imagePath(dataDir, "one"))
	if strings.Contains(warnings[0].Detail, voidIf) {
		t.Error("what is planned is said to be stored")
	}
	told := server.plan(t, server.image(t, "Two", imageName, "Never", ""), planned{}) // of the conflict, once
	wantWarnings(t, told, 1, "Two resources have the name")

	unknown := server.config(t, map[string]tftypes.Value{
		"display_name": text("Three"), "image_name": text(imageName), "pull_policy": tftypes.NewValue(tftypes.String, tftypes.UnknownValue),
	})
	wantWarnings(t, server.plan(t, unknown, planned{}), 0)
}

// Terraform plans ten resources at a time. Of each pair that disagrees, one warns.
func TestConflicts_concurrent(t *testing.T) {
	t.Parallel()
	const half = 10
	server := newTestServer(t, t.TempDir())
	var warnings atomic.Int64
	var wg sync.WaitGroup
	for i := range 2 * half {
		wg.Go(func() {
			policy := []string{"Always", "Never"}[i%2]
			warnings.Add(int64(len(server.plan(t, server.image(t, fmt.Sprintf("Image %d", i), imageName, policy, ""), planned{}))))
		})
	}
	wg.Wait()
	if got := warnings.Load(); got != half*half {
		t.Errorf("%d warnings, want %d", got, half*half)
	}
}

// applied makes two instances of one image name, and returns a server that has
// not seen them yet.
func applied(t *testing.T, policyA, policyB string) (server testServer, a, b *tfprotov6.DynamicValue) {
	t.Helper()
	dataDir := t.TempDir()
	server = newTestServer(t, dataDir)
	a = server.create(t, server.image(t, "A", imageName, policyA, ""))
	b = server.create(t, server.image(t, "B", imageName, policyB, ""))
	return newTestServer(t, dataDir), a, b
}

func TestConflicts_unchanged(t *testing.T) {
	t.Parallel()
	server, a, b := applied(t, "Always", "Never")
	first := server.plan(t, server.image(t, "A", imageName, "Always", ""), server.read(t, a))
	second := server.plan(t, server.image(t, "B", imageName, "Never", ""), server.read(t, b))
	wantWarnings(t, append(first, second...), 1, `"a" and "b"`)

	server, a, b = applied(t, "Always", "Always")
	first = server.plan(t, server.image(t, "A", imageName, "Always", ""), server.read(t, a))
	second = server.plan(t, server.image(t, "B", imageName, "Always", ""), server.read(t, b))
	wantWarnings(t, append(first, second...), 0)
}

func TestConflicts_changedTogether(t *testing.T) {
	t.Parallel()
	server, a, b := applied(t, "Always", "Always")
	readA, readB := server.read(t, a), server.read(t, b)
	wantWarnings(t, server.plan(t, server.image(t, "A", imageName, "Never", ""), readA), 0)
	wantWarnings(t, server.plan(t, server.image(t, "B", imageName, "Never", ""), readB), 0)

	// Both seen, one changed: the other one's plan tells.
	server, a, b = applied(t, "Always", "Always")
	readA, readB = server.read(t, a), server.read(t, b)
	wantWarnings(t, server.plan(t, server.image(t, "A", imageName, "Never", ""), readA), 0)
	wantWarnings(t, server.plan(t, server.image(t, "B", imageName, "Always", ""), readB), 1, `"b" and "a"`)
}

func TestConflicts_destroyed(t *testing.T) {
	t.Parallel()
	server, a, b := applied(t, "Always", "Always")
	wantWarnings(t, server.plan(t, nil, server.read(t, b)), 0)
	wantWarnings(t, server.plan(t, server.image(t, "A", imageName, "Never", ""), server.read(t, a)), 0)

	// Destroyed here, and taken over by another resource of the same name.
	server, a, b = applied(t, "Always", "Always")
	wantWarnings(t, server.plan(t, server.image(t, "B", imageName, "Always", ""), server.read(t, b)), 0)
	wantWarnings(t, server.plan(t, nil, server.read(t, b)), 0)
	wantWarnings(t, server.plan(t, server.image(t, "A", imageName, "Never", ""), server.read(t, a)), 1, `"a" and "b"`)
}

func TestConflicts_replaced(t *testing.T) {
	t.Parallel()
	dataDir := t.TempDir()
	server := newTestServer(t, dataDir)
	state := server.create(t, server.image(t, "A", imageName, "Always", ""))
	server = newTestServer(t, dataDir)
	renamed := server.config(t, map[string]tftypes.Value{
		"display_name": text("A"), "name": text("renamed"), "image_name": text(imageName), "pull_policy": text("Never"),
	})
	prior := planned{state: state} // unread, as with -refresh=false
	wantWarnings(t, server.plan(t, renamed, prior), 0)
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
func TestConflicts_noAnswer(t *testing.T) {
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
	read := server.read(t, state)
	for range 3 {
		wantWarnings(t, server.plan(t, config, read), 0)
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

	state := server.create(t, config)
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
	wantWarnings(t, server.plan(t, server.image(t, "C", imageName, "Always", "regcred"), planned{}), 0)
}
