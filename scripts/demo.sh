#!/usr/bin/env bash
# What make demo shows: the provider at work on examples/quickstart, with a real Terraform, in a
# directory of its own that is gone afterwards. DEMO_DIR=… names another, which stays.
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
  printf '%s$ %s%s\n' "$dim" "$(basename "$1")${2+ ${*:2}}" "$plain"
  "$@"
}
fail() {
  echo "demo: $*" >&2
  exit 1
}
# plan CODE …: CODE is 0 where nothing is to be done, and 2 where something is.
plan() {
  local code=0
  show "$TERRAFORM" plan -detailed-exitcode "${@:2}" || code=$?
  [[ $code == "$1" ]] || fail "terraform plan ended with exit code $code, expected $1"
}
# Elyra's own view, where make test or make elyra has made an environment with it.
elyra() {
  [[ -n $venv ]] || return 0
  say "$1 (ELYRA is where it is installed)"
  JUPYTER_DATA_DIR=$work/jupyter HOME=$work show "$venv/bin/elyra-metadata" list runtime-images |
    sed -e "s#$venv#ELYRA#" -e 's/ *$//'
}
venv=$("$root/scripts/elyra.sh" "$CACHE" --made 2>/dev/null || true)

say "Building the provider, and preparing $work"
platform=$("$GO" env GOOS)_$("$GO" env GOARCH)
for host in registry.terraform.io registry.opentofu.org; do
  mirror=$work/providers/$host/elyra-ai/elyra/0.0.1/$platform
  mkdir -p "$mirror"
  "$GO" build -o "$mirror/terraform-provider-elyra_v0.0.1$("$GO" env GOEXE)" -ldflags '-X main.version=0.0.1' .
done
# Terraform finds the provider there, and asks no registry.
cat >"$work/terraform.tfrc" <<END
provider_installation {
  filesystem_mirror {
    path = "$work/providers"
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
# Not shown: it warns that the mirror has no checksums for other platforms.
"$TERRAFORM" init >"$work/init.log" 2>&1 || {
  cat "$work/init.log" >&2
  fail 'terraform init failed'
}

say 'What is wanted: examples/quickstart'
show cat main.tf

say 'What Terraform would do'
plan 2 -out=plan.tfplan

say 'Doing it'
show "$TERRAFORM" apply plan.tfplan

say 'The files it wrote'
show ls -l "$images"
files=("$images"/*.json)
[[ ${#files[@]} == 2 ]] || fail "${#files[@]} files in $images, expected 2"
file=${files[1]}
show cat "$file"
echo

elyra 'What Elyra makes of them'

say 'Planning again: nothing is left to do'
plan 0

say 'Somebody edits a file by hand'
content=$(<"$file")
changed=${content/:1.4.0/:latest}
[[ $changed != "$content" ]] || fail "$file has no :1.4.0 to change"
printf '%s' "$changed" >"$file"
show grep image_name "$file"

say 'Terraform sees it'
plan 2 -out=plan.tfplan

say 'And puts it right'
show "$TERRAFORM" apply plan.tfplan
show grep image_name "$file"
[[ $(<"$file") == "$content" ]] || fail "$file is not what it was"

say 'Taking all of it away'
show "$TERRAFORM" destroy -auto-approve
show ls -A "$images"
[[ -z $(ls -A "$images") ]] || fail "$images is not empty"

elyra 'Elyra has only its own left'

say 'Done'
