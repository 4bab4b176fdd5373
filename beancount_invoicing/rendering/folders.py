"""Where templates are found: beside the ledger first, then in the package."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from beancount_invoicing.law import country_table
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book

BUILT_IN_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


class TemplateError(ValueError):
    """A template cannot be read or filled; the message names its file and the problem."""


def folders(book: Book) -> tuple[Path, ...]:
    """The template folders of a ledger, in order of precedence: option `templates`, else `templates/` beside the
    ledger; then the package's.
    """
    own = book.options.get("templates")
    beside = Path(book.file).parent / (str(own.latest) if own else "templates")
    return (
        (beside, BUILT_IN_TEMPLATES)
        if beside.is_dir() and beside.resolve() != BUILT_IN_TEMPLATES.resolve()
        else (BUILT_IN_TEMPLATES,)
    )


def find_template(template_folders: tuple[Path, ...], name: str) -> Path:
    """The file of a template. Raises TemplateError if no folder has it."""
    for folder in template_folders:
        if (folder / name).is_file():
            return folder / name
    raise TemplateError(_("no template {name} in {map}", name=name, map=joined(_(" or "), map(str, template_folders))))


@lru_cache(maxsize=64)
def _table(file: Path, changed: int) -> dict[str, dict[str, Any]]:
    """A table of words, read again once its file has changed. Raises TemplateError."""
    del changed
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(_("{file}: {error}", file=file, error=error)) from None
    for section, values in table.items():
        if not isinstance(values, dict):
            raise TemplateError(
                _("{file}: {section} is outside a section such as [labels]", file=file, section=section)
            )
        if file != _ENGLISH:
            known = _table(_ENGLISH, 0).get(section, {})
            for key, value in values.items():
                like = known.get(key, ["unit", "units"] if section == "units" else None)
                if like and (wrong := _unlike(value, like)):
                    raise TemplateError(
                        _("{file}: [{section}] {key}: {wrong}", file=file, section=section, key=key, wrong=wrong)
                    )
    return table


_ENGLISH = BUILT_IN_TEMPLATES / "words" / "en.toml"


def _unlike(value: Any, english: str | list[str]) -> str:
    """What is wrong with a word where the package's English has another shape, or fills other names in; "" if nothing is."""
    if isinstance(english, list):
        shaped = isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)
        return "" if shaped else f'must be two texts, for one and for several, such as ["{english[0]}", "{english[1]}"]'
    if not isinstance(value, str):
        return f'must be a text in quotes, such as "{english}"'
    names = [f"{{{name}}}" for _before, name, _form, _how in Formatter().parse(english) if name]
    try:
        if names:
            value.format(**dict.fromkeys((name[1:-1] for name in names), ""))
    except (LookupError, ValueError, AttributeError):
        return f"may have {', '.join(dict.fromkeys(names))} filled in, and nothing else in braces"
    return ""


def word_table(template_folders: tuple[Path, ...], language: str) -> dict[str, dict[str, Any]]:
    """The words of a language, with or without a region ("de-CH"), or of English if it has none. What a region has replaces single
    entries of its language, and the user's own words those of the package. Raises TemplateError.
    """
    result: dict[str, dict[str, Any]] = {}
    alone, _hyphen, region = language.partition("-")
    for folder, known in _word_files(template_folders, alone, language):
        file = folder / "words" / f"{known}.toml"
        tables: list[Mapping[str, Mapping[str, Any]]] = (
            [_table(file, file.stat().st_mtime_ns)] if file.is_file() else []
        )
        if folder == BUILT_IN_TEMPLATES and known == language and (country := country_table(region)):
            tables.append(country.words.get(alone, {}))
        for table in tables:
            for section, values in table.items():
                result.setdefault(section, {}).update(values)
    if not result:
        raise TemplateError(
            _(
                "no words in {map}: rendering.folders(book) shows where",
                map=joined(_(" or "), map(str, template_folders)) or _("no folder"),
            )
        )
    return result


def _word_files(template_folders: tuple[Path, ...], language: str, locale: str) -> Iterator[tuple[Path, str]]:
    """The folders and names of tables of words, the one that counts most at the end: English before any other language, the
    language before its region, the package before the user.
    """
    for folder in reversed(template_folders):
        if language != "en":
            yield folder, "en"
    for folder in reversed(template_folders):
        yield from ((folder, name) for name in dict.fromkeys((language, locale)))


def template_languages(template_folders: tuple[Path, ...]) -> tuple[str, ...]:
    """The languages for which there are words; those of a region add to its language."""
    files = (file for folder in template_folders for file in (folder / "words").glob("*.toml"))
    return tuple(sorted({file.stem for file in files if "-" not in file.stem}))
