"""View → HTML, plain text, PDF."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from beancount_invoicing.messages import _, joined
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES, TemplateError, find_template
from beancount_invoicing.rendering.formats import colon
from beancount_invoicing.rendering.typesetting import typeset
from beancount_invoicing.rendering.view import View

_WRONG = (
    JinjaError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError, MemoryError,
)  # fmt: skip
"""What a template may raise."""


@cache
def _environment(template_folders: tuple[Path, ...], escape: bool) -> ImmutableSandboxedEnvironment:
    """Templates reach what they are given, and nothing behind it: whose they are does not matter."""
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in template_folders]),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def fill(template_folders: tuple[Path, ...], name: str, fallback: str = "", escape: bool = False, **values: Any) -> str:
    """A Jinja2 template filled with values. Raises TemplateError with its file, its line and the problem."""
    environment = _environment(template_folders, escape)
    try:
        template = environment.select_template([name, fallback] if fallback else [name])
        return template.render(**values)
    except TemplateNotFound:
        raise TemplateError(
            _("no template {name} in {map}", name=name, map=joined(_(" or "), map(str, template_folders)))
        ) from None
    except _WRONG as error:
        line = getattr(error, "lineno", None) or _line_in_template(error)
        file = (
            find_template(template_folders, name)
            if any((folder / name).is_file() for folder in template_folders)
            else name
        )
        raise TemplateError(
            _("{file}:{line}: {error}", file=file, line=line, error=str(error) or type(error).__name__)
            if line
            else _("{file}: {error}", file=file, error=str(error) or type(error).__name__)
        ) from None


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a filled template, which empty lines separate, each on one line. No-break spaces stay, so that
    no amount breaks.
    """
    return tuple(re.sub(r"\s+", " ", part.strip(), flags=re.ASCII) for part in text.split("\n\n") if part.strip())


def _line_in_template(error: BaseException) -> int | None:
    """The line of the template where an error came up: the innermost frame that is one."""
    trace = error.__traceback__
    line = None
    while trace:
        if trace.tb_frame.f_code.co_filename.endswith((".j2", "<template>")):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


@lru_cache(maxsize=8)  # a page and a PDF show the same one
def qr_svg(content: str) -> str:
    """A QR code as an SVG picture; "" for no content. Level M, as EPC069-12 asks."""
    if not content:
        return ""
    import segno

    code = segno.make(content, error="m", boost_error=False, encoding="utf-8", micro=False, eci=False, mask=2)
    return str(code.svg_inline(border=2, dark="#000", light="#fff", omitsize=True))


_CROSS = (
    '<path fill="#fff" d="M{start} {start}h7v7h-7z"/><path d="M{inner} {inner}h6.5v6.5h-6.5z"/>'
    '<path fill="#fff" d="M{stand} {top}h1.167v3.889h-1.167zM{top} {stand}h3.889v1.167h-3.889z"/>'
)
"""The Swiss cross of 7 × 7 mm in the middle of the code, black in a white frame (Style Guide QR-bill, 3.5.2)."""


def swiss_qr_svg(content: str) -> str:
    """A Swiss QR Code of 46 × 46 mm as an SVG picture without a margin: level M, at most version 25."""
    import segno

    code = segno.make(content, error="m", boost_error=False, encoding="utf-8", micro=False, eci=False)
    modules = str(code.svg_inline(border=0, dark="#000", omitsize=True, svgclass=None, lineclass=None))
    size = code.symbol_size(border=0)[0]
    cross = _CROSS.format(start=19.5, inner=19.75, stand=22.4165, top=21.0555)
    inner = re.sub(r"</?svg[^>]*>", "", modules)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 46 46" width="46mm" height="46mm">'
        f'<path fill="#fff" d="M0 0h46v46h-46z"/><g transform="scale({46 / size})">{inner}</g>{cross}</svg>'
    )


def _code_svg(view: View) -> str:
    """The code of a page that is paid by scanning it; "" for none."""
    return swiss_qr_svg(view.qr_bill.code) if view.qr_bill else qr_svg(view.qr)


def _logo_uri(path: str) -> str:
    """The logo as a data: address, so that the page needs no other file."""
    if not path:
        return ""
    from base64 import b64encode

    file = Path(path)
    kind = {".svg": "svg+xml", ".png": "png"}.get(file.suffix.lower(), "jpeg")
    return f"data:image/{kind};base64,{b64encode(file.read_bytes()).decode('ascii')}"


def _layout(view: View, template_folders: tuple[Path, ...], name: str) -> Path:
    """The file of a layout, which must show what the view has. Raises TemplateError.

    One that somebody copied before there were sections would leave out all of their figures, and not say so.
    """
    file = find_template(template_folders, name)
    if view.sections and "view.sections" not in file.read_text(encoding="utf-8"):
        raise TemplateError(
            _(
                "{file}: this layout has no view.sections, which statements of account are made of: copy them from "
                "the package's {built_in_templates}",
                file=file,
                built_in_templates=BUILT_IN_TEMPLATES / name,
            )
        )
    return file


def to_html(view: View, template_folders: tuple[Path, ...]) -> str:
    """A page that needs no other file. Raises TemplateError."""
    _layout(view, template_folders, "document.html.j2")
    return fill(
        template_folders, "document.html.j2", escape=True, view=view, qr=_code_svg(view), logo=_logo_uri(view.logo)
    )


def to_text(view: View, template_folders: tuple[Path, ...]) -> str:
    """Plain text, for e-mails and terminals. Raises TemplateError."""
    _layout(view, template_folders, "document.txt.j2")
    return fill(template_folders, "document.txt.j2", view=view, columns=_columns, colon=colon(view.language))


def _columns(word_table: Any) -> list[list[str]]:
    """The rows of a table, padded to columns; details on lines of their own."""
    rows = [word_table.columns, *(row.cells for row in word_table.rows)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(word_table.columns))]
    widths[0] = min(widths[0], 46)

    def padded(row: tuple[str, ...]) -> str:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, word_table.numeric, strict=True)
        ]
        return "  ".join(cells).rstrip()

    return [
        [padded(word_table.columns)],
        *([padded(row.cells), *(f"    {detail}" for detail in row.details)] for row in word_table.rows),
    ]


_ATTACHED = b"""
#pdf.attach(
  sys.inputs.attached-name, bytes(sys.inputs.attached),
  relationship: "alternative", mime-type: "text/xml", description: sys.inputs.attached-name,
)
"""
"""What is added to the layout, whosever it is, where a file goes into the PDF."""


def typst_arguments(view: View) -> dict[str, Any]:
    """The input of Typst beside the layout: the view as JSON, the standards that the PDF must meet, its time stamp."""
    data = asdict(view) | {"day": view.day.isoformat(), "qr": _code_svg(view), "logo": _logo_bytes(view.logo)}
    return {
        "sys_inputs": {"view": json.dumps(data, ensure_ascii=False)},
        "pdf_standards": ["a-3b", "ua-1"],
        "timestamp": datetime(view.day.year, view.day.month, view.day.day, tzinfo=UTC),
    }


def to_pdf(view: View, template_folders: tuple[Path, ...], attached: tuple[str, str] | None = None) -> bytes:
    """A PDF/A-3b and PDF/UA-1 document; its bytes depend only on the view and the template. Raises TemplateError.

    `attached`: name and text of an XML file to embed, another form of the same document.
    """
    layout = _layout(view, template_folders, "document.typ")
    text, arguments = layout.read_bytes(), typst_arguments(view)
    if attached:
        text += _ATTACHED
        arguments["sys_inputs"] |= {"attached-name": attached[0], "attached": attached[1]}
    try:
        return typeset(layout, text, arguments)
    except TemplateError as error:
        message = str(error)
        if view.logo:
            with suppress(TemplateError):  # then it is not the logo
                typeset(layout, layout.read_bytes(), typst_arguments(replace(view, logo="")))
                why = message.partition(" ┌─")[0].removeprefix("error: ")
                message = f"this logo cannot be printed ({why}): replace the file, or take logo: out of invoice-seller"
                layout = Path(view.logo)
        raise TemplateError(_("{layout}: {message}", layout=layout, message=message)) from None


def _logo_bytes(path: str) -> list[int] | str:
    """The logo's bytes as numbers: Typst reads no file outside the folder of its layout."""
    return list(Path(path).read_bytes()) if path else ""
