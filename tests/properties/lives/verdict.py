"""A life is played, and what the reports say at every date is held against the referee; one that fails is made short."""

from __future__ import annotations

import random
import tempfile
import traceback
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount import loader
from beancount.core.data import Transaction

from beancount_invoicing.checks import check
from beancount_invoicing.entries import read_book
from beancount_invoicing.loading.loader import load
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import aging, allocate, positions, tax_due
from tests.properties.lives.acts import acts, lived
from tests.properties.lives.advice import FOLLOWED, tax_moved
from tests.properties.lives.life import PRELUDE, Act, Life, Refusal
from tests.properties.lives.model import CENT, ZERO, Standing

EXPECTED = {
    "exchange-difference",
    "write-off-revived",
    "number-not-in-series",
    "settles-beyond-open",
    "tax-due",
    "tax-written-off",
}
"""The warnings that a life may have: money beyond what is open, and what the books have not moved yet."""


class Differs(Exception):
    """A report and the referee do not say the same."""


def same(what: str, said: object, right: object) -> None:
    """Raises Differs unless a report says what is right."""
    if said != right:
        raise Differs(f"{what}: the report says {said}, right is {right}")


@dataclass(frozen=True)
class Said:
    """What the reports say of a ledger at the end of a day, in plain figures."""

    open: dict[str, Decimal]
    settled: dict[str, Decimal]
    balances: dict[tuple[str, str], Decimal]
    """By account and currency, as the aged balance adds them up."""
    unallocated: dict[tuple[str, str], Decimal]
    """By customer and currency."""
    due: dict[tuple[str, str], Decimal]
    """By document and code: the tax that became due."""
    given_up: dict[tuple[str, str], Decimal]
    to_move: dict[str, Decimal]
    to_cancel: dict[str, Decimal]


def added(pairs: Sequence[tuple[Any, Decimal]]) -> dict[Any, Decimal]:
    """Sums by key, without those that are zero."""
    sums: defaultdict[Any, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in pairs:
        sums[key] += amount
    return {key: amount for key, amount in sorted(sums.items()) if amount}


def said(book: Book, day: date) -> Said:
    """What the reports say."""
    allocated = allocate(book, day)
    where = positions(book, day, allocated)
    tax = tax_due(book, day, allocated)
    return Said(
        open={position.invoice.number: position.open for position in where},
        settled={position.invoice.number: position.settled for position in where},
        balances=added([((row.account, row.currency), row.total + row.drafts) for row in aging(book, day).rows]),
        unallocated=added(
            [
                ((unallocated.payment.customer.split(":")[2], unallocated.payment.currency), unallocated.amount)
                for unallocated in allocated.unallocated
            ]
        ),
        due=added(
            [
                ((share.number, share.pending.code), share.amount)
                for share in tax.tax_shares
                if not share.is_written_off and not share.is_discount
            ]
        ),
        given_up=added(
            [
                ((share.number, share.pending.code), share.amount)
                for share in tax.tax_shares
                if share.is_written_off or share.is_discount
            ]
        ),
        to_move=added([(total.pending.code, total.to_move) for total in tax.totals]),
        to_cancel=added([(total.pending.code, total.to_cancel) for total in tax.totals]),
    )


def right(life: Life, day: date, standings: dict[str, Standing], balances: dict[tuple[str, str], Decimal]) -> Said:
    """What the referee says."""
    whole = {number: standing for number, standing in standings.items() if not standing.document.part_of}
    due = added(
        [
            ((number, code), standing.due(code))
            for number, standing in whole.items()
            for code in standing.document.pending
        ]
    )
    given_up = added(
        [
            ((number, code), standing.given_up(code))
            for number, standing in whole.items()
            for code in standing.document.pending
        ]
    )
    moved = [moved for moved in life.books.moved if moved.day <= day]
    return Said(
        open={number: standing.whole_open for number, standing in whole.items()},
        settled={number: standing.whole("asked") - standing.whole_open for number, standing in whole.items()},
        balances=balances,
        unallocated=life.books.unallocated(day, standings),
        due=due,
        given_up=given_up,
        to_move=added(
            [*((code, amount) for (_, code), amount in due.items()),
             *((share.code, -share.amount) for share in moved if not share.given_up)]
        ),
        to_cancel=added(
            [*((code, amount) for (_, code), amount in given_up.items()),
             *((share.code, -share.amount) for share in moved if share.given_up)]
        ),
    )  # fmt: skip


def loaded(text: str) -> tuple[Book, list[Any]]:
    """A ledger's Book, and Beancount's own entries."""
    entries, _errors, options = loader.load_string(text)
    return read_book(entries, options), entries


def balances(entries: Sequence[Any], day: date) -> dict[tuple[str, str], Decimal]:
    """What Beancount's entries add up to on the customers' accounts."""
    return added(
        [
            ((posting.account, posting.units.currency), posting.units.number)
            for entry in entries
            if isinstance(entry, Transaction) and entry.date <= day
            for posting in entry.postings
            if posting.account.startswith("Assets:C:") and posting.units and posting.units.number
        ]
    )


def compared(day: date, reports: Said, referee: Said, rounded: Collection[tuple[str, str]] = ()) -> None:
    """Raises Differs where they do not agree, with the first figure that does not.

    Of `rounded` taxes the part that is due and the part that is given up may share their cent otherwise.
    """
    for name in Said.__dataclass_fields__:
        one, other = getattr(reports, name), getattr(referee, name)
        for key in sorted({*one, *other}, key=str):
            says, right_is = one.get(key, ZERO), other.get(key, ZERO)
            slack = CENT * (key in rounded or (name in {"to_move", "to_cancel"} and len(rounded)))
            if abs(says - right_is) > slack:
                raise Differs(f"on {day}, {name} of {key}: the report says {says}, right is {right_is}")
    for key in rounded:
        same(
            f"on {day}, what is due and given up of {key}",
            *(said.due.get(key, ZERO) + said.given_up.get(key, ZERO) for said in (reports, referee)),
        )


def verify(life: Life, seed: int) -> None:
    """Raises Differs where something that must always hold does not."""
    book, entries = loaded(life.text)
    for finding in check(book):
        if finding.severity == "error" or finding.rule not in EXPECTED:
            raise Differs(f"check: {finding.severity}, {finding.rule}: {finding.message} (line {finding.source.line})")
    days, happened = [], life.books.days()
    for day, standings in life.books.history():
        rounded = [
            (number, code)
            for number, standing in standings.items()
            if standing.whole("discount")
            for code in standing.document.pending
        ]
        for each in (day, *({day + timedelta(days=1)} - {*happened})):
            compared(each, said(book, each), right(life, each, standings, balances(entries, each)), rounded)
            on_the_days_of_the_money(life, book, each, standings)
            days.append(each)
    credited_whole(life)
    chance = random.Random(seed)  # noqa: S311 - no secret
    order_changes_nothing(life, book, days, chance)
    if days:
        nothing_later_is_known(life, book, chance.choice(days))
    advice_leads_out(life, book)


def on_the_days_of_the_money(life: Life, book: Book, day: date, standings: dict[str, Standing]) -> None:
    """Raises Differs where tax is not due on the days on which the money came, whenever the books learned what it was for."""
    says = added(
        [
            ((share.number, share.pending.code, share.date), share.amount)
            for share in tax_due(book, day).tax_shares
            if not share.is_written_off and not share.is_discount
        ]
    )
    for number, standing in standings.items():
        if (
            standing.over
            or standing.credited
            or standing.lost
            or standing.discount
            or standing.parts
            or standing.stays
            or standing.document.asked <= 0
        ):
            continue
        for code in standing.document.pending:
            facts = [fact for fact in life.books.facts.get((number, "money"), ()) if fact.day <= day]
            came = ZERO
            due: list[tuple[date, Decimal]] = []
            for fact in sorted(facts, key=lambda fact: (fact.day, fact.received, -fact.amount)):
                before = standing.tax(code, min(came, standing.document.asked))
                came += fact.amount
                due.append((fact.received, standing.tax(code, min(came, standing.document.asked)) - before))
            same(
                f"on {day}, the days on which {code} of {number} became due",
                {when: amount for (of, which, when), amount in says.items() if (of, which) == (number, code)},
                added(due),
            )


def credited_whole(life: Life) -> None:
    """Raises Differs where an invoice is credited to its last piece, and not all of its nets and taxes are."""
    for number, left in life.left.items():
        document = life.books.documents[number]
        notes = life.credit_notes(number)
        asked = life.asked(number) + sum((life.asked(note.number) for note in notes), ZERO)
        if asked and any(left):
            continue
        for what in ("nets", "taxes"):
            whole = added([(code, amount) for code, amount in getattr(document, what).items()])
            back = added([(code, -amount) for note in notes for code, amount in getattr(note, what).items()])
            same(f"{number} is credited whole: {what}", back, whole)


def order_changes_nothing(life: Life, book: Book, days: Sequence[date], chance: random.Random) -> None:
    """Raises Differs where another order of the entries, in several files, makes other figures."""
    entries = list(life.entries)
    chance.shuffle(entries)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "main.beancount"
        cuts = sorted(chance.randrange(len(entries) + 1) for _ in range(2)) if entries else [0, 0]
        parts = entries[: cuts[0]], entries[cuts[0] : cuts[1]], entries[cuts[1] :]
        for name, part in zip("abc", parts, strict=True):
            (Path(folder) / f"{name}.beancount").write_text("\n".join(part), encoding="utf-8")
        includes = "".join(f'include "{name}.beancount"\n' for name in chance.sample("abc", 3))
        file.write_text(PRELUDE + includes, encoding="utf-8")
        other = load(str(file)).book
    for day in days:
        one, two = said(book, day), said(other, day)
        if one != two:
            try:
                compared(day, two, one)
            except Differs as error:
                raise Differs(f"in another order, {error}") from None


def nothing_later_is_known(life: Life, book: Book, day: date) -> None:
    """Raises Differs where a report at a day is another one in a ledger that ends on that day."""
    before = [entry for entry in life.entries if entry[:10] <= day.isoformat()]
    then, _entries = loaded(PRELUDE + "\n" + "\n".join(before))
    try:
        compared(day, said(book, day), said(then, day))
    except Differs as error:
        raise Differs(f"what comes later changes it: {error}") from None


def advice_leads_out(life: Life, book: Book) -> None:
    """Raises Differs where advice is followed to the letter, and the finding is still there, or another one."""
    text, day = life.text, book.last_date
    for rule, follow in FOLLOWED.items():
        if found := [finding for finding in check(book) if finding.rule == rule]:
            text = follow(text, found)
            book, _entries = loaded(text)
    text = tax_moved(text, day)
    book, _entries = loaded(text)
    for one in check(book):
        if one.severity == "error" or one.rule not in EXPECTED - FOLLOWED.keys() - {"tax-due"}:
            raise Differs(f"all advice was followed, and check says {one.rule}: {one.message}\n{text[-1500:]}")
    # of each document that is paid and lost in parts the books may have taken off another cent than is lost in the end
    slack = CENT * len({fact.number for fact in life.books.all_facts if fact.what != "money"})
    for total in tax_due(book, book.last_date).totals:
        if abs(total.to_cancel) > slack:
            raise Differs(
                f"all advice was followed, and {total.to_cancel} of {total.pending.code} is to be taken off\n{text[-1500:]}"
            )


def complaint(those: Sequence[Act], seed: int) -> str:
    """What is wrong with the life of these acts; "" where nothing is."""
    try:
        verify(lived(those), seed)
    except (Differs, Refusal) as error:
        return str(error)
    except Exception:  # a crash of the product is a failing life too: it is shortened and told like any other
        return traceback.format_exc(limit=-4)
    return ""


def shortened(those: Sequence[Act], seed: int) -> list[Act]:
    """The acts of a life that fails, less those without which it fails as well."""
    kept = list(those)
    size = len(kept)
    while size:
        start = 0
        while start < len(kept):
            fewer = kept[:start] + kept[start + size :]
            if complaint(fewer, seed):
                kept = fewer
            else:
                start += size
        size //= 2
    return kept


def failure(seed: int) -> str:
    """Plays the life of a seed: "" where all holds, else what does not, with the shortest ledger found for it."""
    those = acts(seed)
    if not complaint(those, seed):
        return ""
    fewer = shortened(those, seed)
    try:
        text = "\n".join(lived(fewer).entries)
    except Refusal as error:
        text = "\n".join(error.entries)
    return f"{complaint(fewer, seed)}\n\n{text}\nseed {seed}: python -m proofs.lives --seed {seed} --lives 1"
