"""Makes one of the Python environments that the tests use, and prints its path.

    python3 environment.py DIRECTORY NAME

NAME.txt next to this file pins the packages. The environment is made once, below DIRECTORY, under a name
that changes with the list and with the Python. A stamp, written last, says that it's complete: what an
interrupted run left is made again.
"""

import contextlib
import hashlib
import os
import pathlib
import platform
import shutil
import subprocess
import sys

STAMP = "complete"
# It installs in seconds what takes pip a minute, and the environments share the files.
UV = "uv==0.13.8"

# Elyra's metadata service takes three names from kfp, to validate what no runtime image has. An
# environment without the pipelines' packages gets these instead.
KFP = {
    "__init__.py": "",
    "auth.py": "from kfp.client import *  # where kfp 1 had them\n",
    "client.py": "KF_PIPELINES_SA_TOKEN_ENV = KF_PIPELINES_SA_TOKEN_PATH = ''\n"
    "ServiceAccountTokenVolumeCredentials = object\n",
}


def scripts(environment: pathlib.Path) -> pathlib.Path:
    return environment / ("Scripts" if os.name == "nt" else "bin")


def run(*command, **options) -> None:
    # Files that Python compiles on the first start make later ones faster.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr, env=environment, **options)


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


def usable(environment: pathlib.Path) -> bool:
    """Reports whether the environment is complete and its Python still there."""
    if not (environment / STAMP).is_file():
        return False
    try:
        return subprocess.run([str(scripts(environment) / "python"), "-c", ""]).returncode == 0
    except OSError:
        return False


def provide(environment: pathlib.Path, make, *options: str) -> None:
    """Has make fill the environment, if it isn't there. The options are for venv."""
    environment.parent.mkdir(parents=True, exist_ok=True)
    with locked(environment.parent / f"{environment.name}.lock"):
        if not usable(environment):
            print(f"Making the environment {environment} (once; about a minute)", file=sys.stderr)
            shutil.rmtree(environment, ignore_errors=True)
            run(sys.executable, "-m", "venv", *options, environment)
            make(environment)
            (environment / STAMP).write_text("")


def uv(directory: pathlib.Path) -> pathlib.Path:
    """Returns the path of uv."""
    environment = directory / UV.replace("==", "-")
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", UV]
    provide(environment, lambda made: run(scripts(made) / "python", *pip))
    return scripts(environment) / "uv"


def install(environment: pathlib.Path, requirements: pathlib.Path) -> None:
    os.environ["UV_CACHE_DIR"] = str(environment.parent / "uv-cache")
    run(uv(environment.parent), "pip", "install", "--quiet", "--no-deps", "--no-config",
        "--python", scripts(environment) / "python", "--requirement", requirements)


def make(environment: pathlib.Path, requirements: pathlib.Path) -> None:
    install(environment, requirements)
    python = scripts(environment) / "python"
    if "\nkfp==" not in requirements.read_text():
        site = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        package = pathlib.Path(subprocess.check_output(site, text=True).strip()) / "kfp"
        package.mkdir()
        for file, content in KFP.items():
            (package / file).write_text(content)
    # The first start of a new environment is slow; let it not be a test's.
    run(python, "-c", "import elyra.elyra_app")


def main() -> int:
    directory, name = pathlib.Path(sys.argv[1]).absolute(), sys.argv[2]
    if name == "uv":
        print(uv(directory))
        return 0
    requirements = pathlib.Path(__file__).resolve().with_name(f"{name}.txt")
    # Another one is made when any of this changes.
    python = f"{platform.python_implementation()} {platform.python_version()} {platform.machine()} {sys.base_prefix}"
    source = requirements.read_bytes() + pathlib.Path(__file__).read_bytes() + python.encode()
    version = f"py{sys.version_info.major}.{sys.version_info.minor}"
    environment = directory / f"{name}-{version}-{hashlib.sha256(source).hexdigest()[:12]}"
    provide(environment, lambda made: make(made, requirements), "--without-pip")
    print(environment)
    return 0


def exit_code(main) -> int:
    """Returns main's exit code, and 1 if a command that it runs fails."""
    try:
        return main()
    except subprocess.CalledProcessError as failure:
        print(f"{failure.cmd[0]}: exit code {failure.returncode}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(exit_code(main))
