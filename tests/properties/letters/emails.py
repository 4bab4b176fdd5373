"""E-mails that bring the invoices of a history: what each says of its payment, read by regular expressions alone, is so on the day
on which it leaves."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from beancount_invoicing.delivery import Dispatch
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.sending.invoice_dispatches import dispatches_of_invoices
from tests.properties.letters.history import History, Invoice, made
from tests.properties.letters.reader import PLACES, UnreadError, day_of, other_voice, sum_of
from tests.properties.letters.verdict import most_likely_paid

SENTENCES = {
    "to-pay later": (
        r"(?:Je vous remercie|Nous vous remercions) de régler chaque somme à son échéance,.*"
        r"|Thank you for paying each amount by its date above,.*|Bitte zahlen Sie jeden Betrag bis zum genannten Termin.*"
    ),
    "overdue later": (
        r"La somme demandée ci-dessus est arrivée à échéance : .*le reste est à régler aux échéances suivantes\."
        r"|The amount asked for above is past its due date: .*the rest is due on its later dates\."
        r"|Der oben geforderte Betrag ist überfällig: .*der Rest ist zu den späteren Terminen fällig\."
    ),
    "to-pay": (
        r"(?:Je vous remercie|Nous vous remercions) de régler à l’échéance,.*"
        r"|Thank you for paying it by the date above,.*|Bitte zahlen Sie bis zum genannten Termin.*"
    ),
    "overdue": r"Elle est arrivée à échéance : .*|It is past its due date: .*|Der Zahlungstermin ist verstrichen: .*",
    "paid": r"Elle est déjà réglée : .*|It has already been paid: .*|Diese Rechnung ist bereits bezahlt: .*",
    "open": (
        r"(?:Je vous l’adresse|Nous vous l’adressons) pour vos dossiers\.|This is for your records\."
        r"|(?:Ich sende|Wir senden) sie Ihnen für Ihre Unterlagen\."
    ),
}
NEUTRAL = (
    r"Bonjour,|Hello,|Guten Tag,|Vous trouverez ci-joint .*|Please find attached .*|anbei erhalten Sie: .*"
    r"|Pour toute question, .*|If anything is unclear, .*|Bei Fragen .*|(?:Cordialement,|Kind regards,|Mit freundlichen Grüßen)\n.*"
)
LABELS = {
    "number": "Facture|Invoice|Rechnung",
    "amount": "Net à payer|Amount due|Zahlbetrag|Montant|Amount|Betrag",
    "settled": "Réglé ou crédité|Paid or credited|Bezahlt oder gutgeschrieben",
    "open": "Reste dû|Outstanding|Offen",
    "asked": "Demandé|Asked for|Gefordert",
    "due": "Échéance|Due date|Fällig am",
}


@dataclass
class Mail:
    """What an e-mail states of the payment of its invoice."""

    asks: str = ""
    sums: dict[str, Decimal] = field(default_factory=dict)
    due: date | None = None
    parts: list[tuple[date, Decimal]] = field(default_factory=list)


def read(text: str, language: str) -> Mail:
    """Reads the plain text of an e-mail. Raises UnreadError."""
    mail = Mail()
    plain = text.replace("\xa0", " ").replace("\u202f", " ").replace("\u2212", "-")
    for paragraph in plain.strip().split("\n\n"):
        if re.match(rf"(?:{LABELS['number']}) ?: F2026-", paragraph):
            _facts(paragraph.splitlines()[1:], language, mail)
        elif found := [kind for kind, text in SENTENCES.items() if re.fullmatch(text, paragraph)]:
            mail.asks += found[0]
        elif not re.fullmatch(NEUTRAL, paragraph):
            raise UnreadError(paragraph)
    return mail


def _facts(lines: list[str], language: str, mail: Mail) -> None:
    for line in lines:
        label, _, value = (part.strip() for part in line.partition(":"))
        if part := re.fullmatch(rf"(?:(?:{LABELS['due']}) )?(?P<day>{PLACES['day']})", label):
            mail.parts.append((day_of(part["day"], language), sum_of(value, language)))
        elif re.fullmatch(LABELS["due"], label):
            mail.due = day_of(value, language)
        elif kinds := [kind for kind in ("amount", "settled", "open", "asked") if re.fullmatch(LABELS[kind], label)]:
            mail.sums[kinds[0]] = sum_of(value, language)
        else:
            raise UnreadError(line)


def failure(seed: int, folder: Path) -> str:
    """What is not so in the e-mails of a seed's invoices, each sent on some day; "" where all is."""
    history = made(seed)
    choose = random.Random(seed)  # noqa: S311 - what happens, no secret
    file = folder / "main.beancount"
    file.write_text(history.text, encoding="utf-8")
    ledger = open_ledger(file)
    for number, invoice in history.invoices.items():
        day = invoice.day + timedelta(days=choose.randint(0, 80))
        (sent,) = dispatches_of_invoices(ledger, [number], day, "email", named=True)
        if not isinstance(sent, Dispatch):
            return f"seed {seed}, {day}: {number} {sent.reason}"
        try:
            wrong = [*untrue(history, invoice, read(sent.text, history.language), day)]
        except UnreadError as error:
            return f"seed {seed}, {day}: a sentence that nobody has read: {error}\n\n{sent.text}"
        if other := other_voice(sent.text, history.language, history.alone):
            wrong.append(f"alone is {history.alone}, but it says {other}")
        if wrong:
            return f"seed {seed}, {day}: {'; '.join(wrong)}\n\n{sent.text}\n\n{history.text}"
    return ""


def untrue(history: History, invoice: Invoice, mail: Mail, day: date) -> Iterator[str]:
    """Each statement of an e-mail that is not so at the end of the day on which it leaves."""
    left = invoice.open(day)
    if mail.sums.get("amount") != invoice.amount:
        yield f"it came to {invoice.amount}"
    if invoice.number in most_likely_paid(history, day):
        if (mail.asks, set(mail.sums), mail.due, mail.parts) != ("open", {"amount"}, None, []):
            yield f"it is most likely paid: {mail}"
        return
    if mail.sums.get("settled", Decimal(0)) != invoice.settled(day):
        yield f"{invoice.settled(day)} is settled"
    if mail.sums.get("open", invoice.amount) != left:
        yield f"{left} is open"
    if not left:
        if mail.asks != "paid" or mail.due or mail.parts:
            yield f"it is paid: {mail}"
        return
    open_ = [(part.due, invoice.open_of(part, day)) for part in invoice.parts if invoice.open_of(part, day)]
    now = [each for each in open_ if each[0] < day] or [each for each in open_ if each[0] == open_[0][0]]
    later = open_[len(now) :]
    asks = ("overdue" if open_[0][0] < day else "to-pay") + (" later" if later else "")
    if mail.asks != asks:
        yield f"it is {asks}, not {mail.asks}"
    if mail.due:
        asked = mail.sums.get("asked", mail.sums.get("open", invoice.amount))
        if (mail.due, asked, mail.parts) != (open_[0][0], sum(sum_ for _due, sum_ in now), later):
            yield f"it asks for {asked} by {mail.due}, then {mail.parts}; due is {now}, then {later}"
    elif mail.parts != open_:
        yield f"it asks for {mail.parts}; due is {open_}"
