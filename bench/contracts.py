"""Ledgers with many contracts, for measuring `bill`: the same bytes for the same number."""

from __future__ import annotations

from pathlib import Path

from bench.ledgers import HEAD, customers, customers_of


def contracts(count: int, customers: int) -> str:
    """`count` contracts of every mode for the customers of `bench.ledgers`: of ten, six subscriptions, two fixed, two of time."""
    parts = ["2024-01-01 commodity HOUR\n2024-01-01 open Equity:Time HOUR\n"]
    parts.append('2024-01-01 custom "invoice-index" "INDEX" 100\n2024-12-01 custom "invoice-index" "INDEX" 103.5\n')
    for number in range(count):
        account = f"Assets:Clients:C{number % customers:05}"
        code = f"K{number:05}"
        if number % 10 < 6:
            keys = '  index: "INDEX"\n' if number % 10 == 1 else "  prorate: TRUE\n" if number % 10 == 2 else ""
            parts.append(
                f'2024-01-{number % 28 + 1:02} custom "invoice-contract" {account} "{code}" "subscription"\n'
                f'  text: "Subscription {number}"\n  account: Income:Services\n  price: {number % 90 + 10}.00\n'
                f'  every: "{("month", "3 months", "year")[number % 3]}"\n  tax: "FR20"\n{keys}'
            )
        elif number % 10 < 8:
            parts.append(
                f'2024-02-01 custom "invoice-contract" {account} "{code}" "fixed"\n  text: "Project {number}"\n'
                f'  account: Income:Services\n  price: 1000.00\n  tax: "FR20"\n'
                f'2024-06-30 custom "invoice-milestone" "{code}" "Half"\n  percent: 50\n'
                f'2024-12-31 custom "invoice-milestone" "{code}" "Rest"\n  percent: 50\n'
            )
        else:
            parts.append(
                f"2024-01-01 open Assets:Time:T{number:05} HOUR\n"
                f'2024-01-01 custom "invoice-contract" {account} "{code}" "time"\n  item: "DEV"\n  time: Assets:Time:T{number:05}\n'
            )
            parts += [
                f'2024-{month:02}-15 * "Work"\n  Assets:Time:T{number:05}  {month % 4 + 1}.50 HOUR\n  Equity:Time\n'
                for month in range(1, 13)
            ]
    return "".join(parts)


def write_contracts(count: int, file: Path) -> None:
    """A ledger of contracts alone, nothing of which is billed."""
    number = max(count // 10, 1)
    file.write_text(
        HEAD + customers(number) + contracts(count, number) + 'plugin "beancount_invoicing"\n', encoding="utf-8"
    )


def write_beside(count: int, ledger: Path, invoices: int, file: Path) -> None:
    """A ledger that includes a large one and has `count` contracts of its own, each of which gets an invoice of its own."""
    number_of = customers_of(invoices)
    text = "".join(
        f'2024-01-01 custom "invoice-contract" Assets:Clients:C{number % number_of:05} "K{number:05}" "subscription"\n'
        f'  text: "Subscription {number}"\n  account: Income:Services\n  price: 50.00\n  every: "year"\n  until: 2024-12-31\n'
        f'  tax: "FR20"\n  group: "{number}"\n'
        for number in range(count)
    )
    file.write_text(f'include "{ledger.name}"\n{text}plugin "beancount_invoicing"\n', encoding="utf-8")
