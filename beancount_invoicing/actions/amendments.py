"""Changes from a day on, of contracts, customers and items: an amendment of only what changes, and what to know about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.checks import check
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding, Source
from beancount_invoicing.writing import amendment_text, text, writer
from beancount_invoicing.writing.amendment_text import Values
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change, verbatim
from beancount_invoicing.writing.new_documents import InvalidRequest


class AmendmentTarget(NamedTuple):
    """What is amended: the directive's kind, the place and text of its name in its head, and the head of an amendment."""

    kind: str
    value_index: int
    name: str
    head_values: Sequence[text.DirectiveValue]
    changes_head: bool = False
    """Whether the head itself changes something: the owner of the contract."""


def amendment_changes(loading: Loading, target: AmendmentTarget, days: Sequence[tuple[date, Values]]) -> Changes:
    """The directives that make these values apply from their days on: new amendments, or changes to existing ones of
    the same day. Values that apply already are left out. Raises InvalidRequest if nothing changes, or a day is before
    the first.
    """
    versions = amendment_text.dated_values(loading.entries, target.kind, target.name, target.value_index)
    new: list[NewDirective] = []
    edits: list[writer.Edit] = []
    notices: list[str] = []
    told: list[amendment_text.DatedValues] = []
    for day, values in days:
        if day < versions[0].day:
            raise InvalidRequest(
                _(
                    "{thing} begins on {day} ({place}): give that day or a later one",
                    thing=target.name,
                    day=versions[0].day,
                    place=versions[0].source,
                )
            )
        by_day = sorted([*versions, *told], key=lambda version: version.day)  # what is told of a day is the last of it
        in_force = amendment_text.values_in_force(by_day, day)
        wanted = {key: value for key, value in values.items() if amendment_text.differs(in_force.get(key), value)}
        told.append(amendment_text.DatedValues(day, versions[0].source, dict(values)))
        if not wanted and not target.changes_head:
            continue
        of_day = [version for version in versions if version.day == day]
        if of_day and not target.changes_head:
            by_place: dict[Source, dict[str, text.DirectiveValue | None]] = {}
            for key, value in wanted.items():
                where = next((version for version in of_day if key in version.values), of_day[-1]).source
                by_place.setdefault(where, {})[key] = value
            for where, own in by_place.items():
                edits.append(writer.Edit(Path(where.file), where.line, *amendment_text.with_key_values(where, own)))
        else:
            entry = amendment_text.amendment_directive(day, target.kind, target.head_values, wanted)
            new.append(NewDirective(day, verbatim(entry), versions[-1].source.file))
        notices += _later(versions, day, values, days)
    if not new and not edits:
        changed = ", ".join(f"{key} {_said(value)}" for _day, values in days for key, value in values.items())
        raise InvalidRequest(
            _(
                "nothing changes: on {day}, {thing} already has {text}",
                thing=target.name,
                text=changed or _("nothing new"),
                day=days[0][0],
            )
        )
    return Changes(tuple(new), tuple(edits), notices=tuple(dict.fromkeys(notices)))


def _later(
    versions: Sequence[amendment_text.DatedValues], day: date, values: Values, days: Sequence[tuple[date, Values]]
) -> list[str]:
    """Notices about directives of later days that change a value again."""
    until = min((other for other, _values in days if other > day), default=date.max)
    return [
        _(
            "{place}: from {day} on, {key} is {text} again, because of an amendment of that day",
            place=version.source,
            day=version.day,
            key=key,
            text=_said(version.values[key]),
        )
        for key, value in values.items()
        for version in versions
        if day < version.day < until and key in version.values and amendment_text.differs(version.values[key], value)
    ]


def _said(value: object) -> str:
    if value is None or value == "":
        return _("not set")
    return text.value_text(value) if isinstance(value, (bool, date)) else str(value)


def amend_ledger(file: str | Path, make_changes: Callable[[Loading], Changes], write_options: WriteOptions) -> Outcome:
    """As `change`; the outcome's warnings are all those that the ledger did not have before, wherever they are: earlier
    billing may have become wrong. Raises what `change` raises, and `make_changes`.
    """
    before: list[Book] = []

    def keeping(loading: Loading) -> Changes:
        before.append(loading.book)
        return make_changes(loading)

    outcome = change(file, keeping, write_options)
    known = {_key(finding) for finding in check(before[0])}
    fresh = [finding for finding in check(outcome.book) if finding.severity == "warning" and _key(finding) not in known]
    return outcome._replace(warnings=tuple(fresh))


def _key(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.message
