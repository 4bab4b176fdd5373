"""Reminder letters by tone: what each says, what it asks for, what the law wants, and how it looks on paper."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pypdf
import pytest
import typst
import zxingcpp

from beancount_invoicing import rendering
from beancount_invoicing.actions.remind import due_reminders
from beancount_invoicing.law.citations import formal_demand, late_payment
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.rendering import View, view_texts
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from beancount_invoicing.rendering.output import typst_arguments
from beancount_invoicing.rendering.parties import REMITTANCE_LENGTH
from tests.ledgers import EXAMPLE, book_of
from tests.rendering.test_documents import assert_same_facts, picture, squeezed, view_of
from tests.rendering.test_templates import book_in
from tests.rendering.test_themes import words

POLICY = """
2025-01-01 custom "invoice-option" "late-interest" "12"
2025-01-01 custom "invoice-policy" "standard"
  signed-by: "Anne Le Gall, 02 99 00 00 00"
2025-01-01 custom "invoice-policy" "standard" 0
  days: -5
2025-01-01 custom "invoice-policy" "standard" 1
  days: 3
2025-01-01 custom "invoice-policy" "standard" 2
  days: 15
  deadline: 8
  interest: TRUE
  fee: 47.50
2025-01-01 custom "invoice-policy" "standard" 3
  days: 30
  tone: "final"
  deadline: 10
  interest: TRUE
  registered: TRUE
  escalate: TRUE
2025-01-01 custom "invoice-seller" "Atelier Test"
  iban: "FR7630006000011234567890189"
2025-02-01 custom "invoice-customer" Assets:Receivable:Acme
  escalation: "chef@acme.example"
"""
INVOICE = """
2026-01-10 * "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  1200.00 EUR
  Income:Services  -1000.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -200.00 EUR
    tax: "FR20"
"""
DUE = date(2026, 2, 9)


def reminded(*dated: tuple[str, int]) -> str:
    return "".join(
        f'\n{day} note Assets:Receivable:Acme "Letter" ^F2026-0001\n  event: "reminder"\n  level: {level}\n'
        for day, level in dated
    )


SECOND = reminded(("2026-02-12", 1))
THIRD = reminded(("2026-02-12", 1), ("2026-02-24", 2))
BUYER = '\n2025-01-02 custom "invoice-customer" Assets:Receivable:Acme\n  buyer: "{}"\n'


def letter(ledger: str, day: str, head: str = POLICY) -> View:
    book = book_of(head + ledger)
    (proposal,) = (reminder for reminder in due_reminders(book, date.fromisoformat(day)) if reminder.level is not None)
    return rendering.letter_view(book, proposal, rendering.folders(book))


def plain(view: View) -> str:
    return "\n".join(view_texts(view)).replace("\xa0", " ").replace("\u202f", " ")


def said(view: View) -> dict[str, str]:
    return {pair.label: pair.value.replace("\xa0", " ").replace("\u202f", " ") for pair in (*view.facts, *view.totals)}


# the tones ----------------------------------------------------------------------------------------------------------


def test_the_notice_before_the_due_date_asks_for_nothing_yet() -> None:
    view = letter(INVOICE, "2026-02-05")
    assert view.title == "Avis d’échéance"
    assert "arrive à échéance le 9 février 2026, pour un montant de 1 200,00 €" in plain(view)
    assert said(view) == {
        "Date": "5 février 2026", "Votre interlocuteur": "Anne Le Gall, 02 99 00 00 00", "Total à échoir": "1 200,00 €",
    }  # fmt: skip
    assert view.table
    assert "Retard" not in view.table.columns
    assert "EUR1200.00" in view.qr


def test_the_friendly_one_claims_nothing_more() -> None:
    view = letter(INVOICE, "2026-02-12")
    assert view.title == "Rappel"
    assert "régler 1 200,00 € dans les prochains jours" in plain(view)
    assert set(said(view)) == {"Date", "Votre interlocuteur", "Total échu"}


def test_the_firm_one_sets_a_day_and_names_interest_indemnity_and_fee_apart() -> None:
    view = letter(INVOICE + SECOND, "2026-02-24")
    assert "À régler au plus tard le\u00a0: 4 mars 2026" in rendering.to_text(
        view, (BUILT_IN_TEMPLATES,)
    )  # as French is written
    assert view.title == "Relance"
    assert said(view) == {
        "Date": "24 février 2026",
        "À régler au plus tard le": "4 mars 2026",
        "Votre interlocuteur": "Anne Le Gall, 02 99 00 00 00",
        "Total échu": "1 200,00 €",
        "Pénalités de retard": "5,92 €",
        "Indemnité de recouvrement": "40,00 €",
        "Frais": "7,50 €",
        "Total réclamé": "1 253,42 €",
    }
    assert "de plein droit et sans rappel (Code de commerce, art. L441-10)" in plain(view)
    assert "régler 1 253,42 € au plus tard le 4 mars 2026" in plain(view)
    assert "Les frais de ce courrier s’élèvent à 7,50 €." in plain(view)
    (code,) = zxingcpp.read_barcodes(picture(view))
    assert "EUR1253.42" in code.text.split("\n"), "a transfer of all that is asked for"


def test_the_final_notice_has_the_words_that_the_law_wants() -> None:
    view = letter(INVOICE + THIRD, "2026-03-11")
    assert view.title == "Mise en demeure"
    assert view.facts[0].label == "Envoi"
    assert said(view)["Envoi"] == "Lettre recommandée avec avis de réception"
    assert said(view)["Copie à"] == "chef@acme.example"
    assert (
        "nous vous mettons en demeure (Code civil, art. 1344 et 1231-6) de nous régler, au plus tard le 21 mars 2026"
        in (plain(view))
    )
    assert "les pénalités continuent de courir" in plain(view)
    assert view.closing == (
        "Veuillez agréer, Madame, Monsieur, nos salutations distinguées.", "Anne Le Gall, 02 99 00 00 00", "Atelier Test",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ledger", "day"),
    [(INVOICE, "2026-02-05"), (INVOICE + SECOND, "2026-02-24"), (INVOICE + THIRD, "2026-03-11")],
    ids=["courtesy", "firm", "final"],
)
def test_each_form_says_the_same(ledger: str, day: str) -> None:
    assert_same_facts(letter(ledger, day), (BUILT_IN_TEMPLATES,))


@pytest.mark.parametrize(
    ("language", "alone", "both"),
    [
        ("fr", "recouvrement, due de plein droit", "recouvrement, dues de plein droit"),
        (
            "de",
            "Darin enthalten ist die Verzugspauschale, die uns von Gesetzes wegen zusteht (",
            "Darin enthalten sind Verzugszinsen und die Verzugspauschale, die uns von Gesetzes wegen zustehen (",
        ),
        (
            "en",
            "includes the fixed compensation for recovery costs, due",
            "interest and the fixed compensation for recovery costs, due",
        ),
        (
            "es",
            "indemnización por costes de cobro, exigible sin",
            "los intereses de demora y la indemnización por costes de cobro, exigibles sin",
        ),
        (
            "nl",
            "is de vaste vergoeding voor invorderingskosten begrepen",
            "zijn de vertragingsrente en de vaste vergoeding voor invorderingskosten begrepen",
        ),
        ("it", "recupero, dovuto senza", "recupero, dovuti senza"),
        ("pt", "cobrança, devida sem", "cobrança, devidos sem"),
    ],
)
def test_one_thing_is_due_and_two_are(language: str, alone: str, both: str) -> None:
    """The fixed sum alone, where the rate of the first day late is not known."""
    speaks = f'\n2025-01-02 custom "invoice-customer" Assets:Receivable:Acme\n  language: "{language}"\n'
    by_law = '\n2025-01-02 custom "invoice-option" "late-interest" "{}"\n'
    ledger = speaks + INVOICE + THIRD
    assert both in plain(letter(ledger + by_law.format("12"), "2026-03-15"))
    assert alone in plain(letter(ledger.replace("2026-", "2098-") + by_law.format("FR"), "2098-03-15"))


@pytest.mark.parametrize(
    ("level", "language", "alone", "both"),
    [
        (1, "de", "enthalten ist die Verzugspauschale, die uns von Gesetzes wegen zusteht", "wegen zustehen"),
        (1, "it", "il risarcimento delle spese di recupero, previsto dalla legge", "recupero, previsti dalla legge"),
        (2, "de", "Zahlungsverzugs steht uns", "Zahlungsverzugs stehen uns"),
    ],
)
def test_a_milder_letter_too_says_one_thing_and_two(level: int, language: str, alone: str, both: str) -> None:
    speaks = f'\n2025-01-02 custom "invoice-customer" Assets:Receivable:Acme\n  language: "{language}"\n'
    by_law = '\n2025-01-02 custom "invoice-option" "late-interest" "{}"\n'
    claiming = POLICY.replace("  days: 3\n", "  days: 3\n  interest: TRUE\n")
    ledger, day = (speaks + INVOICE, "2026-02-20") if level == 1 else (speaks + INVOICE + SECOND, "2026-03-01")
    assert both in plain(letter(ledger + by_law.format("12"), day, claiming))
    later = ledger.replace("2026-", "2098-") + by_law.format("FR")
    assert alone in plain(letter(later, day.replace("2026", "2098"), claiming))


@pytest.mark.parametrize(
    ("country", "language", "registered", "regards"),
    [
        ("US", "en", "Certified mail, return receipt requested", "Sincerely,"),
        ("DE", "de", "Einschreiben mit Rückschein", "Mit freundlichen Grüßen"),
        ("CH", "de", "Einschreiben mit Rückschein", "Freundliche Grüsse"),
        ("CA", "fr", "Courrier recommandé avec confirmation de livraison", "Veuillez agréer, Madame, Monsieur"),
        ("BE", "nl", "Aangetekende zending met ontvangstbewijs", "Met vriendelijke groet,"),
    ],
)
def test_post_and_closing_are_those_of_the_seller_s_country(
    country: str, language: str, registered: str, regards: str
) -> None:
    head = POLICY + f'\n2025-01-02 custom "invoice-seller" "Atelier Test"\n  country: "{country}"\n'
    head += f'\n2025-01-02 custom "invoice-customer" Assets:Receivable:Acme\n  language: "{language}"\n'
    text = plain(letter(INVOICE + THIRD, "2026-03-11", head))
    assert registered in text
    assert regards in text


def test_a_consumer_is_told_nothing_that_holds_between_businesses() -> None:
    """No indemnity, no fee, no Code de commerce; the demand itself is everybody's."""
    view = letter(BUYER.format("consumer") + INVOICE + THIRD, "2026-03-11")
    assert "commerce" not in plain(view)
    assert "Code civil, art. 1344" in plain(view)
    assert not {"Indemnité de recouvrement", "Frais"} & set(said(view))


def test_a_public_buyer_is_told_its_own_law() -> None:
    view = letter(BUYER.format("public") + INVOICE + SECOND, "2026-02-24")
    assert "(Code de la commande publique, art. L2192-13 et R2192-31)" in plain(view)


@pytest.mark.parametrize(
    ("country", "language", "cited"),
    [
        ("FR", "de", "Code civil, art. 1344 et 1231-6"),
        ("DE", "de", "§ 286 BGB"),
        ("DE", "fr", "§ 286 BGB"),
        ("IT", "it", "Codice civile, art. 1219"),
        ("NL", "nl", "art. 6:82 BW"),
        ("PT", "pt", "Código Civil, art. 805.º"),
    ],
)
def test_the_law_is_the_seller_s_whatever_the_language(country: str, language: str, cited: str) -> None:
    seller = f'\n2025-01-02 custom "invoice-seller" "Atelier Test"\n  country: "{country}"\n'
    customer = f'\n2025-01-02 custom "invoice-customer" Assets:Receivable:Acme\n  language: "{language}"\n'
    view = letter(seller + customer + INVOICE + THIRD, "2026-03-11")
    assert f"({cited})" in plain(view)
    others = {formal_demand(other) for other in ("FR", "DE", "IT", "NL", "PT")} - {cited}
    assert not [one for one in others if one in plain(view)]


@pytest.mark.parametrize("country", ["US", "GB", "BE", ""])
def test_what_is_not_known_is_not_cited(country: str) -> None:
    assert formal_demand(country) == late_payment(country, "business") == ""
    seller = f'\n2025-01-02 custom "invoice-seller" "Atelier Test"\n  country: "{country}"\n'
    assert "mettons en demeure de nous régler" in plain(letter(seller + INVOICE + THIRD, "2026-03-11"))


def test_each_country_whose_interest_is_known_and_cited_is_so_for_businesses_only() -> None:
    for country in ("FR", "DE", "ES", "PT"):
        assert late_payment(country, "business")
        assert late_payment(country, "consumer") == ""


# what it is about ---------------------------------------------------------------------------------------------------


def test_a_contested_part_and_a_later_instalment_are_named_and_not_asked_for() -> None:
    ledger = INVOICE.replace(
        '  invoice: "F2026-0001"\n', '  invoice: "F2026-0001"\n  terms: "50% 30 days; 50% 90 days"\n'
    )
    dispute = '\n2026-02-10 note Assets:Receivable:Acme "Hours" ^F2026-0001\n  event: "dispute"\n  amount: 100.00\n'
    view = letter(ledger + dispute, "2026-02-12")
    assert view.table
    (row,) = view.table.rows
    details = [text.replace("\xa0", " ") for text in row.details]
    assert details == ["dont contesté, non réclamé ici : 100,00 €", "dont pas encore échu : 600,00 €"]
    assert row.cells[-2] == "500,00"
    assert said(view)["Total échu"] == "500,00 €"
    assert_same_facts(view, (BUILT_IN_TEMPLATES,))


def test_it_says_until_which_day_payments_are_known() -> None:
    """The bank's last day, not the letter's: what came since then may be under way."""
    paid = '\n2026-02-11 * "Part" ^F2026-0001\n  Assets:Bank  200.00 EUR\n  Assets:Receivable:Acme\n'
    view = letter(INVOICE + paid, "2026-02-12")
    assert "Les règlements reçus jusqu’au 11 février 2026 sont pris en compte." in plain(view)
    assert view.table
    assert [cell.replace("\u202f", " ") for cell in view.table.rows[0].cells[3:6]] == ["1 200,00", "200,00", "1 000,00"]
    accounts = '\n2026-01-02 custom "invoice-option" "bank-accounts" "Assets:Bank Assets:Post"\n'
    behind = "\n2026-02-04 balance Assets:Post  0.00 EUR\n" + accounts
    assert "jusqu’au 4 février 2026" in plain(letter(INVOICE + paid + behind, "2026-02-12")), "on every account"
    assert "jusqu’au" not in plain(letter(INVOICE, "2026-02-12")), "of no bank account anything is known"


def test_a_reference_of_the_payer_s_bank_is_used_where_one_invoice_is_late() -> None:
    option = '\n2025-01-01 custom "invoice-option" "payment-reference" "iso11649"\n'
    view = letter(option + INVOICE, "2026-02-12")
    assert any(pair.value.startswith("RF") for pair in view.payment)


def many(count: int) -> str:
    return "".join(
        INVOICE.replace("F2026-0001", f"F2026-{number:04}").replace("2026-01-10", f"2026-01-{1 + number % 20:02}")
        for number in range(1, count + 1)
    )


def test_sixty_invoices_are_pages_with_heads_and_a_reference_that_a_transfer_can_hold() -> None:
    view = letter(many(60), "2026-03-02")
    assert view.table
    assert len(view.table.rows) == 60
    reader = pypdf.PdfReader(io.BytesIO(rendering.to_pdf(view, (BUILT_IN_TEMPLATES,))))
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        assert f"Page{number}sur3" in squeezed(page)
        if re.search(r"F2026-\d{4} +\d\d/", page):
            assert "Échéance" in page, "the head of the table is on each of its pages"
    (reference,) = (pair.value for pair in view.payment if pair.label == "Référence à rappeler")
    assert len(reference) <= REMITTANCE_LENGTH
    assert re.fullmatch(r"(F2026-\d{4}, )+F2026-\d{4} …", reference), "no number is cut"
    assert_same_facts(view, (BUILT_IN_TEMPLATES,))


# on paper -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_address_of_a_letter_is_in_the_window_too(tmp_path: Path, side: str) -> None:
    option = f'\n2025-01-01 custom "invoice-option" "address-window" "{side}"\n'
    view = letter(option + INVOICE + THIRD, "2026-03-11")
    _size, found = words(rendering.to_pdf(view, (BUILT_IN_TEMPLATES,)), tmp_path)
    left, top, right, bottom = (110, 55, 195, 88) if side == "right" else (25, 62.7, 105, 90)
    inside = [box for box in found if box[1] < right and box[3] > left and box[2] < bottom and box[4] > top]
    assert " ".join(text for text, *_box in inside) == " ".join(view.recipient)
    assert min(box[1] for box in inside) == pytest.approx(left, abs=0.1)


def settled_views() -> list[View]:
    book = open_ledger(EXAMPLE).book
    letters = [
        rendering.letter_view(book, reminder, rendering.folders(book))
        for reminder in due_reminders(book, date(2026, 11, 30))
        if reminder.level is not None
    ]
    return [
        *letters,
        view_of(book, "F2026-0067"),
        letter(many(60), "2026-03-02"),
        letter(INVOICE + THIRD, "2026-03-11"),
    ]


def test_the_layout_settles() -> None:
    """Where it looked at itself and did not come to rest, pages were numbered wrongly."""
    compiler = typst.Compiler(
        root=str(BUILT_IN_TEMPLATES), font_paths=[str(BUILT_IN_TEMPLATES / "fonts")], ignore_system_fonts=True
    )
    for view in settled_views():
        _pdf, warnings = compiler.compile_with_warnings(
            input=(BUILT_IN_TEMPLATES / "document.typ").read_bytes(), **typst_arguments(view)
        )
        assert [str(warning) for warning in warnings] == []


def test_one_s_own_letter_wins(tmp_path: Path) -> None:
    own = {
        "templates/letters/fr/friendly.j2": "Cher {{ customer.name }},\n\npensez à {{ claimed }}{% if deadline %}"
        " avant le {{ deadline }}{% endif %}, dus depuis le {{ due }}.\n"
    }
    book = book_in(tmp_path, own)
    (proposal,) = due_reminders(book, date(2026, 3, 20))
    view = rendering.letter_view(book, proposal, rendering.folders(book))
    assert plain(view).count("Cher Acme SAS,") == 1
    assert view.opening[1].replace("\xa0", " ") == "pensez à 120,00 €, dus depuis le 4 mars 2026."
    assert "pensez à" in rendering.to_text(view, rendering.folders(book))
