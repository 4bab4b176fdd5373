"""The plan of a payment, a return or a refund that a person requests: how much of each document is settled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payments import CannotBook, SettledDocument
from beancount_invoicing.messages import _, _n, joined
from beancount_invoicing.model import ZERO, Invoice, Payment, Source
from beancount_invoicing.receivables import OpenItem
from beancount_invoicing.rules import payment_terms
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to


class WantedDocument(NamedTuple):
    """A requested document, and the amount to settle of it, if given (above 0, in its currency)."""

    number: str
    amount: Decimal | None = None


class PaymentPlan(NamedTuple):
    """How much of each document is settled, what moved at the bank, and notices."""

    settled: tuple[SettledDocument, ...]
    amount: Decimal
    """Net of the fee, in the money's currency; negative if money left."""
    notices: tuple[str, ...] = ()
    on_account_of: str = ""
    """The customer (main account) from whose account the rest is taken; "" if none."""


class DiscountOnOffer(NamedTuple):
    """The discount for paying the whole document by a day (inclusive)."""

    amount: Decimal
    until: date


def discount_on_offer(accounts: CustomerAccounts, invoice: Invoice, day: date) -> DiscountOnOffer | None:
    """The cash discount on the open amount of a document, whether or not `day` is still in time for it; None if it
    offers none.
    """
    open_ = open_amount(accounts, invoice, day)
    try:
        found = payment_terms.discounted_rest(invoice, invoice.payable - open_, currency_decimals(invoice.currency))
    except payment_terms.TermsError:  # `check` says it where it is written
        return None
    return DiscountOnOffer(open_ - found.amount, found.date) if found and open_ > 0 else None


def open_amount(accounts: CustomerAccounts, invoice: Invoice, day: date) -> Decimal:
    """The open amount of a document, with its sign, as of `day` or the ledger's end, whichever is later."""
    return sum((item.open for item in _items(accounts, invoice, day)), ZERO)


def _items(accounts: CustomerAccounts, invoice: Invoice, day: date) -> list[OpenItem]:
    if invoice.customer is None:
        return []
    items = accounts.allocated(invoice.customer.account, accounts.last_day(day)).open_items
    return [item for item in items if item.invoice is invoice]


def _due_amount(accounts: CustomerAccounts, invoice: Invoice, day: date) -> Decimal:
    """What is open, less what is kept back on another account of the customer until a later day."""
    main = invoice.customer.account if invoice.customer else ""
    return sum(
        (
            item.open
            for item in _items(accounts, invoice, day)
            if (item.account == main and not item.instalment.retention_contract) or item.instalment.due <= day
        ),
        ZERO,
    )


def named_invoice(accounts: CustomerAccounts, number: str) -> Invoice:
    """The document of a number. Raises CannotBook."""
    invoice = accounts.invoice(number)
    if invoice is None:
        raise CannotBook(_("there is no document {number}", number=number))
    if invoice.draft:
        raise CannotBook(
            _("{number} is a draft, which nobody can pay: issue it first, bean-invoice issue {number}", number=number)
        )
    if invoice.kind == "void" or invoice.customer is None:
        raise CannotBook(_("{number} is void: there is nothing to settle", number=number))
    return invoice


class PaymentPlanner:
    """Works out how much of several documents a payment settles, on one `day`."""

    def __init__(
        self, accounts: CustomerAccounts, day: date, wanted: Sequence[WantedDocument], *, instalment: int | None = None
    ) -> None:
        self.accounts = accounts
        self.day = day
        self.wanted = [(named_invoice(accounts, document.number), document.amount) for document in wanted]
        self.instalment = instalment
        self.notices: list[str] = []
        self._must_be_open()

    def payment(
        self,
        amount: Decimal | None,
        currency: str,
        fee: Decimal,
        *,
        discount: bool | None,
        agreed_discount: Decimal | None = None,
        keeps_rest: bool = False,
    ) -> PaymentPlan:
        """The plan for `amount` (as the bank account shows it; None: everything open and due) and the `fee`.

        `discount`: whether the discount on offer is taken; None: if the money is exactly the reduced amount.
        `agreed_discount`: another discount on the only document, whatever it offers. `keeps_rest`: an excess stays on
        account. Raises CannotBook.
        """
        claims = self.wanted[0][0].currency
        shares = self._shares()
        if currency != claims:
            if amount is None:
                raise CannotBook(
                    _(
                        "{names} is in {claims}: give how much was received in {currency}, --amount; or what was "
                        "received in {claims}, --currency {claims}",
                        names=self._names(),
                        claims=claims,
                        currency=currency,
                    )
                )
            discounts = self._discounts(shares, None, discount, agreed_discount)
            return self._plan(shares, discounts, amount)
        came = None if amount is None else amount + fee
        discounts = self._discounts(shares, came, discount, agreed_discount)
        whole = sum(shares.values(), ZERO) - sum(discounts.values(), ZERO)
        if came is None:
            return self._plan(shares, discounts, whole - fee)
        if came > whole:
            shares = self._with_retentions(shares, came - whole)
            whole = sum(shares.values(), ZERO) - sum(discounts.values(), ZERO)
        if came > whole and not keeps_rest:
            self._too_much(came, whole, claims)
        return self._plan(self._as_far_as(shares, discounts, min(came, whole)), discounts, came - fee)

    def _must_be_open(self) -> None:
        """Raises CannotBook if one of the documents is not there by then, or nothing is open of it."""
        for invoice, _amount in self.wanted:
            if invoice.booked_from > self.day:
                name = invoice.customer.name if invoice.customer else ""
                raise CannotBook(
                    _(
                        "{number} is dated {day}, the payment {other_day}: first put what came before on account, "
                        'bean-invoice pay --on-account "{name}" --date {other_day} --amount …, then allocate it, '
                        "bean-invoice pay --allocate {number}",
                        number=invoice.number,
                        day=invoice.booked_from,
                        other_day=self.day,
                        name=name,
                    )
                )
            if not open_amount(self.accounts, invoice, self.day):
                raise CannotBook(why_nothing_is_payable(self.accounts, invoice, self.day))
        customers = {invoice.customer.account for invoice, _amount in self.wanted if invoice.customer}
        if len(customers) > 1:
            debtors = {self._account(invoice) for invoice, _amount in self.wanted}
            if len(debtors) > 1:
                listed = joined(
                    ", ",
                    (
                        _("{number} on {account}", number=invoice.number, account=self._account(invoice))
                        for invoice, _amount in self.wanted
                    ),
                )
                raise CannotBook(
                    _(
                        "they are owed by several customers ({listed}): book what each of them paid separately",
                        listed=listed,
                    )
                )
        currencies = {invoice.currency for invoice, _amount in self.wanted}
        if len(currencies) > 1:
            raise CannotBook(
                _(
                    "they are in several currencies ({currencies}): book what was paid in each separately",
                    currencies=", ".join(sorted(currencies)),
                )
            )

    def _account(self, invoice: Invoice) -> str:
        """The main account of who owes a document by now."""
        accounts = [item.account for item in _items(self.accounts, invoice, self.day) if item.open]
        owner = self.accounts.book.main_accounts
        return owner.get(accounts[0], accounts[0]) if accounts else ""

    def _names(self) -> str:
        return ", ".join(invoice.number for invoice, _amount in self.wanted)

    def _shares(self) -> dict[str, Decimal]:
        """How much of each document is to be settled at most, with its sign: as said, else what is open and due."""
        shares: dict[str, Decimal] = {}
        for invoice, amount in self.wanted:
            open_ = open_amount(self.accounts, invoice, self.day)
            if amount is not None:
                amount = with_currency_decimals(amount, invoice.currency)
                if amount > abs(open_):
                    raise CannotBook(
                        _(
                            "{amount} {currency} is more than is open on {number}: {other_amount}",
                            amount=amount,
                            currency=invoice.currency,
                            number=invoice.number,
                            other_amount=abs(open_),
                        )
                    )
                shares[invoice.number] = amount.copy_sign(open_)
                continue
            if self.instalment is not None:
                items = _items(self.accounts, invoice, self.day)
                share = sum((item.open for item in items if item.instalment.index == self.instalment), ZERO)
                if not share:
                    raise CannotBook(
                        _(
                            "nothing is open of instalment {instalment} of {number}",
                            instalment=self.instalment,
                            number=invoice.number,
                        )
                    )
                shares[invoice.number] = share
                continue
            due = _due_amount(self.accounts, invoice, self.day)
            shares[invoice.number] = due or open_
            if due and due != open_:
                self.notices.append(
                    _(
                        "{number}: {amount} {currency} is kept back until later, and stays open",
                        number=invoice.number,
                        amount=open_ - due,
                        currency=invoice.currency,
                    )
                )
        return shares

    def _with_retentions(self, shares: dict[str, Decimal], more: Decimal) -> dict[str, Decimal]:
        """The shares with what is kept back, as far as money came for it."""
        result = dict(shares)
        for invoice, amount in self.wanted:
            if amount is None and self.instalment is None and shares[invoice.number] > 0:
                retained = min(open_amount(self.accounts, invoice, self.day) - shares[invoice.number], more)
                if retained > 0:
                    result[invoice.number] += retained
                    more -= retained
                    self.notices = [notice for notice in self.notices if not notice.startswith(f"{invoice.number}:")]
        return result

    def _discounts(
        self, shares: dict[str, Decimal], came: Decimal | None, wanted: bool | None, agreed: Decimal | None
    ) -> dict[str, Decimal]:
        """What is given up of each document. Raises CannotBook if a discount is wanted, but is offered no more."""
        if agreed is not None:
            if len(self.wanted) > 1:
                raise CannotBook(_("an agreed discount is for one document: book what was paid on each separately"))
            return {self.wanted[0][0].number: agreed}
        if wanted is False:
            return {}
        offered, late = self._offered(shares)
        whole, off = sum(shares.values(), ZERO), sum(offered.values(), ZERO)
        if wanted:
            if not offered:
                why = (
                    _(": {late}", late=joined("; ", late)) if late else _(": {names} offers none", names=self._names())
                )
                raise CannotBook(
                    _(
                        "there is no cash discount to be taken on {day}{reason}; if it is granted all the same, give "
                        "its amount, --discount-amount",
                        day=self.day,
                        reason=why,
                    )
                )
            if came is not None and came < whole - off:
                raise CannotBook(
                    _(
                        "with the discount of {off}, {whole} is to be paid, but {came} was received: leave "
                        "--discount out, and what is missing stays open",
                        off=off,
                        whole=whole - off,
                        came=came,
                    )
                )
            return offered
        if off and came == whole - off:
            self.notices.append(
                _(
                    "{came} is what remains after the cash discount of {off}, which may still be taken on {day}: it "
                    "is taken",
                    came=came,
                    off=off,
                    day=self.day,
                )
            )
            return offered
        if offered:
            until = joined(
                ", ", (_("{number}: {amount} less", number=number, amount=amount) for number, amount in offered.items())
            )
            self.notices.append(
                _("a cash discount may still be taken ({until}), but is not: give --discount if it was", until=until)
            )
        return {}

    def _offered(self, shares: dict[str, Decimal]) -> tuple[dict[str, Decimal], list[str]]:
        """The cash discounts that may still be taken of documents that are paid whole, and what is said of those that may not."""
        offered: dict[str, Decimal] = {}
        late: list[str] = []
        for invoice, _amount in self.wanted:
            offer = discount_on_offer(self.accounts, invoice, self.day)
            if offer is None or shares[invoice.number] != open_amount(self.accounts, invoice, self.day):
                continue
            if offer.until < self.day:
                late.append(
                    _n(
                        (self.day - offer.until).days,
                        "that of {number} could be taken until {until}, {days} day earlier",
                        "that of {number} could be taken until {until}, {days} days earlier",
                        number=invoice.number,
                        until=offer.until,
                        days=(self.day - offer.until).days,
                    )
                )
            elif offer.amount:
                offered[invoice.number] = offer.amount
        return offered, late

    def _as_far_as(
        self, shares: dict[str, Decimal], discounts: dict[str, Decimal], came: Decimal
    ) -> dict[str, Decimal]:
        """The shares as far as the money goes: credit notes first, then the documents in the order in which they are named."""
        left = came - sum((share for share in shares.values() if share < 0), ZERO)
        result: dict[str, Decimal] = {}
        for number, share in shares.items():
            if share < 0:
                result[number] = share
                continue
            need = share - discounts.get(number, ZERO)
            paid = min(need, left)
            left -= paid
            if paid == need:
                result[number] = share
            elif paid:
                discounts.pop(number, None)
                result[number] = paid
            else:
                discounts.pop(number, None)
                self.notices.append(_("nothing is left for {number}", number=number))
        return result

    def _too_much(self, came: Decimal, whole: Decimal, currency: str) -> None:
        invoice = self.wanted[0][0]
        name = invoice.customer.name if invoice.customer else ""
        raise CannotBook(
            _(
                "{came} {currency} is more than is to be paid on {names}: {whole} {currency}; what is the rest for? "
                'Name that document too, or leave {other_came} {currency} on account: --on-account "{name}"',
                came=came,
                currency=currency,
                names=self._names(),
                whole=whole,
                other_came=came - whole,
                name=name,
            )
        )

    def _plan(self, shares: dict[str, Decimal], discounts: dict[str, Decimal], amount: Decimal) -> PaymentPlan:
        settled = tuple(
            SettledDocument(number, share, discounts.get(number, ZERO), self.instalment)
            for number, share in shares.items()
            if share
        )
        return PaymentPlan(settled, amount, tuple(self.notices))


def with_currency_decimals(amount: Decimal, currency: str) -> Decimal:
    """The same amount with its currency's decimals, 250.00 for 250; an amount with more decimals keeps them."""
    whole = round_to(amount, currency_decimals(currency))
    return whole if whole == amount else amount


def why_nothing_is_payable(accounts: CustomerAccounts, invoice: Invoice, day: date) -> str:
    """Why nothing of a document can be paid, and what to do about money that was received anyway."""
    new = accounts.book.final_replacement_of(invoice)
    if new:
        return _(
            "{number} was replaced by {new_number}: that is the one to pay, bean-invoice pay {new_number}",
            number=invoice.number,
            new_number=new.number,
        )
    customer = invoice.customer
    assert customer is not None, "a void number is paid by nobody"
    allocations = accounts.allocated(customer.account, accounts.last_day(day)).allocations
    last = max(
        (allocation for allocation in allocations if allocation.invoice is invoice),
        key=lambda allocation: (allocation.date, allocation.source),
        default=None,
    )
    when = _(" since {day} ({place})", day=last.date, place=last.source) if last else ""
    return _(
        "{number} is settled{when}: if {customer} paid a second time, that money stays on account until it "
        'is paid back or used: bean-invoice pay --on-account "{customer}" --amount …',
        number=invoice.number,
        when=when,
        customer=customer.name,
    )


class _Lot(NamedTuple):
    """What a payment settled of a document, as far as it was not taken back."""

    entry: Source | None
    number: str
    amount: Decimal
    discount: bool


def plan_return(
    accounts: CustomerAccounts, day: date, wanted: Sequence[WantedDocument], amount: Decimal | None, fee: Decimal
) -> PaymentPlan:
    """The plan for money that the bank took back: the latest payment of the documents with everything that it settled,
    or only `amount` of the named document. Raises CannotBook if nothing was paid on them.
    """
    invoices = [named_invoice(accounts, document.number) for document in wanted]
    settled: dict[str, SettledDocument] = {}
    notices: list[str] = []
    rest, whose = ZERO, ""
    for invoice, document in zip(invoices, wanted, strict=True):
        lots = _lots(accounts, invoice, day)
        if not lots:
            raise CannotBook(
                _(
                    "nothing was paid on {number} by {day}, so nothing can come back",
                    number=invoice.number,
                    day=day,
                )
            )
        if document.amount is not None or (amount is not None and len(wanted) == 1):
            part = document.amount if document.amount is not None else (amount or ZERO) - fee
            settled[invoice.number] = SettledDocument(invoice.number, -part.copy_sign(invoice.payable))
            continue
        if invoice.number in settled:
            continue
        documents, left = _of_entry(accounts, invoice, lots[-1], day)
        rest += left
        whose = invoice.customer.account if invoice.customer else ""
        for number, lot in documents.items():
            settled[number] = lot
            if number not in {other.number for other in invoices}:
                notices.append(
                    _("the payment that came back had also settled {number}: it is open again", number=number)
                )
    moved = sum((document.amount - document.discount for document in settled.values()), ZERO)
    if amount is not None and amount - fee != rest - moved:
        raise CannotBook(
            _(
                "{amount} was taken back, including the fee of {fee}, but what is open again comes to {moved}: give "
                "the amount of each, {number}=AMOUNT",
                amount=amount,
                fee=fee,
                moved=rest - moved,
                number=wanted[0].number,
            )
        )
    return PaymentPlan(tuple(settled.values()), moved - rest - fee, tuple(notices), whose if rest else "")


def _lots(accounts: CustomerAccounts, invoice: Invoice, day: date) -> list[_Lot]:
    """What payments settled of a document and was not taken back, the latest last; what is taken back is the latest."""
    assert invoice.customer is not None
    allocated = accounts.allocated(invoice.customer.account, accounts.last_day(day))
    entries = {payment.source: payment.entry for payment in _payments(accounts, invoice.customer.account)}
    lots: list[_Lot] = []
    for allocation in allocated.allocations:
        if (
            allocation.invoice is not invoice
            or allocation.counter_document is not None
            or allocation.instalment is None
        ):
            continue
        how = allocation.reverses or allocation.how
        if how == "write-off":
            continue
        if allocation.reverses is None:
            lots.append(_Lot(entries.get(allocation.source), invoice.number, allocation.amount, how == "discount"))
            continue
        back = abs(allocation.amount)
        for index in range(len(lots) - 1, -1, -1):
            if back and lots[index].discount == (how == "discount"):
                part = min(back, abs(lots[index].amount))
                back -= part
                lots[index] = lots[index]._replace(amount=lots[index].amount - part.copy_sign(lots[index].amount))
        lots = [lot for lot in lots if lot.amount]
    return lots


def _payments(accounts: CustomerAccounts, customer: str) -> list[Payment]:
    book = accounts.book_of(customer)
    return [*book.payments, *(leg for transfer in book.transfers for leg in transfer.legs)]


def _of_entry(
    accounts: CustomerAccounts, invoice: Invoice, last: _Lot, day: date
) -> tuple[dict[str, SettledDocument], Decimal]:
    """All that the payment of a lot settled, to be taken back; and what of it lies on the account for no document."""
    assert invoice.customer is not None
    account = invoice.customer.account
    own = [payment for payment in _payments(accounts, account) if last.entry and payment.entry == last.entry]
    numbers = dict.fromkeys([invoice.number, *(name for payment in own for name in (payment.settles or payment.links))])
    amounts: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    discounts: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for number in numbers:
        other = accounts.invoice(number)
        for lot in _lots(accounts, other, day) if other else ():
            if lot.entry == last.entry:
                amounts[number] += lot.amount
                discounts[number] += lot.amount if lot.discount else ZERO
    sources = {payment.source for payment in own}
    rest = ZERO
    for payment, left in accounts.allocated(account, accounts.last_day(day)).unallocated:
        named = payment.settles or payment.links
        if payment.source in sources and named:
            amounts[invoice.number if invoice.number in named else named[0]] -= left
        elif payment.source in sources:
            rest -= left
    documents = {
        number: SettledDocument(number, -amount, -discounts[number]) for number, amount in amounts.items() if amount
    }
    return documents, rest


def plan_refund(
    accounts: CustomerAccounts, day: date, wanted: Sequence[WantedDocument], amount: Decimal | None, fee: Decimal
) -> PaymentPlan:
    """The plan for money that is paid back: the unused part of credit notes, and the overpayment of invoices. Raises
    CannotBook.
    """
    refundable: dict[str, Decimal] = {}
    for document in wanted:
        invoice = named_invoice(accounts, document.number)
        credit = -open_amount(accounts, invoice, day)
        credit = credit if credit > 0 else overpaid(accounts, invoice, day)
        if credit <= 0:
            raise CannotBook(
                _(
                    "nothing of {number} can be paid back: it is not an open credit note, and nothing was overpaid "
                    "on it; a payment that the bank took back is booked with bean-invoice pay --return {number}",
                    number=invoice.number,
                )
            )
        if document.amount is not None and document.amount > credit:
            raise CannotBook(
                _(
                    "{amount} {currency} is more than can be paid back on {number}: {credit}",
                    amount=document.amount,
                    currency=invoice.currency,
                    number=invoice.number,
                    credit=credit,
                )
            )
        refundable[invoice.number] = credit if document.amount is None else document.amount
    whole = sum(refundable.values(), ZERO)
    left = whole if amount is None else amount - fee
    if left > whole:
        raise CannotBook(
            _(
                "{left} is more than can be paid back on {there}: {whole}",
                left=left,
                there=", ".join(refundable),
                whole=whole,
            )
        )
    settled = []
    for number, credit in refundable.items():
        part = min(credit, left)
        left -= part
        if part:
            settled.append(SettledDocument(number, -part))
    return PaymentPlan(tuple(settled), sum((document.amount for document in settled), ZERO) - fee)


def overpaid(accounts: CustomerAccounts, invoice: Invoice, day: date) -> Decimal:
    """The overpaid amount of an invoice that is on the account under its number."""
    assert invoice.customer is not None
    unallocated = accounts.allocated(invoice.customer.account, accounts.last_day(day)).unallocated
    return -sum((left for payment, left in unallocated if invoice.number in (payment.settles or payment.links)), ZERO)
