"""Each of our own checks notices what it is there for; most of it no official stylesheet does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.einvoice import business_terms, checks
from beancount_invoicing.einvoice.checks_peppol import check_peppol
from tests.einvoice.documents import NUMBERS, e_invoice

D = Decimal
Change = Callable[[business_terms.EInvoice], business_terms.EInvoice]


def rules(invoice: business_terms.EInvoice) -> set[str]:
    return {problem.rule for problem in checks.check_business_terms(invoice)}


@pytest.mark.parametrize("number", NUMBERS)
def test_nothing_is_wrong_with_what_a_ledger_says(number: str) -> None:
    assert checks.check_business_terms(e_invoice(number)) == ()


def total(**changes: Decimal | None) -> Change:
    return lambda invoice: invoice._replace(totals=invoice.totals._replace(**changes))  # type: ignore[arg-type] # fields by their names


def unknown_seller(invoice: business_terms.EInvoice) -> business_terms.EInvoice:
    return invoice._replace(seller=invoice.seller._replace(identifiers=(), legal_registration=None, vat_identifier=""))


def line(**changes: object) -> Change:
    return lambda invoice: invoice._replace(lines=(invoice.lines[0]._replace(**changes), *invoice.lines[1:])  # type: ignore[arg-type] # fields by their names
    )  # fmt: skip


def vat(**changes: object) -> Change:
    return lambda invoice: invoice._replace(breakdown=(invoice.breakdown[0]._replace(**changes), *invoice.breakdown[1:])  # type: ignore[arg-type] # fields by their names
    )  # fmt: skip


def whole(**changes: object) -> Change:
    return lambda invoice: invoice._replace(**changes)  # type: ignore[arg-type] # fields by their names


def seller(**changes: object) -> Change:
    return lambda invoice: invoice._replace(seller=invoice.seller._replace(**changes))  # type: ignore[arg-type] # fields by their names


def buyer(**changes: object) -> Change:
    return lambda invoice: invoice._replace(buyer=invoice.buyer._replace(**changes))  # type: ignore[arg-type] # fields by their names


def notes(subject: str, times: int) -> Change:
    def change(invoice: business_terms.EInvoice) -> business_terms.EInvoice:
        those = [note for note in invoice.notes if note.subject == subject]
        rest = tuple(note for note in invoice.notes if note.subject != subject)
        return invoice._replace(notes=(*rest, *(those * times)))

    return change


@pytest.mark.parametrize(
    ("rule", "number", "change"),
    [
        ("BR-CO-10", "D-MIXED", total(lines=D("1035.31"))),
        ("BR-CO-11", "D-MIXED", total(allowances=D("30.01"))),
        ("BR-CO-12", "D-MIXED", total(charges=D("0"))),
        ("BR-CO-13", "D-MIXED", total(net=D("1007.01"))),
        ("BR-CO-14", "D-MIXED", total(vat=D("196.24"))),
        ("BR-CO-26", "D-MIXED", unknown_seller),
        ("BR-CO-15", "D-MIXED", total(gross=D("1"))),
        ("BR-CO-16", "D-MIXED", total(rounding=D("0"))),
        ("BR-CO-17", "D-MIXED", vat(amount=D("191.56"))),
        ("BR-CO-17", "D-DEBITS", vat(amount=D("20.02"))),
        ("BR-S-08", "D-MIXED", vat(base=D("955.31"))),
        ("BR-CO-18", "D-MIXED", whole(breakdown=())),
        ("line-net", "D-MIXED", line(quantity=D("6.4"))),
        ("line-net", "D-MIXED", line(net=D("637.01"))),
        ("BR-DEC-09", "D-MIXED", total(lines=D("1035.301"))),
        ("BR-DEC-18", "D-MIXED", total(due=D("1206.305"))),
        ("BR-DEC-20", "D-MIXED", vat(amount=D("191.061"))),
        ("BR-DEC-23", "D-MIXED", line(net=D("637.001"))),
        ("BR-33", "D-MIXED", whole(adjustments=(business_terms.AllowanceCharge(False, D(1), ""),))),
        ("BR-38", "D-MIXED", whole(adjustments=(business_terms.AllowanceCharge(True, D(1), ""),))),
        ("BR-42", "D-MIXED", line(adjustments=(business_terms.AllowanceCharge(False, D(1), ""),))),
        ("BR-44", "D-MIXED", line(adjustments=(business_terms.AllowanceCharge(True, D(1), ""),))),
        ("BR-CO-09", "D-MIXED", buyer(vat_identifier="ZZ123")),
        ("BR-27", "D-MIXED", line(price=D("-98"), quantity=D("-6.5"))),
        ("BR-30", "D-MIXED", line(start=date(2026, 9, 16))),
        ("BR-25", "D-MIXED", line(name=" ")),
        ("BR-16", "D-MIXED", whole(lines=())),
        ("BR-02", "D-MIXED", whole(number="")),
        ("BR-53", "D-POUNDS", total(vat_in_tax_currency=None)),
        ("BR-CO-25", "D-MIXED", whole(due=None, payment_terms="")),
        ("BR-61", "D-MIXED", whole(payment=business_terms.PaymentInstructions("30"))),
        (
            "iban",
            "D-MIXED",
            whole(payment=business_terms.PaymentInstructions("30", account="FR7630006000011234567890188")),
        ),
        ("vat-id", "D-MIXED", buyer(vat_identifier="FR11123456783")),
        ("siren", "D-MIXED", buyer(legal_registration=business_terms.Identifier("123456789", "0002"))),
        ("BR-S-05", "D-DEBITS", line(rate=D(0))),
        ("BR-AE-05", "D-REVERSE", line(rate=D(20))),
        ("BR-AE-10", "D-REVERSE", vat(reason="", reason_code="")),
        ("BR-S-10", "D-DEBITS", vat(reason="exempt")),
        ("BR-S-02", "D-DEBITS", seller(vat_identifier="")),
        ("BR-IC-02", "D-INTRA", buyer(vat_identifier="")),
        ("BR-AE-02", "D-REVERSE", buyer(vat_identifier="")),
        ("BR-IC-11", "D-INTRA", whole(delivery=business_terms.Delivery())),
        ("BR-IC-12", "D-INTRA", whole(delivery=business_terms.Delivery(date(2026, 9, 1)))),
        ("BR-O-02", "D-OUTSIDE", seller(vat_identifier="FR44732829320")),
        ("BR-O-05", "D-OUTSIDE", line(rate=D(0))),
        ("vat-rate", "D-OUTSIDE", vat(rate=D(20))),
        (
            "BR-O-12",
            "D-OUTSIDE",
            lambda invoice: invoice._replace(lines=(*invoice.lines, invoice.lines[0]._replace(category="Z"))),
        ),
        ("BR-E-05", "D-EXEMPT", line(rate=None)),
        ("BR-E-02", "D-EXEMPT", seller(vat_identifier="")),
        ("BR-48", "D-DEBITS", vat(rate=None)),
        ("BR-CO-04", "D-DEBITS", line(category="")),
        ("BR-22", "D-DEBITS", line(quantity=None)),
        ("BR-26", "D-DEBITS", line(price=None)),
        ("BR-12", "D-DEBITS", total(lines=None)),
        ("BR-29", "D-MIXED", whole(start=date(2026, 9, 2), end=date(2026, 9, 1))),
        ("BR-O-11", "D-MIXED", vat(category="O", rate=None)),
        ("preceding-twice", "D-FINAL", whole(preceding=(business_terms.PrecedingInvoice("A"),) * 2)),
        ("BR-CL-04", "D-MIXED", whole(currency="HOURS")),
        ("BR-CL-05", "D-POUNDS", whole(tax_currency="EURO")),
        ("BR-CL-14", "D-MIXED", buyer(address=business_terms.PostalAddress(country="UK"))),
        ("BR-CL-22", "D-EXEMPT", vat(reason_code="VATEX-EU-NONE")),
        ("BR-CL-23", "D-MIXED", line(unit="Q0Q")),
        ("BR-CL-25", "D-MIXED", buyer(electronic_address=business_terms.Identifier("123456782", "0001"))),
        ("BR-FR-01", "D-MIXED", whole(number="F" * 36)),
        ("BR-FR-02", "D-MIXED", whole(number="F2026.1")),
        ("BR-FR-03", "D-MIXED", whole(due=date(2100, 1, 1))),
        ("BR-FR-05", "D-MIXED", notes("PMD", 0)),
        ("BR-FR-06", "D-MIXED", notes("AAB", 2)),
        ("BR-FR-08", "D-MIXED", whole(process="X1")),
        ("BR-FR-10", "D-MIXED", seller(legal_registration=None)),
        ("BR-FR-11", "D-MIXED", buyer(legal_registration=None)),
        ("BR-FR-12", "D-MIXED", buyer(electronic_address=None)),
        ("BR-FR-13", "D-MIXED", seller(electronic_address=None)),
        ("BR-FR-15", "D-MIXED", vat(category="L")),
        ("BR-FR-16", "D-MIXED", vat(rate=D(21))),
        ("BR-FR-20", "D-MIXED", whole(notes=(business_terms.Note("B2X", "BAR"),))),
        ("BR-FR-21", "D-MIXED", buyer(electronic_address=business_terms.Identifier("732829320", "0225"))),
        ("BR-FR-23", "D-MIXED", seller(electronic_address=business_terms.Identifier("732829320/X", "0225"))),
        ("BR-FR-25", "D-MIXED", seller(electronic_address=business_terms.Identifier("9" * 126, "0225"))),
        ("BR-FR-31", "D-MIXED", notes("BAR", 2)),
        ("BR-FR-CO-04", "D-CORRECTED", whole(preceding=())),
        ("BR-FR-CO-05", "D-CREDIT", whole(preceding=(business_terms.PrecedingInvoice("F1"),))),
        ("BR-FR-CO-07", "D-MIXED", whole(due=date(2026, 9, 14))),
        ("BR-FR-CO-08", "D-DEPOSIT", whole(process="B4")),
        ("BR-FR-CO-09", "D-PAID", total(paid=D(0), due=D("9.99"))),
        ("BR-FR-CO-12", "D-POUNDS", whole(tax_currency="")),
        ("BR-FR-DEC-01", "D-MIXED", line(price=D("12345678901234567890"))),
        ("early-date", "D-MIXED", line(start=date(999, 12, 31))),
        ("BR-FR-DEC-02", "D-REVERSE", line(quantity=D("0.33333"))),
        ("BR-FR-DEC-03", "D-MIXED", line(price=D("98.0000001"))),
        ("deposits", "D-MIXED", whole(process="M4")),
    ],
)
def test_what_is_wrong_is_found(rule: str, number: str, change: Change) -> None:
    before = e_invoice(number)
    assert rule not in rules(before)
    assert rule in rules(change(before))


def test_a_vat_id_alone_identifies_the_seller() -> None:
    """EN 16931, BR-CO-26: an identifier, a registration or a VAT id."""
    known = unknown_seller(e_invoice("D-MIXED"))
    assert "BR-CO-26" not in rules(seller(vat_identifier="FR44732829320")(known))


def test_a_price_for_several_is_told_as_one() -> None:
    (problem,) = checks.check_business_terms(line(price_base_quantity=D(10))(e_invoice("D-DEBITS")))
    assert problem.message == "the net is 100.00, but 1 × 100.00 ÷ 10 with its allowances and charges makes 10.00"


def test_roundings_that_the_law_allows_are_no_fault() -> None:
    assert rules(vat(amount=D("20.01"))(e_invoice("D-DEBITS"))) == {"BR-CO-14"}


def test_french_rules_are_for_french_sellers_from_their_day_on() -> None:
    wrong = whole(number="F2026.1")(e_invoice("D-MIXED"))
    assert "BR-FR-02" in rules(wrong)
    assert "BR-FR-02" not in rules(wrong._replace(issued=date(2026, 8, 31)))
    abroad = wrong.seller._replace(address=wrong.seller.address._replace(country="BE"))
    assert "BR-FR-02" not in rules(wrong._replace(seller=abroad))


@pytest.mark.parametrize(
    ("rule", "number", "change"),
    [
        ("PEPPOL-EN16931-R003", "D-MIXED", whole(purchase_order="")),
        ("PEPPOL-EN16931-R010", "D-MIXED", buyer(electronic_address=None)),
        ("PEPPOL-EN16931-R020", "D-MIXED", seller(electronic_address=None)),
        ("PEPPOL-EN16931-CL008", "D-MIXED", buyer(electronic_address=business_terms.Identifier("a@b.example", "EM"))),
        ("PEPPOL-EN16931-P0100", "D-MIXED", whole(type_code="384")),
    ],
)
def test_what_peppol_asks_for(rule: str, number: str, change: Change) -> None:
    assert check_peppol(e_invoice(number)) == ()
    assert [problem.rule for problem in check_peppol(change(e_invoice(number)))] == [rule]


def abroad(country: str, vat_id: str, registration: business_terms.Identifier | None = None) -> business_terms.EInvoice:
    """The invoice of D-MIXED, as a seller and a buyer in another country would write it."""
    invoice = e_invoice("D-MIXED")
    seller = invoice.seller._replace(
        address=invoice.seller.address._replace(country=country),
        vat_identifier=vat_id,
        legal_registration=registration,
        tax_registration="",
    )
    home = invoice.buyer._replace(
        address=invoice.buyer.address._replace(country=country),
        legal_registration=registration,
    )
    return invoice._replace(seller=seller, buyer=home)


KVK = business_terms.Identifier("12345678", "0106")
NOWHERE = business_terms.PostalAddress((), "Delft", "", "NL")


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("NL-R-001", whole(type_code="381", preceding=())),
        ("NL-R-002", seller(address=NOWHERE)),
        ("NL-R-003", seller(legal_registration=business_terms.Identifier("12345678"))),
        ("NL-R-004", buyer(address=NOWHERE)),
        ("NL-R-005", buyer(legal_registration=business_terms.Identifier("12345678", "0208"))),
        ("NL-R-007", whole(payment=None)),
    ],
)
def test_what_peppol_asks_of_sellers_in_the_netherlands(rule: str, change: Change) -> None:
    good = abroad("NL", "NL004495445B01", KVK)
    assert check_peppol(good) == ()
    assert [problem.rule for problem in check_peppol(change(good))] == [rule]
    changed = change(good)
    elsewhere = changed.seller._replace(address=changed.seller.address._replace(country="LU"))
    assert check_peppol(changed._replace(seller=elsewhere)) == ()


def test_peppol_asks_nothing_more_of_a_dutch_firm_s_buyer_abroad_nor_of_a_named_credit() -> None:
    good = abroad("NL", "NL004495445B01", KVK)
    note = whole(type_code="381", preceding=(business_terms.PrecedingInvoice("F1"),))(good)
    assert check_peppol(note) == ()
    away = business_terms.PostalAddress((), "Namur", "", "BE")
    assert (
        check_peppol(buyer(address=away, legal_registration=business_terms.Identifier("0428759596", "0208"))(good))
        == ()
    )


@pytest.mark.parametrize(("due", "asked"), [("0.01", True), ("1.00", True), ("0.00", False), ("-5.00", False)])
def test_a_dutch_seller_says_where_to_pay_what_is_due(due: str, asked: bool) -> None:
    unpaid = total(due=D(due))(whole(payment=None)(abroad("NL", "NL004495445B01", KVK)))
    assert [problem.rule for problem in check_peppol(unpaid)] == (["NL-R-007"] if asked else [])


@pytest.mark.parametrize(
    ("rules", "change"),
    [
        ({"IT-R-001"}, seller(tax_registration="0074311015")),
        ({"IT-R-001"}, seller(tax_registration="00743110157-IT")),
        ({"IT-R-002"}, seller(address=business_terms.PostalAddress((), "Lucca", "55100", "IT"))),
        ({"IT-R-003"}, seller(address=business_terms.PostalAddress(("Via dei Fossi 22",), "", "55100", "IT"))),
        (set(), seller(tax_registration="00743110157")),
        (set(), seller(tax_registration="RSSMRA80A01H501U")),
        (set(), seller(address=business_terms.PostalAddress(("Via dei Fossi 22",), "Lucca", "", "IT"))),
    ],
)
def test_what_peppol_asks_of_sellers_in_italy(rules: set[str], change: Change) -> None:
    good = abroad("IT", "IT00743110157")
    assert check_peppol(good) == ()
    assert {problem.rule for problem in check_peppol(change(good))} == rules


def test_an_italian_seller_is_known_by_its_vat_id() -> None:
    """A seller registered in another state keeps the rules of Peppol for that state."""
    registered = seller(vat_identifier="FR44732829320", tax_registration="1")(abroad("IT", "IT00743110157"))
    assert check_peppol(registered) == ()
    assert [problem.rule for problem in check_peppol(seller(vat_identifier="")(registered))] == ["IT-R-001"]
