package provider

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/elyra-ai/terraform-provider-elyra/internal/containerimage"
)

var _ datasource.DataSource = (*containerImageDataSource)(nil)

func newContainerImageDataSource() datasource.DataSource { return &containerImageDataSource{} }

// containerImageDataSource needs no configured provider: it asks a registry.
type containerImageDataSource struct{}

type containerImageModel struct {
	ImageName        types.String `tfsdk:"image_name"`
	Platform         types.String `tfsdk:"platform"`
	Inspect          types.Bool   `tfsdk:"inspect"`
	MaxBytes         types.Int64  `tfsdk:"max_bytes"`
	CACertPEM        types.String `tfsdk:"ca_cert_pem"`
	Timeout          types.String `tfsdk:"timeout"`
	AllowUnreachable types.Bool   `tfsdk:"allow_unreachable"`

	ID               types.String            `tfsdk:"id"`
	Exists           types.Bool              `tfsdk:"exists"`
	AnonymousPull    types.Bool              `tfsdk:"anonymous_pull"`
	Digest           types.String            `tfsdk:"digest"`
	PinnedImageName  types.String            `tfsdk:"pinned_image_name"`
	MediaType        types.String            `tfsdk:"media_type"`
	Size             types.Int64             `tfsdk:"size"`
	Created          types.String            `tfsdk:"created"`
	Labels           types.Map               `tfsdk:"labels"`
	Env              types.List              `tfsdk:"env"`
	Entrypoint       types.List              `tfsdk:"entrypoint"`
	Platforms        types.List              `tfsdk:"platforms"`
	Python           *pythonModel            `tfsdk:"python"`
	Curl             *executableModel        `tfsdk:"curl"`
	PrerequisitesMet types.Bool              `tfsdk:"prerequisites_met"`
	Problems         []containerImageProblem `tfsdk:"problems"`
}

type executableModel struct {
	Path   types.String `tfsdk:"path"`
	Target types.String `tfsdk:"target"`
}

type pythonModel struct {
	Path    types.String `tfsdk:"path"`
	Target  types.String `tfsdk:"target"`
	Version types.String `tfsdk:"version"`
}

type containerImageProblem struct {
	Code     types.String `tfsdk:"code"`
	Message  types.String `tfsdk:"message"`
	NextStep types.String `tfsdk:"next_step"`
}

func (d *containerImageDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_container_image"
}

func (d *containerImageDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	executable := func(more map[string]schema.Attribute) map[string]schema.Attribute {
		attributes := map[string]schema.Attribute{
			"path":   schema.StringAttribute{MarkdownDescription: "Where it was found along the image's `PATH`.", Computed: true},
			"target": schema.StringAttribute{MarkdownDescription: "The file that `path` resolves to, after symbolic links.", Computed: true},
		}
		for name, attribute := range more {
			attributes[name] = attribute
		}
		return attributes
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Asks a container registry, without credentials, whether an image meets what Elyra asks of a runtime image: it exists, it can be pulled without credentials and, with `inspect`, it has a Python 3 and a curl in its search path. What the registry says no to is data, in `problems`, so that `check` blocks, preconditions and postconditions can speak. Needs no provider configuration.",
		Attributes: map[string]schema.Attribute{
			"image_name": schema.StringAttribute{
				MarkdownDescription: "Container image, as `image_name` of `elyra_runtime_image`.",
				Required:            true,
				Validators:          []validator.String{imageNameValidator{}},
			},
			"platform": schema.StringAttribute{
				MarkdownDescription: "Platform to choose from an image for several, `os/arch` or `os/arch/variant`. Defaults to `\"linux/amd64\"`.",
				Optional:            true,
			},
			"inspect": schema.BoolAttribute{
				MarkdownDescription: "Whether to look for `python3` and `curl` in the image. Layers are transferred as far as needed, and never stored. Defaults to `false`.",
				Optional:            true,
			},
			"max_bytes": schema.Int64Attribute{
				MarkdownDescription: "Most bytes of layers that `inspect` may transfer. Defaults to `2147483648` (2 GiB).",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"ca_cert_pem": schema.StringAttribute{
				MarkdownDescription: "Certificates of private authorities, in PEM form, that are trusted beside the system's.",
				Optional:            true,
			},
			"timeout": schema.StringAttribute{
				MarkdownDescription: "How long all of it may take, as a duration such as `\"45s\"`. Defaults to `\"30s\"`, and with `inspect` to `\"15m\"`.",
				Optional:            true,
				Validators:          []validator.String{durationRule},
			},
			"allow_unreachable": schema.BoolAttribute{
				MarkdownDescription: "Whether a registry that gives no answer is a problem among `problems` instead of an error. Defaults to `false`.",
				Optional:            true,
			},

			"id":                schema.StringAttribute{MarkdownDescription: "Same as `image_name`.", Computed: true},
			"exists":            schema.BoolAttribute{MarkdownDescription: "Whether the registry showed the image. False also where it wants credentials first; null where it gave no answer.", Computed: true},
			"anonymous_pull":    schema.BoolAttribute{MarkdownDescription: "Whether the image can be pulled without credentials. If not, `pull_secret` of the runtime image is the way. Null where the registry gave no answer.", Computed: true},
			"digest":            schema.StringAttribute{MarkdownDescription: "What the image name stands for now: the digest of its manifest, or of its index where it has several platforms. Null where unknown.", Computed: true},
			"pinned_image_name": schema.StringAttribute{MarkdownDescription: "The image by its digest, `repository@sha256:…`, to be used as `image_name` of a runtime image. Null where unknown.", Computed: true},
			"media_type":        schema.StringAttribute{MarkdownDescription: "Media type of what `digest` names.", Computed: true},
			"size":              schema.Int64Attribute{MarkdownDescription: "What pulling the platform's image transfers, in bytes.", Computed: true},
			"created":           schema.StringAttribute{MarkdownDescription: "When the image says it was built, as an RFC 3339 timestamp. Null where it does not say.", Computed: true},
			"labels":            schema.MapAttribute{MarkdownDescription: "Labels of the image.", ElementType: types.StringType, Computed: true},
			"env":               schema.ListAttribute{MarkdownDescription: "Environment that the image sets, as `NAME=value`.", ElementType: types.StringType, Computed: true},
			"entrypoint":        schema.ListAttribute{MarkdownDescription: "Entrypoint of the image.", ElementType: types.StringType, Computed: true},
			"platforms":         schema.ListAttribute{MarkdownDescription: "Platforms that the image has, as `os/arch` or `os/arch/variant`.", ElementType: types.StringType, Computed: true},
			"python": schema.SingleNestedAttribute{
				MarkdownDescription: "The `python3` in the image's search path. Null where there is none, or without `inspect`.",
				Computed:            true,
				Attributes: executable(map[string]schema.Attribute{
					"version": schema.StringAttribute{MarkdownDescription: "Major and minor version, as far as file names tell, such as `3.11`. Null otherwise.", Computed: true},
				}),
			},
			"curl": schema.SingleNestedAttribute{
				MarkdownDescription: "The `curl` in the image's search path. Null where there is none, or without `inspect`.",
				Computed:            true,
				Attributes:          executable(nil),
			},
			"prerequisites_met": schema.BoolAttribute{MarkdownDescription: "Whether the image has both `python3` and `curl` in its search path. Null where that is not known: without `inspect`, or where `problems` says why.", Computed: true},
			"problems": schema.ListNestedAttribute{
				MarkdownDescription: "All that stands between the image and a pipeline that runs; empty where nothing does.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"code":      schema.StringAttribute{MarkdownDescription: "Kind of problem, for conditions: such as `image_not_found`, `credentials_required`, `python3_missing`, `curl_missing`, `max_bytes_exceeded`, `registry_unreachable`.", Computed: true},
					"message":   schema.StringAttribute{MarkdownDescription: "What is wrong, as a sentence.", Computed: true},
					"next_step": schema.StringAttribute{MarkdownDescription: "What to do about it, as a sentence.", Computed: true},
				}},
			},
		},
	}
}

func (d *containerImageDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model containerImageModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	report, err := containerimage.Check(ctx, model.ImageName.ValueString(), model.options(ctx))
	var unreachable *containerimage.UnreachableError
	if errors.As(err, &unreachable) && model.AllowUnreachable.ValueBool() {
		report, err = &containerimage.Report{Problems: []containerimage.Problem{unreachable.Problem()}}, nil
	}
	if err != nil {
		resp.Diagnostics.Append(containerImageError(err))
		return
	}
	model.setReport(report)
	if report.Has(containerimage.CodeUnreachable) { // no answer is not a no
		model.Exists, model.AnonymousPull, model.Size = types.BoolNull(), types.BoolNull(), types.Int64Null()
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// containerImageError is the diagnostic for what containerimage.Check could not
// do.
func containerImageError(err error) diag.Diagnostic {
	const summary = "Unable to check container image"
	var input *containerimage.InputError
	var unreachable *containerimage.UnreachableError
	switch {
	case errors.As(err, &input):
		return diag.NewAttributeErrorDiagnostic(path.Root(input.Argument), summary, sentence(input.Reason))
	case errors.As(err, &unreachable):
		return diag.NewAttributeErrorDiagnostic(pathImageName, summary, sentence(err.Error())+"\n\nTo go on without an answer, set allow_unreachable = true.")
	default:
		return diag.NewAttributeErrorDiagnostic(pathImageName, summary, sentence(err.Error()))
	}
}

// options are those of the check that the configuration asks for.
func (m containerImageModel) options(ctx context.Context) containerimage.Options {
	timeout, _ := time.ParseDuration(m.Timeout.ValueString()) // validated; null is the default
	return containerimage.Options{
		Platform:  m.Platform.ValueString(),
		Inspect:   m.Inspect.ValueBool(),
		MaxBytes:  m.MaxBytes.ValueInt64(),
		CACertPEM: m.CACertPEM.ValueString(),
		Timeout:   timeout,
		Progress: func(p containerimage.Progress) {
			tflog.Info(ctx, "inspecting container image", map[string]any{
				"layer": p.Layer, "layers": p.Layers, "digest": p.Digest, "bytes": p.Bytes, "size": p.Size, "total": p.Total,
			})
		},
	}
}

// setReport takes over what the registry told.
func (m *containerImageModel) setReport(report *containerimage.Report) {
	m.ID = m.ImageName
	m.Exists = types.BoolValue(report.Exists)
	m.AnonymousPull = types.BoolValue(report.AnonymousPull)
	m.Digest = stringOrNull(report.Digest)
	m.PinnedImageName = stringOrNull(report.PinnedImageName)
	m.MediaType = stringOrNull(report.MediaType)
	m.Size = types.Int64Value(report.Size)
	m.Created = types.StringNull()
	if !report.Created.IsZero() {
		m.Created = types.StringValue(report.Created.UTC().Format(time.RFC3339))
	}
	labels := make(map[string]attr.Value, len(report.Labels))
	for name, value := range report.Labels {
		labels[name] = types.StringValue(value)
	}
	m.Labels = types.MapValueMust(types.StringType, labels)
	m.Env, m.Entrypoint, m.Platforms = stringList(report.Env), stringList(report.Entrypoint), stringList(report.Platforms)
	if p := report.Python; p != nil {
		m.Python = &pythonModel{types.StringValue(p.Path), types.StringValue(p.Target), stringOrNull(p.Version)}
	}
	if c := report.Curl; c != nil {
		m.Curl = &executableModel{types.StringValue(c.Path), types.StringValue(c.Target)}
	}
	m.PrerequisitesMet = types.BoolPointerValue(report.PrerequisitesMet)
	m.Problems = make([]containerImageProblem, len(report.Problems))
	for i, p := range report.Problems {
		m.Problems[i] = containerImageProblem{types.StringValue(string(p.Code)), types.StringValue(p.Message), types.StringValue(p.NextStep)}
	}
}

func stringList(values []string) types.List {
	elements := make([]attr.Value, len(values))
	for i, value := range values {
		elements[i] = types.StringValue(value)
	}
	return types.ListValueMust(types.StringType, elements)
}
