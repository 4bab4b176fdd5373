"""E-invoices word for word: what is written of each document, and what is said of one wherever something in it is wrong.

The texts stand under approved/; `pytest --update tests/einvoice/test_approved.py` writes them, for a person to read in the diff.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from beancount_invoicing.einvoice import checks, syntax
from beancount_invoicing.einvoice.checks_peppol import check_peppol
from beancount_invoicing.einvoice.problems import Problem
from tests.einvoice.documents import NUMBERS, e_invoice

APPROVED = Path(__file__).parent / "approved"
SYNTAXES: tuple[syntax.Syntax, ...] = ("cii", "ubl")
BROKEN_TERMS = (
    "D-MIXED",
    "D-FINAL",
    "D-CREDIT",
    "D-POUNDS-VAT",
    "D-REVERSE",
    "D-INTRA",
    "D-OUTSIDE",
    "D-EXEMPT",
    "D-PAID",
)
PARTS = 3
"""Into how many tests the elements of a document are dealt."""


def approve(name: str, said: str, update: bool) -> None:
    file = APPROVED / name
    if update:
        file.parent.mkdir(exist_ok=True)
        file.write_text(said, encoding="utf-8")
    before = file.read_text(encoding="utf-8")
    assert said == before, "\n".join(unified_diff(before.splitlines(), said.splitlines(), lineterm="", n=2))


@pytest.mark.parametrize("number", NUMBERS)
def test_documents_are_written_as_before(number: str, update: bool) -> None:
    written = [syntax.to_xml(e_invoice(number), name).decode() for name in SYNTAXES]
    approve(f"{number}.xml", "\n".join(written), update)


@pytest.mark.parametrize("number", ["D-MIXED", "D-CREDIT"])
def test_documents_are_written_for_peppol_as_before(number: str, update: bool) -> None:
    approve(f"{number}.peppol.xml", syntax.to_xml(e_invoice(number), "peppol").decode(), update)


@pytest.mark.parametrize("number", NUMBERS)
def test_sentences_in_english_are_written_as_before(number: str, update: bool) -> None:
    lines = (
        zip(*(syntax.to_xml(e_invoice(number, language=each), "ubl").decode().split("\n") for each in ("fr", "en")), strict=True)
    )  # fmt: skip
    approve(
        f"{number}.en.txt", "".join(f"{english.strip()}\n" for french, english in lines if french != english), update
    )


@pytest.mark.parametrize("number", BROKEN_TERMS)
def test_what_is_said_of_each_wrong_term(number: str, update: bool) -> None:
    whole = e_invoice(number)
    said = [line for what, change in _wrong(whole) for line in _told(what, checks.check_business_terms(change(whole)))]
    approve(f"{number}.terms.txt", "".join(said), update)


def test_what_peppol_says_of_each_wrong_term(update: bool) -> None:
    whole = syntax.read_e_invoice(syntax.to_xml(e_invoice("D-MIXED"), "peppol"))
    said = [
        line
        for what, change in _wrong(whole)
        for broken in (change(whole),)
        for line in _told(what, (*checks.check_business_terms(broken), *check_peppol(broken)))
    ]
    approve("peppol.terms.txt", "".join(said), update)


@pytest.mark.parametrize("name", SYNTAXES)
@pytest.mark.parametrize("how", ["without", "twice"])
@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_said_of_a_text_missing_or_twice(name: syntax.Syntax, how: str, part: int, update: bool) -> None:
    root = etree.fromstring(syntax.to_xml(e_invoice("D-MIXED"), name))
    said = [line for place, xml in _broken(root, how, part) for line in _told(place, _judged(xml))]
    approve(f"{name}-{how}-{part}.txt", "".join(said), update)


def _told(what: str, problems: Iterable[Problem]) -> Iterator[str]:
    yield f"{what}\n"
    for problem in problems:
        yield f"    {'warning: ' if problem.warning else ''}{problem.rule} at {problem.location}: {problem.message}\n"


def _judged(xml: bytes) -> tuple[Problem, ...]:
    try:
        return checks.check_business_terms(syntax.read_e_invoice(xml))
    except syntax.NotReadable as error:
        return (Problem("readable", "the document", str(error)),)


def _wrong(one: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Each term of a document in each of a few wrong ways, by its name: how it is then, and what makes it so."""
    for term in one._fields:
        value = getattr(one, term)
        optional = "None" in str(type(one).__annotations__[term])
        for what, new in ((" = None", None), *_instead(value)) if optional and value is not None else _instead(value):

            def change(whole: Any, name: str = term, new: Any = new) -> Any:
                return whole._replace(**{name: new})

            yield f"{term}{what}", change


def _instead(value: Any) -> Iterator[tuple[str, Any]]:
    if hasattr(value, "_fields"):
        for what, change in _wrong(value):
            yield f".{what}", change(value)
    elif isinstance(value, tuple):
        if value:
            yield " = nothing", ()
            yield " = the first of them twice", (value[0], *value)
        for index, each in enumerate(value[:2]):
            for what, new in _instead(each):
                yield f"[{index}]{what}", (*value[:index], new, *value[index + 1 :])
    elif isinstance(value, Decimal):
        for new in (value + Decimal("0.01"), value - Decimal("0.011"), Decimal(0), -value):
            yield f": {value} → {new}", new
    elif isinstance(value, str) and value:
        yield f': "{value.splitlines()[0]}" → ""', ""
        yield f': "{value.splitlines()[0]}" → "X"', "X"
    elif isinstance(value, date):
        for days in (-1, 400, 40000):
            yield f": {value} → {value + timedelta(days)}", value + timedelta(days)


def _broken(root: Any, how: str, part: int) -> Iterator[tuple[str, bytes]]:
    """A document with a text left out or written twice, for the first of each name, by its place."""
    first: dict[str, int] = {}
    for index, element in enumerate(root.iter("{*}*")):
        if not len(element):
            first.setdefault(_place(element), index)
    for place, index in list(first.items())[part::PARTS]:
        copy = deepcopy(root)
        other = list(copy.iter("{*}*"))[index]
        if how == "without":
            other.getparent().remove(other)
        else:
            other.addnext(deepcopy(other))
        yield place, etree.tostring(copy)


def _place(element: Any) -> str:
    """The names of the elements around it and its own, without namespaces, and what scheme it is of."""
    names = [each.tag.rpartition("}")[2] for each in (*reversed(list(element.iterancestors())), element)]
    return "/".join((*names[1:], *element.attrib.values()))
