"""Time worked: written into the ledger by hand, or imported from the files of time trackers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.customer_search import near_name_hint
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Contract, Work
from beancount_invoicing.rules import worktime
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.timesheets import TimeRecord
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest


class TimeEntry(NamedTuple):
    """Time that was worked: `quantity` in the commodity of the contract's time account (hours, days)."""

    day: date
    contract: str
    quantity: Decimal
    text: str = ""
    item: str = ""
    person: str = ""
    task: str = ""
    billable: bool = True
    in_seconds: bool = False
    """Whether it is in seconds (from a clock time such as 6:30, or a timesheet), whatever the commodity is."""
    counter_account: str = ""
    """The counter-account, if it is not that of other time."""


def add_time(
    file: str | Path, entries: Sequence[TimeEntry], write_options: WriteOptions, loader: LedgerLoader | None = None
) -> Outcome:
    """Writes time, a transaction for each entry. Raises what `change` raises, InvalidRequest."""

    def make(loading: Loading) -> Changes:
        new = [_entry(loading.book, entry) for entry in entries]
        return Changes(
            tuple(new),
            message=f"Time: {len(new)} {'entry' if len(new) == 1 else 'entries'}",
            notices=tuple(text for entry in entries for text in _there_already(loading.book, entry)),
        )

    return change(file, make, write_options, loader)


def writes_by_default(loader: LedgerLoader, day: date) -> bool:
    """Whether the option `time-write` makes `time add` write without --write. Raises OSError."""
    dated = loader.book().options.get("time-write")
    return dated is not None and dated.at(day) is True


def _there_already(book: Book, time_entry: TimeEntry) -> Iterator[str]:
    """The notice if the ledger has time of the same day, person, text and hours."""
    contract = time_contract(book, time_entry.contract, time_entry.day)
    recorded = [work for work in book.work if work.account == contract.time]
    commodity = _commodity(book, contract, recorded)
    quantity = worktime.from_seconds(time_entry.quantity, commodity) if time_entry.in_seconds else time_entry.quantity
    same = (time_entry.day, quantity, time_entry.task or _narration(time_entry, contract), time_entry.person)
    for work in recorded:
        if (work.date, work.quantity, work.task, work.person) == same and not work.document:
            yield _(
                "{place}: {quantity} {commodity} of {task} on {day} is already there: is this the same work?",
                place=work.source,
                quantity=quantity,
                commodity=commodity,
                task=work.task,
                day=work.date,
            )
            return


def time_contract(book: Book, code: str, day: date) -> Contract:
    """The contract that the time is for. Raises InvalidRequest if there is none of that code, or it has no time account."""
    if code not in book.contracts:
        raise InvalidRequest(
            _('there is no contract "{code}"{hint}', code=code, hint=near_name_hint(code, book.contracts))
        )
    contract = book.contracts[code].at(day)
    if not contract.time:
        raise InvalidRequest(
            _(
                "{code} is a contract of mode {mode}: time needs a contract with a time account, time: Assets:…",
                code=code,
                mode=contract.mode,
            )
        )
    return contract


def _entry(book: Book, time_entry: TimeEntry) -> NewDirective:
    contract = time_contract(book, time_entry.contract, time_entry.day)
    if time_entry.quantity <= 0:
        raise InvalidRequest(
            _(
                "{quantity} of {time_entry} on {day}: time must be more than 0",
                quantity=time_entry.quantity,
                time_entry=time_entry.text or time_entry.contract,
                day=time_entry.day,
            )
        )
    if time_entry.item and time_entry.item not in book.items:
        raise InvalidRequest(
            _('there is no item "{item}"{hint}', item=time_entry.item, hint=near_name_hint(time_entry.item, book.items))
        )
    recorded = [work for work in book.work if work.account == contract.time]
    commodity = _commodity(book, contract, recorded)
    against = time_entry.counter_account or _against(book, recorded, commodity, contract.time)
    quantity = worktime.from_seconds(time_entry.quantity, commodity) if time_entry.in_seconds else time_entry.quantity
    name = book.customers[book.main_accounts[contract.customer]].at(time_entry.day).name
    legs = [
        text.NewPosting(
            contract.time,
            quantity,
            commodity,
            [
                ("item", time_entry.item or contract.item),
                ("person", time_entry.person),
                ("task", time_entry.task),
                ("non-billable", None if time_entry.billable else True),
            ],
        ),
        text.NewPosting(against, -quantity, commodity),
    ]
    render = partial(_render, time_entry.day, name, _narration(time_entry, contract), legs)
    return NewDirective(time_entry.day, render, _beside(book, contract.time))


def _beside(book: Book, account: str) -> str:
    """The file that contains time of an account, else other time; not where documents take it off. "" if there is none."""
    worked = [work for work in book.work if not work.document]
    own = [work for work in worked if work.account == account]
    return (own or worked)[-1].source.file if worked else ""


def _narration(time_entry: TimeEntry, contract: Contract) -> str:
    return time_entry.text or time_entry.task or contract.text or contract.code


def _render(day: date, payee: str, narration: str, legs: Sequence[text.NewPosting], column: int) -> str:
    return text.transaction(day, "*", payee, narration, legs, tags=("time",), column=column)


def _commodity(book: Book, contract: Contract, recorded: Sequence[Work]) -> str:
    currencies = book.currencies.get(contract.time, ())
    return recorded[-1].commodity if recorded else currencies[0] if currencies else "HOUR"


def _against(book: Book, recorded: Sequence[Work], commodity: str, account: str) -> str:
    """The counter-account of time: that of other time of the contract, else of any, else one opened for the commodity."""
    for work in (*reversed(recorded), *reversed(book.work)):
        if work.counter_account and work.commodity == commodity:
            return work.counter_account
    times = {version.time for dated in book.contracts.values() for _day, version in dated.versions}
    fits = [
        name for name, commodities in sorted(book.currencies.items()) if commodity in commodities and name not in times
    ]
    fits = [name for name in fits if not name.startswith("Income:")]
    if fits:  # one beside the contract's own may be time that no contract names yet
        return next((name for name in fits if name.split(":")[0] != account.split(":")[0]), fits[0])
    raise InvalidRequest(
        _(
            "no account is known to book time against: give --against Equity:…, or open one, {day} open "
            "Equity:Time {commodity}",
            day=date(2025, 1, 1),
            commodity=commodity,
        )
    )


class UnknownProjects(InvalidRequest):
    """Projects of a timesheet that belong to no contract."""


def import_time(
    file: str | Path,
    records: Sequence[TimeRecord],
    contract: str,
    mapping: Mapping[str, str],
    person: str,
    write_options: WriteOptions,
) -> Outcome:
    """Turns records that the ledger does not have yet into time of contracts.

    A record belongs to `contract`, if one is given; else to the contract that `mapping` names for its project or client; else to
    the time contract whose code or text, or whose customer's name, equals the project's or client's. A record exists already if the
    contract has time of its day, quantity, text and person. Raises what `change` raises, InvalidRequest, UnknownProjects.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        names = _names(book)
        recorded = Counter(
            (work.date, work.account, work.quantity, work.task, work.person)
            for work in book.work
            if work.quantity > 0 and not work.document
        )
        found: list[tuple[TimeEntry, TimeKey]] = []
        unknown: dict[str, None] = {}
        for record in records:
            code = contract or _code(record, mapping, names)
            if not code:
                unknown[record.project or record.client or _NO_PROJECT] = None
                continue
            time_of = time_contract(book, code, record.date)
            works = [work for work in book.work if work.account == time_of.time]
            quantity = worktime.from_seconds(Decimal(record.seconds), _commodity(book, time_of, works))
            if not quantity:
                continue
            words = record.description or record.task or record.project
            entry = TimeEntry(
                record.date, code, quantity, words, person=record.person or person,
                task=record.task if record.task != words else "", billable=record.billable is not False,
            )  # fmt: skip
            task = text.without_controls(entry.task or _narration(entry, time_of))  # as it is read from the ledger
            found.append((entry, (entry.day, time_of.time, quantity, task, text.without_controls(entry.person))))
        new = [_entry(book, entry) for entry in _not_there(found, recorded)]
        if unknown:
            raise _unknown_projects(book, tuple(unknown))
        skipped = len(found) - len(new)
        notices = (
            [_("{skipped} of {count} records are already in the ledger", skipped=skipped, count=len(records))]
            if skipped
            else []
        )
        entries = _n(len(new), "{count} entry of time", "{count} entries of time", count=len(new))
        return Changes(
            tuple(new),
            message=f"Time: {len(new)} {'entry' if len(new) == 1 else 'entries'}",
            notices=tuple(notices),
            summary=entries if new else "",
        )

    return change(file, make, write_options)


def _unknown_projects(book: Book, projects: Sequence[str]) -> UnknownProjects:
    """What to say of projects and clients that belong to no contract."""
    known = sorted(
        code for code, dated in book.contracts.items() if any(contract.time for _day, contract in dated.versions)
    )
    codes = ", ".join(known) or _("your time contracts (there is none yet)")
    return UnknownProjects(
        _(
            'no contract is known for {unknown}: give --map "{iter}=CODE" or --contract CODE, with one of {codes}',
            unknown=", ".join(projects),
            iter=projects[0],
            codes=codes,
        )
    )


TimeKey = tuple[date, str, Decimal, str, str]
"""What identifies time in the ledger: day, account, quantity, text, person."""


def _not_there(found: Sequence[tuple[TimeEntry, TimeKey]], recorded: Counter[TimeKey]) -> list[TimeEntry]:
    """Records that the ledger does not have yet, to the second or, as earlier versions imported it, in hundredths."""
    left = []
    for entry, key in found:
        if recorded[key]:
            recorded[key] -= 1
        else:
            left.append((entry, key))
    new = []
    for entry, (day, account, quantity, task, person) in left:
        older = (day, account, round_to(quantity, 2), task, person)
        if recorded[older]:
            recorded[older] -= 1
        else:
            new.append(entry)
    return new


_NO_PROJECT = _("(no project)")
"""The name in --map for records without a project and a client."""


def _names(book: Book) -> dict[str, str]:
    """The contracts with a time account by the names that a timesheet may use; names shared by several are left out."""
    found: dict[str, set[str]] = {}
    for code, dated in book.contracts.items():
        for _day, contract in dated.versions:
            if contract.time and contract.customer in book.main_accounts:
                main = book.main_accounts[contract.customer]
                for name in (code, contract.text, main.split(":")[-1], book.customers[main].latest.name):
                    if name:
                        found.setdefault(name.casefold(), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def _code(record: TimeRecord, mapping: Mapping[str, str], names: Mapping[str, str]) -> str:
    candidates = (record.project, record.client, *record.tags)
    if not record.project and not record.client:
        candidates = (*record.tags, _NO_PROJECT)
    for name in candidates:
        if name and name in mapping:
            return mapping[name]
    for name in candidates:
        if name and name.casefold() in names:
            return names[name.casefold()]
    return ""


def time_listed(
    book: Book, until: date, contract: str, everything: bool, customers: Sequence[str] = ()
) -> list[tuple[str, Work]]:
    """Time up to a day with its contract's code, "" for none: what was not billed by then, or everything that was worked.

    The contract is `contract` ("" for all), held by `customers` (main accounts; none: all) on the day of the work.
    Raises InvalidRequest.
    """
    from beancount_invoicing.billing import book_at_cutoff, contracts_of_work, unbilled_work

    if contract:
        time_contract(book, contract, until)
    work = (
        [work for work in book.work if work.quantity > 0 and not work.document and work.date <= until]
        if everything
        else unbilled_work(book_at_cutoff(book, until), until)
    )
    listed = []
    for entry, held in zip(work, contracts_of_work(book, work), strict=True):
        code = held.code if held else ""
        of_them = not customers or (held is not None and book.main_accounts.get(held.customer) in customers)
        if of_them and (not contract or code == contract):
            listed.append((code, entry))
    return listed
