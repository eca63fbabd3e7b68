"""The demo's directory: keys, partner pages, and the servers and suppliers that live in it."""

import fcntl
import json
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from string import Template

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from hub.lab.catalog import shelf
from hub.lab.desk import Firm
from hub.lab.firms import FIRMS, RETAILER
from hub.lab.sftp_server import SftpServer
from hub.lab.supplier import X12Supplier
from hub.lab.terms import Pace

MARKER = "made-by-hub-demo"
PAGES = "partner_configs"
USER = "juniper-group"
STEP_SECONDS = 0.1
COLLECTED_AFTER = timedelta(hours=12)

_PAGE = Template("""\
# $name, a simulated supplier of the demo. Written anew at every start: the port changes.
name: $name
kind: supplier
channels:
  - name: edi
    transport: sftp
    settings:
      host: 127.0.0.1
      port: $port
      user: $user
      host_key: $host_key
      key_file: $key_file
      outbox: /in
      inbox: /out
      archive: /out/taken
      pattern: "*.edi"
    format: x12
    profile:
      version: "004010"
      usage: production
      ours:   {qualifier: "$our_qualifier", id: "$our_id", group: "$our_group"}
      theirs: {qualifier: "$qualifier", id: "$id", group: "$group"}
      delimiters: {element: "*", component: ">", segment: "~"}
      newline: true
      in_data: replace
      replacement: " "
    send: [850, 860]
    receive: [855, 856, 865, 870, 846, 810, 824, 214]
    maps:
      850: x12/004010/850
      855: x12/004010/855
      856: x12/004010/856
      860: x12/004010/860
      865: x12/004010/865
      870: x12/004010/870
      846: x12/004010/846
      810: x12/004010/810
      824: x12/004010/824
      214: x12/004010/214
    poll: 1s
$cutoff
limits: {receipt: 1h, response: 4h, ship: 48h, change: $change}
calendar:
  zone: UTC
  work_days: [mon, tue, wed, thu, fri, sat, sun]
sourcing: {priority: $priority}
stock: {level: reports}
transit: {ground: 4, next_day: 1, second_day: 2, other: 5}
changes: {silence: decline}
products: [vendor, gtin, sku]
""")


class Unfit(ValueError):
    """The directory cannot be the demo's: it holds other things, or a demo runs in it."""


@contextmanager
def claimed(folder: Path, *, reset: bool) -> Iterator[None]:
    """Make the demo's directory and hold it alone; with `reset` it is emptied first.

    Raises Unfit and touches nothing when the demo did not make it or another one runs in it.
    """
    mark = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not mark.is_file():
        raise Unfit(f"{folder} is not empty and was not made by the demo; name another with --dir")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with mark.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unfit(f"a demo runs in {folder} already; end it first") from None
        if reset:
            _empty(folder, but=mark)
        for below in ("keys", PAGES, "partners"):
            (folder / below).mkdir(mode=0o700, exist_ok=True)
        yield


def _empty(folder: Path, *, but: Path) -> None:
    for entry in folder.iterdir():
        if entry == but:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


class Stage:
    """The simulated suppliers of one demo directory, each behind an SFTP server of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime],
        pace: Pace,
        firms: Sequence[Firm] = FIRMS,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self.suppliers = [
            X12Supplier(self._home(firm), firm=firm, customer=RETAILER, clock=clock, pace=pace)
            for firm in firms
        ]
        self._servers = [self._server(firm) for firm in firms]
        self._stopping = threading.Event()
        self._restocking = threading.Event()
        self._acting = threading.Thread(target=self._act, name="simulated suppliers", daemon=True)

    def start(self) -> None:
        """Open the servers, write a partner page for each supplier and let them act."""
        for ordinal, (supplier, server) in enumerate(
            zip(self.suppliers, self._servers, strict=True), start=1
        ):
            server.start()
            page = self._page(supplier.firm, server, priority=10 * ordinal)
            (self._folder / PAGES / f"{supplier.firm.key}.yaml").write_text(page)
            supplier.open(shelf(supplier.firm.key))
        self._acting.start()

    def stop(self) -> None:
        """End the acting, then the servers."""
        self._stopping.set()
        if self._acting.ident is not None:
            self._acting.join()
        for server in self._servers:
            server.stop()

    def restock(self) -> None:
        """Let the suppliers' goods come in that they wait for; a second time nothing comes."""
        self._restocking.set()

    def quiet(self) -> bool:
        """Return whether no supplier owes a paper, and all that were written were taken."""
        return not any(supplier.owes() or supplier.untaken() for supplier in self.suppliers)

    def addresses(self) -> dict[str, str]:
        """Return where each supplier's files can be looked at."""
        pairs = zip(self.suppliers, self._servers, strict=True)
        return {
            supplier.firm.key: f"sftp://{USER}@{server.host}:{server.port}"
            for supplier, server in pairs
        }

    def _act(self) -> None:
        while not self._stopping.wait(STEP_SECONDS):
            for supplier in self.suppliers:
                if self._restocking.is_set():
                    supplier.restock()
                supplier.step()

    def _home(self, firm: Firm) -> Path:
        return self._folder / "partners" / firm.key

    def _server(self, firm: Firm) -> SftpServer:
        keys = self._folder / "keys"
        (self._home(firm) / "out" / "taken").mkdir(exist_ok=True)
        return SftpServer(
            self._home(firm),
            user=USER,
            authorized_key=public_line(keys / firm.key),
            host_key_path=keys / f"{firm.key}-server",
        )

    def _page(self, firm: Firm, server: SftpServer, *, priority: int) -> str:
        key_file = (self._folder / "keys" / firm.key).absolute()
        collected = self._clock() + COLLECTED_AFTER
        return _PAGE.substitute(
            name=firm.name,
            port=server.port,
            user=USER,
            host_key=server.host_key_line,
            key_file=json.dumps(f"file:{key_file}"),
            our_qualifier=RETAILER.qualifier,
            our_id=RETAILER.id,
            our_group=RETAILER.group,
            qualifier=firm.company.qualifier,
            id=firm.company.id,
            group=firm.company.group,
            priority=priority,
            change=firm.change_limit,
            cutoff=f'    cutoff: ["{collected:%H:%M}"]' if firm.collects else "",
        )


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
