"""Documents and letters: the same facts in PDF, HTML and text, the same bytes anywhere, a QR code that can be read."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import lxml.html
import pikepdf
import pypdf
import pytest
import segno
import typst
import zxingcpp
from PIL import Image
from segno.helpers import make_epc_qr

from beancount_invoicing import law, rendering
from beancount_invoicing.actions.remind import due_reminders
from beancount_invoicing.customer_search import find_customers
from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.documents.render import render
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Book, Dated, OptionValue
from beancount_invoicing.rendering import View, view_texts
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES, word_table
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.output import typst_arguments
from beancount_invoicing.rendering.parties import _epc, payment_rows
from beancount_invoicing.rules.payment_links import WrongPaymentLink, check_payment_link, payment_link
from beancount_invoicing.rules.references import creditor_reference
from tests.ledgers import EXAMPLE, PRELUDE, book_of

DAY = date(2026, 11, 30)
DOCUMENTS = (
    "F2025-0067",  # hours for a public body
    "F2026-0067",  # instalments, two rates
    "F2026-0068",  # pounds, in English
    "F2026-0069",  # francs
    "F2026-0066",  # reverse charge
    "F2026-0065",  # outside the VAT of another country
    "draft-kerbrat-2026-11",
)
KINDS = ("deposit", "credit-note", "discounted", "allowance", "deducted", "at-once", "cash-discount")
CUSTOMERS = ("Vandamme", "Birchwood", "Halles")


@pytest.fixture(scope="module")
def book() -> Book:
    return open_ledger(EXAMPLE).book


def number_of(book: Book, kind: str) -> str:
    """The first document of a kind."""
    tests: dict[str, Any] = {
        "deposit": lambda one: one.kind == "deposit",
        "credit-note": lambda one: one.kind == "credit-note",
        "discounted": lambda one: any(line.discount for line in one.lines),
        "allowance": lambda one: one.adjustments,
        "deducted": lambda one: one.deductions,
        "at-once": lambda one: one.immediate_payments,
        "cash-discount": lambda one: one.lines and one.customer.cash_discount,
    }
    return next(invoice.number for invoice in book.invoices if tests[kind](invoice))


def view_of(book: Book, number: str) -> View:
    invoice = book.invoice(number)
    assert invoice is not None
    return rendering.document_view(book, invoice, paid_on_its_date(book)(invoice), rendering.folders(book))


def letter_to(book: Book, customer: str) -> View:
    proposal, *_milder = due_reminders(book, DAY, find_customers(book, customer))
    return rendering.letter_view(book, proposal, rendering.folders(book))


def squeezed(text: str) -> str:
    """A text without what a layout may change: white space, soft hyphens, ligatures."""
    return re.sub(r"\s|\u00ad", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl").replace("ﬀ", "ff"))


def pdf_text(data: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def html_text(page: str) -> str:
    """What can be read on a page, the texts of its table headings too."""
    html: Any = lxml.html.fromstring(page)
    for hidden in html.xpath("//style|//svg"):
        hidden.text = ""
    return str(html.text_content())


def assert_same_facts(view: View, where: tuple[Path, ...]) -> None:
    found = {
        "html": squeezed(html_text(rendering.to_html(view, where))),
        "pdf": squeezed(pdf_text(rendering.to_pdf(view, where))),
        "text": squeezed(rendering.to_text(view, where)),
    }
    facts = list(view_texts(view))
    assert len(facts) > 20
    for fact in facts:
        for output, text in found.items():
            if output == "text" and fact in {view.page, view.page_of, view.qr_text, view.logo_text}:
                continue  # there are no pages and no pictures in plain text
            if output != "pdf" and fact in {view.page, view.page_of}:
                continue
            if fact in {view.logo_text}:
                continue  # read out instead of the picture
            assert squeezed(fact) in text, f"{fact!r} is not in the {output}"


@pytest.mark.parametrize("number", DOCUMENTS)
def test_a_document_says_the_same_in_each_form(book: Book, number: str) -> None:
    assert_same_facts(view_of(book, number), rendering.folders(book))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_document_says_the_same_in_each_form(book: Book, kind: str) -> None:
    assert_same_facts(view_of(book, number_of(book, kind)), rendering.folders(book))


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_a_letter_says_the_same_in_each_form(book: Book, customer: str) -> None:
    assert_same_facts(letter_to(book, customer), rendering.folders(book))


# what stands on it --------------------------------------------------------------------------------------------------


def test_an_invoice_has_what_the_law_asks_for(book: Book) -> None:
    facts = " | ".join(view_texts(view_of(book, "F2026-0067"))).replace("\u202f", " ").replace("\xa0", " ")
    for fact in (
        "Atelier Solène", "18 quai de la Prévalaye", "SARL au capital de 10 000 €", "RCS Rennes 812 345 676", "812345676",
        "FR19812345676", "Habitat Ouest SCIC", "41 boulevard de la Liberté", "8 rue des Tilleuls", "448209379", "F2026-0067",
        "15 octobre 2026", "29 novembre 2026", "84 m²", "38,50", "6 250,00", "TVA 5,5 %", "177,87", "9 484,00 €",
        "10 286,87 €", "Net à payer", "FR76 3000 6000 0112 3456 7890 189",
        "pénalités exigibles le jour suivant la date d’échéance, sans rappel, au taux annuel de 12 %",
        "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €",
        "Pas d’escompte pour paiement anticipé",
    ):  # fmt: skip
        assert fact in facts, fact


def test_an_invoice_of_before_the_move_shows_the_old_address(book: Book) -> None:
    assert "7 rue du Moulin Blanc" in view_of(book, "F2025-0067").seller_lines
    assert "18 quai de la Prévalaye" in view_of(book, "F2026-0067").seller_lines


def test_reverse_charge_is_said(book: Book) -> None:
    assert "Reverse charge" in " ".join(view_texts(view_of(book, "F2026-0066")))


def test_a_currency_s_code_stands_apart_from_the_figure(book: Book) -> None:
    assert [pair.value for pair in view_of(book, "F2026-0069").totals] == ["CHF\u00a0900.00"] * 2
    assert view_of(book, "F2026-0068").totals[-1].value == "£760.00"


def test_a_draft_says_so(book: Book) -> None:
    view = view_of(book, "draft-kerbrat-2026-11")
    assert view.mark
    assert view.number == ""


def test_amount_due_is_what_was_not_paid_by_its_own_date(book: Book) -> None:
    view = view_of(book, number_of(book, "at-once"))
    assert view.qr == ""
    assert any("0,00" in pair.value for pair in view.totals if pair.strong)


SMALL = """
2026-02-02 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
{more}  Assets:Receivable:Acme  {total} EUR
  Income:Services  {net} EUR
    text: "{text}"
    tax: "{tax}"
{vat}"""


def small(text: str = "Work", tax: str = "FR20", more: str = "", options: str = "") -> View:
    """The view of an invoice of one line over 100 euros."""
    vat = '  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n' if tax == "FR20" else ""
    ledger = SMALL.format(text=text, tax=tax, more=more, total="120.00" if vat else "100.00", net="-100.00", vat=vat)
    return view_of(book_of(options + ledger), "F2026-0001")


def test_services_that_are_taxed_on_invoicing_say_so() -> None:
    services = small(text='Work"\n    nature: "services')
    assert any("d’après les débits" in mention for mention in services.mentions)
    assert not any("débits" in mention for mention in small().mentions)


# words, not keys -----------------------------------------------------------------------------------------------------


def test_a_tax_has_its_name_in_the_document_s_language() -> None:
    option = '2025-01-02 custom "invoice-option" "language" "{}"\n'
    names = {code: small(options=option.format(code)).totals[1].label for code in ("fr", "de", "pt")}
    assert {code: plain(name) for code, name in names.items()} == {"fr": "TVA 20 %", "de": "USt 20 %", "pt": "IVA 20%"}


def test_one_rate_needs_no_table_of_taxes(book: Book) -> None:
    assert small().taxes is None
    assert view_of(book, "F2026-0067").taxes is not None, "two rates"


@pytest.mark.parametrize(("last", "said"), [("03", "Le 03/03/2026"), ("31", "Du 03/03/2026 au 31/03/2026")])
def test_one_day_is_no_period(last: str, said: str) -> None:
    table = small(text=f'Work"\n    from: 2026-03-03\n    to: 2026-03-{last}\n    nature: "services').table
    assert table
    assert table.rows[0].details == (said,)


INSTALMENTS = """
2025-01-01 custom "invoice-seller" "Atelier Test"
  iban: "FR7630006000011234567890189"
2026-02-02 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
  terms: "30% on receipt; 70% 45 days"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    quantity: 1
    price: 100.00
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""


@pytest.mark.parametrize(
    ("paid", "asked", "text"),
    [
        ("0", "EUR36.00", "ce qui est dû en premier : 36,00 €"),
        ("6.00", "EUR30.00", "ce qui est dû en premier : 30,00 €"),
        ("36.00", "EUR84.00", "pour payer 84,00 € par virement"),
        ("50.00", "EUR70.00", "pour payer 70,00 € par virement"),
    ],
)
def test_the_qr_code_asks_for_what_is_due_first(paid: str, asked: str, text: str) -> None:
    book = book_of(INSTALMENTS)
    view = rendering.document_view(book, book.invoices[0], Decimal(paid), (BUILT_IN_TEMPLATES,))
    assert asked in view.qr.split("\n")
    assert text in plain(view.qr_text)
    assert "30 % à réception, 70 % à 45 jours" in [plain(pair.value) for pair in view.facts]


NOTE = """
2026-02-10 * "Acme SAS" "Less" ^A1 ^F2026-0001
  invoice: "A1"
  corrects: "F2026-0001"
  Assets:Receivable:Acme  -12.00 EUR
  Income:Services  10.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  2.00 EUR
    tax: "FR20"
"""
REFUND = '2026-02-10 * "Acme SAS" "Back" ^A1\n  Assets:Receivable:Acme  {} EUR\n  Assets:Bank\n'


@pytest.mark.parametrize(
    ("more", "label"),
    [
        ("", "Imputé sur vos factures"),
        (REFUND.format("12.00"), "Remboursé"),
        (REFUND.format("5.00"), "Imputé sur vos factures ou remboursé"),
    ],
)
def test_a_credit_note_says_what_it_was_settled_by(more: str, label: str) -> None:
    said = figures(view_of(book_of(INSTALMENTS + NOTE + more), "A1"))
    assert list(said)[-2:] == [label, "Rien à payer"]
    assert said["Total HT"] == "−10,00 €"


def test_less_than_a_euro_in_the_customer_s_favour_is_said_to_be() -> None:
    """The invoice was paid before, so nothing is left of it to set the note off against."""
    ledger = INSTALMENTS + NOTE.replace("-12.00", "-0.60").replace("10.00", "0.50").replace("2.00", "0.10")
    paid = '2026-02-05 * "Acme SAS" "All" ^F2026-0001\n  Assets:Receivable:Acme  -120.00 EUR\n  Assets:Bank\n'
    said = figures(view_of(book_of(ledger + paid), "A1"))
    assert list(said.items())[-1] == ("Net en votre faveur", "0,60 €")


CLAIM = """
2026-04-01 * "Acme SAS" "Late" ^P1 ^F2026-0001
  invoice: "P1"
  kind: "claim"
  claims: "F2026-0001"
  note: "05/03/2026 – 31/03/2026: 120.00 × 12.15 % × 27 / 365"
  Assets:Receivable:Acme  41.08 EUR
  Income:Services  -1.08 EUR
    text: "Interest"
    from: 2026-03-05
    to: 2026-03-31
  Income:Services  -40.00 EUR
    text: "Compensation"
"""
GIVEN_BACK = """
2026-04-02 * "Acme SAS" "Late, no more" ^K1 ^P1
  invoice: "K1"
  kind: "claim"
  corrects: "P1"
  Assets:Receivable:Acme  -41.08 EUR
  Income:Services  41.08 EUR
    text: "Interest and compensation"
"""


def claimed(more: str = "", number: str = "P1") -> View:
    """The view of a claim for an invoice that was paid late, or of the credit note on it."""
    vat = '  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n'
    late = SMALL.format(text="Work", tax="FR20", more="", total="120.00", net="-100.00", vat=vat)
    return view_of(book_of(more + late + CLAIM + GIVEN_BACK), number)


def test_a_claim_has_no_columns_that_nothing_fills_and_no_day_of_supply() -> None:
    view = claimed()
    assert view.table
    assert view.table.columns == ("Désignation", "Montant")
    assert [row.cells for row in view.table.rows] == [("Interest", "1,08"), ("Compensation", "40,00")]
    assert "Date de livraison ou de prestation" not in [pair.label for pair in view.facts]
    assert_same_facts(view, (BUILT_IN_TEMPLATES,))


def test_a_column_stays_where_any_line_fills_it() -> None:
    def columns(more: str) -> list[str]:
        table = small(text=f'Work"{more}\n    nature: "services').table
        assert table
        return [one for one in ("Quantité", "Prix unitaire HT") if one in table.columns]

    assert columns("") == [], "a fixed price"
    assert columns("\n    price: 100.00\n    quantity: 1") == ["Quantité", "Prix unitaire HT"]
    assert columns("\n    quantity: 1") == ["Quantité", "Prix unitaire HT"], (
        "an invoice with quantities stays as it was"
    )
    assert columns("\n    price: 100.00") == ["Quantité", "Prix unitaire HT"], "the price of one"


def test_a_claim_and_the_credit_note_on_it_say_that_they_are_outside_vat() -> None:
    text = "Réparation d’un retard de paiement\u00a0: hors champ d’application de la TVA."
    assert claimed().mentions == (text,)
    credit = claimed(number="K1")
    assert (credit.title, credit.mentions) == ("Avoir", (text,))
    assert text not in claimed(number="F2026-0001").mentions


@pytest.mark.parametrize(
    ("country", "language", "said"),
    [
        ("FR", "de", "Entschädigung für verspätete Zahlung: nicht umsatzsteuerbar."),
        ("DE", "de", "Schadensersatz wegen Zahlungsverzugs: nicht umsatzsteuerbar."),
        ("GB", "en", "Compensation for late payment: outside the scope of VAT."),
        ("BE", "nl", "niet in de maatstaf van heffing van de btw (art. 28, 3° WBTW)."),
        ("IT", "it", "escluso dalla base imponibile IVA (art. 15, comma 1, n. 1, DPR 633/1972)."),
    ],
)  # fmt: skip
def test_a_claim_says_so_by_the_seller_s_law_in_the_document_s_language(country: str, language: str, said: str) -> None:
    seller = f'\n2025-06-01 custom "invoice-seller" "Atelier Test"\n  country: "{country}"\n'
    buyer = f'2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  language: "{language}"\n'
    (mention,) = claimed(seller + buyer).mentions
    assert said in mention.replace("\xa0", " ")


def test_where_the_law_could_not_be_read_a_claim_says_nothing() -> None:
    assert claimed('\n2025-06-01 custom "invoice-seller" "Atelier Test"\n  country: "ES"\n').mentions == ()


@pytest.mark.parametrize(
    ("country", "buyer", "year", "told"),
    [
        ("DE", "consumer", "2027", True),
        ("DE", "consumer", "2026", False),
        ("DE", "business", "2027", False),
        ("AT", "consumer", "2027", False),
    ],
)
def test_a_german_consumer_is_told_when_default_begins(country: str, buyer: str, year: str, told: bool) -> None:
    """BGB § 286 (3); the sentence is on invoices from the day on which interest counts it."""
    seller = f'\n2025-06-01 custom "invoice-seller" "Atelier Test"\n  country: "{country}"\n'
    customer = f'2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  buyer: "{buyer}"\n  language: "de"\n'
    vat = '  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n'
    ledger = SMALL.format(text="Work", tax="FR20", more="", total="120.00", net="-100.00", vat=vat)
    view = view_of(book_of(seller + customer + ledger.replace("2026-", f"{year}-")), f"F{year}-0001")
    found = [mention for mention in view.mentions if "§ 286 Abs. 3 BGB" in mention.replace("\xa0", " ")]
    assert bool(found) is told


def test_the_customer_s_siren_is_said_where_only_its_siret_is_known() -> None:
    only = '\n2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  siren:\n  siret: "123 456 782 00012"\n'
    assert "123456782" in [pair.value for pair in small(options=only).facts]


def test_a_small_firm_without_vat_says_so() -> None:
    options = '\n2025-01-01 custom "invoice-tax" "FREE" "Franchise"\n  category: "E"\n  reason: "VATEX-FR-FRANCHISE"\n'
    assert any("art.\xa0293\xa0B" in mention for mention in small(tax="FREE", options=options).mentions)


def test_where_no_tax_is_charged_no_column_table_or_total_speaks_of_one() -> None:
    options = '\n2025-01-01 custom "invoice-tax" "FREE" "TVA"\n  category: "E"\n  reason: "VATEX-FR-FRANCHISE"\n'
    view = small(tax="FREE", options=options)
    assert view.table is not None
    assert view.table.columns == ("Désignation", "Montant")
    assert view.taxes is None
    assert [pair.label for pair in view.totals] == ["Total", "Net à payer"]


@pytest.mark.parametrize(
    ("category", "reason", "language", "said"),
    [
        ("E", "VATEX-EU-F", "fr", "Régime particulier – Biens d’occasion"),
        ("E", "VATEX-EU-D", "de", "Sonderregelung für Reisebüros"),
        ("E", "VATEX-EU-I", "it", "Regime del margine – Oggetti d’arte"),
        (
            "E",
            "VATEX-EU-132-1I",
            "es",
            "Exento de IVA: artículo 132, apartado 1, letra i) de la Directiva 2006/112/CE.",
        ),
        ("E", "VATEX-FR-CGI261-4", "en", "Exempt from VAT (exonération de TVA, art. 261, 4 du CGI)."),
        ("E", "VATEX-FR-CGI261C-1", "fr", "Exonération de TVA, art. 261 C, 1° du CGI."),
        ("AE", "VATEX-EU-AE", "nl", "Btw verlegd"),
        ("K", "", "pt", "Transmissão intracomunitária isenta de IVA: artigo 138.º da Diretiva 2006/112/CE."),
        ("O", "", "fr", "TVA"),  # its label, where it says no reason
        ("E", "VATEX-EU-UNKNOWN", "fr", "TVA"),  # never the code itself
        ("E", "Formation, art. 261-4-4° du CGI", "en", "Formation, art. 261-4-4° du CGI"),
    ],
)
def test_the_page_and_the_e_invoice_say_why_no_tax_is_charged(
    category: str, reason: str, language: str, said: str
) -> None:
    options = (
        f'\n2025-01-01 custom "invoice-tax" "FREE" "TVA"\n  category: "{category}"\n  reason: "{reason}"\n'
        f'2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  language: "{language}"\n'
    )
    mentions = [mention.replace("\xa0", " ") for mention in small(tax="FREE", options=options).mentions]
    assert mentions[0] == said
    assert not any("VATEX" in mention for mention in mentions)
    text, _code = law.why_untaxed(category, reason, "TVA", language, date(2026, 1, 10))
    assert text.replace("\xa0", " ") == said


BELGIAN = '\n2025-06-01 custom "invoice-seller" "Studio"\n  country: "BE"\n  vat-id: "BE0428759497"\n'
BUILDING = (
    '2020-01-01 custom "invoice-tax" "WORKS" "Travaux (art. 20 AR n° 1)"\n  category: "AE"\n  reason: "VATEX-EU-AE"\n'
)


@pytest.mark.parametrize(
    ("customer", "said"),
    [
        ('country: "BE"\n  language: "fr"', "Autoliquidation : En l’absence de contestation par écrit"),
        ('country: "BE"\n  language: "nl"', "Verlegging van heffing. Bij gebrek aan schriftelijke betwisting"),
        ('country: "BE"\n  language: "en"', "Autoliquidation : En l’absence de contestation par écrit"),
        ('country: "FR"\n  vat-id: "BE0428759596"\n  language: "fr"', "Autoliquidation : En l’absence"),
        ('country: "FR"\n  vat-id: "FR44732829320"\n  language: "fr"', "Autoliquidation"),
    ],
)
def test_works_in_belgium_say_whom_a_wrong_reverse_charge_falls_on(customer: str, said: str) -> None:
    """AR n° 1, art. 20, § 3, since 2023."""
    options = f'{BELGIAN}{BUILDING}2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  {customer}\n'
    mentions = [mention.replace("\xa0", " ") for mention in small(tax="WORKS", options=options).mentions]
    assert mentions[0].startswith(said)
    assert (mentions[0] == "Autoliquidation") == (said == "Autoliquidation")
    assert mentions[1] == "Travaux (art. 20 AR n° 1)"


def test_the_belgian_words_are_for_belgium_and_from_their_day_on() -> None:
    for home, day, reason, text in (
        ("BE", date(2022, 12, 31), "VATEX-EU-AE", "Autoliquidation"),
        ("FR", date(2026, 1, 1), "VATEX-EU-AE", "Autoliquidation"),
        ("BE", date(2026, 1, 1), "Art. 20bis", "Art. 20bis"),
    ):
        assert law.why_untaxed("AE", reason, "x", "fr", day, home) == (text, "VATEX-EU-AE")
    assert law.why_untaxed("AE", "", "x", "fr", date(2023, 1, 1), "BE")[0].startswith("Autoliquidation : En")


@pytest.mark.parametrize(
    ("label", "reason", "language", "said"),
    [
        ("Autoliquidation (CGI, art. 283-2)", "VATEX-EU-AE", "fr", ["Autoliquidation (CGI, art. 283-2)"]),
        ("Travaux, autoliquidation (art. 283-2)", "VATEX-EU-AE", "fr", ["Travaux, autoliquidation (art. 283-2)"]),
        ("TVA due", "Autoliquidation, art. 283-2", "fr", ["Autoliquidation, art. 283-2"]),
        (
            "Autoliquidation (CGI, art. 283-2)",
            "VATEX-EU-AE",
            "en",
            ["Reverse charge", "Autoliquidation (CGI, art. 283-2)"],
        ),
    ],
)
def test_the_words_of_reverse_charge_stand_once(label: str, reason: str, language: str, said: list[str]) -> None:
    options = (
        f'\n2025-01-01 custom "invoice-tax" "FREE" "{label}"\n  category: "AE"\n  reason: "{reason}"\n'
        f'2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  language: "{language}"\n'
    )
    assert [
        mention.replace("\xa0", " ") for mention in small(tax="FREE", options=options).mentions[: len(said)]
    ] == said


@pytest.mark.parametrize(
    ("day", "nature", "said"),
    [
        ("2026-09-01", "goods", "Catégorie de l’opération : livraison de biens."),
        ("2026-09-01", "services", "Catégorie de l’opération : prestation de services."),
        ("2026-09-01", "electronic", "Catégorie de l’opération : prestation de services."),
        ("2026-08-31", "services", ""),
    ],
)
def test_the_category_of_the_operation_is_said_since_e_invoices(day: str, nature: str, said: str) -> None:
    options = f'\n2025-01-01 custom "invoice-tax" "FREE" "Exonéré"\n  category: "E"\n  nature: "{nature}"\n'
    ledger = options + SMALL.format(text="Work", tax="FREE", more="", total="100.00", net="-100.00", vat="")
    view = view_of(book_of(ledger.replace("2026-02-02", day)), "F2026-0001")
    found = [mention.replace("\xa0", " ") for mention in view.mentions if "Catégorie" in mention]
    assert found == [said] * bool(said)


def test_a_sole_trader_of_france_is_named_with_ei() -> None:
    seller = '\n2025-06-01 custom "invoice-seller" "Camille Durand"\n  legal-form: "{form}"\n  country: "FR"\n'
    assert small(options=seller.format(form="EI")).seller == "Camille Durand EI"
    assert small(options=seller.replace("Durand", "Durand EI").format(form="EI")).seller == "Camille Durand EI"
    assert small(options=seller.format(form="EIRL")).seller == "Camille Durand"


DOLLARS = """
2026-01-10 * "Audit" ^F2026-0001
  invoice: "F2026-0001"
  language: "en"
  Assets:Receivable:Acme  1200.00 USD @ 0.92 EUR
  Income:Services  -920.00 EUR
    text: "Audit"
    quantity: 10
    price: 100.00
    tax: "FR20"
  Liabilities:VAT  -184.00 EUR
    tax: "FR20"
    amount: 200.00
"""


def figures(view: View) -> dict[str, str]:
    return {plain(pair.label): plain(pair.value) for pair in view.totals}


def plain(text: str) -> str:
    """A text with ordinary spaces."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_the_tax_of_an_invoice_in_dollars_is_said_in_the_seller_s_euros_too() -> None:
    """Directive 2006/112/EC, art. 230."""
    view = view_of(book_of(DOLLARS), "F2026-0001")
    assert figures(view)["VAT 20%"] == "US$200.00"
    assert figures(view)["VAT 20%, in EUR"] == "€184.00"
    assert "VAT 20%, in EUR" not in figures(view_of(book_of(DOLLARS.replace("USD @ 0.92", "")), "F2026-0001"))
    own = DOLLARS.replace("-920.00 EUR", "-1000.00 USD @ 0.92 EUR").replace("-184.00 EUR", "-200.00 USD @ 0.92 EUR")
    assert figures(view_of(book_of(own), "F2026-0001"))["VAT 20%, in EUR"] == "€184.00"
    assert_same_facts(view, rendering.folders(book_of(DOLLARS)))


def test_what_is_withheld_is_no_part_of_the_total_with_tax() -> None:
    options = (
        '\n2025-01-01 custom "invoice-tax" "KEPT" "Retenue 15 %" Assets:Withheld\n  rate: 15\n  withholding: TRUE\n'
        "2025-01-01 open Assets:Withheld\n"
    )
    ledger = SMALL.format(
        text="Work", tax="FR20", more="", total="105.00", net="-100.00",
        vat='  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n  Assets:Withheld  15.00 EUR\n    tax: "KEPT"\n',
    )  # fmt: skip
    said = figures(view_of(book_of(options + ledger), "F2026-0001"))
    assert (said["Total TTC"], said["Retenue 15 %"], said["Net à payer"]) == ("120,00 €", "−15,00 €", "105,00 €")


def cash_discount(ledger: str, number: str) -> str:
    view = view_of(book_of(ledger), number)
    return (
        next(pair.value for pair in view.facts if pair.label == "Escompte").replace("\xa0", " ").replace("\u202f", " ")
    )


@pytest.mark.parametrize(
    ("said", "paid"), [("2% within 7 days", "117,60 €"), ("2% of net within 7 days", "118,00 €")], ids=["gross", "net"]
)
def test_the_discounted_amount_and_its_last_day_are_on_the_document(said: str, paid: str) -> None:
    ledger = SMALL.format(
        text="Work", tax="FR20", more=f'  cash-discount: "{said}"\n', total="120.00", net="-100.00",
        vat='  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n',
    )  # fmt: skip
    text = cash_discount(ledger, "F2026-0001")
    assert "9 février 2026" in text
    assert text.endswith(paid)


@pytest.mark.parametrize(
    ("said", "paid"), [("2% within 7 days", "823,20 €"), ("2% of net within 7 days", "826,00 €")], ids=["gross", "net"]
)
def test_a_cash_discount_is_on_what_the_deposit_left(said: str, paid: str) -> None:
    """2% of 840.00 are 16.80; 2% of 1000.00 − 300.00 are 14.00."""
    ledger = f"""
2026-01-05 * "Deposit" ^F2026-0001
  invoice: "F2026-0001"
  kind: "deposit"
  Assets:Receivable:Acme  360.00 EUR
  Liabilities:Deposits  -300.00 EUR
    text: "Deposit"
    tax: "FR20"
  Liabilities:VAT  -60.00 EUR
    tax: "FR20"
2026-02-02 * "Final" ^F2026-0002
  invoice: "F2026-0002"
  cash-discount: "{said}"
  Assets:Receivable:Acme  840.00 EUR
  Income:Services  -1000.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -200.00 EUR
    tax: "FR20"
  Liabilities:Deposits  300.00 EUR
    deposit: "F2026-0001"
  Liabilities:VAT  60.00 EUR
    deposit: "F2026-0001"
    tax: "FR20"
"""
    assert cash_discount(ledger, "F2026-0002").endswith(paid)


def test_a_cash_discount_is_on_what_was_not_paid_at_once() -> None:
    """Of 120.00 half is paid at once: 2% of 60.00 are 1.20."""
    ledger = SMALL.format(
        text="Work", tax="FR20", more='  cash-discount: "2% within 7 days"\n', total="60.00", net="-100.00",
        vat='  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n  Assets:Bank  60.00 EUR\n    settles: "F2026-0001"\n',
    )  # fmt: skip
    assert cash_discount(ledger, "F2026-0001").endswith("58,80 €")


# QR code ------------------------------------------------------------------------------------------------------------


def picture(view: View, last: bool = False) -> Image.Image:
    """The first page (or the last one), as a picture, by the layout that makes the PDF."""
    arguments = typst_arguments(view)
    del arguments["pdf_standards"]
    layout = (BUILT_IN_TEMPLATES / "document.typ").read_bytes()
    compiler = typst.Compiler(
        root=str(BUILT_IN_TEMPLATES), font_paths=[str(BUILT_IN_TEMPLATES / "fonts")], ignore_system_fonts=True
    )
    pages = compiler.compile(input=layout, format="png", ppi=150, **arguments)
    page = pages[-1 if last else 0] if isinstance(pages, list) else pages
    assert page is not None
    return Image.open(io.BytesIO(page))


def test_the_qr_code_fills_the_transfer(book: Book) -> None:
    (code,) = zxingcpp.read_barcodes(picture(view_of(book, "F2026-0067")))
    lines = code.text.split("\n")
    assert lines[:2] == ["BCD", "002"]
    assert "AGRIFRPP" in lines
    assert "Atelier Solène" in lines
    assert "FR7630006000011234567890189" in lines
    assert "EUR3086.06" in lines, "what is due first"
    assert any("F2026-0067" in line for line in lines)


@pytest.mark.parametrize(("what", "longest"), [("iban", 34), ("bic", 11)])
def test_what_is_too_long_for_a_transfer_has_no_qr_code(book: Book, what: str, longest: int) -> None:
    assert book.seller
    customer = book.customers["Assets:Clients:Kerbrat"].latest
    for letters in (longest, longest + 1, 5000):
        odd = book.seller.latest._replace(**{what: "F" * letters})  # type: ignore[arg-type] # a key that differs by test
        lines, code = payment_rows(
            odd, customer, "F1", Decimal(10), "EUR", Formats("fr"), word_table((BUILT_IN_TEMPLATES,), "fr")
        )
        assert bool(code) is (letters == longest)
        assert "FFFF" in "".join(line.value for line in lines)


def test_a_creditor_reference_stands_in_the_structured_line_of_the_qr_code() -> None:
    """Banks check and carry what stands there as ISO 11649; segno, which knows the code's form, draws the same."""
    common = {"name": "Kade Advies BV", "iban": "NL02ABNA0123456789", "bic": "ABNANL2A"}
    for reference, told in (("RF29F2026001", {"reference": "RF29F2026001"}), ("F2026-001", {"text": "F2026-001"})):
        content = _epc(common["name"], common["iban"], common["bic"], Decimal("1176.35"), reference)
        drawn = make_epc_qr(**common, **told, amount=Decimal("1176.35"), encoding="utf-8")
        ours = segno.make_qr(content, error="m", boost_error=False, mask=drawn.mask)
        assert (ours.matrix, ours.designator) == (drawn.matrix, drawn.designator)


def test_the_option_for_creditor_references_reaches_the_qr_code(book: Book) -> None:
    dated: Dated[OptionValue] = Dated(((date(2020, 1, 1), "iso11649"),))
    lines = view_of(replace(book, options={**book.options, "payment-reference": dated}), "F2026-0067").qr.split("\n")
    assert lines[8:] == ["", creditor_reference("F2026-0067")]
    view = view_of(replace(book, options={**book.options, "payment-reference": dated}), "F2026-0067")
    assert ("Référence à rappeler", "RF73 F202 6006 7") in {(pair.label, pair.value) for pair in view.payment}


LINK = "https://pay.example/{number}?a={amount}&c={currency}&r={reference}"


def with_link(book: Book, template: str = LINK, **options: str) -> Book:
    """The same Book with a payment link, and other options."""
    wanted = {"payment-link": template, **options}
    return replace(
        book, options={**book.options, **{name: Dated(((date(2020, 1, 1), text),)) for name, text in wanted.items()}}
    )


def links_of(view: View) -> list[str]:
    return [pair.link for pair in view.payment if pair.link]


def test_a_payment_link_asks_for_what_the_page_asks_for_first(book: Book) -> None:
    rf = creditor_reference("F2026-0067")
    view = view_of(with_link(book, **{"payment-reference": "iso11649"}), "F2026-0067")
    assert links_of(view) == [f"https://pay.example/F2026-0067?a=3086.06&c=EUR&r={rf}"]
    link = links_of(view)[0]
    page = rendering.to_html(view, (BUILT_IN_TEMPLATES,))
    assert f'<a href="{link.replace("&", "&amp;")}">{link.replace("&", "&amp;")}</a>' in page
    assert f"Payer en ligne\xa0: {link}" in rendering.to_text(view, (BUILT_IN_TEMPLATES,))
    with pikepdf.open(io.BytesIO(rendering.to_pdf(view, (BUILT_IN_TEMPLATES,)))) as pdf:
        assert [str(note.A.URI) for note in pdf.pages[0].Annots] == [link]


def test_values_in_a_payment_link_are_percent_encoded() -> None:
    assert payment_link("https://pay.example/{number}", "", "F 2026/1&x=é", Decimal(1), "EUR").endswith(
        "/F%202026%2F1%26x%3D%C3%A9"
    )
    assert payment_link("https://pay.example/{amount}", "", "F1", Decimal("1200"), "JPY") == "https://pay.example/1200"


@pytest.mark.parametrize("number", ["draft-kerbrat-2026-11", "credit-note"])
def test_no_payment_link_where_nobody_is_to_pay(book: Book, number: str) -> None:
    number = number_of(book, number) if number == "credit-note" else number
    assert links_of(view_of(with_link(book), number)) == []
    invoice = book.invoice("F2026-0067")
    assert invoice
    paid = rendering.document_view(with_link(book), invoice, invoice.payable, (BUILT_IN_TEMPLATES,))
    assert links_of(paid) == []


def test_a_reminder_about_one_invoice_has_a_payment_link_over_the_whole_claim(book: Book) -> None:
    (link,) = links_of(letter_to(with_link(book), "Vandamme"))
    assert "?a=284.66&" in link


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("http://pay.example", "must begin with https://"),
        ("javascript:alert(1)", "must begin with https://"),
        ("https://{number}.example", "there is no host after"),
        ("https://[", "there is no host after"),
        (
            "https://pay.example/{nummer}",
            "{nummer} is not known: write one of {number}, {amount}, {currency}, {reference}",
        ),
        ("https://pay.example/{number", "{number is not known"),
        ("https://pay.example/a b", "a blank"),
    ],
)
def test_a_wrong_payment_link_is_said_and_is_on_no_page(book: Book, template: str, message: str) -> None:
    with pytest.raises(WrongPaymentLink, match=re.escape(message)):
        check_payment_link(template)
    assert links_of(view_of(with_link(book, template), "F2026-0067")) == []


@pytest.mark.parametrize("number", ["F2026-0068", "F2026-0069"])
def test_no_qr_code_but_in_euros(book: Book, number: str) -> None:
    assert view_of(book, number).qr == ""


def test_no_qr_code_on_a_draft(book: Book) -> None:
    assert view_of(book, "draft-kerbrat-2026-11").qr == ""


def test_no_qr_code_where_nothing_is_to_be_paid(book: Book) -> None:
    assert view_of(book, number_of(book, "credit-note")).qr == ""
    assert small().qr == "", "without an IBAN"


def test_the_letter_s_qr_code_is_over_the_whole_claim(book: Book) -> None:
    (code,) = zxingcpp.read_barcodes(picture(letter_to(book, "Vandamme")))
    assert "EUR284.66" in code.text.split("\n"), "240 + 4.66 + 40"


# the same bytes -----------------------------------------------------------------------------------------------------

PROGRAM = """
import sys
from pathlib import Path
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.documents.render import render
book = open_ledger(Path(sys.argv[1])).book
wanted = [book.invoice(number) for number in sys.argv[3:]]
list(render(book, wanted, Path(sys.argv[2]), ("pdf", "html", "text"), print))
"""


def test_the_same_bytes_in_another_folder_time_zone_language_and_process(book: Book, tmp_path: Path) -> None:
    numbers = ("F2026-0064", "F2026-0066", "F2026-0067")
    invoices = [invoice for number in numbers if (invoice := book.invoice(number))]
    here = tmp_path / "here"
    list(render(book, invoices, here, ("pdf", "html", "text"), print))
    other = tmp_path / "quite" / "another folder"
    shutil.copytree(EXAMPLE.parent, other / "ledger")
    environment = {**os.environ, "TZ": "Pacific/Auckland", "LANG": "de_DE.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    environment["PYTHONPATH"] = str(EXAMPLE.parent.parent)
    command = [sys.executable, "-c", PROGRAM, str(other / "ledger" / "main.beancount"), str(other / "out"), *numbers]
    subprocess.run(command, check=True, env=environment, cwd=other)
    files = sorted(file.name for file in here.iterdir())
    assert len(files) == 9
    for name in files:
        assert (here / name).read_bytes() == (other / "out" / name).read_bytes(), name


def test_no_day_but_its_own_stands_in_the_pdf(book: Book) -> None:
    """Its bytes are the same tomorrow: today is nowhere in it, also not in what only programs read."""
    data = rendering.to_pdf(view_of(book, "F2026-0064"), rendering.folders(book))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        text = " ".join(
            one.read_bytes().decode("latin-1") if isinstance(one, pikepdf.Stream) else repr(one) for one in pdf.objects
        )
    assert "20260930" in text
    assert "2026-09-30" in text
    today = date.today()  # noqa: DTZ011 - the day on which this runs, as a program that asks the clock would see it
    assert f"{today:%Y%m%d}" not in text
    assert f"{today}" not in text


def test_a_later_entry_changes_no_earlier_document(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE.parent, tmp_path / "ledger")
    top = tmp_path / "ledger" / "main.beancount"
    before = rendering.to_html(view_of(open_ledger(top).book, "F2026-0064"), rendering.folders(open_ledger(top).book))
    with top.open("a", encoding="utf-8") as file:
        file.write(
            '\n2026-12-01 custom "invoice-seller" "Atelier Solène SAS"\n  address: "1 rue Neuve"\n'
            '2026-12-02 * "Clinique" "Payé" ^F2026-0064\n  Assets:Banque:Courant  468.00 EUR\n'
            "  Assets:Clients:CliniqueDuParc\n"
        )
    book = open_ledger(top).book
    assert rendering.to_html(view_of(book, "F2026-0064"), rendering.folders(book)) == before


# what the PDF is ----------------------------------------------------------------------------------------------------


def test_the_pdf_says_what_it_is(book: Book) -> None:
    data = rendering.to_pdf(view_of(book, "F2026-0067"), rendering.folders(book))
    with pikepdf.open(io.BytesIO(data)) as pdf, pdf.open_metadata() as meta:
        assert meta["pdfaid:part"] == "3"
        assert meta["pdfaid:conformance"] == "B"
        assert meta["pdfuaid:part"] == "1"
        assert "F2026-0067" in meta["dc:title"]
        assert str(pdf.Root.Lang) == "fr"
        assert len(pdf.pages) == 1


def test_many_lines_make_pages_that_are_counted() -> None:
    lines = "".join(f'  Income:Services  -1.00 EUR\n    text: "Line {n}"\n    tax: "REVERSE"\n' for n in range(120))
    ledger = (
        f'\n2026-02-02 * "Work" ^F2026-0001\n  invoice: "F2026-0001"\n  Assets:Receivable:Kiefer  120.00 EUR\n{lines}'
    )
    book = book_of(ledger)
    data = rendering.to_pdf(view_of(book, "F2026-0001"), rendering.folders(book))
    pages = [squeezed(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert re.search(rf"Page{number}(of|sur){len(pages)}", page), page[-80:]


# texts that would break a layout ------------------------------------------------------------------------------------


def test_a_long_name_breaks_at_its_hyphens_not_within_its_words() -> None:
    street = "1234 boulevard du Maréchal-de-Lattre-de-Tassigny"
    amended = f'\n2025-02-01 custom "invoice-customer" Assets:Receivable:Acme\n  address: "{street}"\n'
    book = book_of(
        amended
        + SMALL.format(
            text="Pose", tax="FR20", more="", total="120.00", net="-100.00",
            vat='  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n',
        )
    )  # fmt: skip
    page = pypdf.PdfReader(io.BytesIO(rendering.to_pdf(view_of(book, "F2026-0001"), rendering.folders(book)))).pages[0]
    lines = page.extract_text().splitlines()
    assert any(line.endswith("Tassigny") for line in lines)
    assert "".join(line.strip() for line in lines).count("Maréchal-de-Lattre-de-Tassigny") == 1


NASTY = {
    "control": "a\\tb\x07c\x1bd",
    "emoji": "party 🎉 👩‍👩‍👧",
    "chinese": "上海 東京",
    "long": "W" * 200,
    "long reference": "12345-" * 40,
    "hebrew": "שלום עולם בע״מ",
    "arabic": "شركة النور",
    "typst": "#panic(1) *x* $y$ @z `code` <label> // no",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;",
    "jinja": "{{ 1/0 }} {% raise %}",
    "combining": "e\u0301\u0301\u0301 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!",
    "override": "\u202egnp.exe\u2066",
}


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_no_text_breaks_the_layout(nasty: str) -> None:
    book = book_of(
        f'\n2025-02-01 custom "invoice-customer" Assets:Receivable:Acme "{nasty}"\n'
        + SMALL.format(
            text=nasty, tax="FR20", more=f'  note: "{nasty}"\n', total="120.00", net="-100.00",
            vat='  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n',
        )
    )  # fmt: skip
    view, where = view_of(book, "F2026-0001"), rendering.folders(book)
    page = rendering.to_html(view, where)
    assert "<script" not in page.lower().replace("&lt;script", "")
    assert "<img src=x" not in page
    text = rendering.to_text(view, where)
    assert "120,00" in text
    reader = pypdf.PdfReader(io.BytesIO(rendering.to_pdf(view, where)))
    assert len(reader.pages) == 1
    assert "120,00" in reader.pages[0].extract_text()
    if nasty in {NASTY["emoji"], NASTY["chinese"]}:
        assert view.notices, "the sender is told what could not be printed"


def test_figures_of_any_size_fit() -> None:
    ledger = SMALL.format(
        text="Much", tax="FR20", more="", total="1481481480.00", net="-1234567900.00",
        vat='  Liabilities:VAT  -246913580.00 EUR\n    tax: "FR20"\n',
    )  # fmt: skip
    book = book_of(ledger)
    text = squeezed(pdf_text(rendering.to_pdf(view_of(book, "F2026-0001"), rendering.folders(book))))
    assert "1481481480,00€" in text


WORKS = """
2026-04-01 * "Acme SAS" "Travaux"
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""


def test_the_logo_stays_when_another_file_amends_the_seller(tmp_path: Path) -> None:
    """It is relative to the file that names it, not to the one that changes the address."""
    (tmp_path / "sub").mkdir()
    shutil.copy(EXAMPLE.parent / "logo.svg", tmp_path)
    amended = tmp_path / "sub" / "moved.beancount"
    amended.write_text('2026-03-01 custom "invoice-seller" "Atelier Test"\n  city: "Brest"\n', encoding="utf-8")
    text = PRELUDE.replace('  country: "FR"', '  country: "FR"\n  logo: "logo.svg"', 1)
    file = tmp_path / "main.beancount"
    file.write_text(f'include "sub/moved.beancount"\n{text}{WORKS}', encoding="utf-8")
    view = view_of(open_ledger(file).book, "F2026-0001")
    assert "Brest" in " ".join(view.seller_lines)
    assert (view.logo, view.notices) == (str(tmp_path / "logo.svg"), ())


@pytest.mark.parametrize("name", ["logo.svg", "logo.png", "logo.jpg"])
def test_a_logo_that_is_no_image_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no image")
    view = replace(view_of(open_ledger(EXAMPLE).book, "F2026-0064"), logo=str(tmp_path / name))
    with pytest.raises(rendering.TemplateError, match=rf"{name}: this logo cannot be printed .*take logo: out"):
        rendering.to_pdf(view, (BUILT_IN_TEMPLATES,))


def test_a_logo_whose_name_no_file_can_have_is_named(tmp_path: Path) -> None:
    ledger = PRELUDE.replace('  country: "FR"', '  country: "FR"\n  logo: "logo\0.svg"', 1)
    (tmp_path / "main.beancount").write_text(ledger + WORKS, encoding="utf-8")
    view = view_of(open_ledger(tmp_path / "main.beancount").book, "F2026-0001")
    assert view.logo == ""
    assert "its name has a NUL character" in view.notices[0]


def test_an_expense_prints_its_date() -> None:
    found = book_of(
        '2026-01-01 custom "invoice-option" "default-tax" "FR20"\n'
        '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "K" "time"\n'
        '  text: "Work"\n  account: Income:Services\n  price: 100.00\n  time: Assets:Time\n'
        "2026-01-01 open Assets:Time HOUR\n"
        '2026-03-31 * "Acme SAS" "Train" ^F2026-0001\n  invoice: "F2026-0001"\n'
        '  Assets:Receivable:Acme  48.00 EUR\n  Income:Services  -40.00 EUR\n    text: "Train (SNCF)"\n'
        '    quantity: 1\n    price: 40.00\n    tax: "FR20"\n    contract: "K"\n    expense: 2026-03-05\n'
        '    cost: 40.00\n  Liabilities:VAT  -8.00 EUR\n    tax: "FR20"\n'
    )
    (row,) = view_of(found, "F2026-0001").table.rows  # type: ignore[union-attr]
    assert (row.cells[0], row.details) == ("Train (SNCF)", ("du 05/03/2026",))


@pytest.mark.parametrize("oldest", [False, True], ids=["named", "assumed for the oldest"])
def test_what_was_paid_by_its_own_date_with_payments_that_name_nothing(oldest: bool) -> None:
    """Money of the day before that names nothing is of the invoice only where the ledger says so."""
    assumed = '2025-01-01 custom "invoice-option" "allocate" "oldest"\n' if oldest else ""
    money = '2025-12-31 * "Before"\n  Assets:Bank  50 EUR\n  Assets:Receivable:Acme\n'
    found = book_of(assumed + money + WORKS)
    invoice = found.invoice("F2026-0001")
    assert invoice
    assert paid_on_its_date(found)(invoice) == (Decimal(50) if oldest else 0)
