package provider_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// This file is what a walk walks on: places with instances, root modules with states, and the
// commands that are run there. All that's done is noted, to be printed.

// walkPlaces are two places for one walk after the other. The second one is in files.
type walkPlaces struct {
	line   commandLine
	server bool // which the first one is
	sites  []place
	// spellings are the ways to write a site. The first ones are the sites themselves.
	spellings []walkSpelling
	counts    map[string]int // of what happened, to be seen to happen
}

type walkSpelling struct {
	site      int
	prefix    string // of the locations there
	arguments string // of the provider
}

// newWalkPlaces adds a directory, and another spelling of the first place.
func newWalkPlaces(t *testing.T, first place) *walkPlaces {
	t.Helper()
	second := newPlace(t)
	p := &walkPlaces{line: newCommandLine(t), server: first.endpoint != "", sites: []place{first, second}, counts: map[string]int{}}
	for n, at := range []place{first, second, first.respelled(t)} {
		p.spellings = append(p.spellings, walkSpelling{n % len(p.sites), cmp.Or(at.endpoint, at.near) + "/", at.arguments})
	}
	return p
}

// instance is one that is or was there. A name with a slash is later in the search path.
type instance struct {
	site              int
	schemaspace, name string
}

func (i instance) String() string {
	return fmt.Sprintf("%s/%s of place %d", i.schemaspace, i.name, i.site)
}

func (i instance) path(dataDir string) string {
	return filepath.Join(dataDir, "metadata", i.schemaspace, i.name+".json")
}

func (i instance) at(site int) instance {
	i.site = site
	return i
}

func (i instance) far() instance {
	i.name = "far/" + i.name
	return i
}

// snapshot is what all places hold.
type snapshot map[instance]string

func (p *walkPlaces) snapshot() snapshot {
	all := snapshot{}
	for site, at := range p.sites {
		for prefix, dir := range map[string]string{"": at.near, "far/": at.far} {
			files, _ := filepath.Glob(filepath.Join(dir, "metadata", "*", "*.json")) // the pattern is well-formed
			for _, file := range files {
				if data, err := os.ReadFile(file); err == nil {
					all[instance{site, filepath.Base(filepath.Dir(file)), prefix + strings.TrimSuffix(filepath.Base(file), ".json")}] = string(data)
				}
			}
		}
	}
	return all
}

// near are the instances that can be written to, in order.
func (s snapshot) near() (all []instance) {
	for i := range s {
		if !strings.Contains(i.name, "/") {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(a, b instance) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// instanceAt is the instance that a location, a type of resource, and a name say.
func (p *walkPlaces) instanceAt(location, resource, name string) (i instance, placed bool) {
	schemaspace := typeOf(resource + ".").schemaspace
	for _, spelling := range p.spellings {
		if strings.HasPrefix(location, spelling.prefix) {
			return instance{spelling.site, schemaspace, name}, true
		}
	}
	return instance{-1, schemaspace, name}, false
}

// meaning is what a document says: the order of keys and whitespace don't count.
func meaning(document string) (parsed any) {
	if json.Unmarshal([]byte(document), &parsed) != nil {
		return document
	}
	return parsed
}

func means(document, other string) bool { return reflect.DeepEqual(meaning(document), meaning(other)) }

// valid is what a walk's valid documents have, and its invalid ones don't.
func valid(document string) bool {
	return strings.Contains(document, `"image_name"`) || strings.Contains(document, `"cos_bucket"`)
}

// fits reports whether a document is a valid one of the type.
func (of *walkType) fits(document string) bool {
	parsed, _ := meaning(document).(map[string]any)
	return valid(document) && parsed["schema_name"] == of.schema
}

// foreign are the keys in metadata that the provider doesn't write.
func foreign(document string) map[string]any {
	var parsed struct{ Metadata map[string]any }
	_ = json.Unmarshal([]byte(document), &parsed) // what is broken has none
	for _, of := range walkTypes {
		maps.DeleteFunc(parsed.Metadata, func(key string, _ any) bool {
			return key == "description" || strings.Contains(of.metadata, `"`+key+`": `)
		})
	}
	return parsed.Metadata
}

// walkFolder is a root module and its state.
type walkFolder struct {
	dir        string
	config     *walkConfig
	seen       snapshot // what was there when Terraform last read everything
	head, body string   // the HCL that is there
}

// walkRecord is what a state records.
type walkRecord struct {
	address, deposed, alias string
	location                string
	tainted, placed         bool // placed: the location says where it is
	instance                instance
}

// walkWorld is one walk's.
type walkWorld struct {
	t        *testing.T
	places   *walkPlaces
	env      []string
	outside  [2]string // HOME and TMPDIR, where nothing may be left
	folders  []*walkFolder
	commands int
	log      strings.Builder
}

// newWalkWorld begins a walk, with nothing left of the last one.
func newWalkWorld(t *testing.T, places *walkPlaces) *walkWorld {
	t.Helper()
	dir := filepath.Join(places.line.dir, "walk")
	w := &walkWorld{t: t, places: places, outside: [2]string{filepath.Join(dir, "home"), filepath.Join(dir, "tmp")}}
	w.env = append(places.line.environ(), "HOME="+w.outside[0], "TMPDIR="+w.outside[1])
	must(w.t, os.RemoveAll(dir))
	for _, at := range places.sites {
		at.clear(t)
	}
	for _, of := range walkTypes[:2] {
		writeFile(t, instance{0, of.schemaspace, "gamma"}.path(places.sites[0].far), of.document("Factory", ""))
	}
	for i := range 2 {
		w.folders = append(w.folders, &walkFolder{dir: filepath.Join(dir, fmt.Sprint("folder", i)), seen: snapshot{}, config: &walkConfig{
			spelling: map[string]int{"": 0, "other": 1}, moved: map[string]string{}, imports: map[string]string{}, removed: map[string]bool{},
		}})
	}
	for _, dir := range []string{dir, w.outside[0], w.outside[1], w.folders[0].dir, w.folders[1].dir} {
		must(w.t, os.Mkdir(dir, 0o700))
	}
	return w
}

func (w *walkWorld) note(format string, args ...any) { fmt.Fprintf(&w.log, format+"\n", args...) }

// site is where an alias of a folder's provider keeps its images.
func (w *walkWorld) site(f *walkFolder, alias string) int {
	return w.places.spellings[f.config.spelling[alias]].site
}

// records are what the state of a folder records.
func (w *walkWorld) records(f *walkFolder) (records []walkRecord) {
	data, err := os.ReadFile(filepath.Join(f.dir, "terraform.tfstate"))
	if err != nil {
		return nil
	}
	var state struct {
		Resources []struct {
			Type, Name, Provider string
			Instances            []struct {
				IndexKey        any `json:"index_key"`
				Status, Deposed string
				Attributes      struct{ Name, Location string }
			}
		}
	}
	must(w.t, json.Unmarshal(data, &state))
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			if typeOf(r.Type+".") == nil { // an exact set
				continue
			}
			record := walkRecord{address: r.Type + "." + r.Name, deposed: i.Deposed, tainted: i.Status == "tainted", location: i.Attributes.Location}
			if i.IndexKey != nil {
				record.address += fmt.Sprintf("[%#v]", i.IndexKey)
			}
			if strings.HasSuffix(r.Provider, ".other") {
				record.alias = "other"
			}
			record.instance, record.placed = w.places.instanceAt(i.Attributes.Location, r.Type, i.Attributes.Name)
			records = append(records, record)
		}
	}
	return records
}

// walkResult is how a command of Terraform went.
type walkResult struct {
	err         error
	changes     bool // a plan, with -detailed-exitcode, isn't empty
	diagnostics []walkDiagnostic
	output      []byte
}

type walkDiagnostic struct{ Severity, Summary, Detail, Address string }

// run runs Terraform in a folder.
func (w *walkWorld) run(f *walkFolder, args ...string) (result walkResult) {
	w.commands++
	w.places.counts["commands"]++
	w.note("%s$ terraform %s", filepath.Base(f.dir), strings.Join(args, " "))
	command := exec.CommandContext(w.t.Context(), w.places.line.terraform, args...)
	command.Dir, command.Env = f.dir, w.env
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	result.err = command.Run()
	result.output = stdout.Bytes()
	if slices.Contains(args, "-detailed-exitcode") && command.ProcessState.ExitCode() == 2 {
		result.changes, result.err = true, nil
	}
	for line := range strings.Lines(stdout.String()) {
		var message struct{ Diagnostic *walkDiagnostic }
		if json.Unmarshal([]byte(line), &message) != nil || message.Diagnostic == nil {
			continue
		}
		d := *message.Diagnostic
		result.diagnostics = append(result.diagnostics, d)
		if d.Severity == "error" || strings.HasPrefix(d.Summary, "Runtime") {
			w.note("  %s: %s (%s)\n    %s", d.Severity, d.Summary, d.Address, strings.ReplaceAll(d.Detail, "\n", "\n    "))
		}
	}
	if result.err != nil && !slices.Contains(args, "-json") {
		w.note("  %s%s", stdout.String(), stderr.String())
	}
	return result
}

func (r walkResult) says(words string) bool {
	return slices.ContainsFunc(r.diagnostics, func(d walkDiagnostic) bool { return strings.Contains(unwrap(d.Summary+" "+d.Detail), words) })
}

// write writes the module, if it's another one than before.
func (w *walkWorld) write(f *walkFolder) {
	now := w.places.snapshot()
	f.config.tidy(w.site(f, "") == w.site(f, "other"), func(by wanted, name string) bool {
		i := instance{w.site(f, by.alias), by.schemaspace, name}
		_, near := now[i]
		_, far := now[i.far()]
		return near || far
	})
	head, body := f.config.hcl(func(alias string) string { return w.places.spellings[f.config.spelling[alias]].arguments })
	if head == f.head && body == f.body {
		return
	}
	must(w.t, os.WriteFile(filepath.Join(f.dir, "main.tf"), []byte(head+body), 0o600))
	text := "# …\n" + body
	if head != f.head {
		text = head + body
	}
	w.note("%s/main.tf is now\n    %s", filepath.Base(f.dir), strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    "))
	f.head, f.body = head, body
}

// walkChange is a change that a plan shows.
type walkChange struct {
	Address, Type string
	Change        struct {
		Actions       []string
		Importing     *struct{}
		Before, After struct {
			Name, Location string
			Overwrite      bool
			Names          []string
		}
	}
}

func (c walkChange) does(action string) bool { return slices.Contains(c.Change.Actions, action) }

// createsSet reports whether it creates an exact set: the next plan shows what that removes.
func (c walkChange) createsSet() bool {
	return c.Type == "elyra_runtime_images_exclusive" && c.does("create")
}

// changes are what the saved plan of a folder shows.
func (w *walkWorld) changes(f *walkFolder) []walkChange {
	shown := w.run(f, "show", "-json", "plan")
	must(w.t, shown.err)
	var plan struct {
		ResourceChanges []walkChange `json:"resource_changes"`
	}
	must(w.t, json.Unmarshal(shown.output, &plan))
	return plan.ResourceChanges
}

// interfere does what somebody else does, in an editor or in Elyra's user interface.
func (w *walkWorld) interfere(pick func(n int) int) {
	now := w.places.snapshot()
	there, kind := now.near(), pick(8)
	of := walkTypes[max(0, pick(4)-1)]
	if kind < 2 || len(there) == 0 {
		i := instance{pick(len(w.places.sites)), of.schemaspace, []string{"alpha", "beta", "own", "gamma", "delta", "by_hand"}[pick(6)]}
		if !slices.Contains(there, i) {
			w.note("somebody creates %s with schema %s", i, of.schema)
			writeFile(w.t, i.path(w.places.sites[i.site].near), of.document("Theirs", ""))
		}
		return
	}
	i := there[pick(len(there))]
	if of.schemaspace != i.schemaspace {
		of = walkTypes[slices.IndexFunc(walkTypes, func(of *walkType) bool { return of.schemaspace == i.schemaspace })]
	}
	set := func(what, document string) {
		w.note("somebody %s %s:\n    %s", what, i, document)
		writeFile(w.t, i.path(w.places.sites[i.site].near), document)
	}
	switch kind {
	case 2, 3:
		set("adds a key to", strings.Replace(now[i], `"metadata": {`, fmt.Sprintf(`"metadata": {"x-note-%d": 1, `, pick(50)), 1))
	case 4:
		set("edits", of.document(fmt.Sprintf("Edited %d", pick(50)), ""))
	case 5:
		set("writes in other words", " "+now[i])
	case 6:
		set("breaks", []string{"{", fmt.Sprintf(`{"display_name": "", "schema_name": %q, "metadata": {}}`, of.schema)}[pick(2)])
	case 7:
		w.note("somebody deletes %s", i)
		must(w.t, os.Remove(i.path(w.places.sites[i.site].near)))
	}
}
