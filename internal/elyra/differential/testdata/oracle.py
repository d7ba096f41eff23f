"""Says what Elyra makes of names, documents, directories and environments.

Each line of standard input is a case: a JSON object whose key "ask" names one of the functions
below, and the others its arguments. Each answer is one line of JSON on standard output; the first
line, before any case, is Python's sys.prefix.
"""

import base64
import json
import logging
import os
import pathlib
import re
import sys
import tempfile

import jupyter_core.paths
from elyra.metadata.manager import MetadataManager
from elyra.metadata.metadata import Metadata
from elyra.metadata.storage import FileMetadataCache
from elyra.metadata.storage import FileMetadataStore

logging.disable(logging.CRITICAL)
FileMetadataCache.instance(enabled=False)
manager = MetadataManager(schemaspace="runtime-images")
scratch = tempfile.mkdtemp()


def use(directories):
    """Makes the manager read these directories of instances, and write the first."""
    manager.metadata_store.metadata_paths = directories
    manager.metadata_store.preferred_metadata_dir = directories[0]


def path(name):
    return os.path.join(scratch, f"{name}.json")


def name(display_name, name):
    """The name of an instance that is created with a display name, and with a name or without."""
    use([scratch])
    image = Metadata(display_name=display_name, schema_name="runtime-image", metadata={"image_name": "a/b"})
    try:
        made = manager.create(name, image).name
    except (IndexError, ValueError):  # no name can be made, or it is not one to save
        return None
    os.remove(path(made))
    return made


SCHEMA_KEYS = ["description", "tags", "image_name", "pull_policy", "pull_secret"]


def image(metadata):
    """The fields of a runtime image, as elyra.Document.Image gives them, by their names in Go."""
    fields = {key: metadata.metadata[key] for key in SCHEMA_KEYS if key in metadata.metadata}
    fields["tags"] = sorted(
        tag if isinstance(tag, str) else json.dumps(tag, separators=(",", ":")) for tag in fields.get("tags", [])
    )
    fields["display_name"] = metadata.display_name
    return {key.title().replace("_", ""): value for key, value in fields.items()}


def extra(document):
    """What others added to a document, as text, with its order and types."""
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        return "{}"
    return json.dumps({key: value for key, value in metadata.items() if key not in SCHEMA_KEYS})


def pythons_spelling(text):
    """Whether a document is spelled as Python does, but for white space and characters beyond ASCII.

    Python reads the last of several equal keys, and so writes one.
    """
    numbers, objects = [], []
    json.loads(text, parse_float=numbers.append, parse_int=numbers.append, object_pairs_hook=objects.append)
    strings = re.findall(r'"(?:[^"\\]|\\.)*"', text.decode())
    return (
        all(json.dumps(json.loads(number)) == number for number in numbers)
        and all(len(dict(pairs)) == len(pairs) for pairs in objects)
        and all(string in (json.dumps(json.loads(string)), json.dumps(json.loads(string), ensure_ascii=False)) for string in strings)
    )


def read(text):
    """What Elyra makes of a file with that content."""
    use([scratch])
    pathlib.Path(path("x")).write_bytes(text)
    try:
        manager.metadata_store.fetch_instances("x")
    except Exception:
        return "unloadable", None
    try:
        return "valid", manager.get("x")
    except Exception:
        return "invalid", None


def document(text, encoded, updated):
    """What Elyra makes of a document, as a file has it and as it is encoded and updated by us."""
    stored, encoded, updated = (base64.b64decode(part) for part in (text, encoded, updated))
    verdict, instance = read(stored)
    answer = {"Verdict": verdict, "Image": image(instance) if instance else {}}
    if verdict == "unloadable" or not updated:
        return answer
    answer["EncodedSame"] = json.dumps(json.loads(encoded)) == json.dumps(json.loads(stored))
    plain = pythons_spelling(stored)
    answer["EncodedSpelled"] = not plain or encoded.decode() == json.dumps(json.loads(stored), indent=2)
    verdict, instance = read(updated)
    answer["UpdatedVerdict"] = verdict
    if verdict == "valid":
        answer["UpdatedImage"] = image(instance)
        answer["UpdatedExtraSame"] = extra(json.loads(updated)) == extra(json.loads(stored))
        manager.update("x", instance)
        saved = pathlib.Path(path("x")).read_text()
        written = json.loads(updated)
        kept = {key: written[key] for key in ("display_name", "metadata", "schema_name")}
        plain = plain and len(kept) == len(written)
        answer["SavedSame"] = saved == (updated.decode() if plain else json.dumps(kept, indent=2))
    return answer


def instances(directories):
    """What Elyra lists, without invalid instances and with them."""
    use(directories)
    answer = {}
    for key, include_invalid in ("valid", False), ("all", True):
        try:
            found = manager.get_all(include_invalid=include_invalid)
        except Exception as error:
            answer[key] = [f"{type(error).__name__}: {error}"]
            continue
        answer[key] = sorted(
            f"{instance.name} at {instance.resource}" + (" is invalid" if instance.reason else "") for instance in found
        )
    return answer


def runtimes(documents):
    """Whether Elyra saves each document, and whether it leaves nothing of a refused one.

    Of a saved one, whether the file is the document, and still the same file after it's read and listed.
    """
    directory = tempfile.mkdtemp()
    # What Elyra migrates, it saves with a manager of its own.
    os.environ["ELYRA_METADATA_PATH"] = directory
    store = MetadataManager(schemaspace="runtimes")
    file = pathlib.Path(directory, "metadata", "runtimes", "x.json")
    answers = []
    for document in documents:
        document = base64.b64decode(document)
        try:
            store.create("x", Metadata.from_dict("runtimes", {"name": "x", **json.loads(document)}))
            saved = True
        except Exception:
            saved = False
        clean = not saved and not file.exists()
        if saved:
            file.unlink()
            file.write_bytes(document)
            before = file.stat()
            store.get("x")
            listed = store.get_all()
            after = file.stat()
            clean = len(listed) == 1 and file.read_bytes() == document and (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
            store.remove("x")
            store.create("x", Metadata.from_dict("runtimes", {"name": "x", **json.loads(document)}))
            clean = clean and file.read_bytes() == document
        if file.exists():
            file.unlink()
        answers.append({"saved": saved, "clean": clean})
    return answers


# The system that search_path pretends to be on is what these say.
real_platform, real_path = sys.platform, pathlib.Path
folders = {"CSIDL_LOCAL_APPDATA": "LOCALAPPDATA", "CSIDL_COMMON_APPDATA": "PROGRAMDATA"}
paths_source = real_path(jupyter_core.paths.__file__).read_text()
paths_code = {
    "nt": compile(paths_source.replace("os.name ==", "'nt' =="), "paths.py", "exec"),
    "posix": compile(paths_source, "paths.py", "exec"),
}


class WindowsPath(pathlib.PurePosixPath):
    """What the paths need of it."""

    def resolve(self):
        return self

    def expanduser(self):
        return WindowsPath(os.environ["USERPROFILE"])


def search_path(system, environment):
    """The data directories that Elyra reads in that environment, on that operating system.

    What reads the environment while it is imported is imported anew.
    """
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(environment)
        sys.platform = {"darwin": "darwin", "windows": "win32"}.get(system, real_platform)
        for module in [m for m in sys.modules if m.split(".")[0] == "platformdirs"]:
            del sys.modules[module]
        import platformdirs  # noqa: F401

        if system == "windows":
            pathlib.Path = WindowsPath
            sys.modules["platformdirs.windows"].get_win_folder = lambda csidl: os.environ[folders[csidl]]
        exec(paths_code["nt" if system == "windows" else "posix"], jupyter_core.paths.__dict__)
        return FileMetadataStore.metadata_path()
    finally:
        sys.platform, pathlib.Path = real_platform, real_path
        os.environ.clear()
        os.environ.update(before)


print(json.dumps(sys.prefix), flush=True)
for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps(globals()[case.pop("ask")](**case)), flush=True)
