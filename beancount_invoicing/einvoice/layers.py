"""A document checked in layers that are reported separately: our own checks, the XML schema, each official stylesheet."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from beancount_invoicing.einvoice import checks, official, pdf, rulesets, syntax
from beancount_invoicing.einvoice.checks_pdf import check_pdf
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.messages import _

DOCUMENT_LAYER = "document"
PDF_LAYER = "PDF"
OWN_CHECKS_LAYER = _("own checks")
SCHEMA_LAYER = _("XML schema")
OFFICIAL_LAYER = _("official rules")


class Layer(NamedTuple):
    """The findings of one layer. `not_run`: why it was not run, "" if it was; a layer that was not run has not passed."""

    name: str
    problems: tuple[Problem, ...] = ()
    not_run: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was run and found nothing wrong. A rule that only warns does not make it fail."""
        return not self.not_run and all(problem.warning for problem in self.problems)


def validate(data: bytes) -> tuple[Layer, ...]:
    """Checks a document in CII or UBL, or a PDF that contains one, in all layers. May be called from any thread.

    Never raises because of a document's content: if something cannot be checked, its layer says so.
    """
    if len(data) > pdf.LIMIT:
        return (
            Layer(
                DOCUMENT_LAYER,
                not_run=_("it is larger than {limit} MB, which no invoice should be", limit=pdf.LIMIT // 1000000),
            ),
        )
    found: tuple[Layer, ...] = ()
    try:
        xml = data
        if b"%PDF-" in data[:1024] and not data.lstrip().startswith(b"<"):
            attached = pdf.attached(data)
            xml, found = attached.xml, (Layer(PDF_LAYER, attached.problems),) if attached.problems else ()
        root = syntax.parse_xml(xml)
        rulesets.document_type(root)
        if xml is not data:
            claimed = check_pdf(attached.claims, rulesets.profile_of(root))
            found = (Layer(PDF_LAYER, (*attached.problems, *claimed)),)
        rules = rulesets.rule_set_of(root)
    except rulesets.NotKnown as error:
        return (*found, Layer(DOCUMENT_LAYER, not_run=str(error)))
    except syntax.NotReadable as error:
        why = _("the document cannot be read")
        return (
            *found,
            Layer(DOCUMENT_LAYER, (Problem("readable", "", str(error)),)),
            *(Layer(name, not_run=why) for name in (OWN_CHECKS_LAYER, SCHEMA_LAYER, OFFICIAL_LAYER)),
        )
    except rulesets.Unavailable as error:
        return (*found, _own(xml), *(Layer(name, not_run=str(error)) for name in (SCHEMA_LAYER, OFFICIAL_LAYER)))
    return (
        *found,
        _own(xml),
        Layer(SCHEMA_LAYER, official.against_schema(root, rules)),
        *(_official(root, stylesheet) for stylesheet in rules.stylesheets),
    )


def _own(xml: bytes) -> Layer:
    try:
        return Layer(OWN_CHECKS_LAYER, checks.check_business_terms(syntax.read_e_invoice(xml)))
    except syntax.NotReadable as error:
        return Layer(OWN_CHECKS_LAYER, (Problem("readable", "", str(error)),))
    except Exception as error:  # whatever a stranger's document makes of a rule, the other layers are run
        return Layer(
            OWN_CHECKS_LAYER,
            not_run=_("they cannot be evaluated: {name}: {error}", name=type(error).__name__, error=error),
        )


def _official(root: Any, stylesheet: rulesets.Stylesheet) -> Layer:
    if stylesheet.file is None:
        return Layer(stylesheet.name, not_run=stylesheet.not_run)
    judged = rulesets.as_en16931(root) if stylesheet.shown_as_en16931 else root
    try:
        found = official.against_stylesheet(judged, stylesheet.file)
    except rulesets.Unavailable as error:
        return Layer(stylesheet.name, not_run=str(error))
    return Layer(stylesheet.name, tuple(_as_told(problem, stylesheet) for problem in found))


def _as_told(problem: Problem, stylesheet: rulesets.Stylesheet) -> Problem:
    """What a rule found, by the stylesheet's name where the rule has no id, and as a warning where it only warns here."""
    softened = bool(stylesheet.warning_rules) and re.match(stylesheet.warning_rules, problem.rule) is not None
    return problem._replace(rule=problem.rule or stylesheet.name, warning=problem.warning or softened)
