#!/usr/bin/env bash
# elyra.sh CACHE [NAME]: prints the path of the Python environment NAME (default: newest). If it doesn't
# exist, this makes it from the pins in test/elyra/NAME.txt. The environment "oldest" uses the oldest
# Python available, every other one the newest. Exit code 3: this machine has no suitable Python. The
# name "uv" prints the path of uv.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=$1
name=${2:-newest}

minors='13 12 11 10'
if [[ $name == oldest ]]; then
  minors='10 11 12 13'
fi
candidates=()
for minor in $minors; do
  candidates+=("python3.$minor")
  # pyenv hides versions that its user hasn't selected.
  for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python; do
    candidates+=("$python")
  done
done
candidates+=(python3 python)

# PYTHON=none means that the machine has none.
for python in ${PYTHON:-"${candidates[@]}"}; do
  if "$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
    exec "$python" test/elyra/environment.py "$cache" "$name"
  fi
done
echo 'no Python 3.10 or newer with its venv module was found' >&2
exit 3
