package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// memory is what a resource's private state keeps beside the attributes. Terraform
// passes it to the plan and the apply of what the state has. Of a planned creation,
// nothing of it reaches the apply.
type memory struct {
	// Name is that of the instance. A plan without a state that has it is the
	// second half of a replacement.
	Name string `json:"name,omitempty"`
	// Location is where the instance is while its document is invalid, since the
	// attribute is null then.
	Location string `json:"location,omitempty"`
	// Wrote reports whether Terraform wrote the instance, so that it is, or was, where
	// the store writes.
	Wrote bool `json:"wrote,omitempty"`
	// Hides reports whether it may hide another instance.
	Hides bool `json:"hides,omitempty"`
	// Uncertain: it is unknown whether its creation succeeded.
	Uncertain bool `json:"uncertain,omitempty"`

	// adopted: it existed already, exactly as it was to be created.
	adopted bool // not kept

	// Run is the run that planned to destroy it.
	Run string `json:"run,omitempty"`
	// KeepFor is the display name of the replacement that is to have its name.
	KeepFor string `json:"keep_for,omitempty"`
}

const memoryKey = "instance"

// privateState is the framework's private state of a resource.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// recall reads the memory; nothing of it that cannot be read.
func recall(ctx context.Context, private privateState) (m memory) {
	data, _ := private.GetKey(ctx, memoryKey)
	_ = json.Unmarshal(data, &m) // written by remember
	return m
}

// remember writes the memory where it has changed.
func remember(ctx context.Context, private privateState, before, after memory) diag.Diagnostics {
	if before == after {
		return nil
	}
	data, _ := json.Marshal(after) // strings and booleans
	return private.SetKey(ctx, memoryKey, data)
}

// read is the memory after the instance was read into a state.
func (m memory) read(state runtimeImageModel, instance elyra.Instance) memory {
	m.Name, m.Location, m.Uncertain = state.Name.ValueString(), "", false
	if state.Location.IsNull() {
		m.Location = instance.Location
	}
	return m
}
