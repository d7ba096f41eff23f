#!/usr/bin/env bash
# Runs all tests, including acceptance tests with a real Terraform and tests with a real Elyra.
# Arguments go to go test. Without a package, it tests ./... Each dot is a test. With arguments, it
# prints each test's name. The last line counts the tests, and what was skipped is listed above it.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ! -d $CACHE ]]; then
  echo "What the tests need is kept in $CACHE: up to 3 GB. To remove it: make clean-cache"
fi
# What tests leave in the temporary directory goes with it. Another user must be able to look into it.
one_file_system=()
if [[ $(uname) == Linux ]]; then
  one_file_system=(--one-file-system) # a mount that a killed test left isn't ours to empty
fi
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/elyra.XXXXXX")
export TMPDIR
trap 'rm -rf ${one_file_system[@]+"${one_file_system[@]}"} "$TMPDIR"' EXIT
chmod 755 "$TMPDIR"

missing=
if venv=$(scripts/elyra.sh "$CACHE"); then
  export ELYRA_TEST_VENV=$venv
  ELYRA_TEST_VENV_OLDEST=$(scripts/elyra.sh "$CACHE" oldest)
  ELYRA_TEST_VENV_ODH=$(scripts/elyra.sh "$CACHE" odh)
  ELYRA_TEST_VENV_LAB=$(scripts/elyra.sh "$CACHE" lab)
  export ELYRA_TEST_VENV_OLDEST ELYRA_TEST_VENV_ODH ELYRA_TEST_VENV_LAB
else
  code=$?
  if [[ $code != 3 ]]; then
    echo "Making the environment with a real Elyra failed. To run without it: PYTHON=none make test" >&2
    exit "$code"
  fi
  if [[ ${CI:-} == true ]]; then
    echo 'With CI=true, the tests with a real Elyra must run.' >&2
    exit 1
  fi
  missing='no Python 3.10 or newer with its venv module was found'
  unset ELYRA_TEST_VENV ELYRA_TEST_VENV_OLDEST ELYRA_TEST_VENV_ODH ELYRA_TEST_VENV_LAB
fi

# The Hub's environment uses the Python of Elyra's environment. It also needs node.
unset JUPYTERHUB_TEST_ENV
if [[ -n ${ELYRA_TEST_VENV:-} ]]; then
  if hub=$("$ELYRA_TEST_VENV/bin/python" test/jupyterhub/environment.py "$CACHE"); then
    export JUPYTERHUB_TEST_ENV=$hub
  elif [[ $? != 3 || ${CI:-} == true ]]; then
    echo 'Making the environment with a real JupyterHub failed.' >&2
    exit 1
  fi
fi

scripts/programs.sh

# Images for the tests of containerimage are built from a real Debian, as root.
unset ROOTFS_DIR
if rootfs=$(scripts/rootfs.sh "$CACHE"); then
  export ROOTFS_DIR=$rootfs
elif [[ $? != 3 || ${CI:-} == true ]]; then
  echo 'Making the Debian for the tests of container images failed.' >&2
  exit 1
fi

# Terraform must not call home or read the user's configuration, in which dev_overrides could replace
# the provider under test. Terraform warns about a file that doesn't exist, so make an empty one.
export CHECKPOINT_DISABLE=1
export TF_CLI_CONFIG_FILE=$CACHE/empty.tfrc
mkdir -p "$CACHE"
: >"$TF_CLI_CONFIG_FILE"

# Tests of newer features use the newest Terraform, because the selected one may be too old.
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

# The time limit is for one test that makes no progress, not for a package: that depends on the machine.
limit=${TEST_LIMIT:-15m}
arguments=(-count=1 -timeout=0)
events=$TMPDIR/events
"$GO" build -o "$TMPDIR/watch" ./test/watch

# run FORMAT ARGUMENT...: go test with these arguments. Skipped tests are listed with what they lack.
run() {
  local format=$1
  shift
  "$GO" tool -modfile=tools/go.mod gotestsum --format "$format" --jsonfile "$events" --raw-command -- \
    "$TMPDIR/watch" "$limit" "$GO" test -json "${arguments[@]}" "$@"
}

# run_with_race is run with the race detector, which needs a C compiler.
run_with_race() {
  if [[ $(env -u CGO_ENABLED "$GO" env CGO_ENABLED) == 1 ]]; then
    CGO_ENABLED=1 run "$1" -race "${@:2}"
  else
    run "$@"
  fi
}

code=0
if (($# == 0)); then
  # The race detector takes twice the time and three times the memory. It has nothing to see in packages
  # without sync, and in acceptance tests nothing that TestRuntimeImage_concurrently doesn't show it.
  packages=$("$GO" list -f '{{.ImportPath}} {{.Imports}}' ./...)
  read -r -d '' -a concurrent < <(awk '/[[ ]sync(\/atomic)?[] ]/ {print $1}' <<<"$packages") || true
  read -r -d '' -a sequential < <(awk '!/[[ ]sync(\/atomic)?[] ]/ {print $1}' <<<"$packages") || true
  run dots -run '^TestAcc' ./internal/provider ./test/repository || code=1
  run dots -skip '^TestAcc' "${sequential[@]}" || code=1
  run_with_race dots -skip '^TestAcc' "${concurrent[@]}" || code=1
else
  packages=(./...)
  for argument; do
    if [[ $argument == . || $argument == ./* ]]; then
      packages=()
    fi
  done
  run_with_race testname "$@" ${packages[@]+"${packages[@]}"} || code=$?
  if ! grep -q '"Action":"run"' "$events"; then
    echo "No test is called by: $*" >&2
    code=1
  fi
fi

if [[ -n $missing ]]; then
  echo
  echo "SKIPPED: the tests with a real Elyra, because $missing."
  echo 'To run them, install Python with venv and run: make test'
fi
exit "$code"
