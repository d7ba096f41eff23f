package provider

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/numbervalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// This file is about secrets. Each is a plain sensitive argument, or a write-only one with a
// version. A write-only value is written when the instance is created, when the version changes,
// and when the stored value has changed. If neither argument is set, the stored value stays.

// withSecrets returns the model, a plan or a configuration, with the write-only values of the
// configuration in it that are to be written over a state. A model without values is no state.
func (m instanceModel) withSecrets(config, state instanceModel) instanceModel {
	m.texts = slices.Clone(m.texts)
	for i, secret := range m.secrets {
		if !config.writeOnly[i].IsNull() && (state.Name.IsNull() || !m.versions[i].Equal(state.versions[i])) {
			m.texts[m.index(secret.Key)] = config.writeOnly[i]
		}
	}
	return m
}

// keepSecrets adds the secrets that are stored to values that lack them, if these take them.
func (t *instanceType) keepSecrets(values, stored map[string]string) {
	for _, secret := range t.secrets {
		if values[secret.Key] == "" && stored[secret.Key] != "" && t.runtime.Takes(secret.Key, values) {
			values[secret.Key] = stored[secret.Key]
		}
	}
}

// checkTogether holds the model, which has the secrets of the configuration that are written, to
// the rules between arguments. stored are the secrets that it may keep.
func (m instanceModel) checkTogether(config instanceModel, stored map[string]string) (diags diag.Diagnostics) {
	if m.runtime == nil {
		return nil
	}
	values, _ := m.known()
	var unknown []string
	for i, field := range m.fields {
		if m.texts[i].IsUnknown() || !m.texts[i].IsNull() && m.texts[i].ValueString() == "" { // which is a fault by itself
			unknown = append(unknown, field.Key)
		}
	}
	m.keepSecrets(values, stored)
	for _, secret := range m.secrets {
		if secret.Required && values[secret.Key] == "" && !slices.Contains(unknown, secret.Key) {
			diags.AddAttributeError(path.Root(secret.Key), "Missing secret", fmt.Sprintf("Add:\n\n    %[1]s = var.%[1]s", secret.Key))
		}
	}
	for _, fault := range m.runtime.CheckTogether(values, unknown) {
		at, reason := fault.Key, fault.Reason
		if i := slices.IndexFunc(m.secrets, func(f elyra.Field) bool { return f.Key == at }); i >= 0 && !config.writeOnly[i].IsNull() {
			at = writeOnly(m.secrets[i])
			reason = strings.ReplaceAll(reason, "remove "+fault.Key, fmt.Sprintf("remove %s and %s", at, version(m.secrets[i])))
		}
		detail := reason + "."
		if fault.Add != "" {
			detail += " Add:\n\n    " + fault.Add
		}
		diags.AddAttributeError(path.Root(at), "Arguments don't fit together", detail)
	}
	return diags
}

// digest identifies what is stored by its meaning, without revealing a secret. A plain digest of a
// document with a weak secret would: anybody could try the commonest ones. So, for a kind with
// secrets, it's a random salt, a salted digest of everything else, and two bytes of a salted
// digest for each secret. They miss one change in 65,536, and fit many passwords.
//
// The salt is that of a digest to compare with, if there's one.
func (t *instanceType) digest(found elyra.Instance, like string) string {
	if len(t.kind.Secrets) == 0 {
		return found.Digest()
	}
	salt, _, _ := strings.Cut(like, ":")
	if salt == "" {
		salt = rand.Text()
	}
	mac := func(text string, size int) string {
		hash := hmac.New(sha256.New, []byte(salt))
		hash.Write([]byte(text)) // which never fails
		return hex.EncodeToString(hash.Sum(nil)[:size])
	}
	const mark = 2
	runtime, err := found.Document.Runtime()
	rest, size := found, sha256.Size
	rest.Document = found.Document.Without(t.kind.Secrets...)
	hasCredentials := func(field elyra.Field) bool { // in an address, which new ones can't have
		return withoutCredentials(runtime.Values[field.Key]) != runtime.Values[field.Key]
	}
	if err != nil || slices.ContainsFunc(t.fields, hasCredentials) { // a secret may stand anywhere
		size = mark
	}
	digest := []string{salt, mac(rest.Digest(), size)}
	for _, key := range t.kind.Secrets {
		if value := runtime.Values[key]; value != "" {
			digest = append(digest, key+"="+mac(key+":"+value, mark))
		}
	}
	return strings.Join(digest, ":")
}

// marks returns the part of a digest for each secret that is stored.
func marks(digest string) map[string]string {
	found := map[string]string{}
	for _, part := range strings.Split(digest, ":") {
		if key, mark, ok := strings.Cut(part, "="); ok {
			found[key] = mark
		}
	}
	return found
}

// setChangedSecrets takes the version of each write-only secret that differs between two digests
// out of the model, a state, so the plan writes it again.
func (m *instanceModel) setChangedSecrets(before, after string) (diags diag.Diagnostics) {
	if before == "" {
		return nil
	}
	m.versions = slices.Clone(m.versions) // copies of the model share them
	for i, secret := range m.secrets {
		if m.versions[i].IsNull() || marks(before)[secret.Key] == marks(after)[secret.Key] {
			continue
		}
		m.versions[i] = types.NumberNull()
		diags.AddAttributeWarning(path.Root(writeOnly(secret)), fmt.Sprintf("Secret %s of runtime %q has changed", secret.Key, m.Name.ValueString()),
			fmt.Sprintf("Something else than Terraform has changed or removed the stored value. Apply writes the configured one again, unless ignore_changes has %s.", version(secret)))
	}
	return diags
}

// describes reports whether a document says what the model, a state, says, and nothing else.
// Secrets that the state doesn't have aren't compared.
func (m instanceModel) describes(document elyra.Document) bool {
	for _, secret := range m.secrets {
		if m.text(secret.Key).IsNull() {
			document = document.Without(secret.Key)
		}
	}
	return document.Equal(m.document(elyra.Document{}))
}

// precondition accepts the instance that was last read or written. Terraform doesn't
// pass on the private state of a tainted object to its deletion; then only an
// instance that the state describes completely, without any other key, is accepted.
func (r recorded) precondition(state instanceModel) elyra.Precondition {
	return func(found elyra.Instance) bool {
		if r.Digest != "" {
			return state.digest(found, r.Digest) == r.Digest
		}
		return state.describes(found.Document)
	}
}

// secretAttributes are the arguments for a secret.
func secretAttributes(secret elyra.Field) map[string]schema.Attribute {
	plain, hidden, number := secret.Key, writeOnly(secret), version(secret)
	rule := fieldRule(secret)
	return map[string]schema.Attribute{
		plain: schema.StringAttribute{
			MarkdownDescription: fieldDescription(secret) + fmt.Sprintf(" It's in plain text in the state and in saved plans; %#q isn't. If neither is set, the stored value stays.", hidden),
			Optional:            true,
			Sensitive:           true,
			Validators:          []validator.String{rule, stringvalidator.ConflictsWith(path.MatchRoot(hidden))},
		},
		hidden: schema.StringAttribute{
			MarkdownDescription: fmt.Sprintf("Like %#q, and in neither the state nor plans. Requires %#q, and Terraform 1.11 or later.", plain, number),
			Optional:            true,
			Sensitive:           true,
			WriteOnly:           true,
			Validators:          []validator.String{rule, stringvalidator.AlsoRequires(path.MatchRoot(number))},
		},
		number: schema.NumberAttribute{
			MarkdownDescription: fmt.Sprintf("Any number. %#q is written again when this changes. If the stored value was changed outside Terraform, the plan sets this again.", hidden),
			Optional:            true,
			Validators:          []validator.Number{numbervalidator.AlsoRequires(path.MatchRoot(hidden))},
		},
	}
}

// removedSecretsWarning names the stored secrets that the model, a plan, can't keep.
func (m instanceModel) removedSecretsWarning(stored map[string]string) (diags diag.Diagnostics) {
	values, _ := m.known()
	m.keepSecrets(values, stored)
	for _, secret := range m.secrets {
		if key := secret.Key; stored[key] != "" && values[key] == "" {
			diags.AddWarning(fmt.Sprintf("Secret %s of runtime %q will be removed", key, m.Name.ValueString()), "The other arguments don't take it, so apply removes the stored value.")
		}
	}
	return diags
}
