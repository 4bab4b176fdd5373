"""The process that Saxon runs in, started by `saxon`: it judges one document after another, as requested on its
standard input.

A request is a line of JSON (the stylesheet's file, the number of bytes) followed by the document. An answer is a line
of JSON (whether the rules could be evaluated, the number of bytes) followed by the report, or by Saxon's message. The
process ends when its input ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from functools import cache
from typing import Any


@cache
def _processor() -> Any:
    from saxonche import PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    for name, value in {
        "allowedProtocols": "file",
        "preEvaluateDocFunction": "true",  # the code lists beside a stylesheet are read once, not for each document
    }.items():
        processor.set_configuration_property(f"http://saxon.sf.net/feature/{name}", value)
    return processor


_compiled: dict[str, Any] = {}
"""The stylesheets that were used."""


def _answer(stylesheet: str, xml: bytes) -> tuple[bool, str]:
    """The report of a document, or why there is none: of a stylesheet as it is when nothing was judged by it before.

    Saxon learns while it works: it comes to evaluate variables before anybody asks for them, and a date such as `XX` then ends
    what it passed over before.
    """
    from saxonche import PySaxonApiError

    used = stylesheet in _compiled
    if not used:  # compiled from its file, since one opens the code lists beside it
        _compiled[stylesheet] = _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=stylesheet)
    try:
        document = _processor().parse_xml(xml_text=xml.decode())
        return True, _compiled[stylesheet].transform_to_string(xdm_node=document)
    except PySaxonApiError as error:
        if "OutOfMemory" in str(error):
            raise
        if not used:
            return False, str(error)
        del _compiled[stylesheet]
    return _answer(stylesheet, xml)


def main() -> None:
    """Answers requests until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks is interrupted, and then closes the input
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what Saxon itself prints is no answer
    questions = sys.stdin.buffer
    while line := questions.readline():
        stylesheet, size = json.loads(line)
        evaluated, text = _answer(stylesheet, questions.read(size))
        data = text.encode()
        answers.write(json.dumps([evaluated, len(data)]).encode() + b"\n" + data)
        answers.flush()


if __name__ == "__main__":
    main()
