#!/usr/bin/env bash
# What make test runs: every test there is, acceptance tests on a real Terraform and tests on a
# real Elyra among them. Arguments go to go test; without a package among them, it is ./...
# A dot is a test; with arguments, each is named. The last line counts them.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=
if venv=$(scripts/elyra.sh "$CACHE"); then
  export ELYRA_TEST_VENV=$venv
  ELYRA_TEST_VENV_OLDEST=$(scripts/elyra.sh "$CACHE" oldest)
  ELYRA_TEST_VENV_ODH=$(scripts/elyra.sh "$CACHE" odh)
  export ELYRA_TEST_VENV_OLDEST ELYRA_TEST_VENV_ODH
else
  code=$?
  if [[ $code != 3 ]]; then
    echo 'The environment with a real Elyra could not be made. PYTHON=none make test goes without.' >&2
    exit "$code"
  fi
  if [[ ${CI:-} == true ]]; then
    echo 'CI=true: the tests on a real Elyra must run.' >&2
    exit 1
  fi
  missing='no Python 3.10 or newer with its venv module was found'
  unset ELYRA_TEST_VENV ELYRA_TEST_VENV_OLDEST ELYRA_TEST_VENV_ODH
fi

# The Hub's environment is made with the Python of Elyra's, and needs node besides.
unset JUPYTERHUB_TEST_ENV
if [[ -n ${ELYRA_TEST_VENV:-} ]]; then
  if hub=$("$ELYRA_TEST_VENV/bin/python" test/jupyterhub/environment.py "$CACHE"); then
    export JUPYTERHUB_TEST_ENV=$hub
  elif [[ $? != 3 || ${CI:-} == true ]]; then
    echo 'The environment with a real JupyterHub could not be made.' >&2
    exit 1
  fi
fi

scripts/filesystems.sh

# Images for the tests of containerimage are built from a real Debian, as root.
unset ROOTFS_DIR
if rootfs=$(scripts/rootfs.sh "$CACHE"); then
  export ROOTFS_DIR=$rootfs
elif [[ $? != 3 || ${CI:-} == true ]]; then
  echo 'The Debian for the tests of container images could not be made.' >&2
  exit 1
fi

# Terraform neither calls home nor reads the configuration of whoever runs the tests, in which a
# dev_overrides would stand in for the provider under test. A file that does not exist is warned of.
export CHECKPOINT_DISABLE=1
export TF_CLI_CONFIG_FILE=$CACHE/empty.tfrc
mkdir -p "$CACHE"
: >"$TF_CLI_CONFIG_FILE"

# Tests of what the Terraform at hand may be too old for run on the newest.
unset TERRAFORM_QUERY
if newest=$("${MAKE:-make}" -s terraform TERRAFORM=1.15); then
  export TERRAFORM_QUERY=$newest
fi

export TF_ACC=1 TF_ACC_TERRAFORM_PATH=$TERRAFORM
version=$("$TERRAFORM" version)
case $version in
OpenTofu*) export TF_ACC_PROVIDER_HOST=registry.opentofu.org ;;
*) export TF_ACC_PROVIDER_HOST=registry.terraform.io ;;
esac
echo "Terraform: ${version%%$'\n'*} ($TERRAFORM)"
echo "Elyra: ${ELYRA_TEST_VENV:-none}"
echo "JupyterHub: ${JUPYTERHUB_TEST_ENV:-none}"

arguments=(-count=1 -timeout=30m)
# The race detector needs a C compiler.
if [[ $("$GO" env CGO_ENABLED) == 1 ]]; then
  arguments+=(-race)
fi
# The acceptance tests take as long as all others together, and start first.
packages=(./internal/provider ./...)
for argument; do
  if [[ $argument == . || $argument == ./* ]]; then
    packages=()
  fi
done

format=dots
if (($#)); then
  format=testname
fi

events=$(mktemp)
trap 'rm -f "$events"' EXIT
code=0
"$GO" tool -modfile=tools/go.mod gotestsum --format "$format" --hide-summary=skipped --jsonfile "$events" -- \
  "${arguments[@]}" "$@" ${packages[@]+"${packages[@]}"} || code=$?
if ! grep -q '"Action":"run"' "$events"; then
  echo "No test is called by: $*" >&2
  code=1
fi

# What passed on which versions is the compatibility guide's: RECORD=yes notes it down, every other
# run is held against it. A machine that lacks something says so itself.
if [[ $code == 0 && -z $missing ]]; then
  mode=check
  if [[ ${RECORD:-} == yes ]]; then
    mode=record
  fi
  "$GO" run ./test/compatibility $mode "$events" "$version" || code=$?
fi

if [[ -n $missing ]]; then
  echo
  echo "SKIPPED: the tests on a real Elyra, because $missing."
  echo 'To run them too, install Python with venv, and type: make test'
fi
exit "$code"
