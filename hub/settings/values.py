"""What the text of one setting may be: each function reads one kind or raises ValueError.

The sentence of the error is the way out; a value that may hold a password is never shown.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import unquote, urlsplit

LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")
MASTER_KEY_BYTES = 32  # AES-256
NO_LISTENER = "off"

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_RATE = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many a second for long, and at most so many at once."""

    per_second: int
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mails are handed over; `tls` is at_once, starttls, or none (this machine only)."""

    host: str
    port: int
    tls: str
    user: str


def database_url(text: str) -> str:
    """Read where orders are kept."""
    for spelled in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if text.startswith(spelled):
            return "postgresql+psycopg://" + text.removeprefix(spelled)
    if text.startswith("sqlite:///") and len(text) > len("sqlite:///"):
        return text
    # The value is not shown: it may carry a password.
    raise ValueError("begin it with sqlite:///FILE or postgresql://USER@HOST/NAME")


def master_key(text: str) -> bytes:
    """Read the key that wraps every other."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64; make one with: openssl rand -base64 32") from None
    if len(key) != MASTER_KEY_BYTES:
        raise ValueError(f"{len(key)} bytes, 32 are needed; make one with: openssl rand -base64 32")
    return key


def port(text: str) -> int:
    """Read a port; 0 is any free one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise ValueError(f"{text[:40]!r} is no port; use a number from 0 (any free one) to 65535")
    return int(text)


def rate(text: str) -> Rate | None:
    """Read how often may be asked, None for no end."""
    if text.lower() == NO_LISTENER:
        return None
    found = _RATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is no rate; write 200/2000 (a second/at once), or off")
    return Rate(per_second=int(found[1]), burst=int(found[2]))


def public_url(text: str) -> str:
    """Read how customers reach pages."""
    parts = urlsplit(text)
    plain = parts.netloc.replace("{host}", "host")
    if parts.scheme not in ("https", "http") or not re.fullmatch(r"[a-z0-9.-]+(:\d{1,5})?", plain):
        raise ValueError(
            "write it as https://{host}; a port or http may be named, nothing after it"
        )
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("it ends with the host or its port: pages stand at the root")
    return f"{parts.scheme}://{parts.netloc}"


def mail_server(text: str) -> MailServer:
    """Read a mail server's address; raises ValueError with the way out."""
    # The value is not shown: it may carry a password that belongs elsewhere.
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == 0 or parts.path:
        raise ValueError("write it as smtp://USER@HOST:PORT or smtps://USER@HOST:PORT")
    if parts.password is not None:
        raise ValueError("leave the password out; set HUB_SMTP_PASSWORD or HUB_SMTP_PASSWORD_FILE")
    at_once = parts.scheme == "smtps"
    loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return MailServer(
        host=parts.hostname,
        port=port or (465 if at_once else 587),
        tls="at_once" if at_once else "none" if loopback else "starttls",
        user=unquote(parts.username or ""),
    )


def log_level(text: str) -> str:
    """Read how much is logged."""
    if text.lower() not in LOG_LEVELS:
        raise ValueError(f"{text[:40]!r} is no level; use one of {', '.join(LOG_LEVELS)}")
    return text.lower()


def operator_port(text: str) -> int | None:
    """Read a port, None when nothing is to listen."""
    return None if text.lower() == NO_LISTENER else port(text)


def names(text: str) -> tuple[str, ...]:
    """Read host names; this machine is always among them."""
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if any(not _NAME.fullmatch(name) for name in names):
        raise ValueError("host names without port, with commas between: hub.example, metrics")
    return ("localhost", *names)


def hosts(text: str) -> tuple[str, ...]:
    """Read host names, one at least."""
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if not names or any(not _NAME.fullmatch(name) for name in names):
        raise ValueError("host names without port, with commas between: portal.example")
    return names


def networks(text: str) -> tuple[str, ...]:
    """Read networks, one at least, as they are written in full."""
    try:
        found = [str(ip_network(each.strip())) for each in text.split(",") if each.strip()]
        return (found[0], *found[1:])
    except (ValueError, IndexError):
        raise ValueError("networks with commas between: 10.0.0.0/8, fd00::/8, 192.0.2.7") from None


def sender(text: str) -> str:
    """Read an e-mail address."""
    if not _ADDRESS.fullmatch(text.strip()):
        raise ValueError(f"{text[:80]!r} is no e-mail address; write it as hub@example.com")
    return text.strip()


def log_format(text: str) -> str:
    """Read how logs are written."""
    if text.lower() not in LOG_FORMATS:
        raise ValueError(f"{text[:40]!r} is no format; use one of {', '.join(LOG_FORMATS)}")
    return text.lower()
