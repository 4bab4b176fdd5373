"""From when a firm reports, and for which periods: by the law, and by the ledger's options."""

from __future__ import annotations

from datetime import date

from beancount_invoicing import law
from beancount_invoicing.law.e_reporting import VAT_REGIMES, VatRegime, e_reporting_since
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.rules.supply import place_of_seller


class NoRegime(ValueError):
    """How often the firm reports is not known: the message says what to write."""


def reports_in_france(book: Book, day: date) -> bool:
    """Whether the seller is in France, and so has to report."""
    return book.seller is not None and law.law_of(law.state_of(place_of_seller(book.seller.at(day)))) == "FR"


def reporting_since(book: Book, day: date) -> date:
    """The day from which the firm reports: option `e-reporting-from`, else that of small firms."""
    values = book.options.get("e-reporting-from")
    chosen = values.at(day) if values else None
    return chosen if isinstance(chosen, date) else e_reporting_since("small")


def vat_regime(book: Book, day: date) -> VatRegime:
    """How often the firm declares its VAT: option `vat-regime`; without it, the franchise if no tax code has a rate.

    Raises NoRegime.
    """
    chosen = book.option("vat-regime", day)
    regimes = ", ".join(VAT_REGIMES)
    if chosen:
        for regime in VAT_REGIMES:
            if chosen == regime:
                return regime
        raise NoRegime(
            _(
                '{where}: vat-regime is "{regime}": write one of {regimes}',
                where=book.option_source("vat-regime"),
                regime=chosen,
                regimes=regimes,
            )
        )
    if any(version.rate for dated in book.taxes.values() for _day, version in dated.versions):
        raise NoRegime(
            _(
                "how often you report depends on how you declare VAT, which the ledger does not say: write {day} custom "
                '"invoice-option" "vat-regime" with one of {regimes}',
                day=day.replace(month=1, day=1),
                regimes=regimes,
            )
        )
    return "franchise"
