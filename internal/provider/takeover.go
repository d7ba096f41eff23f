package provider

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// A resource that gets a new address without a moved block is to Terraform one
// resource to create and one to destroy, with no order between them. The new
// address takes the instance over: the destroy leaves it, the creation updates it.
//
// The creation has to know that what it finds is not somebody else's. Terraform
// tells it nothing: of a planned creation, neither the planned values nor the
// private state reach the apply, and the destroy may still be to come, behind as
// many creations as Terraform runs at a time. So the plan, which sees both, leaves
// a note in the user's cache directory, for the same working directory and
// workspace, of the document that stands there. Where the apply cannot read it,
// on another machine, the creation waits a moment for the destroy.

// note says that the instance at a location is to be taken over.
type note struct {
	// Run is the run that planned it.
	Run string `json:"run"`
	// Document is the fingerprint of what stands there.
	Document string `json:"document"`
}

const (
	// destroyPatience is how long a creation of a taken name waits for a destroy of
	// it to begin.
	destroyPatience = 2 * time.Second
	// noteLifetime is how long a plan may wait to be applied.
	noteLifetime = 7 * 24 * time.Hour
)

// fingerprint identifies what a document says, byte for byte.
func fingerprint(document elyra.Document) string {
	sum := sha256.Sum256(document.Compact())
	return hex.EncodeToString(sum[:])
}

// notePath returns where the note for a location is.
func notePath(location string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	data := os.Getenv("TF_DATA_DIR")
	if data == "" {
		data = ".terraform"
	}
	workspace, _ := os.ReadFile(filepath.Join(data, "environment")) // absent for the default one
	key, err := json.Marshal([]string{directory, os.Getenv("TF_WORKSPACE"), string(workspace), location})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(key)
	return filepath.Join(cache, "terraform-provider-elyra", "takeovers", hex.EncodeToString(sum[:16])), nil
}

// promise leaves a note that the instance of that name is to be taken over.
func (c *connection) promise(ctx context.Context, name, document string) {
	path, err := notePath(c.store.Location(name))
	if err == nil {
		err = writeNote(path, note{c.run.id, document})
	}
	if err != nil { // the apply waits instead
		tflog.Debug(ctx, "left no note of what is to be taken over", map[string]any{"error": err.Error()})
	}
}

func writeNote(path string, n note) error {
	directory := filepath.Dir(path)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	removeStaleNotes(directory)
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(directory, "new-")
	if err != nil {
		return err
	}
	_, err = temporary.Write(data)
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
	}
	return err
}

func removeStaleNotes(directory string) {
	entries, _ := os.ReadDir(directory)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > noteLifetime {
			_ = os.Remove(filepath.Join(directory, entry.Name()))
		}
	}
}

// promised returns the note for the instance of that name; none is the zero one.
func (c *connection) promised(name string) (n note) {
	path, err := notePath(c.store.Location(name))
	if err != nil {
		return note{}
	}
	info, err := os.Stat(path)
	if err != nil || time.Since(info.ModTime()) > noteLifetime {
		return note{}
	}
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &n) != nil {
		return note{}
	}
	return n
}

// forget removes the note for the instance of that name.
func (c *connection) forget(name string) {
	if path, err := notePath(c.store.Location(name)); err == nil {
		_ = os.Remove(path)
	}
}

// leaves reports whether a destroy that was planned by that run is to leave the
// instance of that name to the address that creates it. The caller has its turn.
func (c *connection) leaves(name, plannedBy string) (leaves bool) {
	promised := plannedBy != "" && c.promised(name).Run == plannedBy
	c.run.with(name, func(known *record) {
		known.left = promised || known.awaited
		leaves = known.left || known.made
	})
	return leaves
}

// takesOver reports whether a creation may take over what stands under its name:
// an address of this state leaves it. The caller has the turn, which release
// gives back; it is held again in the end.
func (c *connection) takesOver(ctx context.Context, name string, release func()) (takesOver bool, hold func(), err error) {
	isLeft := func(known *record) bool { return known.left }
	if c.run.await(ctx, name, 0, isLeft) || c.isUnchangedSincePlan(ctx, name) {
		return true, release, nil
	}
	c.run.with(name, func(known *record) { known.awaited = true })
	release()
	takesOver = c.run.await(ctx, name, destroyPatience, isLeft)
	release, err = c.run.hold(ctx, name)
	c.run.with(name, func(known *record) {
		known.awaited = false
		takesOver = known.left
	})
	return takesOver, release, err
}

// isUnchangedSincePlan reports whether a plan found out that the instance is to be
// taken over, and nobody has changed it since.
func (c *connection) isUnchangedSincePlan(ctx context.Context, name string) bool {
	n := c.promised(name)
	if n.Document == "" {
		return false
	}
	instance, err := c.store.Get(ctx, name)
	if err != nil && !errors.As(err, new(*elyra.InvalidError)) {
		return false
	}
	return instance.Location == c.store.Location(name) && fingerprint(instance.Document) == n.Document
}
