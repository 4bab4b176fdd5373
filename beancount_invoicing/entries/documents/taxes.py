"""The taxes of a document: as booked, and as they follow from its lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.documents.amounts import check_conversion, rounded_amount_of, signed
from beancount_invoicing.entries.documents.context import DocumentHeader
from beancount_invoicing.entries.documents.postings import DocumentPosting
from beancount_invoicing.entries.documents.tax_codes import named_tax, nearest_tax
from beancount_invoicing.entries.metadata import read_metadata
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Adjustment, Figure, Line, Tax, TaxAmount
from beancount_invoicing.rules import tax


class _BookedTax(NamedTuple):
    """What one posting books of a tax."""

    amount: Decimal
    """In the document's currency."""
    pending: bool
    """On the account of pending tax."""
    posting: DocumentPosting


def read_taxes(
    document: DocumentHeader,
    postings: Sequence[DocumentPosting],
    lines: Sequence[Line],
    adjustments: Sequence[Adjustment],
) -> list[TaxAmount]:
    """The taxes that are booked, or due on the lines, by code: both figures, for the checks to compare."""
    booked: defaultdict[str, list[_BookedTax]] = defaultdict(list)
    for posting in postings:
        metadata = read_metadata(
            posting.posting.meta, keys.TAX_POSTING, posting.source, document.findings, document.currency
        )
        code = _code_of_posting(document, metadata.get("tax"), posting, lines)
        amount = _booked_amount(document, code, metadata, posting)
        known = document.tax(code)
        booked[code].append(_BookedTax(amount, bool(known and posting.posting.account == known.pending), posting))
    return _tax_amounts(document, booked, [*lines, *adjustments])


def _code_of_posting(
    document: DocumentHeader, written: str | None, posting: DocumentPosting, lines: Sequence[Line]
) -> str:
    """The code of the tax that a posting books: as written, else the likeliest of its account."""
    taxes, account = document.context.taxes, posting.posting.account
    codes_of_account = document.context.tax_accounts[account]
    code = written
    if code and code not in taxes:
        code = named_tax(document, code, posting.source)
    known_as = tax.code_of_name(code, taxes) if code else ""
    if code and known_as not in taxes:
        document.findings.error(
            "unknown-tax",
            _(
                '{number}: tax "{code}" is not known: {nearest_tax}',
                number=document.number,
                code=code,
                nearest_tax=nearest_tax(code, taxes),
            ),
            posting.source,
        )
        code = None
    compound = document.tax(code) if code else None
    if not code:
        return _unwritten_code(document, posting, lines)
    if compound and compound.parts:
        _say_to_book_parts(document, posting, compound)
        return _likeliest_code(document, codes_of_account, lines, posting.number)
    if known_as not in codes_of_account:
        its_accounts = [name for name, codes in sorted(document.context.tax_accounts.items()) if known_as in codes]
        document.findings.error(
            "tax-account",
            _(
                "{number}: {account} is not an account of {code}: {its_accounts}",
                number=document.number,
                account=account,
                code=code,
                its_accounts=(
                    _("book it on {its_accounts}", its_accounts=joined(_(" or "), its_accounts))
                    if its_accounts
                    else _("no tax is due under that code")
                ),
            ),
            posting.source,
        )
    return code


def _say_to_book_parts(document: DocumentHeader, posting: DocumentPosting, compound: Tax) -> None:
    """A code of parts is on a posting: each part has an account of its own."""
    code = compound.code
    document.findings.error(
        "tax-account",
        _(
            "{number}: {code} consists of {parts}: book each on its account, {other_parts}",
            number=document.number,
            code=code,
            parts=joined(_(" and "), (part.code for part in compound.parts)),
            other_parts=joined(
                ", ",
                (_('{account} with tax: "{part}"', account=part.account, part=part.code) for part in compound.parts),
            ),
        ),
        posting.source,
    )


def _unwritten_code(document: DocumentHeader, posting: DocumentPosting, lines: Sequence[Line]) -> str:
    """The likeliest code of a posting without one; an error if its account serves several."""
    account = posting.posting.account
    codes_of_account = document.context.tax_accounts[account]
    code = _likeliest_code(document, codes_of_account, lines, posting.number)
    names = [
        name for name in document.taxes_by_name if tax.code_of_name(name, document.context.taxes) in codes_of_account
    ]
    if len(codes_of_account) > 1 or len(names) > 1:
        document.findings.error(
            "tax-code",
            _(
                '{number}: {account} serves {value}: write which of them it is, tax: "{code}"',
                number=document.number,
                account=account,
                value=", ".join(sorted({*codes_of_account, *names})),
                code=code,
            ),
            posting.source,
        )
    return code


def _likeliest_code(
    document: DocumentHeader, codes_of_account: tuple[str, ...], lines: Sequence[Line], booked: Decimal
) -> str:
    """The code that a tax posting means: one that the lines have, preferably the one whose tax is the amount booked."""
    nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    rates: dict[str, Decimal] = {}
    for line in lines:
        known = document.tax(line.tax)
        for part in (known.parts or (known,)) if known else ():
            if tax.code_of_name(part.code, document.context.taxes) in codes_of_account:
                nets[part.code] += line.net
                rates[part.code] = part.rate
    for code, net in nets.items():
        if tax.tax_on(net, rates[code], document.decimals).value == abs(booked):
            return code
    return next(iter(nets), codes_of_account[0])


def _booked_amount(
    document: DocumentHeader, code: str, metadata: Mapping[str, Any], posting: DocumentPosting
) -> Decimal:
    """What a posting books of a tax, in the document's currency."""
    amount = rounded_amount_of(document, posting)
    if posting.currency == document.currency:
        return amount
    if metadata.get("amount") is not None:
        amount = signed(document, metadata["amount"], posting)
        check_conversion(document, _("the tax {code}", code=code), amount, posting)
    elif posting.number:
        document.findings.error(
            "tax-amount",
            _(
                "{number}: {account} is booked in {currency}, but the document is in {document_currency}: write the "
                "tax in the document's currency, amount: {amount}",
                number=document.number,
                account=posting.posting.account,
                currency=posting.currency,
                document_currency=document.currency,
                amount=amount,
            ),
            posting.source,
        )
    return amount


def _tax_amounts(
    document: DocumentHeader, booked: Mapping[str, Sequence[_BookedTax]], taxable: Sequence[Line | Adjustment]
) -> list[TaxAmount]:
    """By code, what is due on lines, allowances and charges, and what is booked."""
    taxes = {code: document.tax(code) for code in {part.tax for part in taxable} if code}
    charged = [
        tax.TaxableAmount(
            known, part.net, part.computed if isinstance(part, Line) and part.price_with_tax is not None else None
        )
        for part in taxable
        if (known := taxes.get(part.tax)) and not known.withholding
    ]
    due = tax.taxes_due(charged, document.decimals, document.rounds_per_line)
    withheld = taxes.keys() - {amount.tax.code for amount in charged}
    result = []
    for code in sorted(due.keys() | booked.keys() | withheld):
        known = due[code].tax if code in due else document.tax(code)
        if known is None:
            continue
        if code in due:
            base, figure = due[code].base, due[code].figure
        else:
            base = sum(_nets_withheld_on(taxable), ZERO) if known.withholding else ZERO
            figure = _withheld(document, known, taxable)
        of_code = booked.get(code, ())
        foreign = [part.posting for part in of_code if part.posting.currency != document.currency]
        result.append(
            TaxAmount(
                tax=known,
                base=base,
                amount=sum([part.amount for part in of_code], ZERO),
                pending=any(part.pending for part in of_code),
                sources=tuple([part.posting.source for part in of_code]),
                figure=figure,
                booked=-sum([posting.number for posting in foreign], ZERO),
                booked_currency=foreign[0].currency if foreign else "",
            )
        )
    return result


def _nets_withheld_on(taxable: Sequence[Line | Adjustment]) -> list[Decimal]:
    """The nets on which a withholding is calculated: of lines without `withheld: FALSE`, and of allowances and charges."""
    return [part.net for part in taxable if not isinstance(part, Line) or part.withheld]


def _withheld(document: DocumentHeader, known: Tax, taxable: Sequence[Line | Adjustment]) -> Figure:
    """The withholding on all lines that bear it; nothing for a tax with which no line is charged."""
    if not known.withholding:
        return tax.tax_on(ZERO, known.rate, document.decimals)
    nets = _nets_withheld_on(taxable)
    return tax.tax_of_lines(nets, [], -known.rate, document.decimals, document.rounds_per_line)


def compound_taxes(
    document: DocumentHeader, lines: Sequence[Line], adjustments: Sequence[Adjustment]
) -> tuple[Tax, ...]:
    """The codes of the lines that consist of parts."""
    codes = {line.tax for line in lines} | {adjustment.tax for adjustment in adjustments}
    known = (document.tax(code) for code in sorted(codes))
    return tuple(tax for tax in known if tax and tax.parts)
