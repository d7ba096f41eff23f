#!/usr/bin/env bash
# start-server.sh HUB USER [SERVER]: starts a user's server on a JupyterHub if it isn't running, and
# waits until it's ready. HUB is the Hub's address, such as https://hub.example.com. The environment
# variable TERRAFORM_HUB_TOKEN must contain a token with the scopes start:servers and read:servers.
set -euo pipefail

api=${1%/}/hub/api/users/$2/server
if [[ -n ${3:-} ]]; then
  api=${1%/}/hub/api/users/$2/servers/$3
fi

# Pass the header through standard input, because other users of this machine can see arguments.
hub() {
  curl --silent --show-error --fail --config - "$@" <<<"header = \"Authorization: token $TERRAFORM_HUB_TOKEN\""
}

# Status 400 means that the server is already running or starting.
status=$(hub --no-fail --request POST --output /dev/null --write-out '%{http_code}' "$api")
if [[ $status != 20[12] && $status != 400 ]]; then
  echo "The Hub returned status $status for POST $api." >&2
  exit 1
fi

# The stream of events ends when the server is ready or has failed.
if ! hub --no-buffer "$api/progress" | grep --quiet '"ready": true'; then
  echo "The server didn't start. See its log on the Hub." >&2
  exit 1
fi
