"""The lines of a document, its allowances and charges, and the deposits deducted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.documents.amounts import (
    amount_of,
    amount_or_written,
    is_booked_at_rate,
    rounded_amount_of,
)
from beancount_invoicing.entries.documents.context import DocumentHeader
from beancount_invoicing.entries.documents.postings import DocumentPosting
from beancount_invoicing.entries.documents.tax_codes import nearest, rate_day, tax_code
from beancount_invoicing.entries.metadata import read_metadata
from beancount_invoicing.messages import _
from beancount_invoicing.model import Adjustment, Deduction, Item, Line
from beancount_invoicing.rules import steps, tax


class _UnitPrice(NamedTuple):
    """The units and the price of a line, its own or its item's."""

    quantity: Decimal | None
    price: Decimal | None
    price_with_tax: Decimal | None
    discount: Decimal | None
    """Percent."""

    def line_amount(self, decimals: int) -> Decimal | None:
        """Quantity × price less the discount; None if one of the two is not given."""
        price = self.price if self.price is not None else self.price_with_tax
        if self.quantity is None or price is None:
            return None
        return tax.line_amount(self.quantity, price, self.discount, decimals)


def read_line(document: DocumentHeader, posting: DocumentPosting) -> Line:
    """The line of a posting."""
    metadata = read_metadata(posting.posting.meta, keys.LINE, posting.source, document.findings, document.currency)
    code = metadata.get("item") or ""
    item = _item(document, code, posting) if code else None
    quantity, price, price_with_tax, discount = unit_price = _unit_price(document, metadata, item, posting)
    computed = unit_price.line_amount(document.decimals)
    net = -posting.number if posting.currency == document.currency else amount_of(document, posting)
    if (
        computed is not None
        and price_with_tax is None
        and posting.currency != document.currency
        and is_booked_at_rate(document, computed, posting)
    ):
        net = computed
    net = amount_or_written(document, metadata, net, posting)
    day = rate_day(document, metadata.get("delivered") or metadata.get("to") or metadata.get("expense"))
    item_then = document.context.item(code, day) if item and day != document.day else item
    nature = metadata.get("nature") or (item.nature if item else None)
    return Line(
        text=metadata.get("text") or (item.text or item.name if item else "") or document.entry.narration or code,
        net=net if posting.currency == document.currency else steps.round_to(net, document.decimals),
        account=posting.posting.account,
        source=posting.source,
        booked=-posting.number,
        booked_currency=posting.currency,
        item=code,
        quantity=quantity,
        unit=metadata.get("unit") or (item.unit if item else ""),
        price=price,
        price_with_tax=price_with_tax,
        discount=discount,
        tax=tax_code(
            document,
            metadata.get("tax"),
            item_then.tax if item_then else "",
            posting.source,
            day,
            nature=nature or "",
        ),
        nature=nature,
        contract=metadata.get("contract") or "",
        milestone=metadata.get("milestone") or "",
        start=metadata.get("from"),
        end=metadata.get("to"),
        expense_date=metadata.get("expense"),
        expense_amount=metadata.get("cost"),
        supplied_on=metadata.get("delivered"),
        computed=computed,
        corrects_line=metadata.get("line") or 0,
        adjusts=tuple((metadata.get("adjusts") or "").split()),
        agreed=bool(metadata.get("agreed")),
        withheld=metadata.get("withheld") is not False,
    )


def _item(document: DocumentHeader, code: str, posting: DocumentPosting) -> Item | None:
    item = document.context.item(code, document.day)
    if item is None:
        document.findings.error(
            "unknown-item",
            _(
                '{number}: item "{code}" is not known: {nearest}',
                number=document.number,
                code=code,
                nearest=nearest(code, document.context.items),
            ),
            posting.source,
        )
    return item


def _unit_price(
    document: DocumentHeader, metadata: Mapping[str, Any], item: Item | None, posting: DocumentPosting
) -> _UnitPrice:
    quantity, price, price_with_tax = metadata.get("quantity"), metadata.get("price"), metadata.get("price-with-tax")
    if price is not None and price_with_tax is not None:
        document.findings.error(
            "line-price",
            _("{number}: a line has a price and a price-with-tax: keep one of them", number=document.number),
            posting.source,
        )
        price_with_tax = None
    if quantity is not None and price is None and price_with_tax is None and item:
        price, price_with_tax = item.price, item.price_with_tax
    discount = metadata.get("discount")
    if discount is not None and not 0 <= discount <= 100:
        document.findings.error(
            "discount",
            _(
                "{number}: a discount of {discount} % must be between 0 and 100",
                number=document.number,
                discount=discount,
            ),
            posting.source,
        )
        discount = None
    of_unit = price if price is not None else price_with_tax
    if quantity is None and of_unit is not None:
        quantity = Decimal(1) if posting.number <= 0 or of_unit < 0 else Decimal(-1)
    return _UnitPrice(quantity, price, price_with_tax, discount)


def with_nets_of_prices(
    document: DocumentHeader, lines: Sequence[Line], postings: Sequence[DocumentPosting]
) -> list[Line]:
    """The lines; if prices include tax and are booked in another currency, with the nets that belong to these prices."""
    places_by_code: defaultdict[str, list[int]] = defaultdict(list)
    for place, line in enumerate(lines):
        if line.price_with_tax is not None and line.computed is not None:
            places_by_code[line.tax].append(place)
    result = list(lines)
    for code, places in places_by_code.items():
        known = document.tax(code)
        if known is None or all(postings[place].currency == document.currency for place in places):
            continue
        grosses = [gross for place in places if (gross := lines[place].computed) is not None]
        nets = tax.gross_nets(grosses, known.rate, document.decimals, document.rounds_per_line)
        for place, net in zip(places, nets, strict=True):
            posting = postings[place]
            written = "amount" in (posting.posting.meta or {})
            if posting.currency != document.currency and not written and is_booked_at_rate(document, net, posting):
                result[place] = lines[place]._replace(net=net)
    return result


def read_adjustment(document: DocumentHeader, posting: DocumentPosting, lines: Sequence[Line]) -> Adjustment:
    """The allowance or charge of a posting; without a code, it has that of the lines, if there is only one."""
    metadata = read_metadata(
        posting.posting.meta, keys.ADJUSTMENT, posting.source, document.findings, document.currency
    )
    charge = "charge" in metadata and "allowance" not in metadata
    codes = {line.tax for line in lines}
    code_of_lines = codes.pop() if len(codes) == 1 else ""
    day = rate_day(document, metadata.get("delivered"))
    return Adjustment(
        reason=metadata.get("charge" if charge else "allowance") or "",
        net=amount_or_written(document, metadata, rounded_amount_of(document, posting), posting),
        charge=charge,
        account=posting.posting.account,
        source=posting.source,
        tax=tax_code(document, metadata.get("tax"), "", posting.source, day, code_of_lines),
        supplied_on=metadata.get("delivered"),
    )


def read_deduction(document: DocumentHeader, posting: DocumentPosting) -> Deduction:
    """What a posting deducts of a deposit: of its net, or of its tax."""
    metadata = read_metadata(posting.posting.meta, keys.DEDUCTION, posting.source, document.findings, document.currency)
    code = metadata.get("tax") or ""
    taxes = document.context.taxes
    if not code and posting.posting.account in document.context.tax_accounts:
        code = _unwritten_code(document, posting)
    amount = -rounded_amount_of(document, posting)
    if posting.currency != document.currency and metadata.get("amount") is not None:
        amount = abs(metadata["amount"]).copy_sign(posting.number)
    named = tax.normalized_code_name(code, taxes)
    deposit = document.context.documents_read.get(metadata.get("deposit") or "")
    if not deposit or named not in deposit.tax_codes:
        code = tax.code_of_name(named, taxes)
    return Deduction(
        number=metadata.get("deposit") or "",
        amount=amount,
        account=posting.posting.account,
        source=posting.source,
        tax=code,
        named_code=named if named != code else "",
    )


def _unwritten_code(document: DocumentHeader, posting: DocumentPosting) -> str:
    """The code of a deposit's tax that does not say it: of those that its account serves, the one with the highest rate. An error
    names all of them: which of them the deposit had is not known here.
    """
    account, taxes = posting.posting.account, document.context.taxes
    codes = document.context.tax_accounts[account]
    code = max(codes, key=lambda code: taxes[code].at(document.day).rate)
    document.findings.error(
        "tax-code",
        _(
            '{number}: {account} serves {value}: write which of them it is, tax: "{code}"',
            number=document.number,
            account=account,
            value=", ".join(sorted(codes)),
            code=code,
        )
        if len(codes) > 1
        else _(
            '{number}: the deposit\'s tax deducted on {account} needs its code: tax: "{code}"',
            number=document.number,
            account=account,
            code=code,
        ),
        posting.source,
    )
    return code
