"""The one table of our metadata keys: where each may be used, its type, its meaning.

Reader, checks and the reference page in `docs/` are made from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

KeyType = Literal[
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
CUSTOMER_AMENDMENT = "customer amendment"
TAX = "tax"
ITEM = "item"
CONTRACT_DIRECTIVE = "contract"
MILESTONE = "milestone"
DOCUMENT = "invoice"
OPENING_TRANSACTION = "opening transaction"
OPENING_ITEM = "opening item"
OPENING_TAX = "tax of opening items"
RECEIVABLE = "receivable posting"
AT_ONCE = "posting paid at once"
LINE = "line"
ADJUSTMENT = "allowance or charge"
TAX_POSTING = "tax posting"
DEDUCTION = "deposit deducted"
ROUNDING = "rounding posting"
OTHER_POSTING = "other posting of an invoice"
PAYMENT_POSTING = "posting on a customer's account"
COUNTER = "other posting of a payment"
PAYMENT_TRANSACTION = "payment"
EVENT = "event"
INDEX = "index"
ACCEPTANCE = "acceptance"
POLICY = "reminder policy"
LEVEL = "reminder level"
REFERENCE_RATE = "reference rate"
BANK = "bank account"
JOURNAL = "journal"
LOCK = "lock"
REOPENING = "reopening"
FLOW = "flow of a platform"
RECEIVED = "supplier's invoice"
SUPPLIER = "supplier"
WORK = "time posting"
TIME_ACCOUNT = "account of time"
EXPENSE = "expense billed again"

POSTING_PLACES = frozenset(
    {
        OPENING_ITEM, OPENING_TAX, RECEIVABLE, AT_ONCE, LINE, ADJUSTMENT, TAX_POSTING, DEDUCTION, ROUNDING, OTHER_POSTING,
        PAYMENT_POSTING,
        COUNTER, WORK, EXPENSE,
    }
)  # fmt: skip
"""The places of keys on postings."""
TRANSACTION_PLACES = frozenset({DOCUMENT, OPENING_TRANSACTION, PAYMENT_TRANSACTION})
"""The places of keys on transactions."""


class Key(NamedTuple):
    """A metadata key of ours. `choices`: its only allowed texts, if they are limited."""

    name: str
    type: KeyType
    places: frozenset[str]
    meaning: str
    choices: tuple[str, ...] = ()


def _key(name: str, type_: KeyType, places: str | Iterable[str], meaning: str, *choices: str) -> Key:
    return Key(name, type_, frozenset({places} if isinstance(places, str) else places), meaning, choices)


_PARTY = (SELLER, CUSTOMER, CUSTOMER_AMENDMENT, DOCUMENT)
_BUYER = (CUSTOMER, CUSTOMER_AMENDMENT, DOCUMENT)
_EVENTS = (
    "sealed", "prepared", "sending", "not-sent", "sent", "reminder", "statement", "receipt", "acquitted", "unpaid", "dispute",
    "dispute-settled", "promise", "hold", "resume", "insolvency", "declared", "acknowledged", "collected", "paid-out",
    "not-collected", "status",
)  # fmt: skip

_TABLE = (
    # who sells, who buys
    _key("customer", "text", (CUSTOMER, CUSTOMER_AMENDMENT, DOCUMENT),
         "on an account: the customer's legal name, or the main account of the same customer; in an amendment: the new legal"
         " name; on an invoice: the customer's account, if no posting is on it"),
    _key("address", "text", _PARTY, "street lines, separated by \\n"),
    _key("postcode", "text", _PARTY, "post code"),
    _key("city", "text", _PARTY, "town"),
    _key("country", "country", _PARTY, "two-letter ISO 3166 code"),
    _key("delivery-address", "text", _BUYER, "street lines of the place of delivery, if it is elsewhere"),
    _key("delivery-postcode", "text", _BUYER, "post code of the place of delivery"),
    _key("delivery-city", "text", _BUYER, "town of the place of delivery"),
    _key("delivery-country", "country", _BUYER, "country of the place of delivery"),
    _key("legal-form", "text", _PARTY, "legal form and capital"),
    _key("siren", "text", _PARTY, "SIREN, nine digits"),
    _key("siret", "text", _PARTY, "SIRET, fourteen digits"),
    _key("vat-id", "text", _PARTY, "VAT identification number"),
    _key("register", "text", _PARTY, "trade register and number"),
    _key("register-id", "text", _PARTY,
         "the register number for e-invoices, with its ISO 6523 scheme if it has one, such as \"0208:0403019261\" (BT-30, BT-47)"),
    _key("tax-number", "text", _PARTY,
         "a number from the tax office that is not a VAT id, such as a Steuernummer or an ABN; several by commas (yours: BT-32)"),
    _key("email", "text", _PARTY, "e-mail address; a customer's is where invoices are sent"),
    _key("phone", "text", _PARTY, "telephone"),
    _key("website", "text", SELLER, "web address"),
    _key("iban", "text", (*_PARTY, BANK),
         "IBAN to pay to; on a customer or invoice it replaces the seller's; on a bank account: that of its statements"),
    _key("account-number", "text", SELLER, "account number where there is no IBAN, as in the United States, Canada and Australia"),
    _key("bank-code", "text", SELLER, "code of the bank of `account-number`: routing number (ACH), transit and institution, BSB"),
    _key("wire-code", "text", SELLER, "the routing number for wires, if it is another one"),
    _key("account-bank", "text", SELLER, "name of the bank that has `account-number`"),
    _key("check-to", "text", SELLER, "address to which checks are sent, lines separated by \\n"),
    _key("bic", "text", _PARTY, "BIC of the bank of `iban`"),
    _key("payer-iban", "text", (CUSTOMER, CUSTOMER_AMENDMENT),
         "IBANs from which the customer pays, separated by commas: payments from them are this customer's"),
    _key("creditor-id", "text", SELLER, "your SEPA creditor identifier (ICS), for direct debit"),
    _key("mandate", "text", (CUSTOMER, CUSTOMER_AMENDMENT, EVENT),
         "reference of the SEPA mandate by which the customer's invoices are collected; \"\" once it is revoked"),
    _key("mandate-date", "date", (CUSTOMER, CUSTOMER_AMENDMENT), "day on which the mandate was signed"),
    _key("mandate-type", "text", (CUSTOMER, CUSTOMER_AMENDMENT), "scheme of the mandate (default \"core\")", "core", "b2b"),
    _key("mandate-sequence", "text", (CUSTOMER, CUSTOMER_AMENDMENT),
         "how often the mandate is used (default \"recurring\"); \"final\": the next collection is the last",
         "recurring", "one-off", "final"),
    _key("mandate-used", "date", (CUSTOMER, CUSTOMER_AMENDMENT),
         "last collection under the mandate that is not in this ledger"),
    _key("debtor-iban", "text", (CUSTOMER, CUSTOMER_AMENDMENT),
         "IBAN of the customer's account: it is debited under the mandate, and `pay-out` pays to it"),
    _key("debtor-bic", "text", (CUSTOMER, CUSTOMER_AMENDMENT), "BIC of the bank of `debtor-iban`"),
    _key("debtor-number", "text", (CUSTOMER, CUSTOMER_AMENDMENT),
         "the customer's account in the books of your tax adviser (DATEV: Debitorennummer), such as \"10001\""),
    _key("direct-debit", "flag", DOCUMENT, "FALSE: this invoice is not collected under the customer's mandate"),
    _key("endpoint", "text", _PARTY, "electronic address for e-invoices, scheme:identifier"),
    _key("logo", "text", SELLER, "image file, relative to the ledger file with this key"),
    _key("insurance", "text", SELLER, "professional insurance: the insurer and the area covered"),
    _key("mention", "text", SELLER, "other legal notices for the foot of each document"),
    _key("cc", "text", _BUYER, "more e-mail addresses, separated by commas"),
    _key("contact", "text", _BUYER, "person or department that handles invoices"),
    _key("purchase-order", "text", (*_BUYER, CONTRACT_DIRECTIVE), "the buyer's order number (BT-13)"),
    _key("service-code", "text", _BUYER, "the buyer's department or reference (BT-10)"),
    _key("language", "language", _BUYER, "language of the documents, such as \"fr\", or with a region \"en-US\""),
    _key("terms", "terms", _BUYER,
         "payment terms in any of seven languages, such as \"30 days, end of month\" or \"14 Tage netto\""),
    _key("cash-discount", "text", _BUYER,
         "discount for early payment, such as \"2% within 7 days\" or \"2% of net within 7 days\"; `terms` may have it too"),
    _key("channel", "text", (*_BUYER, EVENT, LEVEL),
         "how documents are sent; the default is by e-mail if there is an address, or else by post",
         "email", "post", "e-invoice"),
    _key("reminders", "text", _BUYER, "name of a reminder policy, or \"none\""),
    _key("escalation", "text", _BUYER, "more e-mail addresses for letters of reminder levels with `escalate`"),
    _key("late-interest", "terms", _BUYER,
         "late interest: a country such as \"FR\", for the rate by its law; a number, for a yearly rate in"
         " percent by contract; or \"none\""),
    _key("credit-limit", "number", (CUSTOMER, CUSTOMER_AMENDMENT),
         "the most that the customer may owe, with tax, orders included: `check` warns above it"),
    _key("inactive", "flag", (CUSTOMER, CUSTOMER_AMENDMENT), "no longer a customer"),
    _key("buyer", "text", _BUYER, "what kind of buyer the customer is",
         "business", "consumer", "public", "hospital", "public-enterprise"),
    # taxes and items
    _key("category", "text", TAX, "UNCL 5305 category",
         "S", "Z", "E", "AE", "K", "G", "O", "L", "M"),
    _key("rate", "percent", TAX, "tax rate in percent"),
    _key("reason", "text", (TAX, REOPENING, EVENT, FLOW, RECEIVED),
         "why no tax is due: a VATEX code or a text; of a reopening: why closed books were opened again; of a status or an answer: "
         "why"),
    _key("withheld", "flag", LINE, "FALSE: no withholding is calculated on the line"),
    _key("nature", "text", (TAX, ITEM, LINE), "goods, services, or services supplied electronically",
         "goods", "services", "electronic"),
    _key("sold-to", "text", TAX,
         "which customers abroad it is for: \"union\", \"outside\", or codes of countries or places; add \"business\" or"
         " \"consumer\" to restrict it; \"anyone\": wherever they are"),
    _key("instead-of", "text", TAX, "the domestic tax code that it replaces for the customers in `sold-to`"),
    _key("due-on", "text", TAX,
         "when the tax is owed to the state; \"payment\": only once the customer has paid", "payment", "invoice"),
    _key("pending", "account", TAX, "account for tax that is not yet owed"),
    _key("withholding", "flag", TAX, "TRUE: the customer withholds it from the payment; it is not a VAT"),
    _key("sales-list", "text", TAX,
         "what the EC sales list calls these supplies, if it is not their nature: goods, services, or goods sold on in a chain of"
         " three (triangular)",
         "L", "S", "T"),
    _key("datev-key", "text", TAX,
         "DATEV's tax key (BU-Schlüssel) for sales at this tax, such as \"3\"; \"automatic\": their accounts carry it themselves;"
         " \"40\": the tax is booked beside them"),
    _key("parts", "text", TAX, "codes of the taxes that make it up, separated by spaces"),
    _key("compound", "flag", TAX, "TRUE: each of the `parts` is charged on the net plus the parts before it"),
    _key("unit", "text", (ITEM, LINE, CONTRACT_DIRECTIVE), "unit: a word or a UN/ECE Recommendation 20 code"),
    _key("price", "price", (ITEM, LINE, CONTRACT_DIRECTIVE, MILESTONE),
         "unit price without tax; of a fixed-price contract or milestone, the total price"),
    _key("price-with-tax", "price", (ITEM, LINE), "unit price with tax"),
    _key("text", "text", (ITEM, LINE, CONTRACT_DIRECTIVE), "description on the line"),
    _key("tax", "text", (CUSTOMER, CUSTOMER_AMENDMENT, ITEM, DOCUMENT, LINE, ADJUSTMENT, TAX_POSTING, DEDUCTION, CONTRACT_DIRECTIVE,
                         PAYMENT_POSTING, COUNTER, EXPENSE, OPENING_TAX), "tax code"),
    # invoices
    _key("invoice", "text", (DOCUMENT, OPENING_ITEM, RECEIVED), "the document's number"),
    _key("due", "date", (DOCUMENT, RECEIVABLE, OPENING_ITEM, RECEIVED), "due date"),
    _key("date", "date", (OPENING_ITEM, RECEIVED), "original date of the invoice taken over; of a supplier's invoice: its date"),
    _key(
        "kind", "text", (DOCUMENT, OPENING_TRANSACTION), "kind of document",
        "deposit", "corrective", "cancellation", "claim", "opening", "void",
    ),
    _key("corrects", "text", DOCUMENT, "number of the invoice it corrects; separate several with spaces"),
    _key("replaces", "text", DOCUMENT,
         "number of the invoice in whose place it was issued, where that one was refused, rejected, or credited in full"),
    _key("claims", "text", (DOCUMENT, COUNTER),
         "on a claim for late interest, or where a payment books interest that no claim asked for: number of the invoice that was"
         " paid late"),
    _key("delivered", "date", (DOCUMENT, LINE, ADJUSTMENT), "date of supply; on a line, if it has neither `to` nor `expense`"),
    _key("contract-reference", "text", DOCUMENT, "the contract's number (BT-12)"),
    _key("note", "text", (DOCUMENT, PAYMENT_TRANSACTION), "text printed on the document"),
    _key("to-send", "flag", DOCUMENT,
         "TRUE: `run` sends it, even without `send-from`; `run` sets this on what it bills"),
    _key("item", "text", (LINE, OTHER_POSTING, CONTRACT_DIRECTIVE, ADJUSTMENT, WORK), "code of an item"),
    _key("quantity", "number", (LINE, CONTRACT_DIRECTIVE), "quantity billed"),
    _key("discount", "percent", (LINE, CONTRACT_DIRECTIVE),
         "percent off the line; on a contract, off each line of its periods and time"),
    _key("contract", "text", (LINE, OTHER_POSTING, WORK), "code of the contract"),
    _key("milestone", "text", LINE, "name of the milestone billed"),
    _key("from", "date", (LINE, OTHER_POSTING, WORK, COUNTER, LOCK, FLOW),
         "first day billed, or of the interest paid, inclusive; for time given back by a credit note, or written down, the day it"
         " was worked; of a lock: its first day, if the books up to the day before are closed already"),
    _key("to", "date", (LINE, COUNTER), "last day billed, or of the interest paid, inclusive"),
    _key("expense", "date", LINE, "date of the expense that the line bills again"),
    _key("line", "count", LINE, "on a credit note: which line of the corrected invoice, from 1, if several match"),
    _key("cost", "number", LINE, "amount at which that expense was booked"),
    _key("adjusts", "text", LINE,
         "on an adjustment (régularisation): numbers of the invoices that billed its days, separated by spaces"),
    _key("agreed", "flag", LINE, "TRUE: these days were agreed as billed, whatever the contract says; they are not adjusted"),
    _key("allowance", "text", ADJUSTMENT, "reason for a discount on the whole document"),
    _key("charge", "text", ADJUSTMENT, "reason for a charge on the whole document"),
    _key("amount", "number", (LINE, ADJUSTMENT, TAX_POSTING, DEDUCTION, ROUNDING, EVENT, RECEIVED),
         "on a posting in another currency, such as a tax: the amount in the document's currency; on a dispute: the part"
         " contested; on a promise: the part to be paid by then; on a collection: what is collected; of a supplier's"
         " invoice: its total with tax"),
    _key("deposit", "text", DEDUCTION, "number of the deposit invoice to deduct (on a milestone: TRUE)"),
    _key("rounding", "flag", ROUNDING, "TRUE: rounding of the amount to pay (BT-114)"),
    # payments
    _key("settles", "text", (AT_ONCE, RECEIVABLE, PAYMENT_POSTING, COUNTER, OPENING_TAX),
         "number of the invoice it settles; on a tax taken over, the number of its open item"),
    _key("bank-id", "text", PAYMENT_TRANSACTION,
         "the bank's own identifier of the movement; a statement that is imported again changes nothing"),
    _key("return-reason", "text", PAYMENT_TRANSACTION,
         "why a payment came back: the bank's code (ISO 20022, such as AM04) or words"),
    _key("instalment", "count", (PAYMENT_POSTING, EVENT), "number of the instalment, from 1"),
    # events
    _key("event", "text", (EVENT, FLOW, RECEIVED), "what happened", *_EVENTS),
    _key("level", "whole", EVENT, "level of a reminder, from 1; 0 is a notice before the due date"),
    _key("until", "date", (EVENT, CONTRACT_DIRECTIVE, FLOW),
         "last day, inclusive; on a reminder: its deadline; on an insolvency: the last day to declare the claim"),
    _key("sha256", "text", (EVENT, LOCK, FLOW, RECEIVED), "SHA-256 checksum of the document, or of a lock's list"),
    _key("facts", "text", (EVENT, FLOW),
         "checksum of the invoice's business terms when it was sealed; of a report: of what it says of its period"),
    _key("amounts", "text", FLOW,
         "what a status 212 says was received, with tax, by rate, such as \"20: 240.00, 10: 110.00\""),
    _key("previous", "text", (EVENT, LOCK, REOPENING), "checksum of the previous seal, or of the previous lock; they form a chain"),
    _key("message-id", "text", (EVENT, FLOW, RECEIVED), "identifier of the e-mail, or of the prepared letter or file"),
    _key("not-to", "text", EVENT, "recipients that the mail server refused, with its reply; the others received the e-mail"),
    _key("sends", "text", EVENT, "what is being sent, if not the invoice itself", "reminder", "statement", "receipt",
         "acquitted", "unpaid"),
    _key("file", "text", (EVENT, LOCK, FLOW, RECEIVED),
         "file that is being sent, or the list of a lock, relative to the ledger file with this key"),
    _key("flow", "text", (EVENT, FLOW, RECEIVED), "the platform's identifier of what was handed in there"),
    _key("flow-type", "text", FLOW, "what was handed in, or what a message is about: a type of XP Z12-013, such as"
         " \"AggregatedCustomerTransactionReport\""),
    _key("status", "text", (EVENT, FLOW, RECEIVED),
         "what a platform says of a flow: the code of a status, such as \"207\", or \"ack-ok\", \"ack-error\", \"unread\""),
    _key("status-flow", "text", (EVENT, FLOW), "the platform's identifier of the message that brought the status"),
    _key("updated", "text", (EVENT, FLOW, RECEIVED),
         "when the platform last changed the message; fetching goes on from the latest"),
    _key("end-to-end-id", "text", EVENT, "reference of a collection, or payment out, in the bank's statement"),
    _key("collection-date", "date", EVENT, "day on which the bank is to collect, or pay out"),
    # invoices of suppliers
    _key("supplier", "text", RECEIVED, "the supplier's name, as on its invoice"),
    _key("supplier-id", "text", RECEIVED,
         "the supplier's identifiers, separated by commas: \"0002:552100554, FR12552100554\""),
    _key("result", "text", RECEIVED, "of its validation when it came", "passed", "failed", "not run"),
    # reminder policies
    _key("days", "days", LEVEL,
         "the level applies from this many days after the due date; for level 0, days before it, such as -3"),
    _key("tone", "text", (LEVEL, EVENT),
         "tone of the letter; \"final\" is a formal notice to pay (mise en demeure)",
         "courtesy", "friendly", "firm", "final"),
    _key("deadline", "count", LEVEL, "days to pay from the letter's date; the next letter waits until they are over"),
    _key("interest", "flag", LEVEL, "TRUE: the letter claims late interest and the fixed indemnity"),
    _key("fee", "number", LEVEL, "fee added to the letter, in the ledger's first operating currency; never for consumers"),
    _key("registered", "flag", LEVEL, "TRUE: sent by registered post, and the letter says so"),
    _key("escalate", "flag", LEVEL, "TRUE: also sent to the customer's `escalation` address"),
    _key("signed-by", "text", (POLICY, LEVEL), "who signs the letter and answers questions: name, telephone"),
    _key("interval", "whole", POLICY, "minimum number of days between two letters about an invoice (default 7)"),
    _key("minimum", "number", POLICY, "smallest amount for which a letter is sent"),
    # contracts
    _key("account", "account", CONTRACT_DIRECTIVE, "income account, if no item has one"),
    _key("currency", "text", (CONTRACT_DIRECTIVE, BANK, RECEIVED),
         "currency, unless the customer's account is open for exactly one; on a bank account: that of its table"),
    _key("payer", "account", CONTRACT_DIRECTIVE, "account of the customer to invoice instead; it must be the same legal person"),
    _key("group", "text", CONTRACT_DIRECTIVE, "contracts with different groups get separate invoices"),
    _key("renews", "text", CONTRACT_DIRECTIVE,
         "how long each tacit renewal lasts, such as \"year\"; `until` is then the end of a term"),
    _key("notice", "text", CONTRACT_DIRECTIVE, "notice period before the end of a term, such as \"3 months\""),
    _key("every", "text", CONTRACT_DIRECTIVE, "length of a period: \"month\", \"3 months\", \"year\" …"),
    _key("anchor", "date", CONTRACT_DIRECTIVE, "day from which periods are counted"),
    _key("bill", "text", CONTRACT_DIRECTIVE,
         "when a period is billed: on its first day, or (default) on its last", "advance", "arrears"),
    _key("prorate", "flag", CONTRACT_DIRECTIVE,
         "TRUE: parts of periods are billed by the day; FALSE: none are; by default only those that the contract itself cuts off"),
    _key("paused", "flag", CONTRACT_DIRECTIVE, "TRUE: nothing is billed from this date on, until an amendment sets FALSE"),
    _key("index", "text", CONTRACT_DIRECTIVE, "name of the index that the price follows"),
    _key("index-every", "text", CONTRACT_DIRECTIVE, "how often the price is revised (default \"year\")"),
    _key("index-share", "percent", CONTRACT_DIRECTIVE, "part of the price that follows the index (default 100)"),
    _key("index-floor", "number", CONTRACT_DIRECTIVE,
         "smallest change at one revision, in percent; with 0 the price never goes down"),
    _key("index-cap", "number", CONTRACT_DIRECTIVE, "largest change at one revision, in percent"),
    _key("deposit-account", "account", CONTRACT_DIRECTIVE,
         "liability account of its deposits (default: the option of the same name)"),
    _key("retention", "percent", CONTRACT_DIRECTIVE,
         "part of each invoice, with tax, that the customer keeps back until the works are accepted"),
    _key("retention-account", "account", CONTRACT_DIRECTIVE, "account of the customer for what is kept back"),
    _key("retention-terms", "text", CONTRACT_DIRECTIVE,
         "how long after the acceptance of the works the retention is due (default \"1 year\")"),
    _key("retained", "text", (RECEIVABLE, OPENING_ITEM),
         "kept back under this contract until its works are accepted (custom \"invoice-accepted\"), and due `retention-terms`"
         " later"),
    _key("time", "account", CONTRACT_DIRECTIVE, "account whose balance is the time not yet billed"),
    _key("cap", "number", CONTRACT_DIRECTIVE, "the most that may be billed, without tax"),
    _key("included", "number", CONTRACT_DIRECTIVE, "free units in each period (`every`)"),
    _key("carry-over", "text", CONTRACT_DIRECTIVE,
         "how long after its period an unused included unit can still be used, such as \"2 months\""),
    _key("tiers", "text", CONTRACT_DIRECTIVE, "prices of a period's units by tier: \"1000 @ 0.10, 10000 @ 0.08 + 5, 0.05\""),
    _key("tiers-mode", "text", CONTRACT_DIRECTIVE,
         "how tiers apply; \"graduated\" (default): each unit has its own tier's price; \"volume\": all have that of the last tier"
         " reached",
         "graduated", "volume"),
    _key("commitment", "number", CONTRACT_DIRECTIVE, "minimum amount for the time of a period (`every`), without tax"),
    _key("time-rounding", "text", CONTRACT_DIRECTIVE,
         "how time is rounded: \"up to 0.25 per entry\", \"nearest 0.1 per day\" (default: not at all)"),
    _key("lines", "text", CONTRACT_DIRECTIVE, "what gets a line of its own (default: each item)", "item", "day", "person", "task"),
    _key("markup", "percent", CONTRACT_DIRECTIVE, "added to expenses that are billed again"),
    _key("expense-account", "account", CONTRACT_DIRECTIVE, "income account of expenses that are billed again"),
    _key("enclose", "text", CONTRACT_DIRECTIVE, "what is enclosed with its invoices",
         "timesheet", "receipts", "timesheet receipts", "receipts timesheet"),
    _key("percent", "percent", MILESTONE, "part of the contract's price"),
    _key("change-order", "date", MILESTONE, "date of the amendment whose price change it bills"),
    _key("cumulative", "percent", MILESTONE, "part of the contract done by then; what was billed before is deducted"),
    # bank statements
    _key("format", "text", BANK, "format of its statements, if it cannot be told from the files",
         "camt", "mt940", "ofx", "cfonb120", "csv"),
    _key("preset", "text", BANK, "name of a known table of a bank or provider, such as \"qonto\""),
    _key("columns", "text", BANK,
         "titles of the columns of its table, by field: \"date = Date; amount = Montant; text = Libellé + Détail\""),
    _key("decimal", "text", BANK, "decimal mark of its table", ".", ","),
    _key("date-format", "text", BANK, "order of year, month and day in the dates of its table", "ymd", "dmy", "mdy"),
    _key("encoding", "text", BANK, "encoding of its table, such as \"cp1252\""),
    _key("delimiter", "text", BANK, "character between the cells of its table, such as \";\""),
    # journals of the accounts
    _key("accounts", "text", JOURNAL, "accounts whose entries belong to it, separated by spaces; also those below them"),
    _key("documents", "flag", JOURNAL, "TRUE: invoices, credit notes and other documents belong to it"),
    _key("journal", "text", (DOCUMENT, OPENING_TRANSACTION, PAYMENT_TRANSACTION),
         "code of the journal that the entry belongs to, whatever the rules of `invoice-journal` say; on any transaction"),
    # what is to be billed
    _key("person", "text", (WORK, OTHER_POSTING), "who worked; on an invoice: whose time leaves the time account"),
    _key("task", "text", (WORK, OTHER_POSTING),
         "the task worked on (default: the narration); on an invoice: the task whose time leaves the time account"),
    _key("non-billable", "flag", (WORK, OTHER_POSTING, TIME_ACCOUNT),
         "TRUE: this time is not billed; on an account's `open`: none of its time is billed"),
    _key("written-down", "flag", (WORK, OTHER_POSTING),
         "TRUE: this time, a negative quantity, leaves the account without being billed (a write-down)"),
    _key("billable", "text", EXPENSE, "code of the contract whose customer pays this expense"),
)  # fmt: skip

KEYS: dict[str, Key] = {key.name: key for key in _TABLE}
"""Every key by its name."""

MILESTONE_DEPOSIT = Key("deposit", "flag", frozenset({MILESTONE}), "TRUE: a deposit, which is not part of the price")
"""The one key with another type in another place: `deposit` names an invoice, but on a milestone it is a flag."""

QUERY_KEYS = ("invoice-due", "invoice-open", "invoice-settled-on", "invoice-total")
"""What the plugin writes for queries; reserved in the source."""
QUERY_KEY_SET = frozenset(QUERY_KEYS)

BY_PLACE: dict[str, frozenset[str]] = {
    place: frozenset(key.name for key in _TABLE if place in key.places)
    for place in {place for key in _TABLE for place in key.places}
}
"""The names of the keys that may be used in each place."""
BY_PLACE[MILESTONE] |= {"deposit"}
BY_PLACE[INDEX] = frozenset()
BY_PLACE[ACCEPTANCE] = frozenset()
BY_PLACE[REFERENCE_RATE] = frozenset()
BY_PLACE[SUPPLIER] = frozenset()

CUSTOMER_KEYS = BY_PLACE[CUSTOMER]

OPTIONS: dict[str, tuple[KeyType, str]] = {
    "number": ("text", 'pattern of invoice numbers, such as "F{year}-{seq:04}"'),
    "credit-note-number": ("text", "pattern of credit note numbers; without it they follow `number`"),
    "deposit-number": ("text", "pattern of deposit invoice numbers; without it they follow `number`"),
    "corrective-number": ("text", "pattern of corrective invoice numbers; without it they follow `number`"),
    "claim-number": ("text", "pattern of claim numbers; without it they follow `number`"),
    "default-tax": (
        "text",
        'tax code of lines that have no other; "none": you charge no tax, and your documents say nothing of one',
    ),
    "terms": ("terms", "payment terms of customers without terms of their own"),
    "business-days": (
        "text",
        'country or region ("FR", "DE-BY"): due dates by terms move from weekends and its public holidays to the next working day',
    ),
    "language": (
        "language",
        "language of the books' narrations, and of the documents of customers without a language of their own; with a region if "
        'you like, such as "fr-CA"',
    ),
    "late-interest": (
        "terms",
        '"FR", "DE" …: by that country\'s law; "EU": by the directive; a number: a yearly rate in percent, by contract',
    ),
    "reminders": (
        "text",
        'reminder policy of customers without one of their own (default "standard"), or "none"',
    ),
    "run": ("text", 'steps of `bean-invoice run`: "bill send remind" (default), or only some of them'),
    "send-from": ("date", "documents dated on or after this day must be sent: `run` sends them, `today` lists them"),
    "bank-accounts": (
        "text",
        "bank accounts, separated by spaces (default: those that customers' payments came to)",
    ),
    "bank-days": (
        "whole",
        "letters need --yes if a bank account was last booked more than this many days ago (default 7)",
    ),
    "bank-precision": (
        "number",
        "percentage of a tier's past payments that must be right before `bank import` books the tier without asking",
    ),
    "bank-past-payments": (
        "whole",
        "number of past payments needed to judge a tier, with `bank-precision` (default 10)",
    ),
    "collection-days": (
        "whole",
        "TARGET business days from handing a direct debit in to its collection, as your bank asks for (default 2)",
    ),
    "sepa-version": (
        "text",
        'version of the files for the bank: "2019" (default; pain.008.001.08, pain.001.001.09) or "2009" (.02, .03)',
    ),
    "claim-account": ("account", "income account for late interest and indemnities claimed"),
    "exchange-account": (
        "text",
        "accounts for exchange differences, separated by spaces; the first is used for those of taxes due on payment",
    ),
    "vat-payable-account": (
        "account",
        "account of the VAT to pay to the tax office: `accounting vat --close` moves a period's VAT there; default: the only one "
        "with the country's usual number (in France 44551)",
    ),
    "suspense-account": (
        "text",
        "accounts where money waits until somebody knows what it is for, separated by spaces: `bank match` looks there",
    ),
    "fee-account": ("account", "expense account for what banks keep back of payments"),
    "unstated-fee": (
        "number",
        "largest fee that intermediary banks may deduct from a payment without stating it; needs `fee-account`",
    ),
    "discount-account": ("account", "account for cash discounts that customers take"),
    "allocate": ("text", '"oldest": unreferenced payments go to the oldest due claims'),
    "payment-reference": (
        "text",
        '"iso11649": payers quote a creditor reference (RF…) instead of the document\'s number; "qrr": a Swiss QR reference; '
        '"ogm": a Belgian structured communication (+++…+++)',
    ),
    "payment-link": (
        "text",
        'address of your provider\'s page of payment, such as "https://pay.example/{number}?amount={amount}"',
    ),
    "tax-rounding": ("text", '"line" or "document" (default): where tax is rounded'),
    "checked-from": ("date", "before this date, arithmetic and series errors are only warnings"),
    "deposit-account": ("account", "liability account of deposits received, for contracts without their own"),
    "time-write": ("flag", "TRUE: `time add` writes at once, without --write"),
    "file": ("text", 'file for new entries, such as "{year}/invoices.beancount"'),
    "documents": ("text", 'folder for sealed documents (default "documents/{year}")'),
    "accent": ("text", 'colour of titles and lines, "#1f4e5f"'),
    "font": ("text", "font family, from the package or from templates/fonts"),
    "paper": ("text", '"a4" (default) or "letter"'),
    "address-window": (
        "text",
        'where a window envelope shows the address: "right" (default), "left" (DIN 5008) or "none"',
    ),
    "return-address": ("text", '"line": your address on one line above the recipient\'s; "none" (default)'),
    "voice": (
        "text",
        'whether letters, statements, receipts and e-mails use "we" (default), or "I" for a person who works alone',
    ),
    "financial-year-end": (
        "text",
        'last day of the financial year, month and day (default "12-31"), or the whole day on which the first year ends',
    ),
    "business-start": (
        "date",
        "day on which the business began: `accounting micro` lowers the limits of an incomplete first year by days",
    ),
    "account-number-key": (
        "text",
        'metadata key on `open` that gives an account\'s number in the chart of accounts (default "pcg")',
    ),
    "allowance-matrix": (
        "text",
        'allowances that `accounting close` proposes for late claims: "25% after 90 days; 100% after 360 days"',
    ),
    "datev-consultant": ("text", "number of your tax adviser at DATEV (Beraternummer)"),
    "datev-client": ("text", "your number at your tax adviser (Mandantennummer)"),
    "datev-account-length": ("whole", "digits of DATEV's general ledger accounts, 4 to 8 (default 4)"),
    "datev-supply-date": (
        "flag",
        "TRUE: bookings for DATEV carry the day of supply (Leistungsdatum), which decides the period of their tax there",
    ),
    "datev-interim-account": (
        "text",
        'number of the DATEV account through which entries with several debits and credits are booked, such as "1590"',
    ),
    "logo": ("text", "image file of the logo, in any folder; the seller's own `logo` must be in the ledger's folder"),
    "templates": ("text", "folder with your own templates, relative to the top ledger file"),
    "smtp": (
        "text",
        'mail server, such as "smtp.example.org:587"; without it e-mails become .eml files',
    ),
    "smtp-user": ("text", "your user name on the mail server (the password is never in a ledger: see docs/sending.md)"),
    "smtp-security": (
        "text",
        '"starttls" (default), "tls" (default on port 465) or "none" (only for a server on this computer, or without a user)',
    ),
    "mail-from": ("text", "sender address of e-mails, if not the seller's `email`"),
    "mail-bcc": ("text", "addresses for a blind copy of each e-mail, separated by commas"),
    "mail-rate": ("number", "maximum number of e-mails per minute"),
    "vat-regime": (
        "text",
        'how you declare VAT in France, for e-reports: "monthly", "quarterly", "simplified" or "franchise" (default if no tax'
        " code has a rate)",
    ),
    "e-reporting-from": (
        "date",
        "day from which you report sales and payments through a platform in France (default 2027-09-01, for small firms)",
    ),
    "platform": (
        "text",
        "address of the Flow Service of your platform for e-invoices; without it, e-invoices are files in the outbox",
    ),
    "platform-token": ("text", "address at which the platform gives tokens (OAuth 2.0)"),
    "platform-client": (
        "text",
        "your client id at the platform (its secret is never in a ledger: see docs/platform.md)",
    ),
    "platform-scope": ("text", "scopes to ask the platform for, separated by spaces"),
    "platform-organization": ("text", "the firm for which you act at the platform, if your account has several"),
    "platform-directory": ("text", "address of the platform's Directory Service"),
    "received": ("text", 'folder for invoices of suppliers (default "received/{year}")'),
    "supplier-account": ("account", "what you owe suppliers: `received book` offers the entries of their invoices"),
    "purchase-account": ("account", "expense account of suppliers without an `invoice-supplier` of their own"),
    "deductible-tax-account": (
        "account",
        "VAT on purchases that you deduct; without it, the tax is part of the expense",
    ),
    "sent-file": ("text", 'file that records what was sent (default "sent-{year}.beancount")'),
    "e-invoice-form": (
        "text",
        'format of e-invoices in the outbox: "facturx" (default), "cii", "ubl" or "peppol"; "none": you make none here',
    ),
}
"""The keys of `custom "invoice-option"`: type and meaning."""

DIRECTIVES: dict[str, str] = {
    "invoice-seller": SELLER,
    "invoice-option": "option",
    "invoice-tax": TAX,
    "invoice-item": ITEM,
    "invoice-customer": CUSTOMER_AMENDMENT,
    "invoice-contract": CONTRACT_DIRECTIVE,
    "invoice-milestone": MILESTONE,
    "invoice-index": INDEX,
    "invoice-accepted": ACCEPTANCE,
    "invoice-policy": POLICY,
    "invoice-rate": REFERENCE_RATE,
    "invoice-bank": BANK,
    "invoice-journal": JOURNAL,
    "invoice-lock": LOCK,
    "invoice-reopened": REOPENING,
    "invoice-flow": FLOW,
    "invoice-received": RECEIVED,
    "invoice-supplier": SUPPLIER,
}
"""Our custom directives and the place of their keys."""
