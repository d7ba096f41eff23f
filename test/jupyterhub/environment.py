"""Makes the environment with a real JupyterHub that the tests use, and prints its path.

    python3 environment.py DIRECTORY [--made]

In it are a Python environment with the Hub and Elyra, and node_modules with the Hub's proxy. It is
made once, below DIRECTORY, under a name that changes with what it is made of; a later run only
prints the path. With --made, nothing is made, and the exit code is 1 where it is not there. The
environment variable JUPYTERHUB_VERSION replaces the Hub's version in requirements.txt. Needs node
18 and npm beside what test/elyra/environment.py needs, which it is a supplement to.
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

from environment import STAMP, locked, scripts, usable  # noqa: E402

OLDEST_NODE = 18


def requirements() -> str:
    """What to install, with the version of the Hub that is asked for."""
    text = (HERE / "requirements.txt").read_text()
    if version := os.environ.get("JUPYTERHUB_VERSION"):
        text = re.sub(r"^jupyterhub==.*$", f"jupyterhub=={version}", text, flags=re.MULTILINE)
    return text


def node() -> str:
    """Node's version; it raises where there is none, or one that is too old."""
    version = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE or not shutil.which("npm"):
        raise OSError(f"node {version} is too old, or has no npm")
    return version


def key(node_version: str) -> str:
    """Names an environment: another one is made when any of this changes."""
    lock = (HERE / "package-lock.json").read_text()
    parts = [requirements(), lock, sys.version, sys.base_prefix, node_version]
    return "jupyterhub-" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def make(environment: pathlib.Path) -> None:
    """Makes the environment from nothing."""
    if environment.exists():
        shutil.rmtree(environment)
    print(f"Making an environment with JupyterHub in {environment} (once; about a minute)", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, stdout=sys.stderr)
    pinned = environment / "requirements.txt"
    pinned.write_text(requirements())
    python = scripts(environment) / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, "--no-deps", "--use-pep517", "--requirement", str(pinned)], check=True, stdout=sys.stderr)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, environment)
    npm = [shutil.which("npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(npm, check=True, cwd=environment, stdout=sys.stderr)
    # The first start of a new environment is slow; let it not be a test's.
    subprocess.run([str(python), "-c", "import jupyterhub.app, jupyterhub.singleuser, elyra.metadata.metadata_app"],
                   check=True, stdout=sys.stderr)
    (environment / STAMP).write_text("")


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--made"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        version = node()
    except (OSError, subprocess.CalledProcessError) as failure:
        print(f"JupyterHub's proxy needs node {OLDEST_NODE} or newer with npm: {failure}", file=sys.stderr)
        return 3
    directory = pathlib.Path(sys.argv[1]).absolute()
    environment = directory / key(version)
    if "--made" in sys.argv:
        if not usable(environment):
            return 1
        print(environment)
        return 0
    directory.mkdir(parents=True, exist_ok=True)
    with locked(directory / f"{environment.name}.lock"):
        if not usable(environment):
            try:
                make(environment)
            except subprocess.CalledProcessError as failure:
                print(f"{failure.cmd[0]}: exit code {failure.returncode}", file=sys.stderr)
                return 1
    print(environment)
    return 0


if __name__ == "__main__":
    sys.exit(main())
