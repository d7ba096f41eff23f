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
  What the tests ran on: Terraform, OpenTofu, Elyra, JupyterHub, with the job that runs them.
---

# Compatibility

This page is made from a record of test runs: "yes" stands where all tests of a row passed on that version, "-" where
that Terraform or OpenTofu does not have the feature, and
"not recorded" where a run of ` + "`make compatibility`" + ` is to come. The jobs are those of the workflow
[Tests](https://github.com/elyra-ai/terraform-provider-elyra/actions/workflows/test.yml), which runs all of it again for
each change. Each job of the first table has the Elyras and the JupyterHub of the tables below it, too.

## Terraform and OpenTofu

{{.CommandLines}}
Terraform 1.9, 1.10 and those between, and OpenTofu from 1.8 on, have what the provider needs, and are not tested.

## Elyra

{{.Elyras}}
"Newest" is what ` + "`pip install elyra-server`" + ` gives, "oldest" the oldest that is supported, the last one that runs on
Jupyter Server 1. All three are tested on files and on their servers; versions between, and other versions of
Jupyter Server and watchdog than those named, are not.

## JupyterHub

{{.Hubs}}
## Systems

Linux runs all of this; macOS and Windows run the unit and file tests, in jobs of their names. JupyterLab's panel is
tested by ` + "`make screenshot`" + `, in the job JupyterLab's panel.
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
const missingCell = "not recorded"

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
