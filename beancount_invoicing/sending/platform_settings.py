"""The platform for e-invoices: from the ledger's options; its secrets from the environment, the key ring, or a private file."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beancount_invoicing import files
from beancount_invoicing.locks import LockTaken, file_lock
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.sending.mail_settings import CannotSend

if TYPE_CHECKING:  # listing what is to be sent does without
    from beancount_invoicing.delivery.platform_api import PlatformServer
    from beancount_invoicing.delivery.tokens import SecretStore

SECRET = "BEAN_INVOICE_PLATFORM_SECRET"  # noqa: S105 - the name of the variable that holds it
SECRET_FILE = "BEAN_INVOICE_PLATFORM_FILE"  # noqa: S105 - the name of the variable that names it
_LOCK_SECONDS = 60.0


def platform_server(book: Book, day: date) -> PlatformServer | None:
    """The platform on `day`; None if no option names one. Raises CannotSend if a setting is missing or wrong."""
    if not book.option("platform", day):
        return None
    from beancount_invoicing.delivery.https import BadHttpAddress, checked_address
    from beancount_invoicing.delivery.platform_api import PlatformServer

    def address(option: str) -> str:
        try:
            return checked_address(book.option(option, day))
        except BadHttpAddress as error:
            place = book.option_source(option if option in book.options else "platform")
            raise CannotSend(_("{place}: {option}: {error}", place=place, option=option, error=error)) from None

    client = book.option("platform-client", day)
    if not client:
        raise CannotSend(
            _(
                '{place}: the platform needs your client id: custom "invoice-option" "platform-client" "…"',
                place=book.option_source("platform"),
            )
        )
    return PlatformServer(
        flows=address("platform"),
        token=address("platform-token"),
        client=client,
        scope=book.option("platform-scope", day),
        organization=book.option("platform-organization", day),
        directory=address("platform-directory") if book.option("platform-directory", day) else "",
    )


def secrets_from(environment: Mapping[str, str]) -> Callable[[PlatformServer], SecretStore]:
    """A function that gives the store of a platform's secrets: the environment, the key ring if it is installed, a file."""

    def store(server: PlatformServer) -> SecretStore:
        from beancount_invoicing.delivery.https import host_of
        from beancount_invoicing.delivery.tokens import Credentials, SecretStore

        host, client = host_of(server.token), server.client
        file = secret_file(environment)
        entry = f"{client}@{host}"

        def read() -> Credentials:
            of_file = _of_file(file).get(entry)
            known = of_file if isinstance(of_file, dict) else {}
            return Credentials(
                environment.get(SECRET) or _from_key_ring(host, client) or str(known.get("client-secret") or ""),
                _from_key_ring(host, f"{client}/refresh-token") or str(known.get("refresh-token") or ""),
            )

        def write(token: str) -> None:
            if _from_key_ring(host, f"{client}/refresh-token"):
                _key_ring().set_password(host, f"{client}/refresh-token", token)
                return
            known = _of_file(file)
            known[entry] = {**(known.get(entry) or {}), "refresh-token": token}
            files.put(file, json.dumps(known, indent=2, ensure_ascii=False).encode() + b"\n")

        return SecretStore(read, write, lambda: _locked(file))

    return store


def secret_file(environment: Mapping[str, str]) -> Path:
    """The file of a person's own secrets."""
    if named := environment.get(SECRET_FILE):
        return Path(named)
    home = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME") or Path.home()) / ".config")
    return Path(home) / "bean-invoice" / "platform.json"


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """A context in which no other process of ours uses what the file holds; without the file there is nothing to lock."""
    if not file.exists():
        yield
        return
    try:
        with file_lock(file.parent / f".{file.name}.lock", _LOCK_SECONDS):
            yield
    except LockTaken:
        raise CannotSend(
            _("another bean-invoice uses {file}: wait until it has finished, then try again", file=file)
        ) from None


def _of_file(file: Path) -> dict[str, Any]:
    """What the file says; nothing if there is none. Raises CannotSend if others may read it, or it cannot be read."""
    try:
        with file.open("rb") as stream:
            others = stat.S_IMODE(os.fstat(stream.fileno()).st_mode) & 0o077 if os.name == "posix" else 0
            data = stream.read()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CannotSend(_("{file} cannot be read: {reason}", file=file, reason=error.strerror)) from None
    if others:
        raise CannotSend(
            _("{file} can be read by others: make it yours alone, chmod 600 {file}; then change the secret", file=file)
        )
    try:
        known = json.loads(data)
    except (ValueError, RecursionError):
        known = None
    if not isinstance(known, dict):
        raise CannotSend(
            _('{file} is not as docs/platform.md shows it: {{"CLIENT@HOST": {{"client-secret": "…"}}}}', file=file)
        )
    return known


def _key_ring() -> Any:
    """The system's key ring. Raises ImportError."""
    import keyring

    return keyring


def _from_key_ring(host: str, user: str) -> str:
    """What the key ring has; "" if it is not installed or has nothing. Raises CannotSend if it cannot be read."""
    try:
        keyring = _key_ring()
    except ImportError:
        return ""
    try:
        return keyring.get_password(host, user) or ""
    except keyring.errors.NoKeyringError:  # a server without a desktop: as if it were not installed
        return ""
    except keyring.errors.KeyringError as error:
        raise CannotSend(
            _("the secret cannot be read from the keyring ({error}): set {secret}", error=error, secret=SECRET)
        ) from None
