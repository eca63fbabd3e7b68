"""The environment → Settings, and the files that settings name.

What lives here: the `HUB_*` variables and their meaning, secrets by reference, reading the folders
of pages as text. What does not: what the pages say (`hub.partners`, `hub.mapping`), opening the
database, making the master key (`hub.main`). The environment is a mapping handed in by the caller.
Who may come in: everybody above; most get a `Settings` from `hub.main` instead.
"""

import base64
import binascii
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from hub.errors import ConfigError

MASTER_KEY_BYTES = 32  # AES-256
LARGEST_SECRET = 64 * 1024  # bytes; an OpenSSH private key has a few thousand
LARGEST_PAGE = 1024 * 1024  # bytes
LARGEST_SCHEMA = 16 * 1024 * 1024  # bytes; the largest of UBL has two and a half million
OWN_PREFIX = "HUB_SECRET_"  # free for the operator's own secrets, see `secret`
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
NO_LISTENER = "off"
OPERATOR_PORT: int | None = 8081

T = TypeVar("T")
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One variable of the environment, as help and README show it."""

    name: str
    default: str
    meaning: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="HUB_DATA_DIR",
        default="./hub-data",
        meaning="directory of the embedded database, the archive and the master key",
    ),
    Setting(
        name="HUB_DATABASE_URL",
        default="sqlite:///HUB_DATA_DIR/hub.db",
        meaning="where orders are kept: sqlite:///FILE or postgresql://USER@HOST/NAME",
        secret=True,
    ),
    Setting(
        name="HUB_PARTNER_CONFIGS",
        default="the pages that came with the hub",
        meaning="directory of partner pages, one YAML file each",
    ),
    Setting(
        name="HUB_MAPPINGS",
        default="the maps that came with the hub",
        meaning="directory of maps and code tables",
    ),
    Setting(
        name="HUB_BRANDS",
        default="the brands that came with the hub",
        meaning="directory with one folder per brand, each with a brand.yaml",
    ),
    Setting(
        name="HUB_MASTER_KEY",
        default="HUB_DATA_DIR/master.key, made at the first start",
        meaning="32 bytes in base64 that wrap every other key",
        secret=True,
    ),
    Setting(
        name="HUB_HOST", default="127.0.0.1", meaning="address that the web process listens on"
    ),
    Setting(name="HUB_PORT", default="8080", meaning="port that the web process listens on"),
    Setting(
        name="HUB_PUBLIC_URL",
        default="https://{host}",
        meaning="how customers reach a brand's pages; {host} is the first host of its brand.yaml",
    ),
    Setting(
        name="HUB_SMTP_URL",
        default="no mails are sent",
        meaning="mail server: smtp://USER@HOST:PORT (TLS by STARTTLS) or smtps://USER@HOST:PORT",
    ),
    Setting(
        name="HUB_SMTP_PASSWORD",
        default="none",
        meaning="password of that USER",
        secret=True,
    ),
    Setting(
        name="HUB_OPERATOR_HOST",
        default="127.0.0.1",
        meaning="address on which health, readiness and metrics are told",
    ),
    Setting(
        name="HUB_OPERATOR_PORT",
        default="8081",
        meaning=f"its port; 0 is any free one, {NO_LISTENER} is none",
    ),
    Setting(
        name="HUB_OPERATOR_NAMES",
        default="localhost",
        meaning="names by which it may be asked, with commas between; addresses always may",
    ),
    Setting(name="HUB_LOG_LEVEL", default="info", meaning=f"one of {', '.join(LOG_LEVELS)}"),
    Setting(
        name="HUB_LOG_FORMAT",
        default="text on a terminal, else json",
        meaning="text for people, json for programs: one line each on stderr",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mails are handed over; `tls` is at_once, starttls, or none (this machine only)."""

    host: str
    port: int
    tls: str
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says, checked. `master_key` is None when the caller has to keep one.

    `operator_port` is None when nothing listens for operators, `log_format` empty when it depends
    on the terminal.
    """

    data_dir: Path
    database_url: str
    partner_configs: Path
    mappings: Path
    brands: Path
    master_key: bytes | None
    host: str
    port: int
    log_level: str
    operator_host: str = "127.0.0.1"
    operator_port: int | None = OPERATOR_PORT
    operator_names: tuple[str, ...] = ("localhost",)
    log_format: str = ""
    public_url: str = "https://{host}"
    mail_server: MailServer | None = None


def share_folder() -> Path:
    """Return the folder of the pages that came with the code.

    It holds `mappings` and `partner_configs`: a checkout's root, or `hub/_share` of a wheel.
    """
    package = Path(__file__).resolve().parent
    packed = package / "_share"
    return packed if packed.is_dir() else package.parent


def load(environment: Mapping[str, str], *, share: Path) -> Settings:
    """Return the settings that the environment asks for, defaults filled in.

    It creates and opens nothing but `NAME_FILE` secrets. Raises `ConfigError` with all mistakes.
    """
    reading = _Reading(environment)
    reading.refuse_unknown()
    data_dir = Path(reading.text("HUB_DATA_DIR", "./hub-data")).absolute()
    settings = Settings(
        data_dir=data_dir,
        database_url=reading.value(
            "HUB_DATABASE_URL", _database_url, f"sqlite:///{data_dir}/hub.db"
        ),
        partner_configs=reading.folder("HUB_PARTNER_CONFIGS", share / "partner_configs"),
        mappings=reading.folder("HUB_MAPPINGS", share / "mappings"),
        brands=reading.folder("HUB_BRANDS", _brands_beside(share)),
        master_key=reading.value("HUB_MASTER_KEY", _master_key, None),
        host=reading.text("HUB_HOST", "127.0.0.1"),
        port=reading.value("HUB_PORT", _port, 8080),
        log_level=reading.value("HUB_LOG_LEVEL", _log_level, "info"),
        operator_host=reading.text("HUB_OPERATOR_HOST", "127.0.0.1"),
        operator_port=reading.value("HUB_OPERATOR_PORT", _operator_port, OPERATOR_PORT),
        operator_names=reading.value("HUB_OPERATOR_NAMES", _names, ("localhost",)),
        log_format=reading.value("HUB_LOG_FORMAT", _log_format, ""),
        public_url=reading.value("HUB_PUBLIC_URL", _public_url, "https://{host}"),
        mail_server=reading.value("HUB_SMTP_URL", mail_server, None),
    )
    if reading.mistakes:
        raise ConfigError(reading.mistakes)
    return settings


def secret(reference: str, *, environment: Mapping[str, str]) -> str:
    """Return the secret behind `env:NAME` or `file:/path`.

    `env:NAME` also looks into the file that NAME_FILE names. One line end after the secret is cut.
    Nothing is remembered, so a secret that was changed counts at the next connection. Raises
    `ConfigError`, which never shows a secret.
    """
    kind, _, rest = reference.partition(":")
    if kind == "file":
        return _secret_file(rest, asked_by="secret file")
    if kind != "env" or not rest:
        raise ConfigError(["a secret is named by env:NAME or file:/path, never written on a page"])
    if environment.get(rest):
        return environment[rest]
    if environment.get(f"{rest}_FILE"):
        return _secret_file(environment[f"{rest}_FILE"], asked_by=f"{rest}_FILE")
    raise ConfigError(
        [f"{reference}: the variable is not set; set {rest}, or {rest}_FILE to a file holding it"]
    )


EXAMPLES = "examples"
"""Pages in a folder of this name are there to be copied."""


def read_pages(folder: Path) -> dict[str, str]:
    """Return the text of every `*.yaml` below the folder, in order.

    The names are relative paths without the ending (`acme`, `x12/004010/850`). Hidden files and
    what lies in folders named `examples` are left out. It does not look into the texts. Raises
    `ConfigError` with every file that cannot be read.
    """
    if not folder.is_dir():
        raise ConfigError([f"{folder}: no such directory; create it or name another one"])
    pages: dict[str, str] = {}
    mistakes: list[str] = []
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if any(part.startswith(".") for part in place.parts) or not path.is_file():
            continue
        if EXAMPLES in place.parts[:-1]:
            continue
        if path.suffix == ".yml":
            mistakes.append(f"{path}: pages end in .yaml; rename it to {path.stem}.yaml")
        elif path.suffix == ".yaml":
            try:
                pages[place.with_suffix("").as_posix()] = _page_text(path)
            except ValueError as fault:
                mistakes.append(f"{path}: {fault}")
    if mistakes:
        raise ConfigError(mistakes)
    return pages


def read_texts(folder: Path, *, endings: tuple[str, ...]) -> dict[str, str]:
    """Return the text of every file below the folder whose name ends so, by relative path.

    They are the schemas and stylesheets that stand beside maps. Hidden files are left out. Raises
    `ConfigError` with every file that cannot be read.
    """
    texts: dict[str, str] = {}
    mistakes: list[str] = []
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in place.parts)
        if hidden or path.suffix not in endings or not path.is_file():
            continue
        try:
            texts[place.as_posix()] = _page_text(path, largest=LARGEST_SCHEMA)
        except ValueError as fault:
            mistakes.append(f"{path}: {fault}")
    if mistakes:
        raise ConfigError(mistakes)
    return texts


class _Reading:
    """One pass over the environment that goes on after a mistake, to report them all."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.mistakes: list[str] = []

    def refuse_unknown(self) -> None:
        """Note every HUB_ variable that nobody reads, with the nearest name."""
        known = [setting.name for setting in SETTINGS]
        known += [f"{setting.name}_FILE" for setting in SETTINGS if setting.secret]
        for name in sorted(self._environment):
            if not name.startswith("HUB_") or name in known or name.startswith(OWN_PREFIX):
                continue
            near = difflib.get_close_matches(name, known, n=1)
            way_out = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
            self.mistakes.append(f"{name}: no such setting; {way_out}")

    def text(self, name: str, default: str) -> str:
        """Return the variable, or the default when it is absent or empty."""
        return self._environment.get(name, "") or default

    def folder(self, name: str, default: Path) -> Path:
        """Return an existing directory, or note that there is none."""
        path = Path(self.text(name, str(default))).absolute()
        if not path.is_dir():
            self.mistakes.append(f"{name}: no directory {path}; create it or set {name} to another")
        return path

    def value(self, name: str, read: Callable[[str], T], default: T) -> T:
        """Return `read` of the variable or its NAME_FILE, or note why not."""
        try:
            text = self._with_file(name)
            return read(text) if text else default
        except ValueError as fault:
            self.mistakes.append(f"{name}: {fault}")
        except ConfigError as fault:
            self.mistakes.extend(fault.mistakes)
        return default

    def _with_file(self, name: str) -> str:
        direct, file = self._environment.get(name, ""), self._environment.get(f"{name}_FILE", "")
        if direct and file:
            raise ValueError(f"set {name} or {name}_FILE, not both")
        return _secret_file(file, asked_by=f"{name}_FILE") if file else direct


def _brands_beside(share: Path) -> Path:
    """Return portal/brands; in a wheel the package stands beside `hub`."""
    here = share / "portal" / "brands"
    return here if here.is_dir() else share.parent.parent / "portal" / "brands"


def _secret_file(path: str, *, asked_by: str) -> str:
    file = Path(path)
    if not file.is_absolute():
        raise ConfigError([f"{asked_by}: {path!r} is no absolute path; write it from the root"])
    try:
        with file.open("rb") as stream:
            body = stream.read(LARGEST_SECRET + 1)
        text = body.decode()
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8 text"
        raise ConfigError([f"{asked_by}: cannot read {path}: {reason}"]) from None
    if len(body) > LARGEST_SECRET:
        raise ConfigError([f"{asked_by}: {path} is larger than {LARGEST_SECRET} bytes: no secret"])
    return text.removesuffix("\n").removesuffix("\r")


def _page_text(path: Path, *, largest: int = LARGEST_PAGE) -> str:
    try:
        with path.open("rb") as stream:
            body = stream.read(largest + 1)
    except OSError as fault:
        raise ValueError(f"cannot be read: {fault.strerror}") from None
    if len(body) > largest:
        raise ValueError(f"larger than {largest} bytes: no page")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ValueError(f"not UTF-8 text: byte {fault.start + 1} is in the way") from None


def _database_url(text: str) -> str:
    for spelled in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if text.startswith(spelled):
            return "postgresql+psycopg://" + text.removeprefix(spelled)
    if text.startswith("sqlite:///") and len(text) > len("sqlite:///"):
        return text
    # The value is not shown: it may carry a password.
    raise ValueError("begin it with sqlite:///FILE or postgresql://USER@HOST/NAME")


def _master_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64; make one with: openssl rand -base64 32") from None
    if len(key) != MASTER_KEY_BYTES:
        raise ValueError(f"{len(key)} bytes, 32 are needed; make one with: openssl rand -base64 32")
    return key


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise ValueError(f"{text[:40]!r} is no port; use a number from 0 (any free one) to 65535")
    return int(text)


def _public_url(text: str) -> str:
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


def _log_level(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise ValueError(f"{text[:40]!r} is no level; use one of {', '.join(LOG_LEVELS)}")
    return text.lower()


def _operator_port(text: str) -> int | None:
    return None if text.lower() == NO_LISTENER else _port(text)


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if any(not _NAME.fullmatch(name) for name in names):
        raise ValueError("host names without port, with commas between: hub.example, metrics")
    return ("localhost", *names)


def _log_format(text: str) -> str:
    if text.lower() not in LOG_FORMATS:
        raise ValueError(f"{text[:40]!r} is no format; use one of {', '.join(LOG_FORMATS)}")
    return text.lower()
