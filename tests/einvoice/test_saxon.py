"""Saxon in its own processes: what happens to one is no matter to whoever asks, nor to the verdict on the next document."""

from __future__ import annotations

import os
import re
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from beancount_invoicing.einvoice import layers, official, rulesets, saxon, syntax
from tests.einvoice.documents import e_invoice

GOOD = syntax.to_xml(e_invoice("D-MIXED"), "cii")
NO_DATE = re.sub(rb"(<ram:OccurrenceDateTime>\s*<udt:DateTimeString[^>]*>)\d+", rb"\1XX", GOOD)
NO_AMOUNT = GOOD.replace(b"<ram:LineTotalAmount>637.00<", b"<ram:LineTotalAmount>XX<", 1)


def verdicts(xml: bytes) -> dict[str, tuple[bool, str]]:
    return {layer.name: (layer.passed, layer.not_run) for layer in layers.validate(xml)}


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that stands in for the one with Saxon."""
    script = tmp_path / "worker.py"
    monkeypatch.setattr(saxon, "_WORKER", script)
    monkeypatch.setattr(saxon, "_idle", [])
    return script


def test_a_process_that_is_killed_is_renewed() -> None:
    assert all(passed for passed, _ in verdicts(GOOD).values())
    (*_, last) = saxon._idle
    os.kill(last._process.pid, signal.SIGKILL)
    last._process.wait()
    assert all(passed for passed, _ in verdicts(GOOD).values())
    assert last not in saxon._idle


def test_a_process_that_ends_leaves_its_layers_not_run(worker: Path) -> None:
    worker.write_text("import sys\nsys.stdin.buffer.readline()\nsys.exit('graal_create_isolate error')\n", "utf-8")
    said = verdicts(GOOD)
    assert said["own checks"] == said["XML schema"] == (True, "")
    words = "Saxon's process ended (code 1): graal_create_isolate error"
    assert said["Factur-X EN16931"] == said["BR-FR"] == (False, words)
    assert saxon._idle == []


def test_a_process_that_is_stuck_is_ended(worker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saxon, "TIMEOUT_SECONDS", 0.2)
    worker.write_text("import sys, time\nsys.stdin.buffer.readline()\ntime.sleep(60)\n", "utf-8")
    assert verdicts(GOOD)["BR-FR"] == (False, "Saxon did not answer within 0.2 seconds")


def test_a_process_that_cannot_be_started_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saxon, "_idle", [])
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert verdicts(GOOD)["BR-FR"] == (False, "Saxon could not be started: No such file or directory")


def test_rules_that_cannot_be_evaluated_have_failed() -> None:
    found = {layer.name: layer for layer in layers.validate(NO_AMOUNT)}
    (problem,) = found["Factur-X EN16931"].problems
    assert problem.message.startswith('the rules cannot be evaluated: Cannot convert string "XX" to xs:decimal')
    assert not found["XML schema"].passed
    assert all(passed for passed, _ in verdicts(GOOD).values())  # the next document is judged as ever


def test_a_document_is_judged_the_tenth_time_as_the_first() -> None:
    """Saxon comes to evaluate a variable before it is asked for: from the fourth time on, this date would end the rules."""
    root = syntax.parse_xml(NO_DATE)
    (french,) = (stylesheet.file for stylesheet in rulesets.rule_set_of(root).stylesheets if stylesheet.name == "BR-FR")
    assert french
    first, *others = (official.against_stylesheet(root, french) for _ in range(10))
    assert "BR-FR-03" in {problem.rule[:8] for problem in first}
    assert others == [first] * 9


def test_threads_share_the_processes() -> None:
    wrong = GOOD.replace(b">D-MIXED</ram:ID>", b">D.MIXED</ram:ID>")
    sheet = {
        stylesheet.name: stylesheet.file for stylesheet in rulesets.rule_set_of(syntax.parse_xml(GOOD)).stylesheets
    }["BR-FR"]
    assert sheet
    with ThreadPoolExecutor(3) as pool:
        found = pool.map(lambda xml: official.against_stylesheet(syntax.parse_xml(xml), sheet), [GOOD, wrong] * 8)
        assert [[problem.rule for problem in problems][:1] for problems in found] == [[], ["BR-FR-02_BT-1"]] * 8
    assert len(saxon._idle) <= saxon.MAX_IDLE_PROCESSES


def test_a_forked_process_starts_its_own() -> None:
    verdicts(GOOD)
    child = os.fork()
    if not child:
        os._exit(bool(saxon._idle))
    assert os.waitpid(child, 0)[1] == 0
