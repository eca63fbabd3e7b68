"""A partner's channel by mail: each file of ours is one message to its one address.

The same file makes the same message (Message-ID, RFC 5322 §3.6.4), so that a mail that was sent
twice can be told by whoever gets it.
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Annotated, BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub import settings
from hub.errors import ConfigError, Refused, TransportError
from hub.transports import RemoteFile, Reply, own_name
from hub.transports.mail.server import MailWire, Server

LARGEST = 10 * 1024 * 1024  # bytes; many mail servers take no more
_REFERENCES = ("env:", "file:")
_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".edi": "application/edi-x12",
    ".xml": "application/xml",
}
_ANY = "application/octet-stream"

Address = Annotated[
    str, Field(max_length=254, pattern=r"^[^\s@<>,;:()\"\\]+@[^\s@<>,;:()\"\\]+\.[A-Za-z0-9-]+$")
]
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Config(BaseModel):
    """What a partner's page says under `settings:` of a channel whose transport is `mail`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    to: Address = Field(description="the one address that gets our papers")
    sender: Address = Field(alias="from", description="whom an answer goes to")
    subject: Words = Field(
        default="{name}", description="{name} is the file's name without its ending"
    )
    place: Literal["attached", "in_text"] = Field(
        default="attached", description="where the paper stands in the mail"
    )
    greeting: Annotated[str, Field(max_length=2000)] = Field(
        default="Please find our papers attached.", description="the text of a mail with a file"
    )
    server: str = Field(
        default="env:HUB_SMTP_URL",
        pattern=r"^(env:|file:|smtps?://)\S+$",
        description="the hub's own mail server, or another: smtp://USER@HOST:PORT, smtps://…",
    )
    password: str = Field(
        default="env:HUB_SMTP_PASSWORD",
        pattern=r"^(env:|file:)\S+$",
        description="where its password is, if the server's address has a user",
    )


class Letters:
    """The `Transport` that makes a mail of each file; it only puts."""

    def __init__(self, config: Config, *, secrets: Callable[[str], str]) -> None:
        self._config = config
        self._secrets = secrets
        self._server: MailWire | None = None
        self._now: Callable[[], datetime] | None = None
        self._words = ""

    def keep_time(self, now: Callable[[], datetime]) -> None:
        """Take the clock for the Date of each mail; without one the server dates it."""
        self._now = now

    def accompany(self, words: str) -> None:
        """Take what the text of the next mail ends with; empty for nothing."""
        self._words = words

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        """Send one file as one mail; returns when the server has taken it.

        Raises TransportError when it does not, permanent where another try cannot help.
        """
        if size > LARGEST:
            text = f"{name!r} has {size} bytes, a mail carries at most {LARGEST}; lower batch_limit"
            raise TransportError(text, permanent=True)
        words, self._words = self._words, ""
        raw = self._message(own_name(name), body.read(), words).as_bytes()
        try:
            self._opened().put(name, io.BytesIO(raw), size=len(raw))
        except Refused as fault:
            problem = fault.problems[0]
            raise TransportError(
                f"{problem.text}; see that {self._config.to} is right",
                permanent=problem.code == "never",
            ) from None
        return None

    def list(self) -> Sequence[RemoteFile]:
        """Return nothing: answers come over another channel."""
        return ()

    def fetch(self, file: RemoteFile, into: BinaryIO) -> RemoteFile:
        """Raise TransportError: there is nothing to fetch."""
        raise TransportError("mail is only sent here, never fetched", permanent=True)

    def remove(self, file: RemoteFile) -> None:
        """Do nothing: there is nothing to remove."""

    def close(self) -> None:
        """End the connection; a later put opens another."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _opened(self) -> MailWire:
        if self._server is None:
            self._server = MailWire(_server(self._config, self._secrets), secrets=self._secrets)
        return self._server

    def _message(self, name: str, body: bytes, words: str) -> EmailMessage:
        config = self._config
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = config.sender, config.to
        stem, dot, ending = name.rpartition(".")
        # A header of ours ends where it ends: neither a page nor a name brings another line.
        subject = config.subject.replace("{name}", stem or name)
        message["Subject"] = " ".join(subject.split())
        if self._now is not None:
            message["Date"] = format_datetime(self._now())
        proof = hashlib.sha256(f"{config.to}\n{name}\n".encode() + body).hexdigest()[:32]
        message["Message-ID"] = f"<{proof}@{config.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        if config.place == "in_text":
            message.set_content(_joined(_text(name, body), words))
        else:
            message.set_content(_joined(config.greeting, words))
            kind, _, detail = _TYPES.get(f"{dot}{ending}".lower(), _ANY).partition("/")
            message.add_attachment(body, maintype=kind, subtype=detail, filename=name)
        return message


def _joined(text: str, words: str) -> str:
    return f"{text.rstrip()}\n\n{words}\n" if words else text


def _text(name: str, body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TransportError(
            f"{name!r} is no text and cannot stand in a mail; say `place: attached`",
            permanent=True,
        ) from None
    return "\n".join(text.splitlines()) + "\n"


def _server(config: Config, secrets: Callable[[str], str]) -> Server:
    """Return the mail server; raises ConfigError when its address cannot be had or read."""
    address = config.server
    if address.startswith(_REFERENCES):
        address = secrets(address)
    try:
        named = settings.mail_server(address)
    except ValueError as fault:
        raise ConfigError([f"the mail server of {config.to}: {fault}"]) from None
    password = config.password if named.user else ""
    return Server.model_validate({**asdict(named), "password": password})
