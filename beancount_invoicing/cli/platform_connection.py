"""The platform that a command talks to, and what may go wrong with it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from datetime import date

from beancount_invoicing.cli.common import Session, print_notice
from beancount_invoicing.delivery.https import NoAnswer, NotReached, ServerUnusable
from beancount_invoicing.delivery.platform_api import Platform, RequestRefused
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.sending import platform_settings
from beancount_invoicing.sending.mail_settings import CannotSend


def platform_of(day: date) -> Callable[[Book], Platform]:
    """A function that gives the platform of a ledger on a day. It raises CannotSend if there is none, or a setting is wrong."""

    def connect(book: Book) -> Platform:
        server = platform_settings.platform_server(book, day)
        if server is None:
            raise CannotSend(
                _(
                    'no platform is named: write custom "invoice-option" "platform" "https://…", with platform-token and '
                    "platform-client, as docs/platform.md shows"
                )
            )
        return Platform(server, platform_settings.secrets_from(os.environ)(server), notice=print_notice)

    return connect


@contextlib.contextmanager
def talking(session: Session) -> Iterator[None]:
    """A context that says in a line what is wrong with a platform, or the settings for it."""
    try:
        yield
    except (CannotSend, RequestRefused, ServerUnusable, NotReached, NoAnswer) as error:
        session.error(str(error))
