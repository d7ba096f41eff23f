#!/usr/bin/env bash
# Installs the programs that the tests need: those that make file systems (mounts with fixed modes,
# without hard links, with injected faults), and the proxies that people have in front of Jupyter. It
# installs only in CI (CI=true), where those tests must not be skipped, and on Debian and what comes
# from it; elsewhere it does nothing.
set -euo pipefail

if [[ ${CI:-} != true || $(uname) != Linux ]] || ! command -v apt-get >/dev/null; then
  exit 0
fi
PATH=$PATH:/usr/sbin:/sbin
packages=()
for program in bindfs:bindfs mkfs.exfat:exfatprogs mount.exfat-fuse:exfat-fuse losetup:mount strace:strace \
  nginx:nginx-light haproxy:haproxy squid:squid caddy:caddy; do
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
# The tests start the proxies themselves. As services, two of them would want port 80.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
  "${root[@]}" chmod +x "$policy"
  trap '"${root[@]}" rm -f "$policy"' EXIT
fi
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${packages[@]}" >/dev/null
