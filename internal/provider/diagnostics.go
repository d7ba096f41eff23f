package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
)

var (
	pathName        = path.Root("name")
	pathDisplayName = path.Root("display_name")
	pathImageName   = path.Root("image_name")
	pathLocation    = path.Root("location")
)

// storeError is the diagnostic for an error of a store. The action is a verb
// and its object, such as "create runtime image".
func storeError(action string, err error) diag.Diagnostic {
	var exists *elyra.ExistsError
	if errors.As(err, &exists) {
		return existsError(exists)
	}
	detail := sentence(err.Error())
	if errors.Is(err, elyra.ErrUncertain) {
		detail += "\n\nIt is kept in the state as tainted: the next apply looks whether it is there, and makes it anew."
	}
	if hint := nextStep(err); hint != "" {
		detail += "\n\n" + hint
	}
	return diag.NewAttributeErrorDiagnostic(pathName, "Unable to "+action, detail)
}

// nextStep says what to do about an error; empty where nobody knows.
func nextStep(err error) string {
	var readOnly *elyra.ReadOnlyError
	var guide interface{ NextStep() string }
	switch {
	case errors.As(err, &readOnly):
		return fmt.Sprintf("Change it where it comes from, or let go of it without touching it:\n\n    terraform state rm 'elyra_runtime_image.<label>' # %s", readOnly.Name)
	case errors.As(err, &guide) && guide.NextStep() != "":
		return guide.NextStep()
	case errors.Is(err, fs.ErrPermission):
		return "Run Terraform as a user who may write there, or set data_dir in the provider's configuration to a directory that is yours."
	case errors.Is(err, syscall.EROFS):
		return "The file system is read-only. Set data_dir in the provider's configuration to a directory that can be written, or mount it writable."
	case errors.Is(err, syscall.ENOSPC):
		return "The disk is full. Nothing was changed; make room and apply again."
	case errors.Is(err, elyra.ErrNotFound):
		return "It was removed outside of Terraform in the meantime. Plan and apply again."
	}
	return ""
}

// existsError shows the two ways on from a name that is taken.
func existsError(exists *elyra.ExistsError) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(pathName, existsSummary(exists), existsDetail(exists))
}

func existsSummary(exists *elyra.ExistsError) string {
	return fmt.Sprintf("Runtime image %q already exists", exists.Name)
}

func existsDetail(exists *elyra.ExistsError) string {
	origin, effect := "", "take it over"
	if !exists.Writable {
		origin, effect = "\n(shipped with Elyra)", "hide it behind this one"
	}
	return fmt.Sprintf(`An instance of that name is at %s%s. To manage it from here, import it:

    import {
      to = elyra_runtime_image.<label>
      id = %q
    }

or set overwrite = true to %s.`, exists.Location, origin, exists.Name, effect)
}

// invalidWarning tells that what is stored is no runtime image to Elyra.
func invalidWarning(invalid *elyra.InvalidError) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(pathName, fmt.Sprintf("Runtime image %q is invalid", invalid.Name),
		fmt.Sprintf("What is stored at %s is not a runtime image to Elyra, which leaves it out of its lists: %s.\n\nIt was changed outside of Terraform. The plan repairs it: apply writes it as configured and keeps what else can be read of it.",
			invalid.Location, strings.TrimSuffix(invalid.Reason(), ".")))
}

// unconfiguredError says that a store is needed that is not known yet.
func unconfiguredError() diag.Diagnostic {
	return diag.NewErrorDiagnostic("Provider configuration not known yet",
		"The configuration of the provider depends on values that are known only after apply, so that nothing can be read. Apply what they come from first, with -target.")
}

// noSuchImage says that there is no instance of that name, and which there are.
func noSuchImage(ctx context.Context, conn *connection, name string) diag.Diagnostic {
	detail := fmt.Sprintf("There is no runtime image named %q; it would be at %s.", name, conn.store.Location(name))
	if instances, err := conn.list(ctx); err == nil && len(instances) > 0 {
		names := make([]string, len(instances))
		for i, instance := range instances {
			names[i] = instance.Name
		}
		slices.SortStableFunc(names, func(a, b string) int { return similarity(b, name) - similarity(a, name) })
		const most = 10
		if len(names) > most {
			names = append(names[:most], "…")
		}
		detail += " These exist: " + strings.Join(names, ", ") + "."
	}
	return diag.NewAttributeErrorDiagnostic(pathName, "Runtime image not found", detail)
}

// similarity counts the characters that two names begin with alike.
func similarity(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// configError is the diagnostic for what serverstore.New refused.
func configError(err error) diag.Diagnostic {
	at := path.Root("endpoint")
	var invalid *serverstore.ConfigError
	if errors.As(err, &invalid) {
		at = path.Root(invalid.Argument)
	}
	return diag.NewAttributeErrorDiagnostic(at, "Invalid server configuration", "The argument "+err.Error()+".")
}

// listError is the diagnostic for a store that cannot be listed.
func listError(err error) diag.Diagnostic {
	failed := storeError("list runtime images", err)
	return diag.NewErrorDiagnostic(failed.Summary(), failed.Detail()) // of no attribute
}
