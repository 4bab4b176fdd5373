"""Changes to drafts where they are, and their removal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount.core.data import Posting, Transaction

from beancount_invoicing.actions.credit import entry_of, exchange_rate_of
from beancount_invoicing.actions.new import parse_line
from beancount_invoicing.billing import DraftLine
from beancount_invoicing.billing.redrafting import LineEdit, Redraft, redraft
from beancount_invoicing.customer_search import near_name_hint
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Invoice, Source
from beancount_invoicing.rules import currencies
from beancount_invoicing.writing import blocks, renaming, text, writer
from beancount_invoicing.writing.blocks import Block
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest
from beancount_invoicing.writing.text import NewPosting

__all__ = ["DraftEdit", "LineEdit", "draft_drop", "draft_edit", "removal_changes"]


class DraftEdit(NamedTuple):
    """The changes to a draft: lines by their places, from 1; new ones as `new` takes them, "2 CAPTEUR @ 120.00"."""

    number: str
    lines: tuple[LineEdit, ...] = ()
    dropped: tuple[int, ...] = ()
    new_lines: tuple[str, ...] = ()
    account: str = ""
    """Income account of new lines without an item; "" for the one on which all its lines are booked."""
    write_off_time: bool = False
    """Time that is no longer billed still leaves its account: it is given away."""


def draft_edit(
    file: str | Path, request: DraftEdit, write_options: WriteOptions, loader: LedgerLoader | None = None
) -> Outcome:
    """The draft with its lines changed; taxes, the amount to pay, deposits and time postings follow; comments and other keys
    stay. Raises what `change` raises, InvalidRequest, billing.CannotRedraft, CannotCompose.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        invoice = _draft(book, request.number)
        add = added_lines(book, invoice, request.new_lines, request.account)
        made = redraft(
            book, invoice, request.lines, frozenset(request.dropped), add, exchange_rate_of(loading, invoice)
        )
        old = renaming.text_of(invoice.source)
        new = _Rewriting(loading, invoice, made, request).text(old)
        if new == old:
            return Changes(notices=(_("{number} already says so", number=invoice.number),))
        return Changes(
            edits=(writer.Edit(Path(invoice.source.file), invoice.source.line, old, new),),
            message=f"Draft changed: {invoice.number}",
        )

    return change(file, make, write_options, loader)


def draft_drop(file: str | Path, names: Sequence[str], write_options: WriteOptions) -> Outcome:
    """Removes drafts from the ledger; what they billed can be billed again. Raises what `change` raises, InvalidRequest."""

    def make(loading: Loading) -> Changes:
        drafts = [_draft(loading.book, name) for name in dict.fromkeys(names)]
        return removal_changes(loading, drafts)

    return change(file, make, write_options)


def removal_changes(loading: Loading, documents: Sequence[Invoice]) -> Changes:
    """The changes that remove documents from the ledger. Raises InvalidRequest if something else names them."""
    numbers = frozenset(document.number for document in documents)
    own = {document.source for document in documents}
    for place in renaming.entries_naming(loading.entries, numbers):
        if place.source not in own:
            named = ", ".join(sorted(place.names))
            raise InvalidRequest(
                _(
                    "{place}: this entry names {named}, which would be taken out: remove that from it first, then "
                    "try again",
                    place=place.source,
                    named=named,
                )
            )
    return Changes(
        edits=tuple(
            writer.Edit(Path(document.source.file), document.source.line, renaming.text_of(document.source), "")
            for document in documents
        ),
        message=f"Taken out: {', '.join(document.number for document in documents)}",
    )


def _draft(book: Book, name: str) -> Invoice:
    """The draft of a name. Raises InvalidRequest."""
    invoice = book.invoice(name)
    if invoice is None:
        known = [invoice.number for invoice in book.invoices if invoice.draft]
        raise InvalidRequest(_("there is no draft {name}{hint}", name=name, hint=near_name_hint(name, known)))
    if not invoice.draft:
        raise InvalidRequest(
            _("{name} is not a draft: a numbered document is credited, bean-invoice credit {name}", name=name)
        )
    return invoice


def added_lines(book: Book, invoice: Invoice, texts: Sequence[str], account: str) -> tuple[DraftLine, ...]:
    """New lines of a document, written as `new` takes them, at the prices of its day. Lines without an item are booked on
    `account`, by default on the one on which all lines of the document are. Raises InvalidRequest."""
    accounts = {line.account for line in invoice.lines}
    income = account or (accounts.pop() if len(accounts) == 1 else "")
    decimals = currencies.currency_decimals(invoice.currency)
    return tuple(parse_line(book, text, invoice.date, decimals, income) for text in texts)


_ORDER = ("item", "text", "quantity", "unit", "price", "price-with-tax", "discount", "tax")
"""The order in which the keys of a line are written."""


class _Rewriting:
    """The text of one draft with what was worked out again; each method writes one kind of posting."""

    def __init__(self, loading: Loading, invoice: Invoice, made: Redraft, wanted: DraftEdit) -> None:
        self.invoice = invoice
        self.made = made
        self.wanted = wanted
        self.legs = text.document_postings(made.draft)
        entry = entry_of(loading, invoice)
        assert entry is not None  # it was read as an invoice
        self.entry: Transaction = entry
        self.changed: dict[int, str] = {}
        """By line of a posting, its new text; "" if it is removed."""
        self.behind: defaultdict[int, list[NewPosting]] = defaultdict(list)
        """By line of a posting, the new text after it."""
        self.blocks: dict[int, Block] = {}

    def text(self, old: str) -> str:
        """The whole entry. Raises InvalidRequest if a posting is not in it."""
        first = self.invoice.source.line
        lines = [source_of(posting.meta).line for posting in self.entry.postings]
        written = blocks.split_entry(old, first, lines)
        if written is None:
            raise InvalidRequest(
                _(
                    "{place}: some postings of this draft are not written below its first line: a plugin adds them; "
                    "change the draft where it is made",
                    place=self.invoice.source,
                )
            )
        self.blocks = {block.line: block for block in written.blocks}
        self._lines()
        self._taxes()
        self._deductions()
        self._receivables()
        self._time()
        column = text.column_of(old)
        result = [blocks.with_narration(written.head, self.invoice.narration, self.made.draft.narration)]
        for block in written.blocks:
            new = self.changed.get(block.line, block.text)
            result.append(new or blocks.trailing_comments(block))
            result += [line for leg in self.behind[block.line] for line in text.posting(leg, column)]
        return joined("\n", (part for part in result if part))

    def _set(self, source: Source, leg: NewPosting | None, keys: Sequence[str] = ()) -> None:
        """A posting gets the number of a leg, its amount in the document's currency, and these keys; None removes it."""
        block = self.blocks[source.line]
        if leg is None:
            self.changed[block.line] = ""
            return
        meta = {key: value for key, value in leg.meta if value is not None and value != ""}
        assert leg.number is not None
        if leg.number != self._number(source):
            block = blocks.with_posting_number(block, leg.number)
        metadata = self._posting(source).meta or {}
        for key in (*keys, "amount"):
            if key in meta and metadata.get(key) != meta[key]:
                block = blocks.with_key(block, key, meta[key], _ORDER[: _ORDER.index(key)] if key in _ORDER else ())
        self.changed[block.line] = block.text

    def _posting(self, source: Source) -> Posting:
        """The posting that is at a place."""
        return next(posting for posting in self.entry.postings if source_of(posting.meta) == source)

    def _number(self, source: Source) -> Decimal:
        """What it books; 0 if it gives no amount."""
        units = self._posting(source).units
        return units.number if units is not None and units.number is not None else ZERO

    def _lines(self) -> None:
        edits = {line.index - 1: line for line in self.wanted.lines}
        own = self.legs.lines
        for place, leg in zip(self.made.kept_indices, own, strict=False):
            edit = edits.get(place)
            line = self.invoice.lines[place]
            price = "price-with-tax" if line.price_with_tax is not None else "price"
            keys = [
                key
                for key, value in (
                    ("quantity", edit and edit.quantity),
                    (price, edit and edit.price),
                    ("text", edit and edit.text),
                    ("discount", edit and edit.discount),
                )
                if value is not None
            ]
            self._set(line.source, leg, keys)
        for place in set(range(len(self.invoice.lines))) - set(self.made.kept_indices):
            self._set(self.invoice.lines[place].source, None)
        count = len(self.made.kept_indices)
        added = own[count : count + len(self.wanted.new_lines)]
        self.behind[max(line.source.line for line in self.invoice.lines)] += added
        for adjustment, leg in zip(self.invoice.adjustments, own[count + len(added) :], strict=True):
            self._set(adjustment.source, leg)

    def _taxes(self) -> None:
        legs: defaultdict[str, list[NewPosting]] = defaultdict(list)
        for tax_amount, leg in zip(self.made.draft.taxes, self.legs.taxes, strict=True):
            legs[tax_amount.code].append(leg)
        last = max((source.line for tax in self.invoice.taxes for source in tax.sources), default=0)
        for amount in self.invoice.taxes:
            for source in amount.sources:
                postings = legs[amount.tax.code]
                self._set(source, postings.pop(0) if postings else None)
        place = last or max(line.source.line for line in self.invoice.lines)
        self.behind[place] += [leg for group in legs.values() for leg in group]

    def _deductions(self) -> None:
        legs: defaultdict[tuple[str, str, str], list[NewPosting]] = defaultdict(list)
        for deducted, leg in zip(self.made.draft.deductions, self.legs.deductions, strict=True):
            legs[deducted.number, deducted.tax, deducted.account].append(leg)
        for deduction in self.invoice.deductions:
            postings = legs[deduction.number, deduction.named_code or deduction.tax, deduction.account]
            self._set(deduction.source, postings.pop(0) if postings else None)
        last = max((deduction.source.line for deduction in self.invoice.deductions), default=0)
        if last:
            self.behind[last] += [leg for group in legs.values() for leg in group]

    def _receivables(self) -> None:
        own = list(
            dict.fromkeys(
                instalment.source for instalment in self.invoice.instalments if not instalment.retention_contract
            )
        )
        unchanged = {
            instalment.retention_contract: instalment.source
            for instalment in self.invoice.instalments
            if instalment.retention_contract
        }
        for receivable, leg in zip(self.made.draft.receivables, self.legs.receivables, strict=True):
            if receivable.retained in unchanged:
                self._set(unchanged.pop(receivable.retained), leg)
            elif own and not receivable.retained:
                self._set(own.pop(0), leg)
            elif leg.number:
                self.behind[max(instalment.source.line for instalment in self.invoice.instalments)].append(leg)
        for source in unchanged.values():
            self._set(source, None)

    def _time(self) -> None:
        for source, number in self.made.released_time.items():
            counter = self._against(source)
            before = -self._number(source)
            posting = self._posting(source)
            if self.wanted.write_off_time and {"non-billable", "written-down"} & (posting.meta or {}).keys():
                continue  # it is given away already
            for place, sign in ((source, -1), (counter, 1)):
                block = self.blocks[place.line]
                self.changed[block.line] = blocks.with_posting_number(block, sign * number).text if number else ""
            if self.wanted.write_off_time and before > number:
                commodity = self._commodity(posting)
                same = [(key, str((posting.meta or {}).get(key, ""))) for key in ("item", "person", "task")]
                less = before - number
                self.behind[counter.line] += [
                    NewPosting(posting.account, -less, commodity, [*same, ("written-down", True)]),
                    NewPosting(self._posting(counter).account, less, commodity),
                ]

    def _against(self, source: Source) -> Source:
        """The counter-posting of one that takes time off an account. Raises InvalidRequest."""
        own, number = self._posting(source), self._number(source)
        at = self.entry.postings.index(own)
        for posting in (*self.entry.postings[at + 1 :], *self.entry.postings[:at]):
            place = source_of(posting.meta)
            if self._commodity(posting) == self._commodity(own) and self._number(place) == -number:
                return place
        raise InvalidRequest(
            _(
                "{place}: no posting of {number} in {commodity} balances this one: change the time where it is written",
                place=source,
                number=-number,
                commodity=self._commodity(own),
            )
        )

    @staticmethod
    def _commodity(posting: Posting) -> str:
        return posting.units.currency if posting.units is not None else ""
