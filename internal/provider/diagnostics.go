package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
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
)

// storeError is the diagnostic for what failed with one instance. The verb is what
// the store was asked for, such as "create". An attribute is at fault only where
// the error is about the name itself.
func (p place) storeError(verb, name string, err error) diag.Diagnostic {
	var exists *elyra.ExistsError
	if errors.As(err, &exists) {
		return existsError(exists)
	}
	var twice *twiceNameError
	if errors.As(err, &twice) {
		return twiceError(twice.name)
	}
	summary, detail := fmt.Sprintf("Unable to %s runtime image %q", verb, name), p.detail(verb, name, err)
	if errors.Is(err, elyra.ErrReadOnly) || errors.As(err, new(*elyra.InvalidError)) {
		return diag.NewAttributeErrorDiagnostic(pathName, summary, detail)
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// listError is the diagnostic for a store that cannot be listed.
func (p place) listError(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unable to list runtime images", p.detail("list", "", err))
}

// detail is what a store's error says, in sentences, and what to do about it. What
// the store was doing stands in the summary.
func (p place) detail(verb, name string, err error) string {
	text := err.Error()
	for _, doing := range []string{fmt.Sprintf("%s runtime image %q: ", verb, name), verb + " runtime images: ", verb + " runtime image: "} {
		text = strings.TrimPrefix(text, doing)
	}
	lines := strings.Split(p.withFullPath(text, name, err), "\n")
	for i := range lines {
		lines[i] = elyra.Printable(lines[i])
	}
	text = strings.Join(lines, "\n")
	if hint := nextStep(err); hint != "" {
		return sentence(text) + "\n\n" + hint
	}
	return sentence(text)
}

// withFullPath puts the full path into a text about what the operating system
// refused: that of the directory where it is about a temporary file in there.
func (p place) withFullPath(text, name string, err error) string {
	var fault *fs.PathError
	if !errors.As(err, &fault) {
		return text
	}
	where := fault.Path
	if !filepath.IsAbs(where) {
		where = filepath.Dir(p.store.Location(name))
	}
	text, _, _ = strings.Cut(text, "\n") // what failed in clearing up
	if text == fault.Error() {
		return fmt.Sprintf("%v: %s", fault.Err, where)
	}
	if before, ok := strings.CutSuffix(text, ": "+fault.Error()); ok && strings.Contains(before, where) {
		return before // says it already
	}
	return strings.Replace(text, fault.Error(), fmt.Sprintf("%s: %v", where, fault.Err), 1)
}

// nextStep says what to do about an error; empty where nobody knows.
func nextStep(err error) string {
	var readOnly *elyra.ReadOnlyError
	var guide interface{ NextStep() string }
	switch {
	case errors.As(err, &readOnly):
		return fmt.Sprintf("Change it where it comes from, or stop managing it, which leaves it as it is:\n\n    terraform state rm 'elyra_runtime_image.<label>' # %s", readOnly.Name)
	case errors.As(err, &guide) && guide.NextStep() != "":
		return guide.NextStep()
	case errors.Is(err, fs.ErrPermission):
		return "Run Terraform as a user who may write there, or set data_dir in the provider's configuration to a directory that is yours."
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrNotExist):
		return "Set data_dir in the provider's configuration to a directory, or to a path whose parent directory exists."
	case errors.Is(err, syscall.EROFS):
		return "The file system is read-only. Set data_dir in the provider's configuration to a directory that can be written, or mount it writable."
	case errors.Is(err, syscall.ENOSPC):
		return "The disk is full. Make room and apply again."
	case errors.Is(err, syscall.EDQUOT):
		return "The quota of the user that Terraform runs as is used up. Make room, or have it raised, and apply again."
	case errors.Is(err, syscall.EIO):
		return "The disk, or the server behind it, failed. See the system's log (dmesg), and apply again once the disk works."
	case errors.Is(err, syscall.ESTALE):
		return "The network file system no longer knows the directory. Mount it again, and apply again."
	case errors.As(err, new(*elyra.InvalidError)):
		return "Correct it where it is stored, or import it into a resource elyra_runtime_image, which repairs it."
	case errors.Is(err, elyra.ErrNotFound):
		return "It was removed outside of Terraform in the meantime. Plan and apply again."
	}
	return ""
}

// twiceError says that two addresses are to have one instance.
func twiceError(name string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(pathName, fmt.Sprintf("Two resources have the name %q", name),
		fmt.Sprintf("Two resources elyra_runtime_image with the provider's configuration have the name %q, so that each would undo what the other does, or delete its instance. Give one of them another name. Where the state has the same instance under two addresses, stop managing one of them, which leaves the instance as it is, and remove its block:\n\n    terraform state rm 'elyra_runtime_image.<label>' # %s\n\nAfter an apply with create_before_destroy that was interrupted, do that with the resource, and import it again.", name, name))
}

// ignoredFault adds to a fault in what is going to be written where it comes from.
func ignoredFault(fault diag.Diagnostic) diag.Diagnostic {
	detail := fault.Detail() + "\n\nThe value is not the configuration's: it is what is stored, and ignore_changes holds on to it. Remove the attribute from ignore_changes, so that the plan can repair it, or correct it where it is stored."
	if at, ok := fault.(diag.DiagnosticWithPath); ok {
		return diag.NewAttributeErrorDiagnostic(at.Path(), fault.Summary(), detail)
	}
	return diag.NewErrorDiagnostic(fault.Summary(), detail)
}

// existsError says what to do about a name that is taken: import or overwrite.
func existsError(exists *elyra.ExistsError) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(pathName, existsSummary(exists), existsDetail(exists)+
		"\n\nIf it is this resource's own instance, being replaced with create_before_destroy, set overwrite = true so that the new instance can take its place.")
}

func existsSummary(exists *elyra.ExistsError) string {
	return fmt.Sprintf("Runtime image %q already exists", exists.Name)
}

func existsDetail(exists *elyra.ExistsError) string {
	origin, effect := "", "take it over"
	if !exists.Writable {
		effect = "hide it behind this one"
	}
	switch exists.Origin {
	case elyra.OriginFactory:
		origin = "\n(shipped with Elyra)"
	case elyra.OriginShared:
		origin = "\n(further along the search path than what is written to)"
	}
	return fmt.Sprintf(`An instance of that name is at %s%s. To manage it from here, import it:

    import {
      to = elyra_runtime_image.<label>
      id = %q
    }

or set overwrite = true to %s.`, exists.Location, origin, exists.Name, effect)
}

// invalidWarning says that Elyra does not accept what is stored as a runtime image, and what
// a repair keeps of it.
func invalidWarning(traits elyra.Traits, invalid *elyra.InvalidError, document elyra.Document, isImport bool) diag.Diagnostic {
	repair := "The plan repairs it: apply writes it as configured, and keeps everything else in its document."
	if document.IsZero() {
		repair = "The plan repairs it: apply writes it as configured. Nothing else of it can be read, so all of it is replaced: copy the file first if there is anything in it that you need."
	}
	if !traits.ReadsInvalid {
		repair = "The plan repairs it: apply deletes it and creates it as configured. A server does not show an invalid instance, so keys that others added are lost; correct the file on the server instead if you need them. A server does not delete what is not even JSON: remove the file there."
	}
	if isImport {
		repair += " That takes a resource block that you write yourself: -generate-config-out cannot make one of what cannot be read. Write display_name, image_name and the rest of what it should be, and plan again."
	}
	return diag.NewAttributeWarningDiagnostic(pathName, fmt.Sprintf("Runtime image %q is invalid", invalid.Name),
		fmt.Sprintf("What is stored at %s is not a runtime image to Elyra, which leaves it out of its lists: %s.\n\n%s",
			invalid.Location, strings.TrimSuffix(invalid.Reason(), "."), repair))
}

// unconfiguredError says that a store is needed that is not known yet.
func unconfiguredError() diag.Diagnostic {
	return diag.NewErrorDiagnostic("Provider configuration not known yet",
		"The configuration of the provider depends on values that are known only after apply, so that nothing can be read yet. Apply what they come from first, with -target; a data source is read during apply if it has depends_on = [...] with what they come from.")
}

// noSuchImage says that there is no instance of that name, and which there are.
func noSuchImage(ctx context.Context, conn *connection, name string) diag.Diagnostic {
	detail := fmt.Sprintf("There is no runtime image named %q; it would be at %s.", name, conn.store.Location(name))
	if instances, err := conn.list(ctx); err == nil && len(instances) > 0 {
		names := make([]string, len(instances))
		for i, instance := range instances {
			names[i] = elyra.Printable(instance.Name)
		}
		slices.SortStableFunc(names, func(a, b string) int { return similarity(b, name) - similarity(a, name) })
		const most = 10
		if len(names) > most {
			names = append(names[:most], "…")
		}
		detail += " These exist: " + strings.Join(names, ", ") + "."
	}
	return diag.NewAttributeErrorDiagnostic(pathName, "Runtime image not found", detail+overlookedDetail(conn.store))
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
// Variables name, by argument, what came from the environment.
func configError(err error, variables map[string]string) diag.Diagnostic {
	var invalid *serverstore.ConfigError
	if !errors.As(err, &invalid) {
		return diag.NewErrorDiagnostic("Invalid server configuration", sentence(err.Error()))
	}
	subject := "The argument " + invalid.Argument
	if variable := variables[invalid.Argument]; variable != "" {
		subject = "The environment variable " + variable
	}
	return diag.NewAttributeErrorDiagnostic(path.Root(invalid.Argument), "Invalid server configuration", subject+" "+invalid.Reason+".")
}

// overlookedWarnings tells of runtime images that stand beside where the store looks in vain, such
// as in the directory of an export: a list would silently lack them.
func overlookedWarnings(store elyra.Store) (diags diag.Diagnostics) {
	for _, overlooked := range store.Overlooked() {
		diags.AddWarning(fmt.Sprintf("No runtime images in %s", overlooked.Looked), overlookedAdvice(overlooked))
	}
	return diags
}

// overlookedDetail says the same at the end of an error; empty where there is nothing to say.
func overlookedDetail(store elyra.Store) (detail string) {
	for _, overlooked := range store.Overlooked() {
		detail += "\n\n" + overlookedAdvice(overlooked)
	}
	return detail
}

func overlookedAdvice(overlooked elyra.Overlooked) string {
	count := fmt.Sprintf("are %d runtime images", overlooked.Count)
	if overlooked.Count == 1 {
		count = "is 1 runtime image"
	}
	dataDir := filepath.Dir(filepath.Dir(overlooked.Looked))
	detail := fmt.Sprintf("In the data directory %s, Elyra and this provider read %s, which holds none. There %s in %s instead. ",
		dataDir, overlooked.Looked, count, overlooked.Found)
	if overlooked.DataDir != "" {
		return detail + fmt.Sprintf("To read those, name the directory above metadata:\n\n    data_dir = %q", overlooked.DataDir)
	}
	if overlooked.Found == dataDir {
		return detail + fmt.Sprintf("Move them to where they are read:\n\n    mkdir -p %[2]s && mv %[1]s/*.json %[2]s/", overlooked.Found, overlooked.Looked)
	}
	return detail + fmt.Sprintf("That is where elyra-metadata export puts them. Move them to where they are read:\n\n    mkdir -p %[2]s && mv %[1]s %[2]s/", overlooked.Found, filepath.Dir(overlooked.Looked))
}
