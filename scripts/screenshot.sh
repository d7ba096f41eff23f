#!/usr/bin/env bash
# screenshot.sh PICTURE: takes README's picture. JupyterLab with Elyra, and playwright, are installed
# once in their own environment, which takes 600 MB and a few minutes. Needs Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."

export CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [[ -z $CHROMIUM ]]; then
  echo 'Chromium is missing. Install it (Debian: apt-get install chromium), or run: CHROMIUM=/path make screenshot' >&2
  exit 1
fi

environment=$CACHE/panel-$(cksum <test/panel/requirements.txt | tr ' ' -)
if [[ ! -f $environment/complete ]]; then
  echo "Making a Python environment with JupyterLab and Elyra in $environment" >&2
  rm -rf "$environment"
  "${PYTHON:-python3}" -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --use-pep517 \
    --requirement test/panel/requirements.txt
  touch "$environment/complete"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PLUGINS=$work/plugins
make --silent install PLUGINS="$PLUGINS" >/dev/null
"$environment/bin/python" test/panel/screenshot.py "$1"
echo "$1"
