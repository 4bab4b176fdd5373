"""E-invoices of the example's books, broken in one place each, through `validate`: no exception, and no rule that is told wrongly.

Each element is taken out, doubled, emptied, and filled with what is no number, no date and no code. Of every mutant: no check of
ours raises, Saxon ends nowhere, it gets the same verdict again later, and a rule of the norm that our own checks say is broken
is broken by the official rules too, where they know it, and the other way round. Prints its seed; `--seed N` repeats a run,
`--mutants 0` takes all of them
(some 3,500, a quarter of an hour on two cores).
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from beancount_invoicing import einvoice, ledger
from beancount_invoicing.documents import e_invoices
from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.documents.e_invoices import EInvoiceFormat
from beancount_invoicing.einvoice import layers

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS: tuple[tuple[str, EInvoiceFormat], ...] = (
    ("F2026-0057", "cii"), ("F2026-0057", "ubl"), ("F2026-0058", "cii"), ("F2026-0058", "ubl"), ("F2026-0058", "peppol"),
    ("A2026-0002", "cii"), ("A2026-0002", "ubl"),
)  # fmt: skip
TEXTS = {"emptied": "", "XX": "XX", "0": "0", "NaN": "NaN"}


class Mutant(NamedTuple):
    """A document that is broken in one place."""

    name: str
    xml: bytes


class Judged(NamedTuple):
    """What the layers say of a mutant."""

    mutant: Mutant
    layers: tuple[einvoice.Layer, ...]


def good() -> Iterator[tuple[str, bytes]]:
    """The documents, which are valid."""
    from beancount_invoicing import rendering

    book = ledger.open_ledger(ROOT / "ledger" / "main.beancount").book
    where, paid = rendering.folders(book), paid_on_its_date(book)
    for number, form in DOCUMENTS:
        invoice = book.invoice(number)
        if invoice is None:
            raise SystemExit(f"the example has no {number}")
        xml = e_invoices.e_invoice_xml(book, invoice, paid(invoice), where, form)
        wrong = [layer.name for layer in einvoice.validate(xml) if not layer.passed]
        if wrong:
            raise SystemExit(f"{number} as {form} does not pass {', '.join(wrong)}")
        yield f"{number} {form}", xml


def mutants(name: str, xml: bytes) -> Iterator[Mutant]:
    """All that can be broken in one place of a document."""
    root = etree.fromstring(xml)
    elements = [element for element in root.iter("{*}*") if element is not root]
    for number, element in enumerate(elements):
        ways = ["taken out", "doubled"]
        if not len(element):
            ways += [*TEXTS, "digits more"]
        for way in ways:
            copy = deepcopy(root)
            broken = [one for one in copy.iter("{*}*") if one is not copy][number]
            _break(broken, way)
            yield Mutant(
                f"{name}, {_path(element)} {way}", etree.tostring(copy, xml_declaration=True, encoding="UTF-8")
            )


def _break(element: Any, way: str) -> None:
    if way == "taken out":
        element.getparent().remove(element)
    elif way == "doubled":
        element.addnext(deepcopy(element))
    elif way == "digits more":
        element.text = f"{element.text or ''}99"
    else:
        element.text = TEXTS[way]


def _path(element: Any) -> str:
    names = [one.tag.rpartition("}")[2] for one in (element, *element.iterancestors())]
    return "/".join(reversed(names[:-1]))


# what is told of them ---------------------------------------------------------------------------------------------------


def crashes(judged: Judged) -> Iterator[str]:
    """Layers that raised, or whose process ended."""
    for layer in judged.layers:
        if layer.not_run and (layer.name == layers.OWN_CHECKS_LAYER or "Saxon" in layer.not_run):
            yield f"{judged.mutant.name}: {layer.name}: {layer.not_run}"


def norms(rule: str) -> str:
    """A rule of the norm as all of its stylesheets are made to write it, "" for any other: BR-S-08 and BR-S-8 are the same."""
    found = re.match(r"(?:PEPPOL-EN16931-|UBL-|CII-)?BR-(?!FR)[A-Z0-9-]*\d|PEPPOL-EN16931-R\d+", rule)
    return re.sub(r"-0*(\d+)", r"-\1", found[0]) if found else ""


def told(those: list[einvoice.Layer]) -> set[str]:
    """The norm's rules that layers say are broken."""
    return {norms(problem.rule) for layer in those for problem in layer.problems if not problem.warning} - {""}


def evaluated(those: list[einvoice.Layer]) -> bool:
    """Whether layers came to an end: what could not be read or evaluated says nothing of the other rules."""
    return not any(
        layer.not_run or problem.rule in {"readable", "evaluable"} for layer in those for problem in layer.problems
    )


def disagreements(judged: Judged, known: set[str]) -> Iterator[str]:
    """Rules that both sides know and that decide on a document, told by one side alone.

    Where both fail a document it does not matter by which of their rules: a country `0` breaks Factur-X's list, by an id of its
    own. Nor is a document compared that the schema refuses: what is found in it hangs on what is missing. An empty element says
    nothing, but stylesheets take it for one that is there.
    """
    own, schema, *official = judged.layers
    if not schema.passed or not evaluated([own, *official]) or judged.mutant.name.endswith(" emptied"):
        return
    mine, theirs = told([own]), told(official)
    if all(layer.passed for layer in official):
        for rule in sorted(mine & known):
            yield f"{rule}, told by our own checks alone"
    if own.passed:
        for rule in sorted(theirs & known):
            yield f"{rule}, told by the official rules alone"


def main() -> int:
    """Breaks as many as are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=200, help="how many, 0 for all")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    every = [mutant for name, xml in good() for mutant in mutants(name, xml)]
    chance = random.Random(options.seed)  # noqa: S311 - to be repeated, not secret
    chance.shuffle(every)
    asked = every[: options.mutants] if options.mutants else every
    print(f"seed {options.seed}: {len(asked)} of {len(every)} mutants", flush=True)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = [
            Judged(*one) for one in zip(asked, pool.map(lambda one: einvoice.validate(one.xml), asked), strict=True)
        ]
        again = found[: len(found) // 5]
        later = pool.map(lambda one: einvoice.validate(one.mutant.xml), again)
        wrong = [
            f"{judged.mutant.name}: judged otherwise the second time"
            for judged, second in zip(again, later, strict=True)
            if judged.layers != second
        ]
    for one in found:
        wrong += crashes(one)
    known = told([judged.layers[0] for judged in found]) & told(
        [layer for judged in found for layer in judged.layers[2:]]
    )
    apart: dict[str, list[str]] = {}
    for one in found:
        for told_alone in disagreements(one, known):
            apart.setdefault(told_alone, []).append(one.mutant.name)
    for line in wrong:
        print(line)
    for told_alone, names in sorted(apart.items()):
        print(f"{len(names):4} {told_alone}, as in {names[0]}")
    valid = sum(all(layer.passed for layer in judged.layers) for judged in found)
    failed = f"{len(wrong)} exceptions or other verdicts, {len(apart)} rules told apart"
    print(f"{len(found)} mutants, {valid} of them valid, {len(known)} rules that both know; {failed}")
    return 1 if wrong or apart else 0


if __name__ == "__main__":
    sys.exit(main())
