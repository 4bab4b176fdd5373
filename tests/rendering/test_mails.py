"""The words of e-mails: in every language, and one's own."""

from __future__ import annotations

import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from beancount_invoicing import rendering
from beancount_invoicing.actions.remind import due_reminders
from beancount_invoicing.customer_search import find_customers
from beancount_invoicing.delivery import Dispatch
from beancount_invoicing.dunning import StateOnSending
from beancount_invoicing.dunning.sending_states import PaymentState
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from beancount_invoicing.sending.invoice_dispatches import dispatches_of_invoices
from beancount_invoicing.sending.letter_dispatches import dispatches_of_reminders
from tests.ledgers import recent_example

DAY = date(2026, 11, 30)
LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt")


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """The example business in a folder of its own."""
    return recent_example(tmp_path / "ledger").parent


def in_language(books: Path, language: str) -> Path:
    """Every customer is written to in one language."""
    customers = books / "customers.beancount"
    text = re.sub(r'\n  language: "[^"]*"', "", customers.read_text(encoding="utf-8"))
    customers.write_text(text, encoding="utf-8")
    with (books / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write(f'2025-01-01 custom "invoice-option" "language" "{language}"\n')
    return books / "main.beancount"


def invoice(ledger: Path, number: str) -> Dispatch:
    (one,) = dispatches_of_invoices(open_ledger(ledger), [number], DAY)
    assert isinstance(one, Dispatch)
    return one


def words(text: str) -> set[str]:
    """The sentences of a text, without what the templates do not say themselves."""
    return {line for line in text.splitlines() if line.endswith((".", ",", ":")) and "F2026" not in line}


def test_each_language_has_its_own_words(books: Path) -> None:
    said: dict[str, set[str]] = {}
    for language in LANGUAGES:
        shutil.copytree(books, books.parent / language)
        ledger = in_language(books.parent / language, language)
        dispatch = invoice(ledger, "F2026-0072")
        assert dispatch.language == language
        assert (
            dispatch.subject
            == f"{rendering.word_table((BUILT_IN_TEMPLATES,), language)['titles']['invoice']} F2026-0072 – Atelier Solène"
        )
        said[language] = words(dispatch.text)
        assert len(said[language]) >= 3
        for sentence in said[language]:
            assert sentence.replace("'", "&#39;") in dispatch.html
    for language in LANGUAGES:
        for other in LANGUAGES:
            assert language == other or not said[language] & said[other], (language, other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_says_what_its_letter_says(books: Path, language: str) -> None:
    ledger = open_ledger(in_language(books, language))
    proposals = due_reminders(ledger.book, DAY, find_customers(ledger.book, "Clinique"))
    (one,) = dispatches_of_reminders(ledger, proposals)
    assert isinstance(one, Dispatch)
    view = rendering.letter_view(ledger.book, proposals[0], (BUILT_IN_TEMPLATES,))
    assert all(part in one.text for part in view.opening)
    assert all(pair.value in one.text and pair.value in one.html for pair in (*view.totals, *view.payment))
    assert (one.kind, one.level, one.numbers) == ("reminder", 2, ("F2026-0064",))


def test_what_needs_no_payment_asks_for_none(books: Path) -> None:
    ledger = books / "main.beancount"
    assert "Vous n’avez rien à régler" in invoice(ledger, "A2026-0002").text
    assert "régler à l’échéance" in invoice(ledger, "F2026-0072").text


ASKS = get_args(PaymentState)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_standing_has_its_own_words_and_what_is_settled_no_iban(books: Path, language: str) -> None:
    book = open_ledger(in_language(books, language)).book
    found = book.invoice("F2026-0072")
    assert found is not None
    view = rendering.document_view(book, found, Decimal(0), (BUILT_IN_TEMPLATES,))
    said: dict[str, set[str]] = {}
    for asks in ASKS:
        stands = StateOnSending(
            asks, found.payable if asks in {"to-pay", "overdue"} else Decimal(0), as_printed=asks == "to-pay"
        )
        if asks == "overdue":
            stands = stands._replace(due=DAY, asked_amount=stands.open)
        facts = (
            rendering.document_facts(view)
            if stands.as_printed
            else rendering.outstanding_facts(book, found, stands, view, (BUILT_IN_TEMPLATES,))
        )
        values = {"invoice": found, "customer": found.customer, "to_pay": asks in {"to-pay", "overdue"}, "later": False}
        text = rendering.mail_text(
            (BUILT_IN_TEMPLATES,), "invoice", view, facts, **values, standing=asks, credited_by="A7"
        ).text
        said[asks] = words(text)
        assert ("FR76 3000" in text) is (asks in {"to-pay", "overdue"}), asks
        assert ("A7" in text) is (asks == "credited")
    common = set.intersection(*said.values())
    own = [frozenset(each - common) for each in said.values()]
    assert all(len(each) == 1 for each in own)
    assert len(set(own)) == len(ASKS)


def test_what_was_paid_since_comes_for_the_records(books: Path) -> None:
    text = invoice(books / "main.beancount", "F2026-0047").text.replace("\xa0", " ")
    assert "Elle est déjà réglée : nous vous l’adressons pour vos dossiers." in text
    assert "Reste dû : 0,00 €" in text
    assert "IBAN" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_of_an_opening_item_brings_no_invoice(books: Path, language: str) -> None:
    ledger = open_ledger(in_language(books, language))
    (proposal,) = due_reminders(ledger.book, DAY, find_customers(ledger.book, "Clinique"))
    view = rendering.letter_view(ledger.book, proposal, (BUILT_IN_TEMPLATES,))
    with_it, without = (
        rendering.mail_text(
            (BUILT_IN_TEMPLATES,), "reminder", view, numbers=("N1",), attached=count, proposal=proposal
        ).text
        for count in (1, 0)
    )
    assert len(words(without)) == len(words(with_it))
    assert words(without) != words(with_it)


def test_the_facts_are_those_of_the_document(books: Path) -> None:
    dispatch = invoice(books / "main.beancount", "F2026-0072")
    found = open_ledger(books / "main.beancount").book.invoice("F2026-0072")
    assert found is not None
    due = rendering.document_view(open_ledger(books / "main.beancount").book, found, Decimal(0), (BUILT_IN_TEMPLATES,))
    assert f"{due.totals[-1].label}\u00a0: {due.totals[-1].value}" in dispatch.text
    assert "FR76 3000 6000 0112 3456 7890 189" in dispatch.html


def test_own_words_beside_the_ledger_win(books: Path) -> None:
    own = books / "templates" / "mails" / "fr" / "invoice.j2"
    own.parent.mkdir(parents=True)
    own.write_text("Subject: {{ view.number }} pour <vous>\n\nVoilà <b>tout</b>.\n\n{{ facts }}\n", encoding="utf-8")
    dispatch = invoice(books / "main.beancount", "F2026-0072")
    assert dispatch.subject == "F2026-0072 pour <vous>"
    assert dispatch.text.startswith("Voilà <b>tout</b>.\n\nFacture\u00a0: F2026-0072\n")
    assert "Voilà &lt;b&gt;tout&lt;/b&gt;." in dispatch.html


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Bonjour\n", r'invoice\.j2:1: the first line must be "Subject: …"'),
        ("Subject: x\n\n{{ nothing }}\n", r"invoice\.j2:3"),
    ],
)
def test_a_template_that_is_wrong_is_named(books: Path, text: str, said: str) -> None:
    own = books / "templates" / "mails" / "fr" / "invoice.j2"
    own.parent.mkdir(parents=True)
    own.write_text(text, encoding="utf-8")
    with pytest.raises(rendering.TemplateError, match=said):
        invoice(books / "main.beancount", "F2026-0072")


def test_what_is_contested_is_named_and_not_asked_for(books: Path) -> None:
    dispute = '2026-11-20 note Assets:Clients:Halles "Une heure" ^F2026-0063\n  event: "dispute"\n  amount: 100.00\n'
    with (books / "2026" / "follow-up.beancount").open("a", encoding="utf-8") as file:
        file.write(dispute)
    text = invoice(books / "main.beancount", "F2026-0063").text.replace("\xa0", " ").replace("\u202f", " ")
    assert "Reste dû : 1 689,60 €\nEn litige : 100,00 €\nDemandé : 1 589,60 €\n" in text, text
