"""Documents of the tests as text: nets with their keys, the tax and the receivable worked out."""

from __future__ import annotations

from decimal import Decimal


def document(
    number: str, *lines: str, day: str = "2026-01-31", more: str = "", keys: str = "", customer: str = "Acme"
) -> str:
    """An invoice under 20 % of `lines` ("600.00 | quantity: 6 | price: 100.00"), then the postings `more`; `keys` of its own.

    A net below 0 gives back.
    """
    text = f'{day} * "{customer}" "Work" ^{number}\n  invoice: "{number}"\n'
    text += "".join(f"  {key.strip()}\n" for key in keys.split("|") if key.strip())
    nets = [line.split("|") for line in lines]
    net = sum((Decimal(parts[0].strip()) for parts in nets), Decimal())
    vat = (net / 5).quantize(Decimal("0.01"))
    text += f"  Assets:Receivable:{customer}  {net + vat:.2f} EUR\n"
    for amount, *said in nets:
        text += f"  Income:Services  {-Decimal(amount.strip())} EUR\n"
        text += "".join(f"    {key.strip()}\n" for key in said) + '    tax: "FR20"\n'
    text += f'  Liabilities:VAT  {-vat} EUR\n    tax: "FR20"\n'
    return text + "".join(f"{posting}\n" for posting in more.splitlines())
