"""Layout → PDF by Typst: one at a time, from any thread, and without the network."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES, TemplateError

if TYPE_CHECKING:
    import typst

_COMPILING = Lock()
"""Typst's compiler raises where a second thread calls it meanwhile."""

DEAD_PROXY = "http://127.0.0.1:0"
"""A proxy address that nothing can listen on."""
_PROXIES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_NO_PROXIES = ("no_proxy", "NO_PROXY")

MAX_MESSAGE_LENGTH = 2000
"""How many characters of Typst's message are shown: it may quote its whole input."""


def typeset(layout: Path, text: bytes, arguments: dict[str, Any]) -> bytes:
    """The PDF made from `text`, in the folder of `layout`; `arguments` are those of Typst's own `compile`.

    May be called from several threads at once. Raises TemplateError with Typst's message.
    """
    import typst

    with _COMPILING, _offline(layout.parent):
        try:
            result = _compiler(layout.parent).compile(input=text, **arguments)
        except typst.TypstError as error:
            raise TemplateError(_said(str(getattr(error, "diagnostic", "") or error))) from None
    assert isinstance(result, bytes)
    return result


def _said(message: str) -> str:
    """What Typst says, in a line; of a package that it would have fetched, what to do."""
    message = " ".join(message.split())
    if "failed to download package" not in message:
        return message if len(message) <= MAX_MESSAGE_LENGTH else f"{message[:MAX_MESSAGE_LENGTH]} …"
    found = re.search(r"/preview/(\S+?)-(\d[\d.]*)\.tar", message)
    return (
        f"this layout imports {f'@preview/{found[1]}:{found[2]}' if found else 'a package'}, and no layout is given the network:"
        " copy the package's files beside the layout, and import them from there"
    )


@cache
def _compiler(folder: Path) -> typst.Compiler:
    import typst

    fonts = [str(BUILT_IN_TEMPLATES / "fonts"), *([str(folder / "fonts")] if (folder / "fonts").is_dir() else [])]
    return typst.Compiler(root=str(folder), font_paths=list(dict.fromkeys(fonts)), ignore_system_fonts=True)


@contextmanager
def _offline(folder: Path) -> Iterator[None]:
    """Typst fetches no package meanwhile: it has no switch for that, but heeds the proxies of the environment.

    Only for somebody's own layouts: the package's imports nothing.
    """
    if folder == BUILT_IN_TEMPLATES:
        yield
        return
    before = {name: os.environ.pop(name, None) for name in (*_PROXIES, *_NO_PROXIES)}
    os.environ.update(dict.fromkeys(_PROXIES, DEAD_PROXY))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
