"""Files for the bank, with each order in at most one of them: direct debits that are due, and transfers of what
customers are owed.

The file is first stored under a temporary name; then everything in it is recorded in the ledger, in one step; then it
gets its name. So wherever a command is interrupted, nothing that the ledger does not record can be handed in, and
nothing recorded goes into a second file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

from beancount_invoicing.delivery import pain
from beancount_invoicing.dunning.collecting import DueOrder, DueOrders, HeldOrder, due_collections, due_payments_out
from beancount_invoicing.files import FileChanged, has_digest
from beancount_invoicing.gc_control import no_collections
from beancount_invoicing.ledger import Ledger, LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Event, Finding, Seller
from beancount_invoicing.receivables import Position, positions
from beancount_invoicing.receivables.bank_orders import ORDER_EVENTS, BankOrder, bank_orders
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.rules.references import is_creditor_reference, payment_reference
from beancount_invoicing.sending import staging
from beancount_invoicing.sending.event_directives import record_file
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.sending.outbox import OUTBOX, waiting_files
from beancount_invoicing.sending.recorded_files import relative_to
from beancount_invoicing.sending.records import LedgerAppender, sending_locked, try_directives
from beancount_invoicing.writing import git, text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, Refused, WriteOptions, change, verbatim
from beancount_invoicing.writing.dated_files import target_file

OrderKind = Literal["collected", "paid-out"]
_PREFIXES: dict[OrderKind, str] = {"collected": "collection", "paid-out": "payment"}
"""How the names of files begin."""
NamedNumbers = Callable[[Ledger], Sequence[str]]
"""Finds the numbers that a person means, in the loaded ledger."""


class OrderOptions(NamedTuple):
    """What is handed in on `day`, and how. `due_until`: the last due date (None: as early as banks accept it)."""

    kind: OrderKind
    day: date
    due_until: date | None = None
    again: bool = False
    """The user says that the earlier orders of the named documents did not happen."""
    instalment: int | None = None
    """With `again`: the only instalment that this concerns; None if only one of them is under way."""
    version: pain.SepaVersion | None = None
    """The version of the files; None: from option `sepa-version`."""
    folder: Path | None = None
    """The folder of the files; None: `outbox` beside the ledger."""


class BankFile(NamedTuple):
    """A file for the bank: its place, its content, and the orders in it."""

    path: Path
    data: bytes
    message: pain.SepaMessage
    orders: tuple[DueOrder, ...]

    @property
    def total(self) -> Decimal:
        """The sum of its orders, in euros."""
        return sum((order.amount for order in self.orders), ZERO)


class OrderReport(NamedTuple):
    """The files that are, or would be, written; what is not in them, and why; the ledger's errors."""

    files: tuple[BankFile, ...]
    held: tuple[HeldOrder, ...]
    errors: tuple[Finding, ...]
    book: Book
    written: tuple[Path, ...] = ()
    problem: str = ""
    """What went wrong after everything was recorded: it was not committed."""


def hand_in(
    file: str | Path,
    named: NamedNumbers,
    options: OrderOptions,
    write_options: WriteOptions,
    loader: LedgerLoader | None = None,
) -> OrderReport:
    """Writes what is due into files for the bank and records it, with one load; without `write_options.write`, only shows it.
    `loader`: that of the command, if it has loaded the ledger before.

    Raises, before anything is written: Refused if the ledger has errors, CannotSend if the seller lacks data that banks require,
    what `named` raises, writer.CannotWrite, FileChanged, git.GitError, OSError.
    """
    file = Path(file)
    with sending_locked(file) if write_options.write else nullcontext(), no_collections():
        ledger, loading = (loader or LedgerLoader(file)).ledger_and_loading(fresh=write_options.write)
        if write_options.write and ledger.errors:
            raise Refused(_("the ledger has errors: nothing is handed in until they are corrected"), ledger.errors)
        book = ledger.book
        folder = options.folder or Path(book.file).parent / OUTBOX
        if write_options.write:
            staging.finish_staged(waiting_files(book), (folder,))
        numbers = tuple(named(ledger))
        again = _not_come_about(book, numbers, options) if options.again else frozenset()
        due = _due(ledger, options, numbers, again)
        files = tuple(_files(book, due.orders, options, folder))
        report = OrderReport(files, due.held, ledger.errors, book)
        if not (write_options.write and files):
            return report
        written = _write(ledger, loading, files, again, options, write_options)
        return OrderReport(
            files,
            due.held,
            ledger.errors,
            book,
            written,
            _commit(book, options.day, written, files) if write_options.commit else "",
        )


def _due(
    ledger: Ledger, options: OrderOptions, numbers: Sequence[str], again: Collection[tuple[str, int]]
) -> DueOrders:
    allocated = ledger.allocated_at(options.day)
    if options.kind == "paid-out":
        return due_payments_out(ledger.book, options.day, allocated, numbers, again)
    return due_collections(ledger.book, options.day, allocated, options.due_until, numbers, again)


def _files(book: Book, orders: Sequence[DueOrder], options: OrderOptions, folder: Path) -> list[BankFile]:
    """A file for each scheme: Core and B2B do not go into the same one (EPC130-08, AT-20)."""
    if not orders:
        return []
    seller = _seller(book, options)
    version: pain.SepaVersion = "2009" if book.option("sepa-version", options.day) == "2009" else "2019"
    by_scheme: defaultdict[str, list[DueOrder]] = defaultdict(list)
    for order in orders:
        by_scheme[order.customer.mandate_type.upper() if options.kind == "collected" else ""].append(order)
    found = []
    for scheme, of_scheme in sorted(by_scheme.items(), reverse=True):
        batches = _batches(book, seller, of_scheme, options, scheme)
        prefix = _PREFIXES[options.kind]
        identifier = pain.message_id(prefix[:3].upper(), options.day, (*batches, seller.creditor_id, seller.name))
        creditor_id = seller.creditor_id if options.kind == "collected" else ""
        message = pain.SepaMessage(identifier, options.day, seller.name, batches, creditor_id)
        write = pain.debits_xml if options.kind == "collected" else pain.transfers_xml
        name = "-".join(filter(None, (prefix, options.day.isoformat(), scheme.lower(), identifier[-12:-4])))
        found.append(
            BankFile(folder / f"{name}.xml", write(message, options.version or version), message, tuple(of_scheme))
        )
    return found


def _seller(book: Book, options: OrderOptions) -> Seller:
    """The party that hands in. Raises CannotSend."""
    seller = book.seller.at(options.day) if book.seller else None
    if seller is None or not seller.iban:
        where = seller.source if seller else f"{book.file}"
        raise CannotSend(
            _('{place}: no account of the seller is known: write iban: "…" on custom "invoice-seller"', place=where)
        )
    if options.kind == "collected" and not seller.creditor_id:
        raise CannotSend(
            _(
                '{place}: the seller has no creditor identifier: write creditor-id: "…", which the bank gives (in '
                "France: ICS)",
                place=seller.source,
            )
        )
    return seller


def _batches(
    book: Book, seller: Seller, orders: Sequence[DueOrder], options: OrderOptions, scheme: str
) -> tuple[pain.SepaBatch, ...]:
    """The orders by day, sequence and own account."""
    grouped: defaultdict[tuple[date, str, str, str], list[DueOrder]] = defaultdict(list)
    for order in orders:
        sequence = order.sequence if options.kind == "collected" else ""
        own = (order.customer.iban, order.customer.bic) if order.customer.iban else (seller.iban, seller.bic)
        if options.kind == "paid-out":
            own = seller.iban, seller.bic
        grouped[order.execution_date, sequence, *own].append(order)
    return tuple(
        pain.SepaBatch(
            day,
            pain.BankAccount(seller.name, iban, bic, *_postal(seller)),
            tuple(_payment(book, order, options) for order in grouped[day, sequence, iban, bic]),
            scheme,
            sequence,
        )
        for day, sequence, iban, bic in sorted(grouped)
    )


def _postal(party: Seller | DueOrder) -> tuple[str, str, str, str]:
    address = party.customer.address if isinstance(party, DueOrder) else party.address
    return ", ".join(address.street), address.postcode, address.city, address.country


def _payment(book: Book, order: DueOrder, options: OrderOptions) -> pain.SepaPayment:
    customer, invoice = order.customer, order.invoice
    reference = payment_reference(book.option("payment-reference", invoice.date), invoice.number)
    structured = is_creditor_reference(reference)
    bic = customer.debtor_bic if order.other_account == customer.debtor_iban else ""
    return pain.SepaPayment(
        order.end_to_end_id,
        order.amount,
        pain.BankAccount(customer.name, order.other_account, bic, *_postal(order)),
        reference if structured else invoice.number,
        structured,
        customer.mandate if options.kind == "collected" else "",
        customer.mandate_date if options.kind == "collected" else None,
        order.account_changed,
    )


def _write(
    ledger: Ledger,
    loading: Loading,
    files: Sequence[BankFile],
    again: Collection[tuple[str, int]],
    options: OrderOptions,
    write_options: WriteOptions,
) -> tuple[Path, ...]:
    """Stages each file, records it, and gives it its name; the files that were changed."""
    book = ledger.book
    target = target_file(write_options.into, options.day) if write_options.into else record_file(book, options.day)
    withdrawn = _withdrawals(book, again, options) if again else {}
    records = [
        "\n".join(
            [
                *(withdrawn[number] for number in dict.fromkeys(order.invoice.number for order in bank_file.orders)
                  if number in withdrawn),
                *(_order_directive(order, bank_file, target, options) for order in bank_file.orders),
            ]
        )
        for bank_file in files
    ]  # fmt: skip
    try_directives(loading, ledger.errors, target, records)
    record = LedgerAppender(loading, target)
    if write_options.commit:
        git.must_be_clean(record.files)
    if loading.stale():
        raise FileChanged(_("the ledger changed while it was being read: nothing was handed in; try again"))
    changed: list[Path] = []
    for bank_file, directives in zip(files, records, strict=True):
        staging.stage(bank_file.path, bank_file.data)
        changed += record.files
        record.append(directives)
        staging.put_in_place(bank_file.path)
        changed.append(bank_file.path)
    return tuple(dict.fromkeys(changed))


def _order_directive(order: DueOrder, bank_file: BankFile, target: Path, options: OrderOptions) -> str:
    done = "To be collected" if options.kind == "collected" else "To be paid out"
    several = len(order.invoice.instalments) > 1
    return text.note_directive(
        options.day,
        order.account,
        f"{done} by {bank_file.path.name}: {order.amount:.2f} EUR on {order.execution_date}",
        [numbering.link(order.invoice.number)],
        [
            ("event", options.kind),
            ("instalment", order.instalment if several else None),
            ("amount", order.amount),
            ("mandate", order.customer.mandate if options.kind == "collected" else None),
            ("end-to-end-id", order.end_to_end_id),
            ("collection-date", order.execution_date),
            ("message-id", bank_file.message.message_id),
            ("file", relative_to(target, bank_file.path)),
            ("sha256", sha256(bank_file.data).hexdigest()),
        ],
    )


def _withdrawn_directive(day: date, account: str, comment: str, order: Event) -> str:
    return text.note_directive(
        max(day, order.date),
        account,
        comment,
        [numbering.link(number) for number in order.numbers],
        [
            ("event", "not-collected"),
            ("instalment", order.instalment),
            ("end-to-end-id", order.end_to_end_id),
            ("message-id", order.message_id),
        ],
    )


def _under_way(book: Book, numbers: Collection[str], day: date) -> Iterator[tuple[Position, int, BankOrder]]:
    """Orders of documents, by instalment, without any booking."""
    for position in positions(book, day, by_debtor=True):
        if position.invoice.number in numbers:
            for instalment in position.invoice.instalments:
                for order in bank_orders(position, instalment.index):
                    if order.state == "under-way":
                        yield position, instalment.index, order


def _not_come_about(book: Book, numbers: Sequence[str], options: OrderOptions) -> frozenset[tuple[str, int]]:
    """The orders that did not happen according to the user, by number and instalment.

    Raises CannotSend if it is not clear which of several is meant: the others may still be carried out.
    """
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for position, instalment, order in _under_way(book, numbers, options.day):
        if options.instalment in {None, instalment}:
            found[position.invoice.number][instalment] = order.event.end_to_end_id
    for number, orders in found.items():
        if len(orders) > 1:
            raise CannotSend(
                _(
                    "{number}: several instalments are being collected ({orders}): name the right one, --instalment {instalment}",
                    number=number,
                    orders=", ".join(orders.values()),
                    instalment=min(orders),
                )
            )
    return frozenset((number, instalment) for number, orders in found.items() for instalment in orders)


def _withdrawals(book: Book, again: Collection[tuple[str, int]], options: OrderOptions) -> dict[str, str]:
    """The directives that record that the orders of these documents did not happen, by number."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for position, instalment, order in _under_way(book, {number for number, _place in again}, options.day):
        if (position.invoice.number, instalment) in again:
            comment = f"{order.event.end_to_end_id} did not come about, as was said by hand"
            found[position.invoice.number].append(
                _withdrawn_directive(options.day, position.accounts[0], comment, order.event)
            )
    return {number: "\n".join(directives) for number, directives in found.items()}


def _commit(book: Book, day: date, written: Sequence[Path], files: Sequence[BankFile]) -> str:
    """Commits what was written; returns what went wrong, or ""."""
    try:
        names = ", ".join(bank_file.path.name for bank_file in files)
        git.commit(list(written), narration(book.books_language(day), "for-the-bank", names)[:200])
    except git.GitError as error:
        return _("written and recorded, but not committed: {error}; commit it", error=error)
    return ""


def discard(file: str | Path, name: str, day: date, write_options: WriteOptions) -> Outcome:
    """The user says that a file (by its name, or its message's identifier) was not handed in, and will not be: all orders in
    it are withdrawn, and it is deleted, unless it was changed. Raises CannotSend if no file of that name waits, or something
    of it is booked; and what `change` raises.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        if write_options.write:
            staging.finish_staged(waiting_files(book))
        target = target_file(write_options.into, day) if write_options.into else record_file(book, day)
        events = _orders_of(book, name, day)
        path = Path(events[0].file)
        comment = f"{path.name} was discarded: it was not handed in"
        new = []
        for event in events:
            entry = _withdrawn_directive(day, event.customer, comment, event)
            new.append(NewDirective(max(day, event.date), verbatim(entry), str(target)))
        removed = (path,) if has_digest(path, events[0].sha256) else ()
        shown = relative_to(Path(book.file), path)
        if not removed:
            gone = _("{file} is not there, or was changed: it is left as it is", file=shown)
        elif write_options.write:
            gone = _("{file} is removed", file=shown)
        else:
            gone = _("{file} would be removed", file=shown)
        numbers = " ".join(dict.fromkeys(number for event in events for number in event.numbers))
        return Changes(
            tuple(new),
            message=f"Discarded: {path.name}",
            notices=(gone, _("not to be carried out: {numbers}", numbers=numbers)),
            removed_files=removed,
        )

    return change(file, make, write_options)


def _orders_of(book: Book, name: str, day: date) -> tuple[Event, ...]:
    """The orders in a file, of which nothing was withdrawn or booked. Raises CannotSend."""
    withdrawn = {event.end_to_end_id for event in book.events if event.kind == "not-collected"}
    waiting = [
        event
        for event in book.events
        if event.kind in ORDER_EVENTS and event.file and event.end_to_end_id not in withdrawn
    ]
    events = tuple(event for event in waiting if Path(name).name in {Path(event.file).name, event.message_id})
    if not events:
        names = ", ".join(dict.fromkeys(Path(event.file).name for event in waiting)) or "none"
        raise CannotSend(
            _("{name}: no file of that name was written for the bank; those that were: {names}", name=name, names=names)
        )
    numbers = {number for event in events for number in event.numbers}
    for position in positions(book, max(day, book.last_date), by_debtor=True):
        if position.invoice.number not in numbers:
            continue
        for instalment in position.invoice.instalments:
            for order in bank_orders(position, instalment.index):
                if order.event in events and order.state in {"done", "returned"}:
                    raise CannotSend(
                        _(
                            "{number}: payments in the ledger show that {file} was handed in: it is not discarded",
                            number=position.invoice.number,
                            file=Path(name).name,
                        )
                    )
    return events
