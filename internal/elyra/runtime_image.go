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
// fields, a zero field is one that the document does not have.
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

// Equal reports whether both mean the same: tags in any order, none or empty.
func (r RuntimeImage) Equal(o RuntimeImage) bool {
	return r.Name == o.Name && r.DisplayName == o.DisplayName && r.ImageName == o.ImageName &&
		r.Description == o.Description && r.PullPolicy == o.PullPolicy && r.PullSecret == o.PullSecret &&
		sameTags(r.Tags, o.Tags)
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

// PullPolicies returns all pull policies, in the order of Elyra's schema.
func PullPolicies() []PullPolicy { return []PullPolicy{PullAlways, PullIfNotPresent, PullNever} }

// maxPullSecretLength is the longest name of a Kubernetes Secret (a DNS
// subdomain, RFC 1123) and maxLength in Elyra's schema. In characters.
const maxPullSecretLength = 253

var (
	tagRule        = regexp.MustCompile(`^[^ \t]+([ \t]+[^ \t]+)*$`)
	pullSecretRule = regexp.MustCompile(`^[a-z0-9][a-z0-9-.]*[a-z0-9]$`)
)

// ValidatePullPolicy checks a pull policy against the enum in Elyra's schema
// and names the right one where only the case is wrong.
func ValidatePullPolicy(policy string) error {
	if slices.Contains(PullPolicies(), PullPolicy(policy)) {
		return nil
	}
	for _, p := range PullPolicies() {
		if strings.EqualFold(string(p), strings.TrimSpace(policy)) {
			return fmt.Errorf("%q is not a pull policy; use %q", policy, p)
		}
	}
	if policy == "" {
		return errors.New("an empty pull policy is not the same as none; leave it out, or use null, for the cluster's default")
	}
	return fmt.Errorf("%q is not a pull policy; use \"Always\", \"IfNotPresent\" or \"Never\"", policy)
}

// ValidatePullSecret checks the name of a Kubernetes Secret against Elyra's
// schema: 2 to 253 lower-case letters, digits, hyphens and dots, a letter or
// digit first and last.
func ValidatePullSecret(secret string) error {
	switch {
	case secret == "":
		return errors.New("an empty pull secret is not the same as none; leave it out, or use null, to pull without credentials")
	case utf8.RuneCountInString(secret) > maxPullSecretLength:
		return fmt.Errorf("the name of a Kubernetes Secret has at most %d characters, this one has %d", maxPullSecretLength, utf8.RuneCountInString(secret))
	case !pullSecretRule.MatchString(secret):
		if lower := strings.ToLower(secret); pullSecretRule.MatchString(lower) {
			return fmt.Errorf("%q is not the name of a Kubernetes Secret, which has no capitals; use %q", secret, lower)
		}
		return fmt.Errorf("%q is not the name of a Kubernetes Secret that Elyra accepts: at least two lower-case letters, digits, hyphens and dots, a letter or digit first and last", secret)
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
