package provider

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

// results are the attributes that a data source computes. The schema derives from them: an attribute has the
// type of its value.
type results struct {
	values map[string]attr.Value
	// descriptions are Markdown, by name. That of a nested attribute is under its path, such as "python.version".
	descriptions map[string]string
}

func newResults() results {
	return results{map[string]attr.Value{}, map[string]string{}}
}

func (r results) add(name string, value attr.Value, description string) {
	r.values[name], r.descriptions[name] = value, description
}

// addObject adds an attribute that consists of others. It's null if there's no object.
func (r results) addObject(name string, object results, exists bool, description string) {
	value := objectOf(object.values)
	if !exists {
		value = types.ObjectNull(typesOf(value))
	}
	r.add(name, value, description)
	r.describe(name, object)
}

// describe adds the descriptions of nested attributes.
func (r results) describe(name string, nested results) {
	for path, description := range nested.descriptions {
		r.descriptions[name+"."+path] = description
	}
}

// attributes are the schema's.
func (r results) attributes() map[string]schema.Attribute {
	return r.attributesOf(typesOf(objectOf(r.values)), "")
}

func (r results) attributesOf(all map[string]attr.Type, prefix string) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	for name, kind := range all {
		path, description := prefix+name, r.descriptions[prefix+name]
		switch kind := kind.(type) {
		case basetypes.BoolType:
			attributes[name] = schema.BoolAttribute{MarkdownDescription: description, Computed: true}
		case basetypes.Int64Type:
			attributes[name] = schema.Int64Attribute{MarkdownDescription: description, Computed: true}
		case types.SetType:
			attributes[name] = schema.SetAttribute{MarkdownDescription: description, Computed: true, ElementType: kind.ElemType}
		case types.MapType:
			attributes[name] = schema.MapAttribute{MarkdownDescription: description, Computed: true, ElementType: kind.ElemType}
		case types.ObjectType:
			attributes[name] = schema.SingleNestedAttribute{MarkdownDescription: description, Computed: true, Attributes: r.attributesOf(kind.AttrTypes, path+".")}
		case types.ListType:
			attributes[name] = schema.ListAttribute{MarkdownDescription: description, Computed: true, ElementType: kind.ElemType}
			if object, ok := kind.ElemType.(types.ObjectType); ok {
				attributes[name] = schema.ListNestedAttribute{MarkdownDescription: description, Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: r.attributesOf(object.AttrTypes, path+".")}}
			}
		default:
			attributes[name] = schema.StringAttribute{MarkdownDescription: description, Computed: true}
		}
	}
	return attributes
}

// in returns an object with the arguments of a configuration and these results.
func (r results) in(config types.Object) types.Object {
	values := config.Attributes()
	maps.Copy(values, r.values)
	return types.ObjectValueMust(typesOf(config), values)
}
