"""The environment → Settings, and the files that settings name.

What lives here: the `HUB_*` variables and their meaning, secrets by reference, reading the folders
of pages as text. What does not: what the pages say (`hub.partners`, `hub.mapping`), opening the
database, making the master key (`hub.main`). The environment is a mapping handed in by the caller.
Who may come in: everybody above; most get a `Settings` from `hub.main` instead.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hub.errors import ConfigError
from hub.settings import values
from hub.settings.values import (
    LOG_FORMATS,
    LOG_LEVELS,
    MASTER_KEY_BYTES,
    NO_LISTENER,
    MailServer,
    Rate,
    mail_server,
)

__all__ = [
    "LOG_FORMATS",
    "LOG_LEVELS",
    "MASTER_KEY_BYTES",
    "NO_LISTENER",
    "SETTINGS",
    "MailServer",
    "Rate",
    "Setting",
    "Settings",
    "load",
    "mail_server",
    "read_pages",
    "read_texts",
    "secret",
    "share_folder",
]

LARGEST_SECRET = 64 * 1024  # bytes; an OpenSSH private key has a few thousand
LARGEST_PAGE = 1024 * 1024  # bytes
LARGEST_SCHEMA = 16 * 1024 * 1024  # bytes; the largest of UBL has two and a half million
OWN_PREFIX = "HUB_SECRET_"  # free for the operator's own secrets, see `secret`
OPERATOR_PORT: int | None = 8081
PORTAL_HOST = "portal.localhost"
DESK_HOST = "desk.localhost"
DESK_FROM = ("127.0.0.0/8", "::1/128")
"""This machine alone."""

T = TypeVar("T")


READS: Rate | None = Rate(per_second=200, burst=2000)
WRITES: Rate | None = Rate(per_second=50, burst=1000)


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
        name="HUB_MAIL_FROM",
        default="mail_from of the first brand",
        meaning="sender of mails to users of the suppliers' and our own pages",
    ),
    Setting(
        name="HUB_PORTAL_HOSTS",
        default=PORTAL_HOST,
        meaning="names of the suppliers' pages, with commas between; the first makes links",
    ),
    Setting(
        name="HUB_DESK_HOSTS",
        default=DESK_HOST,
        meaning="names of clerks' and operators' pages, with commas between",
    ),
    Setting(
        name="HUB_DESK_FROM",
        default=", ".join(DESK_FROM),
        meaning="networks that may ask for those pages, with commas between",
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
    Setting(
        name="HUB_KEY_READS",
        default="200/2000",
        meaning="how often an API key may read in each web process: a second/at once, or off",
    ),
    Setting(
        name="HUB_KEY_WRITES",
        default="50/1000",
        meaning="how often it may write there: a second/at once, or off",
    ),
    Setting(name="HUB_LOG_LEVEL", default="info", meaning=f"one of {', '.join(LOG_LEVELS)}"),
    Setting(
        name="HUB_LOG_FORMAT",
        default="text on a terminal, else json",
        meaning="text for people, json for programs: one line each on stderr",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says, checked. `master_key` is None when the caller has to keep one.

    `operator_port` is None when nothing listens for operators, `log_format` empty when it depends
    on the terminal. `key_reads` and `key_writes` are how often one key may ask; None is no end.
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
    key_reads: Rate | None = READS
    key_writes: Rate | None = WRITES
    mail_from: str = ""
    portal_hosts: tuple[str, ...] = (PORTAL_HOST,)
    desk_hosts: tuple[str, ...] = (DESK_HOST,)
    desk_from: tuple[str, ...] = DESK_FROM


def share_folder() -> Path:
    """Return the folder of the pages that came with the code.

    It holds `mappings` and `partner_configs`: a checkout's root, or `hub/_share` of a wheel.
    """
    package = Path(__file__).resolve().parent.parent
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
            "HUB_DATABASE_URL", values.database_url, f"sqlite:///{data_dir}/hub.db"
        ),
        partner_configs=reading.folder("HUB_PARTNER_CONFIGS", share / "partner_configs"),
        mappings=reading.folder("HUB_MAPPINGS", share / "mappings"),
        brands=reading.folder("HUB_BRANDS", brands_beside(share)),
        master_key=reading.value("HUB_MASTER_KEY", values.master_key, None),
        host=reading.text("HUB_HOST", "127.0.0.1"),
        port=reading.value("HUB_PORT", values.port, 8080),
        log_level=reading.value("HUB_LOG_LEVEL", values.log_level, "info"),
        operator_host=reading.text("HUB_OPERATOR_HOST", "127.0.0.1"),
        operator_port=reading.value("HUB_OPERATOR_PORT", values.operator_port, OPERATOR_PORT),
        operator_names=reading.value("HUB_OPERATOR_NAMES", values.names, ("localhost",)),
        log_format=reading.value("HUB_LOG_FORMAT", values.log_format, ""),
        public_url=reading.value("HUB_PUBLIC_URL", values.public_url, "https://{host}"),
        mail_server=reading.value("HUB_SMTP_URL", values.mail_server, None),
        key_reads=reading.value("HUB_KEY_READS", values.rate, READS),
        key_writes=reading.value("HUB_KEY_WRITES", values.rate, WRITES),
        mail_from=reading.value("HUB_MAIL_FROM", values.sender, ""),
        portal_hosts=reading.value("HUB_PORTAL_HOSTS", values.hosts, (PORTAL_HOST,)),
        desk_hosts=reading.value("HUB_DESK_HOSTS", values.hosts, (DESK_HOST,)),
        desk_from=reading.value("HUB_DESK_FROM", values.networks, DESK_FROM),
    )
    for host in sorted({*settings.desk_hosts} & {*settings.portal_hosts}):
        reading.mistakes.append(f"HUB_DESK_HOSTS: {host} belongs to the suppliers' pages")
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


def brands_beside(share: Path) -> Path:
    """Return portal/brands, which came with the code; in a wheel it stands beside `hub`."""
    here = share / "portal" / "brands"
    return here if here.is_dir() else share.parent.parent / "portal" / "brands"


def own_brands(chosen: Settings) -> Path | None:
    """Return the folder of the brands when it is the operator's own, None for the one shipped.

    What came with the code is replaced with it.
    """
    return None if chosen.brands == brands_beside(share_folder()) else chosen.brands


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
