"""What the measurements share: a hub of their own in an empty folder, its processes, and a client.

Everything runs for real: `hub` commands in processes of their own, SQLite on the disk that
TMPDIR names, HTTP over loopback. Nothing of the caller's own hub is touched.
"""

import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
BRAND, PARTNER = "juniper", "acme"
PLENTY = 9_000_000
TICKS = os.sysconf("SC_CLK_TCK")

PAGE = """\
name: Acme Home Goods
kind: supplier
channels:
  - name: edi
    {wire}
    format: x12
    profile:
      version: "004010"
      usage: production
      ours:   {{qualifier: "12", id: "5550100200", group: "HUB"}}
      theirs: {{qualifier: "01", id: "123456789", group: "ACME"}}
      newline: true
    send: [850]
    receive: [855, 856, 846]
    maps:
      850: x12/004010/850
      855: x12/004010/855
      856: x12/004010/856
      846: x12/004010/846
    poll: 1s
calendar: {{zone: UTC, work_days: [mon, tue, wed, thu, fri, sat, sun]}}
products: [vendor, sku]
stock: {{level: {level}}}
"""
FOLDER = "transport: folder\n    settings: {{inbox: '{home}/out', outbox: '{home}/in'}}"
GOODS = """\
sku,title,partner,unit,units_per_pack,cost,currency,priority,id:vendor
JUN-MUG-BLUE,"Stoneware mug, blue",acme,EA,1,7.40,USD,1,AC-1001
JUN-SCARF-NAVY,"Lambswool scarf, navy",acme,EA,1,18.90,USD,1,AC-1002
"""


def quick() -> bool:
    """Whether the caller asked for a short run, which shows that it works and little more."""
    return "--quick" in sys.argv[1:]


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under headings, numbers to the right."""
    widths = [max(len(row[n]) for row in (headings, *rows)) for n in range(len(headings))]
    print(title)
    for row in (headings, *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  " + "  ".join(cells))


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def middle(values: Sequence[float]) -> str:
    """Show the median of rates."""
    return f"{median(values):,.0f}"


# --- a hub of its own ---------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Running:
    """One process of a hub; `port` is where it answers, 0 when it does not."""

    process: "subprocess.Popen[bytes]"
    log: Path
    port: int = 0

    def resident(self) -> float:
        """The most memory that the process ever held, in MB."""
        rows = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM:")) / 1024

    def seconds(self) -> float:
        """CPU seconds that the process itself has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@dataclass(slots=True, kw_only=True)
class Hub:
    """An empty hub: catalogue and key are in, nothing runs yet; `home` is Acme's folder."""

    folder: Path
    home: Path
    key: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "data" / "hub.db"

    def command(self, *words: str) -> bytes:
        """Run `hub WORDS` and return its output; it fails when that does."""
        ended = subprocess.run(
            [sys.executable, "-m", "hub", *words],
            env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        return ended.stdout

    @contextmanager
    def running(self, kind: str) -> Iterator[Running]:
        """Run `hub web`, `work` or `serve`; the port is known on entry."""
        with serving([sys.executable, "-m", "hub", kind], self) as process:
            if kind != "work":
                process.port = port_of(process)
            yield process


@contextmanager
def hub(
    *, wire: Callable[[Path], str] | None = None, level: str = "unlimited", goods: str = ""
) -> Iterator[Hub]:
    """Lend a hub whose Acme is behind a folder, or behind another `wire`.

    `level` says how Acme's stock is counted, `goods` are more rows of the catalogue.
    """
    folder = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    home = folder / "acme"
    for place in (folder / "partners", home / "in", home / "out"):
        place.mkdir(parents=True)
    spoken = FOLDER.format(home=home) if wire is None else wire(home)
    (folder / "partners" / f"{PARTNER}.yaml").write_text(PAGE.format(wire=spoken, level=level))
    (folder / "goods.csv").write_text(GOODS + goods)
    one = Hub(folder=folder, home=home)
    one.environment = environment_of(folder)
    try:
        one.command("catalog", "import", "goods.csv")
        one.key = json.loads(one.command("keys", "add", "--brand", BRAND, "--json"))["key"]
        yield one
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment_of(folder: Path) -> dict[str, str]:
    """Return the caller's environment with the settings of a hub in that folder alone."""
    return {name: value for name, value in os.environ.items() if name[:4] != "HUB_"} | {
        "HUB_DATA_DIR": str(folder / "data"),
        "HUB_PARTNER_CONFIGS": str(folder / "partners"),
        "HUB_PORT": "0",
        "HUB_KEY_READS": "1000000/1000000",  # counted, and never too often
        "HUB_KEY_WRITES": "1000000/1000000",
        "HUB_OPERATOR_PORT": "off",
        "HUB_LOG_FORMAT": "text",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def serving(command: Sequence[str], one: Hub) -> Iterator[Running]:
    """Run a command beside a hub and end it afterwards."""
    log = one.folder / f"log-{time.monotonic_ns()}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=one.environment, cwd=one.folder, stdout=out, stderr=out
        )
    try:
        yield Running(process=process, log=log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def port_of(one: Running) -> int:
    """The port that a web process says it listens on; RuntimeError when it ends before."""
    while one.process.poll() is None:
        for line in one.log.read_text().splitlines():
            if line.startswith("web: http://"):
                port = int(line.rpartition(":")[2])
                if _answers(port):
                    return port
        time.sleep(0.02)
    raise RuntimeError(f"{one.process.args} ended at once:\n{one.log.read_text()}")


def _answers(port: int) -> bool:
    try:
        with Line(port) as line:
            line.ask(b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n")
    except OSError:
        return False
    return True


# --- papers ----


def interchange(function: str, set_id: str, papers: Sequence[Sequence[str]], *, number: int) -> str:
    """Put papers of Acme's, without ST and SE, into one interchange to the hub."""
    parties = f"01*{'123456789':15}*12*{'5550100200':15}"
    rows = [
        f"ISA*00*{'':10}*00*{'':10}*{parties}*261120*1200*U*00401*{number:09d}*0*P*>",
        f"GS*{function}*ACME*HUB*20261120*1200*{number}*X*004010",
    ]
    for at, paper in enumerate(papers, start=1):
        rows += [f"ST*{set_id}*{at:06d}", *paper, f"SE*{len(paper) + 2}*{at:06d}"]
    rows += [f"GE*{len(papers)}*{number}", f"IEA*1*{number:09d}"]
    return "".join(f"{row}~\n" for row in rows)


def counts(levels: Sequence[tuple[str, int]], *, number: int) -> str:
    """Return an interchange with one whole stock report as of now; the mugs and scarves last."""
    counted = time.strftime("%Y%m%d*%H%M%S", time.gmtime())
    paper = [f"BIA*00*DD*R{number}*{counted}"]
    for article, quantity in (*levels, ("AC-1001", PLENTY), ("AC-1002", PLENTY)):
        paper += [f"LIN**VN*{article}", f"QTY*33*{quantity}*EA"]
    return interchange("IB", "846", [[*paper, f"CTT*{len(levels) + 2}"]], number=number)


# --- orders and requests ------------------------------------------------------------------------


def order(number: str) -> bytes:
    """Return a two-line order of a customer of its own, as JSON."""
    address = {
        "name": "Maya Lindqvist",
        "lines": ["12 Alder Lane"],
        "city": "Springfield",
        "region": "IL",
        "postal_code": "62701",
        "country": "US",
        "phone": "217-555-0134",
    }
    first = {
        "sku": "JUN-MUG-BLUE",
        "description": "Stoneware mug, blue",
        "quantity": 2,
        "unit_price": 1850,
        "tax": 231,
    }
    second = {
        "sku": "JUN-SCARF-NAVY",
        "description": "Lambswool scarf, navy",
        "quantity": 1,
        "unit_price": 4200,
        "discount": 200,
        "tax": 250,
    }
    group = {"number": "1", "ship_to": address, "method": "ground", "lines": [first, second]}
    whole = {
        "number": number,
        "channel": "web",
        "currency": "USD",
        "customer": {"name": "Maya Lindqvist", "email": f"{number.lower()}@example.com"},
        "ship_groups": [group],
        "shipping": 595,
        "total": 2 * 1850 + 231 + 4200 - 200 + 250 + 595,
    }
    return json.dumps(whole).encode()


def posting(key: str, number: str) -> bytes:
    """Return the whole request that posts such an order."""
    body = order(number)
    head = (
        f"POST /v1/orders HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {key}\r\n"
        f"Idempotency-Key: {number}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def asking(key: str, path: str) -> bytes:
    """Return the whole request that reads a path."""
    return f"GET {path} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


def whole(received: bytes) -> int:
    """Return the length of the first whole response, 0 when none is there."""
    head = received.find(b"\r\n\r\n")
    if head < 0:
        return 0
    lengths = [
        int(line.partition(b":")[2])
        for line in received[:head].split(b"\r\n")
        if line[:15].lower() == b"content-length:"
    ]
    end = head + 4 + (lengths[0] if lengths else 0)
    return end if len(received) >= end else 0


class Line:
    """One kept connection; one request at a time."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Return status, head and body of the answer."""
        self._socket.sendall(request)
        received = b""
        while not whole(received):
            block = self._socket.recv(1 << 16)
            if not block:
                raise ConnectionError("the server closed the connection")
            received += block
        head, _, body = received.partition(b"\r\n\r\n")
        return int(head[9:12]), head, body

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# --- the client process -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a client saw: the wall seconds of all requests and the seconds of each."""

    seconds: float
    each: list[float]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.each) / self.seconds


def drive(port: int, requests: Sequence[bytes], connections: int, expected: int) -> Run:
    """Send all requests over that many kept connections, one at a time on each.

    It runs in the client's process. RuntimeError for an answer with another status.
    """
    waiting = iter(requests)
    each: list[float] = []
    selector = selectors.EpollSelector()
    begin = time.perf_counter()
    for request in (next(waiting, b"") for _ in range(min(connections, len(requests)))):
        line = socket.create_connection(("127.0.0.1", port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(request)
        selector.register(line, selectors.EVENT_READ, [time.perf_counter(), b""])
    while len(each) < len(requests):
        for ready, _ in selector.select():
            sent, state = ready.fileobj, ready.data
            assert isinstance(sent, socket.socket)
            state[1] += sent.recv(1 << 16)
            if not whole(state[1]):
                continue
            if int(state[1][9:12]) != expected:
                raise RuntimeError(state[1].decode(errors="replace"))
            now = time.perf_counter()
            each.append(now - state[0])
            state[:] = [now, b""]
            if request := next(waiting, b""):
                sent.sendall(request)
    seconds = time.perf_counter() - begin
    for ready in list(selector.get_map().values()):
        selector.unregister(ready.fileobj)
        assert isinstance(ready.fileobj, socket.socket)
        ready.fileobj.close()
    return Run(seconds=seconds, each=each)


@contextmanager
def client() -> Iterator[Callable[[int, Sequence[bytes], int, int], Run]]:
    """Lend `drive` in a process of its own, warm."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(int, 0).result()
        yield lambda port, requests, connections, expected: pool.submit(
            drive, port, requests, connections, expected
        ).result()
