package provider_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// This file is what a walk edits: a root module, as HCL and as what it asks for.

// How a block makes its instances.
const (
	single = iota
	counted
	keyed
	forms
)

// walkConfig is a root module. It always has two configurations of the provider, "" and "other".
type walkConfig struct {
	spelling  map[string]int // of the place, by alias
	blocks    []*walkBlock
	moved     map[string]string // resources or instances
	imports   map[string]string // names, by address
	removed   map[string]bool   // resources, with destroy = false
	exclusive int               // 0: none, 1: a set, 2: a set that's imported
}

// walkType is a type of resource, and the arguments of each instance besides its names and description,
// as its document has them.
type walkType struct{ resource, schemaspace, schema, metadata string }

const walkRuntime = `"api_endpoint": "https://pipelines.example.com", "cos_endpoint": "https://minio.example.com", ` +
	`"cos_bucket": "pipelines", "cos_auth_type": "AWS_IAM_ROLES_FOR_SERVICE_ACCOUNTS", `

var (
	walkImage = &walkType{"elyra_runtime_image", "runtime-images", "runtime-image", `"image_name": "team/image:1"`}
	walkTypes = []*walkType{
		walkImage,
		{"elyra_kubeflow_pipelines_runtime", "runtimes", "kfp", walkRuntime + `"engine": "Argo", "auth_type": "NO_AUTHENTICATION", "runtime_type": "KUBEFLOW_PIPELINES"`},
		{"elyra_airflow_runtime", "runtimes", "airflow", walkRuntime + `"user_namespace": "default", "git_type": "GITHUB", "github_api_endpoint": "https://api.github.com", ` +
			`"github_repo": "team/dags", "github_branch": "main", "github_repo_token": "s3cret", "runtime_type": "APACHE_AIRFLOW"`},
	}
)

// typeOf is the type of what's at an address.
func typeOf(address string) *walkType {
	for _, of := range walkTypes {
		if strings.HasPrefix(address, of.resource+".") {
			return of
		}
	}
	return nil
}

// arguments are what metadata sets, in HCL.
func (of *walkType) arguments() (lines []string) {
	var values map[string]string
	_ = json.Unmarshal([]byte("{"+of.metadata+"}"), &values) // a constant
	delete(values, "runtime_type")
	for _, key := range slices.Sorted(maps.Keys(values)) {
		lines = append(lines, fmt.Sprintf("%s = %q", key, values[key]))
	}
	return lines
}

// document is what an instance is stored as. Metadata is more than each has.
func (of *walkType) document(display, metadata string) string {
	return fmt.Sprintf(`{"display_name": %q, "metadata": {%s%s}, "schema_name": %q}`, display, metadata, of.metadata, of.schema)
}

// walkBlock is a resource block.
type walkBlock struct {
	*walkType
	label                  string
	form                   int
	items                  []walkItem
	description            string
	overwrite, createFirst bool // createFirst is create_before_destroy
	alias                  string
}

// walkItem is one instance of a block. Without a name, it has a derived one.
type walkItem struct{ key, display, name string }

// wanted is an instance that a configuration asks for, at an address.
type wanted struct {
	*walkBlock
	*walkItem
	address string
}

// whole is the address of all that the block makes.
func (b *walkBlock) whole() string { return b.resource + "." + b.label }

func (b *walkBlock) address(i int) string {
	return b.whole() + [forms]string{"", fmt.Sprintf("[%d]", i), fmt.Sprintf("[%q]", b.items[i].key)}[b.form]
}

func (c *walkConfig) wanted() (all []wanted) {
	for _, b := range c.blocks {
		for i := range b.items {
			all = append(all, wanted{b, &b.items[i], b.address(i)})
		}
	}
	return all
}

func (c *walkConfig) at(address string) (wanted, bool) {
	for _, w := range c.wanted() {
		if w.address == address {
			return w, true
		}
	}
	return wanted{}, false
}

func (c *walkConfig) block(label string) bool {
	return slices.ContainsFunc(c.blocks, func(b *walkBlock) bool { return b.label == label })
}

// declares reports whether there's a block for a resource.
func (c *walkConfig) declares(resource string) bool {
	return slices.ContainsFunc(c.blocks, func(b *walkBlock) bool { return b.whole() == resource })
}

// resourceOf is an address without its key.
func resourceOf(address string) string {
	resource, _, _ := strings.Cut(address, "[")
	return resource
}

// derived is the name that Elyra makes of the display names of a walk.
func derived(display string) string { return strings.ToLower(display) }

// at is the instance of it in a place.
func (w wanted) at(site int) instance {
	return instance{site, w.schemaspace, cmp.Or(w.name, derived(w.display))}
}

// document is what it's stored as.
func (w wanted) document() string {
	description := ""
	if w.description != "" {
		description = fmt.Sprintf(`"description": %q, `, w.description)
	}
	return w.walkType.document(w.display, description)
}

// hcl renders the module in two parts; arguments renders a provider's.
func (c *walkConfig) hcl(arguments func(alias string) string) (head, body string) {
	head = required + "provider \"elyra\" {\n" + arguments("") + "}\nprovider \"elyra\" {\n  alias = \"other\"\n" + arguments("other") + "}\n"
	var out strings.Builder
	names := []string{`["by_hand"]`}
	for _, b := range c.blocks {
		b.hcl(&out)
		if b.alias == "" && b.walkType == walkImage {
			names = append(names, fmt.Sprintf([forms]string{"[%s.name]", "%s[*].name", "values(%s)[*].name"}[b.form], b.whole()))
		}
	}
	for _, from := range slices.Sorted(maps.Keys(c.moved)) {
		fmt.Fprintf(&out, "moved {\n  from = %s\n  to   = %s\n}\n", from, c.moved[from])
	}
	imports := maps.Clone(c.imports)
	if c.exclusive > 0 {
		fmt.Fprintf(&out, "resource \"elyra_runtime_images_exclusive\" \"all\" {\n  names = concat(%s)\n}\n", strings.Join(names, ", "))
	}
	if c.exclusive > 1 {
		imports["elyra_runtime_images_exclusive.all"] = "all"
	}
	for _, to := range slices.Sorted(maps.Keys(imports)) {
		fmt.Fprintf(&out, "import {\n  to = %s\n  id = %q\n}\n", to, imports[to])
	}
	for _, resource := range slices.Sorted(maps.Keys(c.removed)) {
		fmt.Fprintf(&out, "removed {\n  from = %s\n  lifecycle {\n    destroy = false\n  }\n}\n", resource)
	}
	return head, out.String()
}

func (b *walkBlock) hcl(out *strings.Builder) {
	line := func(given bool, format string, args ...any) {
		if given {
			fmt.Fprintf(out, "  "+format+"\n", args...)
		}
	}
	var displays, names []string
	for _, item := range b.items {
		key := ""
		if b.form == keyed {
			key = item.key + " = "
		}
		displays = append(displays, fmt.Sprintf("%s%q", key, item.display))
		names = append(names, strings.Replace(fmt.Sprintf("%s%q", key, item.name), `""`, "null", 1))
	}
	each := [forms][2]string{{}, {"[", "][count.index]"}, {"{ ", " }[each.key]"}}[b.form]
	fmt.Fprintf(out, "resource %q %q {\n", b.resource, b.label)
	line(b.alias != "", "provider = elyra.%s", b.alias)
	line(b.form == counted, "count = %d", len(b.items))
	line(b.form == keyed, "for_each = { %s }", strings.Join(displays, ", "))
	line(true, "display_name = %s%s%s", each[0], strings.Join(displays, ", "), each[1])
	line(true, "name = %s%s%s", each[0], strings.Join(names, ", "), each[1])
	line(true, "%s", strings.Join(b.arguments(), "\n  "))
	line(b.description != "", "description = %q", b.description)
	line(b.overwrite, "overwrite = true")
	line(b.createFirst, "lifecycle {\n    create_before_destroy = true\n  }")
	out.WriteString("}\n")
}

// What edits choose from: little, that things meet.
var (
	walkLabels   = []string{"x", "y", "z", "u", "v"}
	walkDisplays = []string{"Alpha", "Beta", "Gamma", "ALPHA", "Delta"}
	walkNames    = []string{"alpha", "beta", "own", "gamma", ""}
	walkKeys     = []string{"p", "q", "r"}
)

// edit changes the module in one way.
func (c *walkConfig) edit(pick func(n int) int, there []instance, spellings int) {
	kind, move := pick(32), pick(2) == 1
	display := func() string { return walkDisplays[pick(len(walkDisplays))] }
	labels := slices.DeleteFunc(slices.Clone(walkLabels), c.block)
	if kind < 5 || len(c.blocks) == 0 {
		if len(labels) > 0 {
			label := labels[pick(len(labels))]
			c.blocks = append(c.blocks, &walkBlock{items: []walkItem{{"p", display(), ""}}, walkType: walkTypes[max(0, pick(4)-1)], label: label})
		}
		return
	}
	at := pick(len(c.blocks))
	b := c.blocks[at]
	old := *b
	i := pick(len(b.items))
	item := &b.items[i]
	switch kind {
	case 5, 6:
		item.display = display()
	case 7, 8:
		item.name = walkNames[pick(len(walkNames))]
	case 9, 10:
		b.description = fmt.Sprintf("v%d", pick(3))
	case 11, 12:
		if len(labels) > 0 {
			b.label = labels[pick(len(labels))]
		}
	case 13, 14:
		if b.form = pick(forms); b.form == single {
			b.items = b.items[:1]
		}
	case 15, 16, 17:
		b.resize(pick)
	case 18:
		other := c.wanted()[pick(len(c.wanted()))].walkItem
		item.display, other.display, item.name, other.name = other.display, item.display, other.name, item.name
	case 19:
		b.overwrite = !b.overwrite
	case 20:
		b.createFirst = !b.createFirst
	case 21:
		b.alias = map[string]string{"": "other", "other": ""}[b.alias]
	case 22, 23:
		c.spelling[[]string{"", "other"}[pick(2)]] = pick(spellings)
	case 24, 25:
		there = slices.DeleteFunc(there, func(i instance) bool { return i.schemaspace != b.schemaspace })
		if len(there) > 0 {
			item.name = there[pick(len(there))].name
			c.imports[b.address(i)] = item.name
		}
	case 26, 27, 28:
		c.removed[b.whole()] = kind == 26
		c.blocks = slices.Delete(c.blocks, at, at+1)
	case 29:
		c.exclusive = pick(3)
	case 30, 31:
		b.walkType = walkTypes[pick(len(walkTypes))]
	}
	if move {
		clear(c.moved)
		for i := range min(len(b.items), len(old.items)) {
			c.moved[old.address(i)] = b.address(i)
		}
	}
}

// resize adds an image to a block, or drops its first or last one.
func (b *walkBlock) resize(pick func(n int) int) {
	switch how := pick(3); {
	case how == 0 && len(b.items) < len(walkKeys), len(b.items) == 1:
		if b.form == single {
			b.form = counted + pick(2)
		}
		key := slices.IndexFunc(walkKeys, func(key string) bool {
			return !slices.ContainsFunc(b.items, func(item walkItem) bool { return item.key == key })
		})
		b.items = append(b.items, walkItem{walkKeys[key], walkDisplays[pick(len(walkDisplays))], ""})
	case how == 1:
		b.items = b.items[1:]
	default:
		b.items = b.items[:len(b.items)-1]
	}
}

// tidy drops what Terraform itself refuses, and what the contract declares a limit: overwriting and
// exact sets, with two configurations of the provider for one place.
func (c *walkConfig) tidy(onePlace bool, exists func(w wanted, name string) bool) {
	maps.DeleteFunc(c.moved, func(from, to string) bool {
		_, still := c.at(from)
		_, ok := c.at(to)
		whole := resourceOf(from) == from && resourceOf(to) == to && c.declares(from)
		return still || whole || !ok || typeOf(from) != typeOf(to)
	})
	maps.DeleteFunc(c.imports, func(to, name string) bool {
		w, ok := c.at(to)
		return !ok || !exists(w, name)
	})
	maps.DeleteFunc(c.removed, func(resource string, really bool) bool {
		for from := range c.moved {
			really = really && resourceOf(from) != resource
		}
		return c.declares(resource) || !really
	})
	if onePlace {
		c.exclusive = 0
		for _, b := range c.blocks {
			b.overwrite = false
		}
	}
}
