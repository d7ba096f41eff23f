// Command compatibility makes the guide of what the provider works with, from what tests ran on.
//
//	compatibility tests WHERE               prints a pattern for go test -run, of the tests that it asks for
//	                                        on a Terraform ("Terraform 1.8"), or on each Elyra and Hub ("Elyra")
//	compatibility record EVENTS TERRAFORM   notes in record.json which of them passed, on which versions
//	compatibility check EVENTS TERRAFORM    fails where record.json has one that did not pass in this run
//	compatibility                           prints the guide
//
// EVENTS is what go test -json wrote, TERRAFORM what "terraform version" prints. Elyra's and the Hub's
// versions are those of the Python environments that the tests found by their environment variables.
// "make compatibility" does all of it; "make test" checks.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// recordFile is relative to the root of the module, where this runs.
const recordFile = "test/compatibility/record.json"

// entry is what one column's tests came to.
type entry struct {
	// Version is the product's; Beside names what else it ran with.
	Version string `json:"version"`
	Beside  string `json:"beside,omitempty"`
	// Passed are tests, sorted. A test that runs on each Elyra passed its subtest of that name.
	Passed []string `json:"passed"`
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "compatibility:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	record, err := readRecord(recordFile)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		return printGuide(stdout, record)
	case args[0] == "tests" && len(args) == 2 && args[1] == "Elyra":
		return printPattern(stdout, slices.Concat(elyraFeatures, hubFeatures))
	case args[0] == "tests" && len(args) == 2:
		return printPattern(stdout, slices.DeleteFunc(slices.Clone(commandLineFeatures), func(f feature) bool { return !f.in(args[1]) }))
	case args[0] != "record" && args[0] != "check" || len(args) != 3:
		return errors.New("usage: compatibility [tests WHERE | record EVENTS TERRAFORM | check EVENTS TERRAFORM]")
	}
	events, err := os.Open(args[1])
	if err != nil {
		return err
	}
	defer func() { _ = events.Close() }() // it was only read
	outcomes, err := readOutcomes(events)
	if err != nil {
		return err
	}
	found := columnsOf(outcomes, args[2], os.Getenv)
	if args[0] == "check" {
		return check(record, found, outcomes)
	}
	for key, entry := range found {
		if len(entry.Passed) > 0 {
			record[key] = merge(record[key], entry)
		}
	}
	data, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(recordFile, append(data, '\n'), 0o644)
}

func readRecord(path string) (map[string]entry, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var record map[string]entry
	err = json.Unmarshal(data, &record)
	return record, err
}

// readOutcomes returns, by test, how it ended: pass, fail or skip.
func readOutcomes(events io.Reader) (map[string]string, error) {
	outcomes := map[string]string{}
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var event struct{ Action, Test string }
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return nil, fmt.Errorf("%w in the line %s", err, lines.Text())
		}
		switch event.Action {
		case "pass", "fail", "skip":
			outcomes[event.Test] = event.Action
		}
	}
	return outcomes, lines.Err()
}

// columnsOf returns what the tests of a run came to, by the column's key.
func columnsOf(outcomes map[string]string, terraform string, getenv func(string) string) map[string]entry {
	columns := map[string]entry{}
	if key, version := commandLine(terraform); key != "" {
		columns[key] = entry{Version: version, Passed: passed(outcomes, commandLineFeatures, version, "")}
	}
	for name, variable := range map[string]string{"newest": "ELYRA_TEST_VENV", "oldest": "ELYRA_TEST_VENV_OLDEST", "odh": "ELYRA_TEST_VENV_ODH"} {
		site := sitePackages(getenv(variable))
		for _, product := range []string{"elyra_server", "odh_elyra"} {
			if version := installed(site, product); version != "" {
				columns["elyra "+name] = entry{
					Version: version,
					Beside: fmt.Sprintf("Jupyter Server %s, watchdog %s, %s", installed(site, "jupyter_server"), installed(site, "watchdog"),
						strings.Replace(filepath.Base(filepath.Dir(site)), "python", "Python ", 1)),
					Passed: passed(outcomes, elyraFeatures, "", "/"+name),
				}
			}
		}
	}
	site := sitePackages(getenv("JUPYTERHUB_TEST_ENV"))
	if version := installed(site, "jupyterhub"); version != "" {
		major, _, _ := strings.Cut(version, ".")
		columns["jupyterhub "+major] = entry{
			Version: version, Beside: "elyra-server " + installed(site, "elyra_server"), Passed: passed(outcomes, hubFeatures, "", ""),
		}
	}
	return columns
}

// commandLine returns the key and the version that belong to what "terraform version" prints, such
// as "Terraform v1.8.4"; no key where it is none of the columns.
func commandLine(printed string) (key, version string) {
	first, _, _ := strings.Cut(printed, "\n")
	product, number, _ := strings.Cut(strings.TrimSpace(first), " v")
	if product == "OpenTofu" {
		return "opentofu", product + " " + number
	}
	for _, column := range commandLines {
		if strings.HasPrefix("terraform "+number, column.key+".") {
			return column.key, product + " " + number
		}
	}
	return "", ""
}

// sitePackages is where a Python environment has its packages; "" if there is none.
func sitePackages(environment string) string {
	if environment == "" {
		return ""
	}
	found, _ := filepath.Glob(filepath.Join(environment, "lib", "python*", "site-packages")) // the pattern is a good one
	return strings.Join(found, "")
}

// installed returns the version of a package, and "" where it is not installed.
func installed(site, name string) string {
	found, _ := filepath.Glob(filepath.Join(site, name+"-*.dist-info")) // the pattern is a good one
	if site == "" || len(found) == 0 {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(filepath.Base(found[0]), name+"-"), ".dist-info")
}

// passed returns the features' tests that passed, with the suffix that is a subtest's name. A feature
// that the version does not have is left out: its test ran on another one.
func passed(outcomes map[string]string, features []feature, version, suffix string) []string {
	names := []string{}
	for _, feature := range features {
		for _, test := range feature.tests {
			if feature.in(version) && outcomes[test+suffix] == "pass" {
				names = append(names, test)
			}
		}
	}
	slices.Sort(names)
	return names
}

// in reports whether a version, such as "Terraform 1.8.4", has what the feature takes.
func (f feature) in(version string) bool {
	product, number, _ := strings.Cut(version, " ")
	since, limited := f.since[product]
	if !limited {
		return true
	}
	var major, minor, sinceMajor, sinceMinor int
	if _, err := fmt.Sscanf(since, "%d.%d", &sinceMajor, &sinceMinor); err != nil {
		return false
	}
	if _, err := fmt.Sscanf(number, "%d.%d", &major, &minor); err != nil {
		return false
	}
	return major > sinceMajor || major == sinceMajor && minor >= sinceMinor
}

// merge adds what passed to what is known of the same versions.
func merge(known, found entry) entry {
	if known.Version == found.Version && known.Beside == found.Beside {
		found.Passed = append(found.Passed, known.Passed...)
		slices.Sort(found.Passed)
		found.Passed = slices.Compact(found.Passed)
	}
	return found
}

// check returns an error that names what the record has and this run, on the same version, did not
// pass. Tests that were not asked for say nothing.
func check(record, found map[string]entry, outcomes map[string]string) error {
	var faults []error
	for key, entry := range found {
		suffix := ""
		if name, ok := strings.CutPrefix(key, "elyra "); ok {
			suffix = "/" + name
		}
		for _, test := range record[key].Passed {
			if outcome := outcomes[test+suffix]; record[key].Version == entry.Version && outcome != "" && outcome != "pass" {
				faults = append(faults, fmt.Errorf("%s has %s for %s, and here it ended with %s", recordFile, test, entry.Version, outcome))
			}
		}
	}
	return errors.Join(faults...)
}

// printPattern prints what go test -run takes for the tests of features.
func printPattern(w io.Writer, features []feature) error {
	var names []string
	for _, feature := range features {
		for _, test := range feature.tests {
			name, _, _ := strings.Cut(test, "/")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	// Not "$" at the end, which make would take for a variable's.
	_, err := fmt.Fprintf(w, "^(%s)\\b\n", strings.Join(slices.Compact(names), "|"))
	return err
}
