"""Generated documents as e-invoices: nine countries and one more, every category, kind, currency and syntax.

`python -m proofs.generated FOLDER --count 400 --seed 1` writes 400 documents into FOLDER as Factur-X, CII, UBL and for Peppol.
Each is written unless a rule that was foreseen forbids it, keeps the official rules without a finding, and says the figures that
sums of their own come to. It fails where one does not, or where a country, category, kind or currency was in none. The first
seller of each country says all that is asked for; later ones may lack something, and are then refused or keep the rules too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing import einvoice
from beancount_invoicing.documents import e_invoices
from beancount_invoicing.documents.e_invoices import EInvoiceFormat
from beancount_invoicing.ledger import open_ledger
from proofs.generated.ledgers import COUNTRIES, FORMS, WORTH, Expected, generated
from proofs.generated.reading import Said, said

AT_ONCE = 13
"""Documents of a ledger: four of them are those of a contract."""
CATEGORIES = ("S", "Z", "E", "AE", "K", "G", "O")
KINDS = ("invoice", "credit-note", "deposit", "final", "corrective", "progress")

TOO_FEW = 300
"""Of fewer documents not every trait can be asked for of Peppol, which takes less."""
NOT_FOR_PEPPOL = frozenset({"corrective", "JPY"})
"""What Peppol takes never, or hardly ever."""


class Tried(NamedTuple):
    """What came of a ledger: its documents, how often each of their traits was written, and what is wrong."""

    documents: int
    written: Counter[tuple[EInvoiceFormat, str]]
    wrong: tuple[str, ...]


def tried(number: int, seed: int, folder: Path) -> Tried:
    """Writes the ledger of this number, and its documents in every syntax."""
    country = COUNTRIES[number % len(COUNTRIES)]
    name = f"{seed}-{number:03}-{country}"
    with tempfile.TemporaryDirectory() as books:
        ledger = generated(Path(books) / "books", country, name, AT_ONCE - 4, whole=number < len(COUNTRIES))
        opened = open_ledger(ledger.main)
        wrong = [f"{name}: {error.source}: {error.message}" for error in opened.errors]
        written: Counter[tuple[EInvoiceFormat, str]] = Counter()
        for expected in ledger.expected:
            invoice = next(invoice for invoice in opened.book.invoices if invoice.number == expected.number)
            for form in FORMS:
                refusals: list[str] = []
                made = list(
                    e_invoices.write_e_invoices(
                        opened.book, [invoice], form, folder / name, refusals.append, check=True
                    )
                )
                problems = list(refused(expected, form, refusals))
                for one in made:
                    problems += _findings(one.layers)
                    problems += differences(expected, said(one.file.file.read_bytes()))
                    written.update((form, trait) for trait in _traits(expected))
                if not made and not refusals:
                    problems.append("it was not written, and nothing was said")
                wrong += [f"{name}, {expected.number} ({expected.kind}), {form}: {problem}" for problem in problems]
        if wrong:
            (folder / name).mkdir(parents=True, exist_ok=True)
            for file in ledger.main.parent.glob("*.beancount"):
                (folder / name / file.name).write_bytes(file.read_bytes())
    return Tried(len(ledger.expected), written, tuple(wrong))


def refused(expected: Expected, form: EInvoiceFormat, refusals: list[str]) -> list[str]:
    """What was said against the rules that were foreseen."""
    foreseen = expected.none_as.get(form, frozenset())
    rules = {one.partition(" is not an e-invoice (")[2].partition(")")[0] for one in refusals}
    possible = expected.may_be_none_as.get(form, frozenset())
    if rules and expected.lacking:
        return []
    if rules and not rules & (foreseen | possible):
        return [f"it should be one: {one}" for one in refusals]
    return [f"it should be none, by {', '.join(sorted(foreseen))}"] if foreseen and not rules else []


def _findings(layers: tuple[einvoice.Layer, ...]) -> list[str]:
    found = [] if layers else ["it was not checked"]
    for layer in layers:
        if layer.not_run:
            found.append(f"{layer.name} was not run: {layer.not_run}")
        found += [
            f"{layer.name}, {problem.rule} at {problem.location}: {problem.message}" for problem in layer.problems
        ]
    return found


def differences(expected: Expected, read: Said) -> list[str]:
    """What a document says otherwise than its sums come to."""
    pairs: dict[str, tuple[object, object]] = {
        "number": (expected.number, read.number),
        "type": (expected.type_code, read.type_code),
        "currency": (expected.currency, read.currency),
        "net": (expected.net, read.net),
        "VAT": (expected.vat, read.vat),
        "total": (expected.net + expected.vat, read.gross),
        "paid": (expected.paid, read.paid),
        "due": (expected.due, read.due),
        "VAT in the seller's currency": (expected.vat_in_own, read.vat_in_own),
        "breakdown": (expected.breakdown, read.breakdown),
    }
    wrong = [f"{name}: {got}, not {wanted}" for name, (wanted, got) in pairs.items() if wanted != got]
    return wrong + [f"category {one} does not say why no tax is due" for one in read.untold]


def _traits(expected: Expected) -> set[str]:
    categories = {category for category, _rate in expected.breakdown}
    return {expected.country, expected.kind, expected.currency, *categories}


def main() -> int:
    """Writes what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    start, documents = time.monotonic(), 0
    written: Counter[tuple[EInvoiceFormat, str]] = Counter()
    wrong: list[str] = []
    with ProcessPoolExecutor(asked.jobs) as pool:
        ledgers = -(-asked.count // AT_ONCE)
        for one in pool.map(tried, range(ledgers), repeat(asked.seed), repeat(asked.folder)):
            documents += one.documents
            written += one.written
            wrong += one.wrong
            for problem in one.wrong:
                print(problem, flush=True)
    for traits in (COUNTRIES, CATEGORIES, KINDS, tuple(WORTH)):
        for form in FORMS:
            print(f"{form:8}", ", ".join(f"{trait} {written[form, trait]}" for trait in traits))
    for form in FORMS:
        never = [one for one in (*COUNTRIES, *CATEGORIES, *KINDS, *WORTH) if not written[form, one]]
        if form == "peppol":
            never = [one for one in never if one not in NOT_FOR_PEPPOL and documents >= TOO_FEW]
        if missing := set(never):
            wrong.append(f"{form}: none of {', '.join(sorted(missing))}")
            print(wrong[-1])
    counts = ", ".join(f"{sum(written[form, one] for one in COUNTRIES)} {form}" for form in FORMS)
    print(
        f"{documents} documents from seed {asked.seed}: {counts}; {len(wrong)} wrong, {time.monotonic() - start:.0f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
