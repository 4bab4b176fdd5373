"""What a user should do today, from the ledger alone: bill, send, remind, clarify."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from beancount_invoicing import billing, law
from beancount_invoicing.delivery import History
from beancount_invoicing.documents.search import named_documents
from beancount_invoicing.dunning import (
    NO_POLICY,
    Insolvency,
    Proposal,
    behind,
    days_later,
    insolvency,
    late_instalments,
    pause,
    policy,
    policy_name,
    propose,
    send_from_day,
    sending_tracked_from,
)
from beancount_invoicing.dunning.collecting import due_collections, orders_without_money
from beancount_invoicing.e_reporting.due import due_reports
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import ZERO, Book, Customer, Event, require_date
from beancount_invoicing.platform.life_cycle import REFUSED, FlowState, document_state, flow_states, is_reversed
from beancount_invoicing.platform.reports import rejected_reports, report_advice, report_title, waiting_reports
from beancount_invoicing.platform.statuses import status_in_words
from beancount_invoicing.receivables import Allocated, Position, lapsing, open_retentions, positions, tax_due
from beancount_invoicing.receivables.direct_debit import has_mandates
from beancount_invoicing.rules.steps import end_of_month
from beancount_invoicing.sending.invoice_dispatches import unsent_numbers
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.sending.outbox import (
    Objection,
    objection_advice,
    objections,
    outbox_of,
    unrecorded,
    unrecorded_because,
)
from beancount_invoicing.sending.waiting_letters import proposals_to_send
from beancount_invoicing.words import word

TaskKind = Literal[
    "bank", "insolvency", "in-doubt", "platform", "prepared", "outbox", "draft", "bill", "decide", "send", "collect", "remind",
    "escalate", "promise", "dispute", "tax", "report", "unallocated", "document", "lapse", "notice", "acceptance",
]  # fmt: skip
TASK_KINDS: tuple[TaskKind, ...] = get_args(TaskKind)
NOTICE_DAYS = 60
"""How many days before the last day of notice a contract is mentioned."""


class Task(NamedTuple):
    """A task. It has "" or None instead of a customer, number, amount … if there is none."""

    kind: TaskKind
    text: str
    """In words: what it is about, and since or until when."""
    day: date | None = None
    """Since when it waits; of a notice: its last day."""
    customer: str = ""
    account: str = ""
    number: str = ""
    amount: Decimal | None = None
    currency: str = ""


def tasks(book: Book, as_of: date, allocated: Allocated, stands: Sequence[Position] | None = None) -> tuple[Task, ...]:
    """All tasks on `as_of` (inclusive), by kind in the order of KINDS, day, customer and number.

    `allocated`: the allocation as of that day; `stands`: its positions by debtor, if they are known. Checks whether the files of
    documents exist; reads none of them.
    """
    require_date(as_of)
    book = replace(
        book, events=tuple(event for event in book.events if event.date <= as_of)
    )  # later ones change nothing of it
    stands = stands or positions(book, as_of, allocated, by_debtor=True)
    proposals = propose(book, as_of, allocated, stands)
    found = [
        *_banks(book, as_of),
        *_insolvent(book, as_of, stands),
        *_on_their_way(book, as_of, objections(book, as_of, allocated, proposals)),
        *(Task("outbox", unrecorded_because(book, file)) for file in unrecorded(book)),
        *_at_platform(book, as_of, stands),
        *_documents(book, as_of, stands),
        *_to_bill(book, as_of),
        *_collections(book, as_of, allocated, stands),
        *_reminders(proposals_to_send(book, proposals)),
        *_customers(book, as_of, stands),
        *_taxes(book, as_of, allocated),
        *(Task("report", report.text, report.day) for report in due_reports(book, as_of, allocated)),
        *_prepared_reports(book, as_of),
        *_unallocated(book, as_of, allocated),
        *_lapsing(book, as_of, allocated),
        *_files(book, as_of),
        *_notices(book, as_of),
        *_acceptances(book, as_of, allocated),
    ]
    return tuple(
        sorted(found, key=lambda task: (TASK_KINDS.index(task.kind), task.day or date.min, task.account, task.number, task.text))
    )  # fmt: skip


_HAS_IT = {"reminder", "promise", "dispute"}


def to_send(book: Book, as_of: date, *, for_run: bool = False) -> tuple[str, ...]:
    """The numbers of the documents to be sent: those issued on or after option `send-from`, or else the ledger's first
    `sent` event (not with `for_run`), up to `as_of` (inclusive); and those marked to-send.

    If neither exists, the ledger does not track sending, and only marked ones count. A document with a reminder, a promise or a
    dispute has arrived; one that is in doubt or was prepared waits for the user. All of the Book's events count, so that nothing is
    sent twice.
    """
    since = send_from_day(book, as_of) if for_run else sending_tracked_from(book, as_of)
    arrived = {number for event in book.events if event.kind in _HAS_IT for number in event.numbers}
    waits = {number for attempt in History(book.events).open for number in attempt.numbers if attempt.kind == "sent"}
    return tuple(
        number for number in unsent_numbers(book, since, as_of, with_marked=True) if number not in arrived | waits
    )


def chosen_to_send(book: Book, as_of: date, numbers_or_customers: Sequence[str], since: date | None) -> tuple[str, ...]:
    """The numbers of the documents to send. Without words: all of `to_send` or, with `since`, all of that day or later
    that were not sent. With words: the documents that they number, and for each customer that they name, those of
    `to_send` or `since`.

    Raises UnknownNumber, UnknownCustomer, and CannotSend if nothing of a customer is to be sent, or if a number is
    given together with `since`, which only selects among a customer's documents.
    """
    waiting = unsent_numbers(book, since, as_of) if since else to_send(book, as_of)
    if not numbers_or_customers:
        return waiting
    found = named_documents(book, date.max, numbers_or_customers, unique_customer=True)
    numbers = [
        position.invoice.number
        for position in found.positions
        if position.invoice.number not in found.named_by_customer
    ]
    if since and numbers:
        raise CannotSend(_("name either {number}, or --since", number=numbers[0]))
    wanted = tuple(
        position.invoice.number
        for position in found.positions
        if position.invoice.number in waiting or position.invoice.number not in found.named_by_customer
    )
    if not wanted:
        raise CannotSend(
            _(
                "nothing of {numbers_or_customers} is waiting to be sent",
                numbers_or_customers=", ".join(numbers_or_customers),
            )
            if since
            else _(
                "nothing of {numbers_or_customers} is waiting to be sent: give --since DATE for what has not been "
                "sent since, or a number with --again",
                numbers_or_customers=", ".join(numbers_or_customers),
            )
        )
    return wanted


def _days(since: date, as_of: date) -> str:
    days = (as_of - since).days
    return _n(days, "{days} day", "{days} days", days=days)


def _banks(book: Book, as_of: date) -> Iterator[Task]:
    for account in behind(book, as_of):
        if account.booked_until is None:
            text = _("nothing is booked")
        elif account.is_imported:
            text = _(
                "imported until {booked_until}, {days} ago: bean-invoice bank import",
                booked_until=account.booked_until,
                days=_days(account.booked_until, as_of),
            )
        else:
            text = _(
                "booked until {booked_until}, {days} ago",
                booked_until=account.booked_until,
                days=_days(account.booked_until, as_of),
            )
        yield Task("bank", text, account.booked_until, account=account.account)


def _insolvent(book: Book, as_of: date, stands: Sequence[Position]) -> Iterator[Task]:
    """What customers in insolvency proceedings owe from before, once for each customer and currency, until it is declared."""
    of_customer: defaultdict[str, list[Event]] = defaultdict(list)
    for event in book.events:
        of_customer[event.customer].append(event)
    found = {
        account: state
        for account, events in of_customer.items()
        if (state := insolvency(events)) and not state.declared
    }
    owed: defaultdict[tuple[str, str], list[Position]] = defaultdict(list)
    for position in stands:
        invoice = position.invoice
        account = position.debtor.account if position.debtor else ""
        if account in found and not invoice.draft and position.open > 0 and invoice.date <= found[account].since:
            owed[account, invoice.currency].append(position)
    for (account, currency), positions_ in owed.items():
        customer = book.customers[account].at(as_of)
        numbers = " ".join(position.invoice.number for position in positions_)
        yield Task(
            "insolvency", _declare(book, customer, found[account], numbers, as_of), found[account].since, customer.name, account,
            amount=sum((position.open for position in positions_), ZERO), currency=currency,
        )  # fmt: skip


def _declare(book: Book, customer: Customer, state: Insolvency, numbers: str, as_of: date) -> str:
    """What is to be declared of an insolvent customer, to whom and until when, by the law of its country."""
    seller = book.seller.at(as_of).address.country if book.seller else ""
    rule = law.declaration(customer.address.country or seller, customer.buyer, seller)
    to = rule.recipient if rule else _("administrator of the proceedings")
    source = f" ({rule.source})" if rule else ""
    if state.until:
        when = (
            _("by {until}", until=state.until)
            if as_of <= state.until
            else _("at once: the last day was {until}", until=state.until)
        )
        return _("declare {numbers} to the {to} {when}{place}", numbers=numbers, to=to, when=when, place=source)
    when = (
        _("within {months} months of {counted_from}", months=rule.months, counted_from=rule.counted_from)
        if rule
        else _("within the time allowed")
    )
    return _(
        "declare {numbers} to the {to} {when}{place}; write the last day on the note, with until:",
        numbers=numbers,
        to=to,
        when=when,
        place=source,
    )


def _about(position: Position, kind: TaskKind, text: str, day: date | None, amount: Decimal) -> Iterator[Task]:
    """A task about a document; none if the document has no customer."""
    invoice = position.invoice
    if debtor := position.debtor:
        yield Task(kind, text, day, debtor.name, debtor.account, invoice.number, amount, invoice.currency)


def _on_their_way(book: Book, as_of: date, against: Mapping[str, Objection]) -> Iterator[Task]:
    """What waits to be sent by hand, or is in doubt; with objections that have come up since."""
    waiting = outbox_of(book)
    for attempt in waiting.attempts:
        event = attempt.event
        text = event.note
        if objection := against.get(event.message_id):
            text += _(": {objection_advice}", objection_advice=objection_advice(waiting, attempt, objection))
        yield Task(
            "in-doubt" if attempt.in_doubt else "prepared", text, event.date,
            book.customers[event.customer].at(as_of).name, event.customer, " ".join(attempt.numbers),
        )  # fmt: skip


UNANSWERED_DAYS = 2
"""After how many days it is said that a platform says nothing of a document."""


def _at_platform(book: Book, as_of: date, stands: Sequence[Position]) -> Iterator[Task]:
    """Documents that a platform or its customer refuses, did not take, or says nothing of."""
    numbers = {number for event in book.events if event.flow or event.status for number in event.numbers}
    for position in stands:
        invoice = position.invoice
        if invoice.number not in numbers or position.debtor_share > 1 or is_reversed(book, invoice.number, as_of):
            continue
        state = document_state(flow_states(position.events, invoice.number))
        if state and (text := _platform_advice(invoice.number, state, as_of)):
            yield from _about(
                position, "platform", text, state.decisive.date if state.decisive else state.since, position.open
            )


def _prepared_reports(book: Book, as_of: date) -> Iterator[Task]:
    """E-reports and messages 212 that the platform has not taken yet, or has rejected."""
    known = replace(book, flows=tuple(flow for flow in book.flows if flow.date <= as_of))
    waiting = waiting_reports(known, as_of)
    ready = [item for item in waiting if item.state == "waiting"]
    for item in waiting:
        if item.state == "in-doubt":
            text = _("{title}: {advice}", title=report_title(item.record), advice=report_advice(item))
            yield Task("report", text, item.record.date)
    for item in rejected_reports(known.flows):
        text = _(
            "{title} was rejected: {reason}; put it right, then bean-invoice platform report --write",
            title=report_title(item.record),
            reason=item.reason,
        )
        yield Task("report", text, item.record.date)
    if ready:
        text = _n(
            len(ready),
            "{count} file for your platform is prepared: bean-invoice send --write",
            "{count} files for your platform are prepared: bean-invoice send --write",
            count=len(ready),
        )
        yield Task("report", text, ready[0].record.date)


def _platform_advice(number: str, state: FlowState, as_of: date) -> str:
    """What to do about a document at a platform; "" if nothing is to be done."""
    told = status_in_words(state.decisive) if state.decisive else ""
    if state.standing in REFUSED:
        return _(
            "{told}: take it out of the books, without a credit note, and issue it anew: bean-invoice correct {number}",
            told=told,
            number=number,
        )
    if state.standing == "inadmissible":
        return _(
            "{told}: put right what is wrong, then bean-invoice send {number} --again --write", told=told, number=number
        )
    if state.standing == "routing-error":
        return _("{told}: check the customer's endpoint, and ask your platform", told=told)
    if state.standing == "handed-in" and (as_of - state.since).days >= UNANSWERED_DAYS:
        return _(
            "handed in {days} ago, but not deposited yet: bean-invoice platform fetch --write",
            days=_days(state.since, as_of),
        )
    return ""


def _documents(book: Book, as_of: date, stands: Sequence[Position]) -> Iterator[Task]:
    ready = set(to_send(book, as_of))
    in_order = sorted(
        book.events, key=lambda event: (event.date, event.source)
    )  # on one day a document stands behind all notes
    sent = {
        number: event for event in in_order if event.kind == "sent" for number in event.numbers
    }  # the last one of each
    for position in stands:
        invoice = position.invoice
        if position.debtor_share > 1:
            continue
        if invoice.draft:
            text = _("a draft, {days} old", days=_days(invoice.date, as_of))
            yield from _about(position, "draft", text, invoice.date, invoice.payable)
        elif invoice.number in ready and invoice.customer:
            text = _("by {channel}", channel=word(book.customers[invoice.customer.account].at(as_of).channel))
            yield from _about(position, "send", text, invoice.date, invoice.payable)
        elif position.open and (missed := sent[invoice.number].undelivered_to if invoice.number in sent else ""):
            text = _(
                "on {day} it did not reach {missed}: correct the address, then bean-invoice send {number} --again "
                "--write",
                day=sent[invoice.number].date,
                missed=missed,
                number=invoice.number,
            )
            yield from _about(position, "send", text, invoice.date, invoice.payable)


def _to_bill(book: Book, as_of: date) -> Iterator[Task]:
    """What `bill` would bill, by contract; and what it would leave out, until the user decides."""
    waiting, left_out = billing.unbilled_lines(book, as_of)
    _drafts, refused = billing.compose_drafts(book, waiting, as_of, billing.next_draft_names(book))
    by_contract: defaultdict[tuple[str, str, str, bool], list[billing.UnbilledLine]] = defaultdict(list)
    for unbilled in waiting:
        by_contract[unbilled.customer, unbilled.contract.code, unbilled.currency, unbilled.kind == "adjustment"].append(
            unbilled
        )
    for (account, code, currency, adjusts), lines in by_contract.items():
        net = sum((line.line.net for line in lines), ZERO)
        subject = (
            _("to adjust what is billed")
            if adjusts
            else _n(len(lines), "{count} line", "{count} lines", count=len(lines))
        )
        if net < 0 and any(notice.contract == code for notice in refused):
            continue
        yield Task(
            "bill",
            _("contract {code}, {subject}, without tax", code=code, subject=subject),
            min(line.line.billable_from for line in lines),
            customer=book.customers[account].at(as_of).name,
            account=account,
            amount=net,
            currency=currency,
        )
    for notice in (*left_out, *refused):
        yield _to_decide(book, as_of, notice)


def _to_decide(book: Book, as_of: date, notice: billing.BillingNotice) -> Task:
    contract = book.contracts[notice.contract].at(notice.since or as_of) if notice.contract in book.contracts else None
    account = book.main_accounts.get(contract.customer, "") if contract else ""
    currency = notice.currency or (billing.currency_of(book, contract) if contract else "")
    return Task(
        "decide",
        _("contract {contract}: {advice}", contract=notice.contract, advice=notice.with_advice)
        if notice.contract
        else notice.with_advice,
        notice.since,
        customer=book.customers[account].at(as_of).name if account else "",
        account=account,
        amount=notice.amount,
        currency=currency if notice.amount is not None else "",
    )


def _collections(book: Book, as_of: date, allocated: Allocated, stands: Sequence[Position]) -> Iterator[Task]:
    """Orders to hand to the bank, by their last day; and orders handed in without any booking."""
    if not has_mandates(book):
        return
    for order in due_collections(book, as_of, allocated).orders:
        if order.last_day >= as_of:
            text = _("to be handed in by {day}: bean-invoice collect", day=order.last_day)
        else:
            text = _(
                "due on {due}, can be collected on {day}: bean-invoice collect", due=order.due, day=order.execution_date
            )
        yield Task(
            "collect", text, order.last_day, order.customer.name, order.customer.account, order.invoice.number, order.amount,
            "EUR",
        )  # fmt: skip
    for position, bank_order in orders_without_money(stands, as_of):
        text = _(
            "was to be collected on {day}, but nothing of it is booked: book it; if it came back, bean-invoice "
            "collect --again"
            " {number}",
            day=bank_order.execution_date,
            number=position.invoice.number,
        )
        yield from _about(
            position, "collect", text, bank_order.execution_date, bank_order.event.amount or position.open
        )


def _reminders(proposals: Sequence[Proposal]) -> Iterator[Task]:
    for proposal in proposals:
        if proposal.level is not None:
            numbers = " ".join(late.position.invoice.number for late in proposal.invoices)
            letter = (
                _("level {level}, {tone}", level=proposal.level, tone=word(proposal.tone))
                if proposal.level
                else _("a notice before the due date")
            )
            yield Task(
                "remind",
                _(
                    "{subject}, by {channel}: {numbers}",
                    subject=letter,
                    channel=word(proposal.channel),
                    numbers=numbers,
                ),
                min(late.due for late in proposal.invoices),
                proposal.customer.name,
                proposal.customer.account,
                amount=proposal.amount_asked,
                currency=proposal.currency,
            )


def _customers(book: Book, as_of: date, stands: Sequence[Position]) -> Iterator[Task]:
    """Broken promises, open disputes, and documents after their last reminder."""
    of_customer: defaultdict[str, dict[str, Position]] = defaultdict(dict)
    for position in stands:
        if position.debtor:
            of_customer[position.debtor.account].setdefault(position.invoice.number, position)
    for position in stands:
        invoice = position.invoice
        if position.debtor is None or invoice.draft or position.open <= 0:
            continue
        if position.disputed:
            since = next(event for event in reversed(position.events) if event.kind == "dispute")
            text = _("for {days}: {note}", days=_days(since.date, as_of), note=since.note)
            yield from _about(position, "dispute", text, since.date, position.disputed)
        if not position.days_overdue or not position.events:  # no promise was broken, no reminder was sent
            continue
        paused = pause(position, of_customer[position.debtor.account], as_of)
        if paused and paused.broken_promise:
            yield from _about(position, "promise", paused.reason, position.due, position.open)
        if paused is None or paused.broken_promise:
            yield from _after_the_last(book, position, as_of)


def _after_the_last(book: Book, position: Position, as_of: date) -> Iterator[Task]:
    name = policy_name(book, position, as_of)
    rule = policy(book, name, as_of) if name != NO_POLICY else None
    lasts = [instalment.last_letter for instalment in late_instalments(position, as_of) if instalment.last_letter]
    last = max(lasts, key=lambda event: (event.level or 0, event.date), default=None)
    if rule is None or last is None or not rule.levels or (last.level or 0) < rule.levels[-1].level:
        return
    deadline = last.until or days_later(last.date, rule.levels[-1].deadline or 0)
    if deadline < as_of:
        text = _(
            "the reminder of level {level} was sent on {day}: come to an agreement, hand the claim over, or "
            "write it off",
            level=last.level,
            day=last.date,
        )
        yield from _about(position, "escalate", text, last.date, position.open)


def _taxes(book: Book, as_of: date, allocated: Allocated) -> Iterator[Task]:
    """Tax that payments made due and the books have not moved, for each month and currency."""
    for entry in tax_due(book, as_of, allocated).missing:
        by_currency: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for line in entry.lines:
            by_currency[line.pending.currency] += line.owed
        so_far = "" if end_of_month(entry.date) == entry.date else _(" so far")
        for currency, amount in sorted(by_currency.items()):
            yield Task(
                "tax",
                _(
                    "became due by payments in {day}{so_far}: bean-invoice tax-due --write",
                    day=f"{entry.date:%Y-%m}",
                    so_far=so_far,
                ),
                entry.date,
                amount=amount,
                currency=currency,
            )


def _unallocated(book: Book, as_of: date, allocated: Allocated) -> Iterator[Task]:
    for unallocated in allocated.unallocated:
        payment = unallocated.payment
        subject = _("a payment without an invoice") if unallocated.amount < 0 else _("a debit without an invoice")
        yield Task(
            "unallocated",
            _("{subject}: {narration}", subject=subject, narration=payment.narration) if payment.narration else subject,
            payment.date,
            book.customers[payment.customer].at(as_of).name,
            payment.customer,
            amount=unallocated.amount,
            currency=payment.currency,
        )


def _lapsing(book: Book, as_of: date, allocated: Allocated) -> Iterator[Task]:
    for lapse in lapsing(book, allocated, as_of):
        debtor = book.customers[lapse.debtor].at(as_of)
        yield Task(
            "lapse", lapse.message(as_of), lapse.last_day, debtor.name, debtor.account, lapse.invoice.number, lapse.open,
            lapse.invoice.currency,
        )  # fmt: skip


def _files(book: Book, as_of: date) -> Iterator[Task]:
    for event in book.events:
        if event.document and not Path(event.document).is_file():
            customer = book.customers[event.customer].at(as_of).name
            yield Task(
                "document",
                _("{document} is missing", document=event.document),
                event.date,
                customer,
                event.customer,
                " ".join(event.numbers),
            )


def _acceptances(book: Book, as_of: date, allocated: Allocated) -> Iterator[Task]:
    """Retentions under contracts that are billed in full or have ended, and whose acceptance is not recorded."""
    waits = [
        retention
        for retention in open_retentions(book, allocated)
        if retention.accepted is None and retention.due is None and retention.open > 0
    ]
    if not waits:
        return
    stands = {
        status.contract.code: status for status in billing.contract_statuses(book, as_of, billing.ContractFilter())
    }
    for acceptance in waits:
        standing = stands.get(acceptance.contract)
        over = standing and (standing.unbilled_price == 0 or (standing.ends is not None and standing.ends < as_of))
        if standing and (over or (acceptance.printed_due is not None and acceptance.printed_due <= as_of)):
            yield Task(
                "acceptance",
                _('kept back under {contract} until its works are accepted: once they are, record the day, custom '
                '"invoice-accepted" "{contract}"', contract=acceptance.contract),
                acceptance.printed_due, standing.customer, book.main_accounts[standing.contract.customer],
                amount=acceptance.open, currency=acceptance.currency,
            )  # fmt: skip


def _notices(book: Book, as_of: date) -> Iterator[Task]:
    for status in billing.contract_statuses(book, as_of, billing.ContractFilter()):
        if status.notice_by and 0 <= (status.notice_by - as_of).days <= NOTICE_DAYS:
            yield Task(
                "notice",
                _(
                    "contract {contract} renews itself unless notice is given by {notice_by}",
                    contract=status.contract.code,
                    notice_by=status.notice_by,
                ),
                status.notice_by,
                status.customer,
                book.main_accounts[status.contract.customer],
            )
