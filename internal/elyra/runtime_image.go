package elyra

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// SchemaName is the schema_name of every runtime image.
const SchemaName = "runtime-image"

// RuntimeImage is a runtime image configuration. Except for the required
// fields, a zero field is one that the document doesn't have.
type RuntimeImage struct {
	// Name identifies the instance: the stem of its file. See [ValidateName].
	Name string
	// DisplayName is what Elyra's editors show. Required.
	DisplayName string
	// ImageName is the container image, stored exactly as written: Elyra
	// compares image names as plain strings. Required.
	ImageName   string
	Description string
	// PullPolicy is when the cluster pulls the image, in Kubernetes' words; empty leaves that to the cluster.
	PullPolicy string
	// PullSecret names the Kubernetes Secret with the registry's credentials.
	PullSecret string
	// Tags categorise the image. Their order means nothing.
	Tags []string
}

// Field is a field of a [RuntimeImage] or a [Runtime] that is text. Everything that
// deals with fields derives from [Fields] and [RuntimeSchema.Fields]: the document,
// comparisons, and Terraform's attributes. Tags, the one field that isn't text, is
// dealt with next to it.
type Field struct {
	// Key is that of the document, and the name of Terraform's attribute.
	Key string
	// Required fields are never empty. Others are absent from the document if empty.
	Required bool
	// Default is the value in a document that has no other; empty if there isn't one.
	Default string
	// Secret values are never part of a message. Secret and Private ones, such as user
	// names, are never shown.
	Secret, Private bool

	// top: the key is at the top level of the document, not in metadata.
	top   bool
	rule  rule
	value func(*RuntimeImage) *string
}

// rule is what the values of a field have to be.
type rule struct {
	// check is the rule for values that a user writes. Except for the image name, whose
	// rule is stricter than Elyra's and is in another package, it's Elyra's own.
	check func(string) error
	// stored is Elyra's rule for values that a document has; nil if there isn't one.
	// Its errors complete a sentence that begins with the key.
	stored func(string) error
	// choices are all values that the field may have, and which others each needs; nil
	// if there are others.
	choices []choice
}

// Check is the rule for values that a user writes.
func (f Field) Check(value string) error {
	err := f.rule.check(value)
	if f.Required && errors.Is(err, errBlank) {
		return errors.New("an empty value isn't allowed, because the argument is required")
	}
	return err
}

// Choices returns the values that a field may have; nil if it may have others.
func (f Field) Choices() (values []string) {
	for _, choice := range f.rule.choices {
		values = append(values, choice.value)
	}
	return values
}

// Of returns the field of an image.
func (f Field) Of(image *RuntimeImage) *string { return f.value(image) }

var fields = []Field{
	{Key: "display_name", Required: true, top: true, rule: displayNames,
		value: func(r *RuntimeImage) *string { return &r.DisplayName }},
	{Key: "description", rule: descriptions,
		value: func(r *RuntimeImage) *string { return &r.Description }},
	{Key: keyImageName, Required: true, rule: rule{stored: storedNotEmpty},
		value: func(r *RuntimeImage) *string { return &r.ImageName }},
	{Key: "pull_policy", rule: oneOf(choice{value: "Always"}, choice{value: "IfNotPresent"}, choice{value: "Never"}),
		value: func(r *RuntimeImage) *string { return &r.PullPolicy }},
	{Key: "pull_secret", rule: pattern{rule: dotted, least: 2, most: 253, characters: "lowercase letters, digits, hyphens, and dots"}.asRule(),
		value: func(r *RuntimeImage) *string { return &r.PullSecret }},
}

// Fields returns all fields that are text, in the order of Elyra's documents.
func Fields() []Field { return fields }

// isSchemaKey reports whether a key of metadata is a field of a [RuntimeImage].
func isSchemaKey(key string) bool {
	return key == keyTags || slices.ContainsFunc(fields, func(f Field) bool { return !f.top && f.Key == key })
}

// Equal reports whether both mean the same: tags in any order, none or empty.
func (r RuntimeImage) Equal(o RuntimeImage) bool {
	for _, field := range fields {
		if *field.value(&r) != *field.value(&o) {
			return false
		}
	}
	return r.Name == o.Name && sameTags(r.Tags, o.Tags)
}

func sameTags(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

var (
	displayNames = rule{check: notEmpty("the display name is empty; write the name that Elyra's editors show"), stored: storedNotEmpty}
	descriptions = rule{check: notEmpty("an empty description isn't the same as none; leave it out, or use null")}
	tagRule      = regexp.MustCompile(`^[^ \t]+([ \t]+[^ \t]+)*$`)
)

var storedNotEmpty = notEmpty("is empty")

// notEmpty is the rule that a value isn't "", with its error.
func notEmpty(fault string) func(string) error {
	return func(value string) error {
		if value == "" {
			return errors.New(fault)
		}
		return nil
	}
}

// ValidateTag checks a tag against Elyra's schema: not empty, no blank first or
// last.
func ValidateTag(tag string) error {
	switch {
	case strings.Trim(tag, " \t") == "":
		return errors.New("a tag must not be empty or blank")
	case !tagRule.MatchString(tag):
		return fmt.Errorf("the tag %q begins or ends with a blank; use %q", tag, strings.Trim(tag, " \t"))
	}
	return nil
}
