"""The words of the ledger and of JSON (statuses, kinds, channels …) as shown to people."""

from __future__ import annotations

from beancount_invoicing.messages import _, _n, _p

_WORDS = (
    # where a document stands
    _("draft"),
    _("void"),
    _("settled"),
    _("written-off"),
    _("overdue"),
    _("partly-paid"),
    _p("status", "open"),
    _("disputed"),
    # what it is, or a letter
    _("invoice"),
    _("credit-note"),
    _("deposit"),
    _("corrective"),
    _("cancellation"),
    _("claim"),
    _("opening"),
    _("reminder"),
    _("statement"),
    _("receipt"),
    _("acquitted"),
    _("unpaid"),
    # how it leaves, and how far it came
    _("email"),
    _("post"),
    _("e-invoice"),
    _("prepared"),
    _("sending"),
    _("not-sent"),
    _("sent"),
    _("sealed"),
    _("in doubt"),
    # how a reminder sounds
    _("courtesy"),
    _("friendly"),
    _("firm"),
    _("final"),
    # how a contract bills, and how often
    _("subscription"),
    _("fixed"),
    _("time"),
    _("month"),
    _("quarter"),
    _("half-year"),
    _("year"),
    _("week"),
    _("day"),
    _("hour"),
    # what happened
    _("dispute"),
    _("dispute-settled"),
    _("promise"),
    _("hold"),
    _("resume"),
    _("insolvency"),
    _("declared"),
    _("acknowledged"),
    # what settles a document
    _("settles"),
    _("link"),
    _("replacement"),
    _("oldest"),
    _("at-once"),
    _("discount"),
    _("set-off"),
    _("write-off"),
    _("reversal"),
    _("payment"),
    _("refund"),
    _("debit"),
    _("transfer"),
    # what waits to be billed, and in which unit
    _("period"),
    _("milestone"),
    _("expense"),
    _("adjustment"),
    _("running"),
    # kinds of closing entries
    _("accruals"),
    _("deferred"),
    _("currency"),
    _("doubtful"),
    _("deposits"),
    _("retentions"),
    _("piece"),
    # what became of a promise, how a customer pays, and what to agree with it
    _("kept"),
    _("broken"),
    _("to come"),
    _("replaced"),
    _("withdrawn"),
    _("slower"),
    _("steady"),
    _("faster"),
    _("payment in advance"),
    _("shorter terms"),
    _("nothing"),
    _("not known"),
    # how a layer of checks ended
    _("passed"),
    _("failed"),
    _("not run"),
    # who buys, and what
    _("business"),
    _("consumer"),
    _("public"),
    _("hospital"),
    _("public-enterprise"),
    _("goods"),
    _("services"),
    _("electronic"),
    # what is to be done
    _("bank"),
    _("in-doubt"),
    _("platform"),
    _("outbox"),
    _("bill"),
    _("decide"),
    _("send"),
    _("collect"),
    _("remind"),
    _("escalate"),
    _("tax"),
    _("report"),
    _("unallocated"),
    _("document"),
    _("lapse"),
    _("notice"),
    _("acceptance"),
    # figures
    _("net"),
    _("total"),
    _("withheld"),
    _("prepaid"),
    _("payable"),
    _("received"),
    _("credited"),
    _("discounted"),
    _("set off"),
    _("written off"),
    # what a finding is
    _("error"),
    _("warning"),
)
_MESSAGES: dict[str, str] = {word: word for word in _WORDS}
_OPEN_AMOUNT = _("open")


def word(text: str | None) -> str:
    """A word as a message; any other text as it is, "" for None."""
    return _MESSAGES.get(text, text) if text else ""


def figure(name: str) -> str:
    """The name of a document's amount as a message: "open" is an amount here, and a status elsewhere."""
    return _OPEN_AMOUNT if name == "open" else word(name)


def interval(text: str) -> str:
    """A length of time between repetitions, such as "month" or "3 months", as a message."""
    count, _space, unit = text.partition(" ")
    if not count.isdecimal():
        return word(text)
    number = int(count)
    messages = {
        "day": _n(number, "{count} day", "{count} days", count=count),
        "week": _n(number, "{count} week", "{count} weeks", count=count),
        "month": _n(number, "{count} month", "{count} months", count=count),
        "quarter": _n(number, "{count} quarter", "{count} quarters", count=count),
        "year": _n(number, "{count} year", "{count} years", count=count),
    }
    return messages.get(unit.removesuffix("s"), text)


def tasks_in_words(count: int, kind: str) -> str:
    """The number of tasks of a kind, such as "3 to send"."""
    messages = {
        "bank": _n(count, "{count} bank account behind", "{count} bank accounts behind", count=count),
        "insolvency": _n(count, "{count} insolvent customer", "{count} insolvent customers", count=count),
        "in-doubt": _("{count} in doubt", count=count),
        "platform": _("{count} to settle at the platform", count=count),
        "prepared": _("{count} prepared", count=count),
        "outbox": _n(count, "{count} unknown file in the outbox", "{count} unknown files in the outbox", count=count),
        "draft": _n(count, "{count} draft", "{count} drafts", count=count),
        "bill": _("{count} to bill", count=count),
        "decide": _("{count} to decide", count=count),
        "send": _("{count} to send", count=count),
        "collect": _("{count} to collect", count=count),
        "remind": _("{count} to remind", count=count),
        "escalate": _("{count} after the last reminder", count=count),
        "promise": _n(count, "{count} broken promise", "{count} broken promises", count=count),
        "dispute": _n(count, "{count} dispute", "{count} disputes", count=count),
        "tax": _n(count, "{count} tax to move", "{count} taxes to move", count=count),
        "report": _n(count, "{count} report to hand in", "{count} reports to hand in", count=count),
        "unallocated": _("{count} unallocated", count=count),
        "document": _n(count, "{count} missing document", "{count} missing documents", count=count),
        "lapse": _n(count, "{count} claim about to lapse", "{count} claims about to lapse", count=count),
        "notice": _n(count, "{count} notice to give", "{count} notices to give", count=count),
        "acceptance": _n(count, "{count} acceptance to record", "{count} acceptances to record", count=count),
    }
    return messages[kind]
