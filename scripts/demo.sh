#!/usr/bin/env bash
# What make demo shows, on 100 columns: the provider at work on examples/quickstart, with a real
# Terraform, in a directory of its own that is gone afterwards. DEMO_DIR=… names another, which stays.
# What it shows is tested on the way: it fails where something is not as it says.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD
if [[ -n ${DEMO_DIR:-} ]]; then
  mkdir -p "$DEMO_DIR"
  work=$(cd "$DEMO_DIR" && pwd)
  if [[ -n $(ls -A "$work") ]]; then
    echo "demo: $work is not empty" >&2
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
# expect CODE PATTERN COMMAND…: shows a command that ends with that exit code, and of what it prints
# the lines that PATTERN, a program of sed, lets through; they go to $seen, too.
expect() {
  local code=0 output
  printf '%s$ %s%s\n' "$dim" "${*:3}" "$plain"
  output=$("${@:3}" 2>&1) || code=$?
  [[ $code == "$1" ]] || fail "${*:3} ended with exit code $code, expected $1"$'\n'"$output"
  seen=$(sed -n "$2" <<<"$output")
  [[ -n $seen ]] || fail "${*:3} printed:"$'\n'"$output"
  printf '%s\n' "$seen"
}
# Elyra's own view, where make test or make elyra has made an environment with it.
elyra() {
  [[ -n $venv ]] || return 0
  printf '%s$ elyra-metadata list runtime-images%s   (paths shortened)\n' "$dim" "$plain"
  JUPYTER_DATA_DIR=$work/jupyter HOME=$work "$venv/bin/elyra-metadata" list runtime-images |
    sed -e "s#$venv/share/jupyter/metadata#ELYRA#" -e "s#$work/jupyter/metadata#OURS#" -e 's/ *$//'
}
venv=$("$root/scripts/elyra.sh" "$CACHE" --made 2>/dev/null || true)

say "Building the provider, and installing it into $work"
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
# The demo is about its own directory, whatever steers Terraform or Elyra elsewhere.
unset ELYRA_METADATA_PATH ELYRA_ENDPOINT ELYRA_TOKEN ELYRA_PASSWORD JUPYTER_TOKEN TF_LOG TF_WORKSPACE TF_DATA_DIR
mkdir "$work/configuration"
cp examples/quickstart/*.tf "$work/configuration/"
cd "$work/configuration"
expect 0 '/successfully initialized/p' terraform init

say 'An image name that Elyra takes, and its pipelines refuse, an hour later'
cat >scratch.tf <<'END'
resource "elyra_runtime_image" "scratch" {
  display_name = "Scratch"
  image_name   = "python:3.11"
}
END
show cat scratch.tf
expect 1 '/Error:/,$p' terraform plan
[[ $seen == *'library/python:3.11'* ]] || fail 'there is no line to paste'
rm scratch.tf

say 'examples/quickstart: two images for the team'
show grep -A6 '^resource' main.tf
expect 0 '/complete/p' terraform apply -auto-approve
elyra

say 'A name that somebody has taken, in the panel: nothing is overwritten'
printf '{"display_name": "Nightly", "metadata": {"image_name": "quay.io/acme/nightly:6"}, "schema_name": "runtime-image"}' \
  >"$images/nightly.json"
cat >nightly.tf <<'END'
resource "elyra_runtime_image" "nightly" {
  display_name = "Nightly"
  image_name   = "quay.io/acme/nightly:7"
}
END
expect 1 '/Error:/,$p' terraform apply -auto-approve
[[ $seen == *'import {'* ]] || fail 'there is no import block'

say 'The block of the message, pasted, takes it over'
cat >>nightly.tf <<'END'

import {
  to = elyra_runtime_image.nightly
  id = "nightly"
}
END
expect 0 '/complete/p' terraform apply -auto-approve
expect 0 '/No changes/p' terraform plan

say 'Somebody edits a file by hand; the plan tells, and the apply puts it right'
file=$images/training_with_gpu.json
content=$(<"$file")
printf '%s' "${content/:1.4.0/:latest}" >"$file"
[[ $(<"$file") != "$content" ]] || fail "$file has no :1.4.0 to change"
expect 2 '/will be updated/,/Plan:/p' terraform plan -detailed-exitcode
expect 0 '/complete/p' terraform apply -auto-approve
[[ $(<"$file") == "$content" ]] || fail "$file is not what it was"

say 'Taking all of it away: Elyra has its own again'
expect 0 '/complete/p' terraform destroy -auto-approve
[[ -z $(ls -A "$images") ]] || fail "$images is not empty"
elyra

say 'Done. Install it for yourself: make install'
