"""Whether a bank's name for the other side is a customer's: by its words, without legal forms, accents and order."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from beancount_invoicing.rules.accents import without_accents

_LEGAL_FORMS = frozenset(
    ("sas", "sasu", "sarl", "eurl", "sa", "sci", "snc", "scop", "ei", "selarl", "gmbh", "ag", "kg", "ug", "ohg", "mbh", "co", "ltd",
     "limited", "llc", "inc", "plc", "bv", "nv", "srl", "spa", "sl", "ab", "as", "aps", "oy", "the", "et", "and", "und", "de", "la",
     "le", "les", "du", "des", "ste", "societe", "mr", "mme", "m", "monsieur", "madame", "ou")
)  # fmt: skip
_LEAST_LETTERS = 3


class NameIndex(NamedTuple):
    """The customers by the rarest word of their names."""

    by_word: Mapping[str, tuple[tuple[frozenset[str], str], ...]]
    """All the words of a name, and the customer's main account."""


def name_words(name: str) -> frozenset[str]:
    """The words of a name that distinguish it, in lower case."""
    words = re.findall(r"[a-z0-9]+", without_accents(name).lower())
    return frozenset(word for word in words if word not in _LEGAL_FORMS)


def name_index(names: Mapping[str, str]) -> NameIndex:
    """The index of customers' names by their main accounts; a name without a distinctive word is not in it."""
    words_of = {account: name_words(name) for account, name in sorted(names.items())}
    counts = Counter(word for words in words_of.values() for word in words)
    found: defaultdict[str, list[tuple[frozenset[str], str]]] = defaultdict(list)
    for account, words in words_of.items():
        if any(len(word) >= _LEAST_LETTERS for word in words):
            found[min(words, key=lambda word: (counts[word], word))].append((words, account))
    return NameIndex({word: tuple(customers) for word, customers in found.items()})


def customers_named(name: str, index: NameIndex) -> tuple[str, ...]:
    """The main accounts of the customers whose words are all in a name, sorted; if several match, those with the most
    words.
    """
    words = name_words(name)
    found = [(len(own), account) for word in words for own, account in index.by_word.get(word, ()) if own <= words]
    most = max((count for count, _account in found), default=0)
    return tuple(sorted({account for count, account in found if count == most}))
