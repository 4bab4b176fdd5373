"""A platform of our own, by AFNOR XP Z12-013: it takes flows, lists them by cursor, gives their files, moves them as told.

Every request and every answer of its own is checked against the published OpenAPI description; what does not fit is in `problems`.
A test may have it fail: busy, cut off before or after it has done its work, slow, huge, malformed, or sending elsewhere.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import re
import socket
import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import jsonschema

OPENAPI = Path(__file__).parent / "openapi"
FLOW_API = json.loads((OPENAPI / "xp-z12-013-flow.json").read_text(encoding="utf-8"))
DIRECTORY_API = json.loads((OPENAPI / "xp-z12-013-directory.json").read_text(encoding="utf-8"))
# a code of the list fits both of its alternatives, so that none could ever be valid
FLOW_API["components"]["schemas"]["ReasonCode"]["anyOf"] = FLOW_API["components"]["schemas"]["ReasonCode"].pop("oneOf")
# "Disabled" and "Upcoming" are in its list, and longer than it allows
DIRECTORY_API["components"]["schemas"]["directoryLineStatus"].pop("maxLength")
TYPES = {"FRR": "AggregatedCustomerTransactionReport", "CDAR": "CustomerInvoiceLC"}
"""What the platform makes of a file by its syntax; everything else is an invoice."""
BEGIN = datetime(2026, 11, 30, 8, tzinfo=UTC)


def invalid(schema: str, value: object, api: dict[str, Any] = FLOW_API) -> list[str]:
    """What is wrong with a value by a schema of a description."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": api["components"]}
    errors = jsonschema.Draft202012Validator(whole).iter_errors(value)
    return [f"{schema}: {error.message}"[:300] for error in errors]


@dataclass
class Fault:
    """How the next request fails. `taken`: after the platform has done its work."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    taken: bool = False
    cut: bool = False
    """The connection ends without an answer."""
    endless: bool = False
    """The answer goes on for ever."""
    delay: float = 0


@dataclass
class Flow:
    """A flow of the platform."""

    number: str
    info: dict[str, Any]
    content: bytes
    flow_type: str
    direction: Literal["In", "Out"]
    updated: str
    submitted: str
    ack: str = "Pending"
    details: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As the platform describes it."""
        ack: dict[str, Any] = {"status": self.ack} | ({"details": self.details} if self.details else {})
        return {key: value for key, value in self.info.items() if key != "sha256"} | {
            "flowId": self.number,
            "submittedAt": self.submitted,
            "updatedAt": self.updated,
            "flowType": self.flow_type,
            "flowDirection": self.direction,
            "flowProfile": "CIUS",
            "processingRule": "B2B",
            "processingRuleSource": "Computed",
            "acknowledgement": ack,
        }


@dataclass
class Listed:
    """A firm in the directory: its lines as the directory gives them, without what is the same for all of them."""

    name: str
    lines: list[dict[str, str]] = field(default_factory=list)


@dataclass
class StandIn:
    """The platform's state, and what a test wants of it."""

    client: str = "exemple-sarl"
    secret: str = "s3cret/+é"  # noqa: S105 - it is that of the test
    refresh_token: str = ""
    """If it is set: only this one is taken, and each use gives another."""
    page: int = 100
    organization: str = ""
    flows: list[Flow] = field(default_factory=list)
    directory: dict[str, Listed] = field(default_factory=dict)
    """The firms of the directory, by SIREN."""
    unknown_is_404: bool = True
    """How the directory says that it has nothing: platforms differ."""
    hidden: set[str] = field(default_factory=set)
    """Tracking ids that a search does not find yet."""
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    """By method and path without /v1, such as "POST flows"."""
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    address: str = ""
    ticks: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def now(self) -> str:
        """Another moment, a second later."""
        self.ticks += 1
        return (BEGIN + timedelta(seconds=self.ticks)).isoformat().replace("+00:00", ".000Z")

    def fail(self, request: str, *faults: Fault) -> None:
        """The next requests of a kind fail like this."""
        self.faults.setdefault(request, []).extend(faults)

    def add(self, info: dict[str, Any], content: bytes, flow_type: str, direction: Literal["In", "Out"]) -> Flow:
        """A new flow."""
        moment = self.now()
        flow = Flow(f"flow-{len(self.flows) + 1}", info, content, flow_type, direction, moment, moment)
        self.flows.append(flow)
        return flow

    def acknowledge(self, flow: str, ack: str, reason: str = "", message: str = "") -> None:
        """The platform's technical answer to a flow."""
        (found,) = [known for known in self.flows if known.number == flow]
        found.ack, found.updated = ack, self.now()
        found.details = (
            [{"level": "Error", "item": "file", "reasonCode": reason, "reasonMessage": message}] if reason else []
        )

    def tell(self, number: str, code: str, reason: str = "", *, tracking: str = "", words: str = "") -> Flow:
        """A life-cycle message about the document of a number."""
        info = {"name": f"{number}-{code}.xml", "flowSyntax": "CDAR"} | ({"trackingId": tracking} if tracking else {})
        with self.lock:
            flow = self.add(info, cdar(number, code, reason, words), "CustomerInvoiceLC", "In")
            flow.ack = "Ok"
        return flow

    def list_firm(self, siren: str, name: str, **addresses: str) -> None:
        """A firm in the directory; by address after the SIREN ("" is the SIREN alone): the status, "-" if none is told."""
        lines = []
        for rest, status in addresses.items():
            siret, _underscore, code = rest.removeprefix("_").partition("_")
            line = {"addressingIdentifier": siren + rest, "platformType": "WK", "siren": siren}
            line |= {} if status == "-" else {"directoryLineStatus": status}
            line |= {"siret": siret} if len(siret) == 14 else {"addressingSuffix": siret} if siret else {}
            line |= {"routingIdentifier": code} if code else {}
            lines.append(line)
        self.directory[siren] = Listed(name, lines)

    def supply(self, content: bytes, name: str = "facture.xml", syntax: str = "UBL") -> Flow:
        """An invoice of a supplier."""
        with self.lock:
            flow = self.add({"name": name, "flowSyntax": syntax}, content, "SupplierInvoice", "In")
            flow.ack = "Ok"
        return flow

    @property
    def documents(self) -> list[Flow]:
        """What was handed in."""
        return [flow for flow in self.flows if flow.direction == "Out"]


def cdar(number: str, code: str, reason: str = "", words: str = "") -> bytes:
    """A life-cycle message: what this program reads of one."""
    why = f"<ram:ReasonCode>{escape(reason)}</ram:ReasonCode>" if reason else ""
    why += f"<ram:Reason>{escape(words)}</ram:Reason>" if words else ""
    status = f"<ram:SpecifiedDocumentStatus>{why}</ram:SpecifiedDocumentStatus>" if why else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossDomainAcknowledgementAndResponse xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossDomainAcknowledgementAndResponse:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocument><ram:IssueDateTime><udt:DateTimeString format="204">20261130090000</udt:DateTimeString></ram:IssueDateTime>
</rsm:ExchangedDocument><rsm:AcknowledgementDocument><ram:ReferenceReferencedDocument>
<ram:IssuerAssignedID>{escape(number)}</ram:IssuerAssignedID><ram:ProcessConditionCode>{escape(code)}</ram:ProcessConditionCode>
{status}</ram:ReferenceReferencedDocument></rsm:AcknowledgementDocument></rsm:CrossDomainAcknowledgementAndResponse>""".encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    platform: StandIn

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        platform = self.platform
        with platform.lock:
            platform.requests.append((self.command, self.path, dict(self.headers.items()), body))
            kind = re.sub(r"/flow-[^/]*$", "/ID", parts.path.removeprefix("/flow-service/v1/"))
            waiting = platform.faults.get(f"{self.command} {kind}")
            fault = waiting.pop(0) if waiting else None
            answer = self._answer(parts.path, parse_qs(parts.query), body) if fault is None or fault.taken else None
        if fault:
            threading.Event().wait(fault.delay)
        if fault and fault.cut:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        elif fault and fault.endless:
            self._endless()
        elif fault and (fault.status or fault.body):
            self._send(fault.status or 200, fault.body, fault.headers)
        elif answer:
            self._send(*answer)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b" " * 65536)

    def _answer(self, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        if path == "/token":
            return self._token(parse_qs(body.decode()))
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.platform.tokens[-1:]:
            return _error(401, "MISSING_TOKEN")
        if self.platform.organization and self.headers.get("Organization-Id") != self.platform.organization:
            return _error(403, "FORBIDDEN_ACCESS")
        if path.startswith("/directory-service/v1/"):
            return self._directory(path.removeprefix("/directory-service/v1/"), body)
        match self.command, path.removeprefix("/flow-service").split("/")[1:]:
            case "GET", ["v1", "healthcheck"]:
                return _json(200, {})
            case "POST", ["v1", "flows"]:
                return self._take(body)
            case "POST", ["v1", "flows", "search"]:
                return self._search(json.loads(body))
            case "GET", ["v1", "flows", flow]:
                return self._file(unquote(flow), query)
        self.platform.problems.append(f"no such path: {self.command} {path}")
        return _error(404, "MISSING_RESOURCE")

    def _directory(self, path: str, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        platform = self.platform
        if (self.command, path) == ("GET", "healthcheck"):
            return _json(200, {})
        schemas = {
            "siren/search": ("searchSiren", "sirenSearchPost200Response"),
            "directory-line/search": ("searchDirectoryLine", "directoryLineSearchPost200Response"),
        }
        if self.command != "POST" or path not in schemas:
            platform.problems.append(f"no such path: {self.command} {path}")
            return _error(404, "MISSING_RESOURCE")
        asked, told_schema = schemas[path]
        question = json.loads(body)
        platform.problems += invalid(asked, question, DIRECTORY_API)
        siren = question["filters"]["siren"]["value"]
        firm = platform.directory.get(siren)
        unit = {"siren": siren, "businessName": firm.name, "entityType": "PrivateVatRegistered"} if firm else {}
        found: list[dict[str, Any]] = [unit] if firm else []
        if path != "siren/search":
            more = {"legalUnit": unit} if "siren" in question.get("include", []) else {}
            found = [line | more for line in firm.lines] if firm else []
        if not found and platform.unknown_is_404:
            return _error(404, "MISSING_RESOURCE")
        start, size = question.get("ignore", 0), min(question.get("limit", 50), platform.page)
        told = {"search": question, "totalNumberOfResults": len(found), "results": found[start : start + size]}
        platform.problems += invalid(told_schema, told, DIRECTORY_API)
        return _json(200, told)

    def _token(self, form: dict[str, list[str]]) -> tuple[int, bytes, dict[str, str]]:
        platform = self.platform
        grant = form.get("grant_type", [""])[0]
        if grant == "client_credentials":
            from urllib.parse import unquote_plus

            pair = b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            client, _colon, secret = pair.partition(":")
            if (unquote_plus(client), unquote_plus(secret)) != (platform.client, platform.secret):
                return _json(401, {"error": "invalid_client", "error_description": f"no {unquote_plus(secret)}"})
            fresh = {}
        elif platform.refresh_token and form.get("refresh_token") == [platform.refresh_token]:
            platform.refresh_token = f"refresh-{len(platform.tokens) + 1}"
            fresh = {"refresh_token": platform.refresh_token}
        else:
            return _json(400, {"error": "invalid_grant"})
        platform.tokens.append(f"token-{len(platform.tokens) + 1}")
        return _json(200, {"access_token": platform.tokens[-1], "token_type": "Bearer", "expires_in": 3600, **fresh})

    def _take(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        platform = self.platform
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        parts: dict[object, Any] = {
            part.get_param("name", header="content-disposition"): part for part in message.iter_parts()
        }
        if set(parts) != {"flowInfo", "file"} or parts["flowInfo"].get_content_type() != "application/json":
            platform.problems.append(f"parts {set(parts)}")
            return _error(400, "MISSING_REQUIRED_FIELD")
        info = json.loads(parts["flowInfo"].get_payload(decode=True))
        content = parts["file"].get_payload(decode=True)
        if parts["file"].get_content_type() not in {"application/pdf", "application/xml"}:
            platform.problems.append(f"type of file {parts['file'].get_content_type()}")
        platform.problems += invalid("FlowInfo", info)
        if info.get("sha256") != sha256(content).hexdigest():
            return _error(422, "ChecksumMismatch")
        flow_type = TYPES.get(info.get("flowSyntax"), "CustomerInvoice")
        if re.search(rb"SenderTradeParty>\s*<ram:RoleCode>BY<", content):
            flow_type = "SupplierInvoiceLC"
        flow = platform.add(info, content, flow_type, "Out")
        told = info | {"flowId": flow.number, "submittedAt": flow.submitted}
        platform.problems += invalid("FullFlowInfo", told)
        return _json(202, told)

    def _search(self, question: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
        platform = self.platform
        platform.problems += invalid("SearchFlowParams", question)
        where = question["where"]
        if not where:
            return _error(400, "MISSING_CRITERION")
        found = [
            flow
            for flow in sorted(platform.flows, key=lambda flow: (flow.updated, flow.number))
            if flow.updated > where.get("updatedAfter", "")
            and flow.flow_type in where.get("flowType", [flow.flow_type])
            and flow.direction in where.get("flowDirection", [flow.direction])
            and where.get("trackingId") in {None, flow.info.get("trackingId")}
            and flow.info.get("trackingId") not in platform.hidden
        ]
        start = int(question.get("cursor", "0"))
        size = min(question.get("limit", 25), platform.page)
        told: dict[str, Any] = {"limit": size, "results": [flow.as_json() for flow in found[start : start + size]]}
        if start + size < len(found):
            told["nextCursor"] = str(start + size)
        platform.problems += invalid("SearchFlowContent", told)
        return _json(200, told)

    def _file(self, number: str, query: dict[str, list[str]]) -> tuple[int, bytes, dict[str, str]]:
        kind = query.get("docType", ["Metadata"])[0]
        allowed = FLOW_API["paths"]["/v1/flows/{flowId}"]["get"]["parameters"][3]["schema"]["enum"]
        if kind not in allowed or set(query) - {"docType"}:
            self.platform.problems.append(f"query {query}")
        flow = next((flow for flow in self.platform.flows if flow.number == number), None)
        if flow is None:
            return _error(404, "MISSING_RESOURCE")
        if kind == "Metadata":
            return _json(200, flow.as_json())
        return 200, flow.content, {"Content-Type": "application/octet-stream"}


def _json(status: int, value: object) -> tuple[int, bytes, dict[str, str]]:
    return status, json.dumps(value).encode(), {"Content-Type": "application/json"}


def _error(status: int, code: str) -> tuple[int, bytes, dict[str, str]]:
    value = {"errorCode": code, "errorMessage": f"about {code}"}
    assert not invalid("Error", value)
    return _json(status, value)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_arguments: object) -> None:
        """A client that has gone is no error."""


@contextlib.contextmanager
def running(platform: StandIn, tls: ssl.SSLContext | None = None) -> Iterator[StandIn]:
    """The platform at `platform.address` (add /flow-service or /token), until the end; `tls`: behind a certificate."""
    handler = type("Handler", (_Handler,), {"platform": platform})
    with _Server(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        platform.address = (
            f"https://localhost:{server.server_address[1]}" if tls else f"http://127.0.0.1:{server.server_address[1]}"
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield platform
        finally:
            server.shutdown()
            thread.join()
