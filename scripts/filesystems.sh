#!/usr/bin/env bash
# Installs programs for the file systems that tests need: mounts with fixed modes, without hard links,
# and with injected faults. It does so only with CI=true, because then those tests must not be skipped,
# and only on Debian and its derivatives.
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
