#!/usr/bin/env bash
# elyra.sh CACHE [--made]: prints the path of a Python environment with a real Elyra, made where
# it is not there yet; with --made, that is an error. Exit code 3: this machine has no Python that
# can carry one.
set -euo pipefail
cd "$(dirname "$0")/.."

# PYTHON=none stands for a machine without one.
for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.10 python}; do
  if "$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
    exec "$python" test/elyra/environment.py "$@"
  fi
done
echo 'no Python 3.10 or newer with its venv module was found' >&2
exit 3
