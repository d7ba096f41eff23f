package provider

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
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

var _ datasource.DataSourceWithConfigure = (*containerImageDataSource)(nil)

func newContainerImageDataSource() datasource.DataSource { return &containerImageDataSource{} }

// containerImageDataSource asks a registry, and needs nothing of the provider
// but credentials.
type containerImageDataSource struct {
	conn *connection
}

type containerImageModel struct {
	ImageName        types.String `tfsdk:"image_name"`
	Platform         types.String `tfsdk:"platform"`
	Inspect          types.Bool   `tfsdk:"inspect"`
	ElyraVersion     types.String `tfsdk:"elyra_version"`
	OpenShift        types.Bool   `tfsdk:"openshift"`
	MaxBytes         types.Int64  `tfsdk:"max_bytes"`
	CACertPEM        types.String `tfsdk:"ca_cert_pem"`
	Timeout          types.String `tfsdk:"timeout"`
	AllowUnreachable types.Bool   `tfsdk:"allow_unreachable"`

	ID                types.String            `tfsdk:"id"`
	Exists            types.Bool              `tfsdk:"exists"`
	AnonymousPull     types.Bool              `tfsdk:"anonymous_pull"`
	AuthenticatedPull types.Bool              `tfsdk:"authenticated_pull"`
	Digest            types.String            `tfsdk:"digest"`
	PinnedImageName   types.String            `tfsdk:"pinned_image_name"`
	MediaType         types.String            `tfsdk:"media_type"`
	Size              types.Int64             `tfsdk:"size"`
	Created           types.String            `tfsdk:"created"`
	Labels            types.Map               `tfsdk:"labels"`
	Env               types.List              `tfsdk:"env"`
	Entrypoint        types.List              `tfsdk:"entrypoint"`
	Platforms         types.List              `tfsdk:"platforms"`
	Sh                *executableModel        `tfsdk:"sh"`
	Mkdir             *executableModel        `tfsdk:"mkdir"`
	Curl              *executableModel        `tfsdk:"curl"`
	Python            *pythonModel            `tfsdk:"python"`
	Certificates      types.String            `tfsdk:"certificates"`
	User              types.Int64             `tfsdk:"user"`
	PrerequisitesMet  types.Bool              `tfsdk:"prerequisites_met"`
	InspectedBytes    types.Int64             `tfsdk:"inspected_bytes"`
	InspectedLayers   types.Int64             `tfsdk:"inspected_layers"`
	Problems          []containerImageProblem `tfsdk:"problems"`
}

type executableModel struct {
	Path   types.String `tfsdk:"path"`
	Target types.String `tfsdk:"target"`
}

type pythonModel struct {
	Path    types.String `tfsdk:"path"`
	Target  types.String `tfsdk:"target"`
	Version types.String `tfsdk:"version"`
	Pip     types.String `tfsdk:"pip"`
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
	program := func(name string) schema.Attribute {
		return schema.SingleNestedAttribute{
			MarkdownDescription: "The `" + name + "` in the image's search path. Null where there is none, or without `inspect`.",
			Computed:            true,
			Attributes:          executable(nil),
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Asks a container registry whether an image meets what Elyra needs of a runtime image: it exists, it can be pulled without credentials or with those of the provider's configuration, and, with `inspect`, it has in its search path what Elyra starts in its container: `sh`, `mkdir`, `curl`, and a Python that Elyra supports, with its `pip`. A negative answer is not an error: it is listed in `problems`, for `check` blocks, preconditions and postconditions.",
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
				MarkdownDescription: "Whether to look into the image for what Elyra needs. Layers are transferred as far as needed, each once for all images of a run that have it, and never stored. Defaults to `false`.",
				Optional:            true,
			},
			"elyra_version": schema.StringAttribute{
				MarkdownDescription: "The Elyra that runs the pipelines, which decides on the versions of Python that it supports: `\"3.15\"` (Python 3.8 to 3.11), `\"4.1\"` (3.10 to 3.13) or `\"odh-5.0\"` (3.11 to 3.13). Defaults to `\"4.1\"`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(containerimage.ElyraVersions()...)},
			},
			"openshift": schema.BoolAttribute{
				MarkdownDescription: "Whether the container runs on OpenShift, as an arbitrary user of group 0. Otherwise permissions count for the user that the image names. Defaults to `false`.",
				Optional:            true,
			},
			"max_bytes": schema.Int64Attribute{
				MarkdownDescription: "Maximum bytes of layers that `inspect` may transfer. Defaults to `209715200` (200 MiB).",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"ca_cert_pem": schema.StringAttribute{
				MarkdownDescription: "Certificates of private authorities, in PEM form, that are trusted in addition to the system's.",
				Optional:            true,
			},
			"timeout": schema.StringAttribute{
				MarkdownDescription: "How long the check may take, as a duration such as `\"45s\"`. Defaults to `\"30s\"`, and with `inspect` to `\"15m\"`.",
				Optional:            true,
				Validators:          []validator.String{durationRule},
			},
			"allow_unreachable": schema.BoolAttribute{
				MarkdownDescription: "Whether a registry that gives no answer is a problem among `problems` instead of an error. Defaults to `false`.",
				Optional:            true,
			},

			"id":                 schema.StringAttribute{MarkdownDescription: "Same as `image_name`.", Computed: true},
			"exists":             schema.BoolAttribute{MarkdownDescription: "Whether the registry showed the image. False also where it wants credentials first; null where it gave no answer.", Computed: true},
			"anonymous_pull":     schema.BoolAttribute{MarkdownDescription: "Whether the image can be pulled without credentials. If not, the runtime image needs a `pull_secret`. Null where the registry gave no answer.", Computed: true},
			"authenticated_pull": schema.BoolAttribute{MarkdownDescription: "Whether the image can be pulled with the credentials of the provider's configuration. Null where there are none for its registry.", Computed: true},
			"digest":             schema.StringAttribute{MarkdownDescription: "What the image name stands for now: the digest of its manifest, or of its index where it has several platforms. Null where unknown.", Computed: true},
			"pinned_image_name":  schema.StringAttribute{MarkdownDescription: "The image by its digest, `repository@sha256:…`, to be used as `image_name` of a runtime image. Null where unknown.", Computed: true},
			"media_type":         schema.StringAttribute{MarkdownDescription: "Media type of what `digest` names.", Computed: true},
			"size":               schema.Int64Attribute{MarkdownDescription: "What pulling the platform's image transfers, in bytes.", Computed: true},
			"created":            schema.StringAttribute{MarkdownDescription: "When the image says it was built, as an RFC 3339 timestamp. Null where it does not say.", Computed: true},
			"labels":             schema.MapAttribute{MarkdownDescription: "Labels of the image.", ElementType: types.StringType, Computed: true},
			"env":                schema.ListAttribute{MarkdownDescription: "Environment that the image sets, as `NAME=value`.", ElementType: types.StringType, Computed: true},
			"entrypoint":         schema.ListAttribute{MarkdownDescription: "Entrypoint of the image.", ElementType: types.StringType, Computed: true},
			"platforms":          schema.ListAttribute{MarkdownDescription: "Platforms that the image has, as `os/arch` or `os/arch/variant`.", ElementType: types.StringType, Computed: true},
			"python": schema.SingleNestedAttribute{
				MarkdownDescription: "The `python3` in the image's search path. Null where there is none, or without `inspect`.",
				Computed:            true,
				Attributes: executable(map[string]schema.Attribute{
					"version": schema.StringAttribute{MarkdownDescription: "Major and minor version, as far as file names tell, such as `3.11`. Null otherwise.", Computed: true},
					"pip":     schema.StringAttribute{MarkdownDescription: "Where the `pip` of this Python is. Null where there is none.", Computed: true},
				}),
			},
			"sh":                program("sh"),
			"mkdir":             program("mkdir"),
			"curl":              program("curl"),
			"certificates":      schema.StringAttribute{MarkdownDescription: "The certificate store of the image. Null where there is none, or without `inspect`.", Computed: true},
			"user":              schema.Int64Attribute{MarkdownDescription: "Number of the user for whom permissions were checked. Null without `inspect`.", Computed: true},
			"prerequisites_met": schema.BoolAttribute{MarkdownDescription: "Whether the image has what Elyra cannot do without: `sh`, `mkdir`, `curl`, a supported Python with a `pip` that installs, and a working directory that can be written. Null where that is not known: without `inspect`, or where `problems` says why.", Computed: true},
			"inspected_bytes":   schema.Int64Attribute{MarkdownDescription: "How many bytes of layers `inspect` transferred. What another data source of the same run transferred is not counted again.", Computed: true},
			"inspected_layers":  schema.Int64Attribute{MarkdownDescription: "Of how many layers.", Computed: true},
			"problems": schema.ListNestedAttribute{
				MarkdownDescription: "Everything that keeps a pipeline with the image from running; empty where nothing does.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"code":      schema.StringAttribute{MarkdownDescription: "Kind of problem, for conditions: " + problemCodes(), Computed: true},
					"message":   schema.StringAttribute{MarkdownDescription: "What is wrong, as a sentence.", Computed: true},
					"next_step": schema.StringAttribute{MarkdownDescription: "What to do about it, as a sentence.", Computed: true},
				}},
			},
		},
	}
}

// problemCodes lists them for the documentation.
func problemCodes() string {
	var codes []string
	for _, code := range containerimage.Codes() {
		codes = append(codes, "`"+string(code)+"`")
	}
	return strings.Join(codes, ", ") + "."
}

func (d *containerImageDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.conn = connected(req.ProviderData, &resp.Diagnostics)
}

func (d *containerImageDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model containerImageModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	report, err := d.conn.registries.client.Check(ctx, model.ImageName.ValueString(), model.options(ctx))
	var unreachable *containerimage.UnreachableError
	if errors.As(err, &unreachable) && model.AllowUnreachable.ValueBool() {
		report, err = &containerimage.Report{Problems: []containerimage.Problem{unreachable.Problem()}}, nil
	}
	if err != nil {
		resp.Diagnostics.Append(containerImageError(err))
		return
	}
	if d.conn.registries.unknown && !report.AnonymousPull && !report.Has(containerimage.CodeUnreachable) {
		awaitCredentials(req, resp)
		return
	}
	model.setReport(report)
	if report.Has(containerimage.CodeUnreachable) { // no answer is not a no
		model.Exists, model.AnonymousPull, model.Size = types.BoolNull(), types.BoolNull(), types.Int64Null()
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// containerImageError is the diagnostic for what a check could not do. Only an
// argument that is at fault is named.
func containerImageError(err error) diag.Diagnostic {
	const summary = "Unable to check container image"
	var input *containerimage.InputError
	var unreachable *containerimage.UnreachableError
	switch {
	case errors.As(err, &input):
		return diag.NewAttributeErrorDiagnostic(path.Root(input.Argument), summary, sentence(input.Reason))
	case errors.As(err, &unreachable):
		return diag.NewErrorDiagnostic(summary, sentence(unreachable.Error())+"\n\nTo go on without an answer, set allow_unreachable = true.")
	default:
		return diag.NewErrorDiagnostic(summary, sentence(err.Error()))
	}
}

// options are those of the check that the configuration asks for.
func (m containerImageModel) options(ctx context.Context) containerimage.Options {
	timeout, _ := time.ParseDuration(m.Timeout.ValueString()) // validated; null is the default
	return containerimage.Options{
		Platform:     m.Platform.ValueString(),
		Inspect:      m.Inspect.ValueBool(),
		ElyraVersion: m.ElyraVersion.ValueString(),
		OpenShift:    m.OpenShift.ValueBool(),
		MaxBytes:     m.MaxBytes.ValueInt64(),
		CACertPEM:    m.CACertPEM.ValueString(),
		Timeout:      timeout,
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
	m.AuthenticatedPull = types.BoolPointerValue(report.AuthenticatedPull)
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
		m.Python = &pythonModel{types.StringValue(p.Path), types.StringValue(p.Target), stringOrNull(p.Version), stringOrNull(p.Pip)}
	}
	m.Sh, m.Mkdir, m.Curl = executableOrNull(report.Sh), executableOrNull(report.Mkdir), executableOrNull(report.Curl)
	m.Certificates = stringOrNull(report.Certificates)
	if m.Inspect.ValueBool() {
		m.User = types.Int64Value(int64(report.User))
	}
	m.InspectedBytes, m.InspectedLayers = types.Int64Value(report.Inspected), types.Int64Value(int64(report.InspectedLayers))
	m.PrerequisitesMet = types.BoolPointerValue(report.PrerequisitesMet)
	m.Problems = make([]containerImageProblem, len(report.Problems))
	for i, p := range report.Problems {
		m.Problems[i] = containerImageProblem{types.StringValue(string(p.Code)), types.StringValue(p.Message), types.StringValue(p.NextStep)}
	}
}

func executableOrNull(e *containerimage.Executable) *executableModel {
	if e == nil {
		return nil
	}
	return &executableModel{types.StringValue(e.Path), types.StringValue(e.Target)}
}

func stringList(values []string) types.List {
	elements := make([]attr.Value, len(values))
	for i, value := range values {
		elements[i] = types.StringValue(value)
	}
	return types.ListValueMust(types.StringType, elements)
}
