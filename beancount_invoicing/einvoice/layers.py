"""A document checked in layers, each reported apart: our own checks, the XML schema, each official stylesheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from beancount_invoicing.einvoice import checks, official, pdf, syntax
from beancount_invoicing.einvoice.problems import Problem

READING = "document"
OWN = "own checks"
SCHEMA = "XML schema"
OFFICIAL = "official rules"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer found. `not_run`: why it was not run, "" where it was; what was not run has not passed."""

    name: str
    problems: tuple[Problem, ...] = ()
    not_run: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was run and found nothing wrong (a rule that only warns fails nothing)."""
        return not self.not_run and all(problem.warning for problem in self.problems)


def validate(data: bytes) -> tuple[Layer, ...]:
    """A document in CII or UBL, or a PDF with one inside, through all layers."""
    try:
        xml = pdf.extract(data) if data.lstrip()[:5] == b"%PDF-" else data
        root = syntax.parse(xml)
        rules = official.rules_of(root)
    except syntax.NotReadable as error:
        why = "the document cannot be read"
        return (
            Layer(READING, (Problem("readable", "", str(error)),)),
            *(Layer(name, not_run=why) for name in (OWN, SCHEMA, OFFICIAL)),
        )
    except official.Unavailable as error:
        return (_own(xml), *(Layer(name, not_run=str(error)) for name in (SCHEMA, OFFICIAL)))
    layers = [_own(xml) if rules.has_lines else Layer(OWN, not_run="its profile has no lines")]
    layers.append(Layer(SCHEMA, official.against_schema(root, rules)))
    layers += [_stylesheet(name, root, file) for name, file in rules.stylesheets]
    return tuple(layers)


def _own(xml: bytes) -> Layer:
    try:
        return Layer(OWN, checks.check(syntax.read(xml)))
    except syntax.NotReadable as error:
        return Layer(OWN, (Problem("readable", "", str(error)),))
    except Exception as error:  # whatever a stranger's document makes of a rule, the other layers are run
        return Layer(OWN, not_run=f"they cannot be evaluated: {type(error).__name__}: {error}")


def _stylesheet(name: str, root: Any, file: Any) -> Layer:
    try:
        return Layer(name, official.against_stylesheet(root, file))
    except official.Unavailable as error:
        return Layer(name, not_run=str(error))
