"""Links to a provider's payment page, made from a template and a document's data."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import quote, urlsplit

from beancount_invoicing.messages import _, joined
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.references import payment_reference

PLACEHOLDERS = ("number", "amount", "currency", "reference")
"""The placeholders of a template, without braces."""
_BRACES = re.compile(r"\{[^{}]*\}?|\}")


class WrongPaymentLink(ValueError):
    """A template from which no link can be made; the message says why."""


def check_payment_link(template: str) -> None:
    """Raises WrongPaymentLink unless the template is an https:// address with known placeholders after its host."""
    for found in _BRACES.findall(template):
        if found[1:-1] not in PLACEHOLDERS or not found.endswith("}"):
            known = joined(", ", (f"{{{name}}}" for name in PLACEHOLDERS))
            raise WrongPaymentLink(
                _("{placeholder} is not known: write one of {known}", placeholder=found, known=known)
            )
    if re.search(r"[\s\x00-\x1f\x7f]", template):
        raise WrongPaymentLink(_("it has a blank or a line break: write it as %20, or leave it out"))
    try:
        scheme, host, *_rest = urlsplit(template)
    except ValueError:  # such as https://[
        scheme, host = "https", ""
    if scheme.lower() != "https":
        raise WrongPaymentLink(
            _("it must begin with https://, so that nobody can read or change the payment on the way")
        )
    if not host or "{" in host:
        raise WrongPaymentLink(
            _("there is no host after https://, such as https://pay.example; a placeholder cannot be one")
        )


def payment_link(template: str, reference_option: str, number: str, amount: Decimal, currency: str) -> str:
    """The link under which `amount` of a document is paid; "" without a template, or if the template is wrong.

    Values are percent-encoded (RFC 3986). The amount has a decimal point and as many decimals as its currency. `reference_option`
    is the option `payment-reference`.
    """
    try:
        check_payment_link(template)
    except WrongPaymentLink:
        return ""
    values = {
        "number": number,
        "amount": f"{amount:.{currency_decimals(currency)}f}",
        "currency": currency,
        "reference": payment_reference(reference_option, number),
    }
    return _BRACES.sub(lambda found: quote(values[found[0][1:-1]], safe=""), template)
