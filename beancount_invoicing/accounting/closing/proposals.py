"""What a closing entry is: postings that add up to zero, why they are, and their reversal on the first day after."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, get_args

from beancount_invoicing.accounting.closing.accounts import ClosingAccounts, ClosingRole
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Day, Finding, Invoice, Source
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables.exchange import latest_price
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

ClosingKind = Literal["accruals", "deferred", "currency", "doubtful", "deposits", "retentions"]
KINDS: tuple[ClosingKind, ...] = get_args(ClosingKind)
CLOSING_TAG = "closing"
"""The tag of closing entries and of their reversals."""
_CURRENT_DAYS = 7
"""How old a price may be and still count as the closing rate: weekends and holidays have none."""


class ClosingPosting(NamedTuple):
    """A debit (above 0) or credit, in the books' currency."""

    account: str
    amount: Decimal


class ClosingProposal(NamedTuple):
    """An entry at the end of `day`; its postings add up to zero, and `reversal` takes them back on the day after."""

    kind: ClosingKind
    day: Day
    key: str
    """Names it among those of its kind and day."""
    document: str
    """The number of the document, or the code of the contract."""
    customer: str
    calculation: str
    """With both figures, and the days if it goes by days: "1200.00 × 273/365 = 897.53"."""
    postings: tuple[ClosingPosting, ...]
    source: Source
    """The document, line or contract that it follows from."""

    @property
    def link(self) -> str:
        """The link that the entry and its reversal carry: by it, the entry is known when it is written."""
        return closing_link(self.day, f"{self.kind}-{self.key}")

    @property
    def reversed_on(self) -> date:
        """The day of the reversal."""
        return self.day + timedelta(days=1)

    @property
    def reversal(self) -> tuple[ClosingPosting, ...]:
        """The postings of the reversal."""
        return tuple(posting._replace(amount=-posting.amount) for posting in self.postings)

    @property
    def amount(self) -> Decimal:
        """The sum of its debits."""
        return sum((posting.amount for posting in self.postings if posting.amount > 0), ZERO)


def closing_link(day: date, name: str = "") -> str:
    """The link of a closing entry of a day; without a name, how all links of that day begin."""
    return numbering.link(f"{CLOSING_TAG}-{day.isoformat()}-{name}")


def posted(*postings: tuple[str, Decimal]) -> tuple[ClosingPosting, ...]:
    """Postings without those of nothing; several on one account are one."""
    sums: dict[str, Decimal] = {}
    for account, amount in postings:
        sums[account] = sums.get(account, ZERO) + amount
    return tuple(ClosingPosting(account, amount) for account, amount in sums.items() if amount)


class CannotClose(ValueError):
    """The ledger lacks accounts or prices that the closing entries need; `findings` say what to write."""

    def __init__(self, findings: Collection[Finding]) -> None:
        self.findings = tuple(dict.fromkeys(findings))
        super().__init__(self.findings[0].message)


class ClosingDay:
    """A ledger at the end of a day: its accounts of closing entries and the closing rates. What is missing is collected."""

    def __init__(self, general_ledger: GeneralLedger, book: Book, day: date) -> None:
        self.general_ledger, self.book, self.day = general_ledger, book, day
        self.decimals = currency_decimals(book.currency)
        self.accounts = ClosingAccounts(general_ledger, book, day)
        self._missing: list[Finding] = []

    def account(self, role: ClosingRole) -> str:
        """The account of a role; "" if it is missing."""
        return self.accounts.of(role)

    def rounded(self, amount: Decimal) -> Decimal:
        """An amount in the books' currency to its decimals, half away from zero."""
        return round_to(amount, self.decimals)

    def closing_rate(self, currency: str, source: Source) -> Decimal:
        """What a unit of a currency is worth in the books' currency on the day, by a `price` of at most a week before; 1 if
        the price is missing.
        """
        if currency == self.book.currency:
            return Decimal(1)
        found = latest_price(self.book, (currency, self.book.currency), self.day)
        back = latest_price(self.book, (self.book.currency, currency), self.day)
        if back and back[1] and (not found or found[0] < back[0]):
            found = back[0], 1 / back[1]
        if found and (self.day - found[0]).days <= _CURRENT_DAYS:
            return found[1]
        self._missing.append(Finding("error", "closing-rate", self._no_rate(currency, found), source))
        return Decimal(1)

    def rate_of(self, invoice: Invoice) -> Decimal:
        """What a unit of a document's currency is worth in the books: its own price, that of its lines, or the ledger's of
        its day. 1 if none is known.
        """
        if invoice.currency == self.book.currency:
            return Decimal(1)
        if invoice.price_rate and invoice.price_rate[0] == self.book.currency:
            return invoice.price_rate[1]
        if invoice.booking_rate:
            return invoice.booking_rate
        found = latest_price(self.book, (invoice.currency, self.book.currency), invoice.booked_from)
        if found:
            return found[1]
        message = _(
            "{number} is in {currency}, and its value in {books_currency} is not known: write {day} price {currency} … "
            "{books_currency}",
            number=invoice.number,
            currency=invoice.currency,
            books_currency=self.book.currency,
            day=invoice.booked_from,
        )
        self._missing.append(Finding("error", "closing-rate", message, invoice.source))
        return Decimal(1)

    def refuse_if_lacking(self) -> None:
        """Raises CannotClose if an account or a rate was missing."""
        if findings := [*self.accounts.findings(), *self._missing]:
            raise CannotClose(findings)

    def _no_rate(self, currency: str, found: tuple[date, Decimal] | None) -> str:
        values = {"currency": currency, "books_currency": self.book.currency, "day": self.day}
        if found is None:
            return _(
                "no closing rate of {currency} is known on {day}: write {day} price {currency} … {books_currency}",
                **values,
            )
        return _(
            "the last price of {currency}, {rate} on {found}, is more than {days} days older than {day}: write {day} price "
            "{currency} … {books_currency}",
            rate=found[1],
            found=found[0],
            days=_CURRENT_DAYS,
            **values,
        )
