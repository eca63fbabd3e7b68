"""`hub demo`: twenty orders of two brands from placed to shipped, by simulated suppliers.

Everything is real but the suppliers: store, SFTP, worker and web process as in an installation.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.desk import Desk, pass_desk
from hub.cli.shown import Failure, Shown, as_json
from hub.cli.words import line

if TYPE_CHECKING:
    from datetime import datetime

    from rich.table import Table

    from hub.flow.parts import Parts
    from hub.lab.board import Board, Progress
    from hub.lab.orders import Play

HOST = "127.0.0.1"
TICK_SECONDS = 0.3  # one order is placed in each, until all are
WEB_SECONDS = 30.0
MOST_SECONDS = 180.0  # by then every order has ended, or something is wrong
KEYS_FILE = "api-keys.json"
LOG_FILE = "demo.log"
COLUMNS = ("ORDER", "BRAND", "PARTNERS", "850 SENT", "997", "855", "856", "PARCELS", "STATUS")
WIDTHS = (6, 7, 12, 8, 4, 4, 3, 7, 0)
EPILOG = """\
hub demo                               watch, then try the commands it prints
hub demo --reset                       begin anew
hub demo --exit-when-done --json       for programs"""


@click.command(cls=Shown, epilog=EPILOG)
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".demo"),
    show_default=True,
    help="Where everything of the demo lies.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True,
              help="Port of the web process; another one when it is taken.")  # fmt: skip
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.option("--exit-when-done", is_flag=True, help="End when every order has ended as intended.")
@click.option("--reset", is_flag=True, help="Empty the demo's directory first.")
@as_json
@pass_desk
def demo(
    desk: Desk,
    folder: Path,
    port: int,
    no_open: bool,
    exit_when_done: bool,
    reset: bool,
    as_json: bool,
) -> None:
    """Watch twenty orders of two brands go to two simulated suppliers and come back shipped.

    Keeps running afterwards, so that you can try the commands it prints; Ctrl-C ends it.
    """
    from hub.lab.stage import Unfit, claimed

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    with ExitStack() as stack:
        try:
            stack.enter_context(claimed(folder.absolute(), reset=reset))
        except Unfit as fault:
            raise Failure(str(fault)) from fault
        show = Show(desk, folder, port=_port(port), quiet=as_json)
        stack.enter_context(show.open())
        if not no_open and sys.stdout.isatty():
            click.launch(f"{show.url}/v1/openapi.json")
        board = show.play(until=began + MOST_SECONDS)
        missing = board.missing()
        show.tell(board, seconds=time.monotonic() - began, as_json=as_json)
        if not exit_when_done:
            _rest()
        elif missing:
            raise Failure("the demo did not end as intended:\n  " + "\n  ".join(missing))


class Show:
    """One run of the demo: what is opened for it, what is played and what is told."""

    def __init__(self, desk: Desk, folder: Path, *, port: int, quiet: bool) -> None:
        from hub.lab.orders import plays
        from hub.lab.stage import PAGES

        self._desk = desk
        self._folder = folder
        self._quiet = quiet
        self._plays = plays()
        self.url = f"http://{HOST}:{port}"
        home = folder.absolute()
        # The demo is the same everywhere: settings of an installation beside it do not count.
        others = {k: v for k, v in desk.environment.items() if not k.startswith("HUB_")}
        self._own = {"HUB_DATA_DIR": str(home), "HUB_PARTNER_CONFIGS": str(home / PAGES)}
        self._environment = {**others, **self._own, "HUB_HOST": HOST, "HUB_PORT": str(port)}

    # --- opening --------------------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[None]:
        """Open suppliers, store, web process and worker; everything is closed again at the end."""
        from hub import main
        from hub.lab.stage import Stage
        from hub.lab.terms import Pace
        from hub.schedule import Worker

        with ExitStack() as stack:
            self._log()
            self._stage = Stage(self._folder.absolute(), clock=_now, pace=Pace())
            stack.callback(self._stage.stop)
            self._stage.start()
            self._parts = main.build(self._environment, migrate=True)
            stack.callback(self._parts.store.close)
            self._stock()
            self._keys = self._api_keys()
            stack.enter_context(self._web())
            # Only one demo holds the directory: after a crash the next takes its lanes at once.
            worker = Worker(self._parts, owner="demo")
            stack.callback(worker.stop)
            worker.start()
            yield

    def _log(self) -> None:
        import logging

        (self._folder / LOG_FILE).touch(mode=0o600)
        form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
        logging.basicConfig(filename=self._folder / LOG_FILE, level=logging.INFO, format=form)
        for chatty in ("alembic", "apscheduler", "paramiko"):
            logging.getLogger(chatty).setLevel(logging.WARNING)

    def _stock(self) -> None:
        from hub.lab import catalog

        self._parts.store.write(lambda tx: tx.catalog.put(catalog.items(), catalog.offers()))

    def _api_keys(self) -> Mapping[str, str]:
        """One key for each brand, kept in the demo's directory so that later runs print it too."""
        import json

        path = self._folder / KEYS_FILE
        if not path.exists():
            keys = {brand: self._api_key(brand) for brand in self._parts.brands}
            path.touch(mode=0o600)
            path.write_text(json.dumps(keys, indent=1))
        kept: dict[str, str] = json.loads(path.read_text())
        return kept

    def _api_key(self, brand: str) -> str:
        import secrets

        from hub import access

        key_id, key, digest = access.new_key(secrets.token_bytes)
        at = self._parts.now()
        self._parts.store.write(
            lambda tx: tx.keys.add(
                key_id=key_id, brand=brand, label="demo", secret_hash=digest, at=at
            )
        )
        return key

    @contextmanager
    def _web(self) -> Iterator[None]:
        with (self._folder / LOG_FILE).open("ab") as log:
            web = subprocess.Popen(
                [sys.executable, "-m", "hub", "web", "--end-with", str(os.getpid())],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the demo, which then ends its child
            )
        try:
            self._until_web_answers(web)
            yield
        finally:
            web.terminate()
            web.wait()

    def _until_web_answers(self, web: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + WEB_SECONDS
        while not _answers(self.url):
            if web.poll() is not None or time.monotonic() > until:
                raise Failure(
                    f"the web process does not answer at {self.url}",
                    then=f"tail {self._folder / LOG_FILE}",
                )
            time.sleep(0.1)

    # --- playing --------------------------------------------------------------------------------

    def play(self, *, until: float) -> "Board":
        """Place the orders one by one and show how they go, until all ended or time is over."""
        from hub.lab.board import look

        self._desk.say(f"The hub answers at {self.url} · suppliers at {self._suppliers()}")
        waiting = list(self._plays)
        with self._shown() as show:
            while True:
                while waiting and not _place(self._parts, waiting.pop(0)):
                    pass  # it was placed in an earlier run
                board = look(self._parts.store, self._plays)
                show(board)
                done = not waiting and self._stage.quiet() and not board.missing()
                if done or time.monotonic() > until:
                    return board
                time.sleep(TICK_SECONDS)

    def _suppliers(self) -> str:
        return ", ".join(self._stage.addresses().values())

    def _shown(self) -> "_Table | _Lines":
        on_terminal = sys.stdout.isatty() and not self._quiet
        return _Table(colour=self._desk.coloured()) if on_terminal else _Lines(self._desk)

    # --- telling --------------------------------------------------------------------------------

    def tell(self, board: "Board", *, seconds: float, as_json: bool) -> None:
        """Say how it ended and what to try now."""
        if as_json:
            self._desk.json(_summary(board, seconds))
            return
        desk = self._desk
        shipped = sum(one.status == "Shipped" for one in board.orders)
        desk.write()
        desk.write(
            f"{shipped} of {len(board.orders)} orders shipped in {seconds:.0f} s.", bold=True
        )
        for row in board.exceptions:
            desk.write(f"  exception {row.kind}: {line(row.text)}", colour="yellow")
            desk.write(f"    {line(row.next_step)}")
        for late in board.missing():
            desk.write(f"  not as intended: {late}", colour="red")
        desk.write()
        desk.write("Try, in another terminal:", bold=True)
        for command in self._commands(board):
            desk.write(f"  {command}")

    def _commands(self, board: "Board") -> list[str]:
        brand = self._plays[0].brand
        number = self._plays[0].order.number
        papers = [row.document_id for row in board.exceptions if row.document_id]
        status = f"{self.url}/v1/orders/{number}/status"
        settings = " ".join(f"{name}={value}" for name, value in self._own.items())
        return [
            f"export {settings}",
            f"hub orders show {number}",
            "hub doc list",
            *(f"hub doc why {paper}" for paper in papers[:1]),
            "hub exceptions",
            f"curl -H 'Authorization: Bearer {self._keys[brand]}' {status}",
            f"curl {self.url}/v1/openapi.json",
        ]


def _now() -> "datetime":
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _port(wanted: int) -> int:
    """The port wanted, or a free one when somebody else listens there."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise Failure("there is no free port on this machine")


def _answers(url: str) -> bool:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _place(parts: "Parts", play: "Play") -> bool:
    """Place one order as a storefront does; False when it was there and stays as it is."""
    from hub.domain.placing import content_hash
    from hub.flow.orders import Outcome, Posting, place

    verdict = place(
        parts,
        Posting(
            new=play.order,
            brand=play.brand,
            who="demo",
            body=content_hash(play.order),
            key="",  # the order's number and content tell that it was placed before
            render=lambda order: (201, order.number.encode()),
        ),
    )
    if verdict.outcome not in (Outcome.PLACED, Outcome.KNOWN):
        reasons = "; ".join(problem.text for problem in verdict.problems)
        raise Failure(
            f"order {play.order.number} was not placed: {verdict.outcome} {reasons}",
            then="hub demo --reset",
        )
    return verdict.outcome is Outcome.PLACED


def _rest() -> None:
    """Go on until somebody ends it: orders placed by hand are sent and answered too."""
    click.echo("\nThe demo goes on; Ctrl-C ends it.", err=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("ending …", err=True)


def _cells(one: "Progress") -> tuple[str, ...]:
    return (
        one.number,
        one.brand,
        ", ".join(one.partners) or "nobody",
        f"{one.sent}/{one.asked}",
        f"{one.receipted}/{one.asked}",
        f"{one.answered}/{one.asked}",
        str(one.notices),
        str(one.parcels),
        one.status,
    )


def _summary(board: "Board", seconds: float) -> dict[str, object]:
    orders = [
        {
            "number": one.number,
            "brand": one.brand,
            "status": one.status,
            "partners": list(one.partners),
            "parcels": one.parcels,
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
        "missing": board.missing(),
        "seconds": round(seconds, 1),
    }


class _Lines:
    """Off a terminal: a line to stderr for every order that got on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[tuple[str, str], tuple[str, ...]] = {}

    def __enter__(self) -> "_Lines":
        self._say(COLUMNS)
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, board: "Board") -> None:
        for one in board.orders:
            cells = _cells(one)
            if self._seen.get((one.brand, one.number)) != cells:
                self._seen[one.brand, one.number] = cells
                self._say(cells)

    def _say(self, cells: Sequence[str]) -> None:
        padded = (cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))
        self._desk.say("  ".join(padded).rstrip())


class _Table:
    """On a terminal: one table that is drawn anew."""

    def __init__(self, *, colour: bool) -> None:
        from rich.console import Console
        from rich.live import Live

        self._live = Live(
            console=Console(no_color=not colour, highlight=False), refresh_per_second=4
        )

    def __enter__(self) -> "_Table":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def __call__(self, board: "Board") -> None:
        self._live.update(_drawn(board))


def _drawn(board: "Board") -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(*COLUMNS, box=box.SIMPLE_HEAD, pad_edge=False)
    for one in board.orders:
        *cells, status = _cells(one)
        style = "green" if one.ended else "yellow" if status == "Delayed" else ""
        table.add_row(*(Text(line(cell)) for cell in cells), Text(status, style=style))
    stuck = len(board.exceptions)
    table.caption = f"{stuck} for a person to look at" if stuck else ""
    return table
