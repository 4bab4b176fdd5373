"""What credit notes give back of the documents that they correct, line by line and tax by tax, and what is left of these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from beancount_invoicing.model import ZERO, Book, Invoice, Line, Tax
from beancount_invoicing.receivables.allocation_state import opposite
from beancount_invoicing.rules import currencies, tax

K = TypeVar("K")
TaxAndAccount = tuple[str, str]
"""A tax code and an account: a net is given back under the code and on the account with which it was billed."""


class LineLeftToCredit(NamedTuple):
    """What is left to credit of a line, with the signs of the line.

    `quantity` units of it, with `listed` as their net at its price; `cut` (of the opposite sign) is what price differences and
    credited parts of its period (with their `days`) have taken off these units.
    """

    line: Line
    quantity: Decimal
    net_at_price: Decimal
    taken_off: Decimal = ZERO
    days: tuple[tuple[date, date], ...] = ()
    """Both inclusive."""

    @property
    def net(self) -> Decimal:
        """What is left of its net."""
        return self.net_at_price + self.taken_off

    @property
    def unit_count(self) -> Decimal:
        """How many units the line has: 1 or -1 if it gives no price per unit."""
        return _count(self.line)


class LeftToCredit(NamedTuple):
    """What is left to credit of a document, with its signs and in its currency."""

    invoice: Invoice
    lines: tuple[LineLeftToCredit, ...]
    nets: Mapping[TaxAndAccount, Decimal]
    """Lines, allowances and charges, less all that was credited there."""
    taxes: Mapping[str, Decimal]
    booked: Mapping[str, Decimal]
    """The taxes, in the currency in which they are booked, if that is another one."""
    rounding: Decimal
    deductions: Mapping[tuple[str, str], Decimal]
    """By deposit and tax code ("" for the net)."""
    payable: Decimal
    """Net, taxes and rounding, before deposits are deducted."""
    texts: Mapping[TaxAndAccount, tuple[str, ...]]
    """Texts of general amounts: the reasons of allowances, charges and sums that were credited."""
    notes: tuple[Invoice, ...] = ()
    """The documents that have given something back."""

    @property
    def codes(self) -> frozenset[str]:
        """The tax codes of its nets."""
        return frozenset(code for code, _account in self.nets)

    def net(self, code: str) -> Decimal:
        """What is left of the net under a tax code."""
        return sum((net for (net_code, _account), net in self.nets.items() if net_code == code), ZERO)

    def base(self, of: Tax) -> Decimal:
        """What is left of the net on which a tax is due: under its code, and under codes that include it; for a withholding,
        of all.
        """
        whole = sum((net for (code, _account), net in self.nets.items() if bears_tax(self.invoice, code, of)), ZERO)
        return whole - sum((line.net for line in self.lines if of.withholding and not line.line.withheld), ZERO)

    def net_off_lines(self, place: TaxAndAccount) -> Decimal:
        """The rest of a net that does not belong to lines: allowances, charges, and sums that were credited."""
        lines = (line.net for line in self.lines if (line.line.tax, line.line.account) == place)
        return self.nets.get(place, ZERO) - sum(lines, ZERO)


class CreditNoteEffect(NamedTuple):
    """A document that gives back something of others: what was left of each of them before and after it, in its own order.

    `shares`: for each of its lines that gives back units of a line, by place from 0, the net that it should have: within its share
    of the line, or whatever is left if it is the last.
    """

    note: Invoice
    before: tuple[LeftToCredit, ...]
    after: tuple[LeftToCredit, ...]
    shares: Mapping[int, Decimal]


def bears_tax(invoice: Invoice, code: str, of: Tax) -> bool:
    """Whether a tax applies to lines under a code of a document: their own code, a part of it, or a withholding on everything."""
    if of.withholding or code == of.code:
        return True
    known = invoice.tax_codes.get(code)
    return known is not None and any(part.code == of.code for part in known.parts)


def nets_of(invoice: Invoice) -> dict[TaxAndAccount, Decimal]:
    """The nets of a document by tax code and account, allowances and charges among them."""
    nets: defaultdict[TaxAndAccount, Decimal] = defaultdict(lambda: ZERO)
    for line in invoice.lines:
        nets[line.tax, line.account] += line.net
    for adjustment in invoice.adjustments:
        nets[adjustment.tax, adjustment.account] += adjustment.net
    return dict(nets)


def creditable(invoice: Invoice) -> Decimal:
    """The most that credit notes for a document may give back: what is payable on it, before deposits are deducted."""
    return invoice.payable if invoice.kind == "opening" else invoice.total_after_withholding + invoice.rounding


def within_share(natural: Decimal, left: Decimal, fair_share: Decimal, unit: Decimal, tolerance: int = 1) -> Decimal:
    """The amount that a part takes: its own amount, `natural`, as long as the parts stay close to their shares.

    The rest of `left` after `natural` may differ from `fair_share`, the share of the parts that are not taken yet, by
    less than `tolerance` units (of the currency's last digit). If it differs more, the part takes as many units more or
    less as needed, and never more than is left.
    """
    excess = (left - natural - fair_share) / unit
    over = max(int(abs(excess)) - tolerance + 1, 0)
    taken = natural + (unit * over).copy_sign(excess)
    return left if (left - taken) * taken < 0 else taken


def net_of_units(left: LineLeftToCredit, count: Decimal, natural: Decimal, decimals: int) -> Decimal:
    """The net of `count` units of a line (with its sign), whose own amount would be `natural`; the last units take the
    rest.
    """
    if count == left.quantity:
        return left.net_at_price
    fair = left.line.net * (left.quantity - count) / left.unit_count
    return within_share(natural, left.net_at_price, fair, Decimal(1).scaleb(-decimals))


def tax_of_part(
    left: Sequence[LeftToCredit], code: str, net: Decimal, natural: Decimal, decimals: int, slack: int = 1
) -> Decimal:
    """The tax of a code on a `net` given back from documents, whose own amount would be `natural`; the net that
    completes theirs takes the rest of the tax. All amounts have the sign of the documents; `slack` is as `tolerance` in
    `within_share`.
    """
    of = [(remainder, amount) for remainder in left for amount in remainder.invoice.taxes if amount.tax.code == code]
    rest = sum((remainder.taxes.get(code, ZERO) for remainder in left), ZERO)
    base = sum((left.base(amount.tax) for left, amount in of), ZERO)
    if net == base:
        return rest
    bases = sum((nothing_credited(left.invoice).base(amount.tax) for left, amount in of), ZERO)
    if not bases:
        return natural
    fair = sum((amount.amount for _one, amount in of), ZERO) * (base - net) / bases
    return within_share(natural, rest, fair, Decimal(1).scaleb(-decimals), slack)


def nothing_credited(invoice: Invoice) -> LeftToCredit:
    """A document of which nothing has been credited."""
    texts: defaultdict[TaxAndAccount, tuple[str, ...]] = defaultdict(tuple)
    for adjustment in invoice.adjustments:
        texts[adjustment.tax, adjustment.account] += (adjustment.reason,)
    deductions: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for deduction in invoice.deductions:
        deductions[deduction.number, deduction.tax] += deduction.amount
    return LeftToCredit(
        invoice=invoice,
        lines=tuple(LineLeftToCredit(line, _count(line), line.net) for line in invoice.lines),
        nets=nets_of(invoice),
        taxes={amount.tax.code: amount.amount for amount in invoice.taxes},
        booked={amount.tax.code: amount.booked for amount in invoice.taxes if amount.booked_currency},
        rounding=invoice.rounding,
        deductions=deductions,
        payable=creditable(invoice),
        texts=texts,
    )


def credit_note_effects(invoices: Iterable[Invoice], known: Mapping[str, Invoice]) -> Iterator[CreditNoteEffect]:
    """The documents that give back something, in the order of `invoices`, drafts after all others. `known`: each document that is
    corrected, by number.

    A credit note that corrects several documents uses them up in the order in which it names them.
    """
    left: dict[str, LeftToCredit] = {}
    notes = [note for note in invoices if note.corrects and _gives_back(note, known)]
    for note in sorted(notes, key=lambda invoice: invoice.draft):
        before = tuple(left.get(number) or nothing_credited(known[number]) for number in note.corrects)
        after, shares = _less(before, note)
        left.update(zip(note.corrects, after, strict=True))
        yield CreditNoteEffect(note, before, after, shares)


def _gives_back(note: Invoice, known: Mapping[str, Invoice]) -> bool:
    """Whether it is a credit note or a cancellation, or takes credit notes back."""
    if note.is_credit:
        return True
    return note.kind in {"invoice", "claim"} and all(known[number].kind == "credit-note" for number in note.corrects)


def invoices_by_number(invoices: Iterable[Invoice]) -> dict[str, Invoice]:
    """The first document of each number."""
    result: dict[str, Invoice] = {}
    for invoice in invoices:
        result.setdefault(invoice.number, invoice)
    return result


def left_to_credit(book: Book, invoice: Invoice) -> LeftToCredit:
    """What is left to credit of a document once every credit note, drafts too, has given back its part."""
    result = nothing_credited(invoice)
    for effect in credit_note_effects(_beside(book, (invoice.number,)), invoices_by_number(book.invoices)):
        for left in effect.after:
            if left.invoice.number == invoice.number:
                result = left
    return result


def credit_note_effect(book: Book, note: Invoice) -> CreditNoteEffect | None:
    """How a credit note relates to what it corrects; None if it is not a credit note, or corrects nothing."""
    found = credit_note_effects(_beside(book, note.corrects), invoices_by_number(book.invoices))
    return next((effect for effect in found if effect.note is note), None)


def _beside(book: Book, numbers: Sequence[str]) -> list[Invoice]:
    """The documents that correct documents connected with some numbers, directly or through one that corrects several."""
    wanted = set(numbers)
    while True:
        invoices = [invoice for invoice in book.invoices if not wanted.isdisjoint(invoice.corrects)]
        more = wanted.union(*(invoice.corrects for invoice in invoices))
        if more == wanted:
            return invoices
        wanted = more


def _count(line: Line) -> Decimal:
    """The units of a line, 1 or -1 if it gives no price per unit."""
    if line.quantity is None or (line.price is None and line.price_with_tax is None):
        return Decimal(1).copy_sign(line.net)
    return line.quantity


def _price(line: Line) -> tuple[Decimal, bool, Decimal]:
    """The price of a unit, whether it includes tax, and its discount."""
    if line.quantity is None or (line.price is None and line.price_with_tax is None):
        return abs(line.net), False, ZERO
    price = line.price if line.price is not None else line.price_with_tax
    return price or ZERO, line.price is None, line.discount or ZERO


def _within(part: Line, line: Line) -> bool:
    """Whether a line is for a part of the other's period."""
    if not (part.start and part.end and line.start and line.end):
        return False
    return line.start <= part.start <= part.end <= line.end


def _given_by(lines: Sequence[LineLeftToCredit], back: Line) -> tuple[int, bool] | None:
    """The line of which another one gives something back, and whether it gives back units; else it is a part of its price or its
    period.

    That is the line that it names, else the first of those with the same data of which as much is left.
    """
    alike = [
        index
        for index, credit in enumerate(lines)
        if (credit.line.account, credit.line.tax) == (back.account, back.tax)
    ]
    if back.corrects_line:
        alike = [index for index in alike if index == back.corrects_line - 1]
    count, price = _count(back), _price(back)
    best: tuple[int, int] | None = None
    for index in alike:
        line_left = lines[index]
        if _price(line_left.line) != price or line_left.quantity * count >= 0 or abs(count) > abs(line_left.quantity):
            continue
        words = bool(back.corrects_line) or (line_left.line.item, line_left.line.text) == (back.item, back.text)
        period = (line_left.line.start, line_left.line.end) == (back.start, back.end)
        if not words and (back.quantity is None or back.start is not None):
            continue  # a sum, or a part of a period, that happens to have the same amount
        if back.start is not None and not period:
            continue  # days of it
        rank = (0 if words and period else 1 if words else 2, index)
        best = rank if best is None or rank < best else best
    if best is not None:
        return best[1], True
    for index in alike:
        line = lines[index].line
        named = back.text.startswith(line.text) or (back.item != "" and back.item == line.item)
        if named and _within(back, line):
            return index, False
    if back.start is not None:
        return None
    same = [index for index in alike if (lines[index].line.item, lines[index].line.text) == (back.item, back.text)]
    for index in same:  # it takes a price difference back again
        if lines[index].taken_off * back.net < 0 < lines[index].line.net * back.net:
            return index, False
    return next(((index, False) for index in same if lines[index].quantity), None)


def _less(before: tuple[LeftToCredit, ...], note: Invoice) -> tuple[tuple[LeftToCredit, ...], dict[int, Decimal]]:
    """What is left after a document has given its part back, and the nets that its lines should have."""
    lines = [line for left in before for line in left.lines]
    shares: dict[int, Decimal] = {}
    decimals = currencies.currency_decimals(note.currency)
    rates = {code: known.rate for code, known in note.tax_codes.items()}
    texts: defaultdict[TaxAndAccount, tuple[str, ...]] = defaultdict(tuple)
    for place, back in enumerate(note.lines):
        found = _given_by(lines, back)
        if found is None:
            texts[back.tax, back.account] += (back.text,)
            continue
        index, units = found
        credit, count = lines[index], _count(back)
        if not units:
            days = ((back.start, back.end),) if back.start and back.end else ()
            lines[index] = credit._replace(taken_off=credit.taken_off + back.net, days=(*credit.days, *days))
            continue
        natural = back.net if back.computed is None else back.computed
        if back.computed is not None and back.price_with_tax is not None:
            natural = tax.gross_split(natural, rates.get(back.tax, ZERO), decimals)[0].value
        shares[place] = -net_of_units(credit, -count, -natural, decimals)
        lines[index] = credit._replace(quantity=credit.quantity + count, net_at_price=credit.net_at_price + back.net)
    nets, taxes = nets_of(note), {amount.tax.code: amount.amount for amount in note.taxes}
    booked = {amount.tax.code: amount.booked for amount in note.taxes if amount.booked_currency}
    deductions: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for deduction in note.deductions:
        deductions[deduction.number, deduction.tax] += deduction.amount
    rest, result, start = creditable(note), [], 0
    rounding = note.rounding
    for position, left in enumerate(before):
        last = position == len(before) - 1
        given = _share(rest, left.payable, last)
        rest -= given
        turned = _share(rounding, left.rounding, last)
        rounding -= turned
        result.append(
            left._replace(
                lines=tuple(lines[start : start + len(left.lines)]),
                nets=_taken(left.nets, nets, last),
                taxes=_taken(left.taxes, taxes, last),
                booked=_taken(left.booked, booked, last),
                rounding=left.rounding + turned,
                deductions=_taken(left.deductions, deductions, last),
                payable=left.payable + given,
                texts={
                    key: (*left.texts.get(key, ()), *texts.get(key, ())) for key in left.texts.keys() | texts.keys()
                },
                notes=(*left.notes, note),
            )
        )
        start += len(left.lines)
    return tuple(result), shares


def _share(amount: Decimal, left: Decimal, last: bool) -> Decimal:
    """How much of `amount` (against `left`) goes to a document: as much as is left there; everything that remains to the last
    one.
    """
    if last:
        return amount
    return min(abs(amount), abs(left)).copy_sign(amount) if opposite(amount, left) else ZERO


def _taken(left: Mapping[K, Decimal], amounts: dict[K, Decimal], last: bool) -> dict[K, Decimal]:
    """`left` after `amounts`, which are lowered by what was taken."""
    result = dict(left)
    for key in list(amounts):
        given = _share(amounts[key], left.get(key, ZERO), last)
        amounts[key] -= given
        if given or key in left:
            result[key] = left.get(key, ZERO) + given
    return result


def interest_given_back(book: Book) -> dict[str, date]:
    """The claims for late interest that credit notes give back in full, by number: from which day on (inclusive).

    A partial credit does not say which days it is for: such a claim is not included.
    """
    known = invoices_by_number(book.invoices)
    result: dict[str, date] = {}
    notes = [invoice for invoice in book.invoices if any(known[number].kind == "claim" for number in invoice.corrects)]
    for effect in credit_note_effects(notes, known):
        for left in effect.after:
            if left.invoice.kind == "claim" and left.payable <= 0 and not effect.note.draft:
                result.setdefault(left.invoice.number, effect.note.booked_from)
    return result


def claim_given_back_on(book: Book, claim: Invoice) -> date | None:
    """The day from which on (inclusive) credit notes give a claim for late interest back in full; None if they do not."""
    return interest_given_back(book).get(claim.number) if book.corrections.get(claim.number) else None


def is_for_late_interest(book: Book, invoice: Invoice) -> bool:
    """Whether a document is a claim for late interest, or gives back only claims: there is no supply behind it, and no tax."""
    corrected = {other.kind for number in invoice.corrects if (other := book.invoice(number))}
    return invoice.kind == "claim" or (not invoice.taxes and corrected == {"claim"})
