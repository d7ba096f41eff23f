package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra/filestore"
	"github.com/elyra-ai/terraform-provider-elyra/internal/imageref"
)

// ruleValidator makes a check that knows nothing of Terraform into a validator
// of known strings, alone or as elements. What names the value in prose.
type ruleValidator struct {
	what  string
	check func(string) error
}

// The rules for values. Elyra's own are documented in package elyra.
var (
	imageNameRule = ruleValidator{"image name", checkImageName}
	nameRule      = ruleValidator{"name", checkName}
	tagRule       = ruleValidator{"tag", elyra.ValidateTag}
	directoryRule = ruleValidator{"directory", checkDirectory}
	fileModeRule  = ruleValidator{"permission", checkPermission(0o600, `^0?[0-7]{3}$`, `three digits from 0 to 7, such as "0644"`)}
	dirModeRule   = ruleValidator{"permission", checkPermission(0o700, `^[0-7]{3,4}$`, `three digits from 0 to 7, such as "0755", or four, such as "2775" for directories whose files belong to their group`)}
	instanceRule  = ruleValidator{"name", checkInstanceName}
	durationRule  = ruleValidator{"duration", checkDuration}
)

func (v ruleValidator) Description(context.Context) string             { return "must be a valid " + v.what }
func (v ruleValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v ruleValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	resp.Diagnostics.Append(v.validate(req.Path, req.ConfigValue)...)
}

func (v ruleValidator) ValidateList(ctx context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	for i, element := range req.ConfigValue.Elements() {
		if s, ok := element.(types.String); ok {
			resp.Diagnostics.Append(v.validate(req.Path.AtListIndex(i), s)...)
		}
	}
}

func (v ruleValidator) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	for _, element := range req.ConfigValue.Elements() {
		if s, ok := element.(types.String); ok {
			resp.Diagnostics.Append(v.validate(req.Path.AtSetValue(element), s)...)
		}
	}
}

func (v ruleValidator) validate(at path.Path, value types.String) diag.Diagnostics {
	var diags diag.Diagnostics
	if value.IsUnknown() {
		return nil
	}
	if value.IsNull() {
		if len(at.Steps()) > 1 { // an element; a null attribute is an absent one
			diags.AddAttributeError(at, "Invalid "+v.what, "An element must not be null; leave it out, for example with compact().")
		}
		return diags
	}
	if err := v.check(value.ValueString()); err != nil {
		diags.AddAttributeError(at, "Invalid "+v.what, sentence(err.Error()))
	}
	return diags
}

// fieldValidator is the validator of a field in a configuration.
func fieldValidator(field elyra.Field) validator.String {
	if field.Key == "image_name" {
		return imageNameValidator{}
	}
	return fieldRule(field)
}

// retriesValidator is the rule for max_retries. The framework's own integers would call
// a fraction an error of the provider.
type retriesValidator struct{}

const maxRetries = 100

func (retriesValidator) Description(context.Context) string {
	return fmt.Sprintf("must be a whole number from 0 to %d", maxRetries)
}

func (v retriesValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v retriesValidator) ValidateNumber(ctx context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	value := req.ConfigValue.ValueBigFloat()
	if retries, _ := value.Int64(); !value.IsInt() || retries < 0 || retries > maxRetries {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid number of retries", fmt.Sprintf("max_retries %s, not %s.", v.Description(ctx), value.String()))
	}
}

// imageNameValidator is the rule for image_name, with a warning where it means
// "latest".
type imageNameValidator struct{}

func (imageNameValidator) Description(context.Context) string {
	return "must be a container image that Elyra's pipelines can use: [registry/]owner/image[:tag][@digest]"
}

func (v imageNameValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (imageNameValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	name := req.ConfigValue.ValueString()
	ref, err := imageref.Parse(name)
	if err != nil {
		resp.Diagnostics.Append(imageNameError(req.Path, err))
		return
	}
	if ref.ImpliesLatest() {
		resp.Diagnostics.AddAttributeWarning(req.Path, "Image name without a tag",
			fmt.Sprintf("%q has neither a tag nor a digest, which means the tag \"latest\". What runs can change from one day to the next. Add a tag or a digest, such as %q.", name, name+":1.0"))
	}
}

// imageNameError is the diagnostic for what imageref.Parse refused.
func imageNameError(at path.Path, err error) diag.Diagnostic {
	detail := sentence(err.Error())
	var invalid *imageref.Error
	if errors.As(err, &invalid) {
		detail = sentence(invalid.Reason)
		if invalid.Correction != "" {
			detail += fmt.Sprintf(" Use:\n\n    image_name = %q", invalid.Correction)
		}
	}
	return diag.NewAttributeErrorDiagnostic(at, "Invalid image name", detail)
}

func checkImageName(name string) error {
	_, err := imageref.Parse(name)
	return err
}

// checkPermission returns a check for modes that are written in octal and leave the owner the needed
// rights.
func checkPermission(needed fs.FileMode, pattern, digits string) func(string) error {
	octal := regexp.MustCompile(pattern)
	return func(value string) error {
		mode, err := filestore.ParseMode(value)
		switch {
		case err != nil || !octal.MatchString(value):
			return fmt.Errorf("%q isn't a mode in octal; use %s", value, digits)
		case mode&needed != needed:
			return fmt.Errorf("with the mode %q, the owner couldn't use what is created; give the owner at least %#o", value, needed)
		}
		return nil
	}
}

// checkName is the rule for new names. It offers the one that is meant: in lower case, with what may
// join words where blanks and dots do.
func checkName(name string) error {
	err := elyra.ValidateName(name)
	if err == nil {
		return nil
	}
	offer := strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(name), "_")), ".", "-")
	if elyra.ValidateName(offer) != nil {
		return err
	}
	return fmt.Errorf("%w; use %q", err, offer)
}

func checkInstanceName(name string) error {
	if name == "" || strings.ContainsAny(name, `/\`) {
		return fmt.Errorf("%q isn't the name of an instance: it is the stem of a file's name, without a directory", name)
	}
	return nil
}

func checkDuration(duration string) error {
	if d, err := time.ParseDuration(duration); err != nil || d <= 0 {
		return fmt.Errorf("%q isn't a duration; write a number and a unit, such as \"45s\" or \"2m\"", duration)
	}
	return nil
}

// derivedName returns the name that a display name gives.
func derivedName(displayName string) (string, error) {
	name, err := elyra.NameFromDisplayName(displayName)
	if err != nil {
		return "", err
	}
	return name, elyra.ValidateName(name)
}

// sentence gives an error's text a capital and a full stop.
func sentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(r)) + s[size:]
	if last := s[len(s)-1]; last != '.' && last != '?' && last != '!' {
		s += "."
	}
	return s
}
