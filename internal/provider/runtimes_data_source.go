package provider

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

func newRuntimesDataSource() datasource.DataSource {
	return &instancesDataSource{
		instanceType: kubeflowPipelinesType, attribute: "runtimes",
		description: "Lists the runtime configurations of Elyra, as `elyra-metadata list runtimes` does, without passwords, tokens, and user names: they're neither in the state nor in the plan.\n\n" +
			"With `endpoint`, Elyra rewrites documents from before version 3.5 when it lists them, as it does for its own user interface. Files are only read.",
		attributes: func(context.Context) map[string]schema.Attribute { return runtimesAttributes() },
		values:     runtimeValues,
	}
}

// shownRuntimeFields are the fields of all schemas that hold neither secrets nor user names.
func shownRuntimeFields() (fields []elyra.Field) {
	for _, schema := range elyra.RuntimeSchemas() {
		for _, field := range schema.Fields {
			if !field.Secret && !field.Private && !slices.ContainsFunc(fields, func(f elyra.Field) bool { return f.Key == field.Key }) {
				fields = append(fields, field)
			}
		}
	}
	return fields
}

func runtimesAttributes() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	attributes := map[string]schema.Attribute{
		"name":           text("Name of the runtime: its file name without `.json`."),
		"runtime_type":   text("`KUBEFLOW_PIPELINES` or `APACHE_AIRFLOW`."),
		"location":       text(locationDescription),
		"origin":         text(originDescription),
		"invalid_reason": text("Why Elyra rejects the runtime. Null if it's valid."),
		"writable":       schema.BoolAttribute{MarkdownDescription: "Whether the runtime is in the directory that the provider writes to. Always `true` for servers, which don't report it.", Computed: true},
		"tags":           schema.SetAttribute{MarkdownDescription: tagsDescription + " Empty if there are none, and at most 1,000.", ElementType: types.StringType, Computed: true},
		"secrets":        schema.SetAttribute{MarkdownDescription: "Names of the attributes of the document that hold a secret, such as `cos_password`.", ElementType: types.StringType, Computed: true},
	}
	for _, field := range shownRuntimeFields() {
		attributes[field.Key] = text(fieldDescription(field) + " Null if the runtime has none.")
	}
	return attributes
}

// runtimeValues are the values that Elyra uses, without secrets and user names.
func runtimeValues(instance elyra.Instance) map[string]attr.Value {
	runtime, _ := instance.Document.Runtime() // as far as it can be read
	values := map[string]attr.Value{
		"name": types.StringValue(instance.Name), "location": types.StringValue(instance.Location),
		"origin": stringOrNull(string(instance.Origin)), "writable": types.BoolValue(instance.Writable),
		"invalid_reason": invalidReason(instance), "runtime_type": types.StringNull(),
		"tags": stringSet(runtime.Tags[:min(len(runtime.Tags), maxTags)]),
	}
	for _, field := range shownRuntimeFields() {
		values[field.Key] = stringOrNull(withoutCredentials(runtime.Values[field.Key]))
	}
	var secrets []string
	if runtime.Schema != nil {
		values["runtime_type"] = types.StringValue(runtime.Schema.Type)
		for _, field := range runtime.Schema.Fields {
			if field.Secret && runtime.Values[field.Key] != "" {
				secrets = append(secrets, field.Key)
			}
		}
	}
	values["secrets"] = stringSet(secrets)
	return values
}

// withoutCredentials takes user name and password out of an address.
func withoutCredentials(text string) string {
	if !strings.Contains(text, "://") || !strings.Contains(text, "@") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	if u.User == nil {
		return text
	}
	u.User = nil
	return u.String()
}
