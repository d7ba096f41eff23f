#!/usr/bin/env bash
# renew-elyra.sh CACHE NAME...: resolves test/elyra/NAME.in again and writes test/elyra/NAME.txt, for
# every Python from 3.10 on. Each line is a pin. If the newest version doesn't run on an older Python,
# markers select another one.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(scripts/elyra.sh "$1" uv)
shift
for name; do
  excludes=(--excludes test/elyra/excludes.txt)
  case $name in newest) ;; *) excludes+=(--excludes test/elyra/excludes-pipelines.txt) ;; esac
  case $name in lab) ;; *) excludes+=(--excludes test/elyra/excludes-lab.txt) ;; esac
  pins=test/elyra/$name.txt
  {
    echo "# Made from $name.in by: make renew-elyra NAMES=$name"
    echo '# Complete: pip install --no-deps is all there is to do, and test/elyra/environment.py does it.'
    "$uv" pip compile --quiet --universal --python-version 3.10 --no-annotate --no-header \
      "${excludes[@]}" "test/elyra/$name.in"
  } >"$pins.new"
  mv "$pins.new" "$pins"
  echo "$pins: $(grep -c == "$pins") packages, $(grep -i -E '^(odh-elyra|elyra-server|jupyter-server|watchdog)==' "$pins" | tr '\n' ',')"
done
