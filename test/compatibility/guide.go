package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"
)

var guide = template.Must(template.New("guide").Parse(`---
page_title: "Compatibility"
subcategory: "Guides"
description: |-
  The tested versions of Terraform, OpenTofu, Elyra, and JupyterHub.
---

# Compatibility

This page shows which tests passed on which versions. "yes" means that all tests of the row passed. "-" means that this version of
Terraform or OpenTofu doesn't have the feature. "not tested yet" means that ` + "`make compatibility`" + ` hasn't run the tests. The workflow
[Tests](https://github.com/elyra-ai/terraform-provider-elyra/actions/workflows/test.yml) runs all of them for each change. Each
job of the first table also runs the Elyras and the JupyterHub of the other tables.

## Terraform and OpenTofu

{{.CommandLines}}
The versions in between, and OpenTofu from 1.8 on, have the features that the provider needs, but they aren't tested.

## Elyra

{{.Elyras}}
"Newest" is the version that ` + "`pip install elyra-server`" + ` installs. "Oldest" is the oldest supported version, the last one that
runs on Jupyter Server 1. All three are tested with files and with their servers. Versions in between aren't tested, and neither
are other versions of Jupyter Server and watchdog.

## JupyterHub

{{.Hubs}}
## Systems

All tests run on Linux. The unit and file tests also run on macOS and Windows. ` + "`make screenshot`" + ` tests JupyterLab's panel.
`))

// printGuide writes the page, in the form that docs/ is generated from.
func printGuide(w io.Writer, record map[string]entry) error {
	return guide.Execute(w, struct{ CommandLines, Elyras, Hubs string }{
		CommandLines: table(record, commandLines, commandLineFeatures, func(c column) string {
			return cmp.Or(record[c.key].Version, strings.NewReplacer("terraform", "Terraform", "opentofu", "OpenTofu").Replace(c.key))
		}),
		Elyras: table(record, elyras, elyraFeatures, func(c column) string {
			name := map[string]string{"elyra newest": "newest", "elyra oldest": "oldest", "elyra odh": "Open Data Hub's"}[c.key]
			return fmt.Sprintf("%s: %s with %s", name, record[c.key].Version, record[c.key].Beside)
		}),
		Hubs: table(record, hubs, hubFeatures, func(c column) string {
			return fmt.Sprintf("%s with %s", record[c.key].Version, record[c.key].Beside)
		}),
	})
}

// table has a row for each feature, a column for each version, and last rows with the jobs.
func table(record map[string]entry, columns []column, features []feature, title func(column) string) string {
	rows := [][]string{{""}, {"---"}}
	jobs, commands := []string{"job"}, []string{"here"}
	for _, column := range columns {
		rows[0] = append(rows[0], title(column))
		rows[1] = append(rows[1], "---")
		jobs = append(jobs, column.job)
		commands = append(commands, "`"+column.command+"`")
	}
	for _, feature := range features {
		row := []string{feature.title}
		for _, column := range columns {
			row = append(row, feature.cell(record[column.key]))
		}
		rows = append(rows, append(row, "`"+strings.Join(feature.tests, "`, `")+"`"))
	}
	rows[0], rows[1] = append(rows[0], "tests"), append(rows[1], "---")
	rows = append(rows, append(jobs, ""), append(commands, ""))
	var text strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&text, "| %s |\n", strings.Join(row, " | "))
	}
	return text.String()
}

// missingCell stands where a feature's tests are not in the record.
const missingCell = "not tested yet"

func (f feature) cell(e entry) string {
	if !f.in(e.Version) {
		return "-"
	}
	for _, test := range f.tests {
		if !slices.Contains(e.Passed, test) {
			return missingCell
		}
	}
	return "yes"
}
