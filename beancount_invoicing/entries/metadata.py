"""From the metadata of an entry to values of the right type, with an error for everything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from beancount.core.amount import Amount

from beancount_invoicing.entries import keys
from beancount_invoicing.messages import _
from beancount_invoicing.model import Finding, Severity, Source

Meta = Mapping[str, Any]
ACCOUNT = re.compile(r"[^\W\d_][\w-]*(:[^\W_][\w-]*)+\Z")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")


class FindingCollector:
    """What is found wrong while reading, in the order in which it is found."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def add(self, severity: Severity, rule: str, message: str, source: Source) -> None:
        """Adds a finding."""
        self.found.append(Finding(severity, rule, message, source))

    def error(self, rule: str, message: str, source: Source) -> None:
        """Adds an error."""
        self.add("error", rule, message, source)

    def warning(self, rule: str, message: str, source: Source) -> None:
        """Adds a warning."""
        self.add("warning", rule, message, source)


def says(meta: Meta | None, key: str, text: str) -> bool:
    """Whether a key has exactly this text; an amount as a value cannot even be compared with a text."""
    value = meta.get(key) if meta else None
    return isinstance(value, str) and value == text


_made = tuple.__new__


def source_of(meta: Meta | None) -> Source:
    """Where the entry or posting with this metadata is written."""
    if not meta:
        return Source("<unknown>", 0)
    file, line = meta.get("filename", "<unknown>"), meta.get("lineno", 0)
    if file.__class__ is str and line.__class__ is int:
        return _made(Source, (file, line))  # twelve of them for each document: without a call in Python
    return Source(str(file), int(line or 0))


class Unreadable(Exception):
    """A value does not have its key's type; the message says what it should be."""


def _text(value: object, _currency: str | None) -> str:
    if isinstance(value, str):
        return value.strip()
    raise Unreadable(_("is {is_a}, but must be a text: write it in quotes"))


def _number(value: object, _currency: str | None) -> Decimal:
    if isinstance(value, Decimal):
        if value.is_finite():
            return value
        raise Unreadable(_("is not a finite number"))
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise Unreadable(_("is {is_a}, but must be a number: write it bare, without quotes or currency"))


def _price(value: object, currency: str | None) -> Decimal:
    if isinstance(value, Amount) and isinstance(value.number, Decimal):
        if currency is None or value.currency == currency:
            return value.number
        raise Unreadable(
            _(
                "is in {currency}, but the document is in {other_currency}: write the price in {other_currency}",
                currency=value.currency,
                other_currency=currency,
            )
        )
    return _number(value, currency)


def _count(value: object, currency: str | None) -> int:
    number = _number(value, currency)
    if number != number.to_integral_value() or not 1 <= number <= 9999:
        raise Unreadable(_("is {value}, but must be a whole number from 1"))
    return int(number)


def _whole(value: object, currency: str | None) -> int:
    number = _number(value, currency)
    if number != number.to_integral_value() or not 0 <= number <= 9999:
        raise Unreadable(_("is {value}, but must be a whole number from 0"))
    return int(number)


def _days(value: object, currency: str | None) -> int:
    number = _number(value, currency)
    if number != number.to_integral_value() or not -999 <= number <= 9999:
        raise Unreadable(_("is {value}, but must be a whole number of days"))
    return int(number)


def _date(value: object, _currency: str | None) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and (match := _ISO.match(value.strip())):
        try:
            return date(*map(int, match.groups()))
        except ValueError:
            raise Unreadable(_("is {value}, which is not a day of the calendar")) from None
    raise Unreadable(_("is {is_a}, but must be a date such as 2026-01-31"))


def _flag(value: object, _currency: str | None) -> bool:
    if isinstance(value, bool):
        return value
    raise Unreadable(_("is {is_a}, but must be TRUE or FALSE, without quotes"))


def _account(value: object, _currency: str | None) -> str:
    if isinstance(value, str) and ACCOUNT.match(value):
        return value
    raise Unreadable(_("is {is_a}, but must be an account such as Income:Services"))


def _terms(value: object, _currency: str | None) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return format(value.normalize(), "f")
    return _text(value, _currency)


def _country(value: object, currency: str | None) -> str:
    text = _text(value, currency)
    if text.upper() == "UK":
        raise Unreadable(_('is "{value}", but the ISO 3166 code is "GB"'))
    if text and not re.fullmatch("[A-Za-z]{2}", text):
        raise Unreadable(_('is "{value}", but must be a two-letter ISO 3166 code, such as "FR"'))
    return text


def _language(value: object, currency: str | None) -> str:
    text = _text(value, currency)
    if text and not re.fullmatch(r"[A-Za-z]{2}([-_][A-Za-z]+)?", text):
        raise Unreadable(_('is "{value}", but must be a two-letter code, such as "fr"'))
    return text


_READERS: dict[str, Callable[[object, str | None], Any]] = {
    "text": _text,
    "number": _number,
    "percent": _number,
    "price": _price,
    "count": _count,
    "whole": _whole,
    "days": _days,
    "date": _date,
    "flag": _flag,
    "account": _account,
    "terms": _terms,
    "country": _country,
    "language": _language,
}


def describe_value(value: object) -> str:
    """What a metadata value is, in words: `the number 2025`, `the text "TRUE"`."""
    if isinstance(value, bool):
        return _("the value TRUE") if value else _("the value FALSE")
    if isinstance(value, str):
        return _('the text "{value}"', value=value)
    if isinstance(value, date):
        return _("the date {value}", value=value.isoformat())
    if isinstance(value, Amount):
        return _("the amount {value}", value=value)
    if isinstance(value, (Decimal, int)):
        return _("the number {value}", value=value)
    return f"{value!r}"


@lru_cache(maxsize=64)
def _lines(file: str) -> tuple[str, ...]:
    try:
        return tuple(Path(file).read_text(encoding="utf-8", errors="replace").splitlines())
    except (OSError, ValueError):
        return ()


def forget_files() -> None:
    """Makes the next look-up read the files again: in Fava they change while the program runs."""
    _lines.cache_clear()


def written_value(source: Source, key: str) -> tuple[int, str] | None:
    """The line and text of `key`'s value as it is written below `source`; None if it cannot be found."""
    lines = _lines(source.file)
    pattern = re.compile(rf"\s+{re.escape(key)}:\s*(.*?)\s*(?:;.*)?\Z")
    for index in range(source.line, min(source.line + 40, len(lines))):
        if match := pattern.match(lines[index]):
            return index + 1, match.group(1)
        if lines[index][:1].strip():
            break
    return None


def at_key(source: Source, key: str) -> Source:
    """The line of a key below `source`; `source` itself if it cannot be found."""
    found = written_value(source, key)
    return source._replace(line=found[0]) if found else source


def read_value(
    key: keys.Key, value: object, source: Source, findings: FindingCollector, currency: str | None = None
) -> Any:
    """The value in the key's type, or None (with an error) if it has another one.

    `currency` is the document's, for prices that are written as amounts.
    """
    try:
        result = _READERS[key.type](value, currency)
    except Unreadable as error:
        found = written_value(source, key.name)
        message = str(error).format(is_a=describe_value(value), value=value)
        if key.type == "text" and found and isinstance(value, (Decimal, date, bool)):
            message = _(
                'is {is_a}, but a text belongs here: write {key}: "{written}"',
                is_a=describe_value(value),
                key=key.name,
                written=found[1],
            )
        elif key.type == "flag" and isinstance(value, str) and value.upper() in {"TRUE", "FALSE"}:
            message += _(": write {key}: {value}", key=key.name, value=value.upper())
        elif (
            key.type in {"number", "percent", "price", "count", "whole", "days"}
            and isinstance(value, str)
            and _bare(value)
        ):
            message += _(": write {key}: {bare}", key=key.name, bare=_bare(value))
        findings.error(
            "key-type",
            _("{key} {message}", key=key.name, message=message),
            source._replace(line=found[0]) if found else source,
        )
        return None
    if key.choices and result not in key.choices:
        near = get_close_matches(str(result), key.choices)
        hint = _(': did you mean "{near}"?', near=near[0]) if near else ""
        allowed = ", ".join(f'"{choice}"' for choice in key.choices)
        findings.error(
            "key-value",
            _(
                '{key} is "{result}", but must be one of {allowed}{hint}',
                key=key.name,
                result=result,
                allowed=allowed,
                hint=hint,
            ),
            at_key(source, key.name),
        )
        return None
    if key.type == "percent" and 0 < result < 1:
        findings.warning(
            "percent",
            _(
                "{key}: {result} means {result} percent; if you mean {other_result} percent, write {key}: {result_3}",
                key=key.name,
                result=result,
                other_result=f"{result * 100:f}",
                result_3=f"{(result * 100).normalize():f}",
            ),
            at_key(source, key.name),
        )
    return result


def _bare(text: str) -> str:
    match = re.match(r"\s*(-?\d[\d ]*(?:[.,]\d+)?)\s*%?\s*(?:[A-Z]{3})?\s*\Z", text)
    return match.group(1).replace(" ", "").replace(",", ".") if match else ""


def read_metadata(
    meta: Meta | None, place: str, source: Source, findings: FindingCollector, currency: str | None = None
) -> dict[str, Any]:
    """The values of our keys in the `meta` of something in a certain `place`; None for a key that is written empty.

    A key of ours in the wrong place, or a misspelt one, is an error and left out; other people's keys are ignored.
    """
    values: dict[str, Any] = {}
    if not meta or (len(meta) == 2 and "lineno" in meta and "filename" in meta):
        return values
    plain = _PLAIN[place]
    allowed = keys.BY_PLACE[place]
    for name, value in meta.items():
        if name in _BEANCOUNTS:
            continue
        kind = value.__class__
        if plain.get(name) is kind and (kind is not Decimal or value.is_finite()):
            values[name] = (
                value.strip() if kind is str else value
            )  # most are as they should be: no need to look further
        elif name in allowed:
            key = keys.MILESTONE_DEPOSIT if place == keys.MILESTONE and name == "deposit" else keys.KEYS[name]
            if value is None:
                values[name] = None
            elif (result := read_value(key, value, source, findings, currency)) is not None:
                values[name] = result
        elif not name.startswith("_") and name not in keys.QUERY_KEYS:
            _foreign(name, place, source, findings)
    return values


_BEANCOUNTS = frozenset({"filename", "lineno"})
_PLAIN_TYPES: dict[str, type] = {
    "text": str, "terms": str, "date": date, "flag": bool, "number": Decimal, "price": Decimal,
}  # fmt: skip
_PLAIN: dict[str, dict[str, type]] = {
    place: {
        name: _PLAIN_TYPES[key.type]
        for name in names
        if (key := keys.KEYS[name]).type in _PLAIN_TYPES and not key.choices
        if (place, name) != (keys.MILESTONE, "deposit")
    }
    for place, names in keys.BY_PLACE.items()
}
"""By place: the keys for which every value of this type (and every finite number) is right as it is."""


def _foreign(name: str, place: str, source: Source, findings: FindingCollector) -> None:
    """A key that may not be used here: an error if it is one of ours in the wrong place, or a misspelt one."""
    key = keys.KEYS.get(name)
    found = written_value(source, name) if key or place in keys.BY_PLACE else None
    at = source._replace(line=found[0]) if found else source
    if key is None:
        near = get_close_matches(name, sorted(keys.BY_PLACE[place]), cutoff=0.8)
        if near:
            findings.error(
                "misspelt-key",
                _("{name} is not a key of this plugin: did you mean {near}? Write {near}:", name=name, near=near[0]),
                at,
            )
        return
    if place in {keys.PAYMENT_TRANSACTION, keys.COUNTER, keys.PAYMENT_POSTING} and (
        name in keys.CUSTOMER_KEYS
        or not key.places & (keys.TRANSACTION_PLACES | keys.POSTING_PLACES - {keys.OPENING_ITEM})
    ):
        return  # keys that a bank's import adds to a payment (iban, email, date …) do not concern us
    on_postings = keys.POSTING_PLACES - {keys.OPENING_ITEM}
    if place in keys.POSTING_PLACES and key.places & keys.TRANSACTION_PLACES and not key.places & on_postings:
        line = f"{name}: {found[1] if found else '…'}"
        problem = _(
            "it would be lost here: write {line} above the first posting, right below the transaction's first line",
            line=line,
        )
    else:
        problem = _("it belongs on {words}", words=_words(key.places))
    findings.error(
        "key-place", _("{name} cannot be on {entry}: {subject}", name=name, entry=_one(place), subject=problem), at
    )


_ONE = {
    keys.SELLER: _("a seller"),
    keys.CUSTOMER: _("a customer"),
    keys.CUSTOMER_AMENDMENT: _("a customer amendment"),
    keys.TAX: _("a tax"),
    keys.ITEM: _("an item"),
    keys.CONTRACT_DIRECTIVE: _("a contract"),
    keys.MILESTONE: _("a milestone"),
    keys.DOCUMENT: _("an invoice"),
    keys.OPENING_TRANSACTION: _("an opening transaction"),
    keys.OPENING_ITEM: _("an opening item"),
    keys.OPENING_TAX: _("a tax of opening items"),
    keys.RECEIVABLE: _("a receivable posting"),
    keys.AT_ONCE: _("a posting paid at once"),
    keys.LINE: _("a line"),
    keys.ADJUSTMENT: _("an allowance or charge"),
    keys.TAX_POSTING: _("a tax posting"),
    keys.DEDUCTION: _("a deposit deducted"),
    keys.ROUNDING: _("a rounding posting"),
    keys.OTHER_POSTING: _("another posting of an invoice"),
    keys.PAYMENT_POSTING: _("a posting on a customer's account"),
    keys.COUNTER: _("another posting of a payment"),
    keys.PAYMENT_TRANSACTION: _("a payment"),
    keys.EVENT: _("an event"),
    keys.FLOW: _("a flow of a platform"),
    keys.RECEIVED: _("a supplier's invoice"),
    keys.SUPPLIER: _("a supplier"),
    keys.INDEX: _("an index"),
    keys.ACCEPTANCE: _("an acceptance"),
    keys.POLICY: _("a reminder policy"),
    keys.LEVEL: _("a reminder level"),
    keys.REFERENCE_RATE: _("a reference rate"),
    keys.WORK: _("a time posting"),
    keys.TIME_ACCOUNT: _("an account of time"),
    keys.EXPENSE: _("an expense billed again"),
}
"""Each place of a key, with its article."""


def _one(noun: str) -> str:
    if noun in _ONE:
        return _ONE[noun]
    return _("an {noun}", noun=noun) if noun[0] in "aeiou" else _("a {noun}", noun=noun)


def _words(places: frozenset[str]) -> str:
    names = [_one(place) for place in sorted(places)]
    return (
        names[0] if len(names) == 1 else _("{name} or {names_name}", name=", ".join(names[:-1]), names_name=names[-1])
    )
