"""Ledgers of generated documents, written from a seed, and what each document comes to by sums of their own."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

from beancount_invoicing.actions import bill, init
from beancount_invoicing.actions.init import LedgerSetup, usual_language
from beancount_invoicing.actions.init_words import default_accounts
from beancount_invoicing.documents.e_invoices import EInvoiceFormat
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating

COUNTRIES = ("FR", "DE", "AT", "BE", "ES", "IT", "NL", "PT", "LU", "GB")
PARTIES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("parties.toml").read_text("utf-8"))
RATES = {
    "FR": ("20", "10", "5.5", "2.1"), "DE": ("19", "7"), "AT": ("20", "13", "10"), "BE": ("21", "12", "6"),
    "ES": ("21", "10", "4"), "IT": ("22", "10", "5", "4"), "NL": ("21", "9"), "PT": ("23", "13", "6"),
    "LU": ("17", "14", "8", "3"), "GB": ("20", "5"),
}  # fmt: skip
WORTH = {
    "USD": "0.92", "GBP": "1.15", "CHF": "1.05", "JPY": "0.0061", "SEK": "0.087", "EUR": "1",
}  # fmt: skip
"""What a unit of a currency is worth in euros."""
OSS = {"DE": "19", "FR": "20", "ES": "21", "IT": "22", "NL": "21", "AT": "20", "BE": "21", "PT": "23", "LU": "17"}
FRENCH_RATES = frozenset({"0", "2.1", "5.5", "10", "20", "13"})
"""Those of BR-FR-16 that may stand here."""
FORMS: tuple[EInvoiceFormat, ...] = ("facturx", "cii", "ubl", "peppol")
ZERO = Decimal(0)
LACKING = ("address", "postcode", "city", "iban", "endpoint", "register-id", "form of the numbers")
"""What a seller may fail to say: its documents are then none for a rule that is not foreseen here, or keep them all."""
TEXTS = (
    "Atelier de cadrage\nDeux demi-journées", "Beratung & Prüfung <vor Ort>", "Stühle, Größe „M“", "Días de obra n.º 3",
    "Manutenzione – 2ª rata", "Onderhoud ’s avonds", "Instalação às 9 h", "Tea & biscuits, “assorted”", "日本語の見積", "Ω 50 Ω",
)  # fmt: skip


class Code(NamedTuple):
    """A tax code, as `init` or the ledger defines it: its category and rate, and the account of its tax."""

    code: str
    category: str
    rate: Decimal = ZERO
    account: str = ""
    said: bool = True
    """Whether the line says it; else the customer, or the seller's default, does."""


@dataclass
class Expected:
    """What a document comes to, in positive figures where it is a credit note."""

    number: str
    country: str
    kind: str
    currency: str
    net: Decimal = ZERO
    vat: Decimal = ZERO
    paid: Decimal = ZERO
    due: Decimal = ZERO
    vat_in_own: Decimal | None = None
    """The tax in the seller's currency (BT-111), where the document is in another."""
    breakdown: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = field(default_factory=dict)
    """Base and tax by category and rate."""
    lacking: str = ""
    """What its seller fails to say."""
    may_be_none_as: dict[EInvoiceFormat, frozenset[str]] = field(default_factory=dict)
    """The rules that may forbid a syntax, by the figures that were drawn."""
    none_as: dict[EInvoiceFormat, frozenset[str]] = field(default_factory=dict)
    """The syntaxes in which it can be no e-invoice, and the rules that say so."""

    @property
    def type_code(self) -> str:
        """BT-3."""
        return {"credit-note": "381", "corrective": "384", "deposit": "386"}.get(self.kind, "380")


@dataclass
class Ledger:
    """A generated ledger, which is written into a folder, and its documents."""

    main: Path
    expected: list[Expected]


class Buyer(NamedTuple):
    """A customer of a generated ledger."""

    account: str
    country: str
    kind: str
    """"business", "public" or "consumer"."""
    where: str
    """"home", "union" or "outside", seen from the seller."""
    keys: dict[str, str]


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the decimals of the currency, half away from zero."""
    return amount.quantize(Decimal(1 if currency == "JPY" else "0.01"), ROUND_HALF_UP)


class Maker:
    """Writes one ledger: a seller in a country, its customers, and documents drawn by chance."""

    def __init__(self, country: str, seed: str, whole: bool) -> None:
        self.country = country
        self.chance = random.Random(seed)  # noqa: S311 - to be repeated, not secret
        self.regime = self.chance.choice(("invoices",) * 3 + ("payments",) * 2 + ("exempt",))
        self.own = "GBP" if country == "GB" else "EUR"
        self.oss = self.regime != "exempt" and country != "GB" and self.chance.random() < 0.6
        names = _names(country)
        self.sales, self.bank, self.deposits, self.tax = names[:4]
        self.receivable = names[4]
        self.pending = default_accounts(usual_language(country)).pending
        self.buyers = tuple(self._buyers())
        lacks = self.chance.choice(("", "", "", *LACKING))
        self.lacks = "" if whole else lacks
        self.expected: list[Expected] = []
        self.count = 0
        self.day = date(2026, 9, 1) if self.chance.random() < 0.8 else date(2026, 2, 2)
        self.entries: list[str] = []

    # parties ------------------------------------------------------------------------------------------------------------

    def seller(self) -> tuple[tuple[str, str], ...]:
        """What `init` is told: an exempt one names a VAT id or a tax number, others both or the VAT id alone."""
        said = {"country": self.country, **PARTIES[self.country]["seller"]}
        del said["name"]
        if self.regime == "exempt" and "tax-number" in said and self.chance.random() < 0.5:
            del said["vat-id"]
        elif self.regime != "exempt" and self.chance.random() < 0.5:
            said.pop("tax-number", None)
        for key in (self.lacks, *(("register",) if self.lacks == "register-id" else ())):
            said.pop(key, None)
        if self.lacks == "form of the numbers":
            said |= {key: "1234567" for key in ("register-id", "tax-number") if key in said}
        return tuple(said.items())

    def _buyers(self) -> Iterator[Buyer]:
        union = [one for one in COUNTRIES if one not in {self.country, "GB"}]
        other, consumer = self.chance.sample(union, 2)
        abroad = "outside" if self.country == "GB" else "union"
        outside = self.chance.choice([one for one in ("CH", "US", "GB") if one != self.country])
        yield self._buyer("Home", self.country, "business", "home")
        yield self._buyer("Public", self.country, "public", "home")
        yield Buyer("Person", self.country, "consumer", "home", _person("Jo Larsen", self.country))
        yield self._buyer("Abroad", other, "business", abroad)
        yield Buyer("Visitor", consumer, "consumer", abroad, _person("Álvaro Núñez", consumer))
        yield self._buyer("Far", outside, "business", "outside")
        yield self._buyer("Harbour", self.country, "business", "home")
        yield Buyer("Traveller", "US", "consumer", "outside", _person("Pat Quill", "US"))

    def _buyer(self, account: str, country: str, kind: str, where: str) -> Buyer:
        keys = {"country": country, **PARTIES[country][kind]}
        if kind == "public":
            keys["buyer"] = "public"
        if self.chance.random() < 0.7 and kind == "business":
            keys["service-code"] = "K-17"
        if self.chance.random() < 0.3:
            keys["purchase-order"] = "PO 7781/b"
        if self.chance.random() < 0.3:
            keys["contact"] = "Comptabilité – Buchhaltung"
        if self.chance.random() < 0.3:
            keys["cash-discount"] = "2% within 7 days"
        if self.chance.random() < 0.3:
            keys |= {"delivery-address": "Gate 4", "delivery-postcode": "12345", "delivery-city": "Harbour"}
        return Buyer(account, country, kind, where, keys)

    # one document -------------------------------------------------------------------------------------------------------

    def codes(self, buyer: Buyer, nature: str) -> list[Code]:
        """The codes that may stand together on a document to this buyer: what the law says of the place and the goods."""
        french = _french(self.country)
        first = RATES[self.country][0]
        usual = Code(f"{self.country}{first}", "S", Decimal(first), self.account_of_tax(), said=False)
        if self.regime == "exempt":
            usual = Code("EXEMPT", "O" if self.country in {"GB", "ES"} else "E", said=False)
        business = buyer.kind == "business"
        exempt = self.regime == "exempt"
        if buyer.where == "union" and business:
            if nature == "services":
                return [Code("REVERSE", "AE", said=False)]
            return [usual if exempt else Code("INTRA", "K", said=False)]
        if buyer.where == "outside" and nature == "goods":
            return [usual if exempt else Code("EXPORT", "G", said=False)]
        if buyer.where == "outside" and business:
            return [Code("OUTSIDE", "O", said=False)]
        if buyer.where == "union" and nature == "goods" and self.oss:
            return [Code(f"OSS-{buyer.country}", "S", Decimal(OSS[buyer.country]), f"{self.tax}:OSS", said=False)]
        if exempt:
            return [usual]
        if buyer.where != "home":
            return [usual]
        alone = self.chance.random()
        if alone < 0.1:
            return [Code("OUTOFSCOPE", "O")]
        if alone < 0.2 and business and self.country != "LU":
            return [Code("BTP" if french else "CONSTRUCTION", "AE")]
        prefix = self.country
        rates = [
            Code(f"{prefix}{rate}".replace(".", ""), "S", Decimal(rate), self.account_of_tax())
            for rate in RATES[self.country][1:]
        ]
        others = [
            Code("MARGE" if french else "MARGIN", "E"),
            Code("TRAINING", "E"),
            Code("PAIDFORYOU", "E"),
            Code("NIL", "Z"),
        ]
        return [usual, *rates, *self.chance.sample(others, 2)]

    def account_of_tax(self) -> str:
        """Where the seller's own tax is booked by its documents."""
        return self.pending if self.regime == "payments" else self.tax

    def document(self) -> None:
        """Writes one more document, with what goes before it."""
        kind = self.chance.choice(
            ("invoice",) * 8 + ("credit-note",) * 3 + ("deposit",) * 2 + ("final",) * 2 + ("corrective",) * 2
        )
        buyer = self.chance.choice(self.buyers)
        nature = self.chance.choice(("goods", "services"))
        codes = self.codes(buyer, nature)
        currency = self.own
        if kind != "final" and self.chance.random() < 0.35:
            currency = self.chance.choice([one for one in WORTH if one != self.own])
        drawn = _Document(self, kind, currency, nature, priced=self.chance.random() < 0.5)
        gross_price = kind == "invoice" and codes[0].category == "S" and self.chance.random() < 0.15
        if gross_price:
            drawn.with_tax(codes[0])
        else:
            for number in range(self.chance.randint(1, 5)):
                drawn.line(number, self.chance.choice(codes))
            if self.chance.random() < 0.4:
                drawn.adjust(self.chance.choice(sorted(drawn.nets)))
        if sum(drawn.nets.values(), ZERO) <= 0 or any(net < 0 for net in drawn.nets.values()):
            return self.document()
        drawn.taxes()
        expected = drawn.expected(buyer)
        lines = self._before(drawn, buyer, expected)
        self.count += 1
        expected.number = f"F2026-{self.count:04}"
        lines = [f'invoice: "{expected.number}"', *lines]
        if self.chance.random() < 0.3 and kind == "invoice" and buyer.kind != "consumer":
            lines.append(
                f'terms: "{self.chance.choice(("30% on receipt; 70% 60 days", "45 days", "30 days, end of month"))}"'
            )
        if self.chance.random() < 0.3:
            lines.append('note: "Merci – grazie\\nund bis bald"')
        if self.chance.random() < 0.2:
            lines.append('contract-reference: "C-9/2026"')
        if self.chance.random() < 0.3 and kind in {"invoice", "final"}:
            lines.append(f"delivered: {self.day - timedelta(days=self.chance.randint(0, 9))}")
        lines += drawn.paid(buyer, expected, self.receivable, self.bank)
        self._write(expected.number, lines, drawn.postings)
        if kind == "corrective":
            self._cancel(buyer, drawn, f"F2026-{self.count - 1:04}")
        self.expected.append(expected)
        return None

    def _before(self, drawn: _Document, buyer: Buyer, expected: Expected) -> list[str]:
        """What the document refers to, and how it says so."""
        lines = [f'kind: "{drawn.kind}"'] if drawn.kind in {"deposit", "corrective"} else []
        if drawn.kind in {"credit-note", "corrective"}:
            before = self._earlier(buyer, drawn, {code: net + 500 for code, net in drawn.nets.items()}, "")
            lines.append(f'corrects: "{before}"')
        if drawn.kind == "final":
            code = max(drawn.nets, key=lambda code: (drawn.nets[code], code.code))
            part = rounded(drawn.nets[code] / 3, drawn.currency)
            tax = rounded(part * code.rate / 100, drawn.currency)
            before = self._earlier(buyer, drawn, {code: part}, "deposit")
            drawn.post(self.deposits, part, f'deposit: "{before}"')
            if tax:
                drawn.post(code.account, tax, f'deposit: "{before}"', f'tax: "{code.code}"')
            expected.paid += part + tax
            expected.due -= part + tax
        return lines

    def _earlier(self, buyer: Buyer, drawn: _Document, nets: dict[Code, Decimal], kind: str) -> str:
        """An invoice or deposit of before under these codes: its number."""
        before = drawn.beside()
        self._book(buyer, before, nets, self.deposits if kind else self.sales)
        self.count += 1
        number = f"F2026-{self.count:04}"
        self._write(number, [f'invoice: "{number}"', *([f'kind: "{kind}"'] if kind else ())], before.postings)
        return number

    def _book(self, buyer: Buyer, document: _Document, nets: dict[Code, Decimal], account: str) -> None:
        """The postings of a document that has one line under each code."""
        for code, net in sorted(nets.items()):
            keys = ('text: "Before"', f'nature: "{document.nature}"', *([f'tax: "{code.code}"'] if code.said else ()))
            document.post(account, -net, *keys)
            document.nets[code] = net
        document.taxes()
        total = sum(document.nets.values(), ZERO) + sum(document.vat.values(), ZERO)
        document.post(f"{self.receivable}:{buyer.account}", total)

    def _cancel(self, buyer: Buyer, drawn: _Document, replaced: str) -> None:
        """Takes the invoice that a corrective one replaces out of the books, on the same day."""
        back = drawn.beside("cancellation")
        self._book(buyer, back, {code: net + 500 for code, net in drawn.nets.items()}, self.sales)
        number = f"{replaced}-cancelled"
        self._write(
            number, [f'invoice: "{number}"', 'kind: "cancellation"', f'corrects: "{replaced}"'], back.postings, days=0
        )

    def _write(self, number: str, lines: Sequence[str], postings: Sequence[str], days: int = 1) -> None:
        self.day += timedelta(days)
        head = [f'{self.day} * "Generated" ^{number}', *(f"  {line}" for line in lines)]
        self.entries.append("\n".join([*head, *postings, ""]))

    # the whole ----------------------------------------------------------------------------------------------------------

    def write(self, folder: Path, count: int) -> Ledger:
        """Writes the ledger with `count` documents into a folder that is not there yet."""
        said = self.seller()
        start = LedgerSetup(
            PARTIES[self.country]["seller"]["name"], said, self.regime,
            () if self.regime == "exempt" else tuple(map(Decimal, RATES[self.country])), self.own,
            usual_language(self.country), "30 days", "F{year}-{seq:04}", date(2026, 1, 1), self.oss, "services",
        )  # fmt: skip
        *_others, main = init.init(folder, start)
        accounts = folder / "accounts.beancount"  # which may hold other currencies
        accounts.write_text(accounts.read_text("utf-8").replace(f" {self.own}\n", "\n"), "utf-8")
        settings = folder / "settings.beancount"  # all documents are numbered in one series, in Spain and Portugal, too
        lines = settings.read_text("utf-8").splitlines(keepends=True)
        settings.write_text("".join(line for line in lines if '"credit-note-number"' not in line), "utf-8")
        for _number in range(count):
            self.document()
        text = [*self._definitions(), *self.entries]
        (folder / "documents.beancount").write_text("\n".join(text), "utf-8")
        with main.open("a", encoding="utf-8") as stream:
            stream.write('include "documents.beancount"\n')
        self._works(main)
        return Ledger(main, self.expected)

    def _works(self, main: Path) -> None:
        """A contract for works that `bill` bills by a deposit and three situations."""
        buyer = self.chance.choice([buyer for buyer in self.buyers if buyer.kind == "business"])
        code = self.codes(buyer, "services")[0]
        while code.said:  # the contract names no code
            code = self.codes(buyer, "services")[0]
        price = Decimal(self.chance.randint(100000, 9999999)) / 100
        day = self.day + timedelta(days=1)
        account = f"{self.receivable}:{buyer.account}"
        kept = f'  retention: 5\n  retention-account: {account}:Kept\n  retention-terms: "1 year"\n'
        text = (
            f"\n2026-01-01 open {account}:Kept\n"
            f'{day} custom "invoice-contract" {account} "WORKS" "fixed"\n  text: "Works"\n  account: {self.sales}\n'
            f"  price: {price}\n  deposit-account: {self.deposits}\n"
        )
        text += kept if buyer.where == "home" else ""
        text += f'{day} custom "invoice-milestone" "WORKS" "Order"\n  percent: 20\n  deposit: TRUE\n'
        done = (30, 70, 100)
        for number, percent in enumerate(done, 1):
            text += f'{day + timedelta(days=number)} custom "invoice-milestone" "WORKS" "{percent} %"\n  cumulative: {percent}\n'
        with (main.parent / "documents.beancount").open("a", encoding="utf-8") as stream:
            stream.write(text)
        nets = [rounded(price * percent / 100, self.own) for percent in (20, *done)]
        nets = [nets[0], nets[1], nets[2] - nets[1], nets[3] - nets[2]]
        deposit = ZERO
        for number, net in enumerate(nets):
            until = day + timedelta(days=number)
            (made,) = bill.bill(main, until, DocumentDating(until), WriteOptions(write=True)).documents
            drawn = _Document(self, "invoice" if number else "deposit", self.own, "services", priced=False)
            drawn.nets[code] = net
            drawn.vat[code] = rounded(net * code.rate / 100, self.own)
            expected = drawn.expected(buyer)
            expected.number = made.number
            expected.kind = "progress" if number else "deposit"
            if number == 1:
                expected.paid, expected.due = deposit, expected.due - deposit
            deposit = deposit or expected.due
            self.expected.append(expected)

    def _definitions(self) -> Iterator[str]:
        """Customers, the tax codes that `init` does not write, accounts and rates of exchange."""
        for code, category, reason in (
            ("TRAINING", "E", "VATEX-EU-132-1I"), ("PAIDFORYOU", "E", "VATEX-EU-79-C"), ("NIL", "Z", ""),
            ("OUTOFSCOPE", "O", "VATEX-EU-O"),
        ):  # fmt: skip
            why = f'\n  reason: "{reason}"' if reason else ""
            yield f'2026-01-01 custom "invoice-tax" "{code}" "{code.title()}"\n  category: "{category}"\n  rate: 0{why}'
        yield '2026-01-01 custom "invoice-tax" "HELD" "15 %" Assets:Held\n  rate: 15\n  withholding: TRUE'
        yield from (f"2026-01-01 open {account}" for account in ("Assets:Held", "Income:Rounding"))
        for currency, worth in WORTH.items():
            rate = Decimal(worth) / Decimal(WORTH[self.own])
            if currency != self.own:
                yield f"2026-01-01 price {currency} {rate.quantize(Decimal('0.000001'))} {self.own}"
        for buyer in self.buyers:
            yield f"2026-01-01 open {self.receivable}:{buyer.account}"
            name = buyer.keys["name"]
            keys = {"customer": name, **{key: text for key, text in buyer.keys.items() if key != "name"}}
            yield "\n".join(f'  {key}: "{text}"' for key, text in keys.items())


class _Document:
    """A document that is being drawn: nets and tax by code, and postings."""

    def __init__(self, maker: Maker, kind: str, currency: str, nature: str, priced: bool) -> None:
        self.maker, self.kind, self.currency, self.nature = maker, kind, currency, nature
        self.sign = -1 if kind in {"credit-note", "cancellation"} else 1
        self.priced = priced and currency != maker.own
        rate = Decimal(WORTH[currency]) / Decimal(WORTH[maker.own])
        self.rate = rate.quantize(Decimal("0.000001"))
        if self.priced:
            self.rate += Decimal("0.0101")
        self.nets: dict[Code, Decimal] = {}
        self.vat: dict[Code, Decimal] = {}
        self.withheld = self.rounding = ZERO
        self.postings: list[str] = []

    def post(self, account: str, amount: Decimal, *keys: str) -> None:
        """A posting, in the direction of an invoice."""
        price = f" @ {self.rate} {self.maker.own}" if self.priced else ""
        self.postings.append(f"  {account}  {amount * self.sign} {self.currency}{price}")
        self.postings += [f"    {key}" for key in keys]

    def beside(self, kind: str = "invoice") -> _Document:
        """A document in the same currency, at the same price of it, with nothing on it."""
        result = _Document(self.maker, kind, self.currency, self.nature, self.priced)
        result.rate = self.rate
        return result

    def line(self, number: int, code: Code) -> None:
        """One more line; from the second on it may go against the document's direction."""
        chance = self.maker.chance
        quantity = (Decimal(chance.randint(1, 999)) / 10 ** chance.choice((0, 0, 1, 2, 4))).normalize()
        if number and chance.random() < 0.15:
            quantity = -quantity
        price = (Decimal(chance.randint(1, 99999)) / 10 ** chance.randint(2, 4)).normalize()
        discount = Decimal(chance.randint(1, 200)) / 2 if chance.random() < 0.25 else ZERO
        net = rounded(quantity * price * (100 - discount) / 100, self.currency)
        keys = [
            f'text: "{chance.choice(TEXTS)}"'.replace("\n", "\\n"),
            f"quantity: {quantity * self.sign:f}",
            f"price: {price:f}",
        ]
        keys += [f'tax: "{code.code}"'] if code.said else []
        keys += [f"discount: {discount}"] if discount else []
        keys.append(f'nature: "{self.nature}"')
        if chance.random() < 0.4:
            keys += [
                "from: 2026-01-01",
                "to: 2026-01-31",
                f'unit: "{chance.choice(("hour", "m²", "sack", "Tag", "kg"))}"',
            ]
        self.post(self.maker.deposits if self.kind == "deposit" else self.maker.sales, -net, *keys)
        self.nets[code] = self.nets.get(code, ZERO) + net

    def with_tax(self, code: Code) -> None:
        """The only line, whose price includes the tax."""
        chance = self.maker.chance
        quantity, price = chance.randint(1, 12), Decimal(chance.randint(100, 99999)) / 100
        gross = rounded(quantity * price, self.currency)
        net = rounded(gross * 100 / (100 + code.rate), self.currency)
        keys = [f"quantity: {quantity}", f"price-with-tax: {price}", 'text: "Article"', f'nature: "{self.nature}"']
        self.post(self.maker.sales, -net, *keys)
        self.nets[code] = net
        self.vat[code] = gross - net

    def adjust(self, code: Code) -> None:
        """An allowance or charge on the document."""
        chance = self.maker.chance
        amount = rounded(Decimal(chance.randint(1, 900)) / 100, self.currency)
        sign, what = chance.choice(((1, "allowance"), (-1, "charge")))
        self.post(
            self.maker.sales, sign * amount, f'{what}: "Because"', *([f'tax: "{code.code}"'] if code.said else ())
        )
        self.nets[code] -= sign * amount

    def taxes(self) -> None:
        """Books the tax of each code, rounded once."""
        for code in sorted(self.nets):
            tax = self.vat.setdefault(code, rounded(self.nets[code] * code.rate / 100, self.currency))
            if tax:
                self.post(code.account, -tax, f'tax: "{code.code}"')

    def expected(self, buyer: Buyer) -> Expected:
        """What it comes to before anything is paid."""
        result = Expected("", self.maker.country, self.kind, self.currency)
        for code, net in self.nets.items():
            key = code.category, code.rate
            base, tax = result.breakdown.get(key, (ZERO, ZERO))
            result.breakdown[key] = base + net, tax + self.vat[code]
            result.net += net
            result.vat += self.vat[code]
        if self.currency != self.maker.own:
            result.vat_in_own = sum((rounded(tax * self.rate, self.maker.own) for tax in self.vat.values()), ZERO)
        result.due = result.net + result.vat
        result.lacking = self.maker.lacks
        result.none_as = _refusals(self, buyer)
        if self.currency == "JPY":  # a line's net has no cents, and Peppol allows two of difference
            result.may_be_none_as["peppol"] = frozenset({"PEPPOL-EN16931-R120"})
        return result

    def paid(self, buyer: Buyer, expected: Expected, receivable: str, bank: str) -> list[str]:
        """What is withheld, rounded and paid of it, and the posting of its customer; keys of the entry."""
        chance, account = self.maker.chance, f"{receivable}:{buyer.account}"
        held = {code for code in self.nets if code.category == "S"} == set(self.nets) and self.kind == "invoice"
        if held and buyer.where == "home" and buyer.kind == "business" and chance.random() < 0.3:
            amount = rounded(expected.net * 15 / 100, self.currency)
            self.post("Assets:Held", amount, 'tax: "HELD"')
            expected.paid += amount
            expected.due -= amount
        if chance.random() < 0.15 and self.currency != "JPY":
            amount = Decimal(chance.randint(-4, 4)) / 100
            if amount:
                self.post("Income:Rounding", -amount, "rounding: TRUE")
                expected.due += amount
        if self.kind == "credit-note":  # what it corrects is open: it is set off on its day
            self.post(account, expected.due)
            expected.paid, expected.due = expected.due, ZERO
            return []
        how = chance.choice(("open", "open", "at once", "in part"))
        if how == "at once" and self.kind not in {"final", "deposit"}:
            self.post(bank, expected.due)
            expected.paid += expected.due
            expected.due = ZERO
            return [f"customer: {account}"]
        self.post(account, expected.due)
        if how == "in part" and expected.due > 5:
            self.post(account, Decimal(-3))
            self.post(bank, Decimal(3))
            expected.paid += 3
            expected.due -= 3
        return []


def _refusals(drawn: _Document, buyer: Buyer) -> dict[EInvoiceFormat, frozenset[str]]:
    """The syntaxes in which it can be no e-invoice, by the rules."""
    result: dict[EInvoiceFormat, frozenset[str]] = {}
    if drawn.maker.country == "FR" and drawn.maker.day.month >= 9:
        foreign = {f"{code.rate.normalize():f}" for code in drawn.nets} - FRENCH_RATES
        if foreign:
            result |= dict.fromkeys(FORMS, frozenset({"BR-FR-16"}))
    peppol: set[str] = set()
    if drawn.kind == "corrective":
        peppol.add("PEPPOL-EN16931-P0100")
    if not {"service-code", "purchase-order"} & set(buyer.keys):
        peppol.add("PEPPOL-EN16931-R003")
    if buyer.keys["endpoint"].startswith("EM:"):
        peppol.add("PEPPOL-EN16931-CL008")
    if peppol:
        result["peppol"] = result.get("peppol", frozenset()) | peppol
    return result


def _french(country: str) -> bool:
    return usual_language(country) == "fr"


def _names(country: str) -> tuple[str, ...]:
    """Accounts as `init` names them: sales, bank, deposits, tax, customers."""
    names = default_accounts(usual_language(country))
    return names.sales, names.bank, names.deposits, names.tax, names.customers


def _person(name: str, country: str) -> dict[str, str]:
    return {
        "name": name,
        "country": country,
        "buyer": "consumer",
        "city": "Anywhere",
        "endpoint": "EM:a.person@post.example",
    }


def generated(folder: Path, country: str, seed: str, count: int, *, whole: bool = True) -> Ledger:
    """A ledger of a seller in `country` with `count` documents and those of a contract, written into `folder`, the same for the
    same seed; where it need not be `whole`, the seller may fail to say something."""
    return Maker(country, seed, whole).write(folder, count)
