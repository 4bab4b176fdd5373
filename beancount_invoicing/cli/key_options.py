"""Options named after the ledger's keys, for a contract, a customer, an item or a milestone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from beancount_invoicing.cli.common import DayParam, F, Number
from beancount_invoicing.cli.completion import (
    complete_accounts,
    complete_currencies,
    complete_indexes,
    complete_items,
    complete_known_values,
    complete_policies,
    complete_taxes,
    complete_units,
)
from beancount_invoicing.entries import keys
from beancount_invoicing.messages import _
from beancount_invoicing.rules import identifiers, payment_terms

_WHOLE: click.ParamType[int] = click.INT
_COMPLETED = {
    "item": complete_items, "tax": complete_taxes, "index": complete_indexes, "unit": complete_units,
    "reminders": complete_policies, "currency": complete_currencies,
}  # fmt: skip
_LENGTHS = ("month", "quarter", "half-year", "year", "week", "2 weeks", "day", "3 months")
_WORDS = {
    "every": _LENGTHS, "renews": _LENGTHS, "index-every": _LENGTHS, "carry-over": _LENGTHS,
    "notice": ("month", "3 months", "6 months"),
    "retention-terms": ("1 year", "6 months"), "time-rounding": ("up to 0.25 per entry", "nearest 0.1 per day"),
    "late-interest": ("none", "EU", "FR", "DE"), "cash-discount": ("2% within 8 days",),
}  # fmt: skip
"""What may be said of keys whose words are no closed list."""


class KeyValue(click.ParamType[object]):
    """A key's value, in its type. An empty value removes what the key set."""

    def __init__(self, key: keys.Key) -> None:
        self.key = key
        self.name = {"percent": "number", "price": "number", "count": "integer", "whole": "integer"}.get(
            key.type, key.type
        )

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """The placeholder after the option in the help."""
        del param, ctx
        return "|".join(self.key.choices) or {
            "date": "DATE", "number": "NUMBER", "percent": "PERCENT", "price": "PRICE", "account": "ACCOUNT",
        }.get(self.key.type, "TEXT")  # fmt: skip

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """The value in a text."""
        if not isinstance(value, str) or not value:
            return value
        kind = self.key.type
        if kind == "date":
            return DayParam().convert(value, param, ctx)
        if kind in {"number", "percent", "price"}:
            return Number().convert(value.removesuffix("%").rstrip() if kind == "percent" else value, param, ctx)
        if kind in {"count", "whole", "days"}:
            return _WHOLE.convert(value, param, ctx)
        if self.key.choices and value not in self.key.choices:
            self.fail(
                _("{value} is not one of {choices}", value=value, choices=", ".join(self.key.choices)), param, ctx
            )
        if problem := identifiers.mistake(self.key.name, value):
            self.fail(_("{value}: {problem}", value=value, problem=problem), param, ctx)
        if self.key.name == "terms":
            try:
                payment_terms.parse_terms(value)
            except payment_terms.TermsError as error:
                self.fail(str(error), param, ctx)
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """The known values, for completion."""
        from click.shell_completion import CompletionItem

        if self.key.type == "date":
            return DayParam().shell_complete(ctx, param, incomplete)
        words = self.key.choices or _WORDS.get(self.key.name, ())
        if words:
            return [CompletionItem(word) for word in words if word.startswith(incomplete)]
        known = complete_accounts if self.key.type == "account" else _COMPLETED.get(self.key.name)
        return (known or complete_known_values(self.key.name))(ctx, param, incomplete)


def key_options(place: str, *, except_keys: tuple[str, ...] = ()) -> Callable[[F], F]:
    """An option for each key allowed in a place. The command gets the values by parameter, for `given_values`."""

    def decorate(command: F) -> F:
        for key in reversed(_keys(place)):
            if key.name not in except_keys:
                command = _option(key)(command)
        return command

    return decorate


def _option(key: keys.Key) -> Callable[[F], F]:
    meaning = key.meaning.removeprefix("TRUE: ")
    meaning = meaning[:1].upper() + meaning[1:] + "."
    if key.type == "flag":
        return click.option(f"--{key.name}/--no-{key.name}", default=None, help=meaning)
    names = ("-u", "--until") if key.name == "until" else (f"--{key.name}",)
    return click.option(*names, type=KeyValue(key), help=meaning)


def _keys(place: str) -> list[keys.Key]:
    known = keys.BY_PLACE[place]
    found = [key for key in keys.KEYS.values() if key.name in known and place in key.places]
    return found + ([keys.MILESTONE_DEPOSIT] if place == keys.MILESTONE else [])


def given_values(place: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that were given, in the order of the table, with their values as written in the ledger; None for a key
    to be emptied.
    """
    from beancount_invoicing.writing.text import AccountName

    result: dict[str, Any] = {}
    for key in _keys(place):
        value = values.get(key.name.replace("-", "_"))
        if value is None:
            continue
        if value == "":
            result[key.name] = "" if key.type in {"text", "terms"} else None
        else:
            result[key.name] = AccountName(value) if key.type == "account" else value
    return result
