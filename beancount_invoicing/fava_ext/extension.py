"""The extension: the border with Fava. It reads what the browser asks for, and hands the templates the data of a page."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from beancount.core.account import has_component
from fava.core.filters import Match, TimeFilter
from fava.ext import FavaExtensionBase, extension_endpoint
from fava.helpers import FavaAPIError
from fava.template_filters import basename, replace_numbers
from flask import Response, abort, current_app, g, request
from flask_babel import get_locale
from jinja2 import Environment, FileSystemBytecodeCache
from markupsafe import Markup, escape

from beancount_invoicing import rendering
from beancount_invoicing.actions.today import Task, TaskKind
from beancount_invoicing.cash import BalanceHistory, Standing, next_time, standings
from beancount_invoicing.cash.observations import ENOUGH_PAYMENTS
from beancount_invoicing.cash.periods import Interval
from beancount_invoicing.fava_ext import as_of, document_files, documents_page, owing, today_page
from beancount_invoicing.fava_ext.act_endpoints import ActPage, act_answer, form_answer, may_act, refusal_by_host
from beancount_invoicing.fava_ext.acts.table import ACTS
from beancount_invoicing.fava_ext.cash_charts import Charts, cash_charts, paying_charts
from beancount_invoicing.fava_ext.cash_page import (
    ITEM_COLUMNS,
    CashFigures,
    CashPage,
    PayingPage,
    cash_figures,
    cash_page,
    figure_items,
    interval_of,
    last_day_of,
    other_movements,
    paying_page,
    period_name,
)
from beancount_invoicing.fava_ext.contracts_page import contracts_page
from beancount_invoicing.fava_ext.customer_page import CARD, CustomerPage, customer_page
from beancount_invoicing.fava_ext.document_files import FileKind, HandedOut
from beancount_invoicing.fava_ext.documents_page import DocumentRow
from beancount_invoicing.fava_ext.findings_page import FindingsPage, findings_page
from beancount_invoicing.fava_ext.loaded import LoadedLedger
from beancount_invoicing.fava_ext.page_options import PageOptions, page_options
from beancount_invoicing.fava_ext.query import Addresses, Query, Rows, chosen_rows, read_query
from beancount_invoicing.gc_control import no_collections
from beancount_invoicing.languages import speaking, translated
from beancount_invoicing.messages import _
from beancount_invoicing.model import Contract, Source
from beancount_invoicing.receivables import Position, positions
from beancount_invoicing.receivables.aging import DEFAULT_BOUNDS
from beancount_invoicing.words import interval, word

if TYPE_CHECKING:
    from fava.core import FavaLedger

NOTHING = '<span class="nil">–</span>'


class ShownPage(NamedTuple):
    """A page: the day, what is wrong in the ledger, and its own data."""

    query: Query
    day: as_of.ShownDay
    findings: FindingsPage
    data: Mapping[str, Any]


class Receivables(FavaExtensionBase):
    """The extension. Fava finds it by its base class, and its page and script by its name."""

    has_js_module = True
    act_names = tuple(ACTS)

    def __init__(self, ledger: FavaLedger, config: str | None = None) -> None:  # noqa: ARG002 - read anew, see below
        """The config is read anew after each load: Fava makes an extension only once. Nothing may be raised here, because
        that would keep Fava from starting.
        """
        super().__init__(ledger)
        self._loaded = LoadedLedger(ledger)

    def options(self) -> PageOptions:
        """What the ledger's line says, as it was loaded last."""
        return page_options(self.ledger.all_entries_by_type.Custom)

    @cached_property
    def jinja_env(self) -> Environment:
        """Fava's environment for the templates. What it compiles them to is kept beside them, as Python keeps that of modules: it
        takes longer than the page.
        """
        environment = super().jinja_env
        folder = self.extension_dir / "templates" / "__pycache__"
        if not sys.dont_write_bytecode and os.access(folder.parent, os.W_OK):
            folder.mkdir(exist_ok=True)
            environment.bytecode_cache = FileSystemBytecodeCache(str(folder))
        return environment

    @property
    def report_title(self) -> str:  # type: ignore[override]  # Fava reads it for each page, in the language of the request
        """The name in Fava's menu: that of the config, or else in Fava's language."""
        if title := self.options().title:
            return title
        try:
            return str(self.words()["receivables"]["title"])
        except Exception:  # a mistake of ours must not take Fava's menu down
            return "Receivables"

    def before_request(self) -> None:
        """Makes Fava load again if a file has changed that it does not watch."""
        if request.blueprint != "json_api":  # Fava too loads for pages only
            self._loaded.load_again_if_changed()

    def after_load_file(self) -> None:
        """Takes over what the plugin has worked out for this load."""
        self._loaded.after_load()

    # What the templates ask for.

    def words(self) -> Mapping[str, Mapping[str, Any]]:
        """The words of the page in Fava's language, or in English if there are none."""
        return rendering.word_table(rendering.folders(self._loaded.ledger().book), self._language()[:2])

    def spoken(self) -> str:
        """The language of the words of the page, for those who have it read aloud."""
        language = self._language()[:2]
        return language if language in self._page_languages() else "en"

    def shown(self) -> ShownPage | str:
        """The page that is asked for or, if it cannot be shown, the reason."""
        try:
            with no_collections():
                query, day = read_query(request.args), self._day()
                return ShownPage(query, day, self._findings(), self._data(query, day.day))
        except FavaAPIError as error:
            return error.message
        except Exception as error:  # a mistake of ours must not take Fava's page down
            return f"{type(error).__name__}: {self.translated(str(error))}"

    def translated(self, message: str) -> str:
        """A message in Fava's language. The language is that of this request only, because other requests may run at the
        same time.
        """
        with speaking(self._language(), self.words().get("messages"), with_findings=True):
            return str(translated(message))

    def incognito(self) -> bool:
        """Whether Fava hides figures."""
        return bool(current_app.config.get("INCOGNITO"))

    def may_act(self) -> bool:
        """Whether the page offers acts."""
        return may_act(self.options())

    def refusal_by_host(self) -> str:
        """Why nothing can be written under the name by which Fava was reached; "" if that is not the reason."""
        return refusal_by_host(self.options())

    def cell(self, amount: Decimal | None, currency: str, column: str = "", label: str = "") -> Markup:
        """A cell of a table with an amount, as Fava writes it and hides it when incognito.

        `column`: its CSS class; `label`: what is before it on a telephone, where there are no headings.
        """
        named = f' data-label="{escape(label)}"' if label else ""
        if not amount:
            return Markup(f'<td class="num nothing {column}"{named}>{NOTHING}</td>')  # noqa: S704 - escaped above
        written = self.ledger.format_decimal(amount, currency)
        text = escape(replace_numbers(written) if self.incognito() else written)
        return Markup(f'<td class="num {column}"{named}>{text}</td>')  # noqa: S704 - escaped above

    def figure(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency."""
        written = f"{self.ledger.format_decimal(amount, currency)} {currency}"
        return str(replace_numbers(written)) if self.incognito() else written

    def link(self, **asked: Any) -> str:
        """The address of a page, with Fava's filters."""
        return _addresses().of_query(Query(**asked))

    def here(self, **changed: Any) -> str:
        """The address of this page with something changed."""
        return _addresses().of_query(read_query(request.args)._replace(**changed))

    def file(self, endpoint: str, **arguments: str) -> str:
        """The address of a file, as of the day that is shown."""
        return _addresses().of_file(endpoint, **arguments)

    def part(self, endpoint: str) -> str:
        """The address of a part of this page, which comes after the rest."""
        return _addresses().of_query(read_query(request.args), endpoint)

    def figure_link(self, figure: str, begins: date | None, currency: str, customer: str = "") -> str:
        """The address of the documents that a figure about cash is the sum of."""
        day = begins.isoformat() if begins else ""
        return self.link(page="cash", figure=figure, begins=day, currency=currency, customer=customer)

    def owing_link(self, day: date) -> str:
        """The address of who owes what at the end of a day."""
        filters = {**request.args, "time": day.isoformat()}
        return Addresses(_addresses().home, filters).of_query(Query(page="owing"))

    @staticmethod
    def period_name(begins: date | None, interval: Interval) -> str:
        """What a period is called, as Fava calls it."""
        return period_name(begins, interval) if begins else ""

    def customer_name(self, account: str) -> str:
        """The name of a customer on the day that is shown."""
        customers = self._loaded.ledger().book.customers
        return customers[account].at(self._day().day).name if account in customers else account

    def list_file(self, form: str) -> str:
        """The address of the list that is shown, as a file."""
        query = read_query(request.args)._replace(rows="", start=0)
        return _addresses().of_query(query, "documents_list", format=form)

    @staticmethod
    def account_link(account: str) -> str:
        """The address of an account in Fava, without the time filter, which would leave little or nothing of it."""
        return f"{_addresses().home}account/{quote(account, safe=':')}/"

    @staticmethod
    def source_link(source: Source) -> str:
        """The address of a line in Fava's editor."""
        return f"{_addresses().home}editor/?file_path={quote(source.file)}&line={source.line}"

    @staticmethod
    def source_name(source: Source) -> str:
        """A line, by the last part of its file's name."""
        return f"{basename(source.file)}:{source.line}"

    def context(self, row: DocumentRow) -> str:
        """The address of a document's entry in Fava."""
        place = row.position.invoice.source
        name = self._loaded.entry_hash(place, row.entry)
        return f"#context-{name}" if name else self.source_link(place)

    def first_command(self) -> str:
        """How to begin in a ledger without documents: with the seller, a customer, or an invoice."""
        book = self._loaded.ledger().book
        if book.seller is None:
            return "bean-invoice init --from LEDGER"
        return "bean-invoice new CUSTOMER" if book.customers else "bean-invoice customer add NAME"

    def card_text(self, key: str, value: object) -> str:
        """What a customer's card says of a key: the way in which documents are sent has a word in each language."""
        return self.translated(word(str(value))) if key == "channel" else str(value)

    def main_account(self, account: str) -> str:
        """The main account of an account's customer."""
        return self._loaded.ledger().book.main_accounts.get(account, account)

    def every(self, contract: Contract) -> str:
        """How often a contract is billed, or how."""
        words = self.words()["intervals"]
        return words.get(contract.every) or self.translated(interval(contract.every)) or words[contract.mode]

    @staticmethod
    def rows_of(documents: Sequence[DocumentRow]) -> Rows:
        """The part of a customer's documents that is asked for."""
        return chosen_rows(documents, read_query(request.args), documents_page.COLUMNS)

    @staticmethod
    def errors_link() -> str:
        """The address of Fava's own page of errors."""
        return f"{_addresses().home}errors/"

    def bucket_names(self, bounds: Sequence[int]) -> list[str]:
        """What the buckets are called, from the claims that are not due yet to the oldest."""
        words = self.words()["receivables"]
        starts = [1, *(bound + 1 for bound in bounds)]
        spans = [words["days"].format(**{"from": start, "to": end}) for start, end in zip(starts, bounds, strict=False)]
        return [words["not-due"], *spans, words["over"].format(to=bounds[-1])]

    # Where the data comes from.

    def _language(self) -> str:
        """The language of the request: Fava's option; else the page's own language that the browser likes best, which Fava may
        lack, as it lacks Italian.
        """
        if self.ledger.fava_options.language:
            return str(get_locale() or "en")
        liked = request.accept_languages.best_match(["en", *self._page_languages()])
        return liked or str(get_locale() or "en")

    def _page_languages(self) -> tuple[str, ...]:
        return rendering.template_languages(rendering.folders(self._loaded.ledger().book))

    def _day(self) -> as_of.ShownDay:
        """The day that Fava's time filter stands for, or today without one. Raises FavaAPIError for a filter without a
        meaning.
        """
        now, text = as_of.today(), request.args.get("time", "")
        if not text:
            return as_of.ShownDay(now)
        try:  # only the days are wanted: g.filtered would sum all entries before them
            span = TimeFilter(self.ledger.options, self.ledger.fava_options, text).date_range
        except (FavaAPIError, ValueError, OverflowError) as error:
            raise FavaAPIError(self.words()["receivables"]["no-time"].format(filter=text)) from error
        return as_of.shown_day(span.begin, span.end_inclusive, now)

    def _once(self, name: str, day: date, make: Callable[[Callable[[str], bool]], Any]) -> Any:
        """What is worked out for a day and Fava's account filter, once for each load."""
        account = request.args.get("account", "")
        return self._loaded.once((name, day, account), lambda: make(_wanted(account)))

    def _data(self, query: Query, day: date) -> Mapping[str, Any]:
        """The data of a page."""
        ledger = self._loaded.ledger()
        if query.page == "customer":
            return {"customer": self._customer(query.customer, day), "card": CARD}
        if query.page == "documents":
            return self._documents_data(query, day)
        if query.page == "contracts":
            return {"contracts": self._once("contracts", day, lambda wanted: contracts_page(ledger, day, wanted))}
        if query.page == "cash":
            return {}
        if query.page == "findings":
            return {"rows": chosen_rows(self._findings().findings, query, {})}
        owed = self._owing(day)
        if query.page == "today":
            return {"owing": owed, "banks": today_page.banks_until(ledger.book, day)}
        return {"owing": owed, "rows": self._owing_rows(owed, query)}

    def _documents_data(self, query: Query, day: date) -> Mapping[str, Any]:
        rows = self._documents(day)
        found = documents_page.found_rows(rows, query.status, query.search)
        return {
            "tabs": self._once("counts", day, lambda _wanted: documents_page.counts(rows)),
            "rows": chosen_rows(found, query, documents_page.COLUMNS),
            "totals": documents_page.totals(found),
        }

    def _owing(self, day: date) -> owing.Owing:
        book, allocated = self._loaded.ledger().book, self._loaded.allocated_at(day)
        currencies = self.ledger.options["operating_currency"]
        owed: owing.Owing = self._once(
            "owing", day, lambda wanted: owing.owing(book, allocated, day, wanted, currencies)
        )
        return owed

    @staticmethod
    def _owing_rows(found: owing.Owing, query: Query) -> Rows:
        wanted = query.search.casefold()
        rows = [row for row in found.rows if wanted in f"{row.aged.customer}\n{row.aged.account}".casefold()]
        return chosen_rows(rows, query, owing.COLUMNS)

    def _documents(self, day: date) -> tuple[DocumentRow, ...]:
        def made(wanted: Callable[[str], bool]) -> tuple[DocumentRow, ...]:
            found = self._positions(day)
            return documents_page.document_rows(
                position for position in found if not position.accounts or any(map(wanted, position.accounts))
            )

        rows: tuple[DocumentRow, ...] = self._once("documents", day, made)
        return rows

    def _positions(self, day: date) -> tuple[Position, ...]:
        """The positions by debtor, on all accounts."""
        book, allocated = self._loaded.ledger().book, self._loaded.allocated_at(day)
        return self._loaded.once(("positions", day), lambda: positions(book, day, allocated, by_debtor=True))

    def _customer(self, account: str, day: date) -> CustomerPage | None:
        book, allocated = self._loaded.ledger().book, self._loaded.allocated_at(day)
        return customer_page(book, allocated, day, account, self._positions(day))

    def _tasks(self, day: date) -> Mapping[TaskKind, tuple[Task, ...]]:
        book, allocated = self._loaded.ledger().book, self._loaded.allocated_at(day)
        groups: Mapping[TaskKind, tuple[Task, ...]] = self._once(
            "tasks", day, lambda wanted: today_page.task_groups(book, allocated, day, self._positions(day), wanted)
        )
        return groups

    def _cash(self, day: date) -> CashFigures:
        book, allocated = self._loaded.ledger().book, self._loaded.allocated_at(day)
        currencies, interval = self.ledger.options["operating_currency"], interval_of(request.args.get("interval", ""))
        account = request.args.get("account", "")

        def made(wanted: Callable[[str], bool]) -> CashFigures:
            customers = tuple(filter(wanted, book.customers)) if account else None
            return cash_figures(book, allocated, self._balances(day), day, interval, customers, currencies)

        figures: CashFigures = self._once(f"cash by {interval}", day, made)
        return figures

    def _balances(self, day: date) -> BalanceHistory:
        book, allocated = self._loaded.ledger().book, self._loaded.allocated_at(day)
        return self._loaded.once(("balances", day), lambda: BalanceHistory(book, allocated))

    def _paying(self, account: str, day: date) -> PayingPage:
        book, allocated = self._loaded.ledger().book, self._loaded.allocated_at(day)
        interval = interval_of(request.args.get("interval", ""))
        return self._loaded.once(
            ("paying", account, interval, day),
            lambda: paying_page(book, allocated, self._balances(day), day, interval, account),
        )

    def _standing(self, account: str, day: date) -> Standing | None:
        book, allocated = self._loaded.ledger().book, self._loaded.allocated_at(day)
        if account not in book.customers:
            return None
        return self._loaded.once(("standing", account, day), lambda: standings(book, day, allocated, (account,))[0])

    def _cash_charts(self, page: CashPage) -> Charts:
        """Fava's charts of a page, whose bars lead to documents, or to who owed what on a day."""
        interval, currency = page.figures.interval, page.currency
        links = {
            "due": lambda begins: self.figure_link("due", begins, currency),
            "invoiced": lambda begins: self.figure_link("invoiced", begins, currency),
            "owed": lambda begins: self.owing_link(min(last_day_of(begins, interval), page.figures.as_of)),
        }
        return cash_charts(page, self.words()["receivables"], self._ages(), links)

    def _ages(self) -> list[str]:
        return self.bucket_names(DEFAULT_BOUNDS)

    def _findings(self) -> FindingsPage:
        ledger = self._loaded.ledger()
        found: FindingsPage = self._once(
            "findings", date.min, lambda w: findings_page(ledger, self.ledger.load_errors, w)
        )
        return found

    # What links lead to.

    @extension_endpoint
    def tasks(self) -> Response:
        """The tasks of the day, as a part of the page: they take longer than the rest of it."""
        return self._part("tasks", self._tasks_part)

    @extension_endpoint
    def cash(self) -> Response:
        """The figures about cash, or the documents of one of them, as a part of the page: they take longer, too."""
        name = "cash_items" if read_query(request.args).figure else "cash_figures"
        return self._part(name, self._cash_part)

    @extension_endpoint
    def paying(self) -> Response:
        """How a customer has paid, as a part of its page."""
        return self._part("paying", self._paying_part)

    def _paying_part(self, query: Query) -> Mapping[str, Any]:
        shown = self._paying(query.customer, self._day().day)
        standing = self._standing(query.customer, self._day().day)
        found = {"standing": standing, "agreement": next_time(standing)} if standing else {}
        return {"page": shown, "charts": paying_charts(shown, self.words()["receivables"]), **found}

    def _tasks_part(self, query: Query) -> Mapping[str, Any]:
        return {"groups": today_page.shown_groups(self._tasks(self._day().day), query.kind)}

    def _cash_part(self, query: Query) -> Mapping[str, Any]:
        shown = cash_page(self._cash(self._day().day), query.currency)
        if query.figure:
            items = figure_items(shown, query)
            rows = chosen_rows(items.items, query, ITEM_COLUMNS)
            return {"items": items, "rows": rows, "interval": shown.figures.interval}
        return {
            "page": shown, "charts": self._cash_charts(shown), "ages": self._ages(), "needed": ENOUGH_PAYMENTS,
            "other": other_movements, "others": sum(map(other_movements, shown.periods), Decimal()),
        }  # fmt: skip

    def _part(self, template: str, make: Callable[[Query], Mapping[str, Any]]) -> Response:
        """A part of the page."""
        try:
            with no_collections():
                query = read_query(request.args)
                data = make(query)
        except Exception as error:  # a mistake of ours must not take Fava's page down
            return Response(
                str(escape(f"{type(error).__name__}: {self.translated(str(error))}")), 500, mimetype="text/html"
            )
        found = self.jinja_env.get_template(f"receivables/{template}.html")
        return Response(found.render(extension=self, query=query, words=self.words(), **data))

    @extension_endpoint
    def html(self) -> Response:
        """The document `number` as a page, for the preview."""
        return self._document("html")

    @extension_endpoint
    def pdf(self) -> Response:
        """The document `number` as a PDF to download; if it was sealed, the sealed file."""
        return self._document("pdf")

    @extension_endpoint
    def xml(self) -> Response:
        """The document `number` as an e-invoice (CII) to download."""
        return self._document("xml")

    @extension_endpoint
    def statement(self) -> Response:
        """The statement of account of `customer` (main account) as a page, from 1 January to the page's day."""
        return self._statement("html")

    @extension_endpoint
    def statement_pdf(self) -> Response:
        """The same as a PDF."""
        return self._statement("pdf")

    @extension_endpoint
    def documents_list(self) -> Response:
        """The documents that are chosen, as CSV or XLSX."""
        form: FileKind = "xlsx" if request.args.get("format") == "xlsx" else "csv"

        def made() -> HandedOut:
            query, day = read_query(request.args), self._day().day
            found = documents_page.found_rows(self._documents(day), query.status, query.search)
            rows = chosen_rows(found, query._replace(rows="all"), documents_page.COLUMNS).shown
            with speaking(self._language(), self.words().get("messages"), with_findings=True):
                return document_files.report_file(documents_page.documents_report(rows, day), form)

        return self._handed_out(form, made)

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
        ledger = self._loaded.ledger
        return ActPage(file, self._language(), self.options(), ledger, self.words, lambda: self._day().day)

    def _document(self, kind: FileKind) -> Response:
        number = request.args.get("number", "")
        return self._handed_out(
            kind, lambda: document_files.document_file(self._loaded.ledger().book, number, kind)
        )  # fmt: skip

    def _statement(self, kind: FileKind) -> Response:
        account = request.args.get("customer", "")
        return self._handed_out(
            kind,
            lambda: document_files.statement_file(self._loaded.ledger().book, account, self._day().day, kind),
        )

    def _handed_out(self, kind: FileKind, make: Callable[[], HandedOut]) -> Response:
        """A file, or why there is none. Incognito shows none."""
        if self.incognito():
            abort(403, self.translated(_("documents are not shown in incognito mode")))
        return document_files.response(kind, make, self.translated)


def _addresses() -> Addresses:
    """The addresses for the page of this request, below the ledger's in Fava."""
    found: Addresses | None = getattr(g, "receivables_addresses", None)
    if found is None:
        path = request.path
        home = quote(f"{request.script_root}{path[: path.index('extension/Receivables/')]}")
        found = g.receivables_addresses = Addresses(home, request.args)
    return found


def _wanted(text: str) -> Callable[[str], bool]:
    """Which accounts Fava's account filter lets pass: those that match it, or have it as a part."""
    if not text:
        return lambda _account: True
    matches = Match(text)
    return lambda name: matches(name) or has_component(name, text)
