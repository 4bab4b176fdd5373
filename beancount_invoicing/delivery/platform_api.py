"""A platform for e-invoices by its Flow Service, AFNOR XP Z12-013, version 1.3.0."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.delivery.https import SHOWN, Answer, HttpClient, NoAnswer, NotReached, ServerUnusable, host_of
from beancount_invoicing.delivery.tokens import SecretStore, access_token, json_object
from beancount_invoicing.messages import _, joined

FlowSyntax = Literal["CII", "UBL", "Factur-X", "CDAR", "FRR"]
DocType = Literal["Metadata", "Original", "Converted", "ReadableView"]
PAUSES: tuple[float, ...] = (2, 10, 60)
"""Seconds before a request is made again that the platform could not take at that moment."""
_LONGEST_PAUSE = 300.0
_JSON_LIMIT = 1 << 24
FILE_LIMIT = 100 * 1000 * 1000
"""What the standard lets a file have, in bytes."""
_LIMIT_OF_PAGE = 100
_PAGES = 10_000
_AGAIN = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class PlatformServer:
    """A platform and how to reach it: checked addresses without /v1. `timeout`: seconds to wait for an answer."""

    flows: str
    token: str
    client: str
    scope: str = ""
    organization: str = ""
    directory: str = ""
    timeout: float = 60


class FlowToSend(NamedTuple):
    """A file to be handed in. `tracking_id`: our own identifier, at most 64 characters."""

    tracking_id: str
    name: str
    syntax: FlowSyntax
    content: bytes


class HandInResult(NamedTuple):
    """What became of a file. `flow`: the platform's identifier, if it was accepted (which is not yet deposited)."""

    state: Literal["accepted", "refused", "in-doubt"]
    flow: str = ""
    reason: str = ""


class RemoteFlow(NamedTuple):
    """A flow as the platform describes it; "" for what it does not say."""

    flow: str
    updated: str
    flow_type: str
    direction: str
    tracking_id: str
    name: str
    ack: str
    """"Pending", "Ok" or "Error"."""
    reasons: str
    """Why the acknowledgement is an error, or warns."""


class RequestRefused(Exception):
    """The platform refuses a request; the message says why. `status`: of its answer, 0 if that is not what is wrong."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class Platform:
    """A platform that is talked to. `pauses`: seconds before each new try if it is busy; `notice` tells of waiting."""

    def __init__(
        self,
        server: PlatformServer,
        store: SecretStore,
        *,
        pauses: Sequence[float] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
        notice: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.server = server
        self._store = store
        self._pauses = pauses
        self._sleep = sleep
        self._notice = notice
        self._http = HttpClient(server.timeout)
        self._token = ""

    def authorize(self) -> None:
        """Gets a token, if there is none yet. Raises ServerUnusable, NotReached, NoAnswer."""
        if not self._token:
            server = self.server
            self._token = access_token(self._http, server.token, server.client, server.scope, self._store)

    def hand_in(self, flow: FlowToSend, *, ask_first: bool = False) -> HandInResult:
        """Hands a file in. `ask_first`: it may be there already, from an earlier try.

        While the platform is busy (429, 503), it is asked after each pause whether it has the file all the same, and offered it
        again only if it has not. If no answer comes, it is in doubt: the platform may have it. Raises ServerUnusable, NotReached:
        nothing was taken.
        """
        body, content_type = _multipart(flow)
        if ask_first:
            try:
                if known := self.tracked(flow.tracking_id, is_message=flow.syntax == "CDAR"):
                    return HandInResult("accepted", known.flow)
            except (RequestRefused, NoAnswer) as error:
                return HandInResult("refused", reason=str(error))
        pauses, url = iter(self._pauses), self._url("flows")
        while True:
            try:
                answer = self._once("POST", url, body=body, content_type=content_type)
            except NoAnswer as error:
                return HandInResult("in-doubt", reason=str(error))
            if answer.status == 202:
                found = (json_object(answer.data) or {}).get("flowId")
                if _is_identifier(found):
                    return HandInResult("accepted", str(found))
                return HandInResult("in-doubt", reason=_("the platform took it, but names no flow"))
            reason = self._refusal(answer, url)
            if 400 <= answer.status < 500 and answer.status != 429:
                return HandInResult("refused", reason=reason)
            if answer.status not in _AGAIN:
                return HandInResult("in-doubt", reason=reason)
            if (pause := next(pauses, None)) is not None:
                self._wait(answer, pause, reason)
            try:
                known = self.tracked(flow.tracking_id, is_message=flow.syntax == "CDAR")
            except (RequestRefused, NoAnswer, NotReached, ServerUnusable) as error:
                return HandInResult("in-doubt", reason=str(error))
            if known:
                return HandInResult("accepted", known.flow)
            if pause is None:
                return HandInResult("refused", reason=reason)

    def tracked(self, tracking_id: str, *, is_message: bool = False) -> RemoteFlow | None:
        """The flow that was handed in under a tracking id, the first if there are several; None if the platform has none.

        Messages about a document may repeat its tracking id; `is_message`: what was handed in is a message itself. Raises as
        `search`.
        """
        found = [flow for flow in self.search({"trackingId": tracking_id}) if flow.tracking_id == tracking_id]
        own = [flow for flow in found if (flow.direction != "In" if is_message else not flow.flow_type.endswith("LC"))]
        return min(own, key=lambda flow: (flow.ack == "Error", flow.updated, flow.flow), default=None)

    def search(self, where: Mapping[str, Any]) -> Iterator[RemoteFlow]:
        """The flows that meet all criteria, page by page. Raises RequestRefused, ServerUnusable, NotReached, NoAnswer."""
        cursor = ""
        for _page in range(_PAGES):
            question = {"limit": _LIMIT_OF_PAGE, "where": dict(where)} | ({"cursor": cursor} if cursor else {})
            answer = self._again(
                "POST", self._url("flows/search"), json.dumps(question).encode(), "application/json", _JSON_LIMIT
            )
            told = json_object(answer.data)
            results = told.get("results") if told else None
            if told is None or not isinstance(results, list):
                raise RequestRefused(_("{host} gives no list of flows", host=host_of(self.server.flows)))
            yield from map(self._flow, results)
            following = told.get("nextCursor")
            if not following:
                return
            if not isinstance(following, str) or following == cursor:
                break
            cursor = following
        raise RequestRefused(_("{host} never comes to the end of its list of flows", host=host_of(self.server.flows)))

    def document(self, flow: str, kind: DocType = "Original") -> bytes:
        """A file of a flow. Raises as `search`."""
        url = f"{self._url('flows')}/{quote(flow, safe='')}?docType={kind}"
        return self._again("GET", url, None, "", FILE_LIMIT).data

    def check(self) -> None:
        """Asks whether the platform works, and whether it lets us in. Raises as `search`."""
        self._again("GET", self._url("healthcheck"), None, "", _JSON_LIMIT)

    def ask(self, url: str, question: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """The answer to something that changes nothing; None if it is no object in JSON. A `question` is posted. Raises as
        `search`.
        """
        body = None if question is None else json.dumps(question).encode()
        kind = "" if body is None else "application/json"
        return json_object(self._again("GET" if body is None else "POST", url, body, kind, _JSON_LIMIT).data)

    def _url(self, path: str) -> str:
        return f"{self.server.flows}/v1/{path}"

    def _once(
        self, method: str, url: str, *, body: bytes | None = None, content_type: str = "", limit: int = _JSON_LIMIT
    ) -> Answer:
        """One request, with a new token if the platform does not take the one that we have."""
        self.authorize()
        answer = self._sent(method, url, body, content_type, limit)
        if answer.status == 401:
            self._token = ""
            self.authorize()
            answer = self._sent(method, url, body, content_type, limit)
        return answer

    def _sent(self, method: str, url: str, body: bytes | None, content_type: str, limit: int) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}"}
        if content_type:
            headers["Content-Type"] = content_type
        if self.server.organization:
            headers["Organization-Id"] = self.server.organization
        return self._http.request(method, url, headers=headers, body=body, limit=limit)

    def _again(self, method: str, url: str, body: bytes | None, content_type: str, limit: int) -> Answer:
        """A request that changes nothing: made again after each pause. Raises as `search`."""
        pauses = iter(self._pauses)
        while True:
            answer: Answer | None = None
            try:
                answer = self._once(method, url, body=body, content_type=content_type, limit=limit)
                if answer.status == 200:
                    return answer
                reason = self._refusal(answer, url)
            except (NoAnswer, NotReached) as error:
                reason = str(error)
                if (pause := next(pauses, None)) is None:
                    raise
            else:
                final = answer.status < 500 and answer.status != 429
                if final or (pause := next(pauses, None)) is None:
                    raise RequestRefused(reason, answer.status)
            self._wait(answer, pause, reason)

    def _wait(self, answer: Answer | None, pause: float, reason: str) -> None:
        """Waits as long as the platform asks for, or else the usual pause."""
        asked = answer.headers.get("retry-after", "") if answer else ""
        seconds = min(max(float(asked), pause), _LONGEST_PAUSE) if asked.isascii() and asked.isdigit() else pause
        self._notice(_("{reason}: trying again in {pause} seconds", reason=reason, pause=f"{seconds:g}"))
        self._sleep(seconds)

    def _refusal(self, answer: Answer, url: str) -> str:
        """A refusal, in one line."""
        told = json_object(answer.data) or {}
        words = joined(" ", (str(told[key]) for key in ("errorCode", "errorMessage") if told.get(key)))
        text = one_line(f"{answer.status} {words}").strip().replace(self._token or "\0", "…")
        return _("{host}: {answer}", host=host_of(url), answer=text[:SHOWN])

    def _flow(self, told: Any) -> RemoteFlow:
        """A flow of a list. Raises RequestRefused if it cannot be told what it is."""
        if not (isinstance(told, dict) and _is_identifier(told.get("flowId")) and _is_text(told.get("updatedAt"), 40)):
            raise RequestRefused(_("{host} lists a flow without its name or time", host=host_of(self.server.flows)))
        ack = told.get("acknowledgement")
        details = ack.get("details") if isinstance(ack, dict) else None
        reasons = [
            one_line(": ".join(str(detail[key]) for key in ("reasonCode", "reasonMessage") if detail.get(key)))
            for detail in (details if isinstance(details, list) else ())
            if isinstance(detail, dict)
        ]
        return RemoteFlow(
            flow=told["flowId"],
            updated=told["updatedAt"],
            flow_type=_text(told.get("flowType")),
            direction=_text(told.get("flowDirection")),
            tracking_id=_text(told.get("trackingId")),
            name=_text(told.get("name")),
            ack=_text(ack.get("status")) if isinstance(ack, dict) else "",
            reasons="; ".join(reasons)[:SHOWN],
        )


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()


def _is_identifier(value: object) -> bool:
    return _is_text(value, 64)


def _text(value: object) -> str:
    return one_line(value)[:SHOWN] if isinstance(value, str) else ""


def _multipart(flow: FlowToSend) -> tuple[bytes, str]:
    """The body of a request that hands a file in, and its content type. The same file gives the same bytes."""
    from urllib3 import encode_multipart_formdata
    from urllib3.fields import RequestField

    digest = sha256(flow.content).hexdigest()
    info = {"trackingId": flow.tracking_id, "name": flow.name, "flowSyntax": flow.syntax, "sha256": digest}
    media_type = "application/pdf" if flow.syntax == "Factur-X" else "application/xml"
    fields = [
        RequestField("flowInfo", json.dumps(info, ensure_ascii=False), headers={"Content-Type": "application/json"}),
        RequestField("file", flow.content, filename=flow.name, headers={"Content-Type": media_type}),
    ]
    for field in fields:
        field.make_multipart(content_type=field.headers["Content-Type"])
    return encode_multipart_formdata(fields, boundary=digest[:40])
