"""An accounting pack on the disk, replaced as a whole: a page, NAME.html, and beside it the folder of files that it shows.

The folder's name ends with the digest of its content. A new state is written under a hidden name and gets a folder of its own. Then
the page is replaced, which from then on shows the new folder; the old one goes last. Whenever the program is stopped, the page
shows a whole pack, the old or the new one. What is not of the pack stays where it is.
"""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from filecmp import cmp
from hashlib import sha256
from pathlib import Path

from beancount_invoicing.files import put, write_if_different
from beancount_invoicing.locks import LockTaken, file_lock
from beancount_invoicing.messages import _

SUMS = "SHA256SUMS"
"""The file with the digests of all others, for `sha256sum -c`."""
GENERATOR = "bean-invoice accounting pack"
"""By which a page or an archive is known as one of ours."""
_DIGITS = 12
_ARCHIVED = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the same files give the same bytes."""


class CannotWritePack(ValueError):
    """The pack cannot be written into the folder; the message says why."""


@contextmanager
def staging(folder: Path, name: str) -> Iterator[Path]:
    """A context with a new hidden folder in `folder`, which is created: nobody else writes this pack meanwhile.

    What a killed command left there goes. Raises CannotWritePack, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f".{name}.partial"
    try:
        with file_lock(folder / f".{name}.lock", 0):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            try:
                yield place
            finally:
                shutil.rmtree(place, ignore_errors=True)
    except LockTaken:
        raise CannotWritePack(
            _("another command is writing the pack {name} in {folder}: try again", name=name, folder=folder)
        ) from None


def stage(place: Path, file: str, content: bytes) -> str:
    """Writes a file of the pack, and returns its digest; `file` may name folders, with slashes."""
    target = place / "files" / file
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return sha256(content).hexdigest()


def finish_staging(place: Path, name: str) -> str:
    """Adds the digests of all files, and returns the name of the folder that they make."""
    lines = [f"{digest}  {file}\n" for file, digest in sorted(_digests(place / "files").items())]
    content = "".join(lines).encode()
    stage(place, SUMS, content)
    return f"{name}-{sha256(content).hexdigest()[:_DIGITS]}"


def must_be_ours(folder: Path, name: str, *, zipped: bool) -> None:
    """Raises CannotWritePack if the folder has a page or an archive of this name that is not of a pack."""
    for file in (folder / f"{name}.html", folder / f"{name}.zip"):
        if (zipped or file.suffix == ".html") and file.exists() and not _is_ours(file):
            raise CannotWritePack(
                _(
                    "{file} already exists, and is not an accounting pack: move it, or choose another folder with -o",
                    file=file,
                )
            )


def _is_ours(file: Path) -> bool:
    if file.suffix == ".html":
        return GENERATOR.encode() in file.read_bytes()
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(file) as archive:
        return archive.comment == GENERATOR.encode()
    return False


def publish(place: Path, folder: Path, name: str, page: bytes, contents: str, *, zipped: bool) -> bool:
    """Puts the staged files into `folder` as `contents` (see `finish_staging`), then the page; older contents go. Returns whether
    the page was another one before. Raises OSError.
    """
    staged, target = place / "files", folder / contents
    archive = place / f"{name}.zip"
    if zipped:
        _archive(archive, staged, name, page, contents)
    if target.exists():
        for file in _files(staged):
            write_if_different(target / file, (staged / file).read_bytes())
    else:
        staged.rename(target)
    page_file = folder / f"{name}.html"
    changed = not page_file.exists() or page_file.read_bytes() != page
    if changed:
        put(page_file, page)
    if zipped and not ((folder / archive.name).exists() and cmp(archive, folder / archive.name, shallow=False)):
        archive.replace(folder / archive.name)
    for old in sorted(folder.iterdir()):
        if (
            old.name != contents
            and not old.is_symlink()
            and re.fullmatch(rf"{re.escape(name)}-[0-9a-f]{{{_DIGITS}}}", old.name)
        ):
            _take_away(old)
    return changed


def _archive(file: Path, staged: Path, name: str, page: bytes, contents: str) -> None:
    """Writes the pack as a ZIP: in the order of the names, and without times."""
    with file.open("wb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = GENERATOR.encode()
            archive.writestr(_archived(f"{name}.html"), page)
            for path in _files(staged):
                archive.writestr(_archived(f"{contents}/{path}"), (staged / path).read_bytes())
        stream.flush()
        os.fsync(stream.fileno())


def _archived(path: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, _ARCHIVED)
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
    return info


def _files(folder: Path) -> list[str]:
    """The files below a folder, with slashes, sorted."""
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def _digests(folder: Path) -> dict[str, str]:
    return {file: sha256((folder / file).read_bytes()).hexdigest() for file in _files(folder)}


def _take_away(folder: Path) -> None:
    """Removes an older pack's files that are as they were written, the digests last; what somebody changed or added stays."""
    sums = folder / SUMS
    if sums.is_file():
        lines = (line.partition("  ") for line in sums.read_text(encoding="utf-8").splitlines())
        listed = {file: digest for digest, _blanks, file in lines}
        for file, digest in _digests(folder).items():
            if listed.get(file) == digest:
                (folder / file).unlink()
        for below in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
            with suppress(OSError):  # something stays in it
                below.rmdir()
        sums.unlink()
    with suppress(OSError):
        folder.rmdir()
