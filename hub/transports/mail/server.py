"""A mail server: one message for one recipient is handed over to it (RFC 5321, RFC 3207).

It only puts: there is nothing to list or to fetch. A message that the server refuses for itself or
its recipient is `Refused` (code `later` or `never`); everything else that goes wrong is the wire's.
"""

import smtplib
import ssl
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import BinaryIO, Literal

from pydantic import BaseModel, ConfigDict

from hub.domain.exchange import Problem
from hub.errors import Refused, TransportError
from hub.transports import RemoteFile, Reply

SECONDS = 30
_ANSWERS = range(400, 600)  # what else is said instead of yes is no mail server's word
_FOR_GOOD = range(500, 600)
_GOING = 421  # the server closes the connection, whatever was said (RFC 5321 §3.8)


class Server(BaseModel):
    """Where mails are handed over; `password` is a reference such as env:NAME, empty for none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: int
    tls: Literal["at_once", "starttls", "none"] = "starttls"
    user: str = ""
    password: str = ""


class MailWire:
    """One connection to a mail server, opened when needed and kept for the next mail."""

    def __init__(self, config: Server, *, secrets: Callable[[str], str]) -> None:
        self._config = config
        self._secrets = secrets
        self._server: smtplib.SMTP | None = None

    def put(self, name: str, body: BinaryIO, *, size: int) -> Reply | None:
        """Hand one message over to the recipient of its To; returns when the server has taken it.

        Raises Refused when the server does not take this message, TransportError when it takes
        none. A connection that went stale in between is opened once more.
        """
        message = message_from_bytes(body.read(), _class=EmailMessage, policy=SMTP)
        try:
            self._alive().send_message(message)
        except (smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused) as fault:
            self._reset()
            raise _told(fault, self._config.host) from None
        except (OSError, smtplib.SMTPException) as fault:
            self.close()
            raise TransportError(
                f"mail server {self._config.host}: {_short(fault)}", permanent=_for_good(fault)
            ) from None
        return None

    def list(self) -> Sequence[RemoteFile]:
        """Return nothing: mail is only sent."""
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

    def _reset(self) -> None:
        """A refused message leaves nothing behind for the next one."""
        try:
            if self._server is not None:
                self._server.rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _alive(self) -> smtplib.SMTP:
        if self._server is not None:
            try:
                if self._server.noop()[0] == 250:
                    return self._server
            except (OSError, smtplib.SMTPException):
                pass
            self.close()
        try:
            self._server = self._opened()
        except (OSError, smtplib.SMTPException) as fault:
            permanent = isinstance(
                fault,
                smtplib.SMTPAuthenticationError
                | smtplib.SMTPNotSupportedError
                | ssl.SSLCertVerificationError,
            )
            raise TransportError(
                f"mail server {self._config.host}:{self._config.port}: {_short(fault)}",
                permanent=permanent,
            ) from None
        return self._server

    def _opened(self) -> smtplib.SMTP:
        config, trust = self._config, ssl.create_default_context()
        if config.tls == "at_once":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                config.host, config.port, timeout=SECONDS, context=trust
            )
        else:
            server = smtplib.SMTP(config.host, config.port, timeout=SECONDS)
        try:
            if config.tls == "starttls":
                server.starttls(context=trust)
            if config.user:
                secret = self._secrets(config.password) if config.password else ""
                server.login(config.user, secret)
        except BaseException:
            server.close()
            raise
        return server


def _for_good(fault: Exception) -> bool:
    """Whether the server will not take our mails tomorrow either: it refuses the sender or us."""
    return isinstance(fault, smtplib.SMTPResponseException) and fault.smtp_code in _FOR_GOOD


def _told(
    fault: smtplib.SMTPDataError | smtplib.SMTPRecipientsRefused, host: str
) -> Refused | TransportError:
    """Say what the server said, without the recipient: that is somebody's."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, _ = next(iter(fault.recipients.values()))
        what = "the recipient"
    else:
        code, what = fault.smtp_code, "the message"
    if code == _GOING or code not in _ANSWERS:
        return TransportError(f"mail server {host}: it answered {code}")
    kind = "never" if code in _FOR_GOOD else "later"
    return Refused([Problem(code=kind, text=f"the mail server refused {what} with {code}")])


def _short(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"it answered {fault.smtp_code}"
    if isinstance(fault, OSError):
        return fault.strerror or str(fault) or type(fault).__name__
    return str(fault) or type(fault).__name__
