"""`bean-invoice pay`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

import click

from beancount_invoicing.actions import allocate
from beancount_invoicing.actions.allocate import AllocationRequest
from beancount_invoicing.actions.pay import PaymentKind, PaymentOutcome, PaymentRequest, pay
from beancount_invoicing.answers.payments import payment_json
from beancount_invoicing.bank.payment_plans import WantedDocument
from beancount_invoicing.cli.common import (
    Number,
    Session,
    date_option,
    examples,
    explain_option,
    print_json,
    table_or_json_option,
)
from beancount_invoicing.cli.completion import (
    complete_accounts,
    complete_currencies,
    complete_customers,
    complete_numbers,
    complete_taxes,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.messages import _, joined
from beancount_invoicing.rules.steps import describe_step
from beancount_invoicing.writing.changes import WriteOptions


class _NumberWithAmount(click.ParamType[WantedDocument]):
    """A document's number, with how much of it: F2026-0067 or F2026-0067=250.00."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> WantedDocument:
        """The number and the amount of a text."""
        if isinstance(value, WantedDocument):
            return value
        number, equals, amount_text = value.rpartition("=")
        if not equals:
            return WantedDocument(value)
        try:
            amount = Decimal(amount_text.replace(",", "."))
        except InvalidOperation:
            amount = Decimal("NaN")
        if not number or not amount.is_finite() or amount <= 0:
            text = _("{value}: write the number and an amount above 0, such as F2026-0067=250.00", value=value)
            self.fail(text, param, ctx)
        return WantedDocument(number, amount)


class _Kind(NamedTuple):
    """What is said of the money: that it came back, is paid back, or lies on account already."""

    returned: bool
    refund: bool
    allocated: bool

    def payment_kind(self) -> PaymentKind:
        """Which payment it is. Raises click.UsageError if several are said."""
        if self.returned + self.refund + self.allocated > 1:
            raise click.UsageError(_("--return, --refund and --allocate exclude each other"))
        return "return" if self.returned else "refund" if self.refund else "payment"


@click.command(
    "pay",
    epilog=examples(
        "pay F2026-0062",
        "pay F2026-0062=100 F2026-0070 --date 2026-11-27",
        "pay F2026-0062 --amount 99.20 --fee 0.80 --fee-account Expenses:FraisBancaires",
        "pay --return F2026-0061 --reason AM04",
        "pay --on-account Kerbrat --amount 250",
    ),
)
@click.argument(
    "documents", nargs=-1, type=_NumberWithAmount(), metavar="[NUMBER[=AMOUNT]]...", shell_complete=complete_numbers
)
@click.option(
    "--amount", type=Number(), help="The amount on the bank account. Default: everything that is open and due."
)
@click.option(
    "--currency", default="", shell_complete=complete_currencies, help="Of that amount, if not the documents'."
)
@click.option("--fee", type=Number(), default="0", help="What a bank kept on the way: the customer paid it too.")
@click.option(
    "--fee-account", default="", metavar="ACCOUNT", shell_complete=complete_accounts, help="Where the fee is booked."
)
@click.option(
    "--discount/--no-discount", default=None, help="Apply the cash discount that is still allowed that day, or not."
)
@click.option("--discount-amount", type=Number(), help="Grant this discount, whatever the document offers.")
@click.option("--instalment", type=click.IntRange(min=1), help="Only this instalment.")
@click.option(
    "--on-account",
    default="",
    metavar="CUSTOMER",
    shell_complete=complete_customers,
    help="Money that settles no document stays on this customer's account.",
)
@click.option(
    "--tax", default="", metavar="CODE", shell_complete=complete_taxes, help="Tax due now on what stays on account."
)
@click.option("--return", "returned", is_flag=True, help="The bank took the payment back, as a debit that bounced.")
@click.option("--reason", default="", metavar="CODE", help="Why it came back: a code, such as AM04, or words.")
@click.option("--refund", is_flag=True, help="Pay back a credit note, or an overpayment.")
@click.option(
    "--allocate", "allocated", is_flag=True, help="Allocate money on account to the documents, as `allocate` does."
)
@click.option(
    "--from",
    "source",
    default="",
    metavar="NUMBER",
    shell_complete=complete_numbers,
    help="With --allocate: take it from this credit note, or from the overpayment of this invoice.",
)
@click.option("--payer", default="", help="Who paid, if not the customer.")
@click.option("--narration", default="", help="The text of the entry.")
@date_option("The day on which the money moved.")
@click.option(
    "--account",
    default="",
    metavar="ACCOUNT",
    shell_complete=complete_accounts,
    help="The bank account that the money is on.",
)
@click.option("--yes", is_flag=True, help="Book a payment that is dated after today: the date is meant.")
@writing_options
@table_or_json_option
@explain_option
@click.pass_obj
def pay_command(
    session: Session,
    documents: tuple[WantedDocument, ...],
    amount: Decimal | None,
    currency: str,
    fee: Decimal,
    fee_account: str,
    discount: bool | None,
    discount_amount: Decimal | None,
    instalment: int | None,
    on_account: str,
    tax: str,
    returned: bool,
    reason: str,
    refund: bool,
    allocated: bool,
    source: str,
    payer: str,
    narration: str,
    day: date,
    account: str,
    yes: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Book a payment: what it settles, the fee, the cash discount, the tax that becomes due, the exchange difference."""
    kind = _Kind(returned, refund, allocated).payment_kind()
    _must_be_positive(amount, fee, discount_amount)
    if not documents and not on_account:
        raise click.UsageError(_("say which documents were paid, or whose money it is: --on-account CUSTOMER"))
    if (source and not allocated) or (reason and not returned):
        raise click.UsageError(_("--from goes with --allocate") if source else _("--reason goes with --return"))
    way = build_write_options(write, into, commit, yes)
    with changing(session):
        if allocated:
            wanted = AllocationRequest(tuple(document.number for document in documents), amount, source)
            print_outcome(allocate.allocate_money(session.find(), wanted, day, way), way, form)
            return
        request = PaymentRequest(
            day=day, documents=documents, kind=kind, amount=amount, currency=currency, account=account, fee=fee,
            fee_account=fee_account, discount=discount, agreed_discount=discount_amount, instalment=instalment,
            on_account_of=on_account, advance_tax=tax, payer=payer, narration=narration, return_reason=reason,
        )  # fmt: skip
        _print(pay(session.find(), request, way), way, form, explain=explain)


def _must_be_positive(amount: Decimal | None, fee: Decimal, discount: Decimal | None) -> None:
    """Raises click.UsageError if an amount is 0 or less."""
    for name, value in (("--amount", amount), ("--discount-amount", discount)):
        if value is not None and value <= 0:
            raise click.UsageError(
                _("{option} must be above 0; for money that left the account, use --return or --refund", option=name)
            )
    if fee < 0:
        raise click.UsageError(_("--fee is 0 or more"))


def _print(paid: PaymentOutcome, way: WriteOptions, form: str, *, explain: bool) -> None:
    if form == "json":
        print_json(payment_json(paid.entry, paid.outcome.text, paid.outcome.notices, written=way.write))
        return
    print_outcome(paid.outcome, way)
    if way.write and not explain:
        return
    for figure in paid.entry.explanation:
        amount = f"; {figure.account}  {figure.amount} {figure.currency}: "
        echo(joined("", (amount, figure.because)))
        for step in figure.steps if explain else ():
            echo(joined("", (";   ", describe_step(step))))
