"""Checks between documents: credit notes, deposits, and payments that could not settle what they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.checks.documents import ledger_amount, severity
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Deduction, Finding, Invoice, Source
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
from beancount_invoicing.receivables.tax_due import TaxTotal
from beancount_invoicing.rules import currencies, steps, tax


def check_credited_amounts(book: Book) -> Iterator[Finding]:
    """A credit note gives back no more than is left of what it corrects: net and tax of each code, and the amount to pay.

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
            yield _beyond_all(book, note, names, payable, beyond)
            continue
        for part in beyond:
            yield _beyond_part(book, note, names, part)
        for part in parts:
            if part.tax and part.reaches and not part.beyond and part.amount + part.left:
                yield _tax_left(note, names, part)


def _beyond_all(book: Book, note: Invoice, names: str, payable: _Given, beyond: Sequence[_Given]) -> Finding:
    """A credit note that gives back more than is left to be paid of what it corrects; `beyond`: with its parts that do."""
    by = [new for number in note.corrects if (new := book.replacement_of(number))]
    if by and not payable.left:
        return Finding(
            severity(book, note.date),
            "credit-note-beyond",
            _(
                "{number} credits {amount}, but {names} was replaced by {by}, and nothing of it is left to credit: a credit note "
                'has to name what it corrects: write corrects: "{by}" if it takes something back of that',
                number=note.number,
                amount=ledger_amount(abs(payable.amount), note.currency),
                names=names,
                by=(book.final_replacement_of(by[0]) or by[0]).number,
            ),
            note.source,
        )
    more = joined(
        "; ",
        (
            _(
                "{subject} {amount}, left {part_amount}",
                subject=part.words,
                amount=ledger_amount(abs(part.amount), note.currency),
                part_amount=ledger_amount(abs(part.left), note.currency),
            )
            for part in beyond
        ),
    )
    return Finding(
        severity(book, note.date),
        "credit-note-beyond",
        _(
            "{number} credits {amount}, but only {other_amount} of {names} is left to credit: lower it, or "
            "correct what it corrects{more}",
            number=note.number,
            amount=ledger_amount(abs(payable.amount), note.currency),
            names=names,
            other_amount=ledger_amount(abs(payable.left), note.currency),
            more=(_(" ({more})", more=more) if more else ""),
        ),
        note.source,
    )


def _beyond_part(book: Book, note: Invoice, names: str, part: _Given) -> Finding:
    """A credit note that gives back more of a code than is left of it."""
    left = ledger_amount(abs(part.left), note.currency)
    return Finding(
        severity(book, note.date),
        "credit-note-beyond",
        _(
            "{number} credits {amount} of {subject}, but of {names}{left}",
            number=note.number,
            amount=ledger_amount(abs(part.amount), note.currency),
            subject=part.words,
            names=names,
            left=(
                _(" only {left} is left to credit: write {left}, or correct what it corrects", left=left)
                if part.left
                else _(" nothing is left to credit: write the code of what is credited, or correct what it corrects")
            ),
        ),
        note.source,
    )


def _tax_left(note: Invoice, names: str, part: _Given) -> Finding:
    """A credit note that gives back the rest of a net, but not of its tax."""
    return Finding(
        "warning",
        "credit-note-rest",
        _(
            "{number} credits the rest of the net under {part} of {names}, but {amount} of its tax, of "
            "which {part_amount} is left: write {part_amount}, or {other_amount} stays open",
            number=note.number,
            part=part.code,
            names=names,
            amount=ledger_amount(abs(part.amount), note.currency),
            part_amount=ledger_amount(abs(part.left), note.currency),
            other_amount=ledger_amount(abs(part.amount + part.left), note.currency),
        ),
        note.source,
    )


class _Given(NamedTuple):
    """A figure of a credit note beside what was left of it in the corrected document, of the opposite sign."""

    code: str
    amount: Decimal
    left: Decimal
    toward: Decimal
    """The sign of what gives back."""
    tax: bool = False
    """Of the tax of the code; else of the net under it."""
    reaches: bool = False
    """For a tax: whether the net under its code is used up."""

    @property
    def words(self) -> str:
        """The figure in words."""
        return _("the tax {code}", code=self.code) if self.tax else _("the net under {code}", code=self.code)

    @property
    def beyond(self) -> bool:
        """Whether it gives back more than is left."""
        return self.amount * self.toward > 0 and (self.left + self.amount) * self.toward > 0


def _parts(credit_note_effect: CreditNoteEffect) -> Iterator[_Given]:
    """The net under each code, and each tax."""
    nets = nets_of(credit_note_effect.note)
    for code in sorted({code for code, _account in nets if code}):
        amount = sum((net for (net_code, _account), net in nets.items() if net_code == code), ZERO)
        yield _Given(
            code, amount, sum((left.net(code) for left in credit_note_effect.before), ZERO), credit_note_effect.note.net
        )
    for tax_amount in credit_note_effect.note.taxes:
        code = tax_amount.tax.code
        net = sum(
            (
                net
                for (one_code, _account), net in nets.items()
                if bears_tax(credit_note_effect.note, one_code, tax_amount.tax)
            ),
            ZERO,
        )
        base = sum((left.base(tax_amount.tax) for left in credit_note_effect.before), ZERO)
        rest = sum((left.taxes.get(code, ZERO) for left in credit_note_effect.before), ZERO)
        toward = -credit_note_effect.note.net if tax_amount.tax.withholding else credit_note_effect.note.net
        yield _Given(code, tax_amount.amount, rest, toward, True, net + base == 0)


def check_deposits_deducted(book: Book) -> Iterator[Finding]:
    """A deposit is deducted once, and never by more than was invoiced: net and tax of each code separately."""
    known = invoices_by_number(book.invoices)
    credited = _credited_of_deposits(book, known)
    deducted: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        by_code: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        for deduction in invoice.deductions:
            deposit = _deducted_deposit(book, known, invoice, deduction)
            if isinstance(deposit, Finding):
                yield deposit
                continue
            if deposit.booked_from > invoice.booked_from:
                yield Finding(
                    "error",
                    "deposit",
                    _(
                        "{number} of {day} deducts {deduction_number}, which is dated later, {deposit_day}: correct "
                        "one of the dates",
                        number=invoice.number,
                        day=invoice.date,
                        deduction_number=deduction.number,
                        deposit_day=deposit.date,
                    ),
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
                yield _deducted_beyond(book, invoice, deduction, deducted[key], brought, bool(credited[key]))
        for number in sorted(nets.keys() | by_code.keys()):
            yield from _deducted_tax(book, invoice, known[number], nets[number], by_code[number])


def _credited_of_deposits(book: Book, known: Mapping[str, Invoice]) -> defaultdict[tuple[str, str], Decimal]:
    """What credit notes gave back of deposits: net ("") and tax by code, below 0."""
    credited: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        for number in invoice.corrects:
            if number in known and known[number].kind == "deposit":
                credited[number, ""] += invoice.net
                for amount in invoice.taxes:
                    credited[number, amount.tax.code] += amount.amount
    return credited


def _deducted_deposit(
    book: Book, known: Mapping[str, Invoice], invoice: Invoice, deduction: Deduction
) -> Invoice | Finding:
    """The deposit that an invoice deducts; or why it cannot: it is no deposit, of another customer, or in another currency."""
    deposit = known.get(deduction.number)
    if deposit is None or deposit.kind != "deposit":
        problem = (
            _("there is no such invoice")
            if deposit is None
            else _("that is not a deposit invoice ({kind})", kind=deposit.kind)
        )
        return Finding(
            "error",
            "unknown-invoice" if deposit is None else "deposit",
            _(
                '{number} deducts the deposit "{deduction_number}", but {subject}',
                number=invoice.number,
                deduction_number=deduction.number,
                subject=problem,
            ),
            deduction.source,
        )
    if (
        deposit.customer
        and invoice.customer
        and not book.is_owed_by(deposit, invoice.customer.account, invoice.booked_from)
    ):
        return Finding(
            "error",
            "other-customer",
            _(
                "{number} deducts {deduction_number}, which is a deposit of {customer}",
                number=invoice.number,
                deduction_number=deduction.number,
                customer=deposit.customer.name,
            ),
            deduction.source,
        )
    if deposit.currency != invoice.currency:
        return Finding(
            "error",
            "deposit",
            _(
                "{number} in {currency} deducts {deduction_number}, a deposit in {deposit_currency}: deduct "
                "it from an invoice in its own currency, or pay it back with a credit note",
                number=invoice.number,
                currency=invoice.currency,
                deduction_number=deduction.number,
                deposit_currency=deposit.currency,
            ),
            deduction.source,
        )
    return deposit


def _deducted_beyond(
    book: Book, invoice: Invoice, deduction: Deduction, deducted: Decimal, brought: Decimal, credited: bool
) -> Finding:
    """More is deducted of a deposit, or of its tax, than it brought (`credited`: less its credit notes)."""
    of_tax = _("of the tax {tax} ", tax=deduction.tax) if deduction.tax else ""
    return Finding(
        severity(book, invoice.date),
        "deposit-beyond",
        _(
            "{number}: with this invoice, {amount} {subject}of {deduction_number} is deducted in all, but "
            "{credited}that deposit is only {other_amount}: deduct at most {amount_3} here",
            number=invoice.number,
            amount=ledger_amount(deducted, invoice.currency),
            subject=of_tax,
            deduction_number=deduction.number,
            credited=(_("less its credit notes, ") if credited else ""),
            other_amount=ledger_amount(brought, invoice.currency),
            amount_3=ledger_amount(brought - deducted + deduction.amount, invoice.currency),
        ),
        deduction.source,
    )


def _deducted_tax(
    book: Book, invoice: Invoice, deposit: Invoice, net: Decimal, taxes: Mapping[str, Decimal]
) -> Iterator[Finding]:
    """The taxes deducted belong to the net deducted: at each rate of the deposit, within a cent."""
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
        only_tax = deposit.tax_codes.get(charged.pop() if len(charged) == 1 else next(iter(rates)))
        if only_tax is None:
            return
        due = tax.taxes_due([tax.TaxableAmount(only_tax, net)], decimals)
        if all(abs(code_tax.figure.value - taxes.get(code, ZERO)) <= cent for code, code_tax in due.items()):
            return
        wanted = _taxes_wanted(invoice, number, net, due)
    elif deposit.combined and all(taxes.get(code, ZERO) <= (net * rate / 100) + cent for code, rate in rates.items()):
        return  # which part of the net bears which taxes is not written
    else:
        # which part of the net is at which rate is not written: the taxes must be those of just this net
        bases = sum((taxes.get(code, ZERO) * 100 / rate for code, rate in rates.items()), ZERO)
        untaxed = sum((amount.base for amount in deposit.taxes if not amount.tax.rate), ZERO)
        slack = sum((cent * 100 / rate for rate in rates.values()), ZERO)
        if net - untaxed - slack <= bases <= net + slack:
            return
        wanted = _tax_bases_wanted(invoice, deposit, steps.round_to(bases, decimals))
    deducted = sum(taxes.values(), ZERO)
    yield Finding(
        severity(book, invoice.date),
        "deposit-tax",
        _(
            "{number} deducts {amount} of {other_number} and {other_amount} of its tax, but {wanted}",
            number=invoice.number,
            amount=ledger_amount(net, invoice.currency),
            other_number=number,
            other_amount=ledger_amount(deducted, invoice.currency),
            wanted=wanted,
        ),
        invoice.source,
    )


def _taxes_wanted(invoice: Invoice, number: str, net: Decimal, due: Mapping[str, tax.CodeTax]) -> str:
    """The taxes of the net that is deducted, and how to deduct them."""
    amounts = (
        (
            _(
                "{rate} % of it is {figure_amount}",
                rate=code_tax.tax.rate,
                figure_amount=ledger_amount(code_tax.figure.value, invoice.currency),
            )
            if code_tax.base == net
            else _(
                "{rate} % of {amount} is {figure_amount}",
                rate=code_tax.tax.rate,
                amount=ledger_amount(code_tax.base, invoice.currency),
                figure_amount=ledger_amount(code_tax.figure.value, invoice.currency),
            )
        )
        for code_tax in due.values()
    )
    names = (f'tax: "{code}"' for code in due)
    return _(
        '{amounts}: deduct the tax with deposit: "{number}" and {names}',
        amounts=joined(", ", amounts),
        number=number,
        names=", ".join(names),
    )


def _tax_bases_wanted(invoice: Invoice, deposit: Invoice, bases: Decimal) -> str:
    """What the taxes that are deducted are the tax on, and what the deposit brought."""
    brought = joined(
        ", ",
        (
            _(
                "{amount} of {tax} on {other_amount}",
                amount=ledger_amount(amount.amount, deposit.currency),
                tax=amount.tax.code,
                other_amount=ledger_amount(amount.base, deposit.currency),
            )
            for amount in deposit.taxes
        ),
    )
    return _(
        'that is the tax on {amount}: it brought {brought}; deduct the tax of each with deposit: "{number}" '
        "and its tax:",
        amount=ledger_amount(bases, invoice.currency),
        brought=brought,
        number=deposit.number,
    )


def check_taxes_moved(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """The tax that payments made due has left the pending account, and the customer of each amount there is known."""
    due = tax_due(book, book.last_date, allocated)
    yield from _taken_over(book, due)
    yield from _deposits_due(book, due)
    for total in due.totals:
        code, account, currency = total.pending.code, total.pending.account, total.pending.currency
        if not code:
            yield from _left_without_code(book, account, currency)
            continue
        source = book.taxes[tax.code_of_name(code, book.taxes)].latest.source
        if total.to_move or total.to_release:
            yield _tax_not_moved(book, total, source)
        if total.to_cancel:
            yield _tax_not_cancelled(total, source)


def _left_without_code(book: Book, account: str, currency: str) -> Iterator[Finding]:
    """Money that left an account of pending tax, but does not say of which tax."""
    unsaid = [
        movement
        for movement in book.tax_movements
        if (movement.account, movement.code, movement.currency) == (account, "", currency) and not movement.number
    ]
    left = sum((movement.amount for movement in unsaid), ZERO)
    if left:
        yield Finding(
            "warning",
            "tax-code",
            _(
                "{amount} left {account} without a tax code: write tax: below those postings",
                amount=ledger_amount(left, currency),
                account=account,
            ),
            unsaid[0].source,
        )


def _tax_not_moved(book: Book, total: TaxTotal, source: Source) -> Finding:
    """Tax that payments made due, and that the books do not move."""
    code, account, currency = total.pending.code, total.pending.account, total.pending.currency
    moved = (
        _(
            "{amount} left {account}: bean-invoice tax-due shows where, and the entry to add",
            amount=ledger_amount(total.left, currency),
            account=account,
        )
        if total.to_release
        else _(
            "{amount} reached {due_account}: bean-invoice tax-due shows the exchange difference, and the entry to add",
            amount=ledger_amount(total.moved, currency),
            due_account=total.due_account,
        )
    )
    return Finding(
        "warning",
        "tax-due",
        _(
            "{code}: {amount} became due by payments until {last_date}, but {subject}",
            code=code,
            last_date=book.last_date,
            amount=ledger_amount(total.due, currency),
            subject=moved,
        ),
        source,
    )


def _tax_not_cancelled(total: TaxTotal, source: Source) -> Finding:
    """Tax that was lost, and that the books do not take off."""
    code, account, currency = total.pending.code, total.pending.account, total.pending.currency
    return Finding(
        "warning",
        "tax-written-off",
        _(
            "{code}: {amount} of tax was lost through write-offs and discounts, but {total_amount} left "
            "{account}: {taken_off}",
            code=code,
            amount=ledger_amount(total.cancelled, currency),
            total_amount=ledger_amount(total.taken_off, currency),
            account=account,
            taken_off=(
                _('take it off in the write-off transaction, with tax: "{code}"', code=code)
                if abs(total.taken_off) < abs(total.cancelled)
                else _(
                    "put {amount} back there, in the write-off transaction or where that much of the loss is "
                    'taken back, with tax: "{code}"',
                    amount=ledger_amount(abs(total.to_cancel), currency),
                    code=code,
                )
            ),
        ),
        source,
    )


def _taken_over(book: Book, due: TaxDue) -> Iterator[Finding]:
    """Pending tax from earlier books says to which open item it belongs."""
    since = min((invoice.booked_from for invoice in book.invoices if invoice.kind == "opening"), default=date.min)
    for unassigned in due.unassigned:
        if unassigned.date < since:
            continue  # what older books began with: the open items that were taken over later say what waits
        yield Finding(
            "warning",
            "tax-taken-over",
            _(
                "{amount} of tax on {account} is taken over from earlier books, but nothing shows which open item it "
                'belongs to: write it in the open item\'s transaction, kind: "opening", with a posting for each, and '
                'tax: and settles: "…" (the number) below it',
                amount=ledger_amount(-unassigned.amount, unassigned.currency),
                account=unassigned.account,
            ),
            unassigned.source,
        )
    numbers = {invoice.number for invoice in book.invoices}
    for movement in book.tax_movements:
        if movement.number and movement.number == movement.settles and movement.number not in numbers:
            yield Finding(
                "error",
                "unknown-invoice",
                _(
                    'settles: no open item "{number}" has this tax: write the number of one that does',
                    number=movement.number,
                ),
                movement.source,
            )


def _deposits_due(book: Book, due: TaxDue) -> Iterator[Finding]:
    """Under another tax, a final invoice takes only that part of the deposit's tax off the tax account that is due by its day."""
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
            pending_tax = next(
                (amount.tax for amount in deposit.taxes if amount.tax.code == code and amount.pending), None
            )
            if pending_tax is None or deduction.account == pending_tax.pending:
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
                    _(
                        "{number} takes {amount} of the tax on {deposit_number} off {account}, but by then payments "
                        "had made only {other_amount} of it due: deduct {other_amount} there, and {amount_3} on "
                        '{pending}, both with deposit: "{deposit_number}" and tax: "{code}"',
                        number=invoice.number,
                        amount=ledger_amount(deduction.amount, invoice.currency),
                        deposit_number=deposit.number,
                        account=deduction.account,
                        other_amount=ledger_amount(left, invoice.currency),
                        amount_3=ledger_amount(deduction.amount - left, invoice.currency),
                        pending=pending_tax.pending,
                        code=code,
                    ),
                    deduction.source,
                )


CHECKS = (check_credited_amounts, check_deposits_deducted)
