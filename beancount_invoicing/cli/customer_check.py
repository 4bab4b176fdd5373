"""`bean-invoice customer check`."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import click

from beancount_invoicing.cli.common import (
    Session,
    customer_option,
    customers_wanted,
    date_option,
    examples,
    print_json,
    print_notice,
    print_table,
    relative,
    table_or_json_option,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Customer

if TYPE_CHECKING:  # the other commands of the group do without
    from beancount_invoicing.sending.directory_cache import CachedDirectory
    from beancount_invoicing.sending.platform_directory import CustomerCheck

_STATES = {
    "open": _("yes"),
    "unclear": _("it does not say"),
    "elsewhere": _("at another address"),
    "upcoming": _("not yet"),
    "closed": _("no open address"),
    "unknown": _("not in the directory"),
    "": _("not asked"),
}


@click.command("check", epilog=examples("customer check", "customer check Kerbrat --again"))
@customer_option
@click.option("--again", is_flag=True, help="Ask the directory even if it has answered in the last seven days.")
@date_option("The day whose customers and settings count.")
@table_or_json_option
@click.pass_obj
def customer_check_command(session: Session, customer: str, again: bool, day: date, form: str) -> None:
    """Check the identifiers of customers in France, and ask the directory of platforms whether e-invoices reach them, and where.

    Nothing is sent or recorded. The directory is that of the option platform-directory; without it, only digits are checked.
    """
    from beancount_invoicing.answers.sending import customer_check_json
    from beancount_invoicing.cli.platform_connection import talking
    from beancount_invoicing.sending.platform_directory import check_customers, is_listed

    book = session.open().book
    wanted = customers_wanted(session, book, customer)
    if wanted is None:
        return
    customers = [dated.at(day) for account, dated in book.customers.items() if not wanted or account in wanted]
    listed = [found for found in customers if is_listed(found) and (wanted or not found.inactive)]
    checks: list[CustomerCheck] = []
    with talking(session):
        directory = _directory(book, day)
        checks.extend(check_customers(listed, directory, again=again))
    if form == "json":
        print_json([customer_check_json(check) for check in checks])
    else:
        _print(session, checks, customers)


def _directory(book: Book, day: date) -> CachedDirectory | None:
    """The directory of the ledger's platform; None if no option names one. Raises CannotSend."""
    from beancount_invoicing.cli.platform_connection import platform_of
    from beancount_invoicing.sending.directory_cache import CachedDirectory, cache_file

    if not book.option("platform-directory", day):
        print_notice(
            _(
                'no directory is named, so only digits are checked: write custom "invoice-option" "platform-directory" '
                '"https://…", as docs/platform.md shows'
            )
        )
        return None
    return CachedDirectory(platform_of(day)(book), cache_file(os.environ), day)


def _print(session: Session, checks: list[CustomerCheck], customers: list[Customer]) -> None:
    if checks:
        print_table(
            _("Customers in the directory of platforms"),
            [
                (_("customer"), False), (_("SIREN"), False), (_("address"), False), (_("in the directory"), False),
                (_("name there"), False), (_("asked on"), False),
            ],
            [_row(check) for check in checks],
        )  # fmt: skip
    elif customers and not session.failed:
        print_notice(
            _("The directory is one of businesses and public bodies in France: none of these customers is one.")
        )
    for check in checks:
        place = f"{relative(check.customer.source.file)}:{check.customer.source.line}"
        for problem in check.problems:
            session.error(
                _("{place}: {customer}: {problem}", place=place, customer=check.customer.name, problem=problem)
            )
        if advice := _advice(check):
            echo(_("{place}: {customer}: {advice}", place=place, customer=check.customer.name, advice=advice))


def _row(check: CustomerCheck) -> list[str]:
    found = check.found
    state = found.reachability.state if found else ""
    return [
        check.customer.name, check.siren, check.address, _STATES[state], found.name if found else "",
        str(found.day) if found else "",
    ]  # fmt: skip


def _advice(check: CustomerCheck) -> str:
    """What to write into the ledger, or to do, so that documents reach a customer; "" if they do."""
    if check.found is None:
        return ""
    state, choices = check.found.reachability
    if state == "elsewhere":
        others = choices[1:6]
        more = _(" (or {others})", others=", ".join(others)) if others else ""
        return _('write endpoint: "{choice}"{more}', choice=choices[0], more=more)
    if state in {"closed", "upcoming"}:
        return _(
            "it has no platform yet: send it by e-mail, send NUMBER --channel email. Sales between firms in France are no "
            "e-reports"
        )
    if state == "unknown":
        return _(
            'if its SIREN is right, it is not subject to VAT: write buyer: "consumer", so that sales to it are reported, and '
            "send by e-mail"
        )
    return ""
