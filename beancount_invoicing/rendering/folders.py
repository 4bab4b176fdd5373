"""Where templates are found: beside the ledger first, then in the package."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from beancount_invoicing.model import Book

PACKAGE = Path(__file__).resolve().parent.parent / "templates"


class TemplateError(ValueError):
    """A template cannot be read or filled; the message names its file and what is wrong."""


def folders(book: Book) -> tuple[Path, ...]:
    """The folders of templates of a ledger, the first one wins: option `templates`, else `templates/` beside it; the package's."""
    own = book.options.get("templates")
    beside = Path(book.file).parent / (str(own.latest) if own else "templates")
    return (beside, PACKAGE) if beside.is_dir() and beside.resolve() != PACKAGE.resolve() else (PACKAGE,)


def find(where: tuple[Path, ...], name: str) -> Path:
    """The file of a template. Raises TemplateError where no folder has it."""
    for folder in where:
        if (folder / name).is_file():
            return folder / name
    raise TemplateError(f"no template {name} in {' or '.join(map(str, where))}")


@cache
def _words(where: tuple[Path, ...], language: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for folder in reversed(where):
        for known in ("en", language):
            file = folder / "words" / f"{known}.toml"
            if not file.is_file():
                continue
            try:
                data = tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise TemplateError(f"{file}: {error}") from None
            for section, values in data.items():
                result.setdefault(section, {}).update(values)
    return result


def words(where: tuple[Path, ...], language: str) -> dict[str, Any]:
    """The table of words of a language, English where it has none; own words win one by one."""
    return _words(where, language)


def languages(where: tuple[Path, ...]) -> tuple[str, ...]:
    """The languages that there are words for."""
    return tuple(sorted({file.stem for folder in where for file in (folder / "words").glob("*.toml")}))
