"""Corner, who speaks in tables: a house with it alone, its end of the wire, its mail server."""

import csv
import email
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from hub.domain.exchange import DocumentState
from hub.flow.lanes import LaneTurn
from hub.store import DocumentRow
from tests.fakes import Supplier
from tests.rigs.houses import Clock, House, open_parts, stock_up

MAPPINGS = Path(__file__).parents[2] / "mappings"
TABLES = """\
  - name: tables
    {wire}
    format: tabular
    profile: {{{profile}}}
    send: [order, change]
    receive: [response, shipment]
    maps:
      order: csv/order
      change: csv/change
      response: csv/response
      shipment: csv/shipment
    file_name: "{{set}}-{{order}}-{{number}}.csv"
    poll: 1s
"""
PAGE = """\
name: Corner
kind: supplier
channels:
{channels}
calendar: {{zone: UTC, work_days: [mon, tue, wed, thu, fri, sat, sun]}}
products: [vendor, sku]
"""


def corner_settings(folder: Path) -> dict[str, str]:
    """Return the environment of a house in a folder."""
    return {
        "HUB_DATA_DIR": str(folder / "data"),
        "HUB_PARTNER_CONFIGS": str(folder / "partners"),
        "HUB_MAPPINGS": str(folder / "maps"),
    }


def folder_wire(home: Path) -> str:
    """Return the wire of a channel over two directories of a home."""
    return f"transport: folder\n    settings: {{inbox: {home}/out, outbox: {home}/in}}"


def furnish_corner(
    folder: Path, channels: str, *, database: str = "", more: Mapping[str, str] | None = None
) -> House:
    """Build a house whose only partner is Corner; its home is `corner` below the folder."""
    home = folder / "corner"
    for name in ("in", "out"):
        (home / name).mkdir(parents=True, exist_ok=True)
    pages = folder / "partners"
    pages.mkdir()
    (pages / "corner.yaml").write_text(PAGE.format(channels=channels))
    # Only the maps that it needs: reading all of them would be most of a test's time.
    for name in ("csv", "codes"):
        shutil.copytree(MAPPINGS / name, folder / "maps" / name)
    environment = corner_settings(folder)
    environment |= {"HUB_DATABASE_URL": database} if database else {}
    clock = Clock()
    parts = open_parts({**environment, **(more or {})}, clock)
    (partner,) = parts.partners.all
    turns = {one.name: LaneTurn(parts, one, owner="test") for one in partner.channels}
    supplier = Supplier(home=home, sender=("", ""), group_sender="")
    house = House(parts=parts, clock=clock, suppliers={"corner": supplier}, turns=turns)
    stock_up(house)
    return house


@dataclass(slots=True, kw_only=True)
class Corner:
    """Corner's end of two directories: what it was sent, what it leaves."""

    house: House
    home: Path

    def turn(self) -> None:
        """Let every lane take a turn."""
        for turn in self.house.turns.values():
            turn.take(poll=True)

    def files(self) -> list[Path]:
        """What was sent, oldest first."""
        return sorted((self.home / "in").iterdir(), key=lambda path: path.stem[-9:])

    def sent(self) -> list[dict[str, str]]:
        """The rows of the newest file that came."""
        body = self.files()[-1].read_bytes().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(body, newline="")))

    def leave(self, name: str, *rows: Sequence[str] | str, body: bytes = b"") -> None:
        """Leave a table and let the hub take it in."""
        lines = [row if isinstance(row, str) else ",".join(row) for row in rows]
        hidden = self.home / "out" / f".{name}"
        hidden.write_bytes(body or ("\n".join(lines) + "\n").encode())
        hidden.rename(self.home / "out" / name)
        self.turn()

    def papers(self, set_id: str) -> list[DocumentRow]:
        """Every paper of a set that came, newest first."""
        with self.house.parts.store.read() as tx:
            return tx.exchange.documents_page(
                partner="corner", set_id=set_id, state=None, limit=9, before=None
            )

    def came(self, set_id: str) -> tuple[DocumentState, list[str]]:
        """State of the newest paper of a set, and the places of its problems."""
        row = self.papers(set_id)[0]
        return row.state, [one.where.path for one in row.problems]

    def shipped(self, number: str = "1001") -> list[tuple[str, list[int]]]:
        """Tracking number and quantities of every parcel of an order."""
        return [
            (package.tracking, [line.quantity for line in package.lines])
            for shipment in self.house.order(number).shipments
            for package in shipment.packages
        ]


@dataclass
class Mailbox:
    """A mail server's end: what it was given; `answer` is what it says to the next.

    No slots: the server looks at every member, and before Python 3.11.3 that fails for slots.
    """

    port: int = 0
    answer: str = "250 taken"
    letters: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take one mail."""
        if self.answer.startswith("250"):
            content: Any = envelope.content
            message = email.message_from_bytes(content, _class=EmailMessage, policy=default)
            self.letters.append((list(envelope.rcpt_tos), message))
        return self.answer
