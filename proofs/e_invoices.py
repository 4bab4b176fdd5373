"""Writes every document of the example business and of the tests' ledger in every syntax, checked in all layers.

Ends with what was counted; fails where a layer finds anything or was not run, or where a document is no e-invoice without
saying why.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import get_args

from beancount_invoicing import ledger
from beancount_invoicing.documents import e_invoices
from beancount_invoicing.documents.e_invoices import EInvoiceFormat
from beancount_invoicing.model import Book, Invoice

ROOT = Path(__file__).resolve().parent.parent
LEDGERS = {"example": ROOT / "ledger" / "main.beancount", "tests": ROOT / "tests" / "einvoice" / "documents.beancount"}


def main() -> int:
    """Does it into the folder named on the command line."""
    folder = Path(sys.argv[1])
    written: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    wrong = 0
    for name, file in LEDGERS.items():
        book = ledger.open_ledger(file).book
        for form in get_args(EInvoiceFormat):
            for invoice in book.invoices:
                why, problems = tried(book, invoice, form, folder / name)
                written[form] += not why
                for reason in why:
                    reasons[f"{form}: {reason}"] += 1
                for problem in problems:
                    wrong += 1
                    print(f"{invoice.number}, {form}: {problem}")
    for reason, count in sorted(reasons.items()):
        print(f"{count:4} no e-invoice, {reason}")
    print(", ".join(f"{count} {form}" for form, count in written.items()) + f"; {wrong} findings")
    return 1 if wrong else 0


def tried(book: Book, invoice: Invoice, form: EInvoiceFormat, folder: Path) -> tuple[list[str], list[str]]:
    """Writes one document: why it is no e-invoice, and what the layers found."""
    said: list[str] = []
    problems: list[str] = []
    made = list(e_invoices.write_e_invoices(book, [invoice], form, folder, said.append, check=True))
    for one in made:
        if not one.layers:
            problems.append("it was not checked")
        for layer in one.layers:
            if layer.not_run:
                problems.append(f"{layer.name} was not run: {layer.not_run}")
            problems += [f"{layer.name}, {found.rule} at {found.location}: {found.message}" for found in layer.problems]
    if not made and not said:
        problems.append("it was not written, and nothing was said")
    return [text.partition(" is not an e-invoice ")[2][:60] for text in said], problems


if __name__ == "__main__":
    sys.exit(main())
