"""Reminder letters as files: in which language, and under which names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from beancount_invoicing.customer_search import leaves
from beancount_invoicing.dunning import Proposal
from beancount_invoicing.model import Book


def letter_language(book: Book, proposal: Proposal) -> str:
    """The language of a proposal's letter."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    return rendering.language_of(book, proposal.customer, proposal.as_of, rendering.template_languages(where))


def letter_file_names(book: Book, letters: Sequence[Proposal]) -> list[str]:
    """A file name for each letter: its day, the customer's account (its last part if that is unique), currency, level, and
    the policy if several of them have letters of that level.
    """
    from beancount_invoicing import rendering

    short = leaves(book.customers)

    usual = [f"{letter.as_of}-{short[letter.customer.account]}-{letter.currency}-{letter.level}" for letter in letters]
    twice = Counter(usual)
    titles = [
        f"{name}-{proposal.policy}" if twice[name] > 1 else name for name, proposal in zip(usual, letters, strict=True)
    ]
    files = rendering.unique_file_names(titles)
    return [files[title] for title in titles]
