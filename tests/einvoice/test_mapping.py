"""What a ledger says, in the business terms of EN 16931."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader

from beancount_invoicing.einvoice import business_terms, codes, mapping, texts, units
from beancount_invoicing.einvoice.checks import check_business_terms
from beancount_invoicing.einvoice.units import unit_code
from beancount_invoicing.entries import read_book
from tests.einvoice.documents import NUMBERS, TEXT, book, e_invoice, reasons

D = Decimal

FRANCHISE = """
2026-01-01 custom "invoice-tax" "FRANCHISE" "Franchise en base"
  category: "E"
  rate: 0
  reason: "VATEX-FR-FRANCHISE"
2026-10-01 custom "invoice-seller" "Atelier Test"
  vat-id: ""
"""


def invoice(number: str, account: str, line: str, more: str = "", day: str = "2026-10-05") -> str:
    """A document of one line of 100 and no tax posting."""
    return f"""
{day} * "One" ^{number.replace(".", "-")}
  invoice: "{number}"
{more}  {account}  100.00 EUR
  Income:Services  -100.00 EUR
    text: "Conseil"
{line}"""


@pytest.mark.parametrize(
    ("number", "kind", "process"),
    [
        ("D-MIXED", "380", "M1"),
        ("D-DEPOSIT", "386", "B1"),
        ("D-FINAL", "380", "B4"),
        ("D-PAID", "380", "B2"),
        ("D-GROSS", "380", "B1"),
        ("D-DEBITS", "380", "S1"),
        ("D-CREDIT", "381", "S2"),
        ("D-CORRECTED", "384", "S1"),
    ],
)
def test_type_and_process_follow_from_what_is_sold_and_paid(number: str, kind: str, process: str) -> None:
    found = e_invoice(number)
    assert (found.type_code, found.process) == (kind, process)


def test_a_line_says_quantity_price_and_what_the_discount_takes_off() -> None:
    work, sensor, leaflet = e_invoice("D-MIXED").lines
    assert (work.name, work.description) == ("Atelier de cadrage", "Deux demi-journées & un rapport")
    assert (work.quantity, work.unit, work.price, work.net) == (D("6.5"), "HUR", D("98.00"), D("637.00"))
    assert (work.start, work.end) == (date(2026, 9, 1), date(2026, 9, 15))
    assert sensor.adjustments == (business_terms.AllowanceCharge(False, D("38.70"), "Remise", D("387.00"), D(10)),)
    assert (leaflet.unit, leaflet.description) == ("C62", "rame")  # no code for a ream is known here: the word stays


def test_allowances_and_charges_on_the_document_carry_their_vat() -> None:
    allowance, charge = e_invoice("D-MIXED").adjustments
    assert (allowance.charge, allowance.amount, allowance.category, allowance.rate) == (False, D("30.00"), "S", D(20))
    assert (charge.charge, charge.amount, charge.rate) == (True, D("1.70"), D(10))


def test_an_allowance_without_a_reason_is_a_discount() -> None:
    without = TEXT.replace("Remise de lancement", "").replace('"Port"', '""')
    entries, _errors, options = loader.load_string(without)
    known = read_book(entries, options)
    one = known.invoice("D-MIXED")
    assert one is not None
    assert [adjustment.reason for adjustment in mapping.e_invoice(known, one, D(0), "fr").adjustments] == [
        "Remise",
        "Frais",
    ]


def test_tax_codes_of_one_category_and_rate_are_one_breakdown() -> None:
    found = {(vat.category, vat.rate): (vat.base, vat.amount) for vat in e_invoice("D-MIXED").breakdown}
    assert found == {("S", D(20)): (D("955.30"), D("191.06")), ("S", D(10)): (D("51.70"), D("5.17"))}


def test_deposits_are_paid_amounts_and_preceding_invoices() -> None:
    found = e_invoice("D-FINAL")
    assert (found.totals.gross, found.totals.paid, found.totals.due) == (D("3600.00"), D("1200.00"), D("2400.00"))
    assert found.preceding == (business_terms.PrecedingInvoice("D-DEPOSIT", date(2026, 9, 16)),)


def test_deposits_and_credit_notes_say_no_day_of_supply_but_where_to() -> None:
    for number in ("D-DEPOSIT", "D-CREDIT"):
        delivery = e_invoice(number).delivery
        assert delivery.date is None
        assert delivery.address
        assert delivery.address.country == "FR"
    assert e_invoice("D-FINAL").delivery.date


def test_a_credit_note_on_a_supply_to_another_member_state_says_a_day() -> None:
    """BR-IC-11."""
    sold = invoice("X1", "Assets:Receivable:Kiefer", '    tax: "INTRA"\n    nature: "goods"\n')
    back = sold.replace("X1", "X2").replace("Kiefer  100", "Kiefer  -100").replace("Services  -100", "Services  100")
    back = back.replace('invoice: "X2"', 'invoice: "X2"\n  corrects: "X1"')
    assert e_invoice("X2", sold + back).delivery.date == date(2026, 10, 5)


def test_instalments_stand_in_the_terms() -> None:
    found = e_invoice("D-FINAL")
    assert found.due is None
    assert found.payment_terms.splitlines()[2:] == ["720.00 EUR au 17/09/2026", "1680.00 EUR au 16/11/2026"]


def test_what_was_paid_at_once_is_due_no_more() -> None:
    found = e_invoice("D-PAID")
    assert (found.totals.paid, found.totals.due, found.due, found.payment) == (D("9.99"), D(0), date(2026, 9, 18), None)
    part = e_invoice("D-GROSS").totals
    assert (part.gross, part.paid, part.due) == (D("49.93"), D("20.00"), D("29.93"))


def test_a_price_that_includes_tax_meets_the_net() -> None:
    (line,) = e_invoice("D-GROSS").lines
    assert (line.quantity, line.price, line.net) == (D(7), D("5.944286"), D("41.61"))
    assert not line.adjustments


def test_a_credit_note_turns_the_signs_round_and_names_what_it_takes_back() -> None:
    found = e_invoice("D-CREDIT")
    assert (found.lines[0].quantity, found.lines[0].net, found.totals.gross) == (D(1), D("10.00"), D("12.00"))
    assert [invoice.number for invoice in found.preceding] == ["D-DEBITS", "D-CORRECTED"]


def test_no_price_is_negative() -> None:
    pump, old = e_invoice("D-RETURN").lines
    assert (old.quantity, old.price, old.net) == (D(-1), D(30), D("-30.00"))
    assert pump.price == 100


def test_vat_in_another_currency_is_said_in_euros_too() -> None:
    assert e_invoice("D-POUNDS").totals.vat_in_tax_currency == D("0.00")
    with_vat = e_invoice("D-POUNDS-VAT")
    assert (with_vat.tax_currency, with_vat.totals.vat, with_vat.totals.vat_in_tax_currency) == (
        "EUR",
        D(20),
        D("23.00"),
    )


def test_a_tax_withheld_stands_outside_the_vat() -> None:
    found = e_invoice("D-HELD")
    assert [(vat.category, vat.amount) for vat in found.breakdown] == [("S", D("200.00"))]
    assert (found.totals.gross, found.totals.paid, found.totals.due) == (D("1200.00"), D("150.00"), D("1050.00"))
    assert "À déduire du paiement : Retenue de 15 %, 150.00 EUR" in [note.text for note in found.notes]


def test_parties_by_their_identifiers() -> None:
    found = e_invoice("D-MIXED")
    assert found.seller.legal_registration == business_terms.Identifier("732829320", "0002")
    assert found.seller.identifiers == (business_terms.Identifier("73282932000074", "0009"),)
    assert found.seller.address.lines == ("1 rue du Test", "Bâtiment B", "Porte 3, BP 7")
    assert found.buyer.electronic_address == business_terms.Identifier("123456782_COMPTA", "0225")
    assert found.delivery.address
    assert found.delivery.address.city == "Saint-Nazaire"


def test_payment_by_transfer() -> None:
    payment = e_invoice("D-MIXED").payment
    assert payment
    assert (payment.means, payment.account, payment.remittance) == ("58", "FR7630006000011234567890189", "D-MIXED")
    assert e_invoice("D-POUNDS").payment.means == "30"  # type: ignore[union-attr] # it has one, or the test fails
    option = '2026-01-01 custom "invoice-option" "payment-reference" "iso11649"\n'
    assert e_invoice("D-MIXED", option).payment.remittance == "RF44DMIXED"  # type: ignore[union-attr] # it has one, or the test fails


@pytest.mark.parametrize(
    ("number", "scope"), [("D-MIXED", "B2B"), ("D-DEBITS", "B2B"), ("D-PAID", "B2C"), ("D-REVERSE", "B2BINT")]
)
def test_french_notes_stand_once_each(number: str, scope: str) -> None:
    notes = {note.subject: note.text for note in e_invoice(number).notes if note.subject}
    assert notes["BAR"] == scope
    assert {"PMT", "PMD", "AAB"} <= notes.keys()
    assert ("consommateur" in notes["PMT"] or "professionnel" in notes["PMT"]) == (scope == "B2C")


def test_terms_of_late_payment_are_those_of_the_ledger() -> None:
    notes = {note.subject: note.text for note in e_invoice("D-MIXED").notes}
    assert "majoré de 10\u00a0points" in notes["PMD"]
    assert notes["AAB"] == "2\u00a0% sous 7 jours"
    assert "majoré de 8\u00a0points" in {note.subject: note.text for note in e_invoice("D-DEBITS").notes}["PMD"]


@pytest.mark.parametrize(("language", "rate"), [("fr", "12,5"), ("de", "12,5"), ("en", "12.5")])
def test_the_rate_of_the_contract_is_written_as_the_language_does(language: str, rate: str) -> None:
    option = '2026-02-01 custom "invoice-option" "late-interest" "12.5"\n'
    notes = {note.subject: note.text for note in e_invoice("D-MIXED", option, language).notes}
    assert rate in notes["PMD"]


def test_when_the_vat_is_owed() -> None:
    assert e_invoice("D-MIXED").vat_point == ""  # some of it once paid, some not
    debits = e_invoice("D-DEBITS")
    assert (debits.vat_point, [note.text for note in debits.notes if note.subject == "TXD"]) == (
        "",
        ["Option pour le paiement de la taxe d’après les débits."],
    )
    paid = invoice(
        "X1", "Assets:Receivable:Town", '    tax: "FR20E"\n  Liabilities:VAT:Pending  -20 EUR\n    tax: "FR20E"\n'
    )
    assert e_invoice("X1", paid.replace("Town  100", "Town  120")).vat_point == "payment"


def test_a_small_business_without_vat_id_gives_its_siren() -> None:
    line = '    tax: "FRANCHISE"\n    nature: "services"\n'
    found = e_invoice("X1", FRANCHISE + invoice("X1", "Assets:Receivable:Town", line))
    assert (found.seller.vat_identifier, found.seller.tax_registration) == ("", "732829320")
    assert (found.breakdown[0].reason_code, found.breakdown[0].reason) == (
        "VATEX-FR-FRANCHISE",
        "TVA non applicable, art. 293 B du CGI.",
    )


def test_outside_vat_the_seller_has_no_vat_id_whatever_stands_beside_it() -> None:
    """BR-O-02: one line outside VAT is enough; a document of others keeps it."""
    line = '    tax: "{}"\n    nature: "services"\n'
    outside, free = line.format("OUTSIDE"), line.format("ZERO")
    both = invoice("X1", "Assets:Receivable:Town", outside).replace("Town  100", "Town  200")
    both += f'  Income:Services  -100.00 EUR\n    text: "Conseil"\n{free}'
    assert e_invoice("X1", both).seller.vat_identifier == ""
    assert e_invoice("X1", invoice("X1", "Assets:Receivable:Town", free)).seller.vat_identifier == "FR44732829320"


LINE = '    tax: "ZERO"\n    nature: "services"\n'


@pytest.mark.parametrize(
    ("more", "term", "says"),
    [
        (invoice("X1", "Assets:Receivable:Town", '    tax: "ZERO"\n'), "BT-23", 'nature: "goods" or "services"'),
        (invoice("X1", "Assets:Receivable:Town", LINE, '  endpoint: ""\n'), "BT-49", 'endpoint: "0225:213504178"'),
        (
            invoice("X1", "Assets:Receivable:Town", LINE).replace("2026-10-05", "2026-11-05", 1)
            + '2026-11-01 custom "invoice-seller" "Atelier Test"\n  vat-id: ""\n  siren: ""\n  siret: ""\n',
            "BT-31",
            "vat-id: … or tax-number: …",
        ),
        (
            invoice("X1", "Assets:Receivable:Kiefer", '    tax: "INTRA"\n    nature: "goods"\n').replace(
                "2026-10-05", "2026-11-05", 1
            )
            + '2026-11-01 custom "invoice-seller" "Atelier Test"\n  vat-id: ""\n',
            "BT-31",
            "the seller has no VAT id, and tax category K needs it: write vat-id: …",
        ),
        (
            invoice("X1", "Assets:Receivable:Town", LINE).replace("2026-10-05", "2026-11-05", 1)
            + '2026-11-01 custom "invoice-seller" "Atelier Test"\n  siren: ""\n  siret: ""\n',
            "BT-30",
            "the seller has no SIREN: write siren: …",
        ),
        (
            invoice("X1", "Assets:Receivable:Claire", LINE, '  endpoint: ""\n  email: "c@x.example"\n'),
            "BT-49",
            'endpoint: "EM:c@x.example"',
        ),
        (
            invoice("X1", "Assets:Receivable:Claire", LINE, '  endpoint: ""\n  email: "c@x.example, d@x.example"\n'),
            "BT-49",
            'endpoint: "EM:c@x.example"',
        ),
        (invoice("X1", "Assets:Receivable:Town", LINE, '  siren: ""\n'), "BT-47", "siren: …"),
        (
            invoice("X1", "Assets:Receivable:Kiefer", '    nature: "services"\n', '  vat-id: ""\n'),
            "BT-48",
            "AE needs it: write vat-id: …",
        ),
        (invoice("X1", "Assets:Receivable:Town", LINE, '  kind: "claim"\n'), "BT-3", "a claim, outside VAT"),
        (
            invoice("C1", "Assets:Receivable:Town", LINE, '  kind: "claim"\n')
            + invoice("X1", "Assets:Receivable:Town", LINE, '  kind: "claim"\n  corrects: "C1"\n')
            .replace("100.00", "-100.00").replace("--", ""),
            "BT-3",
            "a credit note on a claim, outside VAT",
        ),
        (invoice("draft-1", "Assets:Receivable:Town", LINE).replace('* "One"', '! "One"'), "BT-1", "is a draft"),
        (invoice("X1", "Assets:Receivable:Town", LINE).replace("100.00", "-100.00").replace("--", ""), "BT-25", "corrects"),
        (
            invoice("X1", "Assets:Receivable:Birch", '    tax: "FR20"\n    nature: "services"\n')
            .replace("100.00 EUR", "120.00 USD", 1)
            .replace("100.00 EUR", "100.00 USD")
            + '  Liabilities:VAT  -20.00 USD\n    tax: "FR20"\n',
            "BT-111",
            "price USD … EUR",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_the_key_to_write(more: str, term: str, says: str) -> None:
    number = "draft-1" if "draft" in more else "X1"
    assert says in reasons(number, more).get(term, "")


def test_a_reason_names_the_ledger_line() -> None:
    more = invoice("X1", "Assets:Receivable:Town", '    tax: "ZERO"\n')
    known = book(more)
    one = known.invoice("X1")
    assert one is not None
    with pytest.raises(mapping.NoEInvoice) as caught:
        mapping.e_invoice(known, one, D(0), "fr")
    (reason,) = caught.value.reasons
    assert reason.source == one.lines[0].source


def test_before_the_law_no_address_is_asked_for() -> None:
    line = '    tax: "ZERO"\n'
    early = invoice("X1", "Assets:Receivable:Town", line, '  endpoint: ""\n', day="2026-08-31")
    assert e_invoice("X1", early).process == ""


def test_units_are_words_or_codes() -> None:
    assert [unit_code(word) for word in ("", "heures", "Day", "m²", "forfait", "XPK", "Q0Q")] == [
        "C62", "HUR", "DAY", "MTK", "LS", "XPK", None,
    ]  # fmt: skip


def test_no_word_is_missing_in_any_language() -> None:
    for words in texts.PHRASES.values():
        assert tuple(sorted(words)) == texts.PHRASE_LANGUAGES
        assert len({frozenset(re.findall(r"\{\w+\}", text)) for text in words.values()}) == 1


@pytest.mark.parametrize(
    ("language", "due"), [("de", "1680.00 EUR fällig am 16.11.2026"), ("pt-PT", "com vencimento em 16/11/2026")]
)
def test_the_language_is_the_documents(language: str, due: str) -> None:
    assert due in e_invoice("D-FINAL", language=language).payment_terms


def test_every_word_for_a_unit_has_a_code_that_is_on_the_list() -> None:
    assert {code for code in units.UNIT_WORDS if not codes.in_code_list(codes.UNITS, code)} == set()


def test_every_document_of_the_ledger_is_one() -> None:
    assert len(NUMBERS) == 20
    assert all(e_invoice(number).number == number for number in NUMBERS)
    assert (
        Path(__file__).with_name("documents.beancount").read_text(encoding="utf-8").count("  invoice:") == 21
    )  # and a cancellation, which is none


@pytest.mark.parametrize(
    ("day", "email"), [("2026-10-04", "new@"), ("2026-10-05", "new@"), ("2026-10-06", "factures@")]
)
def test_the_seller_is_as_it_stood_on_the_day_of_the_document(day: str, email: str) -> None:
    moved = f'{day} custom "invoice-seller" "Atelier Test"\n  email: "new@test.example"\n'
    contact = e_invoice("X1", moved + invoice("X1", "Assets:Receivable:Town", LINE)).seller.contact
    assert contact
    assert contact.email.startswith(email)


@pytest.mark.parametrize(
    ("keys", "phone", "email"),
    [
        ('  email: ""\n  phone: "02 99 00 00 00"\n', "02 99 00 00 00", ""),
        ('  email: "a@test.example"\n  phone: ""\n', "", "a@test.example"),
    ],
)
def test_a_seller_is_reached_by_telephone_or_by_mail(keys: str, phone: str, email: str) -> None:
    text = f'2026-02-01 custom "invoice-seller" "Atelier Test"\n{keys}'
    assert e_invoice("D-MIXED", text).seller.contact == business_terms.Contact("Atelier Test", phone, email)
    neither = '2026-02-01 custom "invoice-seller" "Atelier Test"\n  email: ""\n'
    assert e_invoice("D-MIXED", neither).seller.contact is None


def test_goods_within_the_union_beside_others_are_delivered_to_the_customer() -> None:
    lines = (
        '    tax: "INTRA"\n    nature: "goods"\n  Income:Services  -100.00 EUR\n    text: "Conseil"\n    '
        'tax: "REVERSE"\n'
        '    nature: "services"\n'
    )
    both = invoice("X1", "Assets:Receivable:Kiefer", lines).replace("Kiefer  100", "Kiefer  200")
    delivery = e_invoice("X1", both).delivery
    assert delivery.address
    assert (delivery.address.city, delivery.address.country) == ("Berlin", "DE")
    services = invoice("X1", "Assets:Receivable:Kiefer", '    tax: "REVERSE"\n    nature: "services"\n')
    assert e_invoice("X1", services).delivery.address is None


def test_the_price_in_the_entry_says_the_vat_in_euros() -> None:
    """Lines, tax and claim are all booked in dollars. The ledger's price does not come before the entry's own."""
    entry = (
        invoice("X1", "Assets:Receivable:Birch", '    tax: "FR20"\n    nature: "services"\n')
        .replace("100.00 EUR", "120.00 USD @ 0.90 EUR", 1)
        .replace("100.00 EUR", "100.00 USD @ 0.90 EUR")
        + '  Liabilities:VAT  -20.00 USD @ 0.90 EUR\n    tax: "FR20"\n2026-10-01 price USD 0.70 EUR\n'
    )
    found = e_invoice("X1", entry)
    assert (found.currency, found.tax_currency, found.totals.vat_in_tax_currency) == ("USD", "EUR", D("18.00"))


def test_a_french_business_is_reached_by_its_siren() -> None:
    more = '  siren: "503128464"\n  buyer: "business"\n  endpoint: ""\n'
    found = e_invoice("X1", invoice("X1", "Assets:Receivable:Town", LINE, more))
    assert found.buyer.electronic_address == business_terms.Identifier("503128464", "0225")


GERMAN = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Chorverein e. V."
  address: "Allee 1"
  postcode: "10115"
  city: "Berlin"
  country: "DE"
{keys}2026-01-01 custom "invoice-tax" "NONE" "{label}"
  category: "{category}"
  reason: "{label}"
2026-01-01 custom "invoice-option" "default-tax" "NONE"
2026-01-01 open Assets:Receivable:Alder
  customer: "Alder GmbH"
  address: "Weg 2"
  postcode: "10115"
  city: "Berlin"
  country: "DE"
2026-01-01 open Income:Fees
2026-10-05 * "Alder GmbH" "Fee" ^V1
  invoice: "V1"
  Assets:Receivable:Alder  100.00 EUR
  Income:Fees  -100.00 EUR
"""


def _of_germany(tmp_path: Path, category: str, label: str, keys: str) -> business_terms.EInvoice:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(GERMAN.format(category=category, label=label, keys=keys), encoding="utf-8")
    entries, _errors, options = loader.load_file(str(ledger))
    known = read_book(entries, options)
    one = known.invoice("V1")
    assert one is not None
    return mapping.e_invoice(known, one, D(0), "de")


@pytest.mark.parametrize(
    ("keys", "registration", "identifiers"),
    [
        ('  register-id: "VR 12345"\n', business_terms.Identifier("VR 12345"), ()),
        ('  register-id: "0204:991-12345-67"\n', business_terms.Identifier("991-12345-67", "0204"), ()),
        ('  tax-number: "30/123/45678"\n', None, (business_terms.Identifier("30/123/45678"),)),
    ],
)
def test_outside_the_scope_of_vat_a_register_or_the_tax_office_identifies(
    tmp_path: Path,
    keys: str,
    registration: business_terms.Identifier | None,
    identifiers: tuple[business_terms.Identifier, ...],
) -> None:
    found = _of_germany(tmp_path, "O", "Nicht steuerbar", keys + '  vat-id: "DE136695976"\n')
    assert (found.seller.legal_registration, found.seller.identifiers) == (registration, identifiers)
    assert found.seller.vat_identifier == ""  # BR-O-2
    assert not check_business_terms(found)


def test_without_any_of_them_the_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(mapping.NoEInvoice, match=r"VAT id is left out where no VAT applies.*register-id: …"):
        _of_germany(tmp_path, "O", "Nicht steuerbar", '  vat-id: "DE136695976"\n')


def test_a_small_business_of_germany_gives_its_tax_number(tmp_path: Path) -> None:
    found = _of_germany(tmp_path, "E", "Steuerfrei nach § 19 UStG (Kleinunternehmer)", '  tax-number: "30/123/45678"\n')
    assert found.seller.tax_registration == "30/123/45678"
    assert not check_business_terms(found)
