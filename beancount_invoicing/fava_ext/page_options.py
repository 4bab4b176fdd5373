"""The options of the page, in the ledger's line `custom "fava-extension"`; and what is wrong with them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from beancount_invoicing.customer_search import near_name_hint
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import Source

MODULE = "beancount_invoicing.fava_ext"
OPTIONS = ("title", "acts", "hosts")
EXAMPLE = "\"{'title': 'Clients', 'acts': False}\""


class PageOptions(NamedTuple):
    """What the ledger wants of the page."""

    title: str = ""
    """Its name in Fava's menu; "" for that of the language."""
    acts: bool = True
    """Whether it offers acts; not if that cannot be read, because it might say no."""
    hosts: tuple[str, ...] = ()
    """The names by which Fava may be reached to write, besides localhost and addresses in figures; in lower case."""
    source: Source | None = None
    mistakes: tuple[str, ...] = ()
    """What is wrong, and what to do; in the order of the options."""


def page_options(customs: Iterable[Any]) -> PageOptions:
    """The options of the first line that loads the page, as in Fava, among a ledger's `custom` entries."""
    for entry in customs:
        texts = [value.value for value in entry.values]
        if entry.type == "fava-extension" and texts[:1] == [MODULE]:
            return _read(texts[1] if len(texts) > 1 else "")._replace(source=source_of(entry.meta))
    return PageOptions()


def _read(config: object) -> PageOptions:
    if config == "":
        return PageOptions()
    options = _literal(config)
    if not isinstance(options, dict):
        message = _(
            "the options of this page cannot be read: {config}. Write them like this, or leave them out: {example}. "
            "Until then nothing can be written from the page",
            config=str(config),
            example=EXAMPLE,
        )
        return PageOptions(acts=False, mistakes=(message,))
    mistakes = [_unknown(name) for name in options if name not in OPTIONS]
    title, acts, hosts = options.get("title", ""), options.get("acts", True), options.get("hosts", [])
    if not isinstance(title, str):
        mistakes.append(_("title is {value}: write a text in quotes, such as 'Clients'", value=repr(title)))
    if not isinstance(acts, bool):
        mistakes.append(
            _(
                "acts is {value}: write True or False, without quotes. Until then nothing can be written from the page",
                value=repr(acts),
            )
        )
    names = hosts if isinstance(hosts, list) and all(isinstance(name, str) for name in hosts) else None
    if names is None:
        mistakes.append(_("hosts is {value}: write names in brackets, such as ['books.example']", value=repr(hosts)))
    return PageOptions(
        title if isinstance(title, str) else "",
        acts is True,
        tuple(name.lower() for name in names or ()),
        mistakes=tuple(mistakes),
    )


def _literal(config: object) -> Mapping[Any, Any] | None:
    """The dictionary that is written in a text; None if there is none."""
    try:
        options = ast.literal_eval(config.strip()) if isinstance(config, str) else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return options if isinstance(options, dict) else None


def _unknown(name: object) -> str:
    return _(
        "{name} is no option of this page{hint}: the options are title, acts and hosts",
        name=str(name),
        hint=near_name_hint(str(name), OPTIONS),
    )
