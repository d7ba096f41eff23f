package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func searchDescription(noun string) string {
	return "Lists only " + noun + " with this text in their name or display name, ignoring case, like the search box in Elyra's user interface."
}

func anyTagDescription(noun string) string {
	return "Lists only " + noun + " with at least one of these tags, like the filter in Elyra's user interface."
}

// instanceFilter picks instances as the side panel of Elyra's user
// interface does (Elyra's packages/metadata-common/src/MetadataWidget.tsx).
type instanceFilter struct {
	search string
	tags   []string
}

// newInstanceFilter takes tags as a list or a set of strings.
func newInstanceFilter(ctx context.Context, search types.String, tags interface {
	ElementsAs(context.Context, any, bool) diag.Diagnostics
}) (instanceFilter, diag.Diagnostics) {
	f := instanceFilter{search: strings.ToLower(search.ValueString())}
	diags := tags.ElementsAs(ctx, &f.tags, false)
	return f, diags
}

func (f instanceFilter) matches(name, displayName string, tags []string) bool {
	found := func(s string) bool { return strings.Contains(strings.ToLower(s), f.search) }
	tagged := func(tag string) bool { return slices.Contains(tags, tag) }
	return (found(name) || found(displayName)) && (len(f.tags) == 0 || slices.ContainsFunc(f.tags, tagged))
}
