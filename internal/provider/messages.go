package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/serverstore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/ownership"
)

var (
	pathName        = path.Root("name")
	pathDisplayName = path.Root("display_name")
	pathImageName   = path.Root("image_name")
)

// storeError is the diagnostic for what failed with one instance. The verb is what
// the store was asked for, such as "create". An attribute is at fault only if the
// error is about the name itself.
func (c *connection) storeError(verb, name string, err error) diag.Diagnostic {
	summary, detail := fmt.Sprintf("Unable to %s %s %q", verb, c.kind.Noun, name), c.detail(verb, err)
	if errors.Is(err, elyra.ErrReadOnly) || errors.As(err, new(*elyra.InvalidError)) {
		return diag.NewAttributeErrorDiagnostic(pathName, summary, detail)
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// createError is the diagnostic for a creation that failed.
func (c *connection) createError(ctx context.Context, name string, claim claim, err error) diag.Diagnostic {
	var exists *elyra.ExistsError
	switch {
	case errors.As(err, &exists):
		return c.existsError(ctx, exists.Found, claim)
	case errors.Is(err, errCreatedTwice):
		return c.conflictError(ctx, ownership.SameName, name, "")
	}
	return c.storeError("create", name, err)
}

// changeError is the diagnostic for an update or a deletion that failed.
func (c *connection) changeError(verb string, state instanceModel, before recorded, err error) diag.Diagnostic {
	var changed *elyra.ChangedError
	if !errors.As(err, &changed) {
		return c.storeError(verb, state.Name.ValueString(), err)
	}
	if before.Digest == "" {
		return diag.NewAttributeErrorDiagnostic(pathName, fmt.Sprintf("Unable to %s tainted %s %q", verb, c.kind.Noun, changed.Found.Name),
			fmt.Sprintf("Terraform doesn't pass on what the plan saw of a tainted resource. %[1]s differs from the state, so somebody may have changed it since. Nothing was changed. To replace it as the plan shows it:\n\n    terraform untaint '%[2]s.<label>'\n    terraform apply -replace='%[2]s.<label>'", changed.Found.Location, c.name))
	}
	return diag.NewAttributeErrorDiagnostic(pathName, fmt.Sprintf("%s %q has changed since the plan", c.title(), changed.Found.Name),
		fmt.Sprintf("Something else has changed %s after the plan was made:\n\n%s\n\nNothing was changed. Plan again to see the new difference, then apply.",
			changed.Found.Location, indented(differences(state, before, changed.Found))))
}

// differences lists how an instance differs from a state.
func differences(state instanceModel, before recorded, found elyra.Instance) (lines []string) {
	if found.Document.IsZero() {
		return []string{"its document can't be read"}
	}
	now := state
	now.setDocument(found.Document)
	old, values := state.object().Attributes(), now.object().Attributes()
	was, is := marks(before.Digest), marks(state.digest(found, before.Digest))
	for _, secret := range state.secrets {
		delete(values, secret.Key)
		if was[secret.Key] != is[secret.Key] {
			lines = append(lines, secret.Key+" has another value")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !values[name].Equal(old[name]) {
			lines = append(lines, fmt.Sprintf("%s: %s -> %s", name, old[name], values[name]))
		}
	}
	if len(lines) == 0 {
		return []string{"keys that aren't attributes of this resource"}
	}
	return lines
}

// listError is the diagnostic for a store that can't be listed.
func (c *connection) listError(err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unable to list "+c.kind.Noun+"s", c.detail("list", err))
}

// detail is what a store's error says, in sentences, and what to do about it. The summary says what
// the store was doing.
func (c *connection) detail(verb string, err error) string {
	text := err.Error()
	if fault, ok := errors.AsType[*fs.PathError](err); ok && text == fault.Error() {
		text = fmt.Sprintf("%v: %s", fault.Err, fault.Path)
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = elyra.Printable(lines[i])
	}
	text = strings.Join(lines, "\n")
	if hint := c.nextStep(verb, err); hint != "" {
		return sentence(text) + "\n\n" + hint
	}
	return sentence(text)
}

// nextStep says what to do about an error; empty where nobody knows.
func (c *connection) nextStep(verb string, err error) string {
	var readOnly *elyra.ReadOnlyError
	var guide interface{ NextStep() string }
	switch {
	case errors.As(err, &readOnly) && verb == "create":
		return "To keep it, set a different name."
	case errors.As(err, &readOnly):
		return "Change it where it comes from. To stop managing it and leave it as it is:" + c.forget()
	case errors.As(err, &guide) && guide.NextStep() != "":
		return guide.NextStep()
	case errors.Is(err, fs.ErrPermission) && verb == "create":
		return "Run Terraform as a user who can write there, or set data_dir in the provider's configuration to a directory of your own."
	case errors.Is(err, fs.ErrPermission):
		return "Run Terraform as a user who has access there." + chmodAdvice(err)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrNotExist):
		return "Set data_dir in the provider's configuration to a directory, or to a path whose parent directory exists."
	case errors.Is(err, syscall.EROFS):
		return "The file system is read-only. Set data_dir to a writable directory, or mount the file system writable."
	case errors.As(err, new(*elyra.InvalidError)):
		return "Fix the file, or import it into an " + c.name + ", which repairs it."
	case errors.Is(err, elyra.ErrNotFound):
		return "It was deleted outside Terraform after the plan. Plan and apply again."
	}
	return ""
}

// chmodAdvice is how the owner of a file gets access to it, if an error is about one.
func chmodAdvice(err error) string {
	if fault, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, elyra.ErrUnreadable) {
		return fmt.Sprintf(" If the file is yours:\n\n    chmod u+rw %s", shellQuote(fault.Path))
	}
	return ""
}

// destroyAnyway is how to destroy what a plan refuses.
const destroyAnyway = "To destroy everything instead, skip this plan: terraform destroy -refresh=false"

// withAdvice adds a paragraph to an error.
func withAdvice(failed diag.Diagnostic, advice string) diag.Diagnostic {
	detail := failed.Detail() + "\n\n" + advice
	if at, ok := failed.(diag.DiagnosticWithPath); ok {
		return diag.NewAttributeErrorDiagnostic(at.Path(), failed.Summary(), detail)
	}
	return diag.NewErrorDiagnostic(failed.Summary(), detail)
}

// conflictError says that the plans of one run contradict each other about a name.
// displayName is what the name was derived from, if it was.
func (c *connection) conflictError(ctx context.Context, conflict ownership.Conflict, name, displayName string) diag.Diagnostic {
	derived := ""
	if displayName != "" {
		derived = fmt.Sprintf(" (derived from display_name %q)", displayName)
	}
	var detail string
	summary := fmt.Sprintf("%s %q would be destroyed and created in one plan", c.title(), name)
	switch conflict {
	case ownership.TwoAddresses:
		summary = fmt.Sprintf("Two addresses have the %s %q", c.kind.Noun, name)
		detail = fmt.Sprintf(`More than one address has this instance, in Terraform's state or through an import block, so whatever one resource does, the other undoes.

If an import block names the instance, delete that block. Otherwise, forget one of the addresses, which leaves the instance as it is, and delete its resource block:

    terraform state rm '%[1]s.<label>'

If the plan mentions a deposed object, create_before_destroy was interrupted. Forget the resource, then import the instance:

    terraform state rm '%[1]s.<label>'
    terraform import '%[1]s.<label>' %[2]s`, c.name, name)
	case ownership.SameName, ownership.NameInUse:
		which := "one of them"
		if conflict == ownership.NameInUse {
			which = "the new one"
		}
		summary = fmt.Sprintf("Two resources have the name %q", name)
		detail = fmt.Sprintf("This resource and at least one other %s in this configuration have the name %q%s. Set a different name on %s:%s",
			c.kind.Noun, name, derived, which, c.anotherName(ctx, name))
	case ownership.OtherType:
		detail = fmt.Sprintf("A resource of another type takes this name%s. Terraform can't move an object to another type, so no moved block and no command keeps the instance. Set a different name on the resource that takes the name:%s\n\nTo use the same name, remove the resource that takes it, apply, and add it again.",
			derived, c.anotherName(ctx, name))
	case ownership.NewAddress:
		detail = fmt.Sprintf(`One address has left the configuration and a new one has the same name%[1]s. To keep the instance under the new address, add:

    moved {
      from = %[2]s.<old label>
      to   = %[2]s.<label>
    }

If Terraform reports that the moved object still exists, or if the plan stays the same, move the object in the state instead. The first command is only for a new address whose instance was deleted outside Terraform:

    terraform state rm '%[2]s.<label>'
    terraform state mv '%[2]s.<old label>' '%[2]s.<label>'

If the plan mentions a deposed object, create_before_destroy was interrupted. Destroy the old object first:

    terraform apply -destroy -refresh=false -target='%[2]s.<label>'`, derived, c.name)
	default:
		detail = fmt.Sprintf(`The name passes from one resource to another%[1]s, as in a swap, or in a list under count that has lost an element. A moved block can't express that while both addresses exist. Move the object in the state instead:

    terraform state mv '%[2]s.<old label>' '%[2]s.<label>'

If the new address has another object, move that one out of the way first:

    terraform state mv '%[2]s.<label>' '%[2]s.<unused label>'

For lists, use for_each instead of count: its keys don't shift.`, derived, c.name)
	}
	return diag.NewAttributeErrorDiagnostic(pathName, summary, detail)
}

// anotherName is the line that gives a resource a name that's free.
func (c *connection) anotherName(ctx context.Context, name string) string {
	return fmt.Sprintf("\n\n    name = %q", c.freeName(ctx, name))
}

// forget are the lines that remove a resource from the state.
func (c *connection) forget() string {
	return fmt.Sprintf("\n\n    terraform state rm '%s.<label>'", c.name)
}

// ignoredAdvice is for a fault in what is going to be written.
const ignoredAdvice = "ignore_changes keeps the stored value. Remove the attribute from ignore_changes so that the plan can repair it, or fix the stored value."

// claim says what a plan needs a free name for. It decides which ways on there are.
type claim int

const (
	// claimNew: a new address. An import block can adopt what's there.
	claimNew claim = iota
	// claimApplied: the same in an apply, where the instance may be this address' own, as with
	// create_before_destroy.
	claimApplied
	// claimRenamed: an address of the state that gets another name. Terraform ignores
	// an import block for it.
	claimRenamed
	// claimMoved: an address of the state whose place has changed. It can't be renamed:
	// that would destroy the old instance.
	claimMoved
)

// existsError says that a name is taken, and what to do about it.
func (c *connection) existsError(ctx context.Context, found elyra.Instance, claim claim) diag.Diagnostic {
	what := "There's already an instance with this name:"
	switch found.Origin {
	case elyra.OriginFactory:
		what = fmt.Sprintf("There's a %s with this name in the directory of the images that Elyra ships:", c.kind.Noun)
		if c.runtime == nil {
			what = "Elyra ships an image with this name:"
		}
	case elyra.OriginShared:
		what = "There's an instance with this name later in the search path:"
	}
	return diag.NewAttributeErrorDiagnostic(pathName, fmt.Sprintf("%s %q already exists", c.title(), found.Name),
		fmt.Sprintf("%s\n%s\n\n%s", what, elyra.Printable(found.Location), c.existsAdvice(ctx, found, claim)))
}

// existsWarning says in a plan that a name is taken by exactly what is planned. Terraform doesn't say whether the
// resource is tainted; if it is, that may be its own instance, which the apply destroys first.
func (c *connection) existsWarning(ctx context.Context, found elyra.Instance) diag.Diagnostic {
	what := "The existing instance is exactly what is planned"
	if len(c.secrets) > 0 {
		what += ", except for secrets that aren't in the plan"
	}
	return diag.NewAttributeWarningDiagnostic(pathName, fmt.Sprintf("%s %q already exists", c.title(), found.Name),
		fmt.Sprintf("%s:\n%s\n\nIf this resource is tainted, that may be its own instance. Otherwise, the apply can't create it and fails. To avoid that, do one of the following first.\n\n%s",
			what, elyra.Printable(found.Location), c.existsAdvice(ctx, found, claimNew)))
}

// existsAdvice lists the ways on if a name is taken, the simplest first.
func (c *connection) existsAdvice(ctx context.Context, found elyra.Instance, claim claim) string {
	name := found.Name
	rename := "To keep both, set a different name:" + c.anotherName(ctx, name) + "\n\n"
	if !c.store.IsLocal() {
		if _, invalid, _ := c.find(ctx, name, elyra.Current); invalid != nil && invalid.Irreparable {
			return rename + c.irreparableAdvice(name)
		}
	}
	replace := "To replace it, set overwrite = true. Keys that other tools added to its document are preserved."
	importIt := fmt.Sprintf("If no other resource manages the existing instance, import it:\n\n    import {\n      to = %s.<label>\n      id = %q\n    }\n\nIf another address of this configuration had it until now, use a moved block instead.\n\n", c.name, name)
	switch claim {
	case claimApplied:
		importIt += "If this resource had the name until now, as with create_before_destroy, set overwrite = true.\n\n"
	case claimMoved:
		rename = "To keep both, forget the current one, which stays as it is, and set a different name:" + c.forget() + c.anotherName(ctx, name) + "\n\n"
		fallthrough
	case claimRenamed:
		importIt = fmt.Sprintf("To manage the existing instance with this resource, forget the current one, which stays as it is, and import the other:\n\n    terraform state rm '%[1]s.<label>'\n    terraform import '%[1]s.<label>' %[2]s\n\n", c.name, name)
	}
	if other := c.foreign(found.Document); other != nil {
		importIt, replace = "", fmt.Sprintf("It's a runtime for %s. To replace it, set overwrite = true, which removes what only that type has.", other.runtime.Title)
	}
	switch found.Origin {
	case elyra.OriginFactory:
		importIt, replace = "", "To replace it on this machine, set overwrite = true."
	case elyra.OriginShared:
		importIt, replace = "", "To hide it, set overwrite = true."
	}
	return rename + importIt + replace
}

// elsewhereWarning says that a resource's place has changed, and what stays behind.
func (c *connection) elsewhereWarning(state instanceModel, location string) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("location"), fmt.Sprintf("%s %q is in another place", c.title(), state.Name.ValueString()),
		fmt.Sprintf(`Terraform's state has this instance at:
%s

The provider's configuration now refers to another place, so the instance will be created at:
%s

The old instance stays as it is, and Terraform no longer manages it. To delete it instead, keep this resource with the old configuration of the provider under an alias, add a second resource for the new place, apply, and then remove the first.`, state.Location.ValueString(), location))
}

// anotherPortWarning says, once for each step of a run, that a state's instances are taken for those at another port.
func (c *connection) anotherPortWarning(during, name, before string) (diags diag.Diagnostics) {
	if c.run.FirstReport("port during " + during) {
		diags.AddAttributeWarning(path.Root("location"), "Endpoint with another scheme or port",
			fmt.Sprintf("Terraform's state has %[1]ss at another scheme or port of the same host:\n%[2]s\n\nThe provider's configuration refers to:\n%[3]s\n\nThe %[1]ss are those last seen there, so the provider treats both as the same server. If the second is a different server, don't apply: set the endpoint to the first.",
				c.kind.Noun, strings.TrimSuffix(before, url.PathEscape(name)), c.store.Location("")))
	}
	return diags
}

// destroyElsewhereError refuses to destroy an instance in another place than the
// one that the provider is configured for.
func (c *connection) destroyElsewhereError(name, location string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("location"), fmt.Sprintf("%s %q is in another place", c.title(), name),
		fmt.Sprintf(`Terraform's state has this instance at:
%s

The provider's configuration refers to another place, where it would be at:
%s

To destroy the instance, use the provider's old configuration. To forget it and leave it as it is:%s`, location, c.store.Location(name), c.forget()))
}

// placeChangedError stops an update that was planned for another place.
func (c *connection) placeChangedError(state instanceModel, here string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("location"), fmt.Sprintf("%s %q is in another place", c.title(), state.Name.ValueString()),
		fmt.Sprintf("The plan was made for %s. Here, the instance would be at %s. Nothing was changed. Apply where the plan was made, or plan again.", state.Location.ValueString(), here))
}

// irreparableError refuses what a server can neither replace nor delete.
func (c *connection) irreparableError(ctx context.Context, name string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(pathName, fmt.Sprintf("%s %q can't be repaired over the server", c.title(), name),
		fmt.Sprintf("%s\n\nTo leave it there instead, delete its import block, or forget it if it's in the state:%s\n\nThen delete the resource block, or set a different name:%s",
			c.irreparableAdvice(name), c.forget(), c.anotherName(ctx, name)))
}

func (c *connection) irreparableAdvice(name string) string {
	return fmt.Sprintf("Elyra can't read the instance, and its server neither replaces nor deletes it. On the server, correct the file metadata/%s/%s.json, install an Elyra that has its schema, or remove the file if nobody needs it.", c.kind.Schemaspace, name)
}

// outcomeUnknownError says that nobody knows whether the instance was created.
func (c *connection) outcomeUnknownError(name string, err error) diag.Diagnostic {
	return withAdvice(c.storeError("create", name, err), "The resource stays in the state as tainted. The next apply checks whether the instance exists and creates it again.")
}

// uncheckedWarning says that the plan couldn't ask whether a name is free.
func (c *connection) uncheckedWarning(name string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic(fmt.Sprintf("Unable to check whether %s %q exists", c.kind.Noun, name), c.detail("read", err))
}

// revealedWarning names the instance that a deleted one hid.
func (c *connection) revealedWarning(name, location string) (diags diag.Diagnostics) {
	if location != "" {
		diags.AddAttributeWarning(pathName, fmt.Sprintf("%s %q is visible again", c.title(), name),
			fmt.Sprintf("The deleted instance was hiding another one with the same name. Elyra now shows:\n%s", location))
	}
	return diags
}

// invalidWarning says that Elyra refuses what is stored, and what a repair keeps of
// it.
func (c *connection) invalidWarning(invalid *elyra.InvalidError, found elyra.Instance, isImport bool) diag.Diagnostic {
	if other := c.foreign(found.Document); other != nil {
		return diag.NewAttributeWarningDiagnostic(pathName, fmt.Sprintf("Runtime %q has another schema", found.Name),
			fmt.Sprintf("%s is for %s now. Apply makes it one for %s again, and removes what only the other has.", found.Location, other.runtime.Title, c.runtime.Title))
	}
	repair := "Apply replaces these values with the configured ones and keeps everything else in the document."
	switch {
	case invalid.Irreparable:
		repair = "A server can't replace it. Correct or remove the file on the server."
	case !c.store.IsLocal():
		repair = "Apply deletes it and creates it as configured. A server doesn't show an invalid document, so keys that others added are lost. To keep them, correct the file on the server instead."
	case found.Document.IsZero():
		repair = "Apply replaces the whole document. If you need anything in it, copy the file first."
	}
	if isImport {
		repair += "\n\nCheck a generated configuration before you apply it: values that Elyra refuses are missing, or need to be corrected."
	}
	return diag.NewAttributeWarningDiagnostic(pathName, fmt.Sprintf("%s %q is invalid", c.title(), invalid.Name),
		fmt.Sprintf("Elyra leaves %s out of its lists:\n\n%s\n\n%s", invalid.Location, indented(invalid.Reasons), repair))
}

// ready reports whether there's no error. A store that isn't known yet is one.
func (c *connection) ready(diags *diag.Diagnostics) bool {
	if c.store == nil {
		diags.AddError("Provider configuration not known yet",
			"The provider's configuration depends on values that are known only after apply, so nothing can be read yet. Apply what they come from first, with -target. To read a data source during apply, add depends_on with what they come from.")
	}
	return !diags.HasError()
}

// notFoundError says that an instance of that name isn't there, and which there are.
func (c *connection) notFoundError(ctx context.Context, name string) diag.Diagnostic {
	detail := fmt.Sprintf("There is no %s named %q; it would be at %s.", c.kind.Noun, name, c.store.Location(name))
	if stem, ok := strings.CutSuffix(name, ".json"); ok {
		if found, _, _ := c.find(ctx, stem, elyra.Glance); found != nil {
			detail = fmt.Sprintf("There is no %s named %q. Leave out \".json\":\n\n    %s", c.kind.Noun, name, stem)
		}
	}
	return diag.NewAttributeErrorDiagnostic(pathName, c.title()+" not found", detail+c.existing(ctx, name, func(found elyra.Instance) string { return found.Name })+c.elsewhereDetail())
}

// existing lists, for one field, the values that exist, those most like the wanted one
// first. One that differs only in case is named by itself.
func (c *connection) existing(ctx context.Context, want string, field func(elyra.Instance) string) string {
	instances, err := c.list(ctx)
	if err != nil || len(instances) == 0 {
		return ""
	}
	var values []string
	for _, instance := range instances {
		value := elyra.Printable(field(instance))
		if strings.EqualFold(value, want) {
			return fmt.Sprintf("\n\nDid you mean %q?", value)
		}
		if value != "" {
			values = append(values, fmt.Sprintf("%q", value))
		}
	}
	want = fmt.Sprintf("%q", want)
	slices.SortStableFunc(values, func(a, b string) int { return distance(want, a) - distance(want, b) })
	const most = 10
	if len(values) > most {
		values = append(values[:most], "…")
	}
	return "\n\nThese exist: " + strings.Join(values, ", ") + "."
}

// elsewhereWarnings names directories with instances that aren't read, though the
// provider's configuration suggests that they should be.
func (c *connection) elsewhereWarnings() (diags diag.Diagnostics) {
	if !c.run.FirstReport("found elsewhere") {
		return nil
	}
	for _, found := range filestore.FoundElsewhere(c.kind, c.dataDirs) {
		diags.AddWarning("No "+c.kind.Noun+"s in "+elyra.Printable(found.Expected), c.elsewhereAdvice(found))
	}
	return diags
}

// elsewhereDetail is the same at the end of an error.
func (c *connection) elsewhereDetail() (detail string) {
	for _, found := range filestore.FoundElsewhere(c.kind, c.dataDirs) {
		detail += "\n\n" + c.elsewhereAdvice(found)
	}
	return detail
}

func (c *connection) elsewhereAdvice(found filestore.Elsewhere) string {
	detail := fmt.Sprintf("Elyra and this provider read %s, which has no %ss. %s has %s. ", found.Expected, c.kind.Noun, found.Found, counted(found.Count, c.kind.Noun))
	if found.DataDir != "" {
		return detail + fmt.Sprintf("To use that directory:\n\n    data_dir = %q", found.DataDir)
	}
	return detail + fmt.Sprintf("To use them, move them to where they're read:\n\n    mkdir -p %[2]s && mv %[1]s/*.json %[2]s/", shellQuote(found.Found), shellQuote(found.Expected))
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

// excludedError says, once a run, that one resource would delete what another has.
func excludedError(run *ownership.Run, name string) (diags diag.Diagnostics) {
	if run.FirstReport("excluded " + name) {
		diags.AddError(fmt.Sprintf("Runtime image %q is managed and excluded", name),
			fmt.Sprintf("An elyra_runtime_image has the name %q, but elyra_runtime_images_exclusive doesn't list it in names, so each apply would delete it. Add it:\n\n    names = [elyra_runtime_image.<label>.name]\n\n%s", name, destroyAnyway))
	}
	return diags
}

func twoExclusivesError(names, others []string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(pathNames, "Two exclusive sets for one place",
		fmt.Sprintf("Another elyra_runtime_images_exclusive with the same provider configuration has other names, so each would delete what the other keeps. Merge the two into one with all names.\n\nThis one: %s.\nThe other: %s.\n\n%s",
			enumerate(names), enumerate(others), destroyAnyway))
}

func enumerate(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// openDataHubName is a key in Open Data Hub's ConfigMap without ".json" that Elyra can't save, since it
// has a dot: "python-3.12-ubi9".
var openDataHubName = regexp.MustCompile(`^[a-z0-9_-]+([.][a-z0-9_-]+)+$`)

// isOpenDataHubName reports whether a name is one that Elyra can't save and Open Data Hub could have
// given to an image. The file may just as well have been copied by hand.
func (t *instanceType) isOpenDataHubName(name string) bool {
	return t.runtime == nil && openDataHubName.MatchString(name) && elyra.ValidateName(name) != nil
}

// openDataHubCase is what's different if Open Data Hub gave the name.
const openDataHubCase = "In a workbench of Open Data Hub or OpenShift AI, each start recreates such a file from the ConfigMap pipeline-runtime-images, so renaming it doesn't last: manage its source instead, as the guide \"Open Data Hub and OpenShift AI\" shows."

// unsavableAdvice is what to do about an instance whose name Elyra can't save.
func (t *instanceType) unsavableAdvice(name string) string {
	advice := fmt.Sprintf("Elyra can read a file with such a name, but can't save it. Rename the file, or create the %s under another name. The data source elyra_%ss lists it as it is.", t.short, strings.ReplaceAll(t.kind.Noun, " ", "_"))
	if t.isOpenDataHubName(name) {
		advice += " " + openDataHubCase
	}
	return advice
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// indented lists lines in a block, the first hundred of them.
func indented(lines []string) string {
	const most = 100
	if len(lines) > most {
		lines = append(slices.Clone(lines[:most]), fmt.Sprintf("# and %d more", len(lines)-most))
	}
	var text []string
	for _, line := range lines {
		text = append(text, "    "+elyra.Printable(line))
	}
	return strings.Join(text, "\n")
}

// shellQuote quotes a path for a POSIX shell where that is needed.
func shellQuote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
