"""Texts for people: English texts that remember their template and values, so that they can be shown in another
language.

    _("{number} is not open: {amount} is left", number=invoice.number, amount=amount)
    _p("tax", "due")  # elsewhere "due" is a date

A message *is* its English text: it is compared, sorted, written as JSON and kept in caches as such. `translated` says it in the
language of whoever reads, at the moment that it is shown. Nothing here reads the locale, or a catalogue, before that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Template = str | tuple[str, str, int]
"""The English text with its {placeholders}; or a singular text, a plural text, and the number."""
CONTEXT_END = "\x04"
"""The separator between a context and its text, as in a compiled catalogue."""


class Message(str):
    """An English text, with its template and the texts of its placeholders. A template without values is its own text."""

    __slots__ = ("template", "values")
    template: Template
    values: Mapping[str, str]

    def __str__(self) -> str:
        """Itself: the text of an error stays a message."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return message, (self.template, dict(self.values))

    def __add__(self, other: str) -> str:
        return joined("", (self, other))

    def __radd__(self, other: str) -> str:
        return joined("", (other, self))

    def format(self, *args: object, **values: object) -> str:
        """The message with its placeholders filled in; unchanged if they are already filled."""
        assert not args
        return self if self.values else message(self.template, values)


class PluginMessage(Message):
    """A message for Beancount, whose printer formats it into a line: at that point it is shown in the user's language."""

    __slots__ = ()

    def __format__(self, specification: str) -> str:
        from beancount_invoicing.languages import translated

        return format(translated(self), specification)

    def __reduce__(self) -> tuple[Any, ...]:
        return for_plugin, (message(self.template, self.values),)


def for_plugin(text: str) -> PluginMessage:
    """A message or text, prepared for an error that Beancount prints."""
    made = PluginMessage(text)
    made.template, made.values = (text.template, text.values) if isinstance(text, Message) else (str(text), {})
    return made


def message(template: Template, values: Mapping[str, object]) -> str:
    """The message of a template and its values. Values that are not texts become texts; messages stay messages."""
    texts: dict[str, str] = {
        name: value if isinstance(value, Message) or value.__class__ is str else format(value)
        for name, value in values.items()
    }
    if isinstance(template, str):
        pattern = template
    else:
        singular, plural, count = template
        pattern = singular if count == 1 else plural
    pattern = without_context(pattern)
    made = Message(pattern.format_map(texts) if texts else pattern)
    made.template, made.values = template, texts
    return made


def _(template: str, /, **values: object) -> str:
    """A message; `values` fill in its {placeholders}. Raises KeyError for a placeholder without a value."""
    if values:
        return message(template, values)
    constant = _CONSTANTS.get(template)
    if constant is None:
        constant = _CONSTANTS[template] = message(template, values)
    return constant


_CONSTANTS: dict[str, str] = {}
"""Messages without values, by their text: loading a ledger says the same ones for each document."""


def _n(count: int, singular: str, plural: str, /, **values: object) -> str:
    """A message about `count` things: `singular` for 1, else `plural`."""
    return message((singular, plural, int(count)), values)


def _p(context: str, template: str, /, **values: object) -> str:
    """A message whose English has two meanings: `context` says which one is meant, to whoever translates it."""
    return _(f"{context}{CONTEXT_END}{template}", **values)


def without_context(template: str) -> str:
    """The text of a template, without its context if it has one."""
    return template.rpartition(CONTEXT_END)[2]


def joined(separator: str, texts: Iterable[str], /) -> str:
    """Texts with a separator between them, as one message."""
    parts = {f"p{index}": text for index, text in enumerate(texts)}
    return message("{separator}".join(f"{{{name}}}" for name in parts), {"separator": separator, **parts})
