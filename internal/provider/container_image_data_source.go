package provider

import (
	"context"
	"errors"
	"maps"
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

func (d *containerImageDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_container_image"
}

func (d *containerImageDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Optional: true, Validators: validators}
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{MarkdownDescription: description, Optional: true}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Checks whether pipelines can run in a container image: the image exists, a cluster can pull it, and, with `inspect`, it has what Elyra needs in a container. A problem isn't an error of the plan: `problems` lists what's wrong, for `check` blocks, preconditions, and postconditions.",
		Attributes: map[string]schema.Attribute{
			"image_name": schema.StringAttribute{
				MarkdownDescription: "Container image, as `image_name` of `elyra_runtime_image`.",
				Required:            true,
				Validators:          []validator.String{imageNameRule},
			},
			"platform":       text("Platform to check if the image has several, as `os/arch` or `os/arch/variant`. Defaults to `\"linux/amd64\"`."),
			"inspect":        flag("Whether to look into the image. This reads all of its layers, each once for all images of a run if 300 MiB of memory suffice, and stores none. Defaults to `false`."),
			"elyra_version":  text("The Elyra that runs the pipelines: `\"3.15\"` (supports Python 3.8 to 3.11), `\"4.1\"` (3.10 to 3.13), or `\"odh-5.0\"`, Open Data Hub's (3.11 to 3.13). Defaults to `\"4.1\"`.", stringvalidator.OneOf(containerimage.ElyraVersions()...)),
			"arbitrary_user": flag("Whether the container runs as an arbitrary user of group 0, as on OpenShift, instead of as the image's `USER`. Defaults to `false`."),
			"crio_runtime":   flag("Whether the Elyra that runs the pipelines has `CRIO_RUNTIME=True` in its environment. It then installs packages into an empty volume at `/opt/app-root/src`. Defaults to `false`."),
			"programs": schema.SetAttribute{
				MarkdownDescription: "More programs to look for in the image's `PATH`, such as `[\"Rscript\", \"git\"]`. `program_paths` has the results. Requires `inspect`.",
				ElementType:         types.StringType,
				Optional:            true,
			},
			"max_bytes": schema.Int64Attribute{
				MarkdownDescription: "Maximum size of the layers that `inspect` reads, in bytes as they're stored. A larger image isn't inspected. Defaults to `209715200` (200 MiB).",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"ca_cert_pem":       text("Certificates of private authorities, in PEM form, that are trusted in addition to the system's."),
			"timeout":           text("How long the check may take, as a duration such as `\"45s\"`. Defaults to `\"30s\"`, and with `inspect` to `\"15m\"`.", durationRule),
			"allow_unreachable": flag("Whether a registry that doesn't answer is one of the `problems` instead of an error. Defaults to `false`."),
		},
	}
	maps.Copy(resp.Schema.Attributes, containerImageResults(&containerimage.Report{}).attributes())
}

func (d *containerImageDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.conn = connected(req.ProviderData, &resp.Diagnostics)
}

func (d *containerImageDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config types.Object
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	arguments := config.Attributes()
	imageName := arguments["image_name"].(types.String) // the schema says so, here and below
	report, err := d.conn.imageClient.Check(ctx, imageName.ValueString(), containerImageOptions(arguments))
	var unreachable *containerimage.UnreachableError
	if errors.As(err, &unreachable) && arguments["allow_unreachable"].(types.Bool).ValueBool() {
		report, err = &containerimage.Report{Problems: []containerimage.Problem{unreachable.Problem()}}, nil
	}
	if err != nil {
		resp.Diagnostics.Append(containerImageError(err))
		return
	}
	if pull := report.AnonymousPull; d.conn.credentialsUnknown && unreachable == nil && (pull == nil || !*pull) {
		awaitCredentials(req, resp)
		return
	}
	found := containerImageResults(report)
	found.values["id"] = imageName
	resp.Diagnostics.Append(resp.State.Set(ctx, found.in(config))...)
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

// containerImageOptions are those of the check that the arguments ask for. They're valid; null is the default.
func containerImageOptions(arguments map[string]attr.Value) containerimage.Options {
	text := func(name string) string { return arguments[name].(types.String).ValueString() }
	flag := func(name string) bool { return arguments[name].(types.Bool).ValueBool() }
	timeout, _ := time.ParseDuration(text("timeout"))
	return containerimage.Options{
		Platform:      text("platform"),
		Inspect:       flag("inspect"),
		ElyraVersion:  text("elyra_version"),
		ArbitraryUser: flag("arbitrary_user"),
		CRIORuntime:   flag("crio_runtime"),
		Programs:      knownTexts(arguments["programs"].(types.Set)),
		MaxBytes:      arguments["max_bytes"].(types.Int64).ValueInt64(),
		CACertPEM:     text("ca_cert_pem"),
		Timeout:       timeout,
	}
}

// containerImageResults are what's known of an image.
func containerImageResults(report *containerimage.Report) results {
	found := newResults()
	text := func(name, value, description string) { found.add(name, stringOrNull(value), description) }
	texts := func(name string, values []string, description string) {
		found.add(name, stringList(values), description)
	}
	textMap := func(name string, values map[string]string, description string) {
		found.add(name, stringMap(values), description)
	}
	flag := func(name string, value *bool, description string) {
		found.add(name, types.BoolPointerValue(value), description)
	}
	created, size := "", types.Int64Null()
	if !report.Created.IsZero() {
		created = report.Created.UTC().Format(time.RFC3339)
	}
	if report.Size > 0 {
		size = types.Int64Value(report.Size)
	}

	text("id", "", "Same as `image_name`.")
	flag("exists", report.Exists, "Whether the image exists. Null if the registry doesn't say, such as without credentials.")
	flag("anonymous_pull", report.AnonymousPull, "Whether the image can be pulled without credentials. If it exists and can't, the runtime image needs a `pull_secret`. Null if the registry gave no clear answer.")
	flag("authenticated_pull", report.AuthenticatedPull, "Whether the image can be pulled with the credentials in the provider's configuration. Null if there are none for its registry, or the registry gave no clear answer.")
	text("digest", report.Digest, "Digest that the image name currently resolves to: that of its manifest, or of its index if it has several platforms. Null if unknown.")
	text("pinned_image_name", report.PinnedImageName, "The image by its digest, `repository@sha256:…`, for `image_name` of a runtime image. Null if unknown.")
	text("media_type", report.MediaType, "Media type of what `digest` names.")
	found.add("size", size, "Size of the platform's image in the registry, in bytes. Null if unknown.")
	texts("layers", report.Layers, "Digests of the platform's layers, the bottom first.")
	text("created", created, "When the image says it was built, as an RFC 3339 timestamp. Null if it doesn't say.")
	textMap("labels", report.Labels, "Labels of the image.")
	texts("env", report.Env, "Environment that the image sets, as `NAME=value`.")
	texts("entrypoint", report.Entrypoint, "Entrypoint of the image. Elyra doesn't run it.")
	text("image_user", report.ConfigUser, "The image's `USER`, as written. Null if it sets none, which means root.")
	text("working_dir", report.WorkingDir, "The image's `WORKDIR`, as written. Null if it sets none, which means `/`.")
	texts("platforms", report.Platforms, "Platforms that the image has, as `os/arch` or `os/arch/variant`.")
	text("selected_platform", report.Platform, "The platform that was checked. Null if there's none.")

	system := newResults()
	system.add("name", stringOrNull(report.OS), "Its identifier, such as `debian` or `rhel`.")
	system.add("version", stringOrNull(report.OSVersion), "Its version, such as `12`. Null if it has none.")
	found.addObject("os", system, report.OS != "", "Operating system, according to `/etc/os-release`. Null without `inspect`.")
	for name, program := range map[string]*containerimage.Executable{
		"sh": report.Sh, "mkdir": report.Mkdir, "curl": report.Curl, "tar": report.Tar, "gzip": report.Gzip, "python": report.Python,
	} {
		command, executable, exists := name, newResults(), program != nil
		if !exists {
			program = &containerimage.Executable{}
		}
		executable.add("path", types.StringValue(program.Path), "Path of the program, as found in the image's `PATH`.")
		executable.add("target", types.StringValue(program.Target), "The file that `path` resolves to, after symbolic links.")
		if name == "python" {
			command = "python3"
			executable.add("version", stringOrNull(program.Version), "Major and minor version, such as `3.11`. Null if unknown.")
			executable.add("pip", stringOrNull(program.Pip), "Where this Python's `pip` is. Null if there's none, or it isn't known.")
			executable.add("distributions", stringMap(report.Distributions), "Versions of the installed Python distributions, by name in lowercase with hyphens, such as `jupyter-client`.")
		}
		found.addObject(name, executable, exists, "The `"+command+"` in the image's `PATH`. Null if there's none that runs, or without `inspect`.")
	}
	textMap("program_paths", report.Programs, "Paths of the `programs` that are found, by name. A file that can't run, such as an empty one or one for another processor, doesn't count.")
	text("certificates", report.Certificates, "The image's certificate store. Null if there's none where curl looks for one, or without `inspect`.")
	found.add("user", types.Int64PointerValue(report.User), "Number of the user that the container runs as. Null without `inspect`, and if it isn't known. With `arbitrary_user`, an example value.")
	flag("prerequisites_met", report.PrerequisitesMet, "Whether the image has what Elyra needs. Null if that isn't known: without `inspect`, or if a problem has the severity `unknown` and none is an `error`.")

	problem := problemResults(containerimage.Problem{})
	problems := make([]attr.Value, len(report.Problems))
	for i, p := range report.Problems {
		problems[i] = objectOf(problemResults(p).values)
	}
	found.add("problems", types.ListValueMust(types.ObjectType{AttrTypes: typesOf(objectOf(problem.values))}, problems), "What's wrong with the image, what isn't known, and what may matter.")
	found.describe("problems", problem)
	return found
}

func problemResults(p containerimage.Problem) results {
	found := newResults()
	found.add("code", types.StringValue(p.Code), "Kind of problem, from the table above. It's stable, for conditions.")
	found.add("severity", types.StringValue(string(p.Severity)), "`error`: a pipeline with the image fails. `unknown`: whether one fails isn't known. `warning`: pipelines run, and it may still matter.")
	found.add("message", types.StringValue(p.Message), "What's wrong.")
	found.add("next_step", types.StringValue(p.NextStep), "What to do about it.")
	return found
}
