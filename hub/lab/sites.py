"""Where a simulated partner lives: its desk and language, and the door that the hub comes to."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from hub.lab import pages
from hub.lab.corner_post import PAUSE, CornerPost
from hub.lab.corner_voice import CornerVoice
from hub.lab.cxml_post import CxmlPost
from hub.lab.cxml_voice import CxmlVoice
from hub.lab.desk import Firm
from hub.lab.doors import Door, NetDoor
from hub.lab.languages import post_of, voice_of
from hub.lab.pages import USER
from hub.lab.rest_post import RestPost
from hub.lab.rest_voice import RestVoice
from hub.lab.sftp_server import SftpServer
from hub.lab.supplier import Supplier
from hub.lab.terms import Pace
from hub.lab.x12 import Company

MAILS = "mails"
"""Where the lab's mail server keeps what it takes, in the lab's directory."""


class Site(Protocol):
    """A partner with its door. `wire` is what its page says of the channel, once it is open."""

    supplier: Supplier

    def open(self) -> None:
        """Open the door; where it is stays the same when it was open before."""

    def close(self) -> None:
        """Shut the door; what lies behind it stays."""

    def wire(self) -> str:
        """Return the channel's lines of the partner's page."""

    def address(self) -> str:
        """Return where its messages can be looked at."""

    def connect(self, door: Door, token: str) -> None:
        """Tell it where the hub answers, and its API key there, or the path of its invitation."""


class SftpSite:
    """A partner whose messages are files behind an SFTP server of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        firm: Firm,
        customer: Company,
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        home, keys = folder / "partners" / firm.key, folder / "keys"
        voice = voice_of(firm, customer)
        self.supplier = Supplier(
            home,
            firm=firm,
            voice=voice,
            post=post_of(firm, home),
            clock=clock,
            pace=pace,
        )
        (home / "out" / "taken").mkdir(exist_ok=True)
        self._key = (keys / firm.key).absolute()
        self._suffix = voice.suffix
        self._customer = customer
        self._server = SftpServer(
            home,
            user=USER,
            authorized_key=public_line(self._key),
            host_key_path=keys / f"{firm.key}-server",
        )

    def open(self) -> None:
        """Listen; at the same port as before, if there was one."""
        self._server.start()

    def close(self) -> None:
        """End the server and whoever is connected."""
        self._server.stop()

    def wire(self) -> str:
        """Return transport, format and maps of the channel."""
        where = pages.sftp(
            port=self._server.port,
            host_key=self._server.host_key_line,
            key=self._key,
            suffix=self._suffix,
        )
        return where + pages.over_files(self.supplier.firm, self._customer)

    def address(self) -> str:
        """Return the server's address."""
        return f"sftp://{USER}@{self._server.host}:{self._server.port}"

    def connect(self, door: Door, token: str) -> None:
        """Nothing to tell: the hub comes to it."""


class RestSite:
    """A partner whose program asks the hub for its work; nobody comes to it."""

    def __init__(
        self,
        folder: Path,
        *,
        firm: Firm,
        customer: Company,
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        self._post = RestPost()
        self._door: tuple[Door, str] | None = None
        self.supplier = Supplier(
            folder / "partners" / firm.key,
            firm=firm,
            voice=RestVoice(),
            post=self._post,
            clock=clock,
            pace=pace,
        )

    def open(self) -> None:
        """Go on asking, if it was told where."""
        if self._door is not None:
            self._post.connect(*self._door)

    def close(self) -> None:
        """Ask no more."""
        self._post.disconnect()

    def wire(self) -> str:
        """Return the channel of its page."""
        return pages.DESK

    def address(self) -> str:
        """Return where it asks."""
        return "/v1/partner"

    def connect(self, door: Door, token: str) -> None:
        """Begin to ask there."""
        self._door = door, token
        self.open()


class PortalSite:
    """A partner without a program: somebody reads mails and fills in the portal's forms."""

    def __init__(
        self,
        folder: Path,
        *,
        firm: Firm,
        customer: Company,
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        home = folder / "partners" / firm.key
        self._post = CornerPost(
            home, email=email_of(firm.key), mails=folder / MAILS, seconds=time.monotonic
        )
        self._door: tuple[Door, str] | None = None
        self.supplier = Supplier(
            home,
            firm=firm,
            voice=CornerVoice(firm.articles),
            post=self._post,
            clock=clock,
            pace=pace,
        )

    def open(self) -> None:
        """Look again, if it was told where."""
        if self._door is not None:
            door, invitation = self._door
            pause = PAUSE if isinstance(door, NetDoor) else 0.0
            self._post.connect(door, invitation, pause=pause)

    def close(self) -> None:
        """Look no more."""
        self._post.disconnect()

    def wire(self) -> str:
        """Return the channel of its page."""
        return pages.DESK

    def leave(self, is_others: Callable[[str], bool]) -> None:
        """Leave the orders of which this says so, by their numbers, to others of the firm."""
        self._post.leave(is_others)

    def address(self) -> str:
        """Return as whom it signs in."""
        return f"the portal, as {email_of(self.supplier.firm.key)}"

    def connect(self, door: Door, token: str) -> None:
        """Begin to look there."""
        self._door = door, token
        self.open()


class CxmlSite:
    """A partner that is posted to over HTTP, and posts to the hub."""

    def __init__(
        self,
        folder: Path,
        *,
        firm: Firm,
        customer: Company,
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        home = folder / "partners" / firm.key
        self._secret = (folder / "keys" / f"{firm.key}-secret").absolute()
        self._post = CxmlPost(home, path=f"/v1/cxml/{firm.key}/answers", clock=clock)
        voice = CxmlVoice(
            firm.company.id,
            customer=pages.OUR_IDENTITY,
            secret=shared_secret(self._secret),
            host=firm.company.group,
        )
        self.supplier = Supplier(
            home, firm=firm, voice=voice, post=self._post, clock=clock, pace=pace
        )

    def open(self) -> None:
        """Listen; at the same port as before, if there was one."""
        self._post.open()

    def close(self) -> None:
        """Listen no more."""
        self._post.close()

    def wire(self) -> str:
        """Return both channels of its page."""
        return pages.cxml(self.supplier.firm, port=self._post.port, secret=self._secret)

    def address(self) -> str:
        """Return where it is posted to."""
        return f"http://127.0.0.1:{self._post.port}/orders"

    def connect(self, door: Door, token: str) -> None:
        """Post to that hub from now on."""
        self._post.connect(door)


def site_of(
    folder: Path,
    *,
    firm: Firm,
    customer: Company,
    clock: Callable[[], datetime],
    pace: Pace,
) -> Site:
    """Return where a firm lives, by its language."""
    kinds: Mapping[str, type[SftpSite | RestSite | PortalSite | CxmlSite]]
    kinds = {"rest": RestSite, "portal": PortalSite, "cxml": CxmlSite}
    kind = kinds.get(firm.speaks, SftpSite)
    return kind(folder, firm=firm, customer=customer, clock=clock, pace=pace)


def email_of(partner: str) -> str:
    """Return the address of the one person of a partner that works at the portal."""
    return f"{partner}@example.com"


def shared_secret(path: Path) -> str:
    """Return the secret in a file, which is made when it is missing."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(token_urlsafe(24))
    return path.read_text()


def public_line(private: Path) -> str:
    """Return the public line of an OpenSSH key file, which is made when it is missing."""
    if not private.exists():
        made = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
        )
        private.touch(mode=0o600)
        private.write_bytes(made)
    key = load_ssh_private_key(private.read_bytes(), password=None)
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
