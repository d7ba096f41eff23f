package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

var (
	_ datasource.DataSource              = (*instancesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*instancesDataSource)(nil)
)

func newRuntimeImagesDataSource() datasource.DataSource {
	return &instancesDataSource{
		instanceType: runtimeImageType, attribute: "runtime_images",
		description: "Lists the runtime images of Elyra, including those that it ships, as `elyra-metadata list runtime-images` does.",
	}
}

func newRuntimesDataSource() datasource.DataSource {
	return &instancesDataSource{
		instanceType: kubeflowPipelinesType, attribute: "runtimes",
		description: "Lists the runtime configurations of Elyra, as `elyra-metadata list runtimes` does, without passwords, tokens, and user names: they're neither in the state nor in the plan.\n\n" +
			"With `endpoint`, Elyra rewrites documents from before version 3.5 when it lists them, as it does for its own user interface. Files are only read.",
	}
}

// instancesDataSource lists the instances of a kind.
type instancesDataSource struct {
	*instanceType // any of the kind
	// attribute has the instances.
	attribute, description string

	conn *connection
}

func (d *instancesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.attribute
}

func (d *instancesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: d.description,
		Attributes: map[string]schema.Attribute{
			"search": schema.StringAttribute{
				MarkdownDescription: searchDescription(d.short + "s"),
				Optional:            true,
			},
			"tags": schema.SetAttribute{
				MarkdownDescription: anyTagDescription(d.short + "s"),
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{tagRule},
			},
			"include_invalid": schema.BoolAttribute{
				MarkdownDescription: "Whether to list files that Elyra leaves out because they're broken or don't match its schema. A server never lists them, so this causes a warning with `endpoint`. Defaults to `false`.",
				Optional:            true,
			},
			d.attribute: schema.ListNestedAttribute{
				MarkdownDescription: "The " + d.kind.Noun + "s, sorted by name.",
				NestedObject:        schema.NestedAttributeObject{Attributes: d.listedResults(elyra.Instance{}).attributes()},
				Computed:            true,
			},
		},
	}
}

func (d *instancesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.conn = connected(req.ProviderData, &resp.Diagnostics).of(d.instanceType)
}

func (d *instancesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var search types.String
	var tags types.Set
	var includeInvalid types.Bool
	for name, target := range map[string]any{"search": &search, "tags": &tags, "include_invalid": &includeInvalid} {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), target)...)
	}
	filter := newInstanceFilter(search, tags)
	if !d.conn.ready(&resp.Diagnostics) {
		return
	}
	store := d.conn.store
	if includeInvalid.ValueBool() && !store.IsLocal() {
		resp.Diagnostics.AddAttributeWarning(path.Root("include_invalid"), "Invalid "+d.kind.Noun+"s can't be listed",
			"A running server leaves invalid instances out of its list, so there may be more. To see them, read the server's data directory: set data_dir instead of endpoint in the provider's configuration.")
	}
	instances, err := store.List(ctx, elyra.ListOptions{Invalid: includeInvalid.ValueBool()})
	if err != nil {
		resp.Diagnostics.Append(d.conn.listError(err))
		return
	}
	instances = slices.DeleteFunc(instances, func(i elyra.Instance) bool {
		values, tags := d.read(i.Document)
		return !filter.matches(i.Name, values["display_name"], tags)
	})
	resp.Diagnostics.Append(d.conn.elsewhereWarnings()...)
	resp.Diagnostics.Append(d.tagsWarning(instances...)...)
	// Set would make values of the framework of them all, and then these of Terraform, and hold both.
	listType := resp.State.Schema.GetAttributes()[d.attribute].GetType().TerraformType(ctx).(tftypes.List) // as Schema says
	found := make([]tftypes.Value, len(instances))
	for i, instance := range instances {
		values := map[string]tftypes.Value{}
		for name, value := range d.listedResults(instance).values {
			values[name], _ = value.ToTerraformValue(ctx) // it fails for unknown types of values alone
		}
		found[i] = tftypes.NewValue(listType.ElementType, values)
		instances[i] = elyra.Instance{} // which is large, and not needed again
	}
	var attributes map[string]tftypes.Value
	_ = req.Config.Raw.As(&attributes) // an object
	attributes = maps.Clone(attributes)
	attributes[d.attribute] = tftypes.NewValue(listType, found)
	resp.State.Raw = tftypes.NewValue(req.Config.Raw.Type(), attributes)
}

// listedResults are what a list shows of an instance, valid or not.
func (t *instanceType) listedResults(instance elyra.Instance) results {
	found := t.instanceResults(instance)
	found.add("writable", types.BoolValue(instance.Writable), "Whether the "+t.short+" is in the directory that the provider writes to and can be replaced there. One in a later directory can be hidden by one with the same name, but not deleted. Always `true` for servers, which don't report it.")
	found.add("invalid_reason", invalidReason(instance), "Why Elyra rejects the "+t.short+". Null if it's valid.")
	return found
}

const originDescription = "`local`: the first directory in the search path, which is the one the provider writes to. `shared`: a later directory. `factory`: the data directory of the Python environment that runs Elyra, which has the images that it ships. Null for servers, which don't report it."

// instanceResults are what a data source shows of an instance, as far as it can be read: no secret and no user name.
func (t *instanceType) instanceResults(instance elyra.Instance) results {
	found := newResults()
	values, tags := t.read(instance.Document)
	tagsDescription := tagsDescription + " Empty if there are none. If there are more than 1,000, these are the first 1,000, with a warning."
	if t.runtime != nil {
		t.addRuntimeResults(found, instance.Document, values)
	} else {
		tagsDescription += " `json` has all of them."
		document := types.StringNull()
		if invalid := (*elyra.InvalidError)(nil); instance.Invalid == nil || errors.As(instance.Invalid, &invalid) && !invalid.Unloadable {
			document = types.StringValue(string(instance.Document.Encode()))
		}
		found.add("id", types.StringValue(instance.Name), "Same as `name`.")
		found.add("json", document, "The whole document, including unknown keys, formatted as Elyra writes it.")
	}
	found.add("name", types.StringValue(instance.Name), "Name of the "+t.short+": its file name without `.json`.")
	found.add("location", types.StringValue(instance.Location), locationDescription)
	found.add("origin", stringOrNull(string(instance.Origin)), originDescription)
	found.add("tags", stringSet(tags[:min(len(tags), maxTags)]), tagsDescription)
	for _, other := range instanceTypes {
		for _, field := range other.fields {
			if other.kind == t.kind && !field.Secret && !field.Private {
				description := fieldDescription(field)
				if other.runtime != nil {
					description += " Null if the runtime has none."
				}
				found.add(field.Key, stringOrNull(values[field.Key]), description)
			}
		}
	}
	return found
}

// addRuntimeResults adds what only runtimes have.
func (t *instanceType) addRuntimeResults(found results, document elyra.Document, values map[string]string) {
	var secrets []string
	for _, key := range t.kind.Secrets {
		if values[key] != "" {
			secrets = append(secrets, key)
		}
	}
	runtime, _ := document.Runtime() // as far as it can be read
	runtimeType := types.StringNull()
	if runtime.Schema != nil {
		runtimeType = types.StringValue(runtime.Schema.Type)
	}
	found.add("runtime_type", runtimeType, "`KUBEFLOW_PIPELINES` or `APACHE_AIRFLOW`.")
	found.add("secrets", stringSet(secrets), "Names of the attributes of the document that hold a secret, such as `cos_password`.")
}

// invalidReason says why Elyra refuses an instance; null if it doesn't.
func invalidReason(instance elyra.Instance) types.String {
	var invalid *elyra.InvalidError
	switch {
	case instance.Invalid == nil:
		return types.StringNull()
	case errors.As(instance.Invalid, &invalid):
		return types.StringValue(invalid.Reason())
	default: // what can't even be read
		return types.StringValue(instance.Invalid.Error())
	}
}

// tagsWarning names the first of the instances whose tags aren't all shown.
func (t *instanceType) tagsWarning(instances ...elyra.Instance) (diags diag.Diagnostics) {
	for _, instance := range instances {
		if _, tags := t.read(instance.Document); len(tags) > maxTags {
			diags.AddWarning("Not all tags are shown",
				fmt.Sprintf("The %s %q at %s has %d tags, and tags has the first %d.", t.kind.Noun, instance.Name, elyra.Printable(instance.Location), len(tags), maxTags))
			break
		}
	}
	return diags
}

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

func newInstanceFilter(search types.String, tags collection) instanceFilter {
	return instanceFilter{strings.ToLower(search.ValueString()), knownTexts(tags)}
}

func (f instanceFilter) matches(name, displayName string, tags []string) bool {
	found := func(s string) bool { return strings.Contains(strings.ToLower(composed(s)), f.search) }
	tagged := func(tag string) bool { return slices.Contains(f.tags, composed(tag)) }
	return (found(name) || found(displayName)) && (len(f.tags) == 0 || slices.ContainsFunc(tags, tagged))
}
