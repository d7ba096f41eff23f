package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// This file finds and removes what a place has besides an exclusive set of names.

// refusals are the instances that a server refused to delete, since they are further
// along its search path, by name with the fingerprint of the document. A server does
// not tell the levels. One whose document has changed may be another, which can be
// deleted.
type refusals map[string]string

const refusedKey = "refused"

// loadRefused reads the refusals from private state; none of what cannot be read.
func loadRefused(ctx context.Context, private privateState) (refused refusals) {
	data, _ := private.GetKey(ctx, refusedKey)
	_ = json.Unmarshal(data, &refused) // written by save
	return refused
}

func (refused refusals) save(ctx context.Context, private privateState) diag.Diagnostics {
	if len(refused) == 0 {
		return private.SetKey(ctx, refusedKey, nil)
	}
	data, _ := json.Marshal(refused) // strings
	return private.SetKey(ctx, refusedKey, data)
}

// extras returns what is where the store writes, but for these names and for what
// was refused before. It asks again each time: what it finds is going to be removed.
func (c *connection) extras(ctx context.Context, names []string, refused refusals) ([]elyra.Instance, error) {
	instances, err := c.store.List(ctx, true)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(instances, func(instance elyra.Instance) bool {
		known, wasRefused := refused[instance.Name]
		return !instance.Writable || slices.Contains(names, instance.Name) || wasRefused && known == fingerprint(instance.Document)
	}), nil
}

// discardAll removes the instances of these names and goes on where one cannot be
// removed. It returns the refusals, those of before among them.
func (c *connection) discardAll(ctx context.Context, names []string, before refusals) (after refusals, diags diag.Diagnostics) {
	after = refusals{}
	maps.Copy(after, before)
	var refused, revealed []string
	for _, name := range names {
		left, err := c.discard(ctx, name)
		var readOnly *elyra.ReadOnlyError
		switch {
		case errors.As(err, &readOnly):
			refused = append(refused, name)
		case err != nil:
			diags.Append(c.discardError(name, err))
			continue
		case left != nil:
			revealed = append(revealed, left.Location)
		}
		if left != nil {
			after[name] = fingerprint(left.Document)
		}
	}
	if len(refused) > 0 {
		diags.Append(refusedWarning(refused))
	}
	if len(revealed) > 0 {
		diags.Append(revealedAgainWarning(revealed))
	}
	return after, diags
}

// discard removes the instance of a name in the name's turn, unless this run has
// created it. It returns what Elyra shows under that name from then on, nil where
// there is nothing. An [elyra.ReadOnlyError] means that a server refused.
func (c *connection) discard(ctx context.Context, name string) (left *elyra.Instance, err error) {
	release, err := c.run.hold(ctx, name)
	if err != nil {
		return nil, err
	}
	defer release()
	var made, deleted bool
	c.run.with(name, func(known *record) { made, deleted = known.made, known.deleted })
	if made {
		tflog.Info(ctx, "left a runtime image that this run has created", map[string]any{"name": name})
		return nil, nil
	}
	if !deleted { // by its own resource, and what is there now is another
		_, err = c.store.Delete(ctx, name)
	}
	knowsLevels := c.store.Traits().KnowsLevels
	switch {
	case errors.Is(err, elyra.ErrNotFound), knowsLevels && errors.Is(err, elyra.ErrReadOnly):
		return nil, nil // gone; what may be left is further along
	case err != nil && !errors.Is(err, elyra.ErrReadOnly):
		return nil, err
	}
	if err == nil {
		c.run.with(name, func(known *record) { known.deleted = true })
	}
	if instance, getErr := c.store.Get(ctx, name); getErr == nil {
		left = &instance
	}
	return left, err
}

// A plan shows in the state's names what an update removes. Of a creation, nothing
// of the plan reaches the apply but the configuration, see takeover.go. So the plan
// leaves a note of what it has shown, and the apply, which plans once more before it
// creates, takes the newest note that is not its own. Where there is none, since the
// plan was made on another machine or did not know the place yet, it removes nothing,
// and the next plan shows what is there as a difference.

// shownNote is what one run's plan of a creation has shown.
type shownNote struct {
	Run   string   `json:"run"`
	Names []string `json:"names"`
}

// shownPath returns where the notes for this place are.
func (c *connection) shownPath() (string, error) {
	path, err := notePath(c.store.Location("*")) // no instance has that name
	return path + ".shown", err
}

// noteShown notes what the plan of this run shows.
func (c *connection) noteShown(ctx context.Context, extras []elyra.Instance) {
	c.run.mu.Lock()
	defer c.run.mu.Unlock()
	if c.run.shown != nil {
		return // the apply has begun
	}
	own := shownNote{Run: c.run.id, Names: []string{}}
	for _, extra := range extras {
		own.Names = append(own.Names, extra.Name)
	}
	notes := slices.DeleteFunc(c.shownNotes(), func(n shownNote) bool { return n.Run == own.Run })
	notes = append(notes[max(0, len(notes)-1):], own) // the apply needs the last of others
	data, _ := json.Marshal(notes)                    // strings
	path, err := c.shownPath()
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = os.WriteFile(path, data, 0o600) // torn, it is no note, and nothing is removed
	}
	if err != nil {
		tflog.Debug(ctx, "left no note of what is to be removed", map[string]any{"error": err.Error()})
	}
}

// shownNotes returns the notes for this place, oldest first.
func (c *connection) shownNotes() (notes []shownNote) {
	path, err := c.shownPath()
	if err != nil {
		return nil
	}
	if info, err := os.Stat(path); err != nil || time.Since(info.ModTime()) > noteLifetime {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &notes) != nil {
		return nil
	}
	return notes
}

// shownByPlan returns what the plan has shown that is being applied. It looks it up once, and
// removes the notes: they are for one apply.
func (c *connection) shownByPlan() []string {
	c.run.mu.Lock()
	defer c.run.mu.Unlock()
	if c.run.shown != nil {
		return c.run.shown
	}
	c.run.shown = []string{}
	for _, n := range c.shownNotes() {
		if n.Run != c.run.id {
			c.run.shown = n.Names
		}
	}
	if path, err := c.shownPath(); err == nil {
		_ = os.Remove(path) // left behind, it is overwritten by the next plan
	}
	return c.run.shown
}

// planExclusive notes that these names alone may be there. It returns the names
// beside them that other plans of this run keep or create, or the names that
// another plan of this run has for the same place.
func (r *run) planExclusive(names []string) (excluded, other []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.exclusive != nil && !slices.Equal(r.exclusive, names) {
		return nil, r.exclusive
	}
	r.exclusive = append([]string{}, names...)
	for name, known := range r.names {
		if known.keeps+known.creates > 0 && !slices.Contains(names, name) {
			excluded = append(excluded, name)
		}
	}
	slices.Sort(excluded)
	return excluded, nil
}

// isExcluded reports whether an exclusive set that was planned in this run lacks
// that name. It is to be asked once the run knows that the name is kept or created.
func (r *run) isExcluded(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.exclusive != nil && !slices.Contains(r.exclusive, name)
}

// excludedError says, once a run, that one resource would remove what another has.
func (c *connection) excludedError(name string) (diags diag.Diagnostics) {
	if c.run.tell("excluded " + name) {
		diags.AddError(fmt.Sprintf("Runtime image %q is managed and excluded", name),
			fmt.Sprintf("An elyra_runtime_image has the name %q, and elyra_runtime_images_exclusive would remove it, in each apply. Add it to names, as the attribute name of the resource:\n\n    names = [elyra_runtime_image.<label>.name]", name))
	}
	return diags
}

func twoExclusivesError(names, others []string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(pathNames, "Two exclusive sets for one place",
		fmt.Sprintf("Another elyra_runtime_images_exclusive with the same provider configuration has other names, so that each would remove what the other keeps. Merge the two into one with all names.\n\nThis one: %s.\nThe other: %s.",
			enumerate(names), enumerate(others)))
}

func removalWarning(traits elyra.Traits, extras []elyra.Instance) diag.Diagnostic {
	locations := make([]string, len(extras))
	for i, extra := range extras {
		locations[i] = extra.Location
	}
	detail := "These are there and not among names, and the apply removes them:\n\n" + indented(locations)
	if !traits.KnowsLevels {
		detail += "\n\nSome may come from further along the server's search path, such as the images that ship with Elyra. A server does not say which, and refuses to delete those."
	}
	return diag.NewWarningDiagnostic(counted(len(extras))+" will be removed", detail)
}

func unseenWarning(names []string) diag.Diagnostic {
	return diag.NewWarningDiagnostic(counted(len(names))+" not removed",
		"These are there and not among names. The plan did not show them, since it was made on another machine, did not know the place yet, or was made before they came, so that they stay for now. Plan and apply again to remove them:\n\n"+indented(names))
}

func refusedWarning(names []string) diag.Diagnostic {
	return diag.NewWarningDiagnostic(counted(len(names))+" cannot be removed over the server",
		"The server refuses to delete what lives further along its search path, such as the images that ship with Elyra. These stay, and are not mentioned again unless they change. To remove them, set data_dir to their data directory where it can be written, as in a container build:\n\n"+indented(names))
}

func revealedAgainWarning(locations []string) diag.Diagnostic {
	return diag.NewWarningDiagnostic(counted(len(locations))+" visible again",
		"What was removed hid others of the same names, shipped with Elyra or from further along the search path, which Elyra shows from now on:\n\n"+indented(locations))
}

func (c *connection) discardError(name string, err error) diag.Diagnostic {
	failed := c.storeError("delete", name, err)
	return diag.NewErrorDiagnostic(failed.Summary(), failed.Detail()) // of no attribute
}

func counted(n int) string {
	if n == 1 {
		return "1 runtime image"
	}
	return fmt.Sprintf("%d runtime images", n)
}

// indented lists lines in a block, the first hundred of them.
func indented(lines []string) string {
	const most = 100
	if len(lines) > most {
		lines = append(slices.Clone(lines[:most]), fmt.Sprintf("… and %d more", len(lines)-most))
	}
	var text []string
	for _, line := range lines {
		text = append(text, "    "+elyra.Printable(line))
	}
	return strings.Join(text, "\n")
}

func enumerate(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
