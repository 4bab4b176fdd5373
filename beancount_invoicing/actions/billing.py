"""Billing: what is due becomes documents, drafts become numbered, invoices are credited."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from beancount_invoicing import billing, law
from beancount_invoicing.actions.ledger import Loads
from beancount_invoicing.actions.naming import customer as customer_named
from beancount_invoicing.actions.naming import customers, near, whom
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, change
from beancount_invoicing.billing import (
    Draft,
    DraftLine,
    Naming,
    Request,
)
from beancount_invoicing.dunning import send_from
from beancount_invoicing.entries import Loading, text
from beancount_invoicing.model import ZERO, Book, Invoice, a_day
from beancount_invoicing.rules import currencies, tax
from beancount_invoicing.rules.steps import round_to


class CannotBill(ValueError):
    """What is asked for cannot be billed; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Dating:
    """How documents are dated and named: `day` is theirs; `drafts` are not numbered yet."""

    day: date
    drafts: bool = False
    to_send: bool = False
    """They are marked to-send, unless option `send-from` says it already."""

    def __post_init__(self) -> None:
        a_day(self.day)


def naming_for(book: Book, dating: Dating, how: How) -> Naming:
    """Numbers where documents are issued; names of drafts where they are drafted, or only shown."""
    return billing.numbers(book) if how.write and not dating.drafts else billing.draft_names(book)


def document_changes(book: Book, drafts: Sequence[Draft], notices: Sequence[str] = ()) -> Changes:
    """New documents, beside the latest one where the option `file` says nothing else."""
    beside = "" if "file" in book.options else book.invoices[-1].source.file if book.invoices else ""
    new = tuple(New(one.date, partial(text.document, one), beside) for one in drafts)
    names = [one.number for one in drafts]
    what = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return Changes(new, message=f"Invoices: {what}" if names else "", notices=tuple(notices), drafts=tuple(drafts))


def bill(
    file: str | Path,
    until: date,
    dating: Dating,
    how: How,
    customer: str = "",
    contract: str = "",
    only: billing.Only = billing.Only(),  # noqa: B008 - frozen
    loads: Loads | None = None,
) -> Outcome:
    """The documents that bill all that is due up to `until` (inclusive), dated `dating.day`; of `contracts_wanted`, and of that
    `only` what is asked for. What of it cannot be billed is `left_out`.

    Raises what `change` raises, CannotBill, UnknownCustomer, billing.CannotNumber.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        wanted = contracts_wanted(book, customer, contract, one=how.write)._replace(only=_known(book, only))
        waiting, notices = billing.waiting(book, until, wanted)
        drafts, more = billing.documents(book, waiting, dating.day, naming_for(book, dating, how))
        if dating.to_send:
            drafts = [_to_send(book, one) for one in drafts]
        whose = whom(book, customer, wanted.customers)
        idle = "" if drafts else _next(book, until, wanted._replace(only=billing.Only()))
        return replace(document_changes(book, drafts, [whose] if whose else []), left_out=(*notices, *more), idle=idle)

    return change(file, make, how, loads)


def _to_send(book: Book, draft: Draft) -> Draft:
    """The document with the mark that it is to be sent, where nothing else in the ledger says so: a crash or a mail server that is
    down must not make it forgotten."""
    since = send_from(book, draft.date)
    return draft if since is not None and since <= draft.date else replace(draft, to_send=True)


def _next(book: Book, until: date, wanted: billing.Wanted) -> str:
    """That nothing is to be billed, and when the next is due, as far as that is known."""
    those = [(one.next_due, one.contract.code) for one in billing.standings(book, until, wanted)]
    later = min(((day, code) for day, code in those if day and day > until), default=None)
    return f"Nothing to do. The next is due on {later[0]} ({later[1]})." if later else ""


def _known(book: Book, only: billing.Only) -> billing.Only:
    """What is asked for, with names as the ledger writes them. Raises CannotBill where nobody, nothing has such a name."""
    people = {one.person.casefold(): one.person for one in book.work if one.person}
    tasks = {one.task.casefold(): one.task for one in book.work if one.task and one.quantity > 0}
    for what, said, known in (("time of", only.person, people), ("task", only.task, tasks)):
        if said and said.casefold() not in known:
            raise CannotBill(f'there is no {what} "{said}"{near(said, known.values())}')
    if only.item and only.item not in book.items:
        raise CannotBill(f'there is no item "{only.item}"{near(only.item, book.items)}')
    return only._replace(person=people.get(only.person.casefold(), ""), task=tasks.get(only.task.casefold(), ""))


def contracts_wanted(book: Book, customer: str, contract: str, *, one: bool = False) -> billing.Wanted:
    """The contracts of the customers that a name names (of the `one`, for what is written), and of a code; "" for all.

    Raises CannotBill where no such contract, UnknownCustomer where no such customer is there.
    """
    if contract and contract not in book.contracts:
        raise CannotBill(f'there is no contract "{contract}"{near(contract, book.contracts)}')
    if not customer:
        return billing.Wanted((), contract)
    return billing.Wanted((customer_named(book, customer),) if one else customers(book, customer), contract)


_LINE = re.compile(
    r"\s*(?:(?P<quantity>-?\d+(?:[.,]\d+)?)\s*(?:[x×*]\s*)?(?=\D))?\s*(?P<what>[^@\[\]]+?)\s*"
    r"(?:@\s*(?P<price>-?\d+(?:[.,]\d+)?)\s*)?(?:-\s*(?P<discount>\d+(?:[.,]\d+)?)\s*%\s*)?"
    r"(?:\[(?P<tax>[^\]]+)\]\s*)?\Z"
)


def _number(said: str | None) -> Decimal | None:
    """The number of digits that a pattern let through."""
    return None if said is None else Decimal(said.replace(",", "."))


def line_of(book: Book, said: str, day: date, decimals: int, account: str = "") -> DraftLine:
    """The line that a text says: `6.5 DEV`, `2 CAPTEUR @ 120.00 -10%`, `1 On-site audit @ 450 [FR20]`.

    A quantity (1 if not said), an item's code, and perhaps words of its line, or free words; `@` a price (an item's own if not
    said), a discount, a tax code. Free words need a price, and `account`. Raises CannotBill.
    """
    match = _LINE.match(said)
    if not match:
        raise CannotBill(
            f'"{said}" is no line: write it such as "6.5 DEV", "2 CAPTEUR @ 120.00 -10%" or "1 On-site audit @ 450 [FR20]"'
        )
    quantity = _number(match["quantity"])
    quantity = Decimal(1) if quantity is None else quantity
    price, discount = _number(match["price"]), _number(match["discount"])
    what, with_tax = match["what"], None
    if match["quantity"] and (code := said.strip().split()[0]) in book.items and code != match["quantity"]:
        quantity, what = Decimal(1), f"{code}{what[len(code) - len(match['quantity']) :]}"  # a code such as 3D
    code, _space, words = what.partition(" ")
    if what not in book.items and code in book.items:
        what, words = code, words.strip()
    else:
        words = ""
    item = book.items[what].at(day) if what in book.items else None
    if item and price is None:
        price, with_tax = item.price, item.price_with_tax
    if price is None and with_tax is None:
        if item:
            raise CannotBill(f"{what} has no price: say it, {quantity} {what} @ 100.00")
        hint = near(what, book.items)
        raise CannotBill(f'"{what}" is no item{hint or ": give what is no item a price, 1 " + what + " @ 100.00"}')
    account = (item.account if item else "") or account
    if not account:
        raise CannotBill(f'"{what}": say which income account it is booked on, --account Income:…')
    if price is not None and -int(price.as_tuple().exponent) < decimals:
        price = round_to(price, decimals)
    if price is not None and price < 0:
        raise CannotBill(f'"{said}": a price is not negative; for something given back write a quantity below 0')
    unit_price = price if price is not None else with_tax
    assert unit_price is not None
    figure = tax.line_net(quantity, unit_price, discount, decimals)
    return DraftLine(
        net=figure.value,
        account=account,
        tax=match["tax"] or "",
        since=day,
        item=what if item else "",
        text=words if item else what,
        quantity=quantity,
        price=price,
        price_with_tax=with_tax,
        discount=discount,
        steps=figure.steps,
    )


@dataclass(frozen=True, slots=True)
class Composition:
    """One document as it is asked for on the command line."""

    customer: str
    lines: tuple[str, ...]
    account: str = ""
    """Income account of lines that are no item."""
    currency: str = ""
    narration: str = ""
    note: str = ""
    purchase_order: str = ""
    terms: str = ""
    due: date | None = None
    deduct: tuple[str, ...] = ()
    """Numbers of deposits to deduct."""
    delivered: date | None = None
    """The day of the supply, where it is not the document's."""
    start: date | None = None
    """First day of the period that each line bills, inclusive; it needs `end`."""
    end: date | None = None
    """Last day of that period, inclusive."""
    corrects: tuple[str, ...] = ()
    """Of a credit note: numbers of the invoices that it corrects."""


def sales_accounts(book: Book, root: str) -> list[str]:
    """The accounts below `root` (Income) that are open, sorted; not those of claims for late interest."""
    claims = book.options.get("claim-account")
    not_sales = {str(value) for _day, value in claims.versions} if claims else set()
    return sorted(account for account in book.opened if account.startswith(f"{root}:") and account not in not_sales)


def new(file: str | Path, wanted: Composition, dating: Dating, how: How, loads: Loads | None = None) -> Outcome:
    """One invoice of lines that are said. Raises what `change` raises, CannotBill, billing.CannotNumber, CannotCompose."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        main = customer_named(book, wanted.customer)
        currency = _currency(book, main, wanted.currency)
        _must_be_a_period(wanted)
        sales = sales_accounts(book, str(loading.options["name_income"]))
        account = wanted.account or (sales[0] if len(sales) == 1 else "")  # new books have one
        lines = [
            replace(
                line_of(book, said, dating.day, currencies.decimals(currency), account),
                start=wanted.start,
                end=wanted.end,
            )
            for said in wanted.lines
        ]
        if not lines:
            raise CannotBill('an invoice has lines: say them, such as "6.5 DEV"')
        corrected = _corrected(book, main, currency, wanted.corrects)
        deposits = []
        if wanted.deduct:
            known = {one.number: one for those in billing.deposits_left(book.invoices).values() for one in those}
            for number in wanted.deduct:
                if number not in known:
                    raise CannotBill(f"nothing is left to deduct of {number}{near(number, known)}")
                other = book.invoice(number)
                if other and other.currency != currency:
                    raise CannotBill(f"{number} is a deposit in {other.currency}: it cannot be deducted in {currency}")
                deposits.append(known[number]._replace(contract=""))  # its lines name no contract
        request = Request(
            kind="invoice",
            customer=main,
            account=main,
            currency=currency,
            date=dating.day,
            lines=tuple(lines),
            purchase_order=wanted.purchase_order,
            terms=wanted.terms,
            due=wanted.due,
            delivered=wanted.delivered,
            corrects=" ".join(wanted.corrects),
            taxes=tuple({code: one for each in corrected for code, one in each.codes.items()}.values()),
            narration=wanted.narration,
            note=wanted.note,
        )
        draft = billing.compose(book, request, deposits=deposits)
        _must_name(book, draft)
        notices = waiting_beside(book, main, dating.day)
        return document_changes(book, [_named(book, draft, naming_for(book, dating, how))], notices)

    return change(file, make, how, loads)


def _must_be_a_period(wanted: Composition) -> None:
    if (wanted.start is None) != (wanted.end is None):
        raise CannotBill("a period has a first and a last day: say --from and --to")
    if wanted.start and wanted.end and wanted.end < wanted.start:
        raise CannotBill(f"--to {wanted.end} is before --from {wanted.start}")


def _corrected(book: Book, main: str, currency: str, numbers: Sequence[str]) -> list[Invoice]:
    """The invoices that a credit note of a customer (main account) names. Raises CannotBill."""
    result = []
    for number in numbers:
        other = book.invoice(number)
        if other is None:
            raise CannotBill(
                f'--corrects: there is no invoice "{number}"{near(number, [one.number for one in book.invoices])}'
            )
        if other.currency != currency:
            raise CannotBill(f"--corrects: {number} is in {other.currency}: what corrects it is so too")
        if not book.owed_by(other, main, date.max):
            name = other.customer.name if other.customer else "nobody"
            raise CannotBill(f"--corrects: {number} is an invoice of {name}")
        result.append(other)
    return result


def _must_name(book: Book, draft: Draft) -> None:
    """What takes something back says of which invoice, and nothing else says so. Raises CannotBill."""
    if draft.net >= 0 and draft.corrects:
        raise CannotBill(
            f"--corrects is for what takes something back, but these lines come to {draft.net} {draft.currency}: leave it out"
        )
    country = book.seller.at(draft.date).address.country if book.seller else ""
    naming = law.credit_notes_name(country)
    if draft.net < 0 and not draft.corrects and naming and naming.must:
        raise CannotBill(
            f"these lines come to {draft.net} {draft.currency}: a credit note, which names the invoice that it corrects: say"
            " --corrects NUMBER; or let bean-invoice credit NUMBER work it out, with --lines 1@-5 for 5 less of a price, --amount"
            ' 50 "Goodwill" for a sum'
        )


def waiting_beside(book: Book, customer: str, day: date) -> list[str]:
    """That time of a customer (main account) waits to be billed by `day`, beside an invoice that is written without it."""
    waiting, _notices = billing.waiting(book, day, billing.Wanted((customer,)))
    by_contract: defaultdict[str, list[billing.Waiting]] = defaultdict(list)
    for one in waiting:
        if one.what == "time":
            by_contract[one.contract.code].append(one)
    result = []
    for code, those in by_contract.items():
        outs = [out for one in those for out in one.line.book_out if out.billable]
        times = {out.commodity: ZERO for out in outs}
        for out in outs:
            times[out.commodity] += out.quantity
        time = ", ".join(f"{quantity} {commodity}" for commodity, quantity in times.items())
        net = sum((one.line.net for one in those), ZERO)
        result.append(
            f"{time} of contract {code} ({net} {those[0].currency} without tax) wait to be billed, and wait on after this invoice,"
            f" which names no contract: bean-invoice bill --contract {code} --until {day} bills them"
        )
    return result


def _named(book: Book, draft: Draft, naming: Naming) -> Draft:
    return billing.numbered(book, draft, naming(draft.read_as, draft.date))


def _currency(book: Book, account: str, said: str) -> str:
    known = book.currencies.get(account, ())
    currency = said or (known[0] if len(known) == 1 else book.currency)
    if not currency:
        raise CannotBill(f"{account} can have several currencies: say --currency")
    return currency


@dataclass(frozen=True, slots=True)
class DepositWanted:
    """A deposit: of a contract (a percentage of its price, or an amount), or of a customer."""

    of: str
    """A contract's code, or a customer."""
    amount: str
    """"30%" or "3600.00", without tax."""
    text: str = ""
    tax: str = ""
    account: str = ""


def deposit(file: str | Path, wanted: DepositWanted, dating: Dating, how: How) -> Outcome:
    """A deposit invoice. Raises what `change` raises, CannotBill, billing.CannotNumber, CannotCompose."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        contract = book.contracts[wanted.of].at(dating.day) if wanted.of in book.contracts else None
        main = book.accounts.get(contract.customer, "") if contract else customer_named(book, wanted.of)
        currency = billing.currency_of(book, contract) if contract else _currency(book, main, "")
        decimals = currencies.decimals(currency)
        net = _deposit_net(wanted, contract.price if contract else None, decimals)
        account = (
            wanted.account
            or (contract.deposit_account if contract else "")
            or book.option("deposit-account", dating.day)
        )
        if not account:
            raise CannotBill(
                "no account for deposits is known: say --account Liabilities:…, or write custom"
                ' "invoice-option" "deposit-account" Liabilities:…'
            )
        said = wanted.text or (f"{contract.text or contract.code}, {wanted.amount}" if contract else "")
        if not said:
            raise CannotBill("say what the deposit is for: --text")
        line = DraftLine(
            net=net,
            account=account,
            tax=wanted.tax or (contract.tax if contract else ""),
            since=dating.day,
            text=said,
            quantity=Decimal(1),
            price=net,
            contract=contract.code if contract else "",
        )
        request = Request(
            kind="deposit",
            customer=main,
            account=contract.customer if contract else main,
            currency=currency,
            date=dating.day,
            lines=(line,),
            purchase_order=contract.purchase_order if contract else "",
        )
        return document_changes(book, [_named(book, billing.compose(book, request), naming_for(book, dating, how))])

    return change(file, make, how)


def _deposit_net(wanted: DepositWanted, price: Decimal | None, decimals: int) -> Decimal:
    match = re.match(r"\s*(\d+(?:[.,]\d+)?)\s*(%?)\s*\Z", wanted.amount)
    number = _number(match[1]) if match else None
    if match is None or number is None or not number:
        raise CannotBill(f'"{wanted.amount}" is no amount: write it such as 30% or 3600.00')
    if not match[2]:
        return round_to(number, decimals)
    if price is None:
        raise CannotBill(f'{wanted.amount} of what? "{wanted.of}" is no contract with a price: write an amount')
    return round_to(price * number / 100, decimals)
