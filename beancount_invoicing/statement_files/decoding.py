"""The text of a file whose format does not specify the encoding."""

from __future__ import annotations

import codecs
import re

from beancount_invoicing.messages import _
from beancount_invoicing.statement_files.errors import StatementFileError

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1c-\x1f]")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_of(data: bytes, file: str, encoding: str = "") -> str:
    """The text of a file: in `encoding` if given, otherwise in UTF-8, UTF-16 with a byte order mark, or Windows-1252.

    Raises StatementFileError if the file is not text in that encoding, or contains control characters, as binary files
    do.
    """
    if encoding:
        text = _strict(data, file, encoding)
    elif data.startswith(_WIDE):
        text = _strict(data, file, "utf-16")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    if found := _CONTROLS.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise StatementFileError(
            file,
            line,
            _(
                "this is not text: it contains the character U+{ord}. Download the statement again",
                ord=f"{ord(found[0]):04X}",
            ),
        )
    return text


def _strict(data: bytes, file: str, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise StatementFileError(
            file, 0, _('"{encoding}" is not an encoding: expected something like utf-8 or cp1252', encoding=encoding)
        ) from None
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, start) + 1
        raise StatementFileError(
            file,
            line,
            _(
                "this is not written in {encoding}: leave the encoding out, or give the bank's encoding",
                encoding=encoding,
            ),
        ) from None
