"""Reminder policies: named ones exist, and their levels make sense."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import pairwise

from beancount_invoicing.dunning import NO_POLICY, STANDARD_POLICY
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding, Policy, Source

RUN_STEPS = ("bill", "send", "collect", "remind")
"""What `run` does, in this order."""


def check_policies_named(book: Book) -> Iterator[Finding]:
    """Customers, documents and the option name policies that the ledger defines, "standard", or "none"."""
    known = {STANDARD_POLICY, NO_POLICY, *book.policies}
    named: set[tuple[str, str, Source]] = set()
    for dated in book.customers.values():
        named |= {(customer.name, customer.reminders, customer.source) for _day, customer in dated.versions}
    for invoice in book.invoices:
        if invoice.customer and invoice.customer.reminders not in known:
            named.add((invoice.number, invoice.customer.reminders, invoice.source))
    if option := book.options.get("reminders"):
        named |= {(_("option reminders"), str(name), book.option_source("reminders")) for _day, name in option.versions}
    for who, name, source in sorted(named):
        if name and name not in known:
            near = get_close_matches(name, sorted(known), 1)
            hint = (
                _('did you mean "{near}"?', near=near[0])
                if near
                else _('write custom "invoice-policy" "{name}" 1 …', name=name)
            )
            yield Finding(
                "error",
                "unknown-policy",
                _('{who}: there is no reminder policy "{name}": {hint}', who=who, name=name, hint=hint),
                source,
            )


def check_policy_levels(book: Book) -> Iterator[Finding]:
    """Later levels have more days; level 0 is before the due date, the others after it; deadlines and fees are valid."""
    for name, dated in sorted(book.policies.items()):
        if name == NO_POLICY:
            yield Finding(
                "error",
                "policy-days",
                _('a policy cannot be called "none", which means: no reminders'),
                dated.latest.source,
            )
        for _day, version in dated.versions:
            yield from _levels(version)


def _levels(version: Policy) -> Iterator[Finding]:
    where = _("policy {version}", version=version.name)
    for level in version.levels:
        if level.level == 0 and level.days > 0:
            yield Finding(
                "error", "policy-days", _("{where}: level 0 is the notice before the due date, but its days are "
                "{days}: write days: -{days}", where=where, days=level.days), level.source,
            )  # fmt: skip
        elif level.level and level.days < 1:
            yield Finding(
                "error", "policy-days", _("{where}: level {level} comes after the due date, but its days are {days}: "
                "a notice before it is level 0", where=where, level=level.level, days=level.days), level.source,
            )  # fmt: skip
        if level.fee < 0:
            yield Finding(
                "error",
                "policy-fee",
                _(
                    "{where}: the fee of level {level} is {fee}, which is below 0",
                    where=where,
                    level=level.level,
                    fee=level.fee,
                ),
                level.source,
            )
        if level.level == 0 and (level.fee or level.interest):
            yield Finding(
                "error", "policy-fee", _("{where}: level 0 leaves before anything is late: it cannot claim a fee or "
                "interest", where=where),
                level.source,
            )  # fmt: skip
    for before, after in pairwise(version.levels):
        if after.days <= before.days:
            yield Finding(
                "error",
                "policy-days",
                _(
                    "{where}: level {level} is due at {days} days late, level {before_level} at {before_days}: a "
                    "higher level must come later",
                    where=where,
                    level=after.level,
                    days=after.days,
                    before_level=before.level,
                    before_days=before.days,
                ),
                after.source,
            )
    if version.minimum < 0:
        yield Finding(
            "error",
            "policy-minimum",
            _("{where}: the minimum is {minimum}, which is below 0", where=where, minimum=version.minimum),
            version.source,
        )


def check_run_and_bank_options(book: Book) -> Iterator[Finding]:
    """Option `run` names steps, option `bank-accounts` accounts that are opened."""
    if option := book.options.get("run"):
        for word in {word for _day, text in option.versions for word in str(text).replace(",", " ").split()}:
            if word not in RUN_STEPS:
                message = _(
                    'option run: "{word}" is not a step: write some of "{run_steps}"',
                    word=word,
                    run_steps=" ".join(RUN_STEPS),
                )
                yield Finding("error", "option", message, book.option_source("run"))
    if option := book.options.get("bank-accounts"):
        for account in {account for _day, text in option.versions for account in str(text).split()}:
            if account not in book.opened_accounts:
                message = _(
                    "option bank-accounts: {account} is not opened: separate the accounts with spaces", account=account
                )
                yield Finding("error", "unknown-account", message, book.option_source("bank-accounts"))


CHECKS = (check_policies_named, check_policy_levels, check_run_and_bank_options)
