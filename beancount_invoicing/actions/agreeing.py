"""What is agreed with customers: contracts are added, changed, paused, stopped, and get their milestones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from beancount_invoicing.actions.adding import account_name, beside, income_account, padded
from beancount_invoicing.actions.amending import Thing, amendments, changed
from beancount_invoicing.actions.billing import CannotBill
from beancount_invoicing.actions.naming import customer, near
from beancount_invoicing.actions.starting import NAMES
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, as_it_is
from beancount_invoicing.einvoice.units import unit_code
from beancount_invoicing.entries import Loading, amending, text
from beancount_invoicing.entries.amending import Values
from beancount_invoicing.model import Book, Contract, Mode
from beancount_invoicing.rules import currencies


@dataclass(frozen=True, slots=True)
class ContractWanted:
    """A contract to be agreed: whose, its code, mode and first day, and the keys that are said of it."""

    customer: str
    code: str
    mode: Mode
    start: date
    said: Values


def add_contract(file: str | Path, wanted: ContractWanted, how: How) -> Outcome:
    """A contract is agreed. Without an item it is booked on the account of most items, else on the only income account. One of mode
    time gets an account of its own where it names none; accounts of time that are not open yet
    are opened. Raises what `change` raises, CannotBill, UnknownCustomer."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        if not wanted.code.strip():
            raise CannotBill("a contract has a code: say it")
        if wanted.code in book.contracts:
            there = book.contracts[wanted.code].first
            raise CannotBill(
                f"{wanted.code} is there already ({there.source}): contract change {wanted.code} changes it, or take another code"
            )
        main = customer(book, wanted.customer)
        said = _padded(wanted.said, str(wanted.said.get("currency") or book.currency))
        if wanted.mode == "time" and not said.get("time"):
            said["time"] = text.AccountName(_time_account(loading, main, wanted.code))
        if not said.get("account") and not said.get("item"):
            said["account"] = text.AccountName(income_account(book, str(loading.options["name_income"])))
        opened = _opened(loading, str(said["time"]), said, wanted.start) if wanted.mode == "time" else []
        entry = amending.directive(
            wanted.start, "invoice-contract", [text.AccountName(main), wanted.code, wanted.mode],
            {key: value for key, value in said.items() if value is not None},
        )  # fmt: skip
        place = beside(loading, [dated.first.source for dated in book.contracts.values()], "contracts")
        new = [New(wanted.start, as_it_is(one), beside(loading, [], "accounts")) for one in opened]
        return Changes(
            (*new, New(wanted.start, as_it_is(entry), place)),
            message=f"Contract: {wanted.code}",
            notices=(*_alike(book, main, wanted), *_hints(wanted)),
        )

    return changed(file, make, how)


def _alike(book: Book, main: str, wanted: ContractWanted) -> list[str]:
    """What to say where the customer has a contract of the same kind for the same thing."""
    what = (wanted.said.get("item") or "", wanted.said.get("text") or "")
    found = []
    for code, dated in book.contracts.items():
        one = dated.at(wanted.start)
        same = book.accounts.get(one.customer) == main and one.mode == wanted.mode and (one.item, one.text) == what
        if same and not (one.until and not one.renews and one.until < wanted.start):
            found.append(f"{code} of the same customer bills the same ({one.source}): is it another one?")
    return found


def _hints(wanted: ContractWanted) -> list[str]:
    if wanted.mode != "fixed":
        return []
    return [
        f"say its milestones: bean-invoice contract milestone {wanted.code} NAME --percent 30 --date {wanted.start}"
    ]


def _time_account(loading: Loading, main: str, code: str) -> str:
    """An account for the time of a contract, beside the others': called as its customer, else as the contract."""
    book = loading.book
    taken = {version.time for dated in book.contracts.values() for _day, version in dated.versions if version.time}
    parents = [account.rsplit(":", 1)[0] for account in sorted(taken)]
    names = next((names for names in NAMES.values() if names.worked in book.opened), NAMES["en"])
    parent = (
        Counter(parents).most_common(1)[0][0]
        if parents
        else f"{loading.options['name_assets']}:{names.time.partition(':')[2]}"
    )
    for name in (main.rpartition(":")[2], account_name(code)):
        if f"{parent}:{name}" not in taken:
            return f"{parent}:{name}"
    raise CannotBill(f"{parent}:{account_name(code)} is another contract's: say --time {parent}:…")


def _opened(loading: Loading, account: str, said: Values, day: date) -> list[str]:
    """The directives that open the account of a contract's time and, where there is none, one that time stands against."""
    book = loading.book
    item = book.items[str(said["item"])].at(day) if said.get("item") in book.items else None
    others = [one.commodity for one in book.work] or [
        currency
        for dated in book.contracts.values()
        for _day, version in dated.versions
        if version.time
        for currency in book.currencies.get(version.time, ())
    ]
    commodity = "DAY" if item and unit_code(item.unit) == "DAY" else others[-1] if others and not item else "HOUR"
    found = [one for one in others if unit_code(one) == unit_code(commodity)]
    commodity = found[-1] if found else commodity
    commodity = book.currencies.get(account, (commodity,))[0]
    those = [] if account in book.opened else [text.opened(day, account, commodity)]
    assets = str(loading.options["name_assets"])
    counters = [
        name
        for name, currencies in book.currencies.items()
        if commodity in currencies and name.split(":")[0] != assets and name in book.opened
    ]
    if not counters and not any(one.commodity == commodity for one in book.work):
        names = next((names for names in NAMES.values() if names.time.rpartition(":")[2] in account), NAMES["en"])
        equity = f"{loading.options['name_equity']}:{names.worked.partition(':')[2]}"
        if equity in book.opened:  # opened for another commodity
            equity = f"{equity}:{commodity.title()}"
        those.append(text.opened(day, equity, commodity))
    return those


def change_contract(file: str | Path, code: str, day: date, said: Values, to: str, how: How) -> Outcome:
    """A contract has other values from `day` on, and (`to`, "" for the same) is another customer's.

    Raises what `change` raises, CannotBill, UnknownCustomer.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        contract = known_contract(book, code, day)
        account = customer(book, to) if to else contract.named
        if not said and not to:
            raise CannotBill(f"say what changes, such as --price: contract {code} from {day} on")
        thing = _thing(code, account, moved=account != contract.named)
        return _named(
            amendments(loading, thing, [(day, _padded(said, contract.currency or book.currency))]),
            f"Contract: {code} from {day}",
        )

    return changed(file, make, how)


def pause_contract(file: str | Path, code: str, first: date, last: date | None, how: How) -> Outcome:
    """Nothing of a contract is billed from `first` to `last` (inclusive; None: until it is said to go on).

    Raises what `change` raises, CannotBill.
    """

    def make(loading: Loading) -> Changes:
        contract = known_contract(loading.book, code, first)
        days: list[tuple[date, Values]] = [(first, {"paused": True})]
        if last:
            if last < first:
                raise CannotBill(f"--to {last} is before --from {first}")
            days.append((last + timedelta(1), {"paused": False}))
        return _named(
            amendments(loading, _thing(code, contract.named), days),
            f"Contract: {code} paused from {first}" + (f" to {last}" if last else ""),
        )

    return changed(file, make, how)


def stop_contract(file: str | Path, code: str, last: date, day: date, how: How) -> Outcome:
    """A contract ends with the day `last`, whatever its terms were; it is said on `day`, or on `last` where that is earlier.

    Raises what `change` raises, CannotBill.
    """

    def make(loading: Loading) -> Changes:
        begins = loading.book.contracts[code].first.start if code in loading.book.contracts else last
        if last < begins:
            raise CannotBill(f"{code} begins on {begins}: it cannot end on {last}")
        said_on = max(min(day, last), begins)
        contract = known_contract(loading.book, code, last)
        values: dict[str, text.Value | None] = {"until": last}
        if contract.renews or known_contract(loading.book, code, said_on).renews:
            values["renews"] = ""
        thing = _thing(code, known_contract(loading.book, code, said_on).named)
        return _named(amendments(loading, thing, [(said_on, values)]), f"Contract: {code} ends on {last}")

    return changed(file, make, how)


def add_milestone(file: str | Path, code: str, name: str, day: date, said: Values, how: How) -> Outcome:
    """A contract gets a milestone, to be billed from `day` on. Raises what `change` raises, CannotBill."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        contract = known_contract(book, code, day)
        entry = amending.directive(
            day, "invoice-milestone", [code, name], _padded(said, contract.currency or book.currency)
        )
        known = [one.source for one in book.milestones.get(code, ())]
        place = max(known or [contract.source]).file
        return Changes((New(day, as_it_is(entry), place),), message=f"Contract: {code}, {name}")

    return changed(file, make, how)


def _padded(said: Values, currency: str) -> dict[str, text.Value | None]:
    """The same, a price with at least the decimals of its currency."""
    return {
        key: padded(value, currencies.decimals(currency)) if key == "price" and isinstance(value, Decimal) else value
        for key, value in said.items()
    }


def known_contract(book: Book, code: str, day: date) -> Contract:
    """A contract as it stands on a day. Raises CannotBill where there is none."""
    if code not in book.contracts:
        raise CannotBill(f'there is no contract "{code}"{near(code, book.contracts)}')
    return book.contracts[code].at(day)


def _thing(code: str, account: str, *, moved: bool = False) -> Thing:
    return Thing("invoice-contract", 1, code, (text.AccountName(account), code), moved)


def _named(changes: Changes, message: str) -> Changes:
    return Changes(changes.new, changes.edits, message, changes.notices)
