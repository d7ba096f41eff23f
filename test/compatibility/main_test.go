package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// notRecorded are the columns that lack a feature in record.json, where make compatibility was not run
// to its end yet. The page says so.
var notRecorded []string

// TestRecord_complete: each version that is pinned was run on, and each feature that it has passed
// there, but for what notRecorded says.
func TestRecord_complete(t *testing.T) {
	record, err := readRecord("record.json")
	if err != nil {
		t.Fatal(err)
	}
	opentofu := regexp.MustCompile(`github\.com/opentofu/opentofu v(\S+)`).FindStringSubmatch(readFile(t, "../opentofu/go.mod"))
	pins := map[string]string{"opentofu": "OpenTofu " + opentofu[1]}
	for _, key := range []string{"1.8", "1.11", "1.15"} {
		pins["terraform "+key] = regexp.MustCompile(`Terraform [\d.]+\d`).FindString(readFile(t, "../terraform/"+key+".txt"))
	}
	elyra := regexp.MustCompile(`(?m)^(?:elyra-server|odh-elyra|jupyterhub)==([\d.]+)`)
	for key, file := range map[string]string{
		"elyra newest": "../elyra/newest.txt", "elyra oldest": "../elyra/oldest.txt", "elyra odh": "../elyra/odh.txt",
	} {
		// The last one is for the newest Python.
		versions := elyra.FindAllStringSubmatch(readFile(t, file), -1)
		pins[key] = versions[len(versions)-1][1]
	}
	hub := regexp.MustCompile(`(?m)^jupyterhub==([\d.]+)`).FindStringSubmatch(readFile(t, "../jupyterhub/requirements.txt"))
	pins["jupyterhub 6"] = hub[1]
	pins["jupyterhub 5"] = regexp.MustCompile(`JUPYTERHUB_VERSION: "(.*)"`).FindStringSubmatch(readFile(t, "../../.github/workflows/test.yml"))[1]

	for _, part := range []struct {
		columns  []column
		features []feature
	}{{commandLines, commandLineFeatures}, {elyras, elyraFeatures}, {hubs, hubFeatures}} {
		for _, column := range part.columns {
			entry := record[column.key]
			if entry.Version != "" && entry.Version != pins[column.key] {
				t.Errorf("%s: what ran last is %q, and %q is pinned; type: make compatibility", column.key, entry.Version, pins[column.key])
			}
			var missing []string
			for _, feature := range part.features {
				if feature.cell(entry) == missingCell {
					missing = append(missing, feature.title)
				}
			}
			if (len(missing) > 0) != slices.Contains(notRecorded, column.key) {
				t.Errorf("%s: not recorded are %q; type: make compatibility, and look at notRecorded", column.key, missing)
			}
		}
	}
}

// TestFeatures_tests: each test that a feature names is there.
func TestFeatures_tests(t *testing.T) {
	var source strings.Builder
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			source.WriteString(readFile(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, feature := range slices.Concat(commandLineFeatures, elyraFeatures, hubFeatures) {
		for _, test := range feature.tests {
			name, _, _ := strings.Cut(test, "/")
			if !strings.Contains(source.String(), "\nfunc "+name+"(t *testing.T)") {
				t.Errorf("%s names %s, which is not there", feature.title, name)
			}
		}
	}
}

// TestColumns_jobs: each job is one of the workflow, whose matrix has its version.
func TestColumns_jobs(t *testing.T) {
	workflow := readFile(t, "../../.github/workflows/test.yml")
	for _, column := range slices.Concat(commandLines, elyras, hubs) {
		if strings.Contains(workflow, "\n    name: "+column.job+"\n") {
			continue
		}
		version := strings.TrimPrefix(column.job, "Terraform ")
		if !strings.Contains(workflow, "\n    name: Terraform ${{ matrix.terraform }}\n") || !strings.Contains(workflow, `"`+version+`"`) {
			t.Errorf("%s: the workflow has no job %s", column.key, column.job)
		}
	}
}

// TestColumnsOf reads a run on Terraform 1.11 and one Elyra.
func TestColumnsOf(t *testing.T) {
	venv := t.TempDir()
	site := filepath.Join(venv, "lib", "python3.13", "site-packages")
	for _, name := range []string{"elyra_server-4.1.1", "jupyter_server-2.21.1", "jupyter_server_terminals-0.5", "watchdog-7.1.0"} {
		if err := os.MkdirAll(filepath.Join(site, name+".dist-info"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	outcomes, err := readOutcomes(strings.NewReader(`{"Action":"run","Test":"TestAccFiles"}
{"Action":"pass","Test":"TestAccFiles"}
{"Action":"skip","Test":"TestAccServer"}
{"Action":"pass","Test":"TestAccGuide_takeOver/query"}
{"Action":"pass","Test":"TestRunningServer/newest"}
{"Action":"fail","Test":"TestRunningServer/oldest"}
`))
	if err != nil {
		t.Fatal(err)
	}
	columns := columnsOf(outcomes, "Terraform v1.11.4\non linux_amd64", func(name string) string {
		return map[string]string{"ELYRA_TEST_VENV": venv}[name]
	})
	if len(columns) != 2 {
		t.Fatalf("there are %v", columns)
	}
	// Its query ran on another Terraform.
	if got := columns["terraform 1.11"]; got.Version != "Terraform 1.11.4" || !slices.Equal(got.Passed, []string{"TestAccFiles"}) {
		t.Errorf("Terraform came to %+v", got)
	}
	got := columns["elyra newest"]
	if got.Version != "4.1.1" || got.Beside != "Jupyter Server 2.21.1, watchdog 7.1.0, Python 3.13" || !slices.Equal(got.Passed, []string{"TestRunningServer"}) {
		t.Errorf("Elyra came to %+v", got)
	}

	record := map[string]entry{"terraform 1.11": {Version: "Terraform 1.11.4", Passed: []string{"TestAccFiles", "TestAccInstall"}}}
	if err := check(record, columns, outcomes); err != nil {
		t.Errorf("what was not run is a fault: %v", err)
	}
	for outcome, want := range map[string]string{"skip": "skip", "fail": "fail"} {
		outcomes["TestAccInstall"] = outcome
		if err := check(record, columns, outcomes); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v", outcome, err)
		}
	}
	merged := merge(record["terraform 1.11"], columns["terraform 1.11"])
	if !slices.Equal(merged.Passed, []string{"TestAccFiles", "TestAccInstall"}) {
		t.Errorf("merged to %+v", merged)
	}
	if other := merge(entry{Version: "Terraform 1.11.3", Passed: []string{"TestAccInstall"}}, merged); other.Version != merged.Version {
		t.Errorf("merged to %+v", other)
	}
}

func TestCommandLine(t *testing.T) {
	for printed, want := range map[string][2]string{
		"Terraform v1.8.4\n":                {"terraform 1.8", "Terraform 1.8.4"},
		"Terraform v1.15.5\non linux_amd64": {"terraform 1.15", "Terraform 1.15.5"},
		"OpenTofu v1.12.6\n":                {"opentofu", "OpenTofu 1.12.6"},
		"Terraform v1.80.1\n":               {},
		"Terraform v1.10.5\n":               {},
	} {
		if key, version := commandLine(printed); [2]string{key, version} != want {
			t.Errorf("%q: got %s, %s", printed, key, version)
		}
	}
}

func TestFeature_in(t *testing.T) {
	query := feature{since: map[string]string{"Terraform": "1.14", "OpenTofu": ""}}
	for version, want := range map[string]bool{
		"Terraform 1.8.4": false, "Terraform 1.13.9": false, "Terraform 1.14.0": true, "Terraform 2.0.0": true,
		"OpenTofu 1.20.0": false, "4.1.1": true,
	} {
		if got := query.in(version); got != want {
			t.Errorf("%s: got %v", version, got)
		}
	}
}
