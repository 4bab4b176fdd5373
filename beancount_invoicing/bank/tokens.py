"""Document numbers in a payer's text: whole words, and never digits of an IBAN, a telephone number, a date or an amount."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from beancount_invoicing.rules.accents import without_accents

BOUNDARY = "\x1f"
"""Separates words that do not belong together: between the fields of a line, and instead of anything that is not a
document's number.
"""

_WORD = re.compile(r"[A-Za-z0-9]+")
_SIGNS = re.compile(r"[^a-z0-9]+")
_ZEROS = str.maketrans("123456789", "000000000")
_GAP = re.compile(r"[\s./_\-–]{1,3}\Z")
"""What banks put between the parts of a number, or leave out."""
_GLUE = frozenset("-/._–")
_INTRODUCING = frozenset(
    ("fact", "facture", "factures", "fac", "fa", "invoice", "inv", "bill", "rechnung", "rechn", "rg", "re", "rnr", "nr", "no",
     "n", "num", "numero", "ref", "reference", "rf", "fattura", "fatt", "factura", "fra", "faktura", "faktuur")
)  # fmt: skip
"""Words before a number, without a digit of their own."""
_AMOUNT_AFTER = re.compile(r"[.,]\d{1,2}(?!\d)")
_AMOUNT_BEFORE = re.compile(r"\d[.,]\Z")
_SHORT = 6
"""A number of fewer digits, without a letter, could be anything: a postcode, the end of a card's number."""
_LEAST = 4
_YEAR = re.compile(r"(?:19|20)\d\d\Z")

_DATES = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:(?:19|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d"
    r")(?![0-9A-Za-z])"
)
_PHONES = re.compile(
    r"(?<![0-9A-Za-z])(?:\+\d{1,3}[ .-]?(?:\(0\)[ .-]?)?\d{1,3}(?:[ .-]?\d{2,4}){3,5}|0\d(?:[ .-]\d\d){4})(?![0-9A-Za-z])"
)
_IBAN_START = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}\d\d(?=[ ]?[A-Za-z0-9])")
_IBAN_GROUPS = re.compile(r"[A-Za-z]{2}\d\d(?: [A-Za-z0-9]{4}){3,7}(?: [A-Za-z0-9]{1,3})?(?![0-9A-Za-z])")
_IBAN_LENGTHS = range(15, 35)
_LABELLED = re.compile(r"(?<![A-Za-z])(?:BIC|SWIFT|ICS|SIRET|SIREN|TVA|VAT|RUM|TEL)[ :/.-]*[0-9A-Za-z]+", re.IGNORECASE)
"""Identifiers that a payer's bank writes with their names."""


class Mention(NamedTuple):
    """A place in a text that names documents: if it fits several of `numbers`, nobody can tell which is meant."""

    numbers: tuple[str, ...]
    written: str
    start: int
    end: int
    exact: bool
    """Written with exactly the characters of the number, in any case."""
    introduced: bool
    """A word such as "facture" is before it."""
    weak: bool
    """It consists only of digits, few of them or with blanks between: something else must agree."""


class NumberIndex(NamedTuple):
    """The numbers of documents by their letters and digits alone."""

    by_letters_and_digits: Mapping[str, tuple[str, ...]]
    longest: int
    shapes: frozenset[str]
    """The shapes of numbers that begin with a letter, each digit as 0. A word of such a shape that is not a number was
    meant to be one.
    """


def number_index(numbers: Iterable[str]) -> NumberIndex:
    """The index of these numbers, without those too short to be distinguished from other words."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for number in dict.fromkeys(numbers):
        bare = letters_and_digits(number)
        if bare and (not bare.isdigit() or (len(bare) >= _LEAST and not _YEAR.match(bare))):
            found[bare].append(number)
    return NumberIndex(
        {bare: tuple(sorted(written)) for bare, written in found.items()},
        max(map(len, found), default=0),
        frozenset(shape(bare) for bare in found if bare[0].isalpha() and len(bare) >= _LEAST and not bare.isalpha()),
    )


def letters_and_digits(number: str) -> str:
    """A number without its punctuation, in lower case."""
    return _SIGNS.sub("", number.lower())


def shape(bare: str) -> str:
    """A number with each of its digits as 0."""
    return bare.translate(_ZEROS)


def mentions(text: str, index: NumberIndex) -> tuple[tuple[Mention, ...], tuple[str, ...]]:
    """The documents that a text names, in its order, and the words that look like our numbers but are not.

    A number must be a whole word: signs and spaces may be missing or differ, but no letters or digits that do not
    belong to it may come directly before or after it. If two numbers overlap, the one written with its own signs is
    meant. If both are, or neither is, they form one mention; so does a longer number that continues after a blank.
    """
    plain = masked(text)
    words = [(match.group().lower(), match.start(), match.end()) for match in _WORD.finditer(plain)]
    found = list(_candidates(plain, words, index))
    taken = [(start, end) for _numbers, start, end, _exact, _word in found]
    unknown = tuple(_unknown(plain, words, index, taken))
    return tuple(_apart(plain, words, found)), unknown


_Candidate = tuple[tuple[str, ...], int, int, bool, int]


def _candidates(plain: str, words: list[tuple[str, int, int]], index: NumberIndex) -> Iterator[_Candidate]:
    """Numbers, start, end, whether written exactly, and the place of the first word."""
    starts = {start for _word, start, _end in words}
    for first, (_word, start, _end) in enumerate(words):
        for end, joined in _joined(plain, words, first, index.longest):
            numbers = index.by_letters_and_digits.get(joined)
            if numbers is None:
                continue
            written = plain[start:end].lower()
            exact = tuple(number for number in numbers if number.lower() == written)
            if joined.isdigit() and not exact and _DATES.fullmatch(joined):
                continue
            if _stands_alone(plain, words, first, end, joined, bool(exact), index, starts):
                yield exact or numbers, start, end, bool(exact), first


def _joined(plain: str, words: list[tuple[str, int, int]], first: int, longest: int) -> Iterator[tuple[int, str]]:
    """The word at a place, alone and with what follows it, as far as a number could go: where that ends, and its letters and
    digits."""
    joined = ""
    before = -1
    for word, start, end in words[first:]:
        if before >= 0 and not _GAP.match(plain[before:start]):
            return
        joined += word
        if len(joined) > longest:
            return
        before = end
        yield end, joined


def _stands_alone(
    plain: str,
    words: list[tuple[str, int, int]],
    first: int,
    end: int,
    joined: str,
    exact: bool,
    index: NumberIndex,
    starts: set[int],
) -> bool:
    """Whether the text from a word to `end` is not a part of something longer."""
    start = words[first][1]
    if first:
        before, _start, before_end = words[first - 1]
        if re.fullmatch(r"rf\d\d", before):  # a creditor reference goes by its check digits
            return False
        if before_end == start - 1 and plain[start - 1] in _GLUE and before not in _INTRODUCING:
            listed = plain[start - 1] == "/" or _ends_with_number(plain, words[:first], index)
            if not (listed and exact and joined[0].isalpha()):
                return False
    if joined.isdigit() and (_AMOUNT_BEFORE.search(plain[:start]) or _AMOUNT_AFTER.match(plain, end)):
        return False
    if end + 1 < len(plain) and plain[end] in _GLUE and end + 1 in starts:
        follows = next(place for place, word in enumerate(words) if word[1] == end + 1)
        if any(sign.isdigit() for sign in words[follows][0]):
            return any(
                joined in index.by_letters_and_digits for _end, joined in _joined(plain, words, follows, index.longest)
            )
    return True


def _ends_with_number(plain: str, words: list[tuple[str, int, int]], index: NumberIndex) -> bool:
    """Whether the last of the words, with those before it, are a number."""
    return any(
        end == words[-1][2] and joined in index.by_letters_and_digits
        for first in range(max(len(words) - 4, 0), len(words))
        for end, joined in _joined(plain, words, first, index.longest)
    )


def _apart(plain: str, words: list[tuple[str, int, int]], found: list[_Candidate]) -> Iterator[Mention]:
    """The candidates in groups that overlap, each group as one mention."""
    groups: list[list[_Candidate]] = []
    for candidate in sorted(found, key=lambda candidate: (candidate[1], -candidate[2])):
        if groups and candidate[1] < max(other[2] for other in groups[-1]):
            groups[-1].append(candidate)
        else:
            groups.append([candidate])
    for group in groups:
        exact = [candidate for candidate in group if candidate[3]]
        longest = max(candidate[2] - candidate[1] for candidate in exact or group)
        meant = [candidate for candidate in exact if candidate[2] - candidate[1] == longest] or group
        meant += [other for other in group if other not in meant and _goes_on(plain, meant[0], other)]
        numbers = tuple(sorted({number for candidate in meant for number in candidate[0]}))
        start, end, first = meant[0][1], max(candidate[2] for candidate in meant), meant[0][4]
        yield Mention(
            numbers, plain[start:end], start, end, bool(exact),
            bool(first) and words[first - 1][0] in _INTRODUCING,
            _is_weak(plain[start:end], bool(exact), numbers),
        )  # fmt: skip


def _goes_on(plain: str, candidate: _Candidate, other: _Candidate) -> bool:
    """Whether another number continues after a space, where a bank may have broken the line."""
    return other[1] == candidate[1] and other[2] > candidate[2] and plain[candidate[2]] == " "


def _is_weak(written: str, exact: bool, numbers: tuple[str, ...]) -> bool:
    bare = [letters_and_digits(number) for number in numbers]
    return len(bare) > 1 or all(
        number.isdigit() and (len(number) < _SHORT or (not exact and " " in written)) for number in bare
    )


def _unknown(
    plain: str, words: list[tuple[str, int, int]], index: NumberIndex, taken: list[tuple[int, int]]
) -> Iterator[str]:
    """What looks like a number of ours, and is none."""
    for first, (_word, start, _end) in enumerate(words):
        if any(begin <= start < stop for begin, stop in taken) or (
            first and re.fullmatch(r"rf\d\d", words[first - 1][0])
        ):
            continue
        for end, joined in _joined(plain, words, first, index.longest):
            if joined[0].isalpha() and shape(joined) in index.shapes and joined not in index.by_letters_and_digits:
                yield plain[start:end]
                break


def masked(text: str) -> str:
    """A text of the same length, in plain letters, in which boundaries replace all characters that certainly belong to
    no document number.
    """
    plain = without_accents(text)
    plain = plain if len(plain) == len(text) else "".join(_plain(sign) for sign in text)
    spans = [match.span() for pattern in (_DATES, _PHONES, _LABELLED) for match in pattern.finditer(plain)]
    spans += _ibans(plain)
    for start, end in spans:
        plain = plain[:start] + BOUNDARY * (end - start) + plain[end:]
    return plain


def _plain(sign: str) -> str:
    letters = without_accents(sign)
    return letters if len(letters) == 1 else " "


def _ibans(plain: str) -> Iterator[tuple[int, int]]:
    """The places of IBANs, in groups or not: those with valid check digits, and anything else grouped like one."""
    for match in _IBAN_START.finditer(plain):
        if not _country_known(match.group()[:2].upper()):
            continue
        compact = ""
        end = None
        for at in range(match.start(), len(plain)):
            if plain[at] == " ":
                continue
            if not (plain[at].isascii() and plain[at].isalnum()) or len(compact) >= _IBAN_LENGTHS.stop:
                break
            compact += plain[at]
            ends = at + 1 == len(plain) or not plain[at + 1].isalnum()
            if ends and len(compact) in _IBAN_LENGTHS and _is_iban(compact):
                end = at + 1
        groups = _IBAN_GROUPS.match(plain, match.start())
        if end is None and groups:
            end = groups.end()
        if end is not None:
            yield match.start(), end


@lru_cache(maxsize=4096)
def _is_iban(compact: str) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(compact, check_country=False))


@lru_cache(maxsize=1024)
def _country_known(country: str) -> bool:
    from stdnum import iban

    try:
        iban.validate(f"{country}00", check_country=False)
    except ValueError as error:
        return type(error).__name__ != "InvalidComponent"
    return True
