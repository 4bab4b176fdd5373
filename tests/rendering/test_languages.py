"""Every word in every language: nothing is missing, nothing falls back to English, and what documents then say."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, meta

from beancount_invoicing import law, rendering
from beancount_invoicing.actions.remind import due_reminders
from beancount_invoicing.customer_search import find_customers
from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.dunning import Proposal, SeparatelyReminded
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import ZERO, Book, Dated, Invoice, Tone
from beancount_invoicing.receivables import positions, receipt, statements
from beancount_invoicing.rendering import View, view_texts
from beancount_invoicing.rendering.document import unit_words
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES, word_table
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.parties import country_name
from beancount_invoicing.rules import narrations, payment_terms
from tests.ledgers import EXAMPLE, TESTS, book_of
from tests.rendering.test_documents import assert_same_facts

D = Decimal
LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt")
OTHERS = tuple(language for language in LANGUAGES if language != "en")
SNAPSHOTS = TESTS / "rendering" / "languages"
DAY = date(2026, 11, 30)


# the tables of words ------------------------------------------------------------------------------------------------


def words(language: str) -> dict[tuple[str, str], str | list[str]]:
    """The words of a language's file by section and key."""
    table = tomllib.loads((BUILT_IN_TEMPLATES / "words" / f"{language}.toml").read_text(encoding="utf-8"))
    return {
        (section, key): text
        for section, values in table.items()
        if section != "messages"  # those have a test of their own
        for key, text in values.items()
    }


def places(text: str | list[str]) -> list[list[str]]:
    """The names in braces of a text, or of each form of a word."""
    forms = text if isinstance(text, list) else [text]
    return [sorted(name for _, name, _, _ in string.Formatter().parse(form) if name is not None) for form in forms]


def test_there_is_a_file_of_words_for_each_language() -> None:
    assert (
        rendering.template_languages((BUILT_IN_TEMPLATES,))
        == tuple(sorted(LANGUAGES))
        == tuple(sorted(payment_terms.TERMS_LANGUAGES))
        == tuple(sorted(narrations.LANGUAGES))
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_is_there_with_the_same_places(language: str) -> None:
    found, english = words(language), words("en")
    assert list(found) == list(english), "the same keys in the same order"
    for key, text in found.items():
        assert all(form.strip() == form != "" for form in (text if isinstance(text, list) else [text])), key
        assert places(text) == places(english[key]), key
    assert found["text", "terms"] == language


LETTERS, MAILS = (
    tuple(sorted(file.stem for file in (BUILT_IN_TEMPLATES / folder / "en").glob("*.j2")))
    for folder in ("letters", "mails")
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("folder", "kind"), [*(("letters", kind) for kind in LETTERS), *(("mails", kind) for kind in MAILS)]
)
def test_each_letter_and_mail_is_there_with_the_same_values(language: str, folder: str, kind: str) -> None:
    def values(name: str) -> set[str]:
        text = (BUILT_IN_TEMPLATES / folder / name / f"{kind}.j2").read_text(encoding="utf-8")
        return meta.find_undeclared_variables(Environment(autoescape=True).parse(text))

    assert values(language) == values("en")


@pytest.mark.parametrize("language", OTHERS)
def test_each_mention_is_there_and_keeps_the_law_s_french_words(language: str) -> None:
    for mention in law.mention_texts("FR", DAY):
        said = dict(mention.texts)
        assert set(said) == set(LANGUAGES), mention.key
        assert places(said[language]) == places(said["en"]), mention.key
        assert said[language] != said["en"], mention.key
    said_now = law.mentions("FR", language, DAY)
    assert "ption pour le paiement de la taxe d’après les débits" in said_now["on-debits"]
    assert "TVA non applicable, art. 293 B du CGI" in said_now["franchise"]


# terms --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", "33,5 %: sofort nach Erhalt; 66,5 %: 30 Tage, Monatsende, am 15."),
        ("en", "33.5% on receipt; 66.5% 30 days, end of month, day 15"),
        ("es", "33,5 %: a la recepción; 66,5 %: 30 días, fin de mes, día 15"),
        ("fr", "33,5 % à réception; 66,5 % 30 jours, fin de mois, le 15"),
        ("it", "33,5%: a ricevimento fattura; 66,5%: 30 giorni, fine mese, giorno 15"),
        ("nl", "33,5%: bij ontvangst; 66,5%: 30 dagen, einde maand, de 15e"),
        ("pt", "33,5%: contra receção da fatura; 66,5%: 30 dias, fim de mês, dia 15"),
    ],
)
def test_terms_in_words(language: str, expected: str) -> None:
    text = "33.5% on receipt; 66.5% 30 days, end of month, day 15"
    assert payment_terms.terms_in_words(payment_terms.parse_terms(text), language).replace("\xa0", " ") == expected


@pytest.mark.parametrize(
    ("language", "receipt", "instalments", "steps"),
    [
        ("de", "Sofort nach Erhalt", "30 % sofort nach Erhalt, 70 % nach 45 Tagen", "45 Tage, Monatsende"),
        ("en", "On receipt", "30% on receipt, 70% after 45 days", "45 days, end of month"),
        ("es", "A la recepción", "30 % a la recepción, 70 % a 45 días", "45 días, fin de mes"),
        ("fr", "À réception", "30 % à réception, 70 % à 45 jours", "45 jours, fin de mois"),
        ("it", "A ricevimento fattura", "30% a ricevimento fattura, 70% a 45 giorni", "45 giorni, fine mese"),
        ("nl", "Bij ontvangst", "30% bij ontvangst, 70% na 45 dagen", "45 dagen, einde maand"),
        ("pt", "Contra receção da fatura", "30% contra receção da fatura, 70% a 45 dias", "45 dias, fim de mês"),
    ],
)
def test_terms_on_a_page(language: str, receipt: str, instalments: str, steps: str) -> None:
    texts = ("on receipt", "30% on receipt; 70% 45 days", "45 days, end of month")
    said = [payment_terms.sentence(payment_terms.parse_terms(text), language).replace("\xa0", " ") for text in texts]
    assert said == [receipt, instalments, steps]


def test_instalments_of_several_steps_stand_apart() -> None:
    text = "50% 1 month; 50% 2 months, end of month"
    said = {
        language: payment_terms.sentence(payment_terms.parse_terms(text), language).replace("\xa0", " ")
        for language in ("fr", "de")
    }
    assert said == {
        "fr": "50 % à 1 mois ; 50 % à 2 mois, fin de mois",
        "de": "50 % nach 1 Monat; 50 % nach 2 Monaten, Monatsende",
    }


@pytest.mark.parametrize(
    ("language", "one", "more"),
    [
        ("de", "2,5 % innerhalb von 1 Tag", "2 % vom Nettobetrag innerhalb von 7 Tagen"),
        ("en", "2.5% within 1 day", "2% of net within 7 days"),
        ("es", "2,5 % en 1 día", "2 % de la base imponible en 7 días"),
        ("fr", "2,5 % sous 1 jour", "2 % du HT sous 7 jours"),
        ("it", "2,5% entro 1 giorno", "2% dell’imponibile entro 7 giorni"),
        ("nl", "2,5% binnen 1 dag", "2% van het nettobedrag binnen 7 dagen"),
        ("pt", "2,5% no prazo de 1 dia", "2% do valor sem IVA no prazo de 7 dias"),
    ],
)
def test_cash_discounts_in_words(language: str, one: str, more: str) -> None:
    assert (
        payment_terms.discount_in_words(payment_terms.CashDiscount(D("2.5"), 1), language).replace("\xa0", " ") == one
    )
    assert (
        payment_terms.discount_in_words(payment_terms.CashDiscount(D(2), 7, on_net=True), language).replace("\xa0", " ")
        == more
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_steps_of_terms_are_said_alike(language: str) -> None:
    rules: list[tuple[payment_terms.TermsRule, ...]] = [(), (("end of month", 0),)]
    rules += [
        ((name, number),) for name, last in (("days", 400), ("months", 60), ("day", 31)) for number in range(1, last)
    ]
    said = [
        payment_terms.terms_in_words(payment_terms.Terms("", (payment_terms.TermsPart(None, rule),)), language)
        for rule in rules
    ]
    assert len(set(said)) == len(rules)


# amounts and dates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "money", "negative", "percent", "day", "short_day"),
    [
        ("de", "1.234,50 €", "−0,05 €", "5,5 %", "8. März 2026", "08.03.2026"),
        ("en", "€1,234.50", "−€0.05", "5.5%", "8 March 2026", "08/03/2026"),
        ("es", "1.234,50 €", "−0,05 €", "5,5 %", "8 de marzo de 2026", "08/03/2026"),
        ("fr", "1 234,50 €", "−0,05 €", "5,5 %", "8 mars 2026", "08/03/2026"),
        ("it", "1.234,50 €", "−0,05 €", "5,5%", "8 marzo 2026", "08/03/2026"),
        ("nl", "€ 1.234,50", "€ −0,05", "5,5%", "8 maart 2026", "08-03-2026"),
        ("pt", "1 234,50 €", "−0,05 €", "5,5%", "8 de março de 2026", "08/03/2026"),
    ],
)
def test_amounts_and_dates(language: str, money: str, negative: str, percent: str, day: str, short_day: str) -> None:
    formats = Formats(language)
    said = (
        formats.money(D("1234.50"), "EUR"), formats.money(D("-0.05"), "EUR"), formats.percent(D("5.5")),
        formats.day(date(2026, 3, 8)), formats.short_day(date(2026, 3, 8)),
    )  # fmt: skip
    assert tuple(text.replace("\xa0", " ").replace("\u202f", " ") for text in said) == (
        money, negative, percent, day, short_day,
    )  # fmt: skip


def test_a_unit_in_the_documents_language_is_counted() -> None:
    french = word_table((BUILT_IN_TEMPLATES,), "fr")
    for unit in ("hour", "heure", "heures"):
        assert unit_words(unit, D(1), Formats("fr"), french) == "heure"
        assert unit_words(unit, D(6), Formats("fr"), french) == "heures"
    assert unit_words("palette", D(6), Formats("fr"), french) == "palette"


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_and_a_half_is_one_in_french_only(language: str) -> None:
    singular = [Formats(language).is_singular(D(text)) for text in ("0.5", "1", "1.00", "-1", "1.5", "2", "100")]
    assert singular == [language == "fr", True, True, True, language == "fr", False, False]


def test_countries_have_their_names_in_portugal() -> None:
    assert country_name("PL", "pt") == "Polónia", "in Brazil it is Polônia"
    assert country_name("PL", "sv") == "Polen"
    assert country_name("XX", "de") == "XX"


# whole documents ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book() -> Book:
    return open_ledger(EXAMPLE).book


@pytest.fixture(scope="module")
def no_english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of templates in which each English word, and each English letter, is ENGLISH."""
    folder = tmp_path_factory.mktemp("templates")
    lines: list[str] = []
    for (section, key), text in words("en").items():
        lines += [f"[{section}]"] if f"[{section}]" not in lines else []
        value = '["ENGLISH", "ENGLISH"]' if isinstance(text, list) else '"ENGLISH"'
        lines.append(f"{key} = {value}")
    for name, text in {
        "words/en.toml": "\n".join(lines),
        **{f"letters/en/{kind}.j2": "ENGLISH" for kind in LETTERS},
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def document(book: Book, invoice: Invoice, language: str, where: tuple[Path, ...], paid: Decimal = ZERO) -> View:
    """The view of a document as if its customer had another language."""
    assert invoice.customer is not None
    return rendering.document_view(
        book, invoice._replace(customer=invoice.customer._replace(language=language)), paid, where
    )


TONES: tuple[Tone, ...] = ("courtesy", "friendly", "firm", "final")


def letter(book: Book, proposal: Proposal, language: str, tone: Tone, where: tuple[Path, ...]) -> View:
    """The view of a letter as if its customer had another language; the gentle ones claim nothing, the final one all."""
    level = TONES.index(tone)
    customer = proposal.customer._replace(language=language)
    wanted = proposal._replace(customer=customer, level=level, tone=tone, registered=False)
    if level < 2:
        wanted = wanted._replace(invoices=tuple(late._replace(claim=None) for late in wanted.invoices))
    if level == 0:
        wanted = wanted._replace(invoices=tuple(late._replace(days_overdue=0) for late in wanted.invoices))
    else:
        wanted = wanted._replace(deadline=date(2026, 12, 8))
    if tone == "final":
        wanted = wanted._replace(
            fee=D("12.50"), registered=True, escalation="chef@customer.example", signed_by="A. Solène"
        )
    return rendering.letter_view(book, wanted, where)


def account(book: Book, customer: str, language: str, where: tuple[Path, ...]) -> View:
    """The view of a statement of account of the year as if its customer had another language."""
    (told,) = statements(book, DAY, date(2026, 1, 1), {customer})
    return rendering.statement_view(book, told._replace(customer=told.customer._replace(language=language)), where)


def received(book: Book, number: str, language: str, where: tuple[Path, ...]) -> View:
    """The view of a receipt as if the customer had another language."""
    position = next(position for position in positions(book, DAY) if position.invoice.number == number)
    buyer = position.invoice.customer
    assert buyer is not None
    versions = tuple(
        (day, customer._replace(language=language)) for day, customer in book.customers[buyer.account].versions
    )
    spoken = replace(book, customers={**book.customers, buyer.account: Dated(versions)})
    return rendering.receipt_view(spoken, receipt(position), where)


def printed(book: Book) -> Iterator[Invoice]:
    return (invoice for invoice in book.invoices if invoice.customer and invoice.kind not in {"void", "opening"})


def assert_no_english(view: View, language: str, day: date) -> None:
    assert view.language == language
    said = list(view_texts(view))
    assert not [text for text in said if "ENGLISH" in text]
    english = set(law.mentions("FR", "en", day).values())
    assert not english & set(said)


@pytest.mark.parametrize("language", OTHERS)
def test_no_document_of_the_example_falls_back_to_english(book: Book, no_english: Path, language: str) -> None:
    paid = paid_on_its_date(book)
    for invoice in printed(book):
        view = document(book, invoice, language, (no_english, BUILT_IN_TEMPLATES), paid(invoice))
        assert_no_english(view, language, invoice.date)
        said = {pair.label: pair.value for pair in view.facts}
        label = words(language)["labels", "terms"]
        if invoice.terms and isinstance(label, str) and label in said:
            assert said[label] != payment_terms.terms_in_words(payment_terms.parse_terms(invoice.terms), "en")


RARE = """
2025-01-01 custom "invoice-option" "late-interest" "FR"
2025-01-01 custom "invoice-tax" "KEPT" "Retenue 5 %" Assets:Bank
  rate: 5
  withholding: TRUE
2025-12-15 * "Acme SAS" "Work" ^F2025-0001
  invoice: "F2025-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Advice"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
2026-02-02 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
  kind: "corrective"
  corrects: "F2025-0001"
  delivered: 2026-01-30
  contract-reference: "K-7"
  service-code: "D 12"
  purchase-order: "PO 4"
  contact: "Marie Petit"
  cash-discount: "2% of net within 7 days"
  Assets:Receivable:Acme  205.00 EUR
  Income:Services  -100.00 EUR
    text: "Advice"
    quantity: 1.5
    unit: "hour"
    price-with-tax: 80.00
    tax: "FR20"
    nature: "services"
  Income:Services  -100.00 EUR
    text: "On site"
    quantity: 1
    unit: "LS"
    price: 100.00
    tax: "FR20"
  Income:Discounts  20.00 EUR
    allowance: "Welcome"
    tax: "FR20"
  Income:Services  -5.00 EUR
    charge: "Postage"
    tax: "FR20"
  Liabilities:VAT  -37.00 EUR
    tax: "FR20"
  Income:Discounts  -0.01 EUR
    rounding: TRUE
  Assets:Bank  9.25 EUR
    tax: "KEPT"
  Assets:Bank  7.76 EUR
    settles: "F2026-0001"
2026-05-04 * "Acme SAS" "Late" ^F2026-0002
  invoice: "F2026-0002"
  kind: "claim"
  Assets:Receivable:Acme  45.10 EUR
  Income:Services  -5.10 EUR
    text: "Interest"
  Income:Services  -40.00 EUR
    text: "Compensation"
"""
"""What the example has none of: a corrected invoice with each reference, a charge and money paid at once; a claim."""


FACTS = ("corrects", "delivered", "terms", "cash-discount", "purchase-order", "service-code", "contract-reference")
TOTALS = ("total-net", "total", "rounding", "paid", "amount-due")


def test_there_is_a_document_of_each_kind(book: Book) -> None:
    kinds = {invoice.kind for book in (book, book_of(RARE)) for invoice in printed(book)}
    assert kinds == {"invoice", "credit-note", "deposit", "corrective", "claim"}


@pytest.mark.parametrize("language", OTHERS)
def test_no_rare_document_falls_back_to_english(no_english: Path, language: str) -> None:
    book = book_of(RARE)
    views = [
        document(book, invoice, language, (no_english, BUILT_IN_TEMPLATES), paid_on_its_date(book)(invoice))
        for invoice in printed(book)
    ]
    for view in views:
        assert_no_english(view, language, view.day)
    table = words(language)
    for label in FACTS:
        assert table["labels", label] in [pair.label for pair in views[1].facts], label
    for label in TOTALS:
        assert table["labels", label] in [pair.label for pair in views[1].totals], label


@pytest.mark.parametrize("language", OTHERS)
def test_no_letter_falls_back_to_english(book: Book, no_english: Path, language: str) -> None:
    proposals = [reminder for reminder in due_reminders(book, DAY) if reminder.level]
    assert proposals
    for proposal in proposals:
        for tone in TONES:
            assert_no_english(letter(book, proposal, language, tone, (no_english, BUILT_IN_TEMPLATES)), language, DAY)


@pytest.mark.parametrize("language", OTHERS)
def test_no_statement_falls_back_to_english(book: Book, no_english: Path, language: str) -> None:
    for told in statements(book, DAY):
        view = account(book, told.customer.account, language, (no_english, BUILT_IN_TEMPLATES))
        assert_no_english(view, language, DAY)
    year = open_ledger(TESTS / "golden" / "receivables.beancount").book
    (told,) = statements(year, date(2027, 12, 31))
    view = rendering.statement_view(
        year, told._replace(customer=told.customer._replace(language=language)), (no_english, BUILT_IN_TEMPLATES)
    )
    assert_no_english(view, language, date(2027, 12, 31))
    text = " ".join(view_texts(view))
    for word in ("payment", "write-off", "reversal", "refund"):
        assert str(words(language)["statement", word]) in text, word


RECEIPTS = ("F2026-0055", "F2026-0047")
"""One that was paid in part, one that was paid in full."""


@pytest.mark.parametrize("language", OTHERS)
def test_no_receipt_falls_back_to_english(book: Book, no_english: Path, language: str) -> None:
    for number in RECEIPTS:
        assert_no_english(received(book, number, language, (no_english, BUILT_IN_TEMPLATES)), language, DAY)


SHOWN = ("F2026-0067", "F2026-0066", "F2025-0008", "F2025-0021", "F2025-0055", "A2026-0001", "draft-kerbrat-2026-11")
"""Instalments and two rates; reverse charge; a cash discount; a deposit, and its deduction; a credit note; a draft."""


def several(book: Book) -> Proposal:
    """A letter about two invoices as if both had been reminded twice, with another one apart and money on the account."""
    third, first = due_reminders(book, DAY, find_customers(book, "Vandamme"))
    (late,), (other,) = third.invoices, first.invoices
    assert len(late.earlier_letters) == 2
    both = (late, other._replace(earlier_letters=late.earlier_letters, claim=late.claim))
    apart = (SeparatelyReminded("F2026-0057", D("240.00"), late.earlier_letters[-1]),)
    return third._replace(
        invoices=both,
        total=third.total + first.total,
        separately_reminded=apart,
        unexplained_payments=D("33.00"),
    )


def shown(book: Book, language: str) -> Iterator[View]:
    """What a person reads through in a language: documents of each sort, and each letter to one and for several invoices."""
    where = rendering.folders(book)
    for number in SHOWN:
        invoice = book.invoice(number)
        assert invoice is not None
        yield document(book, invoice, language, where, paid_on_its_date(book)(invoice))
    rare = book_of(RARE)
    for invoice in list(printed(rare))[1:]:
        yield document(rare, invoice, language, where, paid_on_its_date(rare)(invoice))
    (halles,) = due_reminders(book, DAY, find_customers(book, "Halles"))
    for proposal in (halles, several(book)):
        for tone in TONES:
            yield letter(book, proposal, language, tone, where)
    never = halles._replace(invoices=tuple(late._replace(earlier_letters=()) for late in halles.invoices))
    for tone in TONES[2:]:
        yield letter(book, never, language, tone, where)
    for customer in ("Halles", "Kerbrat", "Fournil"):
        yield account(book, f"Assets:Clients:{customer}", language, where)
    for number in RECEIPTS:
        yield received(book, number, language, where)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_documents_and_letters_say(book: Book, language: str, update: bool) -> None:
    """In the files spaces that do not break are ordinary ones, so that they can be read and searched."""
    found = ("\n" + "=" * 100 + "\n").join(
        rendering.to_text(view, rendering.folders(book)) for view in shown(book, language)
    )
    found = "\n".join(line.rstrip() for line in found.replace("\xa0", " ").replace("\u202f", " ").split("\n"))
    file = SNAPSHOTS / f"{language}.txt"
    if update:
        file.write_text(found, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_form_says_the_same_in_each_language(book: Book, language: str) -> None:
    """Each letter of each alphabet is in the PDF: no font lacks it, no column cuts it off."""
    views: list[Any] = list(shown(book, language))
    for view in (views[0], views[2], views[-1]):
        assert_same_facts(view, rendering.folders(book))
