"""The settlement of a period's VAT: what leaves the accounts of VAT on sales for that of the VAT to pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.vat import Vat, tax_accounts
from beancount_invoicing.accounting.vat_payable import NoPayableAccount, payable_account
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Day
from beancount_invoicing.model.general_ledger import GeneralLedger


class CannotSettleVat(ValueError):
    """A period's VAT cannot be settled; the message says why, and what to do."""


class StayingVat(NamedTuple):
    """What is on an account of VAT on sales after a settlement, below zero if too much left it."""

    account: str
    amount: Decimal
    since: Day
    """The day since which something has stayed on it; the first day of the period if that is later."""


class VatSettlement(NamedTuple):
    """The entry of the last day of a period: each account of VAT on sales, with what leaves it, and the account to pay from."""

    since: Day
    until: Day
    currency: str
    leaves: tuple[tuple[str, Decimal], ...]
    payable_account: str
    stays: tuple[StayingVat, ...]

    @property
    def total(self) -> Decimal:
        """What is to be paid of the VAT on sales; below zero if more was taken back than fell due."""
        return sum((amount for _account, amount in self.leaves), ZERO)


def vat_settlement(vat: Vat, general_ledger: GeneralLedger, book: Book, today: date) -> VatSettlement:
    """What settles the VAT of a period: all that fell due in it, less what was taken back. Raises CannotSettleVat.

    `today`: the period must be over. Tax that payments made due must have been moved to its account before.
    """
    if vat.until >= today:
        raise CannotSettleVat(
            _("{since} to {until} is not over: close it from the day after on", since=vat.since, until=vat.until)
        )
    try:
        payable = payable_account(general_ledger, book, vat.since, vat.until)
    except NoPayableAccount as error:
        raise CannotSettleVat(error.args[0]) from None
    _refuse_closed(vat, book, payable)
    _refuse_unmoved(vat)
    leaves: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in vat.lines:
        if line.amount and line.tax.account:
            leaves[line.tax.account] += line.amount
    settled = tuple((account, amount) for account, amount in sorted(leaves.items()) if amount)
    return VatSettlement(vat.since, vat.until, vat.currency, settled, payable, _staying(vat, settled))


def _staying(vat: Vat, settled: Iterable[tuple[str, Decimal]]) -> tuple[StayingVat, ...]:
    """What stays on the accounts that are settled, and the first entry after which each of them never came to zero again."""
    balances: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    unsettled_since: dict[str, date] = {}
    for entry, postings in vat.valued:
        for posting, value in postings:
            balances[posting.account] -= value
            if not balances[posting.account]:
                unsettled_since.pop(posting.account, None)
            else:
                unsettled_since.setdefault(posting.account, entry.date)
    return tuple(
        StayingVat(account, balances[account] - amount, min(vat.since, unsettled_since.get(account, vat.since)))
        for account, amount in settled
        if balances[account] != amount
    )


def _refuse_closed(vat: Vat, book: Book, payable: str) -> None:
    """Raises CannotSettleVat if an entry of the period moves VAT on sales to the account to pay from."""
    accounts = tax_accounts(book)
    for entry, postings in vat.valued:
        touched = {posting.account for posting, _value in postings}
        if entry.date >= vat.since and payable in touched and not touched.isdisjoint(accounts):
            raise CannotSettleVat(
                _(
                    "{place}: an entry of {day} settles VAT of this period already: close only what is not closed, or take "
                    "that entry out first",
                    place=entry.source,
                    day=entry.date,
                )
            )


def _refuse_unmoved(vat: Vat) -> None:
    """Raises CannotSettleVat if tax that payments made due by the end of the period is not on its account yet."""
    missing = [entry for entry in vat.due.missing if any(line.owed for line in entry.lines)]
    if missing:
        amounts = joined(
            ", ",
            (
                _("{amount} {currency} of {day}", amount=line.owed, currency=line.pending.currency, day=entry.date)
                for entry in missing
                for line in entry.lines
                if line.owed
            ),
        )
        raise CannotSettleVat(
            _(
                "VAT that fell due on payments is not on its account yet ({amounts}): first bean-invoice tax-due --as-of "
                "{until} -w",
                amounts=amounts,
                until=vat.until,
            )
        )
