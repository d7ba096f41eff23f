package elyra

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
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
	PullPolicy  PullPolicy
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
	// Check is the rule for values that a user writes. Except for the image name, whose
	// rule is stricter than Elyra's and stands elsewhere, it's Elyra's own.
	Check func(string) error
	// Default stands in a document that has no other value; empty if there isn't one.
	Default string
	// Secret values never stand in a message. Secret and Private ones, such as user
	// names, are never shown.
	Secret, Private bool

	// choices are all values that the field may have, and which others each needs.
	choices []choice
	// top: the key stands at the top level of the document, not in metadata.
	top bool
	// stored is Elyra's rule for values that a document has; nil if there isn't one.
	stored func(string) error
	value  func(*RuntimeImage) *string
}

// Of returns the field of an image.
func (f Field) Of(image *RuntimeImage) *string { return f.value(image) }

// path is where the key stands in the document.
func (f Field) path() string {
	if f.top {
		return f.Key
	}
	return keyMetadata + "." + f.Key
}

var fields = []Field{
	{Key: "display_name", Required: true, top: true, Check: checkDisplayName,
		value: func(r *RuntimeImage) *string { return &r.DisplayName }},
	{Key: "description", Check: checkDescription,
		value: func(r *RuntimeImage) *string { return &r.Description }},
	{Key: keyImageName, Required: true,
		value: func(r *RuntimeImage) *string { return &r.ImageName }},
	{Key: "pull_policy", Check: checkPullPolicy, stored: checkStoredPullPolicy,
		value: func(r *RuntimeImage) *string { return (*string)(&r.PullPolicy) }},
	{Key: "pull_secret", Check: checkPullSecret, stored: checkStoredPullSecret,
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

// PullPolicy is a Kubernetes image pull policy. The empty one leaves the choice
// to the cluster.
type PullPolicy string

// The pull policies that Elyra's schema knows.
const (
	PullAlways       PullPolicy = "Always"
	PullIfNotPresent PullPolicy = "IfNotPresent"
	PullNever        PullPolicy = "Never"
)

// pullPolicies returns all pull policies, in the order of Elyra's schema.
func pullPolicies() []PullPolicy { return []PullPolicy{PullAlways, PullIfNotPresent, PullNever} }

// maxPullSecretLength is the longest name of a Kubernetes Secret (a DNS
// subdomain, RFC 1123) and maxLength in Elyra's schema. In characters.
const maxPullSecretLength = 253

var (
	tagRule        = regexp.MustCompile(`^[^ \t]+([ \t]+[^ \t]+)*$`)
	pullSecretRule = regexp.MustCompile(`^[a-z0-9][a-z0-9-.]*[a-z0-9]$`)
)

func checkDisplayName(name string) error {
	if name == "" {
		return errors.New("the display name is empty; write the name that Elyra's editors show")
	}
	return nil
}

func checkDescription(description string) error {
	if description == "" {
		return errors.New("an empty description isn't the same as none; leave it out, or use null")
	}
	return nil
}

// checkPullPolicy checks a pull policy against the enum in Elyra's schema
// and names the right one where only the case is wrong.
func checkPullPolicy(policy string) error {
	if slices.Contains(pullPolicies(), PullPolicy(policy)) {
		return nil
	}
	for _, p := range pullPolicies() {
		if strings.EqualFold(string(p), strings.TrimSpace(policy)) {
			return fmt.Errorf("%q isn't a pull policy; use %q", policy, p)
		}
	}
	if policy == "" {
		return errors.New("an empty pull policy isn't the same as none; leave it out, or use null, for the cluster's default")
	}
	return fmt.Errorf("%q isn't a pull policy; use \"Always\", \"IfNotPresent\" or \"Never\"", policy)
}

func checkStoredPullPolicy(policy string) error {
	if !slices.Contains(pullPolicies(), PullPolicy(policy)) {
		return fmt.Errorf("%q isn't one of Always, IfNotPresent, Never", policy)
	}
	return nil
}

// checkPullSecret checks the name of a Kubernetes Secret against Elyra's
// schema: 2 to 253 lowercase letters, digits, hyphens and dots, a letter or
// digit first and last.
func checkPullSecret(secret string) error {
	switch {
	case secret == "":
		return errors.New("an empty pull secret isn't the same as none; leave it out, or use null, to pull without credentials")
	case utf8.RuneCountInString(secret) > maxPullSecretLength:
		return fmt.Errorf("the name of a Kubernetes Secret has at most %d characters, this one has %d", maxPullSecretLength, utf8.RuneCountInString(secret))
	case !pullSecretRule.MatchString(secret):
		if lower := strings.ToLower(secret); pullSecretRule.MatchString(lower) {
			return fmt.Errorf("%q isn't the name of a Kubernetes Secret, which has no capitals; use %q", secret, lower)
		}
		return fmt.Errorf("%q isn't the name of a Kubernetes Secret that Elyra accepts: at least two lowercase letters, digits, hyphens and dots, a letter or digit first and last", secret)
	}
	return nil
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
