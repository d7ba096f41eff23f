#!/usr/bin/env bash
# start-server.sh HUB USER [SERVER]: starts a user's server on a JupyterHub, if it is not running,
# and returns when it is ready. HUB is the Hub's address, such as https://hub.example.com. Reads a
# token with the scopes start:servers and read:servers from TERRAFORM_HUB_TOKEN.
set -euo pipefail

api=${1%/}/hub/api/users/$2/server
if [[ -n ${3:-} ]]; then
  api=${1%/}/hub/api/users/$2/servers/$3
fi

# The header comes from standard input: arguments are visible to other users of this machine.
hub() {
  curl --silent --show-error --fail --config - "$@" <<<"header = \"Authorization: token $TERRAFORM_HUB_TOKEN\""
}

# 400 says that it is running already, or starting.
status=$(hub --no-fail --request POST --output /dev/null --write-out '%{http_code}' "$api")
if [[ $status != 20[12] && $status != 400 ]]; then
  echo "The Hub answers $status to a POST to $api." >&2
  exit 1
fi

# A stream of events, which ends when the server is ready or has failed.
if ! hub --no-buffer "$api/progress" | grep --quiet '"ready": true'; then
  echo "The server did not start. See its log on the Hub." >&2
  exit 1
fi
