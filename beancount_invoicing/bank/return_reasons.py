"""Why a bank took a payment back: the reasons of ISO 20022."""

from __future__ import annotations

import re
from difflib import get_close_matches

from beancount_invoicing.bank.payments import CannotBook
from beancount_invoicing.messages import _

RETURN_REASONS = {
    "AC01": _("the account number is wrong"),
    "AC03": _("the creditor's account number is wrong"),
    "AC04": _("the account is closed"),
    "AC06": _("the account is blocked"),
    "AC13": _("the account is a consumer's"),
    "AC14": _("one of the banks is not valid"),
    "AC15": _("the account has changed"),
    "AC16": _("the account is under sequestration"),
    "AC17": _("the account's holder is in liquidation"),
    "AG01": _("the account does not allow direct debits"),
    "AG02": _("the kind of transaction is wrong"),
    "AM01": _("the amount is zero"),
    "AM02": _("the amount is more than is allowed"),
    "AM03": _("the currency is not accepted"),
    "AM04": _("insufficient funds"),
    "AM05": _("it came twice"),
    "AM06": _("the amount is less than was agreed"),
    "AM07": _("an authority has blocked the amount"),
    "AM09": _("the amount is wrong"),
    "ARDT": _("it was returned before"),
    "BE01": _("the name does not belong to the account number"),
    "BE04": _("the creditor's address is missing or wrong"),
    "BE05": _("the creditor is not recognised"),
    "BE06": _("the bank does not know the customer"),
    "BE07": _("the debtor's address is missing or wrong"),
    "BE08": _("a bank made a mistake"),
    "CNOR": _("the creditor's bank is not registered"),
    "CURR": _("the currency is wrong"),
    "CUST": _("the customer asked for it"),
    "DNOR": _("the debtor's bank is not registered"),
    "DT01": _("the date is not valid"),
    "ED05": _("it was not settled between the banks"),
    "FF05": _("the kind of direct debit is wrong"),
    "FOCR": _("the sender recalled it"),
    "FR01": _("fraud"),
    "MD01": _("there is no valid mandate"),
    "MD02": _("data of the mandate is missing"),
    "MD06": _("the payer asked for the money back"),
    "MD07": _("the payer has died"),
    "MS02": _("the payer refused it, without a reason"),
    "MS03": _("the bank gives no reason"),
    "NOAS": _("the customer did not answer"),
    "NOOR": _("the original transaction never came"),
    "RC01": _("the bank's identifier is wrong"),
    "RC07": _("the identifier of the creditor's bank is wrong"),
    "RR01": _("the debtor's account or identifier is missing"),
    "RR02": _("the debtor's name or address is missing"),
    "RR03": _("the creditor's name or address is missing"),
    "RR04": _("a legal rule forbids it"),
    "SL01": _("the payer's bank blocks this creditor"),
    "SL02": _("a service of the creditor's bank stopped it"),
    "SL11": _("the payer has not put this creditor on the list of allowed ones"),
    "SL12": _("the payer has put this creditor on the list of blocked ones"),
    "SL13": _("the payer allows no more direct debits in this period"),
    "SL14": _("the payer allows no direct debit of this amount"),
    "TM01": _("it came after the bank's closing time"),
}
"""The reasons for which banks return transfers and direct debits.

Source: ISO 20022 external code set ExternalReturnReason1Code, as its annotated schema (ISO_ExternalReturnReason1Code) and the table
of docs.numeral.io/reference/sepa-return-reasons list it; AC13, AG01, BE05 and FF05 in the sense of the European Payments Council's
"Guidance on Reason Codes for SDD R-transactions", EPC173-14. Left out are the codes for card payments (EMVL, PINL, SVNR), for
mistakes in files between banks (AB05, AM10, ED01, ED03, RF01), and NARR, which says that the reason is in words.
"""

_COMMON = ("AC01", "AC04", "AM04", "MD01", "MD06", "MS02", "MS03")
"""The most frequent ones."""
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
                "{code} is not a reason for a return (ISO 20022): did you mean {near}, {words}? If the bank gives another "
                "one, write it in words",
                code=reason,
                near=near[0],
                words=RETURN_REASONS[near[0]],
            )
        )
    raise CannotBook(
        _(
            "{code} is not a reason for a return (ISO 20022), such as {codes}: if the bank gives another one, write it in "
            "words",
            code=reason,
            codes=", ".join(_COMMON),
        )
    )
