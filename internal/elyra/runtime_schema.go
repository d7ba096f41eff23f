package elyra

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// RuntimeSchema is one of Elyra's schemas for runtimes.
type RuntimeSchema struct {
	// Name is the schema_name of its documents, and Type their runtime_type.
	Name, Type string
	// Title is what people call it.
	Title string
	// Fields are in the order of Elyra's documents.
	Fields []Field
}

// choice is a value of a field that may have no others, and what it asks of other fields.
type choice struct {
	value string
	needs map[string]need
	// example is a value of what it requires, to be shown in a message; empty for a variable.
	example string
}

// need is what a choice asks of another field. Where it says nothing, the field is optional.
type need int

const (
	optional need = iota
	required
	forbidden
	// together: all fields that are needed together, or none.
	together
)

func needs(n need, keys ...string) map[string]need {
	all := map[string]need{}
	for _, key := range keys {
		all[key] = n
	}
	return all
}

const keyGitHubAPIEndpoint = "github_api_endpoint"

// KubeflowPipelines is the schema of runtimes on Kubeflow Pipelines.
var KubeflowPipelines = &RuntimeSchema{
	Name: "kfp", Type: "KUBEFLOW_PIPELINES", Title: "Kubeflow Pipelines",
	Fields: slices.Concat(leadingFields, []Field{
		{Key: "public_api_endpoint", rule: addresses},
		{Key: "user_namespace", rule: namespaces},
		{Key: "engine", Default: "Argo", rule: oneOf(choice{value: "Argo"})},
		{Key: "auth_type", Default: "NO_AUTHENTICATION", rule: oneOf(
			choice{value: "NO_AUTHENTICATION", needs: needs(forbidden, "api_username", "api_password")},
			choice{value: "KUBERNETES_SERVICE_ACCOUNT_TOKEN", needs: needs(forbidden, "api_username", "api_password")},
			choice{value: "DEX_STATIC_PASSWORDS", needs: needs(required, "api_username", "api_password")},
			choice{value: "DEX_LDAP", needs: needs(required, "api_username", "api_password")},
			choice{value: "DEX_LEGACY", needs: needs(together, "api_username", "api_password")},
			// Elyra accepts none, and fails when a pipeline is submitted.
			choice{value: "EXISTING_BEARER_TOKEN", needs: needs(required, "api_password")},
		)},
		{Key: "api_username", Private: true, rule: anyText},
		{Key: "api_password", Secret: true, rule: anyText},
	}, storageFields),
}

// Airflow is the schema of runtimes on Apache Airflow.
var Airflow = &RuntimeSchema{
	Name: "airflow", Type: "APACHE_AIRFLOW", Title: "Apache Airflow",
	Fields: slices.Concat(leadingFields, []Field{
		{Key: "user_namespace", Default: "default", rule: namespaces},
		{Key: "git_type", Default: "GITHUB", rule: oneOf(
			choice{value: "GITHUB"},
			choice{value: "GITLAB", needs: needs(required, keyGitHubAPIEndpoint), example: "https://gitlab.com"},
			choice{value: "GITEA", needs: needs(required, keyGitHubAPIEndpoint), example: "https://gitea.example.com"},
		)},
		{Key: keyGitHubAPIEndpoint, Default: "https://api.github.com", rule: addresses},
		{Key: "github_repo", Required: true, rule: rule{check: checkRepository}},
		{Key: "github_branch", Required: true, rule: anyText},
		{Key: "github_repo_token", Required: true, Secret: true, rule: anyText},
	}, storageFields),
}

// leadingFields are the first ones of all schemas.
var leadingFields = []Field{
	{Key: "display_name", Required: true, top: true, rule: displayNames},
	{Key: "description", rule: descriptions},
	{Key: "api_endpoint", Required: true, rule: addresses},
}

// storageFields are about the object storage, the last ones of all schemas.
var storageFields = []Field{
	{Key: "cos_endpoint", Required: true, rule: rule{check: checkStorageURL, stored: storedURI}},
	{Key: "public_cos_endpoint", rule: addresses},
	{Key: "cos_bucket", Required: true, rule: buckets},
	{Key: "cos_auth_type", Default: "USER_CREDENTIALS", rule: oneOf(
		choice{value: "USER_CREDENTIALS", needs: map[string]need{"cos_username": required, "cos_password": required, "cos_secret": forbidden}},
		choice{value: "KUBERNETES_SECRET", needs: needs(required, "cos_username", "cos_password", "cos_secret")},
		choice{value: "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS", needs: needs(forbidden, "cos_username", "cos_password", "cos_secret")},
	)},
	{Key: "cos_secret", rule: anyText},
	{Key: "cos_username", Private: true, rule: anyText},
	{Key: "cos_password", Secret: true, rule: rule{check: checkPassword, stored: checkPassword}},
}

// oneOf is the rule that there are no other values than the choices.
func oneOf(choices ...choice) rule {
	is := rule{choices: choices}
	values := Field{rule: is}.Choices()
	list := strings.Join(values, ", ")
	is.check = func(value string) error {
		i := slices.IndexFunc(values, func(v string) bool { return strings.EqualFold(v, strings.TrimSpace(value)) })
		switch {
		case slices.Contains(values, value):
			return nil
		case value == "Tekton":
			return errors.New(`only Argo runs with Elyra 4 and odh-elyra 5; use "Argo"`)
		case i >= 0:
			return fmt.Errorf("%q isn't one of %s; use %q", value, list, values[i])
		}
		return cmp.Or(checkNotBlank(value), fmt.Errorf("%q isn't one of %s", value, list))
	}
	is.stored = func(value string) error {
		if !slices.Contains(values, value) {
			return fmt.Errorf("is %q, not one of %s", value, list)
		}
		return nil
	}
	return is
}

// Fault is what's wrong with the value of a key, given those of others.
type Fault struct {
	Key, Reason string
	// Add is a line that repairs it; empty if something has to be removed instead.
	Add string
}

func (f Fault) String() string {
	if f.Add == "" {
		return f.Reason
	}
	return f.Reason + "; add " + f.Add
}

// CheckTogether holds values that are each valid against the rules between them. Those of the keys
// that aren't known yet break no rule. No fault quotes a value of a field without choices.
func (s *RuntimeSchema) CheckTogether(values map[string]string, unknown []string) (faults []Fault) {
	for _, field := range s.Fields {
		value, set := values[field.Key]
		if !set {
			value = field.Default
		}
		choices := field.rule.choices
		at := slices.IndexFunc(choices, func(c choice) bool { return c.value == value })
		if at < 0 || slices.Contains(unknown, field.Key) {
			continue
		}
		for _, other := range s.Fields {
			if !slices.Contains(unknown, other.Key) {
				faults = append(faults, choices[at].check(field, other.Key, values)...)
			}
		}
	}
	return faults
}

// check holds the value of another key, or its absence, against what the choice of a field needs.
func (c choice) check(field Field, key string, values map[string]string) (faults []Fault) {
	has := func(key string) bool { _, ok := values[key]; return ok }
	setting := fmt.Sprintf("%s = %q", field.Key, c.value)
	line := key + " = var." + key
	if c.example != "" {
		line = fmt.Sprintf("%s = %q", key, c.example)
	}
	switch need := c.needs[key]; {
	case need == required && !has(key):
		faults = append(faults, Fault{field.Key, setting + " requires " + key, line})
	case need == forbidden && has(key):
		var takers []string
		for _, choice := range field.rule.choices {
			if choice.needs[key] != forbidden {
				takers = append(takers, fmt.Sprintf("%q", choice.value))
			}
		}
		faults = append(faults, Fault{Key: key, Reason: fmt.Sprintf("%s takes no %s; remove %s, or set %s to one that takes it (%s)",
			setting, key, key, field.Key, strings.Join(takers, ", "))})
	case need == together && !has(key):
		for partner, need := range c.needs {
			if need == together && has(partner) {
				faults = append(faults, Fault{partner, fmt.Sprintf("%s takes %s only with %s, or neither", setting, partner, key), line})
			}
		}
	}
	return faults
}

// Takes reports whether the rules allow a document with these values to have the key, too.
func (s *RuntimeSchema) Takes(key string, values map[string]string) bool {
	with := maps.Clone(values)
	with[key] = "any"
	return !slices.ContainsFunc(s.CheckTogether(with, nil), func(f Fault) bool { return f.Key == key })
}

var errBlank = errors.New("an empty value isn't the same as none; leave it out, or use null")

func checkNotBlank(value string) error {
	if strings.TrimSpace(value) == "" {
		return errBlank
	}
	return nil
}

const minPassword = 8

// checkPassword never quotes it.
func checkPassword(value string) error {
	if utf8.RuneCountInString(value) < minPassword {
		return fmt.Errorf("must have at least %d characters", minPassword)
	}
	return checkNotBlank(value)
}

// checkURL wants what Elyra's clients can connect to. Elyra's schema accepts more, such as
// "minio:9000". An address that may have credentials in it is never quoted.
func checkURL(value string) error {
	if err := checkNotBlank(value); err != nil {
		return err
	}
	u, err := url.Parse(value)
	isAddress := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && !strings.ContainsAny(value, " \t\n")
	offer, canOffer := withScheme(value)
	switch {
	case err == nil && u.User != nil:
		return errors.New("an endpoint must not contain credentials; remove what stands before \"@\", and use the arguments for the user name and password")
	case isAddress:
		return nil
	case strings.Contains(value, "@"):
		return errors.New("the value isn't an address with http:// or https:// and a host; what stands before \"@\" may be credentials, which have arguments of their own")
	case strings.TrimSpace(value) != value && checkURL(strings.TrimSpace(value)) == nil:
		return fmt.Errorf("%q begins or ends with a space or a line break; use %q", value, strings.TrimSpace(value))
	case canOffer:
		return fmt.Errorf("%q isn't an address with http:// or https://; use %q", value, offer)
	}
	return fmt.Errorf("%q isn't an address with http:// or https:// and a host, such as \"https://host.example.com:9000\"", value)
}

// withScheme returns the address that is meant by one without a scheme.
func withScheme(value string) (string, bool) {
	host := strings.TrimPrefix(strings.TrimSpace(value), "//")
	u, err := url.Parse("http://" + host)
	if err != nil || u.Hostname() == "" || strings.Contains(host, "://") || strings.ContainsAny(host, " \t\n") {
		return "", false
	}
	if InCluster(u.Hostname()) {
		return "http://" + host, true
	}
	return "https://" + host, true
}

// InCluster reports whether a host has a meaning inside a Kubernetes cluster alone, or on this machine.
func InCluster(host string) bool {
	return !strings.ContainsAny(host, ".:") || strings.HasSuffix(host, ".svc") || strings.HasSuffix(host, ".svc.cluster.local")
}

// checkStorageURL is checkURL for what Elyra reads scheme, host, and port of.
func checkStorageURL(value string) error {
	if err := checkURL(value); err != nil {
		return err
	}
	u, _ := url.Parse(value) // it's valid
	if u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q has a path, which Elyra drops; use %q", value, u.Scheme+"://"+u.Host)
	}
	return nil
}

var (
	hyphenated = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*[a-z0-9]$`)
	dotted     = regexp.MustCompile(`^[a-z0-9][a-z0-9-.]*[a-z0-9]$`)
	anyText    = rule{check: checkNotBlank}
	addresses  = rule{check: checkURL, stored: storedURI}
	namespaces = pattern{rule: hyphenated, least: 2, most: 63, characters: "lowercase letters, digits, and hyphens"}.asRule()
	buckets    = pattern{rule: dotted, least: 3, most: 222, characters: "lowercase letters, digits, hyphens, and dots", hyphens: true}.asRule()

	repositoryRule = regexp.MustCompile(`^[\w.-]+(/[\w.-]+)+$`)
	uriRule        = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*$`)
)

// storedURI is Elyra's rule. It quotes nothing: there may be credentials in it.
func storedURI(value string) error {
	if !uriRule.MatchString(value) {
		return errors.New("isn't a URI")
	}
	return nil
}

// pattern is one of Elyra's rules for names of other systems.
type pattern struct {
	rule        *regexp.Regexp
	least, most int // characters
	characters  string
	hyphens     bool // people write "_" and mean "-"
}

func (p pattern) asRule() rule { return rule{check: p.check, stored: p.stored} }

func (p pattern) String() string {
	return fmt.Sprintf("%d to %d %s, with a letter or digit first and last", p.least, p.most, p.characters)
}

// stored is the rule for values that a document has. To Python, $ matches before a final newline, too,
// which counts as a character.
func (p pattern) stored(value string) error {
	if length := utf8.RuneCountInString(value); length < p.least || length > p.most || !p.rule.MatchString(strings.TrimSuffix(value, "\n")) {
		return fmt.Errorf("is %q, not %s", value, p)
	}
	return nil
}

// check is the rule for values that a user writes. It names the right one if it's clear.
func (p pattern) check(value string) error {
	if err := checkNotBlank(value); err != nil {
		return err
	}
	meant := strings.ToLower(strings.TrimSpace(value))
	if p.hyphens {
		meant = strings.ReplaceAll(meant, "_", "-")
	}
	switch {
	case p.stored(meant) != nil:
		return fmt.Errorf("%q isn't %s", value, p)
	case value != meant:
		return fmt.Errorf("%q isn't %s; use %q", value, p, meant)
	}
	return nil
}

// checkRepository wants the path of a repository, without the address of the site.
func checkRepository(value string) error {
	if repositoryRule.MatchString(value) || strings.TrimSpace(value) == "" {
		return checkNotBlank(value)
	}
	if strings.Contains(value, "@") && strings.Contains(value, "://") {
		return errors.New("it must be the repository's path, such as \"owner/repository\", not an address with credentials")
	}
	if u, err := url.Parse(value); err == nil && u.Host != "" {
		if path := strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git"); repositoryRule.MatchString(path) {
			return fmt.Errorf("%q is an address; use %q", value, path)
		}
	}
	return fmt.Errorf("%q isn't a repository's path, such as \"owner/repository\"", value)
}
