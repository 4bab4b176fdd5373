"""Billing: everything due becomes documents."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from beancount_invoicing import billing
from beancount_invoicing.billing import Draft
from beancount_invoicing.customer_search import ambiguous_name_notice, find_customers, near_name_hint
from beancount_invoicing.customer_search import find_customer as customer_named
from beancount_invoicing.dunning import send_from_day
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import DocumentDating, InvalidRequest, document_changes, next_number_for


def bill(
    file: str | Path,
    until: date,
    dating: DocumentDating,
    write_options: WriteOptions,
    customer: str = "",
    contract: str = "",
    line_filter: billing.LineFilter = billing.LineFilter(),  # noqa: B008 - frozen
    loader: LedgerLoader | None = None,
) -> Outcome:
    """The documents that bill everything due up to `until` (inclusive), dated `dating.day`; of `contracts_wanted`, as far as
    `line_filter` selects it. Anything of it that cannot be billed is in `left_out`. Raises what `change` raises,
    InvalidRequest, UnknownCustomer, billing.CannotNumber.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        wanted = contract_filter(book, customer, contract, unique_customer=write_options.write)._replace(
            line_filter=_known(book, line_filter)
        )
        waiting, notices = billing.unbilled_lines(book, until, wanted)
        drafts, more = billing.compose_drafts(book, waiting, dating.day, next_number_for(book, dating, write_options))
        if dating.to_send:
            drafts = [_to_send(book, draft) for draft in drafts]
        whose = ambiguous_name_notice(book, customer, wanted.customers)
        idle = "" if drafts else _next(book, until, wanted._replace(line_filter=billing.LineFilter()))
        return document_changes(book, drafts, [whose] if whose else [])._replace(
            left_out=(*notices, *more), nothing_to_do=idle
        )

    return change(file, make, write_options, loader)


def _to_send(book: Book, draft: Draft) -> Draft:
    """The document with the mark that it is to be sent, unless the ledger records that otherwise: a crash or a mail server
    that is down must not make it forgotten.
    """
    since = send_from_day(book, draft.date)
    return draft if since is not None and since <= draft.date else draft._replace(to_send=True)


def _next(book: Book, until: date, wanted: billing.ContractFilter) -> str:
    """The message that there is nothing to bill, and when the next billing is due, if known."""
    due = [(status.next_due, status.contract.code) for status in billing.contract_statuses(book, until, wanted)]
    later = min(((day, code) for day, code in due if day and day > until), default=None)
    return (
        _("Nothing to do. The next billing is due on {later} ({other_later}).", later=later[0], other_later=later[1])
        if later
        else ""
    )


def _known(book: Book, only: billing.LineFilter) -> billing.LineFilter:
    """The request with names as the ledger writes them. Raises InvalidRequest if a name matches nobody or nothing."""
    people = {work.person.casefold(): work.person for work in book.work if work.person}
    tasks = {work.task.casefold(): work.task for work in book.work if work.task and work.quantity > 0}
    for subject, text, known in ((_("time of"), only.person, people), ("task", only.task, tasks)):
        if text and text.casefold() not in known:
            raise InvalidRequest(
                _(
                    'there is no {subject} "{text}"{hint}',
                    subject=subject,
                    text=text,
                    hint=near_name_hint(text, known.values()),
                )
            )
    if only.item and only.item not in book.items:
        raise InvalidRequest(
            _('there is no item "{item}"{hint}', item=only.item, hint=near_name_hint(only.item, book.items))
        )
    return only._replace(person=people.get(only.person.casefold(), ""), task=tasks.get(only.task.casefold(), ""))


def contract_filter(
    book: Book, customer: str, contract: str, *, unique_customer: bool = False
) -> billing.ContractFilter:
    """The filter for the contracts of all customers that a name matches (of the `unique_customer`, if something is
    written), and for the contract of a code; "" selects all. Raises InvalidRequest if there is no such contract,
    UnknownCustomer if there is no such customer.
    """
    if contract and contract not in book.contracts:
        raise InvalidRequest(
            _(
                'there is no contract "{contract}"{hint}',
                contract=contract,
                hint=near_name_hint(contract, book.contracts),
            )
        )
    if not customer:
        return billing.ContractFilter((), contract)
    return billing.ContractFilter(
        (customer_named(book, customer),) if unique_customer else find_customers(book, customer), contract
    )
