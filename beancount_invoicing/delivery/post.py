"""Letters to print together: one PDF in postal order, each letter beginning on the front of a sheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

from beancount_invoicing.delivery.dispatch import Dispatch


class BatchLetter(NamedTuple):
    """A letter in the batch: its dispatch, its first page in the batch (from 1), and its number of sheets, printed on
    both sides.
    """

    dispatch: Dispatch
    first_page: int
    sheets: int


def in_post_order(dispatches: Sequence[Dispatch]) -> list[Dispatch]:
    """By country (home first), post code, name."""
    return sorted(
        dispatches,
        key=lambda dispatch: (
            *dispatch.postal_place,
            dispatch.customer.casefold(),
            dispatch.account,
            dispatch.numbers,
            dispatch.title,
        ),
    )


def letter_pdfs(dispatch: Dispatch) -> list[bytes]:
    """The PDFs of a letter."""
    return [attachment.content for attachment in dispatch.attachments if attachment.media_type == "application/pdf"]


def page_count(content: bytes) -> int:
    """The number of pages of a PDF, counting the blank page that lets the next one begin on a front."""
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages) + len(pdf.pages) % 2


def laid_out(dispatches: Sequence[Dispatch], first: int) -> list[BatchLetter]:
    """The letters in postal order with their places; the first one begins on page `first` (odd)."""
    result = []
    page = first
    for dispatch in in_post_order(dispatches):
        count = sum(map(page_count, letter_pdfs(dispatch)))
        result.append(BatchLetter(dispatch, page, count // 2))
        page += count
    return result


def batch(cover: bytes, letters: Sequence[BatchLetter]) -> bytes:
    """The PDF: the cover list, then the letters; see `joined`."""
    return joined((cover, *(page for letter in letters for page in letter_pdfs(letter.dispatch))))


def joined(documents: Sequence[bytes]) -> bytes:
    """PDFs as one, for printing on both sides: each begins on an odd page, after a blank page if necessary."""
    import pikepdf

    with pikepdf.new() as whole:
        for content in documents:
            with pikepdf.open(io.BytesIO(content)) as pdf:
                whole.pages.extend(pdf.pages)
                if len(pdf.pages) % 2:
                    box = pdf.pages[-1].mediabox
                    whole.add_blank_page(page_size=(float(box[2]) - float(box[0]), float(box[3]) - float(box[1])))
        stream = io.BytesIO()
        whole.save(stream, deterministic_id=True)
    return stream.getvalue()
