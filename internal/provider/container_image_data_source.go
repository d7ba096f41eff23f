package provider

import (
	"context"
	"errors"
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
	ArbitraryUser    types.Bool   `tfsdk:"arbitrary_user"`
	CRIORuntime      types.Bool   `tfsdk:"crio_runtime"`
	Programs         types.Set    `tfsdk:"programs"`
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
	Layers            types.List              `tfsdk:"layers"`
	Created           types.String            `tfsdk:"created"`
	Labels            types.Map               `tfsdk:"labels"`
	Env               types.List              `tfsdk:"env"`
	Entrypoint        types.List              `tfsdk:"entrypoint"`
	ImageUser         types.String            `tfsdk:"image_user"`
	WorkingDir        types.String            `tfsdk:"working_dir"`
	Platforms         types.List              `tfsdk:"platforms"`
	SelectedPlatform  types.String            `tfsdk:"selected_platform"`
	OS                *osModel                `tfsdk:"os"`
	Sh                *executableModel        `tfsdk:"sh"`
	Mkdir             *executableModel        `tfsdk:"mkdir"`
	Curl              *executableModel        `tfsdk:"curl"`
	Tar               *executableModel        `tfsdk:"tar"`
	Gzip              *executableModel        `tfsdk:"gzip"`
	Python            *pythonModel            `tfsdk:"python"`
	ProgramPaths      types.Map               `tfsdk:"program_paths"`
	Certificates      types.String            `tfsdk:"certificates"`
	User              types.Int64             `tfsdk:"user"`
	PrerequisitesMet  types.Bool              `tfsdk:"prerequisites_met"`
	Problems          []containerImageProblem `tfsdk:"problems"`
}

type executableModel struct {
	Path   types.String `tfsdk:"path"`
	Target types.String `tfsdk:"target"`
}

type pythonModel struct {
	Path          types.String `tfsdk:"path"`
	Target        types.String `tfsdk:"target"`
	Version       types.String `tfsdk:"version"`
	Pip           types.String `tfsdk:"pip"`
	Distributions types.Map    `tfsdk:"distributions"`
}

type osModel struct {
	Name    types.String `tfsdk:"name"`
	Version types.String `tfsdk:"version"`
}

type containerImageProblem struct {
	Code     types.String `tfsdk:"code"`
	Severity types.String `tfsdk:"severity"`
	Message  types.String `tfsdk:"message"`
	NextStep types.String `tfsdk:"next_step"`
}

func (d *containerImageDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_container_image"
}

func (d *containerImageDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	texts := func(description string) schema.ListAttribute {
		return schema.ListAttribute{MarkdownDescription: description, ElementType: types.StringType, Computed: true}
	}
	textMap := func(description string) schema.MapAttribute {
		return schema.MapAttribute{MarkdownDescription: description, ElementType: types.StringType, Computed: true}
	}
	boolean := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{MarkdownDescription: description, Computed: true}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{MarkdownDescription: description, Computed: true}
	}
	object := func(description string, attributes map[string]schema.Attribute) schema.SingleNestedAttribute {
		return schema.SingleNestedAttribute{MarkdownDescription: description, Attributes: attributes, Computed: true}
	}
	path, target := text("Where it is along the image's `PATH`."), text("The file that `path` resolves to, after symbolic links.")
	program := func(name string) schema.Attribute {
		return object("The `"+name+"` in the image's `PATH`. Null if there's none that runs, or without `inspect`.", map[string]schema.Attribute{"path": path, "target": target})
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Checks whether pipelines can run in a container image: the image exists, a cluster can pull it, and, with `inspect`, it has what Elyra needs in a container. A problem isn't an error of the plan: `problems` lists what's wrong, for `check` blocks, preconditions, and postconditions.",
		Attributes: map[string]schema.Attribute{
			"image_name": schema.StringAttribute{
				MarkdownDescription: "Container image, as `image_name` of `elyra_runtime_image`.",
				Required:            true,
				Validators:          []validator.String{imageNameValidator{}},
			},
			"platform": schema.StringAttribute{
				MarkdownDescription: "Platform to check if the image has several, as `os/arch` or `os/arch/variant`. Defaults to `\"linux/amd64\"`.",
				Optional:            true,
			},
			"inspect": schema.BoolAttribute{
				MarkdownDescription: "Whether to look into the image. This reads all of its layers, each once for all images of a run, and stores none. Defaults to `false`.",
				Optional:            true,
			},
			"elyra_version": schema.StringAttribute{
				MarkdownDescription: "The Elyra that runs the pipelines: `\"3.15\"` (supports Python 3.8 to 3.11), `\"4.1\"` (3.10 to 3.13), or `\"odh-5.0\"`, Open Data Hub's (3.11 to 3.13). Defaults to `\"4.1\"`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(containerimage.ElyraVersions()...)},
			},
			"arbitrary_user": schema.BoolAttribute{
				MarkdownDescription: "Whether the container runs as an arbitrary user of group 0, as on OpenShift, instead of as the image's `USER`. Defaults to `false`.",
				Optional:            true,
			},
			"crio_runtime": schema.BoolAttribute{
				MarkdownDescription: "Whether the Elyra that runs the pipelines has `CRIO_RUNTIME=True` in its environment. It then installs packages into an empty volume at `/opt/app-root/src`. Defaults to `false`.",
				Optional:            true,
			},
			"programs": schema.SetAttribute{
				MarkdownDescription: "More programs to look for in the image's `PATH`, such as `[\"Rscript\", \"git\"]`. `program_paths` has what's found. Needs `inspect`.",
				ElementType:         types.StringType,
				Optional:            true,
			},
			"max_bytes": schema.Int64Attribute{
				MarkdownDescription: "Maximum size of the layers that `inspect` reads, in bytes as they're stored. A larger image isn't inspected. Defaults to `209715200` (200 MiB).",
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
				MarkdownDescription: "Whether a registry that doesn't answer is one of the `problems` instead of an error. Defaults to `false`.",
				Optional:            true,
			},

			"id":                 text("Same as `image_name`."),
			"exists":             boolean("Whether the image exists. Null if the registry doesn't say, such as without credentials."),
			"anonymous_pull":     boolean("Whether the image can be pulled without credentials. If not, the runtime image needs a `pull_secret`. Null if the registry gave no clear answer."),
			"authenticated_pull": boolean("Whether the image can be pulled with the credentials in the provider's configuration. Null if there are none for its registry, or the registry gave no clear answer."),
			"digest":             text("What the image name stands for now: the digest of its manifest, or of its index if it has several platforms. Null if unknown."),
			"pinned_image_name":  text("The image by its digest, `repository@sha256:…`, for `image_name` of a runtime image. Null if unknown."),
			"media_type":         text("Media type of what `digest` names."),
			"size":               number("Size of the platform's image in the registry, in bytes. Null if unknown."),
			"layers":             texts("Digests of the platform's layers, the bottom first."),
			"created":            text("When the image says it was built, as an RFC 3339 timestamp. Null if it doesn't say."),
			"labels":             textMap("Labels of the image."),
			"env":                texts("Environment that the image sets, as `NAME=value`."),
			"entrypoint":         texts("Entrypoint of the image. Elyra doesn't run it."),
			"image_user":         text("The image's `USER`, as written. Null if it sets none, which means root."),
			"working_dir":        text("The image's `WORKDIR`, as written. Null if it sets none, which means `/`."),
			"platforms":          texts("Platforms that the image has, as `os/arch` or `os/arch/variant`."),
			"selected_platform":  text("The platform that was checked. Null if there's none."),
			"os": object("The operating system that the image says it is, in `/etc/os-release`. Null without `inspect`.", map[string]schema.Attribute{
				"name": text("Its identifier, such as `debian` or `rhel`."), "version": text("Its version, such as `12`. Null if it has none."),
			}),
			"sh": program("sh"), "mkdir": program("mkdir"), "curl": program("curl"), "tar": program("tar"), "gzip": program("gzip"),
			"python": object("The `python3` in the image's `PATH`. Null if there's none that runs, or without `inspect`.", map[string]schema.Attribute{
				"path": path, "target": target,
				"version":       text("Major and minor version, such as `3.11`. Null if unknown."),
				"pip":           text("Where this Python's `pip` is. Null if there's none, or it isn't known."),
				"distributions": textMap("Versions of the installed Python distributions, by name in lowercase with hyphens, such as `jupyter-client`."),
			}),
			"program_paths":     textMap("Paths of the `programs` that are found, by name. A file that can't run, such as an empty one or one for another processor, doesn't count."),
			"certificates":      text("The image's certificate store. Null if there's none where curl looks for one, or without `inspect`."),
			"user":              number("Number of the user that the container runs as. Null without `inspect`, and if it isn't known. With `arbitrary_user`, an example of one."),
			"prerequisites_met": boolean("Whether the image has what Elyra needs. Null if that isn't known: without `inspect`, or if a problem has the severity `unknown`."),
			"problems": schema.ListNestedAttribute{
				MarkdownDescription: "What's wrong with the image, what isn't known, and what may matter.",
				Computed:            true,
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"code":      text("Kind of problem, from the table above. It's stable, for conditions."),
					"severity":  text("`error`: a pipeline with the image fails. `unknown`: whether one fails isn't known. `warning`: pipelines run, and it may still matter."),
					"message":   text("What's wrong."),
					"next_step": text("What to do about it."),
				}},
			},
		},
	}
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
	opts, diags := model.options(ctx)
	resp.Diagnostics.Append(diags...)
	if diags.HasError() {
		return
	}
	report, err := d.conn.registries.client.Check(ctx, model.ImageName.ValueString(), opts)
	var unreachable *containerimage.UnreachableError
	if errors.As(err, &unreachable) && model.AllowUnreachable.ValueBool() {
		report, err = &containerimage.Report{Problems: []containerimage.Problem{unreachable.Problem()}}, nil
	}
	if err != nil {
		resp.Diagnostics.Append(containerImageError(err))
		return
	}
	if pull := report.AnonymousPull; d.conn.registries.unknown && unreachable == nil && (pull == nil || !*pull) {
		awaitCredentials(req, resp)
		return
	}
	model.setReport(report)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// containerImageError is the diagnostic for what a check couldn't do. Only an
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
func (m containerImageModel) options(ctx context.Context) (opts containerimage.Options, diags diag.Diagnostics) {
	timeout, _ := time.ParseDuration(m.Timeout.ValueString()) // validated; null is the default
	var programs []string
	if !m.Programs.IsNull() {
		diags = m.Programs.ElementsAs(ctx, &programs, false)
	}
	return containerimage.Options{
		Platform:      m.Platform.ValueString(),
		Inspect:       m.Inspect.ValueBool(),
		ElyraVersion:  m.ElyraVersion.ValueString(),
		ArbitraryUser: m.ArbitraryUser.ValueBool(),
		CRIORuntime:   m.CRIORuntime.ValueBool(),
		Programs:      programs,
		MaxBytes:      m.MaxBytes.ValueInt64(),
		CACertPEM:     m.CACertPEM.ValueString(),
		Timeout:       timeout,
	}, diags
}

// setReport takes what's known of the image.
func (m *containerImageModel) setReport(report *containerimage.Report) {
	m.ID = m.ImageName
	m.Exists = types.BoolPointerValue(report.Exists)
	m.AnonymousPull = types.BoolPointerValue(report.AnonymousPull)
	m.AuthenticatedPull = types.BoolPointerValue(report.AuthenticatedPull)
	m.Digest = stringOrNull(report.Digest)
	m.PinnedImageName = stringOrNull(report.PinnedImageName)
	m.MediaType = stringOrNull(report.MediaType)
	if report.Size > 0 {
		m.Size = types.Int64Value(report.Size)
	}
	if !report.Created.IsZero() {
		m.Created = types.StringValue(report.Created.UTC().Format(time.RFC3339))
	}
	m.Labels, m.ProgramPaths = stringMap(report.Labels), stringMap(report.Programs)
	m.Layers, m.Env, m.Entrypoint, m.Platforms = stringList(report.Layers), stringList(report.Env), stringList(report.Entrypoint), stringList(report.Platforms)
	m.ImageUser, m.WorkingDir = stringOrNull(report.ConfigUser), stringOrNull(report.WorkingDir)
	m.SelectedPlatform = stringOrNull(report.Platform)
	if report.OS != "" {
		m.OS = &osModel{types.StringValue(report.OS), stringOrNull(report.OSVersion)}
	}
	if p := report.Python; p != nil {
		m.Python = &pythonModel{types.StringValue(p.Path), types.StringValue(p.Target), stringOrNull(p.Version), stringOrNull(p.Pip), stringMap(report.Distributions)}
	}
	m.Sh, m.Mkdir, m.Curl = executableOrNull(report.Sh), executableOrNull(report.Mkdir), executableOrNull(report.Curl)
	m.Tar, m.Gzip = executableOrNull(report.Tar), executableOrNull(report.Gzip)
	m.Certificates = stringOrNull(report.Certificates)
	if report.User != nil {
		m.User = types.Int64Value(int64(*report.User))
	}
	m.PrerequisitesMet = types.BoolPointerValue(report.PrerequisitesMet)
	m.Problems = make([]containerImageProblem, len(report.Problems))
	for i, p := range report.Problems {
		m.Problems[i] = containerImageProblem{types.StringValue(p.Code), types.StringValue(string(p.Severity)), types.StringValue(p.Message), types.StringValue(p.NextStep)}
	}
}

func stringMap(values map[string]string) types.Map {
	elements := make(map[string]attr.Value, len(values))
	for name, value := range values {
		elements[name] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, elements)
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
