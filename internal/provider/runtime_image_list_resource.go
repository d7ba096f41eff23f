package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

var (
	_ list.ListResource              = (*runtimeImageResource)(nil)
	_ list.ListResourceWithConfigure = (*runtimeImageResource)(nil)
)

// newRuntimeImageListResource returns the resource, whose name and connection
// the list shares.
func newRuntimeImageListResource() list.ListResource { return &runtimeImageResource{} }

type runtimeImageListModel struct {
	Search types.String `tfsdk:"search"`
	Tags   types.List   `tfsdk:"tags"`
}

// ListResourceConfigSchema is the schema of list blocks.
func (r *runtimeImageResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds existing runtime images, for `terraform query -generate-config-out`. It includes the images that Elyra ships if the provider reads their directory. To list only one directory, set `data_dir`. Requires Terraform 1.14 or later and a file whose name ends with `.tfquery.hcl`.",
		Attributes: map[string]schema.Attribute{
			"search": schema.StringAttribute{
				MarkdownDescription: searchDescription("images"),
				Optional:            true,
			},
			"tags": schema.ListAttribute{ // list blocks have no sets
				MarkdownDescription: anyTagDescription("images"),
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.List{tagRule},
			},
		},
	}
}

// List finds instances that can be imported. What can't be, since Elyra saves
// none of that name or finds it invalid, is named in a warning, which comes
// first: Terraform stops reading at its limit.
func (r *runtimeImageResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var model runtimeImageListModel
	diags := req.Config.Get(ctx, &model)
	filter, filterDiags := newInstanceFilter(ctx, model.Search, model.Tags)
	diags.Append(filterDiags...)
	if r.conn.store == nil {
		diags.Append(unconfiguredError())
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	instances, err := r.conn.list(ctx)
	if err != nil {
		stream.Results = list.ListResultsStreamDiagnostics(diag.Diagnostics{r.conn.listError(elyra.RuntimeImages, err)})
		return
	}
	var found, skipped []elyra.Instance
	for _, instance := range instances {
		switch {
		case !filter.matches(instance.Name, imageOf(instance).DisplayName, imageOf(instance).Tags):
		case instance.Invalid != nil || elyra.ValidateName(instance.Name) != nil:
			skipped = append(skipped, instance)
		default:
			found = append(found, instance)
		}
	}
	warnings := r.conn.elsewhereWarnings()
	if len(skipped) > 0 {
		warnings.Append(skippedWarning(skipped))
	}
	stream.Results = func(push func(list.ListResult) bool) {
		if len(warnings) > 0 && !push(list.ListResult{Diagnostics: warnings}) {
			return
		}
		for i, instance := range found {
			if req.Limit > 0 && int64(i) == req.Limit || !push(listResult(ctx, req, instance)) {
				return
			}
		}
	}
}

func listResult(ctx context.Context, req list.ListRequest, instance elyra.Instance) list.ListResult {
	var model runtimeImageModel
	model.setInstance(instance)
	result := req.NewListResult(ctx)
	result.DisplayName = elyra.Printable(imageOf(instance).DisplayName)
	result.Diagnostics.Append(result.Identity.Set(ctx, model.identity())...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, model.object())...)
	}
	return result
}

// skippedWarning names the instances that can't be managed, with each reason once.
func skippedWarning(skipped []elyra.Instance) diag.Diagnostic {
	var invalid, misnamed, openDataHub []string
	for _, instance := range skipped {
		switch {
		case instance.Invalid != nil:
			invalid = append(invalid, fmt.Sprintf("%s: %s", instance.Location, listed(instance).InvalidReason.ValueString()))
		case isOpenDataHubName(instance.Name):
			openDataHub = append(openDataHub, instance.Location)
		default:
			misnamed = append(misnamed, instance.Location)
		}
	}
	detail := "Elyra can read these files but can't save them as they are."
	for _, group := range []struct {
		locations []string
		advice    string
	}{
		{invalid, "They are invalid. Correct them, and query again:"},
		{misnamed, "Elyra saves names of lowercase letters, digits, hyphens and underscores only, which begin with a letter and end with a letter or digit. Rename them, and query again:"},
		{openDataHub, openDataHubAdvice},
	} {
		if len(group.locations) > 0 {
			detail += "\n\n" + group.advice + "\n\n" + indented(group.locations)
		}
	}
	return diag.NewWarningDiagnostic("Some runtime images can't be managed", detail)
}
