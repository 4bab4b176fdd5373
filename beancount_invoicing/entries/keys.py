"""The one table of our metadata keys: where each may stand, what it may hold, what it means.

Reader, checks and the reference page in `docs/` are made from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Type = Literal[
    "text",
    "number",
    "percent",
    "count",
    "whole",
    "days",
    "date",
    "flag",
    "account",
    "price",
    "terms",
    "country",
    "language",
]

SELLER = "seller"
CUSTOMER = "customer"
AMENDMENT = "customer amendment"
TAX = "tax"
ITEM = "item"
CONTRACT = "contract"
MILESTONE = "milestone"
DOCUMENT = "invoice"
OPENING = "opening transaction"
OPENING_ITEM = "opening item"
OPENING_TAX = "tax of opening items"
RECEIVABLE = "receivable posting"
AT_ONCE = "posting paid at once"
LINE = "line"
ADJUSTMENT = "allowance or charge"
TAX_POSTING = "tax posting"
DEDUCTION = "deposit deducted"
ROUNDING = "rounding posting"
BOOKKEEPING = "other posting of an invoice"
PAYMENT = "posting on a customer's account"
COUNTER = "other posting of a payment"
MOVEMENT = "payment"
EVENT = "event"
INDEX = "index"
ACCEPTANCE = "acceptance"
POLICY = "reminder policy"
LEVEL = "reminder level"
RATE = "reference rate"
WORK = "time posting"
TIME_ACCOUNT = "account of time"
EXPENSE = "expense billed again"

POSTING_PLACES = frozenset(
    {
        OPENING_ITEM, OPENING_TAX, RECEIVABLE, AT_ONCE, LINE, ADJUSTMENT, TAX_POSTING, DEDUCTION, ROUNDING, BOOKKEEPING, PAYMENT,
        COUNTER, WORK, EXPENSE,
    }
)  # fmt: skip
"""The places of keys on postings."""
TRANSACTION_PLACES = frozenset({DOCUMENT, OPENING, MOVEMENT})
"""The places of keys on transactions."""


@dataclass(frozen=True, slots=True)
class Key:
    """A metadata key of ours. `choices`: the only texts it may hold, where there is such a list."""

    name: str
    type: Type
    places: frozenset[str]
    meaning: str
    choices: tuple[str, ...] = ()


def _key(name: str, type_: Type, places: str | Iterable[str], meaning: str, *choices: str) -> Key:
    return Key(name, type_, frozenset({places} if isinstance(places, str) else places), meaning, choices)


_PARTY = (SELLER, CUSTOMER, AMENDMENT, DOCUMENT)
_BUYER = (CUSTOMER, AMENDMENT, DOCUMENT)
_EVENTS = (
    "sealed", "prepared", "sending", "not-sent", "sent", "reminder", "statement", "receipt", "acquitted", "unpaid", "dispute",
    "dispute-settled", "promise", "hold", "resume", "insolvency", "declared", "acknowledged",
)  # fmt: skip

_TABLE = (
    # who sells, who buys
    _key("customer", "text", (CUSTOMER, AMENDMENT, DOCUMENT),
         "on an account: the customer's legal name (or the main account of the same customer); in an amendment: its new legal"
         " name; on an invoice: the customer's account, where no posting names it"),
    _key("address", "text", _PARTY, "street lines, separated by \\n"),
    _key("postcode", "text", _PARTY, "post code"),
    _key("city", "text", _PARTY, "town"),
    _key("country", "country", _PARTY, "ISO 3166 code of two letters"),
    _key("delivery-address", "text", _BUYER, "street lines of the place of delivery, where it is another one"),
    _key("delivery-postcode", "text", _BUYER, "its post code"),
    _key("delivery-city", "text", _BUYER, "its town"),
    _key("delivery-country", "country", _BUYER, "its country"),
    _key("legal-form", "text", _PARTY, "legal form and capital"),
    _key("siren", "text", _PARTY, "SIREN, nine digits"),
    _key("siret", "text", _PARTY, "SIRET, fourteen digits"),
    _key("vat-id", "text", _PARTY, "VAT identification number"),
    _key("register", "text", _PARTY, "trade register and number"),
    _key("register-id", "text", _PARTY,
         "that number for e-invoices, with the scheme of ISO 6523 where it has one, such as \"0208:0403019261\" (BT-30, BT-47)"),
    _key("tax-number", "text", SELLER, "number that the tax office gives, where it is no VAT id, such as a Steuernummer (BT-32)"),
    _key("email", "text", _PARTY, "e-mail; a customer's: where invoices go"),
    _key("phone", "text", _PARTY, "telephone"),
    _key("website", "text", SELLER, "address on the web"),
    _key("iban", "text", _PARTY, "IBAN on which to pay; on a customer or invoice it wins over the seller's"),
    _key("bic", "text", _PARTY, "BIC of that IBAN's bank"),
    _key("endpoint", "text", _PARTY, "electronic address, scheme:identifier"),
    _key("logo", "text", SELLER, "image file, relative to the ledger file that says so"),
    _key("insurance", "text", SELLER, "professional insurance: insurer and where it covers"),
    _key("mention", "text", SELLER, "further mentions for the foot of each document"),
    _key("cc", "text", _BUYER, "further e-mail addresses, separated by commas"),
    _key("contact", "text", _BUYER, "person or desk that handles invoices"),
    _key("purchase-order", "text", (*_BUYER, CONTRACT), "the buyer's order number (BT-13)"),
    _key("service-code", "text", _BUYER, "the buyer's service or reference (BT-10)"),
    _key("language", "language", _BUYER, "language of the documents, two letters"),
    _key("terms", "terms", _BUYER, "payment terms, such as \"30 days, end of month\""),
    _key("cash-discount", "text", _BUYER, "such as \"2% within 7 days\", or \"2% of net within 7 days\""),
    _key("channel", "text", (*_BUYER, EVENT, LEVEL),
         "how documents are sent; by e-mail where there is an address and nothing is said, else by post",
         "email", "post", "e-invoice"),
    _key("reminders", "text", _BUYER, "a reminder policy, or \"none\""),
    _key("escalation", "text", _BUYER, "e-mail addresses that letters of levels with `escalate` go to as well"),
    _key("late-interest", "terms", _BUYER,
         "late interest: \"FR\", by that law; a number, that yearly rate in percent, by contract; \"none\""),
    _key("credit-limit", "number", _BUYER, "the most that may be owed"),
    _key("inactive", "flag", (CUSTOMER, AMENDMENT), "no longer a customer"),
    _key("buyer", "text", _BUYER, "what the customer is",
         "business", "consumer", "public", "hospital", "public-enterprise"),
    # taxes and items
    _key("category", "text", TAX, "UNCL 5305 category",
         "S", "Z", "E", "AE", "K", "G", "O", "L", "M"),
    _key("rate", "percent", TAX, "percent"),
    _key("reason", "text", TAX, "VATEX code or text: why no tax is due"),
    _key("nature", "text", (TAX, ITEM, LINE), "goods, services, or services that are supplied electronically",
         "goods", "services", "electronic"),
    _key("sold-to", "text", TAX,
         "which customers abroad get it: \"union\", \"outside\" or codes of countries or places, and perhaps \"business\" or"
         " \"consumer\"; \"anyone\": no matter where they are"),
    _key("instead-of", "text", TAX, "the code of what is sold at home that it stands for abroad, with `sold-to`"),
    _key("due-on", "text", TAX, "\"payment\": owed to the state only once paid", "payment", "invoice"),
    _key("pending", "account", TAX, "account of the tax that is not yet owed"),
    _key("withholding", "flag", TAX, "deducted from what is paid, outside the VAT"),
    _key("parts", "text", TAX, "codes of the taxes that it consists of, separated by spaces"),
    _key("compound", "flag", TAX, "each part is due on the net and on the parts before it"),
    _key("unit", "text", (ITEM, LINE, CONTRACT), "word or UN/ECE Recommendation 20 code"),
    _key("price", "price", (ITEM, LINE, CONTRACT, MILESTONE),
         "unit price without tax; of a fixed-price contract or milestone, the whole"),
    _key("price-with-tax", "price", (ITEM, LINE), "unit price including tax"),
    _key("text", "text", (ITEM, LINE, CONTRACT), "what the line says"),
    _key("tax", "text", (CUSTOMER, AMENDMENT, ITEM, DOCUMENT, LINE, ADJUSTMENT, TAX_POSTING, DEDUCTION, CONTRACT,
                         PAYMENT, COUNTER, EXPENSE, OPENING_TAX), "tax code"),
    # invoices
    _key("invoice", "text", (DOCUMENT, OPENING_ITEM), "the document's number"),
    _key("due", "date", (DOCUMENT, RECEIVABLE, OPENING_ITEM), "due date"),
    _key("date", "date", OPENING_ITEM, "date of the invoice taken over"),
    _key(
        "kind", "text", (DOCUMENT, OPENING), "kind of document",
        "deposit", "corrective", "cancellation", "claim", "opening", "void",
    ),
    _key("corrects", "text", DOCUMENT, "number of the invoice corrected; several are separated by spaces"),
    _key("claims", "text", DOCUMENT, "on a claim for late interest: number of the invoice that was paid late"),
    _key("delivered", "date", (DOCUMENT, LINE, ADJUSTMENT), "date of supply; of a line, where neither `to` nor `expense` says it"),
    _key("contract-reference", "text", DOCUMENT, "the contract's number (BT-12)"),
    _key("note", "text", (DOCUMENT, MOVEMENT), "words printed on the document"),
    _key("to-send", "flag", DOCUMENT,
         "TRUE: it is to be sent, and `run` sends it, also where no `send-from` says so; `run` writes it on what it bills"),
    _key("item", "text", (LINE, BOOKKEEPING, CONTRACT, ADJUSTMENT, WORK), "code of an item"),
    _key("quantity", "number", (LINE, CONTRACT), "quantity billed"),
    _key("discount", "percent", (LINE, CONTRACT), "percent off the line; of a contract: off each line of its periods and time"),
    _key("contract", "text", (LINE, BOOKKEEPING, WORK), "code of the contract billed"),
    _key("milestone", "text", LINE, "name of the milestone billed"),
    _key("from", "date", (LINE, BOOKKEEPING, WORK),
         "first day billed, inclusive; of time that a credit note gives back, or that is written down, the day it was worked"),
    _key("to", "date", LINE, "last day billed, inclusive"),
    _key("expense", "date", LINE, "date of the expense that is billed again"),
    _key("line", "count", LINE, "of a credit note: which line, from 1, of what it corrects, where several say the same"),
    _key("cost", "number", LINE, "what that expense was booked with"),
    _key("adjusts", "text", LINE,
         "of an adjustment (régularisation): numbers of the invoices that billed its days, separated by spaces"),
    _key("agreed", "flag", LINE, "TRUE: so it was agreed for these days, whatever the contract says: they are not adjusted"),
    _key("allowance", "text", ADJUSTMENT, "why the document's amount is lowered"),
    _key("charge", "text", ADJUSTMENT, "why the document's amount is raised"),
    _key("amount", "number", (LINE, ADJUSTMENT, TAX_POSTING, DEDUCTION, ROUNDING, EVENT),
         "of what is booked in another currency, such as a tax: the amount in the document's; of a dispute: the part"
         " contested; of a promise: the part to be paid by then"),
    _key("deposit", "text", DEDUCTION, "number of the deposit invoice deducted (on a milestone: TRUE)"),
    _key("rounding", "flag", ROUNDING, "TRUE: rounding of the amount to pay (BT-114)"),
    # payments
    _key("settles", "text", (AT_ONCE, RECEIVABLE, PAYMENT, COUNTER, OPENING_TAX),
         "number of the invoice settled; of a tax taken over: of its open item"),
    _key("instalment", "count", (PAYMENT, EVENT), "number of the instalment, from 1"),
    # events
    _key("event", "text", EVENT, "what happened", *_EVENTS),
    _key("level", "whole", EVENT, "level of a reminder, from 1; 0: a notice before the due date"),
    _key("until", "date", (EVENT, CONTRACT),
         "last day, inclusive; of a reminder: the deadline that it set; of an insolvency: the last day to declare the claim"),
    _key("sha256", "text", EVENT, "fingerprint of the document"),
    _key("facts", "text", EVENT, "digest of the invoice's business terms, as they were sealed"),
    _key("previous", "text", EVENT, "mark of the seal before this one: seals are a chain"),
    _key("message-id", "text", EVENT, "identifier of the e-mail (of a letter or file: of what was prepared)"),
    _key("not-to", "text", EVENT, "whom of several the mail server refused, and its words: the others have got it"),
    _key("sends", "text", EVENT, "what is being sent, where it is not the invoice itself", "reminder", "statement", "receipt",
         "acquitted", "unpaid"),
    _key("file", "text", EVENT, "document that is being sent, relative to the ledger file that says so"),
    # reminder policies
    _key("days", "days", LEVEL, "from so many days after the due date on; of level 0: so many before it, such as -3"),
    _key("tone", "text", (LEVEL, EVENT),
         "how a letter speaks, or a reminder spoke; \"final\": a formal notice to pay (mise en demeure)",
         "courtesy", "friendly", "firm", "final"),
    _key("deadline", "count", LEVEL, "days from the letter's date to pay; the next letter waits for them"),
    _key("interest", "flag", LEVEL, "TRUE: late interest and the fixed indemnity are claimed in the letter"),
    _key("fee", "number", LEVEL, "put on the letter, in the ledger's first operating currency; never on a consumer's"),
    _key("registered", "flag", LEVEL, "TRUE: goes by registered post, and says so"),
    _key("escalate", "flag", LEVEL, "TRUE: goes to the customer's `escalation` address as well"),
    _key("signed-by", "text", (POLICY, LEVEL), "who signs and answers: name, telephone"),
    _key("interval", "whole", POLICY, "at least so many days lie between two letters about an invoice (default 7)"),
    _key("minimum", "number", POLICY, "no letter for less than this"),
    # contracts
    _key("account", "account", CONTRACT, "income account, where no item names one"),
    _key("currency", "text", CONTRACT, "currency, where the customer's account is not opened for one only"),
    _key("payer", "account", CONTRACT, "the customer's account that is invoiced for it, of the same legal person"),
    _key("group", "text", CONTRACT, "contracts of different groups get different invoices"),
    _key("renews", "text", CONTRACT, "how long each tacit renewal lasts, such as \"year\"; `until` is then the end of a term"),
    _key("notice", "text", CONTRACT, "how long before a term's end notice must be given, such as \"3 months\""),
    _key("every", "text", CONTRACT, "length of a period: \"month\", \"3 months\", \"year\" …"),
    _key("anchor", "date", CONTRACT, "day from which periods are counted"),
    _key("bill", "text", CONTRACT, "when a period is billed: on its first or (default) on its last day", "advance", "arrears"),
    _key("prorate", "flag", CONTRACT,
         "TRUE: parts of periods are billed by days; FALSE: none are; not said: only the first and last period of the contract"),
    _key("paused", "flag", CONTRACT, "TRUE: nothing is billed from this date on, until an amendment says FALSE"),
    _key("index", "text", CONTRACT, "name of the index that the price follows"),
    _key("index-every", "text", CONTRACT, "how often the price is revised (default \"year\")"),
    _key("index-share", "percent", CONTRACT, "part of the price that follows the index (default 100)"),
    _key("index-floor", "number", CONTRACT, "least change at one revision, in percent; 0: never down"),
    _key("index-cap", "number", CONTRACT, "most change at one revision, in percent"),
    _key("deposit-account", "account", CONTRACT, "liability account of its deposits (else the option of that name)"),
    _key("retention", "percent", CONTRACT, "part of each invoice, tax included, that the customer keeps back until later"),
    _key("retention-account", "account", CONTRACT, "the customer's account of what is kept back"),
    _key("retention-terms", "text", CONTRACT, "how long after the acceptance of the works it is to be paid (default \"1 year\")"),
    _key("retained", "text", (RECEIVABLE, OPENING_ITEM),
         "kept back under this contract until its works are accepted (custom \"invoice-accepted\"): due retention-terms after it"),
    _key("time", "account", CONTRACT, "account whose balance is the unbilled time"),
    _key("cap", "number", CONTRACT, "the most that may be billed, without tax"),
    _key("included", "number", CONTRACT, "units of each period (`every`) that cost nothing"),
    _key("carry-over", "text", CONTRACT,
         "how long after its period an included unit that was not used may still be used, such as \"2 months\""),
    _key("tiers", "text", CONTRACT, "prices of a period's units by tiers: \"1000 @ 0.10, 10000 @ 0.08 + 5, 0.05\""),
    _key("tiers-mode", "text", CONTRACT, "whether each next unit (default) or all units have the price of the tier reached",
         "graduated", "volume"),
    _key("commitment", "number", CONTRACT, "the least that a period (`every`) of its time comes to, without tax"),
    _key("time-rounding", "text", CONTRACT,
         "how time is rounded: \"up to 0.25 per entry\", \"nearest 0.1 per day\" (default: not at all)"),
    _key("lines", "text", CONTRACT, "what gets a line of its own (default: each item)", "item", "day", "person", "task"),
    _key("markup", "percent", CONTRACT, "put on expenses that are billed again"),
    _key("expense-account", "account", CONTRACT, "income account of expenses that are billed again"),
    _key("enclose", "text", CONTRACT, "what goes along with its invoices, which name it",
         "timesheet", "receipts", "timesheet receipts", "receipts timesheet"),
    _key("percent", "percent", MILESTONE, "part of the contract's price"),
    _key("change-order", "date", MILESTONE, "date of the amendment whose change of the price it bills"),
    _key("cumulative", "percent", MILESTONE, "part of the contract that is done by then; what was billed before is taken off"),
    # what is to be billed
    _key("person", "text", (WORK, BOOKKEEPING), "who worked; in an invoice: whose time is taken off its account"),
    _key("task", "text", (WORK, BOOKKEEPING),
         "what on (else the transaction's narration); in an invoice: of which task time is taken off its account"),
    _key("non-billable", "flag", (WORK, BOOKKEEPING, TIME_ACCOUNT),
         "TRUE: this time is not billed; on the `open` of an account: none of its time is"),
    _key("written-down", "flag", (WORK, BOOKKEEPING),
         "TRUE: this time, with a minus, leaves the account and is billed to nobody (a write-down)"),
    _key("billable", "text", EXPENSE, "code of the contract whose customer pays this expense"),
)  # fmt: skip

KEYS: dict[str, Key] = {key.name: key for key in _TABLE}
"""Every key by its name."""

MILESTONE_DEPOSIT = Key("deposit", "flag", frozenset({MILESTONE}), "TRUE: a deposit, beside the whole")
"""The one key that holds something else in another place: `deposit` names an invoice, on a milestone it is a flag."""

FACTS = ("invoice-due", "invoice-open", "invoice-settled-on", "invoice-total")
"""What the plugin writes for queries; reserved in the source."""

BY_PLACE: dict[str, frozenset[str]] = {
    place: frozenset(key.name for key in _TABLE if place in key.places)
    for place in {place for key in _TABLE for place in key.places}
}
"""The names of the keys that may stand at each place."""
BY_PLACE[MILESTONE] |= {"deposit"}
BY_PLACE[INDEX] = frozenset()
BY_PLACE[ACCEPTANCE] = frozenset()
BY_PLACE[RATE] = frozenset()

CUSTOMER_KEYS = BY_PLACE[CUSTOMER]

OPTIONS: dict[str, tuple[Type, str]] = {
    "number": ("text", 'pattern of invoice numbers, such as "F{year}-{seq:04}"'),
    "credit-note-number": ("text", "pattern of credit note numbers; without it they follow `number`"),
    "deposit-number": ("text", "pattern of deposit invoice numbers; without it they follow `number`"),
    "corrective-number": ("text", "pattern of corrective invoice numbers; without it they follow `number`"),
    "claim-number": ("text", "pattern of claim numbers; without it they follow `number`"),
    "default-tax": ("text", "tax code of lines that nothing else gives one"),
    "terms": ("terms", "payment terms of customers that have none"),
    "business-days": (
        "text",
        'country ("FR", "DE-BY"): due dates by terms move off week-ends and its public holidays, to the next day',
    ),
    "language": ("language", "language of the documents of customers that have none"),
    "late-interest": (
        "terms",
        '"FR", "DE" …: by that country\'s law, "EU": by the directive; a number: that yearly rate in percent, by contract',
    ),
    "reminders": (
        "text",
        'name of the reminder policy of customers that name none ("standard" if not said), or "none"',
    ),
    "run": ("text", 'steps of `bean-invoice run`: "bill send remind" (default), or some of these'),
    "send-from": ("date", "documents of this day or later are to be sent: `run` sends them, `today` names them"),
    "bank-accounts": (
        "text",
        "accounts of the bank, separated by spaces (else those that customers' payments came to)",
    ),
    "bank-days": ("whole", "letters ask for --yes where a bank account was last booked more days ago (default 7)"),
    "claim-account": ("account", "income account of late interest and indemnities that are claimed"),
    "exchange-account": (
        "text",
        "accounts of exchange differences, separated by spaces; the first gets those of taxes that are owed once paid",
    ),
    "allocate": ("text", '"oldest": payments that name nothing go to the oldest due claims'),
    "payment-reference": (
        "text",
        '"iso11649": payers quote a creditor reference (RF…) instead of the document\'s number',
    ),
    "tax-rounding": ("text", '"line" or "document" (default): where tax is rounded'),
    "checked-from": ("date", "before this date arithmetic and series only warn"),
    "deposit-account": ("account", "liability account of deposits received, for contracts that name none"),
    "time-write": ("flag", "TRUE: `time add` writes at once, without --write"),
    "file": ("text", 'file that new entries are written to, such as "{year}/invoices.beancount"'),
    "documents": ("text", 'folder that sealed documents are kept in, "documents/{year}" if not said'),
    "accent": ("text", 'colour of titles and lines, "#1f4e5f"'),
    "font": ("text", "family of the font, one of the package's or of templates/fonts"),
    "paper": ("text", '"a4" (default) or "letter"'),
    "address-window": (
        "text",
        'where a window envelope shows the address: "right" (default), "left" (DIN 5008) or "none"',
    ),
    "voice": (
        "text",
        'how letters, statements, receipts and e-mails speak: "we" (default), or "I" for a person who works alone',
    ),
    "logo": ("text", "image file of the logo, wherever it is; the seller's own `logo` must be in the ledger's folder"),
    "templates": ("text", "folder of your own templates, relative to the top ledger file"),
    "smtp": (
        "text",
        'server that e-mails are sent by, such as "smtp.example.org:587"; without it they become .eml files',
    ),
    "smtp-user": ("text", "whom that server knows you as (the password is never in a ledger: see docs/sending.md)"),
    "smtp-security": (
        "text",
        '"starttls" (default), "tls" (default on port 465) or "none" (only for a server on this computer, or without a user)',
    ),
    "mail-from": ("text", "address that e-mails come from, if it is not the seller's `email`"),
    "mail-bcc": ("text", "addresses that get a blind copy of each e-mail, separated by commas"),
    "mail-rate": ("number", "the most e-mails that are sent in a minute"),
    "sent-file": ("text", 'file that what was sent is recorded in, "sent-{year}.beancount" if not said'),
    "e-invoice-form": (
        "text",
        'what goes into the outbox for a platform: "facturx" (default), "cii", "ubl" or "peppol"',
    ),
}
"""The keys of `custom "invoice-option"`: type and meaning."""

DIRECTIVES: dict[str, str] = {
    "invoice-seller": SELLER,
    "invoice-option": "option",
    "invoice-tax": TAX,
    "invoice-item": ITEM,
    "invoice-customer": AMENDMENT,
    "invoice-contract": CONTRACT,
    "invoice-milestone": MILESTONE,
    "invoice-index": INDEX,
    "invoice-accepted": ACCEPTANCE,
    "invoice-policy": POLICY,
    "invoice-rate": RATE,
}
"""Our custom directives and the place of their keys."""
