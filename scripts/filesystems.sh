#!/usr/bin/env bash
# Installs the programs that make the file systems which the tests need: mounts with fixed modes,
# without hard links, with injected faults. It installs only in CI (CI=true), where those tests must
# not be skipped, and on Debian and what comes from it; elsewhere it does nothing.
set -euo pipefail

if [[ ${CI:-} != true || $(uname) != Linux ]] || ! command -v apt-get >/dev/null; then
  exit 0
fi
PATH=$PATH:/usr/sbin:/sbin
packages=()
for program in bindfs:bindfs mkfs.exfat:exfatprogs mount.exfat-fuse:exfat-fuse losetup:mount strace:strace; do
  if ! command -v "${program%:*}" >/dev/null; then
    packages+=("${program#*:}")
  fi
done
if ((${#packages[@]} == 0)); then
  exit 0
fi
root=()
if ((EUID != 0)); then
  root=(sudo -n)
fi
echo "Installing ${packages[*]}"
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${packages[@]}" >/dev/null
