"""Checks between documents: credit notes, deposits, and what payments could not do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.checks.documents import ledger_amount, severity
from beancount_invoicing.model import ZERO, Book, Finding, Invoice
from beancount_invoicing.receivables import (
    Allocated,
    CreditNoteEffect,
    TaxDue,
    bears_tax,
    credit_note_effects,
    creditable,
    invoices_by_number,
    nets_of,
    tax_due,
)
from beancount_invoicing.rules import currencies, steps, tax


def check_credited_amounts(book: Book) -> Iterator[Finding]:
    """A credit note gives back no more than is left of what it corrects: net and tax of each code, and what is to be paid.

    One that gives back the rest of a net gives back the rest of its tax.
    """
    for effect in credit_note_effects(book.invoices, invoices_by_number(book.invoices)):
        note = effect.note
        if note.draft:
            continue
        names = ", ".join(note.corrects)
        payable = _Given("", creditable(note), sum((left.payable for left in effect.before), ZERO), note.net)
        plain = any(left.invoice.kind in {"opening", "claim"} for left in effect.before)  # they say no codes
        parts = [] if plain else list(_parts(effect))
        beyond = [part for part in parts if part.beyond]
        nets = {part.code for part in beyond if not part.tax}
        beyond = [part for part in beyond if not part.tax or part.code not in nets]
        if payable.beyond and (nets or not beyond):
            more = "; ".join(
                f"{part.what} {ledger_amount(abs(part.amount), note.currency)}, left {ledger_amount(abs(part.left), note.currency)}"
                for part in beyond
            )
            yield Finding(
                severity(book, note.date),
                "credit-note-beyond",
                f"{note.number} credits {ledger_amount(abs(payable.amount), note.currency)}, but of {names} only"
                f" {ledger_amount(abs(payable.left), note.currency)} is left to credit: lower it, or correct what it corrects"
                + (f" ({more})" if more else ""),
                note.source,
            )
            continue
        for part in beyond:
            left = ledger_amount(abs(part.left), note.currency)
            yield Finding(
                severity(book, note.date),
                "credit-note-beyond",
                f"{note.number} credits {ledger_amount(abs(part.amount), note.currency)} of {part.what}, but of {names}"
                + (
                    f" only {left} of it is left to credit: write {left}, or correct what it corrects"
                    if part.left
                    else " nothing of it is left to credit: write the code of what is credited, or correct what it corrects"
                ),
                note.source,
            )
        for part in parts:
            if part.tax and part.reaches and not part.beyond and part.amount + part.left:
                yield Finding(
                    "warning",
                    "credit-note-rest",
                    f"{note.number} credits the rest of the net under {part.code} of {names}, but of its tax"
                    f" {ledger_amount(abs(part.amount), note.currency)}, and {ledger_amount(abs(part.left), note.currency)} "
                    "is left:"
                    f" write {ledger_amount(abs(part.left), note.currency)}, or "
                    f"{ledger_amount(abs(part.amount + part.left), note.currency)}"
                    " stays open",
                    note.source,
                )


class _Given(NamedTuple):
    """A figure of a credit note beside what was left of it in what it corrects, of the opposite sign."""

    code: str
    amount: Decimal
    left: Decimal
    toward: Decimal
    """The sign of what gives back."""
    tax: bool = False
    """Of the tax of the code; else of the net under it."""
    reaches: bool = False
    """Of a tax: whether the net under its code comes to an end."""

    @property
    def what(self) -> str:
        """The figure in words."""
        return f"the tax {self.code}" if self.tax else f"the net under {self.code}"

    @property
    def beyond(self) -> bool:
        """Whether it gives back more than is left."""
        return self.amount * self.toward > 0 and (self.left + self.amount) * self.toward > 0


def _parts(credit_note_effect: CreditNoteEffect) -> Iterator[_Given]:
    """The net under each code, and each tax."""
    nets = nets_of(credit_note_effect.note)
    for code in sorted({code for code, _account in nets if code}):
        amount = sum((net for (each, _account), net in nets.items() if each == code), ZERO)
        yield _Given(
            code, amount, sum((left.net(code) for left in credit_note_effect.before), ZERO), credit_note_effect.note.net
        )
    for each in credit_note_effect.note.taxes:
        code = each.tax.code
        net = sum(
            (
                net
                for (one_code, _account), net in nets.items()
                if bears_tax(credit_note_effect.note, one_code, each.tax)
            ),
            ZERO,
        )
        base = sum((left.base(each.tax) for left in credit_note_effect.before), ZERO)
        rest = sum((left.taxes.get(code, ZERO) for left in credit_note_effect.before), ZERO)
        toward = -credit_note_effect.note.net if each.tax.withholding else credit_note_effect.note.net
        yield _Given(code, each.amount, rest, toward, True, net + base == 0)


def check_deposits_deducted(book: Book) -> Iterator[Finding]:
    """A deposit is deducted once: never more than it brought, net and tax of each code apart."""
    known = invoices_by_number(book.invoices)
    deducted: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    credited: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        for number in invoice.corrects:
            if number in known and known[number].kind == "deposit":
                credited[number, ""] += invoice.net
                for amount in invoice.taxes:
                    credited[number, amount.tax.code] += amount.amount
    for invoice in book.invoices:
        nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        by_code: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        for deduction in invoice.deductions:
            deposit = known.get(deduction.number)
            if deposit is None or deposit.kind != "deposit":
                what = "there is no such invoice" if deposit is None else f"that is no deposit invoice ({deposit.kind})"
                yield Finding(
                    "error",
                    "unknown-invoice" if deposit is None else "deposit",
                    f'{invoice.number} deducts the deposit "{deduction.number}", but {what}',
                    deduction.source,
                )
                continue
            if (
                deposit.customer
                and invoice.customer
                and not book.is_owed_by(deposit, invoice.customer.account, invoice.booked_from)
            ):
                yield Finding(
                    "error",
                    "other-customer",
                    f"{invoice.number} deducts {deduction.number}, which is a deposit of {deposit.customer.name}",
                    deduction.source,
                )
                continue
            if deposit.currency != invoice.currency:
                yield Finding(
                    "error",
                    "deposit",
                    f"{invoice.number} in {invoice.currency} deducts {deduction.number}, which is a deposit in {deposit.currency}:"
                    " deduct it from an invoice in its own currency, or pay it back by a credit note",
                    deduction.source,
                )
                continue
            if deposit.booked_from > invoice.booked_from:
                yield Finding(
                    "error",
                    "deposit",
                    f"{invoice.number} of {invoice.date} deducts {deduction.number}, which is only of {deposit.date}:"
                    " correct one of the dates",
                    deduction.source,
                )
            key = deduction.number, deduction.tax
            brought = (
                sum((amount.amount for amount in deposit.taxes if amount.tax.code == deduction.tax), ZERO)
                if deduction.tax
                else deposit.net
            ) + credited[key]
            deducted[key] += deduction.amount
            (by_code[deduction.number] if deduction.tax else nets)[deduction.tax or deduction.number] += (
                deduction.amount
            )
            if deducted[key] > brought:
                what = f"of the tax {deduction.tax} " if deduction.tax else ""
                yield Finding(
                    severity(book, invoice.date),
                    "deposit-beyond",
                    f"{invoice.number}: with it {ledger_amount(deducted[key], invoice.currency)} {what}of {deduction.number} are"
                    f" deducted, but {'less its credit notes ' if credited[key] else ''}it brought"
                    f" {ledger_amount(brought, invoice.currency)}: deduct at most"
                    f" {ledger_amount(brought - deducted[key] + deduction.amount, invoice.currency)} here",
                    deduction.source,
                )
        for number in sorted(nets.keys() | by_code.keys()):
            yield from _deducted_tax(book, invoice, known[number], nets[number], by_code[number])


def _deducted_tax(
    book: Book, invoice: Invoice, deposit: Invoice, net: Decimal, taxes: Mapping[str, Decimal]
) -> Iterator[Finding]:
    """The taxes deducted are those of the net deducted: at each rate of the deposit, to a cent."""
    decimals = currencies.currency_decimals(invoice.currency)
    cent = Decimal(1).scaleb(-decimals)
    rates = {
        amount.tax.code: amount.tax.rate for amount in deposit.taxes if amount.tax.rate and not amount.tax.withholding
    }
    number = deposit.number
    if not rates or any(amount.tax.withholding for amount in deposit.taxes):
        return
    charged = {line.tax for line in deposit.lines if line.tax} | {
        adjustment.tax for adjustment in deposit.adjustments if adjustment.tax
    }
    if len(charged) == 1 or len(rates) == len(deposit.taxes) == 1:
        one = deposit.tax_codes.get(charged.pop() if len(charged) == 1 else next(iter(rates)))
        if one is None:
            return
        due = tax.taxes_due([tax.TaxableAmount(one, net)], decimals)
        if all(abs(code_tax.figure.value - taxes.get(code, ZERO)) <= cent for code, code_tax in due.items()):
            return
        amounts = (
            f"{code_tax.tax.rate} % of {'it' if code_tax.base == net else ledger_amount(code_tax.base, invoice.currency)} is"
            f" {ledger_amount(code_tax.figure.value, invoice.currency)}"
            for code_tax in due.values()
        )
        names = (f'tax: "{code}"' for code in due)
        wanted = f'{", ".join(amounts)}: deduct the tax with deposit: "{number}" and {", ".join(names)}'
    elif deposit.combined and all(taxes.get(code, ZERO) <= (net * rate / 100) + cent for code, rate in rates.items()):
        return  # which part of the net bears which taxes is not written
    else:
        # which part of the net is at which rate is not written: the taxes must be those of just this net
        bases = sum((taxes.get(code, ZERO) * 100 / rate for code, rate in rates.items()), ZERO)
        untaxed = sum((amount.base for amount in deposit.taxes if not amount.tax.rate), ZERO)
        slack = sum((cent * 100 / rate for rate in rates.values()), ZERO)
        if net - untaxed - slack <= bases <= net + slack:
            return
        brought = ", ".join(
            f"{ledger_amount(amount.amount, deposit.currency)} of {amount.tax.code} on "
            f"{ledger_amount(amount.base, deposit.currency)}"
            for amount in deposit.taxes
        )
        wanted = (
            f"that is the tax on {ledger_amount(steps.round_to(bases, decimals), invoice.currency)}: it brought {brought};"
            f' deduct the tax of each with deposit: "{number}" and its tax:'
        )
    deducted = sum(taxes.values(), ZERO)
    yield Finding(
        severity(book, invoice.date),
        "deposit-tax",
        f"{invoice.number} deducts {ledger_amount(net, invoice.currency)} of {number} and "
        f"{ledger_amount(deducted, invoice.currency)} of its"
        f" tax, but {wanted}",
        invoice.source,
    )


def check_taxes_moved(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """The tax that payments made due has left the account where it waited, and it is known whose the tax is."""
    due = tax_due(book, book.last_date, allocated)
    yield from _taken_over(book, due)
    yield from _deposits_due(book, due)
    for total in due.totals:
        code, account, currency = total.pending.code, total.pending.account, total.pending.currency
        if not code:
            unsaid = [
                movement
                for movement in book.tax_movements
                if (movement.account, movement.code, movement.currency) == (account, "", currency)
                and not movement.number
            ]
            left = sum((movement.amount for movement in unsaid), ZERO)
            if left:
                yield Finding(
                    "warning",
                    "tax-code",
                    f"{ledger_amount(left, currency)} left {account} without saying of which tax: write tax: below those postings",
                    unsaid[0].source,
                )
            continue
        source = book.taxes[tax.code_of_name(code, book.taxes)].latest.source
        if total.to_move or total.to_release:
            what = (
                f"{ledger_amount(total.left, currency)} left {account}: bean-invoice tax-due shows where, and the "
                "entry to add"
                if total.to_release
                else f"{ledger_amount(total.moved, currency)} reached {total.due_account}: bean-invoice tax-due shows the exchange"
                " difference, and the entry to add"
            )
            yield Finding(
                "warning",
                "tax-due",
                f"{code}: by payments until {book.last_date} {ledger_amount(total.due, currency)} became due, but {what}",
                source,
            )
        if total.to_cancel:
            yield Finding(
                "warning",
                "tax-written-off",
                f"{code}: {ledger_amount(total.cancelled, currency)} of tax was lost by write-offs and discounts, but"
                f" {ledger_amount(total.taken_off, currency)} left {account}: "
                + (
                    f'take it off in the write-off, with tax: "{code}"'
                    if abs(total.taken_off) < abs(total.cancelled)
                    else f"put {ledger_amount(abs(total.to_cancel), currency)} back there,"
                    " in the write-off or where that much of the loss"
                    f' is taken back, with tax: "{code}"'
                ),
                source,
            )


def _taken_over(book: Book, due: TaxDue) -> Iterator[Finding]:
    """Tax that waits from earlier books says of which open item it is."""
    since = min((invoice.booked_from for invoice in book.invoices if invoice.kind == "opening"), default=date.min)
    for one in due.unassigned:
        if one.date < since:
            continue  # what older books began with: the open items that were taken over later say what waits
        yield Finding(
            "warning",
            "tax-taken-over",
            f"{ledger_amount(-one.amount, one.currency)} of tax on {one.account} is taken over from earlier books, but it "
            "cannot be told of"
            ' which open item it is: write it in the open item\'s transaction, kind: "opening", a posting for each, with tax: and'
            ' settles: "…" (the number) below it',
            one.source,
        )
    numbers = {invoice.number for invoice in book.invoices}
    for movement in book.tax_movements:
        if movement.number and movement.number == movement.settles and movement.number not in numbers:
            yield Finding(
                "error",
                "unknown-invoice",
                f'settles: there is no open item "{movement.number}" whose tax this could be: write the number of one',
                movement.source,
            )


def _deposits_due(book: Book, due: TaxDue) -> Iterator[Finding]:
    """Under another tax, a final invoice takes off what is owed only what of the deposit's tax is due by its day."""
    known = invoices_by_number(book.invoices)
    taken: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        own = {amount.tax.code for amount in invoice.taxes}
        for deduction in invoice.deductions:
            deposit = known.get(deduction.number)
            code = deduction.tax
            if (
                deposit is None
                or invoice.draft
                or not code
                or code in own
                or tax.code_of_name(code, book.taxes) not in book.taxes
            ):
                continue
            said = next((amount.tax for amount in deposit.taxes if amount.tax.code == code and amount.pending), None)
            if said is None or deduction.account == said.pending:
                continue
            if invoice.currency != book.currency:
                continue
            by_then = sum(
                (
                    share.amount
                    for share in due.tax_shares
                    if (share.number, share.pending.code) == (deposit.number, code)
                    and share.kind == "due"
                    and share.date <= invoice.booked_from
                ),
                ZERO,
            )
            left = by_then - taken[deposit.number, code]
            taken[deposit.number, code] += deduction.amount
            if deduction.amount > left:
                yield Finding(
                    "warning",
                    "deposit-tax",
                    f"{invoice.number} takes {ledger_amount(deduction.amount, invoice.currency)} of the tax on {deposit.number} off"
                    f" {deduction.account}, but by then only {ledger_amount(left, invoice.currency)} of it was due, by what "
                    "was paid:"
                    f" deduct {ledger_amount(left, invoice.currency)} there, and "
                    f"{ledger_amount(deduction.amount - left, invoice.currency)} on"
                    f' {said.pending}, both with deposit: "{deposit.number}" and tax: "{code}"',
                    deduction.source,
                )


CHECKS = (check_credited_amounts, check_deposits_deducted)
