"""Who works alone says "I" in all that a customer reads, in each language; a firm says "we"; and neither both."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import pytest

from beancount_invoicing.actions.remind import due_reminders
from beancount_invoicing.customer_search import find_customers
from beancount_invoicing.delivery import Dispatch
from beancount_invoicing.dunning.sending_states import PaymentState
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.rendering import View, document_view, mail_text
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from beancount_invoicing.rendering.output import fill
from beancount_invoicing.sending.invoice_dispatches import dispatches_of_invoices
from beancount_invoicing.sending.letter_dispatches import dispatches_of_reminders
from tests.ledgers import EXAMPLE

DAY = date(2026, 11, 30)

FIRM = {
    "de": r"wir|uns|unser\w*",
    "en": r"we|us|our",
    "es": r"nosotros|nos|nuestr[oa]s?|hemos|(?!próximos)\w+[aei]mos",
    "fr": r"nous|notre|nos",
    "it": r"noi|nostr[oaei]|ci|\w+iamo|\w*remo|\w+rci|\w+celo",
    "nl": r"wij|ons|onze",
    "pt": r"nós|noss[oa]s?|connosco|(?!próximos)\w+[aei]mos(?:-lo)?|\w+-nos|(?<=que )nos|(?<=lei )nos",
}
"""Words in which a firm speaks."""
ALONE = {
    "de": r"ich|mir|mich|mein\w*",
    "en": r"I|me|my",
    "es": r"yo|me|conmigo|mis?|he|adjunto|ruego|escribí|\w+[aei]ré|requiero|comunico|agradezco|envío|confirmo",
    "fr": r"je|j|me|moi|mon|ma|mes|m",
    "it": r"io|mi|mi[oa]|miei|ho|\w+rò|prego|invito|segnalo|intimo|costituisco|invio|confermo|\w+rmi|\w+melo",
    "nl": r"ik|mij|mijn",
    "pt": r"me|meus?|minhas?|\w+-me|venho|\w+rei|escrevi|pude|deduzi|agradeço|solicito|informo|envio(?:-o)?|confirmo|recebi",
}
"""Words in which one person speaks."""
LANGUAGES = tuple(FIRM)
LETTERS = ("courtesy", "friendly", "firm", "final", "statement", "receipt", "confirmation")


def spoken(text: str, pattern: str) -> list[str]:
    """The words of a text that are of a voice."""
    return re.findall(rf"(?<![\w-])(?:{pattern})(?![\w-])", text, 0 if pattern == ALONE["en"] else re.IGNORECASE)


def facts(**changed: Any) -> dict[str, Any]:
    """What a letter's template is filled with: everything there is to say, but for what is `changed`."""
    there: dict[str, Any] = {
        "customer": None, "seller": None, "level": 2, "count": 1, "due": "1/2", "total": "10,00", "claimed": "12,00",
        "claims": True, "interest": "1,00", "indemnity": "1,00", "fee": "0,50", "deadline": "9/2", "as_of": "3/2",
        "paid_until": "2/2", "unknown": "", "credits": [], "partly": False, "reminders": 0, "reminded_on": "", "apart": [],
        "demand_law": "§ 1", "late_law": "§ 2", "since": "1/1", "document": "X 1", "named": "x 1", "date": "1/1",
        "received": "4,00", "left": "6,00", "reply_to": "",
    }  # fmt: skip
    return there | changed


def every_way() -> Iterator[dict[str, Any]]:
    """What decides which words a letter has."""
    yield facts()
    yield facts(count=2, partly=True, unknown="3,00", apart=["X 2"], since="", left="", deadline="")
    yield facts(reminders=1, reminded_on="1/2", claims=False, fee="", late_law="", demand_law="")
    yield facts(reminders=2, count=2, apart=["X 2", "X 3"], credits=["A 1 (3,00)"], paid_until="", interest="")
    yield facts(reminders=2, unknown="3,00", credits=["A 1 (3,00)", "A 2 (4,00)"], partly=True, indemnity="")


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LETTERS)
def test_a_letter_speaks_in_one_voice(kind: str, language: str, alone: bool) -> None:
    own, other = (ALONE, FIRM) if alone else (FIRM, ALONE)
    said = [
        fill((BUILT_IN_TEMPLATES,), f"letters/{language}/{kind}.j2", alone=alone, **values) for values in every_way()
    ]
    assert not (wrong := [(words, text) for text in said if (words := spoken(text, other[language]))]), wrong
    assert any(spoken(text, own[language]) for text in said), "it speaks of itself"


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_e_mail_speaks_in_the_voice_of_its_document(view: View, language: str, alone: bool) -> None:
    own, other = (ALONE, FIRM) if alone else (FIRM, ALONE)
    view = replace(view, language=language, alone=alone, payment=(), facts=())
    invoices = [
        mail_text((BUILT_IN_TEMPLATES,), "invoice", view, standing=standing, later=later, credited_by="A7").text
        for standing in get_args(PaymentState)
        for later in (False, True)
    ]
    more: dict[str, Any] = {"numbers": ("X 1",), "as_of": "1/1", "document": "X 1", "proposal": None}
    letters = [
        mail_text((BUILT_IN_TEMPLATES,), kind, view, **more, attached=attached).text
        for kind in ("reminder", "statement", "receipt")
        for attached in (0, 1)
    ]
    said = [text.replace(view.seller, "") for text in chain(invoices, letters)]
    assert not (wrong := [(words, text) for text in said if (words := spoken(text, other[language]))]), wrong
    if language != "en":  # whose e-mail with an invoice speaks of nobody
        assert any(spoken(text, own[language]) for text in said[: len(invoices)]), "it speaks of itself"


@pytest.fixture(scope="module")
def view() -> View:
    book = open_ledger(EXAMPLE).book
    found = book.invoice("F2026-0072")
    assert found is not None
    return replace(document_view(book, found, found.payable, (BUILT_IN_TEMPLATES,)), opening=(), closing=("–",))


def test_the_option_decides_from_its_day_on_what_leaves_the_house(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE.parent, tmp_path / "ledger")
    with (tmp_path / "ledger" / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write('2025-01-01 custom "invoice-option" "voice" "I"\n')
    ledger = open_ledger(tmp_path / "ledger" / "main.beancount")
    (invoice,) = dispatches_of_invoices(ledger, ["F2026-0047"], DAY)
    assert isinstance(invoice, Dispatch)
    assert "Elle est déjà réglée\u00a0: je vous l’adresse pour vos dossiers." in invoice.text.replace(" :", "\u00a0:")
    (reminder,) = dispatches_of_reminders(
        ledger, due_reminders(ledger.book, DAY, find_customers(ledger.book, "Clinique"))
    )
    assert isinstance(reminder, Dispatch)
    assert "Je vous prie de régler" in reminder.text
    assert "mes salutations distinguées" in reminder.text
    assert not spoken(reminder.text, FIRM["fr"])
