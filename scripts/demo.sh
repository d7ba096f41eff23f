#!/usr/bin/env bash
# Runs make demo: shows the provider with examples/quickstart, a real Terraform, and Elyra's own tools,
# in a temporary directory. DEMO_DIR=… keeps the directory. The demo checks everything that it shows
# and fails if something isn't as it says. Lines fit into 100 columns.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD
if [[ -n ${DEMO_DIR:-} ]]; then
  mkdir -p "$DEMO_DIR"
  work=$(cd "$DEMO_DIR" && pwd)
  if [[ -n $(ls -A "$work") ]]; then
    echo "demo: $work isn't empty" >&2
    exit 1
  fi
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
images=$work/jupyter/metadata/runtime-images

bold='' dim='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
  export TF_CLI_ARGS=-no-color
fi
say() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
show() {
  printf '%s$ %s%s\n' "$dim" "$*" "$plain"
  "$@"
}
fail() {
  echo "demo: $*" >&2
  exit 1
}
terraform() { "$TERRAFORM" "$@"; }
# expect CODE PATTERN COMMAND…: runs a command, checks its exit code, and prints the lines of its output
# that PATTERN, a sed program, selects. They're also in $seen.
expect() {
  local code=0 output
  printf '%s$ %s%s\n' "$dim" "${*:3}" "$plain"
  output=$("${@:3}" 2>&1) || code=$?
  [[ $code == "$1" ]] || fail "${*:3} ended with exit code $code, expected $1"$'\n'"$output"
  seen=$(sed -n "$2" <<<"$output")
  [[ -n $seen ]] || fail "${*:3} printed:"$'\n'"$output"
  printf '%s\n' "$seen"
}

# Elyra's own view comes from the environment that the tests use.
venv=
if [[ ${ELYRA:-} != none ]]; then
  say "Looking for Elyra in $CACHE. To go without, run: ELYRA=none make demo"
  venv=$("$root/scripts/elyra.sh" "$CACHE") || venv=
fi
elyra() {
  [[ -n $venv ]] || return 0
  printf '%s$ elyra-metadata list runtime-images%s   (paths shortened)\n' "$dim" "$plain"
  seen=$(JUPYTER_DATA_DIR=$work/jupyter HOME=$work "$venv/bin/elyra-metadata" list runtime-images |
    sed -e "s#$venv/share/jupyter/metadata#ELYRA#" -e "s#$work/jupyter/metadata#YOURS#" -e 's/ *$//')
  printf '%s\n' "$seen"
  for image; do
    [[ $seen == *"$image"* ]] || fail "elyra-metadata doesn't list $image"
  done
}

say "Building the provider (about two minutes the first time) and installing it in $work"
make --silent install PLUGINS="$work/plugins" >/dev/null
cat >"$work/terraform.tfrc" <<END
provider_installation {
  filesystem_mirror {
    path = "$work/plugins"
  }
}
END
export TF_CLI_CONFIG_FILE=$work/terraform.tfrc CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_INPUT=0
export TF_VAR_data_dir=$work/jupyter
# The user's environment must not point Terraform or Elyra elsewhere.
unset ELYRA_METADATA_PATH ELYRA_ENDPOINT ELYRA_TOKEN ELYRA_PASSWORD JUPYTER_TOKEN TF_LOG TF_WORKSPACE TF_DATA_DIR
mkdir "$work/configuration"
cp examples/quickstart/*.tf "$work/configuration/"
cd "$work/configuration"
expect 0 '/successfully initialized/p' terraform init

say 'Elyra accepts this image name, but pipelines fail on it later. The plan reports it'
cat >scratch.tf <<'END'
resource "elyra_runtime_image" "scratch" {
  display_name = "Scratch"
  image_name   = "python:3.11"
}
END
show cat scratch.tf
expect 1 '/Error:/,$p' terraform plan
[[ $seen == *'library/python:3.11'* ]] || fail 'the error shows no line to paste'
rm scratch.tf

say 'examples/quickstart creates two images, and Elyra lists them next to its own'
show grep -A6 '^resource' main.tf
expect 0 '/complete/p' terraform apply -auto-approve
elyra pandas_22 training_with_gpu

say 'A colleague has already created "Nightly" in the panel. Nothing is overwritten'
printf '{"display_name": "Nightly", "metadata": {"image_name": "quay.io/acme/nightly:6"}, "schema_name": "runtime-image"}' \
  >"$images/nightly.json"
cat >nightly.tf <<'END'
resource "elyra_runtime_image" "nightly" {
  display_name = "Nightly"
  image_name   = "quay.io/acme/nightly:7"
}
END
expect 1 '/Error:/,$p' terraform apply -auto-approve
[[ $seen == *'import'* ]] || fail 'the error shows no import block'

say 'The import block from the message, with a label, imports the image'
cat >import.tf <<'END'
import {
  to = elyra_runtime_image.nightly
  id = "nightly"
}
END
show cat import.tf
expect 0 '/complete/p' terraform apply -auto-approve
expect 0 '/No changes/p' terraform plan
rm import.tf

say 'A manual edit shows up as drift, and apply reverts it'
file=$images/training_with_gpu.json
content=$(<"$file")
printf '%s' "${content/:1.4.0/:latest}" >"$file"
[[ $(<"$file") != "$content" ]] || fail "$file doesn't contain :1.4.0"
expect 2 '/will be updated/,/Plan:/p' terraform plan -detailed-exitcode
expect 0 '/complete/p' terraform apply -auto-approve
[[ $(<"$file") == "$content" ]] || fail "apply didn't revert $file"

say 'Destroy everything, including the imported image. Only the images that Elyra ships remain'
expect 0 '/complete/p' terraform destroy -auto-approve
[[ -z $(ls -A "$images") ]] || fail "$images isn't empty"
elyra

say 'Done. Where to go next'
cat <<END
Install the provider for your user:   make install
Write your first configuration:       docs/guides/getting-started.md
Import the images that you have:      docs/guides/take-over.md
END
if [[ -z $venv ]]; then
  echo "See Elyra's own list in this demo:    make demo"
fi
