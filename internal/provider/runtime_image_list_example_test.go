package provider

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/elyra-ai/terraform-provider-elyra/internal/elyra"
)

// The list blocks of the example find what they say, whether or not the Terraform
// at hand knows list blocks.
func TestExample_listResource(t *testing.T) {
	t.Parallel()
	provider := newTestProvider(t, writeImages(t, map[string]string{
		"tf_gpu.json": document(elyra.RuntimeImage{DisplayName: "TensorFlow with GPU", ImageName: imageName, Tags: []string{"gpu"}}),
		"tf_cpu.json": document(elyra.RuntimeImage{DisplayName: "TensorFlow", ImageName: otherImageName}),
	}))
	file, diags := hclparse.NewParser().ParseHCLFile(filepath.Join("..", "..", "examples", "list-resources", resourceName, "list-resource.tfquery.hcl"))
	fatal := func(diags hcl.Diagnostics) {
		t.Helper()
		if diags.HasErrors() {
			t.Fatal(diags)
		}
	}
	fatal(diags)
	content, diags := file.Body.Content(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "list", LabelNames: []string{"type", "name"}}}})
	fatal(diags)
	found := map[string][]string{}
	for _, block := range content.Blocks {
		if block.Labels[0] != resourceName {
			t.Errorf("a list of %s", block.Labels[0])
		}
		list, diags := block.Body.Content(&hcl.BodySchema{
			Attributes: []hcl.AttributeSchema{{Name: "provider", Required: true}, {Name: "include_resource"}, {Name: "limit"}},
			Blocks:     []hcl.BlockHeaderSchema{{Type: "config"}},
		})
		fatal(diags)
		set := map[string]tftypes.Value{}
		for _, config := range list.Blocks {
			attributes, diags := config.Body.JustAttributes()
			fatal(diags)
			for name, attribute := range attributes {
				value, diags := attribute.Expr.Value(nil)
				fatal(diags)
				if value.Type().IsPrimitiveType() {
					set[name] = text(value.AsString())
					continue
				}
				var elements []string
				for _, element := range value.AsValueSlice() {
					elements = append(elements, element.AsString())
				}
				set[name] = texts(listOfStrings, elements...)
			}
		}
		results, _ := provider.query(t, set, 100, false)
		found[block.Labels[1]] = displayNames(results)
	}
	want := map[string][]string{"all": {"TensorFlow", "TensorFlow with GPU"}, "gpu": {"TensorFlow with GPU"}}
	if !reflect.DeepEqual(found, want) {
		t.Errorf("found %q, want %q", found, want)
	}
}
