"""Where templates are found: beside the ledger first, then in the package."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from beancount_invoicing.model import Book

PACKAGE = Path(__file__).resolve().parent.parent / "templates"


class TemplateError(ValueError):
    """A template cannot be read or filled; the message names its file and what is wrong."""


def folders(book: Book) -> tuple[Path, ...]:
    """The folders of templates of a ledger, the first one wins: option `templates`, else `templates/` beside it; the package's."""
    own = book.options.get("templates")
    beside = Path(book.file).parent / (str(own.as_last_said) if own else "templates")
    return (beside, PACKAGE) if beside.is_dir() and beside.resolve() != PACKAGE.resolve() else (PACKAGE,)


def find(where: tuple[Path, ...], name: str) -> Path:
    """The file of a template. Raises TemplateError where no folder has it."""
    for folder in where:
        if (folder / name).is_file():
            return folder / name
    raise TemplateError(f"no template {name} in {' or '.join(map(str, where))}")


@lru_cache(maxsize=64)
def _table(file: Path, changed: int) -> dict[str, dict[str, Any]]:
    """A table of words, read again once its file has changed."""
    del changed
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(f"{file}: {error}") from None


def words(where: tuple[Path, ...], language: str) -> dict[str, dict[str, Any]]:
    """The table of words of a language, English where it has none; own words win one by one. Raises TemplateError."""
    result: dict[str, dict[str, Any]] = {}
    for known in dict.fromkeys(("en", language)):
        for folder in reversed(where):
            file = folder / "words" / f"{known}.toml"
            if not file.is_file():
                continue
            for section, values in _table(file, file.stat().st_mtime_ns).items():
                if not isinstance(values, dict):
                    raise TemplateError(f"{file}: {section} stands outside a section such as [labels]")
                result.setdefault(section, {}).update(values)
    return result


def languages(where: tuple[Path, ...]) -> tuple[str, ...]:
    """The languages that there are words for."""
    return tuple(sorted({file.stem for folder in where for file in (folder / "words").glob("*.toml")}))
