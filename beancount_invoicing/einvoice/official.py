"""The official rules: XML schemas and stylesheets, run locally by lxml and Saxon (the extra `validate`), never over a
network.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from beancount_invoicing.einvoice import saxon
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.einvoice.rulesets import RuleSet, Unavailable
from beancount_invoicing.messages import _

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_ONLY_TOLD = {"warning", "information"}


def against_schema(root: Any, rules: RuleSet) -> tuple[Problem, ...]:
    """The findings of the XML schema."""
    with _one_at_a_time:  # libxml2 reads one schema at a time, and a schema keeps what it found for whoever asks last
        schema = _schema(rules.schema)
        schema.validate(root)
        return tuple(Problem("XSD", _("line {line}", line=error.line), error.message) for error in schema.error_log)


_one_at_a_time = Lock()


@cache
def _schema(file: Path) -> Any:
    from lxml import etree

    return etree.XMLSchema(etree.parse(str(file), etree.XMLParser(no_network=True, resolve_entities=False)))


def against_stylesheet(root: Any, stylesheet: Path) -> tuple[Problem, ...]:
    """The findings of a stylesheet, with the rules' own ids. Raises Unavailable.

    If the rules cannot be evaluated, for example because an amount is not a number, that is the finding. A document
    that fails is checked once more, and if the results differ, a fresh process decides: in about one of several
    thousand documents, late in a long process, Saxon reports a rule that the document does not break.
    """
    if not saxon.installed():
        raise Unavailable(_('Saxon is not installed: pip install "beancount-invoicing[validate]"'))
    from lxml import etree

    xml = etree.tostring(root, encoding="unicode").encode()
    try:
        found = _findings(saxon.report(stylesheet, xml))
        fails = any(not problem.warning for problem in found)
        if fails and _findings(saxon.report(stylesheet, xml)) != found:
            found = _findings(saxon.report(stylesheet, xml, fresh=True))
    except saxon.NotEvaluated as error:
        return (
            Problem("evaluable", "", _("the rules cannot be evaluated: {error}", error=" ".join(str(error).split()))),
        )
    except saxon.NotRun as error:
        raise Unavailable(str(error)) from None
    return found


def _findings(report: bytes) -> tuple[Problem, ...]:
    if b"failed-assert" not in report and b"successful-report" not in report:
        return ()
    from lxml import etree

    problems = []
    for failed in etree.fromstring(report).iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
        message = " ".join("".join(failed.find(f"{_SVRL}text").itertext()).split())
        location = re.sub(r"Q\{[^}]*\}|\*:|\[namespace-uri\(\)='[^']*'\]", "", failed.get("location") or "")
        problems.append(Problem(failed.get("id") or "", location, message, failed.get("flag") in _ONLY_TOLD))
    return tuple(problems)
