package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

const (
	searchDescription = "Lists only images with this text in their name or display name, ignoring case, like the search box in Elyra's user interface."
	anyTagDescription = "Lists only images with at least one of these tags, like the filter in Elyra's user interface."
)

// runtimeImageFilter picks runtime images as the side panel of Elyra's user
// interface does (Elyra's packages/metadata-common/src/MetadataWidget.tsx).
type runtimeImageFilter struct {
	search string
	tags   []string
}

// newRuntimeImageFilter takes tags as a list or a set of strings.
func newRuntimeImageFilter(ctx context.Context, search types.String, tags interface {
	ElementsAs(context.Context, any, bool) diag.Diagnostics
}) (runtimeImageFilter, diag.Diagnostics) {
	f := runtimeImageFilter{search: strings.ToLower(search.ValueString())}
	diags := tags.ElementsAs(ctx, &f.tags, false)
	return f, diags
}

func (f runtimeImageFilter) matches(image elyra.RuntimeImage) bool {
	found := func(s string) bool { return strings.Contains(strings.ToLower(s), f.search) }
	tagged := func(tag string) bool { return slices.Contains(image.Tags, tag) }
	return (found(image.Name) || found(image.DisplayName)) && (len(f.tags) == 0 || slices.ContainsFunc(f.tags, tagged))
}
