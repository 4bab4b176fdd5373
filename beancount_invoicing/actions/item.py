"""Items, added to a ledger and priced."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.amendments import AmendmentTarget, amend_ledger, amendment_changes
from beancount_invoicing.actions.customer import file_of_latest, padded
from beancount_invoicing.actions.new import sales_accounts
from beancount_invoicing.customer_search import near_name_hint
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book
from beancount_invoicing.rules import currencies
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change, verbatim
from beancount_invoicing.writing.new_documents import InvalidRequest


class ItemRequest(NamedTuple):
    """An item to be added. Values that are not given are "" or None."""

    code: str
    name: str
    account: str
    price: Decimal | None = None
    price_with_tax: Decimal | None = None
    unit: str = ""
    tax: str = ""
    nature: str = ""


def add_item(file: str | Path, request: ItemRequest, day: date, write_options: WriteOptions) -> Outcome:
    """Adds an item. Raises what `change` raises, InvalidRequest."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        if request.code in book.items:
            item = book.items[request.code].versions[0][1]
            raise InvalidRequest(
                _(
                    "{request} already exists, {item} ({place}): give it another price with item price {request}, or "
                    "choose another code",
                    request=request.code,
                    item=item.name,
                    place=item.source,
                )
            )
        if request.tax and request.tax not in book.taxes:
            raise InvalidRequest(
                _('there is no tax "{tax}"{hint}', tax=request.tax, hint=near_name_hint(request.tax, book.taxes))
            )
        account = request.account or default_income_account(book, str(loading.options["name_income"]))
        if account not in book.opened_accounts:
            raise InvalidRequest(
                _("{account} is not open{hint}", account=account, hint=near_name_hint(account, book.opened_accounts))
            )
        known = [dated.versions[0][1].source for dated in book.items.values()]
        place = file_of_latest(
            loading, known or [dated.versions[0][1].source for dated in book.taxes.values()], "settings"
        )
        decimals = currencies.currency_decimals(book.currency or "EUR")
        entry = text.custom_directive(
            day,
            "invoice-item",
            [request.code, request.name, text.AccountName(account)],
            [
                ("nature", request.nature),
                ("unit", request.unit),
                ("price", padded(request.price, decimals)),
                ("price-with-tax", padded(request.price_with_tax, decimals)),
                ("tax", request.tax),
            ],
        )
        return Changes((NewDirective(day, verbatim(entry), place),), message=f"Item: {request.code}")

    return change(file, make, write_options)


def price_item(
    file: str | Path, code: str, price: Decimal, with_tax: bool | None, day: date, write_options: WriteOptions
) -> Outcome:
    """Sets an item's price from `day` on, with or without tax (None: as before). Raises what `change` raises,
    InvalidRequest.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        if code not in book.items:
            raise InvalidRequest(_('there is no item "{code}"{hint}', code=code, hint=near_name_hint(code, book.items)))
        item = book.items[code].at(day)
        included = item.price_with_tax is not None if with_tax is None else with_tax
        key, other = ("price-with-tax", "price") if included else ("price", "price-with-tax")
        had = item.price if included else item.price_with_tax
        values: dict[str, text.DirectiveValue | None] = {
            key: padded(price, currencies.currency_decimals(book.currency or "EUR"))
        }
        if had is not None:
            values[other] = None
        changes = amendment_changes(loading, AmendmentTarget("invoice-item", 0, code, (code,)), [(day, values)])
        own = [
            _(
                "{contract} has its own price from {day} on, {price} ({place}): that price stays",
                contract=contract.code,
                day=day,
                price=contract.price,
                place=contract.source,
            )
            for contract in (dated.at(day) for dated in book.contracts.values())
            if contract.item == code
            and contract.price is not None
            and not (contract.until and not contract.renews and contract.until < day)
        ]
        return changes._replace(
            message=_("Item: {code} {price} from {day}", code=code, price=price, day=day),
            notices=(*changes.notices, *own),
        )

    return amend_ledger(file, make, write_options)


def default_income_account(book: Book, root: str) -> str:
    """The account that most items use; if there are none yet, the only open income account, apart from that of claims.

    Raises InvalidRequest if there are several, or none.
    """
    items = [dated.latest.account for dated in book.items.values()]
    if items:
        return max(sorted(set(items)), key=items.count)
    opened = sales_accounts(book, root)
    if len(opened) == 1:
        return opened[0]
    raise InvalidRequest(
        _(
            "give the income account it is booked on: --account {opened}",
            opened=joined(_(" or "), opened) or f"{root}:…",
        )
    )
