"""Checks of SEPA direct debit: mandates, their accounts, and the creditor identifier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Customer, Finding
from beancount_invoicing.receivables.direct_debit import collection_days, has_lapsed, last_used
from beancount_invoicing.rules import identifiers, sepa


def _with_mandate(book: Book) -> Iterator[tuple[date, Customer]]:
    """Each version of a customer with a mandate, with the day from which it applies."""
    for dated in book.customers.values():
        for day, customer in dated.versions:
            if customer.mandate:
                yield day, customer


def check_mandates(book: Book) -> Iterator[Finding]:
    """A mandate has a reference, a day and an account (SDD Core rulebook, AT-01, AT-25, AT-07)."""
    for customer in _distinct(customer for _day, customer in _with_mandate(book)):
        for problem in _problems_of_mandate(customer):
            yield Finding("error", "mandate", problem, customer.source)


def _problems_of_mandate(customer: Customer) -> Iterator[str]:
    name, mandate = customer.name, customer.mandate
    if not sepa.is_mandate_reference(mandate):
        yield _(
            "{customer}: mandate {mandate}: a reference has 1 to 35 characters, letters without accents, "
            "figures, blanks and"
            " / - ? : ( ) . , ' +, and no / at its ends or twice: write it as the signed mandate has it",
            customer=name,
            mandate=mandate,
        )
    if customer.mandate_date is None:
        yield _(
            "{customer}: mandate {mandate} has no date: write mandate-date: with the day on which it was signed",
            customer=name,
            mandate=mandate,
        )
    if not customer.debtor_iban:
        yield _(
            '{customer}: mandate {mandate} is for no account: write debtor-iban: "…" of the customer',
            customer=name,
            mandate=mandate,
        )
    if customer.mandate_type == "b2b" and customer.buyer == "consumer":
        yield _(
            "{customer}: mandate {mandate} is of the B2B scheme, which is not for consumers (EPC222-07, 1.3): "
            "take mandate-type"
            " out, and have a Core mandate signed",
            customer=name,
            mandate=mandate,
        )
    if customer.mandate_used and customer.mandate_date and customer.mandate_used < customer.mandate_date:
        yield _(
            "{customer}: mandate {mandate} was used on {used}, before it was signed on {signed}: correct one of them",
            customer=name,
            mandate=mandate,
            used=customer.mandate_used,
            signed=customer.mandate_date,
        )


def _distinct(customers: Iterator[Customer]) -> Iterator[Customer]:
    """One of the versions of a customer with the same mandate data: the first."""
    seen: set[tuple[object, ...]] = set()
    for customer in customers:
        text = (
            customer.account, customer.mandate, customer.mandate_date, customer.debtor_iban, customer.debtor_bic,
            customer.mandate_type, customer.mandate_used, customer.buyer,
        )  # fmt: skip
        if text not in seen:
            seen.add(text)
            yield customer


def check_debtor_accounts(book: Book) -> Iterator[Finding]:
    """Accounts that are debited, or to which money is paid out, have valid check digits: otherwise a bank would reject
    the whole file.
    """
    every = (customer for dated in book.customers.values() for _day, customer in dated.versions)
    for customer in _distinct(every):
        for kind, key, value in (
            ("iban", "debtor-iban", customer.debtor_iban),
            ("bic", "debtor-bic", customer.debtor_bic),
        ):
            if value and (problem := identifiers.problem(kind, value)):
                yield Finding(
                    "error",
                    key,
                    _(
                        "{key} {value} of {customer}: {problem}",
                        key=key,
                        value=value[:60],
                        customer=customer.name,
                        problem=problem,
                    ),
                    customer.source,
                )


def check_mandate_references(book: Book) -> Iterator[Finding]:
    """No two customers have the same mandate reference: it is unique for the creditor (SDD Core rulebook, AT-01)."""
    holders: defaultdict[str, dict[str, Customer]] = defaultdict(dict)
    for _day, customer in _with_mandate(book):
        holders[customer.mandate].setdefault(customer.account, customer)
    for reference, customers in sorted(holders.items()):
        first, *others = sorted(customers.values(), key=lambda customer: customer.account)
        for other in others:
            yield Finding(
                "error",
                "mandate-twice",
                _(
                    "mandate {mandate} of {customer} is that of {other} ({place}) as well: each mandate has a "
                    "reference of its own,"
                    " as the customer signed it",
                    mandate=reference,
                    customer=other.name,
                    other=first.name,
                    place=first.source,
                ),
                other.source,
            )


def check_creditor(book: Book) -> Iterator[Finding]:
    """A seller with mandates can collect under them: it has a creditor identifier with valid check digits, and an account of
    its own.
    """
    seller = book.seller
    for _day, version in seller.versions if seller else ():
        if version.creditor_id and (problem := identifiers.problem("creditor-id", version.creditor_id)):
            yield Finding(
                "error",
                "creditor-id",
                _("creditor-id {value}: {problem}", value=version.creditor_id[:60], problem=problem),
                version.source,
            )
    first = next(iter(_with_mandate(book)), None)
    if first is None or (seller and seller.latest.creditor_id and seller.latest.iban):
        return
    missing = "creditor-id" if not (seller and seller.latest.creditor_id) else "iban"
    yield Finding(
        "warning",
        "creditor-id",
        _(
            '{customer} has a mandate, but nothing can be collected: write {key}: "…" on custom "invoice-seller"',
            customer=first[1].name,
            key=missing,
        ),
        seller.latest.source if seller else first[1].source,
    )


def check_lapsed_mandates(book: Book) -> Iterator[Finding]:
    """No customer has a lapsed mandate: one without a collection for 36 months (SDD Core rulebook, 4.1)."""
    with_mandate = [
        customer
        for dated in book.customers.values()
        if (customer := dated.at(book.last_date)).mandate and not customer.inactive
    ]
    days = collection_days(book) if with_mandate else {}
    for customer in with_mandate:
        used = last_used(customer, days)
        if used and has_lapsed(customer, days, book.last_date):
            yield Finding(
                "warning",
                "mandate-lapsed",
                _(
                    "{customer}: mandate {mandate} was last used on {used}, and lapsed on {lapsed}: have a new one "
                    "signed, or write"
                    ' mandate: "" in an amendment; if it was collected under since, outside this ledger, write '
                    "mandate-used: with"
                    " the day",
                    customer=customer.name,
                    mandate=customer.mandate,
                    used=used,
                    lapsed=sepa.mandate_lapses_on(used),
                ),
                customer.source,
            )


def check_collections(book: Book) -> Iterator[Finding]:
    """Nothing was collected before its mandate was signed."""
    for event in book.events:
        if event.kind != "collected" or not event.mandate:
            continue
        signed = [
            customer.mandate_date
            for _day, customer in book.customers[event.customer].versions
            if customer.mandate == event.mandate and customer.mandate_date
        ]
        if signed and event.date < min(signed):
            yield Finding(
                "error",
                "mandate",
                _(
                    "{number} was collected on {day}, before mandate {mandate} was signed on {signed}: correct "
                    "mandate-date, or the"
                    " note",
                    number=" ".join(event.numbers),
                    day=event.date,
                    mandate=event.mandate,
                    signed=min(signed),
                ),
                event.source,
            )


CHECKS = (
    check_mandates,
    check_debtor_accounts,
    check_mandate_references,
    check_creditor,
    check_lapsed_mandates,
    check_collections,
)
