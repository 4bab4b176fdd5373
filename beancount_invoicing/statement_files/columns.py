"""How a ledger describes the columns of a table: "date = Date; amount = Montant; text = Libellé + Détail"."""

from __future__ import annotations

from difflib import get_close_matches

from beancount_invoicing.messages import _
from beancount_invoicing.statement_files.presets import FIELDS, presets

Columns = tuple[tuple[str, tuple[str, ...]], ...]


class ColumnsError(ValueError):
    """The description has another form than expected; the message says what is wrong and what to write."""


def parse_columns(text: str) -> Columns:
    """The fields with the titles (or numbers from 1) of their columns. Raises ColumnsError."""
    columns: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        field, equals, titles = part.partition("=")
        field = field.strip()
        if not equals:
            raise ColumnsError(
                _(
                    '"{part}" has no "=": write "date = Date; amount = Montant; text = Libellé", for example',
                    part=part[:40],
                )
            )
        if field not in FIELDS:
            near = get_close_matches(field, FIELDS, cutoff=0.6)
            hint = (
                _('did you mean "{near}"?', near=near[0])
                if near
                else _("the fields are {fields}", fields=", ".join(FIELDS))
            )
            raise ColumnsError(_('"{field}" is not a field of a statement: {hint}', field=field[:40], hint=hint))
        names = tuple(filter(None, (title.strip() for title in titles.split("+"))))
        if not names:
            raise ColumnsError(_("{field} has no column: write its title after the equals sign", field=field))
        if field in columns:
            raise ColumnsError(
                _("{field} is there twice: join its columns with +, such as {field} = Libellé + Détail", field=field)
            )
        columns[field] = names
    return tuple(columns.items())


def missing_columns(columns: Columns) -> str:
    """The columns that a table without a preset lacks, in words; "" if none."""
    fields = {field for field, _titles in columns}
    if "date" not in fields:
        return "date"
    return "" if fields & {"amount", "debit", "credit"} else _("amount (or debit and credit)")


def preset_problem(name: str) -> str:
    """The problem with the name of a preset, in words; "" if the preset is known."""
    if name in presets():
        return ""
    near = get_close_matches(name, list(presets()), cutoff=0.5)
    hint = (
        _('did you mean "{near}"?', near=near[0])
        if near
        else _("the tables are {presets}", presets=", ".join(sorted(presets())))
    )
    return _('"{name}" is not a known table: {hint}', name=name, hint=hint)
