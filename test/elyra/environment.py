"""Makes one of the Python environments that the tests use, and prints its path.

    python3 environment.py DIRECTORY NAME [--made]

NAME.txt beside this file lists what is installed, every package pinned. The environment is made
once, below DIRECTORY, under a name that the list and the Python decide; a later run only prints
the path. A stamp, written last, says that it is complete: what an interrupted run left behind is
removed and made again. With --made, nothing is made, and the exit code is 1 if the environment is
not there. Only the standard library is needed.
"""

import contextlib
import hashlib
import os
import pathlib
import platform
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 10)
STAMP = "complete"

# Elyra's metadata service takes three names from kfp, to validate what no runtime image has. An
# environment without the pipelines' packages gets these instead.
KFP = {
    "__init__.py": "",
    "auth.py": "from kfp.client import *  # where kfp 1 had them\n",
    "client.py": "KF_PIPELINES_SA_TOKEN_ENV = KF_PIPELINES_SA_TOKEN_PATH = ''\n"
    "ServiceAccountTokenVolumeCredentials = object\n",
}


def requirements(name: str) -> pathlib.Path:
    return pathlib.Path(__file__).resolve().parent / f"{name}.txt"


def key(name: str) -> str:
    """Names an environment: another one is made when any of this changes."""
    python = f"{platform.python_implementation()} {platform.python_version()} {platform.machine()} {sys.base_prefix}"
    digest = hashlib.sha256(requirements(name).read_bytes() + repr(KFP).encode() + python.encode()).hexdigest()
    return f"{name}-py{sys.version_info.major}.{sys.version_info.minor}-{digest[:12]}"


def scripts(environment: pathlib.Path) -> pathlib.Path:
    return environment / ("Scripts" if os.name == "nt" else "bin")


@contextlib.contextmanager
def locked(path: pathlib.Path):
    """Keeps two runs from making one environment at the same time."""
    with open(path, "w") as lock:
        try:
            import fcntl
        except ImportError:  # Windows: no two runs at once, please
            pass
        else:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make(environment: pathlib.Path, name: str) -> None:
    """Makes the environment from nothing."""
    if environment.exists():
        shutil.rmtree(environment)
    print(f"Making the Python environment {name} in {environment} (once; about a minute)", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, stdout=sys.stderr)
    python = scripts(environment) / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    pip += ["--no-deps", "--use-pep517", "--requirement", str(requirements(name))]
    subprocess.run(pip, check=True, stdout=sys.stderr)
    if "\nkfp==" not in requirements(name).read_text():
        site = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        package = pathlib.Path(subprocess.check_output(site, text=True).strip()) / "kfp"
        package.mkdir()
        for file, content in KFP.items():
            (package / file).write_text(content)
    # The first start of a new environment is slow; let it not be a test's.
    subprocess.run([str(python), "-c", "import elyra.elyra_app"], check=True, stdout=sys.stderr)
    (environment / STAMP).write_text(requirements(name).read_text())


def usable(environment: pathlib.Path) -> bool:
    """Reports whether the environment is complete and its Python still there."""
    if not (environment / STAMP).is_file():
        return False
    try:
        return subprocess.run([str(scripts(environment) / "python"), "-c", ""]).returncode == 0
    except OSError:
        return False


def main() -> int:
    if len(sys.argv) < 3 or sys.argv[3:] not in ([], ["--made"]):
        print(__doc__, file=sys.stderr)
        return 2
    if sys.version_info < OLDEST_PYTHON:
        print("Elyra needs Python %d.%d or newer" % OLDEST_PYTHON, file=sys.stderr)
        return 2
    directory, name = pathlib.Path(sys.argv[1]).absolute(), sys.argv[2]
    environment = directory / key(name)
    if "--made" in sys.argv:
        if not usable(environment):
            return 1
        print(environment)
        return 0
    directory.mkdir(parents=True, exist_ok=True)
    with locked(directory / f"{environment.name}.lock"):
        if not usable(environment):
            try:
                make(environment, name)
            except subprocess.CalledProcessError as failure:
                print(f"{failure.cmd[0]}: exit code {failure.returncode}", file=sys.stderr)
                return 1
    print(environment)
    return 0


if __name__ == "__main__":
    sys.exit(main())
