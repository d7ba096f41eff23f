package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
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
// of known strings, alone or as elements, and numbers. What names the value in prose.
type ruleValidator struct {
	what  string
	check func(string) error
	// latest warns of an image name without a tag in a configuration.
	latest bool
}

// The rules for values. Elyra's own are documented in package elyra.
var (
	imageNameRule = ruleValidator{what: "image name", check: checkImageName, latest: true}
	nameRule      = ruleValidator{what: "name", check: checkName}
	tagRule       = ruleValidator{what: "tag", check: elyra.ValidateTag}
	directoryRule = ruleValidator{what: "directory", check: checkDirectory}
	fileModeRule  = ruleValidator{what: "permission", check: checkPermission(0o600, `^0?[0-7]{3}$`, `three digits from 0 to 7, such as "0644"`)}
	dirModeRule   = ruleValidator{what: "permission", check: checkPermission(0o700, `^[0-7]{3,4}$`, `three digits from 0 to 7, such as "0755", or four, such as "2775" for directories whose files belong to their group`)}
	instanceRule  = ruleValidator{what: "name", check: checkInstanceName}
	durationRule  = ruleValidator{what: "duration", check: checkDuration}
	retriesRule   = ruleValidator{what: "number of retries", check: checkRetries}
)

func (v ruleValidator) Description(context.Context) string             { return "must be a valid " + v.what }
func (v ruleValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v ruleValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	resp.Diagnostics.Append(v.validate(req.Path, req.ConfigValue)...)
	if !v.latest {
		return
	}
	name := req.ConfigValue.ValueString()
	if image, err := imageref.Parse(name); err == nil && image.Tag == "" && image.Digest == "" {
		resp.Diagnostics.AddAttributeWarning(req.Path, "Image name without a tag",
			fmt.Sprintf("%q has neither a tag nor a digest, which means the tag \"latest\". What runs can change from one day to the next. Add a tag or a digest, such as %q.", name, name+":1.0"))
	}
}

// ValidateNumber is for rules of numbers that the framework's own integers would call an error of the provider.
func (v ruleValidator) ValidateNumber(_ context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() {
		resp.Diagnostics.Append(v.validate(req.Path, types.StringValue(req.ConfigValue.ValueBigFloat().String()))...)
	}
}

func (v ruleValidator) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	for i, element := range req.ConfigValue.Elements() {
		if s, ok := element.(types.String); ok {
			resp.Diagnostics.Append(v.validate(req.Path.AtListIndex(i), s)...)
		}
	}
}

func (v ruleValidator) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	resp.Diagnostics.Append(v.validateSet(req.Path, req.ConfigValue)...)
}

func (v ruleValidator) validateSet(at path.Path, set types.Set) (diags diag.Diagnostics) {
	for _, element := range set.Elements() {
		if s, ok := element.(types.String); ok {
			diags.Append(v.validate(at.AtSetValue(element), s)...)
		}
	}
	return diags
}

func (v ruleValidator) validate(at path.Path, value types.String) (diags diag.Diagnostics) {
	isElement := len(at.Steps()) > 1 // a null attribute is an absent one
	switch err := v.check(value.ValueString()); {
	case value.IsUnknown(), value.IsNull() && !isElement:
	case value.IsNull():
		diags.AddAttributeError(at, "Invalid "+v.what, "An element must not be null; leave it out, for example with compact().")
	case err != nil:
		detail := sentence(err.Error())
		if invalid := (*imageref.Error)(nil); errors.As(err, &invalid) && invalid.Correction != "" {
			detail = fmt.Sprintf("%s Use:\n\n    image_name = %q", sentence(invalid.Reason), invalid.Correction)
		}
		diags.AddAttributeError(at, "Invalid "+v.what, detail)
	}
	return diags
}

func checkImageName(name string) error {
	_, err := imageref.Parse(name)
	return err
}

func checkRetries(number string) error {
	const most = 100
	if retries, err := strconv.Atoi(number); err != nil || retries < 0 || retries > most {
		return fmt.Errorf("max_retries must be a whole number from 0 to %d, not %s", most, number)
	}
	return nil
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

// checkDirectory refuses what nobody means as a data directory, and offers what was
// meant.
func checkDirectory(dir string) error {
	trimmed := strings.TrimSpace(dir)
	metadata, schemaspace := filepath.Dir(filepath.Clean(dir)), filepath.Base(dir)
	isSchemaspace := schemaspace == elyra.RuntimeImages.Schemaspace || schemaspace == elyra.Runtimes.Schemaspace
	switch {
	case trimmed == "":
		return errors.New("the path is empty; leave it out, or use null, for Elyra's own search path")
	case trimmed != dir:
		return fmt.Errorf("%q begins or ends with a space or a line break; use %q, or trimspace(…) for the content of a file", dir, trimmed)
	case strings.HasPrefix(dir, "~"):
		return fmt.Errorf("~ isn't expanded by Terraform; use pathexpand(%q)", dir)
	case strings.HasPrefix(dir, "file://"):
		return fmt.Errorf("%q is a URL; use the path %q", dir, strings.TrimPrefix(dir, "file://"))
	case strings.HasPrefix(dir, "$HOME/"), strings.HasPrefix(dir, "${HOME}/"):
		_, rest, _ := strings.Cut(dir, "/")
		return fmt.Errorf("environment variables aren't expanded by Terraform; use pathexpand(%q)", "~/"+rest)
	case strings.HasPrefix(dir, "$"), strings.HasPrefix(dir, "%"):
		return fmt.Errorf("environment variables in %q aren't expanded by Terraform; use the path, or a variable that is set by TF_VAR_…", dir)
	case runtime.GOOS != "windows" && len(dir) > 2 && dir[1] == ':' && strings.ContainsRune(`\/`, rune(dir[2])):
		return fmt.Errorf("%q is a path of Windows, and Terraform runs on another system; use a path of this machine", dir)
	case isSchemaspace && filepath.Base(metadata) == "metadata":
		return fmt.Errorf("%q is the directory of the documents; use the data directory above %s: %q", dir, filepath.Join("metadata", schemaspace), filepath.Dir(metadata))
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
