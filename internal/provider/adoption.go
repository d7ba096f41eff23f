package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// A run that is killed, or whose server answers only after it was given up on,
// leaves behind instances that no state has. The next run finds exactly what it is
// to create, to the last key of the document, in the place that it writes to, and
// takes it over with a warning. It is told from somebody else's by the document
// alone: whatever another hand has added or changed makes it another. What nobody
// has changed can be had by both, since nothing of it would change.

// isAdoptable reports whether a failed creation has found exactly what it was to
// create, and no other address of this state is known to leave it.
func (c *connection) isAdoptable(ctx context.Context, name string, err error) bool {
	var exists *elyra.ExistsError
	if !errors.As(err, &exists) || !exists.Identical || !exists.Writable {
		return false
	}
	isLeft := func(known *record) bool { return known.left }
	return !c.run.await(ctx, name, 0, isLeft) && !c.isUnchangedSincePlan(ctx, name)
}

// adoptedWarning tells of an instance that was there already.
func adoptedWarning(instance elyra.Instance) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(pathName, fmt.Sprintf("Runtime image %q was there already", instance.Name),
		fmt.Sprintf("The instance at %s is exactly what was to be created, and is managed by this resource from now on. Most likely an earlier run created it and was interrupted before it could note that in its state. If another configuration manages it, give one of the two another name, or stop managing it here, which leaves it as it is:\n\n    terraform state rm 'elyra_runtime_image.<label>' # %s",
			instance.Location, instance.Name))
}
