"""Files that are broken, huge, or made to do harm: an error with file and line, and never a traceback."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing import statement_files
from beancount_invoicing.model.banks import StatementFormat
from beancount_invoicing.statement_files import LARGEST, StatementFileError, read_statement_file, read_statements
from tests.statement_files.camt_samples import entry, message, statement

CAMT = message(statement(entry("186.00", "2026-10-29"), closing="1186.00"))


def assert_read_or_refused(data: bytes, statement_format: StatementFormat) -> None:
    refused = ""
    try:
        read_statements(data, "bank", statement_format=statement_format)
    except StatementFileError as error:
        refused = str(error)
    assert not refused or refused.startswith("bank:")


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{level} "{f"&lol{level - 1 or str()};" * 10}">' for level in range(1, 10))
    + "]><Document>&lol9;</Document>"
).encode()
SECRETS = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'
HIDDEN = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY x "y">]><Document>&x;</Document>'.encode(
    "utf-16"
)


@pytest.mark.parametrize("data", [LAUGHS, SECRETS], ids=["billion laughs", "external entity"])
def test_xml_with_entities_is_not_read(data: bytes) -> None:
    with pytest.raises(StatementFileError, match=r"^bank\.xml:1: the XML has a document type"):
        read_statements(data, "bank.xml")


def test_entities_in_utf_16_are_not_read_either() -> None:
    with pytest.raises(StatementFileError):
        read_statements(HIDDEN, "bank.xml", statement_format="camt")


def test_deep_xml_is_not_read() -> None:
    with pytest.raises(StatementFileError, match=r"bank\.xml:1: "):
        read_statements(b"<Document>" * 100_000, "bank.xml")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the file is empty"),
        (b"  \n", "the file is empty"),
        (b"%PDF-1.7 ...", "the file is a PDF"),
        (b"PK\x03\x04rest", r"an archive \(ZIP\) or a workbook"),
        (b"\x1f\x8b\x08", "an archive"),
        (b"\x00\x01\x02" * 100, "the file is not text"),
        (bytes(range(256)) * 10, "the file is not text"),
        (b"x", "the file is not a bank statement: it has neither the format of one nor columns; expected CAMT.053"),
        (
            b"Dear customer,\nyour statement is attached.\n",
            'no known bank.s table has the titles "Dear customer", and no date',
        ),
        (b"<html><body>Session expired</body></html>", "this XML is not a camt.053 or camt.054 message"),
    ],
)
def test_what_is_no_statement_is_named(data: bytes, told: str) -> None:
    with pytest.raises(StatementFileError, match=rf"^bank\.dat:1: .*{told}"):
        read_statements(data, "bank.dat")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_message_is_not_read(share: float) -> None:
    with pytest.raises(StatementFileError, match=r"bank\.xml:\d+: this XML is not complete"):
        read_statements(CAMT[: int(len(CAMT) * share)], "bank.xml")


def test_a_message_that_lies_about_its_encoding() -> None:
    with pytest.raises(StatementFileError, match=r"bank\.xml:\d+: this XML is not complete"):
        read_statements(CAMT.decode().encode("latin-1"), "bank.xml")


def test_a_file_of_100_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bank.xml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    began = time.process_time()
    with pytest.raises(StatementFileError, match="is larger than 64 MB"):
        read_statement_file(path)
    assert time.process_time() - began < 5
    with pytest.raises(StatementFileError, match=r"is larger than 64 MB"):
        read_statements(b" " * (LARGEST + 1), "bank.xml")


@pytest.mark.parametrize("statement_format", statement_files.FORMATS)
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_noise_is_an_error_or_nothing(statement_format: StatementFormat, data: bytes) -> None:
    assert_read_or_refused(data, statement_format)


@pytest.mark.parametrize("statement_format", statement_files.FORMATS)
@given(cut=st.integers(0, 3000), noise=st.binary(max_size=4), at=st.integers(0, 3000))
def test_a_damaged_file_is_an_error_or_read(statement_format: StatementFormat, cut: int, noise: bytes, at: int) -> None:
    samples = Path(__file__).parent / "samples"
    data = CAMT if statement_format == "camt" else next(samples.glob(f"{statement_format}.*")).read_bytes()
    damaged = (
        data[: cut % (len(data) + 1)]
        if cut % 2
        else data[: at % len(data)] + noise + data[at % len(data) + len(noise) :]
    )
    assert_read_or_refused(damaged, statement_format)
