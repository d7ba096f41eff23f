package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// recorded is what the private state of an instance keeps next to the
// attributes. Terraform passes it to the plan and the apply of what the state has.
// Of a planned creation, nothing of it reaches the apply.
type recorded struct {
	// Name is that of the instance. Only the second half of a replacement is
	// planned without a state and with a Name.
	Name string `json:"name,omitempty"`
	// Digest is that of the instance as it was last read or written.
	Digest string `json:"digest,omitempty"`
	// OutcomeUnknown: it's unknown whether the creation succeeded.
	OutcomeUnknown bool `json:"outcome_unknown,omitempty"`
	// Overwrote: the creation replaced or hid another instance.
	Overwrote bool `json:"overwrote,omitempty"`
	// From is the location that the state had, if the last read took the instance at another port for
	// the same. At is the location for which a plan did.
	From string `json:"from,omitempty"`
	At   string `json:"at,omitempty"`
	// Invalid: Elyra refuses the instance. Irreparable: the store can't replace it.
	Invalid     bool `json:"invalid,omitempty"`
	Irreparable bool `json:"irreparable,omitempty"`

	// Renamed and Elsewhere are for the second half of a replacement: the first half
	// gives up the name, and the location is in another place.
	Renamed   bool   `json:"renamed,omitempty"`
	Elsewhere string `json:"elsewhere,omitempty"`
}

// privateKey is the one key of private state that each resource uses.
const privateKey = "recorded"

// privateState is the framework's private state of a resource.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// loadPrivate reads a value from private state; what can't be read stays zero.
func loadPrivate[Value any](ctx context.Context, private privateState) (value Value) {
	data, _ := private.GetKey(ctx, privateKey)
	_ = json.Unmarshal(data, &value) // written by savePrivate
	return value
}

// savePrivate is the reverse of loadPrivate.
func savePrivate(ctx context.Context, private privateState, value any) diag.Diagnostics {
	data, _ := json.Marshal(value) // strings and booleans
	return private.SetKey(ctx, privateKey, data)
}

// save writes to private state what differs from before.
func (r recorded) save(ctx context.Context, private privateState, before recorded) diag.Diagnostics {
	if r == before {
		return nil
	}
	return savePrivate(ctx, private, r)
}
