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
	type plan func(run *ownership.Run, name, resource string) ownership.Conflict
	otherType := func(plan plan) plan {
		return func(run *ownership.Run, name, _ string) ownership.Conflict { return plan(run, name, "other") }
	}
	keep, create, destroy := (*ownership.Run).PlanKeep, (*ownership.Run).PlanCreate, (*ownership.Run).PlanDestroy
	rename, replacement := (*ownership.Run).PlanRename, (*ownership.Run).PlanReplacement
	for name, tt := range map[string]struct {
		plans []plan
		want  ownership.Conflict
	}{
		"kept":               {[]plan{keep}, ownership.NoConflict},
		"two new":            {[]plan{create, create}, ownership.SameName},
		"new and existing":   {[]plan{keep, create}, ownership.NameInUse},
		"kept twice":         {[]plan{keep, keep}, ownership.TwoAddresses},
		"kept and destroyed": {[]plan{keep, destroy}, ownership.TwoAddresses},
		"another label":      {[]plan{create, destroy}, ownership.NewAddress},
		"a shifted list":     {[]plan{replacement, rename}, ownership.PassedOn},
		"its last element":   {[]plan{replacement, destroy}, ownership.PassedOn},
		"a name given up":    {[]plan{create, rename}, ownership.PassedOn},
		"another type":       {[]plan{otherType(create), destroy}, ownership.OtherType},
		"up to another type": {[]plan{otherType(create), rename}, ownership.OtherType},
		"two types":          {[]plan{otherType(create), create}, ownership.SameName},
	} {
		for range 2 {
			run := ownership.NewRun()
			for i, plan := range tt.plans {
				want := ownership.NoConflict
				if i == len(tt.plans)-1 {
					want = tt.want
				}
				if got := plan(run, "x", "resource"); got != want {
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
	run.PlanKeep("x", "resource")
	run.Unkeep("x")
	if got := run.PlanCreate("x", "resource"); got != ownership.NoConflict {
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
