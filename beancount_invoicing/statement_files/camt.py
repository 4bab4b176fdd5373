"""ISO 20022: statements (camt.053) and notices of debits and credits (camt.054), versions 02 to 13.

Source of the elements: the message definitions of ISO 20022, Bank-to-Customer Cash Management. If the versions differ,
all forms are read: `Sts` and `Sts/Cd`, `Dbtr/Nm` and `Dbtr/Pty/Nm`, the amount of an item in `Amt` or in
`AmtDtls/TxAmt`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from beancount_invoicing.bank.statements import Statement, StatementLine
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Source
from beancount_invoicing.statement_files.bank_ids import with_bank_ids
from beancount_invoicing.statement_files.errors import StatementFileError
from beancount_invoicing.statement_files.values import (
    compact,
    currency_code,
    iso_day,
    one_line,
    plain_amount,
    real_reference,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.(\d{3})\.001\.(\d{2})")
_VERSIONS = range(2, 14)
_MESSAGES = {"053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}
_MARKUP_OF_A_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


class CamtAccount(NamedTuple):
    """The account of a statement, with the data that its lines need."""

    iban: str
    owner: str
    currency: str
    file: str


def read_camt(data: bytes, file: str) -> tuple[Statement, ...]:
    """The statements of a file, in the file's order. Raises StatementFileError."""
    root = _root(data, file)
    found = _NAMESPACE.fullmatch(root.nsmap.get(None) or "") or _NAMESPACE.fullmatch(_namespace(root))
    if not found:
        raise StatementFileError(
            file,
            _line(root),
            _("this XML is not a camt.053 or camt.054 message of ISO 20022: ask the bank for one of them"),
        )
    kind, version = found[1], int(found[2])
    if kind not in _MESSAGES or version not in _VERSIONS:
        raise StatementFileError(
            file,
            _line(root),
            _(
                "camt.{kind}.001.{version} is not supported: ask the bank for camt.053 (statement) or camt.054, "
                "version 02 to 13",
                kind=kind,
                version=f"{version:02}",
            ),
        )
    message, statement = _MESSAGES[kind]
    statements = tuple(_statement(node, file) for node in _all(root, f"{message}/{statement}"))
    if not statements:
        raise StatementFileError(
            file,
            _line(root),
            _("the message has no {statement}: it is empty, or part of it is missing", statement=statement),
        )
    return statements


def _root(data: bytes, file: str) -> _Element:
    """The root of XML that declares no entities; nothing is fetched or expanded."""
    from lxml import etree

    if found := _MARKUP_OF_A_DTD.search(data):
        line = data.count(b"\n", 0, found.start()) + 1
        raise StatementFileError(
            file, line, _("the XML has a document type (DTD), which no bank sends: it is not read")
        )
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise StatementFileError(
            file,
            error.lineno or 0,
            _("this XML is not complete ({reason}): download the statement again", reason=error.msg),
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise StatementFileError(file, 1, _("the XML has a document type (DTD), which no bank sends: it is not read"))
    return root


def _statement(node: _Element, file: str) -> Statement:
    opening = _balance(node, ("OPBD", "PRCD"), file)
    closing = _balance(node, ("CLBD",), file)
    account = _account(node, file)
    lines = [line for entry in _all(node, "Ntry") for line in _entry_lines(entry, account)]
    days = [line.date for line in lines]
    since = _day(node, "FrToDt/FrDtTm", file) or _day(node, "FrToDt/FrDt", file) or min(days, default=None)
    until = _day(node, "FrToDt/ToDtTm", file) or _day(node, "FrToDt/ToDt", file) or max(days, default=None)
    name = _text(node, "Acct/Id/Othr/Id")
    return Statement(
        source=Source(file, _line(node)),
        currency=account.currency,
        lines=with_bank_ids(sorted(lines, key=lambda line: line.date), account.iban or name),
        iban=account.iban,
        account_name=name,
        number=_text(node, "LglSeqNb") or _text(node, "ElctrncSeqNb") or _text(node, "Id"),
        since=since,
        until=until if closing is None or closing[1] is None else closing[1],
        opening=opening and opening[0],
        closing=closing and closing[0],
    )


def _account(node: _Element, file: str) -> CamtAccount:
    """The account of a statement; its currency is that of `Acct/Ccy`, or that of the balances or entries."""
    currency = _text(node, "Acct/Ccy")
    for path in ("Bal/Amt", "Ntry/Amt"):
        if not currency and (amount := _first(node, path)) is not None:
            currency = amount.get("Ccy", "")
    return CamtAccount(
        iban=compact(_text(node, "Acct/Id/IBAN")),
        owner=_text(node, "Acct/Ownr/Nm"),
        currency=currency_code(currency, file, _line(node)),
        file=file,
    )


def _balance(node: _Element, codes: tuple[str, ...], file: str) -> tuple[Decimal, date | None] | None:
    """The balance of the first of some types, with its day; of several of one type, as on the pages of a statement: the first
    opening and the last closing one."""
    for code in codes:
        found = [balance for balance in _all(node, "Bal") if _text(balance, "Tp/CdOrPrtry/Cd") == code]
        if found:
            balance = found[-1] if code == "CLBD" else found[0]
            amount, _other = _amount(balance, "Amt", file)
            day = _day(balance, "Dt/Dt", file) or _day(balance, "Dt/DtTm", file)
            return (-amount if _is_debit(balance, file) else amount), day
    return None


def _entry_lines(entry: _Element, account: CamtAccount) -> list[StatementLine]:
    """The lines of a booked entry: one for each item that it lists with an amount, if these make up the entry; else one."""
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if status not in {"", "BOOK"}:
        return []
    whole, currency = _amount(entry, "Amt", account.file)
    if currency != account.currency:
        raise StatementFileError(
            account.file,
            _line(entry),
            _(
                "the entry is in {currency}, but the account is in {account_currency}: ask the bank",
                currency=currency,
                account_currency=account.currency,
            ),
        )
    signed = -whole if _is_debit(entry, account.file) else whole
    items = list(_all(entry, "NtryDtls/TxDtls"))
    amounts = [_item_amount(item, entry, account) for item in items]
    if len(items) > 1 and all(amount is not None for amount in amounts) and sum(filter(None, amounts)) == signed:
        return [
            _line_of(entry, (item,), amount, account, f"/{place}")
            for place, (item, amount) in enumerate(zip(items, amounts, strict=True), 1)
            if amount
        ]
    return [_line_of(entry, tuple(items), signed, account, "")]


def _item_amount(item: _Element, entry: _Element, account: CamtAccount) -> Decimal | None:
    """What an item moved on the account, or None if it does not say so in the account's currency."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        if (node := _first(item, path)) is not None and node.get("Ccy") == account.currency:
            amount, _other = _amount(item, path, account.file)
            indicator = item if _first(item, "CdtDbtInd") is not None else entry
            return -amount if _is_debit(indicator, account.file) else amount
    return None


def _line_of(
    entry: _Element, items: tuple[_Element, ...], amount: Decimal, account: CamtAccount, place_in_batch: str
) -> StatementLine:
    """The line of some items of an entry; what only a single one can have (payer, mandate …) is left out for several."""
    booked = _day(entry, "BookgDt/Dt", account.file) or _day(entry, "BookgDt/DtTm", account.file)
    value = _day(entry, "ValDt/Dt", account.file) or _day(entry, "ValDt/DtTm", account.file)
    if booked is None and value is None:
        raise StatementFileError(account.file, _line(entry), _("the entry has neither a booking date nor a value date"))
    item = items[0] if len(items) == 1 else None
    reason = next((reason for node in items for reason in [_return_reason(node)] if reason), "")
    is_return = _text(entry, "RvslInd") in {"true", "1"} or any(_first(node, "RtrInf") is not None for node in items)
    name, iban, ultimate = _other_side(item, amount > 0, is_return, account) if item is not None else ("", "", "")
    ordered, ordered_currency = _ordered(item, entry, account) if item is not None else (None, "")
    return StatementLine(
        bank_id=_bank_reference(entry, items, place_in_batch),
        date=booked or value,  # type: ignore[arg-type] # not both are None
        amount=amount,
        currency=account.currency,
        source=Source(account.file, _line(entry if item is None else item)),
        value_date=value,
        payer=name,
        payer_iban=iban,
        text=_wording(entry, items),
        references=tuple(
            dict.fromkeys(
                compact(node.text or "")
                for item in items
                for node in _all(item, "RmtInf/Strd/CdtrRefInf/Ref")
                if node.text
            )
        ),
        end_to_end_id=real_reference(_text(item, "Refs/EndToEndId")) if item is not None else "",
        mandate=real_reference(_text(item, "Refs/MndtId")) if item is not None else "",
        return_reason=reason,
        is_return=is_return,
        fee=_fee(entry, item, amount, account, bool(place_in_batch)),
        ordered_amount=ordered,
        ordered_currency=ordered_currency,
        batch="" if item is not None else _batch(entry),
        ultimate_payer=ultimate,
    )


def _bank_reference(entry: _Element, items: tuple[_Element, ...], place_in_batch: str) -> str:
    """The servicer's reference of the item, or of the entry with the item's place in it; else the reference of the entry."""
    of_entry = real_reference(_text(entry, "AcctSvcrRef")) or real_reference(_text(entry, "NtryRef"))
    if len(items) == 1 and place_in_batch:
        return real_reference(_text(items[0], "Refs/AcctSvcrRef")) or (of_entry and of_entry + place_in_batch)
    if not real_reference(_text(entry, "AcctSvcrRef")) and len(items) == 1:
        return real_reference(_text(items[0], "Refs/AcctSvcrRef")) or of_entry
    return of_entry


def _batch(entry: _Element) -> str:
    """The reference of the orders that an entry sums up."""
    paths = ("NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId")
    return next((reference for path in paths if (reference := real_reference(_text(entry, path)))), "")


def _other_side(item: _Element, is_credit: bool, is_return: bool, account: CamtAccount) -> tuple[str, str, str]:
    """Name, IBAN and ultimate party of who is not the account's holder.

    Of money that came that is the debtor, of money that left the creditor; of a return the other way round, because banks leave the
    parties of the movement that is given back in their places. Where the holder is there, it is the other one.
    """
    order = ("Dbtr", "Cdtr") if is_credit != is_return else ("Cdtr", "Dbtr")
    for role in order:
        name = _text(item, f"RltdPties/{role}/Pty/Nm") or _text(item, f"RltdPties/{role}/Nm")
        iban = compact(_text(item, f"RltdPties/{role}Acct/Id/IBAN") or _text(item, f"RltdPties/{role}Acct/Id/Othr/Id"))
        ultimate = _text(item, f"RltdPties/Ultmt{role}/Pty/Nm") or _text(item, f"RltdPties/Ultmt{role}/Nm")
        is_holder = iban == account.iban if iban and account.iban else bool(name) and name == account.owner
        if (name or iban or ultimate) and not is_holder:
            return name or ultimate, iban, ultimate if ultimate != name else ""
    return "", "", ""


def _wording(entry: _Element, items: tuple[_Element, ...]) -> str:
    """What the other side wrote: the remittance information and the documents named in it; else what the bank says of the entry."""
    texts = []
    for item in items:
        texts += [node.text or "" for node in _all(item, "RmtInf/Ustrd")]
        for structured in _all(item, "RmtInf/Strd"):
            texts += [node.text or "" for node in _all(structured, "RfrdDocInf/Nb")]
            texts += [
                node.text or "" for node in _all(structured, "AddtlRmtInf") if not (node.text or "").startswith("?")
            ]
        texts += [node.text or "" for node in _all(item, "RtrInf/AddtlInf")]
    written = one_line(*texts)
    return written or one_line(*(_text(item, "AddtlTxInf") for item in items)) or one_line(_text(entry, "AddtlNtryInf"))


def _return_reason(item: _Element) -> str:
    return _text(item, "RtrInf/Rsn/Cd") or _text(item, "RtrInf/Rsn/Prtry")


def _ordered(item: _Element, entry: _Element, account: CamtAccount) -> tuple[Decimal | None, str]:
    """What was ordered, with its sign, where that was in another currency."""
    for node in (item, entry):
        for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt"):
            if (ordered := _first(node, path)) is not None and ordered.get("Ccy") not in {None, account.currency}:
                amount, currency = _amount(node, path, account.file)
                return -amount if _is_debit(entry, account.file) else amount, currency
    return None, ""


def _fee(entry: _Element, item: _Element | None, amount: Decimal, account: CamtAccount, in_batch: bool) -> Decimal:
    """What the bank took off within the amount: its charges, unless it says that they are not included; else what is missing from
    the amount that was ordered in the account's currency. Charges of an entry with several lines are no line's.
    """
    for node in (item, *(() if in_batch else (entry,))):
        if node is None:
            continue
        charges = [
            *_all(node, "Chrgs/Rcrd"),
            *(charge for charge in _all(node, "Chrgs") if _first(charge, "Rcrd") is None),
        ]
        taken = ZERO
        for charge in charges:
            path = next((path for path in ("Amt", "TtlChrgsAndTaxAmt") if _first(charge, path) is not None), "")
            if not path or _text(charge, "ChrgInclInd") in {"false", "0"}:
                continue
            charged, currency = _amount(charge, path, account.file)
            if currency == account.currency:
                taken += charged if _text(charge, "CdtDbtInd") != "CRDT" else -charged
        if taken > 0:
            return taken
    if item is not None and (ordered := _first(item, "AmtDtls/InstdAmt/Amt")) is not None:
        instructed, currency = _amount(item, "AmtDtls/InstdAmt/Amt", account.file)
        missing = (-instructed if amount < 0 else instructed) - amount
        if ordered.get("Ccy") == account.currency and missing > 0:
            return missing
    return ZERO


def _amount(node: _Element, path: str, file: str) -> tuple[Decimal, str]:
    """The amount, never negative, and the currency that are at a path."""
    found = _first(node, path)
    if found is None:
        raise StatementFileError(
            file, _line(node), _("there is no {path} here: the bank's file does not conform to ISO 20022", path=path)
        )
    amount = plain_amount((found.text or "").strip(), file, _line(found))
    if amount < 0:
        raise StatementFileError(
            file,
            _line(found),
            _("the amount is {amount}: expected an amount without a sign, and CdtDbtInd", amount=amount),
        )
    return amount, currency_code(found.get("Ccy", ""), file, _line(found))


def _is_debit(node: _Element, file: str) -> bool:
    indicator = _text(node, "CdtDbtInd")
    if indicator not in {"CRDT", "DBIT"}:
        raise StatementFileError(
            file, _line(node), _('CdtDbtInd is "{indicator}": expected CRDT or DBIT', indicator=indicator[:20])
        )
    return indicator == "DBIT"


def _day(node: _Element, path: str, file: str) -> date | None:
    found = _first(node, path)
    return None if found is None else iso_day((found.text or "").strip(), file, _line(found))


def _namespace(node: _Element) -> str:
    return str(node.tag).partition("}")[0].removeprefix("{")


def _line(node: _Element) -> int:
    return node.sourceline or 0


def _all(node: _Element, path: str) -> Iterator[_Element]:
    """The elements at a path, whatever the namespace of the version is."""
    name, _sep, rest = path.partition("/")
    for child in node.iterchildren(f"{{*}}{name}"):
        if rest:
            yield from _all(child, rest)
        else:
            yield child


def _first(node: _Element, path: str) -> _Element | None:
    return next(_all(node, path), None)


def _text(node: _Element | None, path: str) -> str:
    """The text at a path on one line; "" if there is none."""
    found = None if node is None else _first(node, path)
    return "" if found is None else one_line(found.text or "")
