"""custom "invoice-bank": the ledger's accounts at banks, and how the files of these banks are read."""

from __future__ import annotations

import codecs
from typing import Any

from beancount_invoicing.entries.metadata import FindingCollector, at_key
from beancount_invoicing.messages import _
from beancount_invoicing.model import Source
from beancount_invoicing.model.banks import BankAccount, CsvTable

_OF_TABLES = ("preset", "columns", "decimal", "date-format", "encoding", "delimiter", "currency")


def bank_account(
    account: str, values: dict[str, Any], source: Source, findings: FindingCollector
) -> BankAccount | None:
    """The bank account defined by the values of its keys; None if its table is wrong, with the error in `findings`."""
    table = _table(values, source, findings) if any(values.get(key) for key in _OF_TABLES) else CsvTable()
    if table is None:
        return None
    return BankAccount(
        account=account,
        source=source,
        iban="".join((values.get("iban") or "").split()).upper(),
        format=values.get("format") or "",
        table=table,
    )


def _table(values: dict[str, Any], source: Source, findings: FindingCollector) -> CsvTable | None:
    from beancount_invoicing.statement_files.columns import ColumnsError, missing_columns, parse_columns, preset_problem

    preset = values.get("preset") or ""
    encoding = values.get("encoding") or ""
    problems: list[tuple[str, str]] = []
    try:
        columns = parse_columns(values.get("columns") or "")
    except ColumnsError as error:
        columns = ()
        problems.append(("columns", str(error)))
    if preset and (problem := preset_problem(preset)):
        problems.append(("preset", problem))
    if columns and not preset and (missing := missing_columns(columns)):
        problems.append(
            (
                "columns",
                _(
                    'no column is named for {missing}: write "date = Date; amount = Montant", for example',
                    missing=missing,
                ),
            )
        )
    if encoding and not _is_known(encoding):
        problems.append(
            (
                "encoding",
                _(
                    '"{encoding}" is not an encoding: write "utf-8", "cp1252" or "iso-8859-15", for example',
                    encoding=encoding,
                ),
            )
        )
    if len(values.get("delimiter") or ";") != 1:
        problems.append(
            (
                "delimiter",
                _('"{delimiter}" is not a single character: write ";", for example', delimiter=values["delimiter"]),
            )
        )
    for key, problem in problems:
        findings.error("bank-table", _("{key}: {problem}", key=key, problem=problem), at_key(source, key))
    if problems:
        return None
    return CsvTable(
        preset=preset,
        columns=columns,
        decimal=values.get("decimal") or "",
        date_order=values.get("date-format") or "",
        encoding=encoding,
        delimiter=values.get("delimiter") or "",
        currency=(values.get("currency") or "").upper(),
    )


def _is_known(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding)._is_text_encoding
    except (LookupError, ValueError):
        return False
