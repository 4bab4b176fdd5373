"""Proposals with the entries that book them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.evidence import Proposal
from beancount_invoicing.bank.known_lines import LedgerMovement
from beancount_invoicing.bank.payment_accounts import discount_account, fee_account
from beancount_invoicing.bank.payment_entries import payment_entry
from beancount_invoicing.bank.payments import CannotBook, MoneyMovement, PaymentEntry
from beancount_invoicing.model import Book

AUTOMATIC = frozenset({"book", "return"})


class BookedLine(NamedTuple):
    """A line of a statement and its treatment."""

    account: str
    """The ledger's account that the statement is of."""
    proposal: Proposal
    entry: PaymentEntry | None = None
    """The entry that is booked, or would be with somebody's consent; None if nothing is known to book."""
    known: LedgerMovement | None = None
    """The ledger's existing entry for it."""

    @property
    def is_booked(self) -> bool:
        """Whether its entry is to be written without asking."""
        return self.proposal.action in AUTOMATIC and self.entry is not None


def with_entries(
    book: Book, proposals: Sequence[tuple[str, Proposal]], accounts: CustomerAccounts | None = None
) -> tuple[BookedLine, ...]:
    """Each proposal (with the account of its line) and its entry, in their order.

    Entries are worked out by day, each on top of earlier ones that are booked without asking. What cannot be booked stays a
    proposal, with the reason. `accounts`: the Book's, with what was booked on top of it before.
    """
    accounts = accounts or CustomerAccounts(book)
    order = sorted(range(len(proposals)), key=lambda at: (proposals[at][1].line.date, at))
    automatic = [at for at in order if proposals[at][1].action in AUTOMATIC]
    others = [at for at in order if proposals[at][1].action == "propose"]
    found = {at: BookedLine(account, proposal) for at, (account, proposal) in enumerate(proposals)}
    found |= dict(_entries(accounts, proposals, [*automatic, *others]))
    return tuple(found[at] for at in range(len(proposals)))


def _entries(
    accounts: CustomerAccounts, proposals: Sequence[tuple[str, Proposal]], places: Iterable[int]
) -> Iterator[tuple[int, BookedLine]]:
    for at in places:
        account, proposal = proposals[at]
        if not proposal.settlements and not proposal.customer:
            continue
        try:
            entry = entry_of(accounts, proposal, account)
        except CannotBook as error:
            yield at, BookedLine(account, proposal._replace(action="propose", against=(*proposal.against, str(error))))
            continue
        if proposal.action in AUTOMATIC:
            accounts.after(entry)
        yield at, BookedLine(account, proposal, entry)


def entry_of(accounts: CustomerAccounts, proposal: Proposal, account: str) -> PaymentEntry:
    """The entry of a proposal on a bank account; money beyond what is settled stays on its customer's account.

    Raises CannotBook.
    """
    line, book = proposal.line, accounts.book
    discounted = any(settled.discount for settled in proposal.settlements)
    fee = line.fee + proposal.unstated_fee
    movement = MoneyMovement(
        line.date,
        line.amount,
        line.currency,
        account,
        payer=line.payer,
        text=line.text,
        bank_id=line.bank_id,
        fee=fee,
        fee_account=fee_account(book, line.date).account if fee else "",
        return_reason=line.return_reason,
    )
    return payment_entry(
        accounts,
        movement,
        proposal.settlements,
        on_account_of=proposal.customer if proposal.action == "propose" else "",
        discount_account=discount_account(book, line.date).account if discounted else "",
        charges=proposal.charges,
    )
