package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

var (
	_ list.ListResource              = (*instanceResource)(nil)
	_ list.ListResourceWithConfigure = (*instanceResource)(nil)
)

// newListResource returns the resource, whose name and connection the list shares.
func (t *instanceType) newListResource() list.ListResource { return &instanceResource{instanceType: t} }

type instanceListModel struct {
	Search types.String `tfsdk:"search"`
	Tags   types.List   `tfsdk:"tags"`
}

// ListResourceConfigSchema is the schema of list blocks.
func (r *instanceResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds existing " + r.kind.Noun + "s, for `terraform query -generate-config-out`. It includes those in all directories that the provider reads. To list only one directory, set `data_dir`. Requires Terraform 1.14 or later and a file whose name ends with `.tfquery.hcl`.",
		Attributes: map[string]schema.Attribute{
			"search": schema.StringAttribute{
				MarkdownDescription: searchDescription(r.short + "s"),
				Optional:            true,
			},
			"tags": schema.ListAttribute{ // list blocks have no sets
				MarkdownDescription: anyTagDescription(r.short + "s"),
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
func (r *instanceResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var model instanceListModel
	diags := req.Config.Get(ctx, &model)
	filter := newInstanceFilter(model.Search, model.Tags)
	if !r.conn.ready(&diags) {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	instances, err := r.conn.list(ctx)
	if err != nil {
		stream.Results = list.ListResultsStreamDiagnostics(diag.Diagnostics{r.conn.listError(err)})
		return
	}
	var found, skipped []elyra.Instance
	for _, instance := range instances {
		values, tags := r.read(instance.Document)
		switch {
		case r.foreign(instance.Document) != nil, !filter.matches(instance.Name, values["display_name"], tags):
		case instance.Invalid != nil || elyra.ValidateName(instance.Name) != nil:
			skipped = append(skipped, instance)
		default:
			found = append(found, instance)
		}
	}
	warnings := r.conn.elsewhereWarnings()
	if len(skipped) > 0 {
		warnings.Append(r.skippedWarning(skipped))
	}
	stream.Results = func(push func(list.ListResult) bool) {
		if len(warnings) > 0 && !push(list.ListResult{Diagnostics: warnings}) {
			return
		}
		for i, instance := range found {
			if req.Limit > 0 && int64(i) == req.Limit || !push(r.listResult(ctx, req, instance)) {
				return
			}
		}
	}
}

func (r *instanceResource) listResult(ctx context.Context, req list.ListRequest, instance elyra.Instance) list.ListResult {
	model := r.model()
	model.setInstance(instance)
	result := req.NewListResult(ctx)
	result.DisplayName = elyra.Printable(model.text("display_name").ValueString())
	result.Diagnostics.Append(result.Identity.Set(ctx, instanceIdentityModel{model.Name})...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, model.object())...)
	}
	return result
}

// skippedWarning names the instances that can't be managed, and says why.
func (r *instanceResource) skippedWarning(skipped []elyra.Instance) diag.Diagnostic {
	var lines []string
	openDataHub := ""
	for _, instance := range skipped {
		reason := invalidReason(instance).ValueString()
		if err := elyra.ValidateName(instance.Name); err != nil && instance.Invalid == nil {
			reason = err.Error()
			if r.isOpenDataHubName(instance.Name) {
				openDataHub = "\n\n" + openDataHubCase
			}
		}
		lines = append(lines, instance.Location+": "+reason)
	}
	return diag.NewWarningDiagnostic("Some "+r.kind.Noun+"s can't be managed",
		"The following files can't be managed as they are. Correct or rename them, and query again:\n\n"+indented(lines)+openDataHub)
}
