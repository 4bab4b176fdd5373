"""The catalogues of messages: what the code says (`extracted`), and the files in `beancount_invoicing/locale/`.

`python -m tests.locale.catalogues`, which `make messages` runs, brings the files up to date: new messages without a translation,
none that is not said any more, and the compiled files. Nothing in them depends on the day, or on the order of the disk.

The catalogues of findings (`findings.po`) are of languages in which nothing else is translated. They hold what is translated, and
what is missing is shown in English; `python -m tests.locale.catalogues de` adds what German lacks, to be filled in.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import beancount_invoicing
from beancount_invoicing.cli.command_language import unwrapped
from beancount_invoicing.cli.main import main
from beancount_invoicing.languages import DOMAIN, FINDINGS_DOMAIN, LOCALES
from beancount_invoicing.messages import CONTEXT_END, without_context
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES

PACKAGE = Path(beancount_invoicing.__file__).parent
_ARGUMENTS = {"_": (0,), "_n": (1, 2), "_p": (0, 1)}
"""Which arguments of a call are the text: of `_p` the context first."""
CLICKS_KEYWORDS = {"_": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"\{(\w+)(?:![rs])?(?::[^{}]*)?\}|%\(\w+\)s")

FINDING_ROOMS = ("__init__.py", "checks/", "entries/", "law/", "loading/", "receivables/notices", "rules/")
"""Where the texts of findings are written."""
_EXPLANATIONS = tuple(
    f"rules/{name}.py" for name in ("hosts", "interest", "steps", "supply", "tax", "tiers", "worktime")
)
"""What explains a figure there, and is no finding."""

MessageId = str | tuple[str, ...]
"""A text, before it its context if it has one; or one text for a single thing and one for several."""


class UndatedCatalog(Catalog):
    """A catalogue whose head says the language and how plurals are formed, and no date, person or program."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The head."""
        return [
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


@cache
def extracted() -> Mapping[MessageId, set[str]]:
    """Each message that people are told, with the files that say it."""
    found: dict[MessageId, set[str]] = {}
    for text, place in [*_said_in_code(), *_said_in_help(), *_said_by_click()]:
        found.setdefault(text, set()).add(place)
    return found


def _said_in_code() -> Iterator[tuple[MessageId, str]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        place = file.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):  # babel misses some calls within calls
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ARGUMENTS:
                texts = [node.args[index] for index in _ARGUMENTS[node.func.id] if index < len(node.args)]
                words = tuple(str(text.value) for text in texts if isinstance(text, ast.Constant))
                if words and len(words) == len(_ARGUMENTS[node.func.id]):
                    yield (
                        (CONTEXT_END.join(words) if node.func.id == "_p" else words if len(words) > 1 else words[0]),
                        place,
                    )


def _said_in_help() -> Iterator[tuple[MessageId, str]]:
    """The help texts of all commands, as click has them once they are put together."""
    for name, command in _commands(main, click.Context(main)):
        place = f"bean-invoice {name}".rstrip()
        texts = [command.help, *(parameter.help for parameter in command.params if isinstance(parameter, click.Option))]
        shown = [parameter.show_default for parameter in command.params if isinstance(parameter, click.Option)]
        yield from ((unwrapped(text), place) for text in texts if text)
        yield from ((text, place) for text in shown if isinstance(text, str))
    yield from ((text, "bean-invoice") for text in ("Example:", "Examples:"))


def _commands(group: click.Command, context: click.Context, name: str = "") -> Iterator[tuple[str, click.Command]]:
    yield name, group
    if isinstance(group, click.Group):
        for under in group.list_commands(context):
            command = group.get_command(context, under)
            assert command
            yield from _commands(command, context, f"{name} {under}".strip())


def _said_by_click() -> Iterator[tuple[MessageId, str]]:
    for file in sorted(Path(click.__file__).parent.glob("*.py")):
        for _line, text, _comments, _context in extract_from_file("python", file, keywords=CLICKS_KEYWORDS):
            yield text, "click"


@cache
def of_findings() -> frozenset[MessageId]:
    """The messages that can be, or be part of, a finding, but for those that the words of a page have."""
    words = tomllib.loads((BUILT_IN_TEMPLATES / "words" / "de.toml").read_text(encoding="utf-8"))["messages"]
    return frozenset(
        text
        for text, places in extracted().items()
        if any(place.startswith(FINDING_ROOMS) and place not in _EXPLANATIONS for place in places)
        and (text if isinstance(text, str) else text[0]) not in words
    )


def read(file: Path) -> Catalog:
    """The catalogue of a .po file."""
    with file.open("rb") as stream:
        return read_po(stream)


def updated(language: str, old: Catalog | None) -> UndatedCatalog:
    """The catalogue of a language with all messages that are said, translated where `old` has them."""
    new = UndatedCatalog(locale=language, domain=DOMAIN, fuzzy=False, header_comment=f"# {language}: {DOMAIN}")
    for text, places in sorted(extracted().items(), key=lambda item: _key(item[0])):
        context, text = _context_and_text(text)
        before = old.get(text if isinstance(text, str) else text[0], context) if old else None
        known = before.string if before and before.id == text else ""
        new.add(
            text,
            known or ("" if isinstance(text, str) else ("", "")),
            [(place, 0) for place in sorted(places)],
            context=context,
        )
    return new


def _context_and_text(message_id: MessageId) -> tuple[str | None, MessageId]:
    if not isinstance(message_id, str):
        return None, message_id
    return message_id.rpartition(CONTEXT_END)[0] or None, without_context(message_id)


def _key(text: MessageId) -> tuple[str, ...]:
    return (without_context(text), text) if isinstance(text, str) else text


def po_bytes(catalog: Catalog) -> bytes:
    """The .po file of a catalogue."""
    stream = io.BytesIO()
    write_po(stream, catalog, width=120, include_lineno=False)
    return stream.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """The .mo file of a catalogue."""
    stream = io.BytesIO()
    translated = UndatedCatalog(locale=catalog.locale, domain=DOMAIN, fuzzy=False)
    for message in catalog:
        if message.id and all(forms(message.string)):
            translated.add(message.id, message.string, context=message.context)
    write_mo(stream, translated)
    return stream.getvalue()


def forms(text: MessageId | list[str] | None) -> tuple[str, ...]:
    """One text, or one for each number."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def files() -> tuple[Path, ...]:
    """The .po file of each language."""
    return tuple(sorted(LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


def finding_files() -> tuple[Path, ...]:
    """The .po file of findings of each language that has one."""
    return tuple(sorted(LOCALES.glob(f"*/LC_MESSAGES/{FINDINGS_DOMAIN}.po")))


def updated_findings(language: str, old: Catalog, with_missing: bool = False) -> UndatedCatalog:
    """The findings of a language that `old` translates, as far as they are still said; the others too with `with_missing`."""
    new = UndatedCatalog(locale=language, domain=FINDINGS_DOMAIN, fuzzy=False, header_comment=f"# {language}: findings")
    for text in sorted(of_findings(), key=_key):
        context, text = _context_and_text(text)
        before = old.get(text if isinstance(text, str) else text[0], context)
        if before and before.id == text and all(forms(before.string)):
            new.add(text, before.string, context=context)
        elif with_missing:
            new.add(text, "" if isinstance(text, str) else ("", ""), context=context)
    return new


def _update_findings(wanted: Sequence[str]) -> None:
    for file in finding_files():
        language = file.parents[1].name
        known = updated_findings(language, read(file))
        catalog = updated_findings(language, read(file), language in wanted)
        file.write_bytes(po_bytes(catalog))
        file.with_suffix(".mo").write_bytes(mo_bytes(known))
        count = sum(1 for message in known if message.id)
        sys.stdout.write(f"{file}: {count} of {len(of_findings())} findings\n")


def update(wanted: Sequence[str] = ()) -> None:
    """Brings all files up to date, and says what is not translated yet."""
    for file in files():
        catalog = updated(file.parents[1].name, read(file))
        file.write_bytes(po_bytes(catalog))
        file.with_suffix(".mo").write_bytes(mo_bytes(catalog))
        missing = [message.id for message in catalog if message.id and not all(forms(message.string))]
        sys.stdout.write(f"{file}: {len(catalog)} messages, {len(missing)} not translated\n")
        for text in missing:
            sys.stdout.write(f"  {text!r}\n")
    _update_findings(wanted)


if __name__ == "__main__":
    update(sys.argv[1:])
