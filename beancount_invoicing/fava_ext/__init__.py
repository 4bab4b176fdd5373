"""The page "Receivables" in Fava: `custom "fava-extension" "beancount_invoicing.fava_ext"`.

It shows who owes what, and since when, with the open invoices of each customer. The page follows Fava's time filter (as
of its last day, or today without a filter), its account filter, its language and its incognito mode. It changes
nothing.
"""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from beancount.core.account import has_component
from fava.beans.funcs import hash_entry
from fava.core.filters import Match, TimeFilter
from fava.ext import FavaExtensionBase, extension_endpoint
from fava.helpers import FavaAPIError
from fava.template_filters import basename, replace_numbers
from flask import Response, abort, current_app, request
from flask_babel import get_locale
from markupsafe import Markup, escape

from beancount_invoicing import InvoicingError, checks, rendering
from beancount_invoicing.actions.statement import render_statement
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.documents import render
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.documents.written_files import Output
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.entries.sources import Sources, sources
from beancount_invoicing.fava_ext.act_endpoints import ActPage, act_answer, form_answer
from beancount_invoicing.fava_ext.page import OpenInvoice, Page, page
from beancount_invoicing.gc_control import no_collections
from beancount_invoicing.languages import speaking, translated
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.loading import last_load
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.receivables import Allocated, allocate, statements

if TYPE_CHECKING:
    from fava.core import FavaLedger

__all__ = ["Receivables"]

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
"""A previewed document must not load or run anything."""
NOTHING = '<span class="nil">–</span>'


class FileNames(NamedTuple):
    """A ledger's file on the page: its path in an address, and its name alone."""

    quoted: str
    base: str


class Receivables(FavaExtensionBase):
    """The extension. Fava finds it by its base class, and its page and script by its name."""

    report_title = "Receivables"
    has_js_module = True

    def __init__(self, ledger: FavaLedger, config: str | None = None) -> None:
        """Config: a dict in quotes; `{'title': 'Créances'}` names the page in Fava's menu. What cannot be read is passed
        over: an exception here would keep Fava from starting."""
        super().__init__(ledger)
        self._loaded: tuple[object, Ledger] | None = None
        self._pages: dict[tuple[date, str], Page] = {}
        self._hashes: dict[int, str] = {}
        self._sources: Sources = ()
        self._tried: set[str] = set()
        try:
            options = ast.literal_eval(config) if isinstance(config, str) and config.strip() else {}
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            options = {}
        options = options if isinstance(options, dict) else {}
        if isinstance(options.get("title"), str):
            self.report_title = options["title"]
        self.acts_allowed = options.get("acts", True) is not False

    def before_request(self) -> None:
        """Makes Fava load again if the ledger's files are not those that it loaded: Fava itself only compares their
        times.
        """
        if request.blueprint == "json_api":  # Fava too loads for pages only
            return
        try:
            now = self._files()
            missing = {file.name for file in now if file.seen} - set(self.ledger.options["include"])
            if now != self._sources or missing - self._tried:
                self._tried = missing  # what is encrypted is never among those that were loaded
                self.ledger.load_file()
        except Exception as error:  # a mistake of ours must not take Fava's pages down
            logging.getLogger(__name__).warning("changes of the ledger's files were not looked for: %s", error)

    def _files(self) -> Sources:
        return sources(self.ledger.beancount_file_path, self._sources)

    def after_load_file(self) -> None:
        """Takes over the plugin's result for this load, before the result for another ledger replaces it."""
        self._sources = self._files()
        self._translate_errors()
        entries: Any = self.ledger.all_entries
        options: Any = self.ledger.options
        if known := last_load.last_checked(last_load.entries_seen_by_plugin(entries, options)):
            self._take(entries, known.book, known.findings, known.allocated)

    def _translate_errors(self) -> None:
        """Has Fava's own page of errors say ours in the language of the ledger's option: without one, who reads is not known."""
        if language := self.ledger.fava_options.language:
            with speaking(language):
                self.ledger.load_errors = [
                    error._replace(message=str.__str__(translated(error.message)))
                    if isinstance(error, InvoicingError)
                    else error
                    for error in self.ledger.load_errors
                ]

    def _ledger(self) -> Ledger:
        """What Fava has loaded, read once for each load where the plugin has not done so."""
        entries: Any = self.ledger.all_entries
        if self._loaded is None or self._loaded[0] is not entries:
            options: Any = self.ledger.options
            ran = any(name == "beancount_invoicing" for name, _config in options.get("plugin", ()))
            book = read_book(last_load.entries_seen_by_plugin(entries, options), options, plugin_ran=ran)
            allocated = allocate(book, book.last_date)
            return self._take(entries, book, checks.check(book, allocated), allocated)
        return self._loaded[1]

    def _take(self, entries: object, book: Book, findings: tuple[Finding, ...], allocated: Allocated) -> Ledger:
        """What is shown from now on; errors first, then by file and line."""
        ledger = Ledger(
            book, tuple(sorted(findings, key=lambda finding: (finding.severity, finding.source))), allocated
        )
        self._loaded = entries, ledger
        self._pages.clear()
        self._hashes.clear()
        return ledger

    def as_of(self) -> date:
        """The last day of Fava's time filter (inclusive), or else today. Raises FavaAPIError for a filter without a
        meaning.
        """
        text = request.args.get("time", "")
        if not text:
            return date.today()  # noqa: DTZ011 - the user's own day, read at the edge
        # only the day is wanted: g.filtered would sum all entries before it
        return TimeFilter(self.ledger.options, self.ledger.fava_options, text).date_range.end_inclusive

    def words(self) -> Mapping[str, Mapping[str, str]]:
        """The words of the page in Fava's language, or in English if there are none."""
        return rendering.word_table(rendering.folders(self._ledger().book), _fava_language()[:2])

    def in_language(self, message: str) -> str:
        """A finding's message in Fava's language. The language is that of this request only, because other requests may
        run at the same time.
        """
        with speaking(_fava_language()):
            return translated(message)

    def page(self) -> Page | str:
        """The content of the page or, if it cannot be shown, the reason."""
        try:
            with no_collections():
                return self._page()
        except FavaAPIError as error:
            return error.message
        except Exception as error:  # a mistake of ours must not take Fava's page down
            return f"{type(error).__name__}: {self.in_language(str(error))}"

    def _page(self) -> Page:
        ledger = self._ledger()
        account, day = request.args.get("account", ""), self.as_of()
        shown = self._pages.get((day, account))
        if shown is None:
            if len(self._pages) > 15:
                self._pages.clear()
            shown = page(ledger, day, _accounts(account), self.ledger.options["operating_currency"])
            self._pages[day, account] = shown
        return shown

    def query_filter(self) -> str:
        """Fava's query filter, which this page does not follow."""
        return request.args.get("filter", "").strip()

    def bucket_names(self, shown: Page) -> list[str]:
        """What the buckets of the page are called, from the claims that are not due yet to the oldest."""
        words = self.words()["receivables"]
        starts = [1, *(bound + 1 for bound in shown.bounds)]
        spans = [
            words["days"].format(**{"from": start, "to": end}) for start, end in zip(starts, shown.bounds, strict=False)
        ]
        return [words["not-due"], *spans, words["over"].format(to=shown.bounds[-1])]

    @staticmethod
    @cache
    def file_names(file: str) -> FileNames:
        """How the page writes a file's path."""
        return FileNames(quote(file), basename(file))

    def incognito(self) -> bool:
        """Whether Fava hides figures."""
        return bool(current_app.config.get("INCOGNITO"))

    def cells(self, amounts: Iterable[Decimal], currency: str) -> Markup:
        """Cells of a table with amounts, as Fava writes them and hides them when incognito; sorted by their value."""
        written = self.ledger.format_decimal
        shown = replace_numbers if self.incognito() else str
        cells = (
            f'<td class="num" data-sort-value="{shown(amount)}">'
            f"{escape(shown(written(amount, currency))) if amount else NOTHING}</td>"
            for amount in amounts
        )
        return Markup("".join(cells))  # noqa: S704 - an amount needs no escaping

    @staticmethod
    def account_address(any_account: str, account: str) -> str:
        """The address of an account in Fava, from that of the account ANY: `url_for` takes too long to be asked for each."""
        return any_account.replace("ANY", quote(account, safe=":"), 1)

    def context(self, open_invoice: OpenInvoice) -> str:
        """The address of an invoice's entry in Fava."""
        if open_invoice.entry not in self._hashes:
            self._hashes[open_invoice.entry] = hash_entry(self._entry(open_invoice))
        return f"#context-{self._hashes[open_invoice.entry]}"

    def _entry(self, open_invoice: OpenInvoice) -> Any:
        """The invoice's entry among Fava's, where it may have another place once other plugins were at work."""
        entries: Any = self.ledger.all_entries
        place = open_invoice.position.invoice.source
        found = entries[open_invoice.entry] if open_invoice.entry < len(entries) else None
        if found is not None and source_of(found.meta) == place:
            return found
        return next((entry for entry in entries if source_of(entry.meta) == place), found)

    @extension_endpoint
    def act_form(self) -> Response:
        """The form of an act, filled in."""
        return form_answer(self._act_page())

    # Fava's type of a decorator with arguments fits no function
    @extension_endpoint(methods=["POST"])  # type: ignore[untyped-decorator, arg-type]
    def act(self) -> Response:
        """Shows what an act would write, or writes what was shown."""
        return act_answer(self._act_page())

    def _act_page(self) -> ActPage:
        file = Path(self.ledger.beancount_file_path)
        return ActPage(
            file, _fava_language(), self.acts_allowed, self._ledger, lambda: self.words()["acts"], self.as_of
        )

    @extension_endpoint
    def html(self) -> Response:
        """The document `number` as a page, for the preview."""
        return self._document("html")

    @extension_endpoint
    def pdf(self) -> Response:
        """The document `number` as a PDF to download; if it was sealed, the sealed file."""
        return self._document("pdf")

    @extension_endpoint
    def statement(self) -> Response:
        """The statement of account of `customer` (main account) as a page, from 1 January to the page's day."""
        return self._statement("html")

    @extension_endpoint
    def statement_pdf(self) -> Response:
        """The same as a PDF."""
        return self._statement("pdf")

    def _document(self, output: Output) -> Response:
        number = request.args.get("number", "")
        return self._shown(output, lambda book: render.document_file(book, number, output))

    def _statement(self, output: Output) -> Response:
        account = request.args.get("customer", "")

        def made(book: Book) -> tuple[str, bytes]:
            day = self.as_of()
            if account not in book.customers:
                raise UnknownCustomer(_("there is no customer {account}", account=account))
            (told,) = statements(book, day, day.replace(month=1, day=1), {account})
            return render_statement(book, told, output)

        return self._shown(output, made)

    def _shown(self, output: Output, make: Callable[[Book], tuple[str, bytes]]) -> Response:
        """A document, by its name and bytes; where that is impossible, why, in a line. Incognito shows none."""
        if self.incognito():
            abort(403, self.in_language(_("documents are not shown in incognito mode")))
        try:
            with no_collections():
                name, data = make(self._ledger().book)
        except FavaAPIError as error:
            return Response(error.message, 404, mimetype="text/plain")
        except (UnknownNumber, UnknownCustomer, rendering.NoDocument) as error:
            return Response(self.in_language(str(error)), 404, mimetype="text/plain")
        except (rendering.TemplateError, OSError) as error:
            return Response(self.in_language(str(error)), 500, mimetype="text/plain")
        except Exception as error:  # a mistake of ours must not take Fava's page down
            return Response(f"{type(error).__name__}: {self.in_language(str(error))}", 500, mimetype="text/plain")
        response = Response(data, mimetype="application/pdf" if output == "pdf" else "text/html")
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        if output == "pdf":
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _fava_language() -> str:
    """The language of the request: Fava's option, else what the browser asks for; "en" where it says none."""
    return str(get_locale() or "en")


def _accounts(text: str) -> Callable[[str], bool]:
    """Which accounts Fava's account filter lets pass: those that match it, or have it as a part."""
    if not text:
        return lambda _account: True
    matches = Match(text)
    return lambda name: matches(name) or has_component(name, text)
