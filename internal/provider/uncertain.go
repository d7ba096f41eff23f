package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// A creation of uncertain outcome is kept in the state, which marks it as tainted,
// so that the next run finds out and clears up: memory.Uncertain notes it, and
// place.find holds what is there against what was to be created.

// uncertainError says that nobody knows whether the instance was created.
func (p place) uncertainError(name string, err error) diag.Diagnostic {
	failed := p.storeError("create", name, err)
	return diag.NewErrorDiagnostic(failed.Summary(), failed.Detail()+
		"\n\nIt is kept in the state as tainted: the next apply checks whether it exists and recreates it.")
}
