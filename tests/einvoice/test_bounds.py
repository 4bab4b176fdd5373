"""How far a figure may go before our own checks speak, and what they leave to others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.einvoice import business_terms, checks, lines_and_totals
from beancount_invoicing.einvoice.checks_pdf import PdfClaims, check_pdf
from beancount_invoicing.einvoice.checks_peppol import check_peppol
from beancount_invoicing.einvoice.profiles import EN16931_SPECIFICATION, Profile, profile
from beancount_invoicing.einvoice.texts import without_control_characters
from beancount_invoicing.model import Adjustment, Line, Source, Tax
from tests.einvoice.documents import e_invoice
from tests.einvoice.test_checks import Change, buyer, line, seller, total, vat, whole

D = Decimal
EXTENDED = EN16931_SPECIFICATION + "#conformant#urn:factur-x.eu:1p0:extended"
BASIC_WL = "urn:factur-x.eu:1p0:basicwl"
MINIMUM = "urn:factur-x.eu:1p0:minimum"
PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"


def charge(amount: str) -> business_terms.AllowanceCharge:
    """A charge on a line."""
    return business_terms.AllowanceCharge(charge=True, amount=D(amount), reason="Packing")


def told(number: str, *changes: Change) -> list[tuple[str, str, bool]]:
    """Rule, term and whether it only warns."""
    invoice = e_invoice(number)
    for change in changes:
        invoice = change(invoice)
    return [(problem.rule, problem.location, problem.warning) for problem in checks.check_business_terms(invoice)]


@pytest.mark.parametrize(
    ("number", "changes", "expected"),
    [
        # Peppol allows a line 0.02, the norm nothing
        ("D-DEBITS", [whole(specification=PEPPOL), line(price=D("100.02"))], []),
        ("D-DEBITS", [whole(specification=PEPPOL), line(price=D("99.98"))], []),
        ("D-DEBITS", [whole(specification=PEPPOL), line(price=D("100.03"))], ["PEPPOL-EN16931-R120"]),
        ("D-DEBITS", [whole(specification=PEPPOL), line(price=D("99.97"))], ["PEPPOL-EN16931-R120"]),
        ("D-DEBITS", [line(price=D("100.01"))], ["line-net"]),
        ("D-DEBITS", [line(price=D("100.004"))], []),
        ("D-DEBITS", [line(price=D("1000"), price_base_quantity=D(10))], []),
        # a charge on a line is part of its net, and its figure is as bounded as that of an allowance
        ("D-DEBITS", [line(price=D("90.00"), adjustments=(charge("10.00"),))], []),
        ("D-DEBITS", [line(price=D("110.00"), adjustments=(charge("10.00"),))], ["line-net"]),
        (
            "D-DEBITS",
            [line(adjustments=(charge("1" + 17 * "0" + ".00"), charge("0.00")))],
            ["BR-FR-DEC-01", "line-net"],
        ),
        # EXTENDED allows a cent for each amount
        ("D-DEBITS", [whole(specification=EXTENDED), total(lines=D("100.01"))], []),
        ("D-DEBITS", [whole(specification=EXTENDED), total(lines=D("100.02"))], ["BR-FXEXT-CO-10", "BR-FXEXT-CO-13"]),
        ("D-DEBITS", [whole(specification=EXTENDED), total(gross=D("120.01"))], []),
        ("D-DEBITS", [whole(specification=EXTENDED), total(gross=D("120.02"))], ["BR-FXEXT-CO-15"]),
        ("D-DEBITS", [whole(specification=EXTENDED), vat(base=D("100.01"))], []),
        ("D-DEBITS", [whole(specification=EXTENDED), vat(base=D("100.02"))], ["BR-S-08"]),
        ("D-DEBITS", [total(lines=D("100.01"))], ["BR-CO-10", "BR-CO-13"]),
        ("D-DEBITS", [total(net=D("100.01"))], ["BR-CO-13", "BR-CO-15"]),
        ("D-DEBITS", [total(allowances=D("0.01"))], ["BR-CO-11", "BR-CO-13"]),
        ("D-DEBITS", [total(charges=D("0.01"))], ["BR-CO-12", "BR-CO-13"]),
        ("D-DEBITS", [total(due=D("120.01"))], ["BR-CO-16"]),
        ("D-DEBITS", [total(paid=D("0.01"))], ["BR-CO-16"]),
        ("D-DEBITS", [total(rounding=D("0.01"))], ["BR-CO-16"]),
        ("D-DEBITS", [whole(specification=EXTENDED), total(due=D("120.01"))], []),
        ("D-DEBITS", [whole(specification=XRECHNUNG), total(due=D("120.01"))], ["BR-CO-16"]),
        # VAT as far as lawful roundings reach: a cent of one line
        ("D-DEBITS", [vat(amount=D("19.99")), total(vat=D("19.99"), gross=D("119.99"), due=D("119.99"))], []),
        ("D-DEBITS", [vat(amount=D("19.98")), total(vat=D("19.98"), gross=D("119.98"), due=D("119.98"))], ["BR-CO-17"]),
        ("D-DEBITS", [vat(amount=D("20.01")), total(vat=D("20.01"), gross=D("120.01"), due=D("120.01"))], []),
        # the small profiles have no lines
        ("D-DEBITS", [whole(specification=BASIC_WL, lines=())], []),
        ("D-DEBITS", [whole(specification=BASIC_WL, lines=()), vat(base=D("90.00"))], ["BR-CO-17"]),
        ("D-DEBITS", [whole(specification=BASIC_WL, lines=(), breakdown=())], ["BR-CO-18"]),
        ("D-DEBITS", [whole(specification=MINIMUM, lines=(), breakdown=()), total(lines=None)], []),
        (
            "D-DEBITS",
            [whole(specification=MINIMUM, lines=(), breakdown=(), due=None, payment_terms=""), total(lines=None)],
            [],
        ),
        ("D-DEBITS", [whole(specification=BASIC_WL, lines=()), total(lines=None)], ["BR-12"]),
        # what is due is said, unless nothing is, or it is a credit note
        ("D-DEBITS", [whole(due=None)], []),
        ("D-DEBITS", [whole(payment_terms="")], []),
        ("D-DEBITS", [whole(due=None, payment_terms=""), total(paid=D("120"), due=D(0))], []),
        ("D-DEBITS", [whole(payment=business_terms.PaymentInstructions("97"))], []),
        ("D-DEBITS", [whole(payment=business_terms.PaymentInstructions("58"))], ["BR-61"]),
        (
            "D-DEBITS",
            [whole(payment=business_terms.PaymentInstructions("58", account="12345"))],
            [],
        ),  # no IBAN: no check digits
        # periods
        ("D-DEBITS", [whole(start=date(2026, 9, 1), end=date(2026, 9, 1))], []),
        ("D-DEBITS", [whole(start=date(2026, 9, 1))], []),
        ("D-DEBITS", [line(start=date(2026, 9, 1), end=date(2026, 9, 1))], []),
        ("D-DEBITS", [line(start=date(1000, 1, 1))], []),
        ("D-DEBITS", [line(end=date(999, 1, 1))], ["early-date"]),
        ("D-DEBITS", [line(start=date(2026, 9, 2), end=date(2026, 9, 1))], ["BR-30"]),
        # codes and identifiers
        ("D-DEBITS", [line(unit="")], []),
        ("D-DEBITS", [buyer(vat_identifier="EL123456783")], []),
        ("D-DEBITS", [buyer(vat_identifier="")], []),
        ("D-DEBITS", [buyer(identifiers=(business_terms.Identifier("1", "0009"),))], ["siret"]),
        ("D-DEBITS", [buyer(identifiers=(business_terms.Identifier("1", "0088"),))], []),
        ("D-DEBITS", [whole(tax_representative="FR11123456783")], ["vat-id"]),
        ("D-EXEMPT", [vat(reason_code="vatex-eu-132")], []),  # in either case
        ("D-EXEMPT", [vat(reason="", reason_code="VATEX-EU-132")], []),
        ("D-EXEMPT", [vat(reason="why", reason_code="")], []),
        ("D-EXEMPT", [line(rate=D(5))], ["BR-E-05"]),
        ("D-EXEMPT", [vat(rate=D(5))], ["BR-CO-17", "BR-FR-16", "vat-rate"]),
        ("D-DEBITS", [vat(reason="why"), whole(specification=EXTENDED)], []),
        ("D-DEBITS", [seller(vat_identifier="", tax_registration="732829320")], []),
        ("D-DEBITS", [seller(vat_identifier=""), whole(tax_representative="FR44732829320")], []),
        ("D-INTRA", [seller(vat_identifier="", tax_registration="732829320")], ["BR-IC-02"]),
        (
            "D-INTRA",
            [
                whole(
                    delivery=business_terms.Delivery(None, "", business_terms.PostalAddress(country="DE")),
                    start=date(2026, 9, 1),
                )
            ],
            [],
        ),
        (
            "D-INTRA",
            [
                whole(
                    delivery=business_terms.Delivery(None, "", business_terms.PostalAddress(country="DE")),
                    end=date(2026, 9, 1),
                )
            ],
            [],
        ),
        ("D-REVERSE", [buyer(vat_identifier="", legal_registration=business_terms.Identifier("HRB 1"))], []),
        ("D-OUTSIDE", [vat(rate=D(0))], []),
        ("D-OUTSIDE", [line(rate=D(20))], ["BR-O-05"]),
        ("D-OUTSIDE", [buyer(vat_identifier="FR11123456782")], ["BR-O-02"]),
        ("D-POUNDS", [whole(tax_currency="GBP", specification=PEPPOL), total(vat_in_tax_currency=None)], []),
        # France
        ("D-DEBITS", [whole(number="F" * 35)], []),
        ("D-DEBITS", [whole(due=date(2099, 12, 31))], []),
        ("D-DEBITS", [whole(delivery=business_terms.Delivery(date(1999, 12, 31)))], ["BR-FR-03"]),
        ("D-DEBITS", [whole(delivery=business_terms.Delivery(date(2000, 1, 1)))], []),
        ("D-DEBITS", [seller(electronic_address=business_terms.Identifier("9" * 125, "0225"))], []),
        ("D-DEBITS", [seller(electronic_address=business_terms.Identifier("a/b", "0088"))], []),
        ("D-DEBITS", [seller(legal_registration=business_terms.Identifier("732829320", "0088"))], ["BR-FR-10"]),
        ("D-MIXED", [buyer(electronic_address=business_terms.Identifier("123456782_X", "0225"))], []),
        ("D-DEBITS", [buyer(electronic_address=business_terms.Identifier("123456782", "0088"))], ["BR-FR-21"]),
        (
            "D-CORRECTED",
            [
                whole(
                    preceding=(
                        business_terms.PrecedingInvoice("A", date(2026, 9, 1)),
                        business_terms.PrecedingInvoice("B", date(2026, 9, 1)),
                    )
                )
            ],
            ["BR-FR-CO-04"],
        ),
        ("D-PAID", [whole(due=None)], ["BR-FR-CO-09"]),
        ("D-FINAL", [whole(preceding=())], ["deposits"]),
    ],
)
def test_how_far_a_figure_may_go(number: str, changes: list[Change], expected: list[str]) -> None:
    assert sorted({rule for rule, _term, _warning in told(number, *changes)}) == sorted(expected)


def test_what_is_ours_warns_and_what_is_the_norms_fails() -> None:
    assert told("D-DEBITS", line(price=D("100.01"))) == [("line-net", "line 1, BT-131", True)]
    assert told("D-DEBITS", whole(specification=PEPPOL), line(price=D(90))) == [
        ("PEPPOL-EN16931-R120", "line 1, BT-131", False)
    ]
    assert told("D-DEBITS", vat(rate=D(0)))[-1] == ("vat-rate", "BG-23 S, BT-119", True)
    assert told("D-OUTSIDE", line(rate=D(0))) == [("BR-O-05", "line 1, BT-152", False)]
    assert told("D-DEBITS", line(start=date(999, 12, 31))) == [("early-date", "line 1, BT-134", True)]
    twice = told("D-DEBITS", lambda invoice: invoice._replace(breakdown=invoice.breakdown * 2))
    assert ("breakdown-twice", "BG-23 S 20", True) in twice
    assert ("BR-S-08", "BG-23 S 20, BT-116", False) in twice


@pytest.mark.parametrize(
    ("specification", "expected"),
    [
        ("", Profile("EN 16931")),
        (EN16931_SPECIFICATION, Profile("EN 16931")),
        (PEPPOL, Profile("Peppol BIS 3", family="peppol")),
        (XRECHNUNG, Profile("XRechnung 3.0", family="xrechnung")),
        (
            XRECHNUNG + "#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0",
            Profile("XRechnung 3.0 Extension", family="xrechnung", is_extension=True),
        ),
        (
            XRECHNUNG + "#compliant#urn:xeinkauf.de:kosit:xrechnung:cvd_1.0",
            Profile("XRechnung 3.0 CVD", family="xrechnung"),
        ),
        (MINIMUM, Profile("Factur-X MINIMUM", "minimum")),
        (EXTENDED, Profile("Factur-X EXTENDED", "extended", is_extension=True)),
        ("urn:x#conformant#y", Profile("urn:x#conformant#y", family="other", is_extension=True)),
        ("urn:x#compliant#y", Profile("urn:x#compliant#y", family="other")),
    ],
)
def test_profiles(specification: str, expected: Profile) -> None:
    found = profile(specification)
    assert found == expected
    assert found.has_lines is (found.level not in {"minimum", "basicwl"})


GOOD = PdfClaims(
    metadata=True,
    part="3",
    fields={
        "DocumentType": "INVOICE",
        "DocumentFileName": "factur-x.xml",
        "Version": "1.0",
        "ConformanceLevel": "EN 16931",
    },
    file="factur-x.xml",
    relationship="/Alternative",
    is_associated_file=True,
    has_identifier=True,
)


@pytest.mark.parametrize(
    ("changes", "specification", "expected"),
    [
        ({}, EN16931_SPECIFICATION, []),
        ({"has_identifier": False}, EN16931_SPECIFICATION, [("pdf-id", False)]),
        ({"metadata": False}, EN16931_SPECIFICATION, [("xmp", False)]),
        ({"part": ""}, EN16931_SPECIFICATION, [("pdfa-3", False)]),
        ({"part": "2"}, EN16931_SPECIFICATION, [("pdfa-3", False)]),
        ({"part": "4"}, EN16931_SPECIFICATION, [("pdfa-3", True)]),
        ({"is_associated_file": False}, EN16931_SPECIFICATION, [("associated-file", False)]),
        ({"relationship": ""}, EN16931_SPECIFICATION, [("relationship", False)]),
        ({"relationship": "/Odd"}, EN16931_SPECIFICATION, [("relationship", True)]),
        ({"relationship": "/Data"}, EN16931_SPECIFICATION, []),
        ({"fields": {**GOOD.fields, "DocumentType": "ORDER"}}, EN16931_SPECIFICATION, [("xmp-DocumentType", False)]),
        ({"fields": {**GOOD.fields, "Version": "9"}}, EN16931_SPECIFICATION, [("xmp-Version", False)]),
        ({"fields": {**GOOD.fields, "ConformanceLevel": "MINIMUM"}, "relationship": "/Data"}, MINIMUM, []),
        ({"fields": {**GOOD.fields, "ConformanceLevel": "MINIMUM"}}, MINIMUM, [("relationship", True)]),
    ],
)
def test_what_a_pdf_says_of_itself(
    changes: dict[str, object], specification: str, expected: list[tuple[str, bool]]
) -> None:
    claims = replace(GOOD, **changes)  # type: ignore[arg-type] # fields by their names
    assert [(problem.rule, problem.warning) for problem in check_pdf(claims, profile(specification))] == expected


def test_each_field_that_the_metadata_lack() -> None:
    for name in GOOD.fields:
        claims = replace(GOOD, fields={key: value for key, value in GOOD.fields.items() if key != name})
        assert [problem.rule for problem in check_pdf(claims, profile(EN16931_SPECIFICATION))] == [f"xmp-{name}"]


RATED = Tax("FR20", "TVA", "Liabilities:VAT", Source("x", 1), rate=D(20))


def sold(net: str, **said: object) -> business_terms.InvoiceLine:
    one = Line("Work", D(net), "Income:Services", Source("x", 1), D(net), "EUR", **said)  # type: ignore[arg-type] # fields by their names
    return lines_and_totals.invoice_line(one, 1, 1, RATED, "EUR", "en")


@pytest.mark.parametrize(
    ("net", "said", "expected"),
    [
        ("100.00", {}, (D(1), D("100.00"), [])),
        ("-100.00", {}, (D(-1), D("100.00"), [])),
        ("100.00", {"quantity": D(2), "price": D("50.00")}, (D(2), D("50.00"), [])),
        ("-100.00", {"quantity": D(2), "price": D("-50.00")}, (D(-2), D("50.00"), [])),
        ("100.00", {"quantity": D(0), "price": D("50.00")}, (D(1), D("100.00"), [])),
        (
            "90.00",
            {"quantity": D(1), "price": D("100.00"), "discount": D(10)},
            (D(1), D("100.00"), [(False, D("10.00"), D(10))]),
        ),
        (
            "90.01",
            {"quantity": D(1), "price": D("100.00"), "discount": D(10)},
            (D(1), D("100.00"), [(False, D("9.99"), D(10))]),
        ),
        (
            "90.02",
            {"quantity": D(1), "price": D("100.00"), "discount": D(10)},
            (D(1), D("100.00"), [(False, D("9.98"), None)]),
        ),
        ("100.01", {"quantity": D(1), "price": D("100.00")}, (D(1), D("100.00"), [(True, D("0.01"), None)])),
        ("100.00", {"quantity": D(2), "price_with_tax": D("60.00")}, (D(2), D("50.00"), [])),
        ("-100.00", {"quantity": D(-2), "price_with_tax": D("60.00")}, (D(-2), D("50.00"), [])),
        (
            "90.00",
            {"quantity": D(2), "price_with_tax": D("60.00"), "discount": D(10)},
            (D(2), D("50.000000"), [(False, D("10.00"), D(10))]),
        ),
        ("10.00", {"quantity": D(3), "price_with_tax": D("4.00")}, (D(3), D("3.333333"), [])),
    ],
)
def test_a_lines_price_is_never_negative_and_its_net_is_the_ledgers(
    net: str, said: dict[str, object], expected: tuple[Decimal, Decimal, list[tuple[bool, Decimal, Decimal | None]]]
) -> None:
    found = sold(net, **said)
    assert (
        found.quantity,
        found.price,
        [(adjustment.charge, adjustment.amount, adjustment.percent) for adjustment in found.adjustments],
    ) == expected
    assert found.net == D(net)


def test_what_a_line_says() -> None:
    found = sold("5.00", unit="hour", item="DEV")
    assert (found.unit, found.description, found.seller_item) == ("HUR", "", "DEV")
    assert (sold("5.00", unit="ream").unit, sold("5.00", unit="ream").description) == ("C62", "ream")
    (discount,) = sold("90.00", quantity=D(1), price=D("100.00"), discount=D(10)).adjustments
    assert (discount.reason, discount.base) == ("Discount", D("100.00"))
    (left,) = sold("99.99", quantity=D(1), price=D("100.00")).adjustments
    assert (left.reason, left.base, left.charge) == ("Rounding", None, False)


@pytest.mark.parametrize(
    ("net", "charge", "sign", "expected"),
    [
        ("-10.00", False, 1, (False, D("10.00"))),
        ("10.00", True, 1, (True, D("10.00"))),
        ("10.00", False, 1, (True, D("10.00"))),  # against its own direction
        ("10.00", False, -1, (False, D("10.00"))),
        ("0.00", False, 1, (False, D(0))),
        ("0.00", True, 1, (True, D(0))),
    ],
)
def test_an_allowance_against_its_direction_is_a_charge(
    net: str, charge: bool, sign: int, expected: tuple[bool, Decimal]
) -> None:
    adjustment = Adjustment("Why", D(net), charge, "Income:Discounts", Source("x", 1), "FR20")
    found = lines_and_totals.allowance_or_charge(adjustment, sign, RATED, "en")
    assert (found.charge, found.amount) == expected
    assert (found.category, found.rate) == ("S", D(20))


def test_small_figures() -> None:
    assert [lines_and_totals.significant_decimals(D(one)) for one in ("1", "1.50", "1.505", "100", "1E+2", "0.00")] == [
        0,
        1,
        3,
        0,
        0,
        0,
    ]
    assert without_control_characters(" a\x00b\nc ") == "ab\nc"
    assert without_control_characters("Hours\tin March\x0c\x7f,\u00a030\u202f€") == "Hours in March,\u00a030\u202f€"
    assert check_peppol(line(price=D("98.01"))(e_invoice("D-MIXED"))) != ()
