"""Makes the environment with a real JupyterHub that the tests use, and prints its path.

    python3 environment.py DIRECTORY

In it are a Python environment with the Hub and Elyra, and node_modules with the Hub's proxy. It's made
once, below DIRECTORY, under a name that changes with its contents. The environment variable
JUPYTERHUB_VERSION replaces the Hub's version in requirements.txt. Needs node 18 and npm. Exit code 3:
they're missing.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "elyra"))

from environment import exit_code, install, provide, run, scripts  # noqa: E402

OLDEST_NODE = 18


def node() -> str:
    """Node's version; it raises if there is none, or one that is too old."""
    version = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE or not shutil.which("npm"):
        raise OSError(f"node {version} is too old, or has no npm")
    return version


def make(environment: pathlib.Path, requirements: str) -> None:
    pinned = environment / "requirements.txt"
    pinned.write_text(requirements)
    install(environment, pinned)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, environment)
    run(shutil.which("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", cwd=environment)
    # The first start of a new environment is slow; let it not be a test's.
    imports = "import jupyterhub.app, jupyterhub.singleuser, elyra.metadata.metadata_app"
    run(scripts(environment) / "python", "-c", imports)


def main() -> int:
    try:
        version = node()
    except (OSError, subprocess.CalledProcessError) as failure:
        print(f"JupyterHub's proxy needs node {OLDEST_NODE} or newer with npm: {failure}", file=sys.stderr)
        return 3
    requirements = (HERE / "requirements.txt").read_text()
    if hub := os.environ.get("JUPYTERHUB_VERSION"):
        requirements = re.sub(r"^jupyterhub==.*$", f"jupyterhub=={hub}", requirements, flags=re.MULTILINE)
    # Another one is made when any of this changes.
    parts = [requirements, (HERE / "package-lock.json").read_text(), sys.version, sys.base_prefix, version]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    environment = pathlib.Path(sys.argv[1]).absolute() / f"jupyterhub-{digest[:12]}"
    provide(environment, lambda made: make(made, requirements), "--without-pip")
    print(environment)
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(main))
