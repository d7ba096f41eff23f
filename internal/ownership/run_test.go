package ownership_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/elyra-ai/terraform-provider-elyra/internal/ownership"
)

// TestConflicts: the last plan of each set gets the conflict, in whatever order they come, and no set
// without its last plan has one.
func TestConflicts(t *testing.T) {
	t.Parallel()
	const keep, create, replacement, destroy, rename = ownership.Keep, ownership.Create, ownership.Replace, ownership.Destroy, ownership.Rename
	const otherCreate = -1 // create, by a resource of another type
	for name, tt := range map[string]struct {
		plans []ownership.Plan
		want  ownership.Conflict
	}{
		"kept":               {[]ownership.Plan{keep}, ownership.NoConflict},
		"two new":            {[]ownership.Plan{create, create}, ownership.SameName},
		"new and existing":   {[]ownership.Plan{keep, create}, ownership.NameInUse},
		"kept twice":         {[]ownership.Plan{keep, keep}, ownership.TwoAddresses},
		"kept and destroyed": {[]ownership.Plan{keep, destroy}, ownership.TwoAddresses},
		"another label":      {[]ownership.Plan{create, destroy}, ownership.NewAddress},
		"a shifted list":     {[]ownership.Plan{replacement, rename}, ownership.PassedOn},
		"its last element":   {[]ownership.Plan{replacement, destroy}, ownership.PassedOn},
		"a name given up":    {[]ownership.Plan{create, rename}, ownership.PassedOn},
		"another type":       {[]ownership.Plan{otherCreate, destroy}, ownership.OtherType},
		"up to another type": {[]ownership.Plan{otherCreate, rename}, ownership.OtherType},
		"two types":          {[]ownership.Plan{otherCreate, create}, ownership.SameName},
	} {
		for range 2 {
			run := ownership.NewRun()
			for i, plan := range tt.plans {
				want := ownership.NoConflict
				if i == len(tt.plans)-1 {
					want = tt.want
				}
				resource := "resource"
				if plan == otherCreate {
					plan, resource = create, "other"
				}
				if got := run.Plan(plan, "x", resource); got != want {
					t.Errorf("%s: plan %d: %d, want %d", name, i, got, want)
				}
			}
			slices.Reverse(tt.plans)
		}
	}
}

// TestUnkeep: an address that's replaced after all doesn't keep its name.
func TestUnkeep(t *testing.T) {
	t.Parallel()
	run := ownership.NewRun()
	run.Plan(ownership.Keep, "x", "resource")
	run.Unkeep("x")
	if got := run.Plan(ownership.Create, "x", "resource"); got != ownership.NoConflict {
		t.Errorf("got %d", got)
	}
}

// TestLock: who waits for a name gets it when it's free, or gives up.
func TestLock(t *testing.T) {
	t.Parallel()
	run := ownership.NewRun()
	unlock, err := run.Lock(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := run.Lock(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if other, err := run.Lock(t.Context(), "y"); err != nil {
		t.Errorf("another name waits: %v", err)
	} else {
		other()
	}
	unlock()
	if _, err := run.Lock(t.Context(), "x"); err != nil {
		t.Error(err)
	}
}
