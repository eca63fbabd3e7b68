"""`hub demo`: forty orders of two brands, by simulated partners, and their customers' pages.

Everything is real but partners, carriers and mailboxes: store, wires, worker and web process as in
an installation.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from hub.cli.demo_views import Lines, LiveTable, summary
from hub.cli.desk import Desk, pass_desk
from hub.cli.shown import Failure, Shown, as_json
from hub.cli.words import line

if TYPE_CHECKING:
    from datetime import datetime

    from hub.flow.parts import Parts
    from hub.lab.board import Board
    from hub.lab.plays import Play

HOST = "127.0.0.1"
REST_SECONDS = 1.0
TICK_SECONDS = 0.3
AT_A_TICK = 2  # orders placed
WEB_SECONDS = 30.0
MOST_SECONDS = 180.0  # by then every order has ended, or something is wrong
KEYS_FILE = "api-keys.json"
LOG_FILE = "demo.log"
MAILS = "mails"
WHO = "demo"
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
    """Watch forty orders of two brands go to ten simulated partners and on to their customers.

    Four suppliers speak X12, one XML of its own, one UBL, one cXML, one JSON over REST, one
    works at the portal by hand, and a warehouse ships what the brands own.

    Some are split, late, refused, cancelled in time or too late; what each customer sees of it is
    a page of the brand.

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
        board = show.play(until=began + MOST_SECONDS, browse=not no_open and sys.stdout.isatty())
        missing = board.missing()
        show.tell(board, seconds=time.monotonic() - began, as_json=as_json)
        if not exit_when_done:
            show.rest()
        elif missing or show.fell:
            reasons = "\n  ".join([*missing, *show.fell])
            raise Failure(f"the demo did not end as intended:\n  {reasons}")


class Show:
    """One run of the demo: what is opened for it, what is played and what is told.

    `fell` says of each simulated partner that met a fault what became of it.
    """

    def __init__(self, desk: Desk, folder: Path, *, port: int, quiet: bool) -> None:
        from hub.lab.plays import plays
        from hub.lab.stage import PAGES

        self._desk = desk
        self._folder = folder
        self._quiet = quiet
        self._plays = plays()
        self._port = port
        self.fell: list[str] = []
        self.url = f"http://{HOST}:{port}"
        home = folder.absolute()
        # The demo is the same everywhere: settings of an installation beside it do not count.
        others = {k: v for k, v in desk.environment.items() if not k.startswith("HUB_")}
        self._own = {
            "HUB_DATA_DIR": str(home),
            "HUB_PARTNER_CONFIGS": str(home / PAGES),
            "HUB_PUBLIC_URL": f"http://{{host}}:{port}",
        }
        self._environment = {
            **others,
            **self._own,
            "HUB_HOST": HOST,
            "HUB_PORT": str(port),
            "HUB_OPERATOR_PORT": "off",
        }

    # --- opening --------------------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[None]:
        """Open partners, store, web process and worker; everything is closed again at the end."""
        from hub import main
        from hub.lab.doors import NetDoor
        from hub.lab.mail_sink import MailSink
        from hub.lab.stage import Stage
        from hub.lab.storefront import Door, Storefronts
        from hub.lab.terms import Pace
        from hub.schedule import Worker

        with ExitStack() as stack:
            self._log()
            sink = MailSink(self._folder.absolute() / MAILS)
            stack.callback(sink.stop)
            sink.start()
            self._environment["HUB_SMTP_URL"] = f"smtp://{HOST}:{sink.port}"
            self._stage = Stage(self._folder.absolute(), clock=_now, pace=Pace())
            stack.callback(self._stage.stop)
            self._stage.start()
            self._parts = main.build_to_run(self._environment, migrate=True)
            stack.callback(self._parts.store.close)
            self._stock()
            self._keys = self._api_keys()
            door = Door(host=HOST, port=self._port, keys=self._keys)
            self._storefronts = Storefronts(door, self._plays, clock=_now)
            stack.enter_context(self._web())
            self._stage.leave_to_people(self._is_for_people())
            self._stage.connect(NetDoor(HOST, self._port), self._keys)
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
        """One key for each brand and partner that asks for work; invitations for the portal.

        Kept in the demo's directory, so that later runs print them too.
        """
        import json

        from hub.cli.lab_hub import api_key, invitation

        path = self._folder / KEYS_FILE
        if not path.exists():
            keys = {brand: api_key(self._parts, brand=brand) for brand in self._parts.brands}
            for partner in self._stage.callers:
                keys[partner] = api_key(self._parts, partner=partner)
            for partner in self._stage.guests:
                keys[partner] = invitation(self._parts, partner)
            path.touch(mode=0o600)
            path.write_text(json.dumps(keys, indent=1))
        kept: dict[str, str] = json.loads(path.read_text())
        return kept

    def _is_for_people(self) -> Callable[[str, str], bool]:
        """Orders by hand are those people's who were invited; the demo's own never are."""
        from functools import partial

        from hub.cli.lab_hub import is_for_people

        played = frozenset((play.brand, play.order.number) for play in self._plays)
        return partial(is_for_people, self._parts, played=played)

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

    def play(self, *, until: float, browse: bool) -> "Board":
        """Place the orders and show how they go, until all ended or time is over.

        With `browse` the customer's page of one opens when it is worth a look.
        """
        from hub.lab.board import look

        self._desk.say(f"The hub answers at {self.url} · partners at {self._suppliers()}")
        self._until_counted(until)
        waiting = list(self._plays)
        with self._shown() as show:
            while True:
                for _ in range(AT_A_TICK):
                    self._place_next(waiting)
                if not waiting:
                    self._stage.restock()
                self.fell += self._stage.check()
                board = look(self._parts.store, self._plays, now=_now())
                show(board)
                self._storefronts.step(board)
                done = not waiting and self._stage.quiet() and self._storefronts.quiet()
                if (done and not board.missing()) or time.monotonic() > until:
                    break
                time.sleep(TICK_SECONDS)
        self._pages = self._linked()
        if browse:
            click.launch(self._pages[0]["url"])
        return board

    def rest(self) -> None:
        """Go on until somebody ends it: orders placed by hand are sent and answered too.

        Those for a partner that somebody was invited to wait for that person.
        """
        click.echo("\nThe demo goes on; Ctrl-C ends it.", err=True)
        try:
            while True:
                for text in self._stage.check():
                    self._desk.say(f"{text}\nSee {self._folder / LOG_FILE}.")
                time.sleep(REST_SECONDS)
        except KeyboardInterrupt:
            click.echo("ending …", err=True)

    def _place_next(self, waiting: "list[Play]") -> None:
        """Place an order; those that were placed in an earlier run are passed over."""
        while waiting:
            play = waiting.pop(0)
            if _place(self._parts, play):
                self._storefronts.placed(play)
                return

    def _until_counted(self, until: float) -> None:
        """Nothing can be sold before every supplier has told what it has."""
        firms = [supplier.firm for supplier in self._stage.suppliers]
        wanted = {firm.key for firm in firms if firm.counts}
        while True:
            self.fell += self._stage.check()
            wanted -= self._stage.fallen.keys()
            with self._parts.store.read() as tx:
                counted = {source.partner for source in tx.stock.sources()}
            if wanted <= counted:
                return
            if time.monotonic() > until:
                raise Failure(
                    f"{', '.join(sorted(wanted - counted))} did not tell what it has",
                    then=f"tail {self._folder / LOG_FILE}",
                )
            time.sleep(0.1)

    def _linked(self) -> list[dict[str, str]]:
        """Links to the customers' pages that are worth a look, the most interesting first."""
        from hub.flow.visiting import make_link
        from hub.lab.plays import OPENED

        shown = [play for play in self._plays if play.shown]
        shown.sort(key=lambda play: play.order.number != OPENED)
        return [
            {
                "order": play.order.number,
                "brand": play.brand,
                "why": play.shown,
                "url": make_link(
                    self._parts, brand=play.brand, number=play.order.number, who=WHO
                ).url,
            }
            for play in shown
        ]

    def _suppliers(self) -> str:
        return ", ".join(self._stage.addresses().values())

    def _shown(self) -> LiveTable | Lines:
        on_terminal = sys.stdout.isatty() and not self._quiet
        return LiveTable(colour=self._desk.coloured()) if on_terminal else Lines(self._desk)

    # --- telling --------------------------------------------------------------------------------

    def tell(self, board: "Board", *, seconds: float, as_json: bool) -> None:
        """Say how it ended and what to try now."""
        if as_json:
            self._desk.json(summary(board, self._pages, seconds=seconds))
            return
        desk = self._desk
        words = Counter(one.status for one in board.orders)
        desk.write()
        desk.write(f"{len(board.orders)} orders in {seconds:.0f} s:", bold=True)
        desk.write("  " + ", ".join(f"{count} {word}" for word, count in words.most_common()))
        for row in board.exceptions:
            desk.write(f"  exception {row.kind}: {line(row.text)}", colour="yellow")
            desk.write(f"    {line(row.next_step)}")
        for late in board.missing():
            desk.write(f"  not as intended: {late}", colour="red")
        for text in self.fell:
            desk.write(f"  {text}", colour="red")
        desk.write()
        desk.write("What customers see:", bold=True)
        for page in self._pages:
            desk.write(f"  {page['url']}")
            desk.write(f"    {page['order']}: {page['why']}")
        for line_ in self._finding():
            desk.write(f"  {line_}")
        desk.write()
        desk.write("Try, in another terminal:", bold=True)
        for command in self._commands(board):
            desk.write(f"  {command}")
        desk.write()
        for line_ in self._people():
            desk.write(line_)

    def _finding(self) -> list[str]:
        """How to find an order as its customer does."""
        number = self._pages[0]["order"]
        play = next(play for play in self._plays if play.order.number == number)
        email, mails = play.order.customer.email, self._folder / MAILS
        return [
            f"{self._parts.address(play.brand, '/')}",
            f"  find {number} with {email}; the code is mailed to {mails}",
        ]

    def _people(self) -> list[str]:
        """What becomes of the simulated people once real ones are there."""
        portal = f"http://{self._parts.portal_hosts[0]}:{self._port}/"
        return [
            f"{self._parts.partners.get(guest).name} answers by itself until you invite somebody "
            f"to it as above:\n  from then on new orders wait for that person, at {portal}"
            for guest in self._stage.guests
        ]

    def _commands(self, board: "Board") -> list[str]:
        number, brand = self._pages[0]["order"], self._pages[0]["brand"]
        papers = [row.document_id for row in board.exceptions if row.document_id]
        status = f"{self.url}/v1/orders/{number}/status"
        settings = " ".join(f"{name}={quote(value)}" for name, value in self._own.items())
        return [
            f"export {settings}",
            f"hub orders show {number}",
            "hub stock list",
            "hub doc list",
            *(f"hub doc why {paper}" for paper in papers[:1]),
            "hub exceptions",
            "hub users invite you@example.com --role operator --print-link",
            "hub users invite ana@example.com --role supplier_admin --partner corner --print-link",
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
    from dataclasses import replace

    from hub.domain.placing import content_hash
    from hub.flow.orders import Outcome, Posting, place

    verdict = place(
        replace(parts, now=lambda: parts.now() - play.ago),
        Posting(
            new=play.order,
            brand=play.brand,
            who=WHO,
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
