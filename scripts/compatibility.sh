#!/usr/bin/env bash
# Prints the guide of what the tests run on, from the files that pin it: make generate runs this.
set -euo pipefail
cd "$(dirname "$0")/.."

# version FILE PACKAGE: the pinned versions of a Python package, such as 6.0.0, 7.1.0.
version() { sed -n "s/^$2==\([0-9.]*\).*/\1/p" "$1" | paste -sd, - | sed 's/,/, /g'; }

cat <<'END'
---
page_title: "Compatibility"
subcategory: "Guides"
description: |-
  What the tests run on: Terraform, OpenTofu, Elyra, JupyterHub, with the job that runs them.
---

# Compatibility

The tests run on these versions; this page is made from the files that pin them. A job is one of the workflow
[Tests](https://github.com/elyra-ai/terraform-provider-elyra/actions/workflows/test.yml).

## Terraform and OpenTofu

| | resource, data sources, functions, import by id | import by identity | `terraform query` | job |
|---|---|---|---|---|
END
for file in $(ls test/terraform/*.txt | sort -V); do
  number=$(basename "$file" .txt)
  full=$(sed -n 's/^# Terraform \([0-9.]*\)[.,].*/\1/p' "$file")
  minor=${number#1.}
  identity=- query=-
  ((minor < 12)) || identity=offered
  ((minor < 14)) || query=yes
  echo "| Terraform $full | yes | $identity | $query | \`make test TERRAFORM=$number\`, Terraform $number |" |
    sed 's/Terraform 1.15 |$/Terraform latest |/'
done
tofu=$(sed -n 's#.*github.com/opentofu/opentofu v\([0-9.]*\).*#\1#p' test/opentofu/go.mod | head -n 1)
echo "| OpenTofu $tofu | yes | offered | - | \`make test TERRAFORM=opentofu\`, OpenTofu |"
cat <<'END'

Import by identity is offered where it says so, and tested against the provider's protocol, in each job.
Terraform 1.9, 1.10 and those between, and OpenTofu from 1.8 on, have what the provider needs, and are not tested.

## Elyra and JupyterHub

| | version | its watchdog | files | server | job |
|---|---|---|---|---|---|
END
echo "| Elyra, the newest | $(version test/elyra/newest.txt elyra-server) | $(version test/elyra/newest.txt watchdog) | yes | yes | \`make test\`, All checks |"
echo "| Elyra, the oldest | $(version test/elyra/oldest.txt elyra-server) | $(version test/elyra/oldest.txt watchdog) | yes | yes | \`make test\`, All checks |"
echo "| Open Data Hub's | $(version test/elyra/odh.txt odh-elyra) | $(version test/elyra/odh.txt watchdog) | yes | yes | \`make test\`, All checks |"
echo "| JupyterHub | $(version test/jupyterhub/requirements.txt jupyterhub) | | | yes | \`make test\`, All checks |"
older=$(sed -n 's/.*JUPYTERHUB_VERSION: "\(.*\)"/\1/p' .github/workflows/test.yml)
echo "| JupyterHub 5 | $older | | | yes | \`JUPYTERHUB_VERSION=$older make test\`, JupyterHub 5 |"
lab=$(version test/panel/requirements.txt jupyterlab)
echo "| JupyterLab's panel | $lab | $(version test/panel/requirements.txt watchdog) | yes | | \`make screenshot\`, JupyterLab's panel |"
cat <<'END'

Where there are two versions, the first is for Python 3.10. Linux runs all of this; macOS and Windows run the unit
and file tests, in jobs of their names.
END
