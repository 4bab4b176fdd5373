"""Agreements with customers: contracts are added, changed, paused, stopped, and get their milestones."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.amendments import AmendmentTarget, amend_ledger, amendment_changes
from beancount_invoicing.actions.customer import account_name, file_of_latest, padded
from beancount_invoicing.actions.init_words import DEFAULT_ACCOUNTS
from beancount_invoicing.actions.item import default_income_account
from beancount_invoicing.customer_search import find_customer, near_name_hint
from beancount_invoicing.einvoice.units import unit_code
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Contract, Mode
from beancount_invoicing.rules import currencies
from beancount_invoicing.writing import amendment_text, text
from beancount_invoicing.writing.amendment_text import Values
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, verbatim
from beancount_invoicing.writing.new_documents import InvalidRequest


class ContractRequest(NamedTuple):
    """A contract to be added: its customer, code, mode and first day, and its keys."""

    customer: str
    code: str
    mode: Mode
    start: date
    values: Values


def add_contract(file: str | Path, request: ContractRequest, write_options: WriteOptions) -> Outcome:
    """Adds a contract. Without an item, it is booked on the account that most items use, else on the only income account.

    A contract of mode time gets an account of its own if it names none; time accounts that are not open yet are opened. Raises what
    `change` raises, InvalidRequest, UnknownCustomer.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        if not request.code.strip():
            raise InvalidRequest(_("a contract needs a code: give one"))
        if request.code in book.contracts:
            contract = book.contracts[request.code].first
            raise InvalidRequest(
                _(
                    "{request} already exists ({place}): change it with contract change {request}, or choose another "
                    "code",
                    request=request.code,
                    place=contract.source,
                )
            )
        main = find_customer(book, request.customer)
        values = _padded(request.values, str(request.values.get("currency") or book.currency))
        if request.mode == "time" and not values.get("time"):
            values["time"] = text.AccountName(_time_account(loading, main, request.code))
        if not values.get("account") and not values.get("item"):
            values["account"] = text.AccountName(default_income_account(book, str(loading.options["name_income"])))
        opened = _opened(loading, str(values["time"]), values, request.start) if request.mode == "time" else []
        entry = amendment_text.amendment_directive(
            request.start, "invoice-contract", [text.AccountName(main), request.code, request.mode],
            {key: value for key, value in values.items() if value is not None},
        )  # fmt: skip
        place = file_of_latest(loading, [dated.first.source for dated in book.contracts.values()], "contracts")
        new = [
            NewDirective(request.start, verbatim(directive), file_of_latest(loading, [], "accounts"))
            for directive in opened
        ]
        return Changes(
            (*new, NewDirective(request.start, verbatim(entry), place)),
            message=f"Contract: {request.code}",
            notices=(*_alike(book, main, request), *_hints(request)),
        )

    return amend_ledger(file, make, write_options)


def _alike(book: Book, main: str, wanted: ContractRequest) -> list[str]:
    """The notice if the customer has a contract of the same kind for the same thing."""
    item_and_text = (wanted.values.get("item") or "", wanted.values.get("text") or "")
    found = []
    for code, dated in book.contracts.items():
        contract = dated.at(wanted.start)
        same = (
            book.main_accounts.get(contract.customer) == main
            and contract.mode == wanted.mode
            and (contract.item, contract.text) == item_and_text
        )
        if same and not (contract.until and not contract.renews and contract.until < wanted.start):
            found.append(
                _(
                    "{code} of the same customer bills the same ({place}): is this another contract?",
                    code=code,
                    place=contract.source,
                )
            )
    return found


def _hints(wanted: ContractRequest) -> list[str]:
    if wanted.mode != "fixed":
        return []
    return [
        _(
            "give its milestones: bean-invoice contract milestone {wanted} NAME --percent 30 --date {start}",
            wanted=wanted.code,
            start=wanted.start,
        )
    ]


def _time_account(loading: Loading, main: str, code: str) -> str:
    """An account for the time of a contract, beside the others: named after its customer, else after the contract."""
    book = loading.book
    taken = {version.time for dated in book.contracts.values() for _day, version in dated.versions if version.time}
    parents = [account.rsplit(":", 1)[0] for account in sorted(taken)]
    names = next(
        (names for names in DEFAULT_ACCOUNTS.values() if names.time_worked in book.opened_accounts),
        DEFAULT_ACCOUNTS["en"],
    )
    parent = (
        Counter(parents).most_common(1)[0][0]
        if parents
        else f"{loading.options['name_assets']}:{names.time.partition(':')[2]}"
    )
    for name in (main.rpartition(":")[2], account_name(code)):
        if f"{parent}:{name}" not in taken:
            return f"{parent}:{name}"
    raise InvalidRequest(
        _(
            "{parent}:{account} belongs to another contract: give --time {parent}:…",
            parent=parent,
            account=account_name(code),
        )
    )


def _opened(loading: Loading, account: str, values: Values, day: date) -> list[str]:
    """The directives that open the account of a contract's time and, if there is none, a counter-account for time."""
    book = loading.book
    item = book.items[str(values["item"])].at(day) if values.get("item") in book.items else None
    others = [work.commodity for work in book.work] or [
        currency
        for dated in book.contracts.values()
        for _day, version in dated.versions
        if version.time
        for currency in book.currencies.get(version.time, ())
    ]
    commodity = "DAY" if item and unit_code(item.unit) == "DAY" else others[-1] if others and not item else "HOUR"
    found = [other for other in others if unit_code(other) == unit_code(commodity)]
    commodity = found[-1] if found else commodity
    commodity = book.currencies.get(account, (commodity,))[0]
    directives = [] if account in book.opened_accounts else [text.open_directive(day, account, commodity)]
    assets = str(loading.options["name_assets"])
    counters = [
        name
        for name, currencies in book.currencies.items()
        if commodity in currencies and name.split(":")[0] != assets and name in book.opened_accounts
    ]
    if not counters and not any(work.commodity == commodity for work in book.work):
        names = next(
            (names for names in DEFAULT_ACCOUNTS.values() if names.time.rpartition(":")[2] in account),
            DEFAULT_ACCOUNTS["en"],
        )
        equity = f"{loading.options['name_equity']}:{names.time_worked.partition(':')[2]}"
        if equity in book.opened_accounts:  # opened for another commodity
            equity = f"{equity}:{commodity.title()}"
        directives.append(text.open_directive(day, equity, commodity))
    return directives


def change_contract(
    file: str | Path, code: str, day: date, values: Values, new_customer: str, write_options: WriteOptions
) -> Outcome:
    """Changes values of a contract from `day` on, and (`new_customer`, "" for the same) its customer.

    Raises what `change` raises, InvalidRequest, UnknownCustomer.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        contract = known_contract(book, code, day)
        account = find_customer(book, new_customer) if new_customer else contract.supplied_customer
        if not values and not new_customer:
            raise InvalidRequest(
                _("say what changes, such as --price: contract {code} from {day} on", code=code, day=day)
            )
        target = _thing(code, account, moved=account != contract.supplied_customer)
        return _named(
            amendment_changes(loading, target, [(day, _padded(values, contract.currency or book.currency))]),
            _("Contract: {code} from {day}", code=code, day=day),
        )

    return amend_ledger(file, make, write_options)


def pause_contract(file: str | Path, code: str, first: date, last: date | None, write_options: WriteOptions) -> Outcome:
    """Stops billing a contract from `first` to `last` (inclusive; None: until an amendment resumes it). Raises what `change`
    raises, InvalidRequest.
    """

    def make(loading: Loading) -> Changes:
        contract = known_contract(loading.book, code, first)
        days: list[tuple[date, Values]] = [(first, {"paused": True})]
        if last:
            if last < first:
                raise InvalidRequest(_("--to {last} is before --from {first}", last=last, first=first))
            days.append((last + timedelta(1), {"paused": False}))
        return _named(
            amendment_changes(loading, _thing(code, contract.supplied_customer), days),
            (
                _("Contract: {code} paused from {first} to {last}", code=code, first=first, last=last)
                if last
                else _("Contract: {code} paused from {first}", code=code, first=first)
            ),
        )

    return amend_ledger(file, make, write_options)


def stop_contract(file: str | Path, code: str, last: date, day: date, write_options: WriteOptions) -> Outcome:
    """Ends a contract with the day `last`, whatever its terms were; the amendment is dated `day`, or `last` if that is
    earlier. Raises what `change` raises, InvalidRequest.
    """

    def make(loading: Loading) -> Changes:
        begins = loading.book.contracts[code].first.start if code in loading.book.contracts else last
        if last < begins:
            raise InvalidRequest(
                _("{code} begins on {begins}: it cannot end on {last}", code=code, begins=begins, last=last)
            )
        said_on = max(min(day, last), begins)
        contract = known_contract(loading.book, code, last)
        ended: dict[str, text.DirectiveValue | None] = {"until": last, "renews": ""}
        renews = contract.renews or known_contract(loading.book, code, said_on).renews
        values = ended if renews else {"until": last}
        target = _thing(code, known_contract(loading.book, code, said_on).supplied_customer)
        later: dict[date, dict[str, text.DirectiveValue | None]] = {}  # amendments that would prolong it again
        for version in amendment_text.dated_values(loading.entries, target.kind, target.name, target.value_index):
            if said_on < version.day <= last and ended.keys() & version.values.keys():
                own = {key: value for key, value in ended.items() if key in version.values}
                later[version.day] = later.get(version.day, {}) | own
        return _named(
            amendment_changes(loading, target, [(said_on, values), *later.items()]),
            _("Contract: {code} ends on {last}", code=code, last=last),
        )

    return amend_ledger(file, make, write_options)


def add_milestone(
    file: str | Path, code: str, name: str, day: date, values: Values, write_options: WriteOptions
) -> Outcome:
    """Adds a milestone to a contract, to be billed from `day` on. Raises what `change` raises, InvalidRequest."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        contract = known_contract(book, code, day)
        entry = amendment_text.amendment_directive(
            day, "invoice-milestone", [code, name], _padded(values, contract.currency or book.currency)
        )
        known = [milestone.source for milestone in book.milestones.get(code, ())]
        place = max(known or [contract.source]).file
        return Changes((NewDirective(day, verbatim(entry), place),), message=f"Contract: {code}, {name}")

    return amend_ledger(file, make, write_options)


def _padded(values: Values, currency: str) -> dict[str, text.DirectiveValue | None]:
    """The same, a price with at least the decimals of its currency."""
    return {
        key: padded(value, currencies.currency_decimals(currency))
        if key == "price" and isinstance(value, Decimal)
        else value
        for key, value in values.items()
    }


def known_contract(book: Book, code: str, day: date) -> Contract:
    """A contract as it is on a day. Raises InvalidRequest if there is none."""
    if code not in book.contracts:
        raise InvalidRequest(
            _('there is no contract "{code}"{hint}', code=code, hint=near_name_hint(code, book.contracts))
        )
    return book.contracts[code].at(day)


def _thing(code: str, account: str, *, moved: bool = False) -> AmendmentTarget:
    return AmendmentTarget("invoice-contract", 1, code, (text.AccountName(account), code), moved)


def _named(changes: Changes, message: str) -> Changes:
    return Changes(changes.new, changes.edits, message, changes.notices)
