"""What directives of one kind share: their values, and the versions that follow from amendments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any, NamedTuple, TypeVar

from beancount_invoicing.entries.metadata import FindingCollector, describe_value
from beancount_invoicing.messages import _
from beancount_invoicing.model import Dated, Source

T = TypeVar("T")


class DirectiveValues(NamedTuple):
    """The content of one directive on its date: the values of its keys."""

    date: date
    source: Source
    values: dict[str, Any]


def amended(
    directives: Iterable[DirectiveValues],
    noun: str,
    build: Callable[[dict[str, Any], Source], T | None],
    findings: FindingCollector,
) -> Dated[T] | None:
    """The versions that follow from the first directive and its amendments. `build` makes a version from all values in force.

    Two amendments of one key on one day are an error, and the smaller value is taken, so that the order of files does not matter.
    """
    state: dict[str, Any] = {}
    versions: list[tuple[date, T]] = []
    by_day: defaultdict[date, list[DirectiveValues]] = defaultdict(list)
    for directive in directives:
        by_day[directive.date].append(directive)
    for day in sorted(by_day):
        changed: dict[str, tuple[Any, Source]] = {}
        for values in sorted(
            by_day[day], key=lambda directive: (sorted(map(str, directive.values.items())), directive.source)
        ):
            for key, value in values.values.items():
                if key in changed and changed[key][0] != value:
                    findings.error(
                        "amended-twice",
                        _(
                            "{noun}: {key} is set twice on {day}, to {value} (line {line}) and to {other_value}: "
                            "keep one of them",
                            noun=noun,
                            key=key,
                            day=day,
                            value=describe_value(changed[key][0]),
                            line=changed[key][1].line,
                            other_value=describe_value(value),
                        ),
                        values.source,
                    )
                changed.setdefault(key, (value, values.source))
        for key, (value, _source) in changed.items():
            if value is None:
                state.pop(key, None)
            else:
                state[key] = value
        version = build(state, min(directive.source for directive in by_day[day]))
        if version is not None:
            versions.append((day, version))
    return Dated(tuple(versions)) if versions else None


def amended_by_code(
    directives: dict[str, list[DirectiveValues]],
    kind: str,
    build: Callable[[str, dict[str, Any], Source], T | None],
    findings: FindingCollector,
) -> dict[str, Dated[T]]:
    """The versions of each code, in the order of the codes. `kind` and the code name it in findings."""
    result: dict[str, Dated[T]] = {}
    for code in sorted(directives):
        dated = amended(directives[code], f"{kind} {code}", partial(build, code), findings)
        if dated:
            result[code] = dated
    return result


def add_texts(
    directive: DirectiveValues, values: list[Any], names: tuple[str, ...], findings: FindingCollector
) -> bool:
    """Adds the values beside the directive's name to its values, as `=name`; False if one is no text.

    Fewer values than names are fine, more are an error.
    """
    if len(values) > len(names):
        findings.error(
            "directive",
            _("too many values: {value} has no meaning here", value=describe_value(values[len(names)])),
            directive.source,
        )
    for name, value in zip(names, values, strict=False):
        if not isinstance(value, str):
            findings.error(
                "directive",
                _(
                    "the {name} is {value}, but must be a text in quotes",
                    name=name,
                    value=describe_value(value),
                ),
                directive.source,
            )
            return False
        directive.values[f"={name}"] = value.strip()
    return True


def add_coded(
    directive: DirectiveValues,
    values: list[Any],
    names: tuple[str, ...],
    kind: str,
    into: defaultdict[str, list[DirectiveValues]],
    findings: FindingCollector,
) -> None:
    """Adds a directive to those of its code, which is its first value; `names` are those of the values after it.

    `kind` says in a finding what the first value must be.
    """
    if not values or not isinstance(values[0], str) or not values[0].strip():
        found = describe_value(values[0]) if values else "missing"
        findings.error(
            "directive",
            _("the first value is {found}, but must be {subject}", found=found, subject=kind),
            directive.source,
        )
    elif add_texts(directive, values[1:], names, findings):
        into[values[0].strip()].append(directive)
