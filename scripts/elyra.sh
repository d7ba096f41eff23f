#!/usr/bin/env bash
# elyra.sh CACHE [NAME] [--made]: prints the path of the Python environment NAME (newest, if none is
# given; its packages are pinned in test/elyra/NAME.txt), and makes it first if it is not there; with
# --made, that is an error. oldest is made with the oldest Python at hand, every other with the
# newest. Exit code 3: this machine has no Python that can carry one.
set -euo pipefail
cd "$(dirname "$0")/.."

cache=$1
shift
name=newest
if [[ ${1:---made} != --made ]]; then
  name=$1
  shift
fi

minors='13 12 11 10'
if [[ $name == oldest ]]; then
  minors='10 11 12 13'
fi
candidates=()
for minor in $minors; do
  candidates+=("python3.$minor")
  # pyenv hides what its user has not chosen.
  for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python; do
    candidates+=("$python")
  done
done
candidates+=(python3 python)

# PYTHON=none stands for a machine without one.
for python in ${PYTHON:-"${candidates[@]}"}; do
  if "$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
    exec "$python" test/elyra/environment.py "$cache" "$name" "$@"
  fi
done
echo 'no Python 3.10 or newer with its venv module was found' >&2
exit 3
