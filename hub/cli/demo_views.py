"""What `hub demo` shows: a table on a terminal, else a line for each step; at the end also JSON."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from hub.cli.desk import Desk
from hub.cli.words import line

if TYPE_CHECKING:
    from rich.table import Table

    from hub.lab.board import Board, Progress

COLUMNS = (
    "ORDER", "BRAND", "PARTNERS", "850 SENT", "997", "855", "856", "PARCELS", "PROMISED", "STATUS",
)  # fmt: skip
WIDTHS = (6, 7, 12, 8, 4, 4, 3, 7, 16, 0)
FRAME = 6  # rows of the table that are no orders
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def cells(one: "Progress") -> tuple[str, ...]:
    """Return an order's row under COLUMNS."""
    return (
        one.number,
        one.brand,
        ", ".join(one.partners) or "nobody",
        f"{one.sent}/{one.asked}",
        f"{one.receipted}/{one.asked}",
        f"{one.answered}/{one.asked}",
        str(one.notices),
        str(len(one.parcels)),
        promised(one.first, one.now),
        one.status,
    )


def promised(first: date | None, now: date | None) -> str:
    """Return by when an order is to be at the door, and by when it was before that moved."""
    if first is None or now is None:
        return ""
    return _day(now) if now <= first else f"{_day(first)} → {_day(now)}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def summary(
    board: "Board", pages: Sequence[Mapping[str, str]], *, seconds: float
) -> dict[str, object]:
    """Return the end of the demo for programs; `pages` are the links to customers' pages."""
    orders = [
        {
            "number": one.number,
            "brand": one.brand,
            "status": one.status,
            "partners": list(one.partners),
            "parcels": len(one.parcels),
            "promised_first": one.first.isoformat() if one.first else None,
            "promised": one.now.isoformat() if one.now else None,
        }
        for one in board.orders
    ]
    exceptions = [
        {
            "kind": row.kind,
            "partner": row.partner,
            "text": row.text,
            "next_step": row.next_step,
            "document": row.document_id,
        }
        for row in board.exceptions
    ]
    return {
        "orders": orders,
        "exceptions": exceptions,
        "cleared": sorted(board.overcome),
        "pages": list(pages),
        "missing": board.missing(),
        "seconds": round(seconds, 1),
    }


class Lines:
    """Off a terminal: a line to stderr for every order that got on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[tuple[str, str], tuple[str, ...]] = {}

    def __enter__(self) -> "Lines":
        self._say(COLUMNS)
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, board: "Board") -> None:
        """Say what is new."""
        for one in board.orders:
            row = cells(one)
            if self._seen.get((one.brand, one.number)) != row:
                self._seen[one.brand, one.number] = row
                self._say(row)

    def _say(self, row: Sequence[str]) -> None:
        padded = (cell.ljust(width) for cell, width in zip(row, WIDTHS, strict=True))
        self._desk.say("  ".join(padded).rstrip())


class LiveTable:
    """On a terminal: one table that is drawn anew."""

    def __init__(self, *, colour: bool) -> None:
        from rich.console import Console
        from rich.live import Live

        self._live = Live(
            console=Console(no_color=not colour, highlight=False), refresh_per_second=4
        )
        self._board: Board | None = None

    def __enter__(self) -> "LiveTable":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._board is not None:
            self._live.update(_drawn(self._board.orders, self._board))
        self._live.vertical_overflow = "visible"
        self._live.stop()

    def __call__(self, board: "Board") -> None:
        """Draw the orders there is room for."""
        self._board = board
        room = max(5, self._live.console.size.height - FRAME)
        self._live.update(_drawn(_foremost(board.orders, room), board))


def _foremost(orders: "Sequence[Progress]", room: int) -> "Sequence[Progress]":
    """As many orders as there is room for: those that have not ended, then the last that have."""
    if len(orders) <= room:
        return orders
    going = [one for one in orders if not one.ended][:room]
    ended = [one for one in orders if one.ended]
    rest = room - len(going)
    kept = {one.number for one in [*going, *(ended[-rest:] if rest else [])]}
    return [one for one in orders if one.number in kept]


def _drawn(orders: "Sequence[Progress]", board: "Board") -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(*COLUMNS, box=box.SIMPLE_HEAD, pad_edge=False)
    for one in orders:
        *row, status = cells(one)
        style = "yellow" if status == "Delayed" else "green" if one.ended else ""
        table.add_row(*(Text(line(cell)) for cell in row), Text(status, style=style))
    ended = sum(one.ended for one in board.orders)
    stuck = len(board.exceptions)
    table.caption = f"{ended} of {len(board.orders)} have ended"
    table.caption += f" · {stuck} for a person to look at" if stuck else ""
    return table
