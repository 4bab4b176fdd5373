"""Questions with completion by Tab."""

from __future__ import annotations

from collections.abc import Iterable

from beancount_invoicing.cli.echo import prompt


def ask(question: str, choices: Iterable[str], empty: bool = False) -> str:
    """An answer, with completion by Tab if the terminal supports it. The question is repeated until there is an answer,
    unless it may be `empty`.
    """
    known = sorted(choices)
    try:
        import readline
    except ImportError:  # no readline here: no completion
        pass
    else:

        def complete(text: str, state: int) -> str | None:
            found = [word for word in known if word.casefold().startswith(text.casefold())]
            return found[state] if state < len(found) else None

        readline.set_completer(complete)
        readline.set_completer_delims(" ")
        readline.parse_and_bind("tab: complete")
    while True:
        answer = str(prompt(question, default="" if empty else None, show_default=False)).strip()
        if answer or empty:
            return answer
