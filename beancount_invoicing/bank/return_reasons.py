"""Why a bank took a payment back: the reasons of ISO 20022."""

from __future__ import annotations

import re
from difflib import get_close_matches

from beancount_invoicing.bank.payments import CannotBook
from beancount_invoicing.messages import _

RETURN_REASONS = {
    "AC01": _("the account number is wrong"),
    "AC04": _("the account is closed"),
    "AC06": _("the account is blocked"),
    "AC13": _("the account is a consumer's"),
    "AG01": _("the account does not allow direct debits"),
    "AG02": _("the kind of transaction is wrong"),
    "AM04": _("insufficient funds"),
    "AM05": _("it came twice"),
    "BE05": _("the creditor is not recognised"),
    "CNOR": _("the creditor's bank is not registered"),
    "DNOR": _("the debtor's bank is not registered"),
    "FOCR": _("it was recalled by whoever ordered it"),
    "MD01": _("there is no valid mandate"),
    "MD02": _("data of the mandate is missing"),
    "MD06": _("the payer asked for the money back"),
    "MD07": _("the payer has died"),
    "MS02": _("the payer refused it, without a reason"),
    "MS03": _("the bank gives no reason"),
    "RC01": _("the bank's identifier is wrong"),
    "RR01": _("the debtor's account or identifier is missing"),
    "RR02": _("the debtor's name or address is missing"),
    "RR03": _("the creditor's name or address is missing"),
    "RR04": _("a legal rule forbids it"),
    "SL01": _("the payer's bank blocks this creditor"),
}
"""The reasons of SEPA returns (ISO 20022 external code set, ExternalReturnReason1Code, as the European Payments Council's
"Guidance on Reason Codes for SDD R-transactions", EPC173-14, and its SEPA rulebooks use them)."""

_CODE = re.compile(r"[A-Za-z0-9]{1,5}\Z")


def return_reason(text: str) -> str:
    """The reason as it is recorded: a code of RETURN_REASONS, in upper case, or several words as they are.

    "" stays "". Raises CannotBook for a short word that is none of the codes.
    """
    reason = " ".join(text.split())
    if not _CODE.match(reason):
        return reason
    code = reason.upper()
    if code in RETURN_REASONS:
        return code
    near = get_close_matches(code, RETURN_REASONS, n=1, cutoff=0.6)
    if near:
        raise CannotBook(
            _(
                "{code} is no reason for a return (ISO 20022): did you mean {near}, {words}? If the bank gives another "
                "one, write it in words",
                code=reason,
                near=near[0],
                words=RETURN_REASONS[near[0]],
            )
        )
    raise CannotBook(
        _(
            "{code} is no reason for a return (ISO 20022), such as {codes}: if the bank gives another one, write it in "
            "words",
            code=reason,
            codes=", ".join(RETURN_REASONS),
        )
    )
