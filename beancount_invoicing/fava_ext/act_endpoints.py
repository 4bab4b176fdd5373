"""The acts of the page over HTTP: a form is fetched, shown as an entry, then written; all of it as JSON.

Nothing is written by a GET request, by an address alone, from another site's page, in incognito mode, or where the
option `acts` or `fava --read-only` forbids it. Nor under a name that another site could have given to this computer.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from fava.helpers import FavaAPIError
from flask import Response, current_app, jsonify, request

from beancount_invoicing.fava_ext import as_of
from beancount_invoicing.fava_ext.acts.forms import Subject
from beancount_invoicing.fava_ext.acts.table import ACTS, ActResult, perform
from beancount_invoicing.fava_ext.page_options import PageOptions
from beancount_invoicing.languages import speaking, translated
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _

_SECRET = secrets.token_bytes(32)
"""Of this process: a token says which server made the page, and for which ledger."""
_ONE_AT_A_TIME = Lock()
"""Loading a ledger leaves its result in the process: two acts must not mix theirs."""
_LARGEST = 100_000
"""The bytes that a form may have."""


class ActPage(NamedTuple):
    """The page that acts belong to: its ledger, and what a request is answered with."""

    file: Path
    """The top ledger file."""
    language: str
    options: PageOptions
    """What the ledger's line allows."""
    ledger: Callable[[], Ledger]
    """What the page shows."""
    words: Callable[[], Mapping[str, Mapping[str, Any]]]
    """The words of the page, in its language."""
    as_of: Callable[[], date]
    """The day of the page. Raises FavaAPIError if the time filter has no meaning."""


def may_act(options: PageOptions) -> bool:
    """Whether the page offers acts: not if the option forbids it, figures are hidden, Fava is read-only, or another site
    may have named this computer.
    """
    return _is_writable(options) and not unknown_host(options)


def _is_writable(options: PageOptions) -> bool:
    return options.acts and not current_app.config.get("INCOGNITO") and not _is_read_only()


def unknown_host(options: PageOptions) -> str:
    """The name by which the request has reached this server, if it may be another site's; else "".

    A site can let its own name lead to this computer (DNS rebinding): for the browser, its page and Fava's are then one site,
    with the same origin. An address in figures, and localhost, cannot be given away like that.
    """
    name = (urlsplit(f"//{request.host}").hostname or "").removesuffix(".")
    if name == "localhost" or name in options.hosts:
        return ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name or "?"
    return ""


def refusal_by_host(options: PageOptions) -> str:
    """Why nothing can be written under the name of this server, and what to do; "" if that is not the reason."""
    name = unknown_host(options) if _is_writable(options) else ""
    if not name:
        return ""
    return _(
        "nothing can be written from {name}, because any site could have that name lead here. If it is your own name for this "
        "server, add it to the line of this page in the ledger: {option}",
        name=name,
        option=f"\"{{'hosts': ['{name}']}}\"",
    )


def form_answer(page: ActPage) -> Response:
    """The form of the act `act` for `number` or `customer` (main account): its fields, filled in; and the token."""
    with speaking(page.language, page.words().get("messages"), with_findings=True):
        if not may_act(page.options):
            return _refusal(403, refusal_by_host(page.options) or _("nothing can be written from this page"))
        name, words = request.args.get("act", ""), page.words()["acts"]
        act = ACTS.get(name)
        if act is None:
            return _refusal(404, _("there is no such act"))
        try:
            about = {name: request.args.get(name, "") for name in ("number", "customer", "note")}
            subject = Subject(page.as_of(), **about)
        except FavaAPIError as error:
            return _refusal(400, error.message)
        fields = act.fields(page.ledger(), subject)
        return jsonify(
            title=words[name],
            fields=[
                {
                    **field._asdict(),
                    "label": words[field.label],
                    "choices": list(
                        zip(
                            field.choices,
                            field.labels or (words.get(name, name) for name in field.choices),
                            strict=True,
                        )
                    ),
                }
                for field in fields
            ],
            token=_token(page.file),
        )


def act_answer(page: ActPage) -> Response:
    """Shows what an act would write; with the `state` of what was shown, writes it. The answer says what, or why not."""
    with speaking(page.language, page.words().get("messages"), with_findings=True):
        if not may_act(page.options):
            return _refusal(403, refusal_by_host(page.options) or _("nothing can be written from this page"))
        given = _json()
        if given is None or not _is_from_this_server():
            return _refusal(403, _("this request does not come from this page: reload the page"))
        if not hmac.compare_digest(str(given.get("token", "")).encode(), _token(page.file).encode()):
            return _refusal(403, _("the page is older than this server: reload the page"))
        act = ACTS.get(str(given.get("act", "")))
        values = given.get("values")
        if act is None or not isinstance(values, dict):
            return _refusal(404, _("there is no such act"))
        texts = {str(name): str(value) for name, value in values.items()}
        today = as_of.today()
        fields = act.fields(page.ledger(), Subject(today))
        with _ONE_AT_A_TIME:
            return jsonify(_as_json(perform(page.file, act, fields, texts, today, str(given.get("state", "")))))


def _token(file: Path) -> str:
    """What a page of a ledger sends with each act."""
    return hmac.digest(_SECRET, str(file).encode("utf-8", "surrogateescape"), "sha256").hex()


def _is_read_only() -> bool:
    """Whether Fava refuses everything but GET; it says so only by what it does before each request."""
    before = current_app.before_request_funcs.get(None, [])
    return any(function.__name__ == "_read_only" for function in before)


def _json() -> Mapping[str, Any] | None:
    """What a request brings; None if it is not a JSON object of reasonable size, sent as such."""
    if request.mimetype != "application/json" or (request.content_length or 0) > _LARGEST:
        return None
    given = request.get_json(silent=True)
    return given if isinstance(given, dict) else None


def _is_from_this_server() -> bool:
    """Whether the browser says that a page of this server asks; a request without an origin is nobody's page."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "")
    if site is not None and site != "same-origin":
        return False
    return bool(origin) and urlsplit(origin).netloc == request.host


def _refusal(status: int, reason: str) -> Response:
    response = jsonify({"error": translated(reason)})
    response.status_code = status
    return response


def _as_json(result: ActResult) -> dict[str, Any]:
    """A result with its texts in the language of the request."""
    return {
        "command": result.command,
        "text": result.text,
        "notices": [translated(notice) for notice in result.notices],
        "findings": [
            {"severity": finding.severity, "place": str(finding.source), "message": translated(finding.message)}
            for finding in result.findings
        ],
        "summary": translated(result.summary),
        "state": result.state,
        "written": result.written,
        "error": translated(result.error),
    }
