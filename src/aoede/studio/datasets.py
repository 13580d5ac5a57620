"""Files that were dropped on the page, kept to learn from: HOME/datasets/ID/about.json and HOME/datasets/ID/files/...

Names of files come from outside. They become plain paths below `files` or are refused; nothing that is there is ever
written over or followed. A name that had to be changed for that is shown as it was: HOME/datasets/ID/names.json.
"""

import json
import os
import re
import secrets
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any

from aoede.errors import AoedeError, MissingError, OutputError, StorageError, UsageError, output_error
from aoede.formats.files import read_bounded, write_whole
from aoede.learning.dataset import KINDS
from aoede.studio.models import ID, plain_name

DATASETS, FILES, ABOUT, NAMES = "datasets", "files", "about.json", "names.json"
MAX_FILE_BYTES = 20_000_000
MAX_FILES = 1_000
MAX_BYTES = 2_000_000_000
MAX_DATASETS = 500
SPARE_BYTES = 100_000_000  # that stay free on the disk
MAX_NAME, MAX_DEPTH = 400, 6  # characters, parts
MAX_PART, MAX_SUFFIX = 120, 10  # bytes
MAX_NAMES_BYTES = 4_000_000  # of names.json, which has at most MAX_FILES names twice
SUFFIXES = tuple(sorted({suffix for kind in KINDS.values() for suffix in kind.suffixes}))

_KEPT = frozenset(" -_.,()[]'&+#!~@=")  # of ASCII, beside letters and digits
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_SIGNS = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))  # of control, of nobody, ends of lines
_JOINERS = "\u200c\u200d"  # of letters in Persian, of parts of a sign such as a family
_NUMBER = re.compile(r" \(\d+\)$")  # of a file whose name was taken
_DRIVE = re.compile(r"[a-z]:", re.IGNORECASE)
_CODED = re.compile(r"%(25)*(2e|2f|5c|00)", re.IGNORECASE)  # signs of a path, written as addresses have them
_ADDING = Lock()  # counts are taken and files put in their places by one request at a time


def begun(home: Path, name: str) -> dict[str, Any]:
    """A new empty dataset: {"id", "name", "created"}. Raises OutputError, StorageError or UsageError."""
    if len(_all(home)) >= MAX_DATASETS:
        raise UsageError(f"there are {MAX_DATASETS} sets of files already", hint="Remove one.")
    title = " ".join(name.split()) or "my files"
    id_ = f"{plain_name(title)[:48].rstrip('-') or 'files'}-{secrets.token_hex(4)}"
    about = {"name": title, "created": datetime.now(UTC).isoformat(timespec="seconds")}
    folder = home / DATASETS / id_
    try:
        (folder / FILES).mkdir(parents=True)
    except OSError as error:
        raise output_error(folder, error) from error
    write_whole(folder / ABOUT, json.dumps(about).encode())
    return {"id": id_, **about}


def path_of(home: Path, dataset: str) -> Path:
    """The folder of a dataset's files, which is no link. Raises MissingError."""
    folder = home.resolve() / DATASETS / dataset
    files = folder / FILES
    if not ID.fullmatch(dataset) or not files.is_dir() or files.resolve() != files:
        raise MissingError("there are no such files", where=dataset[:64], hint="Add them once more.")
    return files


def title_of(folder: Path) -> str:
    """How the data in a folder are called: a dataset by its name, any other folder by its own."""
    if folder.name == FILES and (folder.parent / ABOUT).is_file():
        return str(_about(folder.parent)["name"])
    return folder.name


def listed(home: Path) -> list[dict[str, Any]]:
    """All datasets, the newest first: {"id", "name", "created", "n_files", "n_bytes", "files"}."""
    rows = [_row(path_of(home, id_)) for id_ in _all(home)]
    return sorted(rows, key=lambda row: (row["created"], row["id"]), reverse=True)


def row_of(home: Path, dataset: str) -> dict[str, Any]:
    """One dataset as in the list, with its files by their own names. Raises MissingError."""
    files = path_of(home, dataset)
    own = own_names(files)
    kept = (path.relative_to(files).as_posix() for path in _files(files))
    return _row(files) | {"names": sorted(own.get(name, name) for name in kept)}


def added(home: Path, dataset: str, given: str, upload: Path) -> dict[str, Any]:
    """Put an upload into its place, by a name made of the given one: {"name", "n_bytes", "n_files"}.

    The same file again is kept once; another of the same name gets a number. Raises UsageError for a name or an
    amount that cannot be, MissingError, StorageError or OutputError.
    """
    files, name = path_of(home, dataset), safe_name(given)
    n_bytes = upload.stat().st_size
    if n_bytes > MAX_FILE_BYTES:
        raise UsageError(f"larger than {MAX_FILE_BYTES:,} bytes; split it", where=given[:80])
    with _ADDING:
        there = [path.stat().st_size for path in _files(files)]
        _check_room(files, len(there), sum(there), n_bytes)
        place, is_new = _put(upload, files, name)
        kept = place.relative_to(files).as_posix()
        own = unicodedata.normalize("NFC", given)
        if is_new and name.as_posix() != own:
            _note_name(files, kept, own)
    return {
        "name": kept,
        "n_bytes": n_bytes,
        "n_files": sum(1 for _ in _files(files)),
    }


def own_names(files: Path) -> Mapping[str, str]:
    """What files of a dataset were called, by the names that they have here; those that kept theirs are left out."""
    try:
        found = json.loads(read_bounded(files.parent / NAMES, max_bytes=MAX_NAMES_BYTES))
        return {str(kept): str(own) for kept, own in found.items()} if files.name == FILES else {}
    except (AoedeError, ValueError, AttributeError, RecursionError):
        return {}


def _note_name(files: Path, kept: str, own: str) -> None:
    """Two that were called the same are told apart by the number that the second one has here."""
    names = dict(own_names(files))
    if own in names.values():
        path, number = PurePosixPath(own), _NUMBER.search(PurePosixPath(kept).stem)
        own = str(path.with_name(f"{path.stem}{number[0] if number else ''}{path.suffix}"))
    data = json.dumps(names | {kept: own}, ensure_ascii=False).encode()
    write_whole(files.parent / NAMES, data, force=True)


def removed(home: Path, dataset: str) -> None:
    """Take a dataset away with its files. Raises MissingError or OutputError."""
    folder = path_of(home, dataset).parent
    if folder.parent != home.resolve() / DATASETS:  # never anything but one of these
        raise MissingError("there are no such files", where=dataset[:64])
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise output_error(folder, error) from error


def safe_name(given: str) -> PurePosixPath:
    """A plain relative path of one to MAX_DEPTH parts. Raises UsageError for what would lead anywhere else."""
    parts = given.split("/")
    if not given or len(given) > MAX_NAME or len(parts) > MAX_DEPTH:
        raise _refused(given, f"a name has at most {MAX_NAME} characters and {MAX_DEPTH} parts")
    if any(_is_sign(c) for c in given) or _CODED.search(unicodedata.normalize("NFKC", given)):
        raise _refused(given, "a sign in it cannot stand in the name of a file")
    if any(map(_leads_out, parts)) or (len(parts) > 1 and _DRIVE.fullmatch(parts[0])):
        raise _refused(given, "it leads out of its folder, or is hidden")
    path = PurePosixPath(*(_plain(part) for part in parts))
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            "nothing is learnt from files of this kind", where=given[:80], hint=f"Take {' '.join(SUFFIXES)}"
        )
    return path


def _is_sign(c: str) -> bool:
    """Whether this is no part of a name: it steers, parts paths, or is no character at all."""
    return c in "\\\ufffd" or (unicodedata.category(c) in _SIGNS and c not in _JOINERS)


def _leads_out(part: str) -> bool:
    """Whether a part is nothing but dots, however they are written, or hidden, or stands for a home folder."""
    return not unicodedata.normalize("NFKC", part).strip(" .") or part[0] == "." or part == "~"


def _refused(given: str, why: str) -> UsageError:
    return UsageError(f"this name is not taken: {why}", where=given[:80].encode("utf-8", "replace").decode())


def _plain(part: str) -> str:
    """One part with nothing in it that any system reads as more than a name, at most MAX_PART bytes long."""
    text = "".join(c if _is_plain(c) else "_" for c in unicodedata.normalize("NFC", part)).strip().rstrip(".")
    text = f"_{text}" if _DEVICES.match(unicodedata.normalize("NFKC", text)) or text[0] in "~." else text
    stem, suffix = os.path.splitext(text)  # noqa: PTH122 - a Path would read more into it
    if len(suffix.encode()) > MAX_SUFFIX:
        stem, suffix = text, ""
    return stem.encode()[: MAX_PART - len(suffix.encode())].decode(errors="ignore").rstrip() + suffix


def _is_plain(c: str) -> bool:
    """Letters, digits and signs of any script; of ASCII's signs those that mean nothing to any system or shell."""
    return c.isalnum() or c in _KEPT or (not c.isascii() and unicodedata.category(c)[0] not in "CZ")


def _check_room(files: Path, n_files: int, n_bytes: int, more: int) -> None:
    if n_files >= MAX_FILES:
        raise UsageError(f"at most {MAX_FILES:,} files are kept together", hint="Begin another set of files.")
    if n_bytes + more > MAX_BYTES:
        raise UsageError(f"at most {MAX_BYTES:,} bytes are kept together", hint="Begin another set of files.")
    free = shutil.disk_usage(files).free
    if free < more + SPARE_BYTES:
        raise StorageError(
            f"the disk is nearly full: {free:,} bytes are free", where=str(files), hint="Free some space."
        )


def _put(upload: Path, files: Path, name: PurePosixPath) -> tuple[Path, bool]:
    """Move the upload to `name` in `files`, numbered where another has the name: (its place, whether it is new)."""
    folder = _folder_in(files, name.parts[:-1])
    for number in range(1, MAX_FILES + 2):
        place = folder / (name.name if number == 1 else f"{name.stem} ({number}){name.suffix}")
        if _is_same(upload, place):
            upload.unlink(missing_ok=True)
            return place, False
        try:
            os.link(upload, place, follow_symlinks=False)  # refuses where anything is, also a link to nowhere
        except FileExistsError:
            continue
        except OSError as error:
            raise output_error(place, error) from error
        upload.unlink(missing_ok=True)
        return place, True
    raise OutputError("too many files of one name", where=str(name))


def _folder_in(files: Path, parts: tuple[str, ...]) -> Path:
    """The folder of these parts below `files`, made if need be. Raises OutputError for a link on the way."""
    folder = files
    for part in parts:
        folder = folder / part
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise output_error(folder, error) from error
        if folder.is_symlink():
            raise OutputError("a link stands where a folder should be", where=str(folder))
    return folder


def _is_same(upload: Path, place: Path) -> bool:
    """Whether a plain file with the bytes of the upload stands there."""
    if place.is_symlink() or not place.is_file() or place.stat().st_size != upload.stat().st_size:
        return False
    return place.read_bytes() == upload.read_bytes()


def _files(folder: Path) -> Iterator[Path]:
    """Every plain file below; links are passed over."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(folders)
        for name in sorted(names):
            path = Path(parent, name)
            if not path.is_symlink() and path.is_file():
                yield path


def _all(home: Path) -> list[str]:
    with suppress(OSError):
        return [
            path.name
            for path in sorted((home.resolve() / DATASETS).iterdir())
            if ID.fullmatch(path.name) and not path.is_symlink() and (path / FILES).resolve() == path / FILES
        ]
    return []


def _row(files: Path) -> dict[str, Any]:
    sizes, suffixes = list[int](), Counter[str]()
    for path in _files(files):
        sizes.append(path.stat().st_size)
        suffixes[path.suffix.lower().removeprefix(".")] += 1
    counts = {"n_files": len(sizes), "n_bytes": sum(sizes), "files": dict(suffixes.most_common())}
    return {"id": files.parent.name, **_about(files.parent), **counts}


def _about(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / ABOUT).read_bytes()[:4096])
        return {"name": str(found["name"]), "created": str(found["created"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"name": folder.name, "created": ""}
