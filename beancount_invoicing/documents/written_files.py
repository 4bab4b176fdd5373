"""Documents as files: PDF, HTML or text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from beancount_invoicing.files import write_if_different

if TYPE_CHECKING:
    from beancount_invoicing.rendering import View

Output = Literal["pdf", "html", "text"]
SUFFIXES: dict[Output, str] = {"pdf": "pdf", "html": "html", "text": "txt"}


class WrittenFile(NamedTuple):
    """A file, and whether its bytes changed."""

    file: Path
    changed: bool


def view_bytes(
    view: object, template_folders: tuple[Path, ...], output: Output, e_invoice: bytes | None = None
) -> bytes:
    """A view in one form; with the XML of an e-invoice a PDF is a Factur-X. Raises TemplateError."""
    from beancount_invoicing import rendering

    assert isinstance(view, rendering.View)
    if output == "pdf" and e_invoice is not None:
        from beancount_invoicing import einvoice

        return einvoice.with_metadata(rendering.to_pdf(view, template_folders, (einvoice.FILE, e_invoice.decode())))
    if output == "pdf":
        return rendering.to_pdf(view, template_folders)
    return (
        rendering.to_html(view, template_folders) if output == "html" else rendering.to_text(view, template_folders)
    ).encode()


def write_view(
    view: object,
    template_folders: tuple[Path, ...],
    base: Path,
    outputs: Sequence[Output],
    e_invoice: bytes | None = None,
    sealed_pdf: bytes | None = None,
) -> tuple[WrittenFile, ...]:
    """Writes a view in each form, as `base` with the form's suffix; see `view_bytes`.

    `sealed_pdf`: the bytes to use as the PDF, instead of making one.
    """
    result = []
    for output in outputs:
        file = base.with_name(f"{base.name}.{SUFFIXES[output]}")
        content = (
            sealed_pdf
            if sealed_pdf is not None and output == "pdf"
            else view_bytes(view, template_folders, output, e_invoice)
        )
        result.append(WrittenFile(file, write_if_different(file, content)))
    return tuple(result)


def write_views(
    pages: Iterable[tuple[str, View]],
    template_folders: tuple[Path, ...],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[WrittenFile, ...]]:
    """Writes pages, each with its file name without suffix, one after the other; yields the files of each.

    `notice` gets the notices. Raises TemplateError, OSError.
    """
    for name, view in pages:
        for text in view.notices:
            notice(text)
        yield write_view(view, template_folders, Path(folder) / name, outputs)
