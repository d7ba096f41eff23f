#!/usr/bin/env bash
# rootfs.sh CACHE: prints the path of a directory with the parts of root file systems for tests. If it
# doesn't exist, this makes it: base.tar.gz, a minimal Debian like its official slim images, and
# packages to install in it without a network, in the directories curl, python, pip, and busybox. Exit
# code 3: this machine can't make one. With CI=true, it installs what it needs.
set -euo pipefail

cache=$1
suite=bookworm

dir=$cache/rootfs/$({ cat "$0" && uname -m; } | cksum | tr ' ' '-')
if [[ -d $dir ]]; then
  echo "$dir"
  exit
fi
if [[ $(uname) != Linux ]]; then
  exit 3
fi
root=()
if ((EUID != 0)); then
  sudo -n true 2>/dev/null || exit 3
  root=(sudo -n)
fi
if ! command -v mmdebstrap >/dev/null; then
  if [[ ${CI:-} != true ]] || ! command -v apt-get >/dev/null; then
    exit 3
  fi
  echo 'Installing mmdebstrap' >&2
  "${root[@]}" apt-get update -qq >&2
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
    mmdebstrap debian-archive-keyring >/dev/null
fi

echo "Making a Debian for the tests of container images (2 minutes, once)" >&2
mkdir -p "$cache/rootfs"
new=$(mktemp -d "$dir.XXXXXX")
trap '"${root[@]}" rm -rf "$new"' EXIT
chmod 755 "$new"
# Each hook downloads packages and their dependencies that aren't in the base. Hooks run outside,
# because apt and the network are there.
# shellcheck disable=SC2016 # for the hooks' shell
get='APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get --quiet --yes --no-install-recommends --download-only install %s >/dev/null && mkdir %s && mv "$1"/var/cache/apt/archives/*.deb %s'
hooks=('--customize-hook=rm -f "$1"/var/cache/apt/archives/*.deb')
for set in curl:curl python:python3 'pip:python3-pip python3-venv' busybox:busybox-static; do
  # shellcheck disable=SC2059 # the format is above
  hooks+=("--customize-hook=$(printf "$get" "${set#*:}" "'$new/${set%%:*}'" "'$new/${set%%:*}'")")
done
# Debian's slim images leave these out.
excluded=()
for what in man doc info locale; do
  excluded+=("--dpkgopt=path-exclude=/usr/share/$what/*")
done
"${root[@]}" mmdebstrap --quiet --variant=minbase --include=ca-certificates "${excluded[@]}" "${hooks[@]}" \
  "$suite" "$new/base.tar.gz" >&2
mv -T "$new" "$dir" 2>/dev/null || [[ -d $dir ]] # another may have been first
echo "$dir"
