"""Random acts of a business: each writes entries as a person or a command would, and tells the referee what happened.

An act is a day, a kind and a seed of its own, so that a life without one of them is still a life: an act for which there is
nothing to do on its day does nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from beancount_invoicing.actions import credit, new
from beancount_invoicing.actions import deposit as deposit_action
from beancount_invoicing.actions.deposit import DepositRequest
from beancount_invoicing.actions.new import InvoiceRequest
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating
from tests.properties.lives.life import (
    BOOKED,
    CUSTOMERS,
    OWED,
    RATES,
    WAITS,
    WITHHELD,
    Act,
    Life,
    Line,
    Posting,
    Refusal,
    named,
)
from tests.properties.lives.model import ZERO, Document, Moved, OnAccount, Standing, What, cents

START = date(2026, 1, 1)
CODES = (("STD",), ("PAY",), ("PAY",), ("LOW",), ("STD", "LOW"), ("PAY", "PAYLOW"), ("PAY", "STD"), ("PAY", "NONE"))


# invoices --------------------------------------------------------------------------------------------------------------


def _lines(life: Life) -> list[Line]:
    """One to four lines under one or two codes, with prices without or with tax."""
    chance = life.chance
    codes = chance.choice(CODES)
    gross = chance.random() < 0.2
    lines = []
    for index in range(len(codes) if gross else chance.choice((1, 1, 2, 3, 4))):
        code = codes[index % len(codes)]
        quantity, price = chance.choice((1, 1, 2, 3, 10)), life.price()
        net = cents(price * quantity * 100 / (100 + RATES[code])) if gross else price * quantity
        lines.append(Line(code, quantity, price, net, gross))
    return lines


def _figures(lines: Sequence[Line]) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Nets and taxes by code: the tax once per code, half away from zero; what a price with tax leaves above its net."""
    nets: dict[str, Decimal] = {}
    taxes: dict[str, Decimal] = {}
    for line in lines:
        nets[line.code] = nets.get(line.code, ZERO) + line.net
    for code, net in nets.items():
        gross = sum((line.price * line.quantity for line in lines if line.code == code), ZERO)
        taxes[code] = gross - net if lines[0].gross else cents(net * RATES[code] / 100)
    return nets, taxes


def invoice(
    life: Life,
    day: date | None = None,
    withheld: bool = False,
    kept: bool = False,
    said: Sequence[tuple[str, str]] = (),
) -> Document:
    """An invoice in euros, written by hand."""
    number, customer, lines = life.number("N"), life.chance.choice(CUSTOMERS), _lines(life)
    day = day or life.day
    nets, taxes = _figures(lines)
    if withheld:
        taxes["IRPF"] = -cents(sum(nets.values(), ZERO) * WITHHELD / 100)
    asked = sum(nets.values(), ZERO) + sum(taxes.values(), ZERO)
    part = cents(asked * 5 / 100) if kept else ZERO
    document = life.document(number, customer, day, nets, taxes, f"Assets:C:{customer}", kept=part)
    life.lines[number] = tuple(lines)
    postings = [
        Posting(
            "Income:Work", -line.net, tax=line.code,
            said=(
                ("text", f'"Work {index}"'), ("quantity", str(line.quantity)),
                ("price-with-tax" if line.gross else "price", str(line.price)),
            ),
        )
        for index, line in enumerate(lines, 1)
    ]  # fmt: skip
    postings += [Posting(BOOKED[code], -tax, tax=code) for code, tax in taxes.items() if tax]
    if part:
        due = (("due", (day + timedelta(days=365)).isoformat()),)
        postings.append(Posting(life.where[f"{number}/kept"], part, said=due))
    life.write(
        day, "Invoice", [Posting(life.where[number], document.asked), *postings], number,
        said=[("invoice", f'"{number}"'), *said],
    )  # fmt: skip
    return document


def bill(life: Life) -> None:
    """An invoice, now and then one of which the customer withholds a tax, or keeps back a part until later."""
    chance = life.chance.random()
    invoice(life, withheld=chance < 0.15, kept=0.15 <= chance < 0.35)


def bill_dollars(life: Life) -> None:
    """An invoice in dollars, booked in euros at the rate of its day."""
    number, day, price = life.number("N"), life.day, life.price()
    rate = f"{life.chance.randint(8000, 11000) / Decimal(10000)}"
    quantity = life.chance.choice((1, 3, 10))
    document = life.document(number, "Coe", day, {"NONE": price * quantity}, {}, "Assets:C:Coe", currency="USD")
    life.rates[number] = rate
    line = Posting(
        "Income:Work", -life.worth(number, document.asked), tax="NONE",
        said=(("text", '"Work"'), ("quantity", str(quantity)), ("price", str(price))),
    )  # fmt: skip
    life.write(day, "In dollars", [life.claim(number, document.asked), line], number, said=[("invoice", f'"{number}"')])


def take_over(life: Life) -> None:
    """An open item of earlier books, with its tax that waits."""
    number, customer, net = life.number("O"), life.chance.choice(CUSTOMERS), life.price()
    code = life.chance.choice(("PAY", "PAYLOW", "NONE"))
    tax = cents(net * RATES[code] / 100)
    document = life.document(number, customer, life.day, {code: net}, {code: tax}, f"Assets:C:{customer}")
    before = (life.day - timedelta(days=life.chance.randint(1, 90))).isoformat()
    postings = [
        life.claim(number, document.asked)._replace(said=(("invoice", f'"{number}"'), ("date", before))),
        *([Posting(WAITS[code], -tax, tax=code)] if tax else []),
        Posting("Equity:Opening", -net),
    ]
    life.write(life.day, "Taken over", postings, said=[("kind", '"opening"')])


def deposit(life: Life) -> None:
    """A deposit invoice, written by the command."""
    customer, code, net = life.chance.choice(CUSTOMERS), life.chance.choice(("STD", "PAY", "PAYLOW")), life.price()
    wanted = DepositRequest(customer, str(net), "Deposit", code, "Liabilities:Deposits")
    written = life.command(
        f"deposit {customer} {net} --tax {code} --date {life.day}",
        lambda file: deposit_action.deposit(file, wanted, DocumentDating(life.day), WriteOptions(write=True)),
    )
    life.deposits[_read(life, "D", None, customer, written).number] = code


def deduct(life: Life) -> None:
    """The invoice of the whole, written by the command, less a deposit, which for goods has another code."""
    standing = life.one_of(lambda standing: standing.document.number in life.deposits and not standing.lost)
    if standing is None:
        return
    number, customer = standing.document.number, standing.document.customer
    code = life.deposits.pop(number)
    goods = code == "PAY" and not standing.over and life.chance.random() < 0.5
    line = f"1 The whole @ {standing.document.nets[code] + life.price()} [{'STD' if goods else code}]"
    wanted = InvoiceRequest(customer, (line,), "Income:Work", deduct=(number,))
    written = life.command(
        f'new {customer} "{line}" --deduct {number} --date {life.day}',
        lambda file: new.new_invoice(file, wanted, DocumentDating(life.day), WriteOptions(write=True)),
    )
    document = _read(life, "N", None, customer, written)
    if goods:
        life.books.documents[document.number] = replace(document, pending={})
        life.books.delivered[number] = life.moved_on[number] = life.day
        due = standing.due(code)
        owed, waits = (_booked_for(number, account, life.entries[-1]) for account in (OWED, WAITS[code]))
        if (owed, waits) != (due, standing.document.taxes[code] - due):
            what = f"of the deposit's tax {owed} is deducted as owed and {waits} as waiting, right is {due} as owed"
            raise Refusal(f"{what}:\n{written}", life.entries)


def _booked_for(deposit: str, account: str, text: str) -> Decimal:
    """What an entry books on an account for a deposit."""
    return sum(
        (
            Decimal(amount)
            for where, amount, keys in _BOOKED.findall(text)
            if where == account and f'deposit: "{deposit}"' in keys
        ),
        ZERO,
    )


# money -----------------------------------------------------------------------------------------------------------------


def tax_moves(life: Life, number: str, before: Standing, day: date, giving_up: bool = True) -> list[Posting]:
    """The postings of a transaction that move the tax which became due since `before`, and take off that of what is given up."""
    number = named(number)
    now = life.books.at(day)[number]
    lost = sum((life.books.lost(standing) for standing in (now, *now.parts)), now.whole("discount"))
    postings = []
    for code in now.document.taxes:
        if code not in RATES:
            continue  # what is withheld is no tax of ours
        due = now.due(code) - before.due(code) if code in now.document.pending else ZERO
        gone = ZERO
        if giving_up:  # of what the books have as lost, also where money came for it and the loss is not taken back yet
            gone = now.share(code, lost) - life.recovered.get((number, code), ZERO)
            life.recovered[number, code] = now.share(code, lost)
        if due:
            life.books.moved.append(Moved(day, code, due))
            postings.append(Posting(OWED, -due, tax=code))
        if gone and code in WAITS:
            life.books.moved.append(Moved(day, code, gone, given_up=True))
        if due + gone:
            postings.append(Posting(BOOKED[code], due + gone, tax=code))
    return postings


def payable(life: Life, standing: Standing) -> bool:
    """Whether something is open; what comes for a deposit on the day of delivery is left out, as both orders would be right.

    So is what comes again on the day of a cash discount: money of one day goes before discounts.
    """
    given = any(fact.day == life.day for fact in life.books.facts.get((standing.document.number, "discount"), ()))
    return standing.open > 0 and not given and life.books.delivered.get(standing.document.number, date.min) < life.day


def losable(life: Life, standing: Standing) -> bool:
    """Whether something may be given up: not of a deposit on goods that were delivered, nor of the invoice that deducts it."""
    deducts = any(tax < 0 < standing.document.asked for code, tax in standing.document.taxes.items() if code in WAITS)
    return standing.open > 0 and not deducts and standing.document.number not in life.books.delivered


def lost_on(life: Life, number: str, day: date) -> bool:
    """Whether a loss is booked on a day: money of that day comes before it, and finds nothing that it could revive."""
    return any(fact.day == day for fact in life.books.facts.get((number, "loss"), ()))


def pay(life: Life) -> None:
    """A payment of an open invoice: a part, all of it, or more; with the tax that it makes due, or without; now and then late
    in the books."""
    standing = life.one_of(lambda standing: payable(life, standing))
    if standing is None:
        return
    number, day, chance = standing.document.number, life.day, life.chance
    if chance.random() < 0.2:
        first = life.last_touched(number) + timedelta(days=number in life.books.delivered or standing.discount > 0)
        day = first + timedelta(days=chance.randint(0, (day - first).days))
    match chance.randrange(6):
        case 0 | 1:
            amount = life.part(standing.open)
        case 2 if not lost_on(life, number, day):
            amount = standing.open + life.price()
        case _:
            amount = standing.open
    postings = [*life.bank(number, amount), life.claim(number, -amount)]
    if (
        number in life.rates and amount <= standing.open and chance.random() < 0.4
    ):  # as an importer of the bank's statements books it
        reached = postings[0].amount
        postings = [postings[0], Posting(life.where[number], -amount, f"USD @@ {reached} EUR")]
    before = life.books.at(day)[named(number)]
    life.books.happened(day, "money", number, amount)
    if chance.random() < 0.4:
        postings += tax_moves(life, number, before, day, giving_up=False)
    life.write(day, "Paid", postings, number)


def pay_before(life: Life) -> None:
    """An invoice for which the money, or a part of it, was there before."""
    document = invoice(life)
    day = life.day - timedelta(days=life.chance.randint(1, 40))
    amount = document.asked if life.chance.random() < 0.5 else life.part(document.asked)
    life.books.happened(day, "money", document.number, amount)
    postings = [Posting("Assets:Bank", amount), Posting(life.where[document.number], -amount)]
    life.write(day, "Paid before", postings, document.number)


def pay_two(life: Life) -> None:
    """One transfer for two invoices of a customer on one account."""
    first = life.one_of(lambda standing: payable(life, standing) and standing.document.currency == "EUR")
    if first is None:
        return
    number, account = first.document.number, life.where[first.document.number]
    other = life.one_of(
        lambda standing: (
            payable(life, standing)
            and standing.document.number != number
            and life.where[standing.document.number] == account
        )
    )
    if other is None:
        return
    parts = {
        number: first.open,
        other.document.number: other.open if life.chance.random() < 0.5 else life.part(other.open),
    }
    for each, amount in parts.items():
        life.books.happened(life.day, "money", each, amount)
    postings = [posting for each, amount in parts.items() for posting in life.bank(each, amount)]
    postings += [
        life.claim(each, -amount)._replace(said=(("settles", f'"{named(each)}"'),)) for each, amount in parts.items()
    ]
    life.write(life.day, "Two in one", postings, *(parts if life.chance.random() < 0.5 else ()))


def give_back(life: Life) -> None:
    """Money that came for an invoice goes back: a debit that bounced, or what was paid too much; or a credit note is paid out."""
    standing = life.one_of(
        lambda standing: (
            (standing.paid > 0 and not standing.lost and standing.document.number not in life.moved_on)
            or (standing.document.asked < 0 and standing.open < 0)
        )
    )
    if standing is None:
        return
    number = standing.document.number
    if standing.document.asked < 0:
        amount = -standing.open if life.chance.random() < 0.7 else life.part(-standing.open)
    else:
        money = sum((fact.amount for fact in life.books.facts[number, "money"]), ZERO)
        amount = money - standing.paid or standing.paid
        if life.chance.random() < 0.4:
            amount = life.part(money)
    life.books.happened(life.day, "money", number, -amount)
    postings = [*life.bank(number, -amount), life.claim(number, amount)]
    life.write(life.day, "Came back", postings, number)


def on_account(life: Life) -> None:
    """Money that says nothing."""
    customer, amount = life.chance.choice(CUSTOMERS), life.price()
    life.books.on_account.append(OnAccount(life.day, customer, "EUR", amount))
    life.write(life.day, "Thank you", [Posting("Assets:Bank", amount), Posting(f"Assets:C:{customer}", -amount)])


def allocate(life: Life) -> None:
    """It becomes known what money on the account was for: an entry of its own says so, and what lies there longest goes first."""
    there = {
        customer: sum((account.amount for account in life.books.on_account if account.customer == customer), ZERO)
        for customer in CUSTOMERS
    }
    unallocated = life.books.unallocated(life.day, life.books.at(life.day))
    # where other things lie on the account too, nothing is said of which goes first
    alone = [customer for customer, money in there.items() if money and unallocated.get((customer, "EUR")) == -money]
    standing = life.one_of(
        lambda standing: (
            standing.open > 0
            and standing.document.customer in alone
            and life.where[standing.document.number] == f"Assets:C:{standing.document.customer}"
        )
    )
    if standing is None:
        return
    number, customer = standing.document.number, standing.document.customer
    lying = [account for account in life.books.on_account if account.customer == customer]
    amount = min(standing.open, there[customer] if life.chance.random() < 0.6 else life.part(there[customer]))
    gone = -sum((account.amount for account in lying if account.amount < 0), ZERO)
    left = amount
    for one in sorted(account for account in lying if account.amount > 0):
        still = max(one.amount - gone, ZERO)
        gone = max(gone - one.amount, ZERO)
        if part := min(still, left):
            life.books.happened(life.day, "money", number, part, received=one.day)
            left -= part
    life.books.on_account.append(OnAccount(life.day, customer, "EUR", -amount))
    away, to = life.claim(number, amount), life.claim(number, -amount)
    life.write(life.day, f"Allocated: {number}", [away, to._replace(said=(("settles", f'"{number}"'),))])


# what is given up --------------------------------------------------------------------------------------------------------


def lose(life: Life) -> None:
    """A claim is lost, whole or in part."""
    standing = life.one_of(lambda standing: losable(life, standing))
    if standing is not None:
        lost = standing.open if life.chance.random() < 0.5 else life.part(standing.open)
        _give_up(life, standing, "loss", lost, ZERO)


def compromise(life: Life) -> None:
    """A part is paid and the rest is lost, in one transaction."""
    standing = life.one_of(lambda standing: losable(life, standing) and standing.document.currency == "EUR")
    if standing is not None:
        lost = life.part(standing.open)
        _give_up(life, standing, "loss", lost, standing.open - lost)


def _give_up(life: Life, before: Standing, what: What, amount: Decimal, paid: Decimal) -> None:
    """A transaction that gives up an amount, with its tax, and receives another."""
    number = before.document.number
    before = life.books.at(life.day)[named(number)]
    life.books.happened(life.day, what, number, amount)
    if paid:
        life.books.happened(life.day, "money", number, paid)
    taxes = tax_moves(life, number, before, life.day)
    expense = life.worth(number, amount) - sum((tax.amount for tax in taxes), ZERO)
    postings = [
        *life.bank(number, paid),
        Posting("Expenses:Lost" if what == "loss" else "Expenses:Discounts", expense),
        *taxes,
        life.claim(number, -amount - paid),
    ]
    life.write(
        life.day,
        "Given up",
        [posting for posting in postings if posting.amount],
        number,
        tag="write-off" if what == "loss" else "",
    )


def recover(life: Life) -> None:
    """What was lost is paid after all: the loss is taken back and the money comes, in one transaction, in two, or only one yet."""
    standing = life.one_of(lambda standing: standing.lost > 0)
    if standing is None:
        return
    number = standing.document.number
    amount = standing.lost if life.chance.random() < 0.5 else life.part(standing.lost)
    money = [*life.bank(number, amount), life.claim(number, -amount)]
    later = not lost_on(life, number, life.day)
    match life.chance.choice(("together", "both", "loss", *("money", "money") * later)):
        case "together":
            life.books.happened(life.day, "money", number, amount)
            life.write(
                life.day, "Paid after all", [*money, *_taken_back(life, number, amount)], number, tag="write-off"
            )
        case "money":
            life.books.happened(life.day, "money", number, amount)
            life.write(life.day, "Paid after all", money, number)
        case what:
            life.write(life.day, "Not lost after all", _taken_back(life, number, amount), number, tag="write-off")
            if what == "both":
                life.books.happened(life.day, "money", number, amount)
                life.write(life.day, "Paid after all", money, number)


def take_back(life: Life) -> None:
    """A loss of which money came after all is taken back by that much."""
    standing = life.one_of(lambda standing: life.books.lost(standing) > standing.lost)
    if standing is not None:
        number, amount = standing.document.number, life.books.lost(standing) - standing.lost
        life.write(life.day, "Not lost after all", _taken_back(life, number, amount), number, tag="write-off")


def _taken_back(life: Life, number: str, amount: Decimal, before: Standing | None = None) -> list[Posting]:
    """The postings that take a loss back, with its tax, and what became due since `before`."""
    before = before or life.books.at(life.day)[named(number)]
    life.books.happened(life.day, "loss", number, -amount)
    taxes = tax_moves(life, number, before, life.day)
    expense = life.worth(number, -amount) - sum((tax.amount for tax in taxes), ZERO)
    return [
        posting for posting in (life.claim(number, amount), Posting("Expenses:Lost", expense), *taxes) if posting.amount
    ]


def discount(life: Life) -> None:
    """An invoice that was paid in time, less its cash discount and the tax on that."""
    day = life.day - timedelta(days=life.chance.randint(0, 10))
    document = invoice(life, day, said=[("cash-discount", '"2% within 10 days"')])
    amount = cents(document.asked * 2 / 100)
    if amount:
        _give_up(
            life,
            life.books.at(life.day)[document.number],
            "discount",
            amount,
            document.asked - amount,
        )


def move(life: Life) -> None:
    """A claim becomes doubtful, or is good again."""
    standing = life.one_of(
        lambda standing: standing.open > 0 and not standing.over and not standing.lost and not standing.document.part_of
    )
    if standing is None:
        return
    number, amount = standing.document.number, standing.open
    main = f"Assets:C:{standing.document.customer}"
    to = main if life.where[number] != main else f"{main}:Doubtful"
    away = life.claim(number, -amount)
    life.where[number] = to
    life.write(life.day, "Moved", [life.claim(number, amount), away], number)
    life.moved_on[number] = life.day


# credit notes ------------------------------------------------------------------------------------------------------------


def creditable(life: Life, standing: Standing) -> bool:
    """Whether something is left to credit of an invoice, and nothing of it was given up.

    Not on a day on which something else happens to it: credit notes are first on a day, whatever was open when one was written.
    """
    number = standing.document.number
    if standing.document.day < life.day == life.last_touched(number):
        return False
    back = sum((life.asked(note.number) for note in life.credit_notes(number)), ZERO)
    given_up = standing.whole("lost") or standing.whole("discount")
    return number in life.lines and standing.whole("asked") + back > 0 and not given_up


_BOOKED = re.compile(r"^  (\S+) +(-?[\d.]+) EUR\n((?:    \S+: .*\n)*)", re.MULTILINE)


def _read(life: Life, prefix: str, of: Document | None, customer: str, written: str) -> Document:
    """Takes a document that a command wrote into the life, under a number of the life's own."""
    match = re.search(r'^  invoice: "([^"]+)"', written, re.MULTILINE)
    if match is None:
        raise Refusal(f"the command wrote no document:\n{written}", life.entries)
    number = life.number(prefix)
    text = re.sub(rf"\b{re.escape(match[1])}\b", number, written)
    nets: dict[str, Decimal] = {}
    taxes: dict[str, Decimal] = {}
    accounts = {}
    for account, amount, keys in _BOOKED.findall(text):
        code = re.search(r'tax: "([^"]+)"', keys)
        if account.startswith("Assets:C:"):
            accounts[account] = Decimal(amount)
        elif code is None:
            nets[""] = nets.get("", ZERO) - Decimal(amount)
        else:
            sums = taxes if account in {OWED, *BOOKED.values()} else nets
            sums[code[1]] = sums.get(code[1], ZERO) - Decimal(amount)
    kept = accounts.pop(f"Assets:C:{customer}:Kept", ZERO)
    account = min(accounts, default=f"Assets:C:{customer}")  # what is not open on a doubtful one stands on the main one
    document = life.document(number, customer, life.day, nets, taxes, account, of.number if of else "", kept=kept)
    if sum(accounts.values(), ZERO) != document.asked:
        raise Refusal(f"the document asks for {accounts}, right is {document.asked}:\n{written}", life.entries)
    life.entries.append(text)
    return document


def _credit(life: Life, of: Document, lines: tuple[tuple[int, Decimal], ...], asked: str) -> None:
    wanted = credit.CreditRequest(of.number, tuple(credit.CreditLine(*line) for line in lines))
    written = life.command(
        f"credit {of.number} {asked}--date {life.day}",
        lambda file: credit.credit(file, wanted, DocumentDating(life.day), WriteOptions(write=True)),
    )
    _read(life, "C", of, of.customer, written)


def credit_all(life: Life) -> None:
    """All of an invoice, or what is left of it after parts, is credited by the command."""
    standing = life.one_of(lambda standing: creditable(life, standing))
    if standing is not None:
        _credit(life, standing.document, (), "")
        life.left[standing.document.number] = []


def credit_lines(life: Life) -> None:
    """A line of an invoice, or a part of its quantity, is credited by the command; again later, until all is."""
    standing = life.one_of(lambda standing: creditable(life, standing))
    if standing is None or standing.document.number in life.by_hand:
        return
    of = standing.document
    left = life.left.setdefault(of.number, [line.quantity for line in life.lines[of.number]])
    there = [index for index, quantity in enumerate(left) if quantity]
    if not there:
        return
    index = life.chance.choice(there)
    quantity = life.chance.randint(1, left[index])
    left[index] -= quantity
    _credit(life, of, ((index + 1, Decimal(quantity)),), f"--lines {index + 1}x{quantity} ")


def credit_by_hand(life: Life) -> None:
    """A sum under one code is credited by hand, or all that is left."""
    standing = life.one_of(
        lambda standing: (
            creditable(life, standing)
            and standing.document.number not in life.left
            and "IRPF" not in standing.document.taxes
        )
    )
    if standing is None:
        return
    of = standing.document
    life.by_hand.add(of.number)
    notes = life.credit_notes(of.number)
    nets = {code: net + sum((note.nets.get(code, ZERO) for note in notes), ZERO) for code, net in of.nets.items()}
    taxes = {code: tax + sum((note.taxes.get(code, ZERO) for note in notes), ZERO) for code, tax in of.taxes.items()}
    if life.chance.random() < 0.6:
        code = life.chance.choice([code for code, net in nets.items() if net])
        net = life.part(nets[code])
        tax = cents(net * RATES[code] / 100)
        if net < nets[code] and tax <= taxes[code]:
            nets, taxes = {code: net}, {code: tax}
    number = life.number("C")
    note = life.document(
        number, of.customer, life.day, {code: -net for code, net in nets.items()},
        {code: -tax for code, tax in taxes.items()}, life.where[of.number], of.number,
    )  # fmt: skip
    postings = [
        *(Posting("Income:Work", net, tax=code, said=(("text", '"Back"'),)) for code, net in nets.items() if net),
        *(Posting(BOOKED[code], tax, tax=code) for code, tax in taxes.items() if tax),
    ]
    said = [("invoice", f'"{number}"'), ("corrects", f'"{of.number}"')]
    life.write(life.day, "Back", [life.claim(number, note.asked), *postings], number, of.number, said=said)


KINDS: dict[str, tuple[int, Callable[[Life], None]]] = {
    "bill": (6, bill),
    "bill dollars": (1, bill_dollars),
    "take over": (1, take_over),
    "deposit": (2, deposit),
    "deduct": (2, deduct),
    "pay": (6, pay),
    "pay before": (2, pay_before),
    "pay two": (1, pay_two),
    "give back": (3, give_back),
    "on account": (2, on_account),
    "allocate": (2, allocate),
    "lose": (3, lose),
    "compromise": (2, compromise),
    "recover": (4, recover),
    "take back": (2, take_back),
    "discount": (2, discount),
    "move": (2, move),
    "credit all": (1, credit_all),
    "credit lines": (3, credit_lines),
    "credit by hand": (2, credit_by_hand),
}
"""The acts, by name, and how often each comes."""


def acts(seed: int) -> list[Act]:
    """The acts of a life, day by day."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    names = list(KINDS)
    weights = [KINDS[name][0] for name in names]
    day = START
    result: list[Act] = []
    for name in range(1, chance.choice((5, 10, 15, 25)) + 1):
        day += timedelta(days=chance.choice((0, 0, 1, 3, 9, 20)))
        result.append(Act(name, day, chance.choices(names, weights)[0], chance.randrange(10**6)))
    return result


def lived(those: Sequence[Act]) -> Life:
    """The life that acts make. Raises Refusal."""
    life = Life()
    for act in those:
        life.act = act
        life.chance = random.Random(act.seed)  # noqa: S311 - no secret
        KINDS[act.kind][1](life)
    return life
