"""Status polls beside a bare Starlette hello, idle and while a worker reads a large X12 file.

`wrk` (one thread, 32 kept connections) asks for the status of 1,000 orders at random, without and
with If-None-Match, and for what changed after a cursor, when nothing did and when 100 orders did;
then for a hello on the same server with the same settings. Busy: `hub work`
takes in one interchange of 855s meanwhile. The ratio is ours over the hello in the same state.

Run `python bench/polls.py [--quick]`; needs Debian's `wrk`.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import _rig as rig

ORDERS = 1000
CONNECTIONS = 32
RUNS = 5
GOAL = 0.5
BUSY_SHARE = 0.2  # of the wall time that the worker must have computed for a run to count as busy

SCRIPT = """\
local requests = {{}}
local path = "{requests}"
local file = assert(io.open(path, "rb"))
for request in file:read("*a"):gmatch("(.-)%z") do requests[#requests + 1] = request end
math.randomseed(7)
request = function() return requests[math.random(#requests)] end
done = function(summary, latency)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.timeout
  io.write(string.format('{{"seconds": %f, "count": %d, "p99": %f, "bad": %d}}\\n',
    summary.duration / 1e6, summary.requests, latency:percentile(99) / 1e3, bad))
end
"""

Figure = tuple[float, float]  # requests a second, p99 in ms


class Poller:
    """Sends one set of requests to one server, again and again."""

    def __init__(self, folder: Path, name: str, port: int, requests: Sequence[bytes]) -> None:
        self.name, self._port = name, port
        self.figures: list[Figure] = []
        kept = folder / f"{name}.requests"
        kept.write_bytes(b"".join(request + b"\0" for request in requests))
        self._script = folder / f"{name}.lua"
        self._script.write_text(SCRIPT.format(requests=kept))

    def run(self, seconds: int) -> Figure:
        """Ask for so long and return rate and p99; RuntimeError for errors."""
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(self._script)]
        command.append(f"http://127.0.0.1:{self._port}/")
        ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
        said = json.loads(ended.stdout.strip().splitlines()[-1])
        if said["bad"]:
            raise RuntimeError(f"{self.name}: {said['bad']} answers were errors")
        return said["count"] / said["seconds"], said["p99"]


def answers(megabytes: float) -> str:
    """Return one interchange of ours with that much of 855s for unknown POs."""
    papers: list[list[str]] = []
    size = 0
    while size < megabytes * 1e6:
        paper = [f"BAK*00*AD*OLD-{len(papers):07d}*20261120"]
        for line in range(1, 41):
            paper += [f"PO1*{line}*2*EA*4**VN*AC-{line:04d}", "ACK*IA*2*EA"]
        papers.append([*paper, "CTT*40"])
        size += sum(len(row) + 2 for row in paper)
    return rig.interchange("PR", "855", papers, number=1)


@contextmanager
def reading(one: rig.Hub, megabytes: float) -> Iterator[rig.Running]:
    """Have a worker take in a large file for as long as the block lasts."""
    hidden = one.home / "out" / ".answers.edi"
    hidden.write_text(answers(megabytes))
    with one.running("work") as worker:
        hidden.rename(hidden.with_name("answers.edi"))
        while any((one.home / "out").iterdir()):  # taken in, so it is being read now
            if worker.process.poll() is not None:
                raise RuntimeError(worker.log.read_text())
        yield worker


def place(one: rig.Hub, port: int) -> tuple[list[bytes], list[bytes]]:
    """Place the orders and return plain and conditional requests for them."""
    numbers = [f"J-{n:05d}" for n in range(ORDERS)]
    with rig.client() as send:
        send(port, [rig.posting(one.key, number) for number in numbers], 32, 201)
    plain = [rig.asking(one.key, f"/v1/orders/{number}/status") for number in numbers]
    known = []
    with rig.Line(port) as line:
        for request in plain:
            _, head, _ = line.ask(request)
            tag = next(row for row in head.split(b"\r\n") if row[:5].lower() == b"etag:")[5:]
            known.append(request[:-2] + b"If-None-Match:" + tag + b"\r\n\r\n")
        status, _, _ = line.ask(known[0])
    if status != 304:
        raise RuntimeError(f"a poll with the ETag was answered with {status}")
    return plain, known


def pages(one: rig.Hub, port: int) -> tuple[list[bytes], list[bytes]]:
    """Return what asks for statuses after the last, and for 100 of them."""
    one.command("work", "--until-idle")  # seals; the cursor counts what is sealed
    cursors = [0]
    with rig.Line(port) as line:
        while True:
            _, _, body = line.ask(rig.asking(one.key, f"/v1/statuses?after={cursors[-1]}"))
            found = json.loads(body)
            if not found["statuses"]:
                break
            cursors.append(int(found["next"]))
    if len(cursors) < ORDERS // 100:
        raise RuntimeError(f"the statuses came in {len(cursors)} pages")
    asked = [rig.asking(one.key, f"/v1/statuses?after={cursor}") for cursor in cursors]
    return asked[-1:], asked[: ORDERS // 100]


def measured(pollers: Sequence[Poller], runs: int, seconds: int) -> list[list[Figure]]:
    """Let the pollers take turns and return the figures of each."""
    return [
        list(column)
        for column in zip(
            *([poller.run(seconds) for poller in pollers] for _ in range(runs)), strict=True
        )
    ]


def rows(state: str, names: Sequence[str], figures: list[list[Figure]]) -> list[tuple[str, ...]]:
    """Put medians and ratios to the first poller into words."""
    base = figures[0]
    found = []
    for name, own in zip(names, figures, strict=True):
        ratio = median(a / b for (a, _), (b, _) in zip(own, base, strict=True))
        rate, late = (median(column) for column in zip(*own, strict=True))
        slower = median(a / b for (_, a), (_, b) in zip(own, base, strict=True))
        found.append(
            (name, state, f"{rate:,.0f}", f"{ratio:.2f}", f"{late:.1f} ms", f"{slower:.1f}")
        )
    return found  # fmt: skip


def main() -> None:
    """Measure idle, then busy, and print both."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing. Type:  sudo apt-get install -y wrk")
    seconds, runs, megabytes = (1, 2, 5) if rig.quick() else (2, RUNS, 20)
    hello = [sys.executable, str(Path(__file__).with_name("_hello.py"))]
    with rig.hub() as one, one.running("web") as web, rig.serving(hello, one) as floor:
        plain, known = place(one, web.port)
        nothing, hundred = pages(one, web.port)
        greet = [b"GET /hello HTTP/1.1\r\nHost: hub\r\n\r\n"]
        pollers = [
            Poller(one.folder, "hello", rig.port_of(floor), greet),
            Poller(one.folder, "status", web.port, plain),
            Poller(one.folder, "status-304", web.port, known),
            Poller(one.folder, "statuses-none", web.port, nothing),
            Poller(one.folder, "statuses-100", web.port, hundred),
        ]
        measured(pollers, 1, 1)
        idle = measured(pollers, runs, seconds)
        with reading(one, megabytes) as worker:
            used = worker.seconds()
            busy = measured(pollers, runs, seconds)
            used = (worker.seconds() - used) / (runs * seconds * len(pollers))
    if used < BUSY_SHARE:
        raise RuntimeError(
            f"the worker computed only {used:.0%} of the time; give it a larger file"
        )
    names = (
        "Starlette hello",
        "GET status",
        "GET status, 304",
        *(f"GET statuses, {which}" for which in ("none new", "100 of them")),
    )
    rig.table(
        f"{ORDERS} orders, {runs} runs of {seconds} s in turn, medians; goal {GOAL}",
        ("", "", "requests/s", "ratio", "p99", "ratio"),
        [*rows("idle", names, idle), *rows("busy", names, busy)],
    )
    print(f"  busy: a worker reads {megabytes} MB of 855s and computes {used:.0%} of the time")


if __name__ == "__main__":
    main()
