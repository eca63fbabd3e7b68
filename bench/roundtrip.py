"""How long an order takes to the supplier's server, and a ship notice to the order's status.

`hub serve` (web and worker process) on SQLite, Acme on a real OpenSSH server on loopback, polled
every second. Out: from sending `POST /v1/orders` to a complete 850 under its final name, seen by
looking into the folder every 5 ms. In: from the ship notice's final name to a status document with
another ETag, asked for every 5 ms. Floor: the same bytes put and renamed over an open SFTP session,
and the wait that polling once a second costs by itself.

Run `python bench/roundtrip.py [--quick]`; needs Debian's `openssh-server`.
"""

import json
import re
import shutil
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import _rig as rig
import paramiko

LOOK_EVERY = 0.005
BETWEEN = 0.1  # seconds from one order, or notice, to the next
LIMIT = 120.0
GOAL = 3.0

_WANTED = re.compile(r"BEG\*\w+\*\w+\*([^*~]+)\*")


@dataclass(slots=True)
class Race:
    """When each thing was sent, and how long it took to be seen at the other end."""

    sent: dict[str, float] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)

    def seen(self, name: str) -> None:
        """Stop the watch of one thing at its first sight."""
        if name in self.sent and name not in self.took:
            self.took[name] = time.perf_counter() - self.sent[name]

    @property
    def waiting(self) -> list[str]:
        """What was sent and not yet seen."""
        return [name for name in self.sent if name not in self.took]


@contextmanager
def server() -> Iterator[Any]:
    """Lend an OpenSSH server, the one that the tests use."""
    sys.path.insert(0, str(rig.ROOT))
    # The tests' fixture is the same function and lives in their run; here it has none.
    door = import_module("tests.rigs.sshd")._new_sshd()  # noqa: SLF001
    try:
        door.sweep()
        yield door
    finally:
        door.stop()
        shutil.rmtree(door.root.parent)


def wire(door: Any) -> str:
    """Write Acme's wire as its page names it."""
    return (
        "transport: sftp\n"
        f"    settings: {{host: {door.host}, port: {door.port}, user: {door.user}, "
        f"host_key: {door.host_key}, key_file: 'file:{door.key_path}', "
        f"inbox: {door.remote('/out')}, outbox: {door.remote('/in')}}}"
    )


def outward(one: rig.Hub, port: int, folder: Path, count: int) -> Race:
    """Post orders one by one and watch for their 850s."""
    race = Race()
    read: set[str] = set()
    begin = time.perf_counter()
    number = 0
    with rig.Line(port) as line:
        while number < count or race.waiting:
            now = time.perf_counter()
            if number < count and now >= begin + number * BETWEEN:
                name = f"J-{number:04d}"
                request = rig.posting(one.key, name)
                started = time.perf_counter()
                status, _, body = line.ask(request)
                if status != 201:
                    raise RuntimeError(body.decode())
                race.sent[_purchase_order(body)] = started
                number += 1
            _look(folder, read, race)
            _in_time(race, begin + count * BETWEEN)
            time.sleep(LOOK_EVERY)
    return race


def _purchase_order(body: bytes) -> str:
    lines = json.loads(body)["ship_groups"][0]["lines"]
    number: str = lines[0]["sourcing"]["asked"][0]["purchase_order"]
    return number


def _look(folder: Path, read: set[str], race: Race) -> None:
    """Note the orders of every new file; one with a final name must be complete."""
    for path in folder.iterdir():
        if path.name in read or not path.name.endswith(".edi"):
            continue
        text = path.read_text()
        if "IEA*" not in text:
            raise RuntimeError(f"{path.name} has its final name and is not complete")
        read.add(path.name)
        for number in _WANTED.findall(text):
            race.seen(number)


def _in_time(race: Race, begin: float) -> None:
    if time.perf_counter() > begin + LIMIT:
        raise RuntimeError(f"still waiting after {LIMIT:.0f} s: {race.waiting[:5]}")


def inward(one: rig.Hub, port: int, door: Any, orders: list[str]) -> Race:
    """Send a ship notice for each order and watch the statuses."""
    race = Race()
    begin = time.perf_counter()
    sent = 0
    with rig.Line(port) as line:
        asked = {
            number: rig.asking(one.key, f"/v1/orders/J-{n:04d}/status")
            for n, number in enumerate(orders)
        }
        tags = {number: _tag(line, request) for number, request in asked.items()}
        while sent < len(orders) or race.waiting:
            if sent < len(orders) and time.perf_counter() >= begin + sent * BETWEEN:
                _ship(door, orders[sent], sent + 1)
                race.sent[orders[sent]] = time.perf_counter()
                sent += 1
            for number in race.waiting:
                if _tag(line, asked[number]) != tags[number]:
                    race.seen(number)
            _in_time(race, begin + len(orders) * BETWEEN)
            time.sleep(LOOK_EVERY)
    return race


def _tag(line: rig.Line, request: bytes) -> bytes:
    status, head, _ = line.ask(request)
    if status != 200:
        raise RuntimeError(head.decode())
    return next(row for row in head.split(b"\r\n") if row[:5].lower() == b"etag:")


def _ship(door: Any, purchase_order: str, number: int) -> None:
    """Let a ship notice for a whole purchase order appear at Acme's door."""
    paper = [
        f"BSN*00*S{purchase_order}*20261120*1200*0001",
        "HL*1**S",
        "TD5**2*UPSN**UPS Ground",
        "DTM*011*20261120",
        "HL*2*1*O",
        f"PRF*{purchase_order}",
        "HL*3*2*P",
        f"MAN*CP*1Z999AA1{number:010d}",
        "HL*4*3*I",
        "LIN*1*VN*AC-1001",
        "SN1*1*2*EA",
        "HL*5*3*I",
        "LIN*2*VN*AC-1002",
        "SN1*2*1*EA",
        "CTT*5",
    ]
    hidden = door.root / "out" / f".{number:04d}.edi"
    hidden.write_text(rig.interchange("SH", "856", [paper], number=number))
    if door.chrooted:
        shutil.chown(hidden, user=door.user)
    hidden.rename(hidden.with_name(f"856-{number:04d}.edi"))


def bare_puts(door: Any, count: int) -> list[float]:
    """Put and rename as many 850s over one open session; seconds of each."""
    host = paramiko.SSHClient()
    host.get_host_keys().add(
        f"[{door.host}]:{door.port}",
        "ssh-ed25519",
        paramiko.PKey.from_type_string("ssh-ed25519", _bytes(door.host_key)),
    )
    host.connect(door.host, door.port, door.user, key_filename=str(door.key_path))
    body = next((door.root / "in").glob("*.edi")).read_bytes()
    each = []
    with host, host.open_sftp() as session:
        for number in range(count):
            begin = time.perf_counter()
            with session.open(door.remote(f"/archive/{number}.tmp"), "wb") as file:
                file.write(body)
            session.posix_rename(
                door.remote(f"/archive/{number}.tmp"), door.remote(f"/archive/{number}.edi")
            )
            each.append(time.perf_counter() - begin)
    return each


def _bytes(public: str) -> bytes:
    return b64decode(public.split()[1])


def main() -> None:
    """Measure both ways and print them."""
    count = 30 if rig.quick() else 200
    with server() as door, rig.hub(wire=lambda home: wire(door)) as one:
        with one.running("serve") as hub:
            outward(one, hub.port, door.root / "in", 0)
            out = outward(one, hub.port, door.root / "in", count)
            back = inward(one, hub.port, door, list(out.sent))
        bare = bare_puts(door, count)
    waits = [n / count for n in range(count)]
    rows = [
        _row("bare SFTP put and rename", bare, bare),
        _row("POST -> 850 complete there", list(out.took.values()), bare),
        _row("poll once a second, nothing else", waits, waits),
        _row("856 there -> status changed", list(back.took.values()), waits),
    ]
    rig.table(
        f"{count} orders, one every {BETWEEN * 1e3:.0f} ms, polled every second; "
        f"goal p99 <= {GOAL} s",
        ("", "p50", "p99", "p99 ratio"),
        rows,
    )


def _row(name: str, each: list[float], base: list[float]) -> tuple[str, str, str, str]:
    late, least = rig.quantile(each, 0.99), rig.quantile(base, 0.99)
    return name, f"{rig.quantile(each, 0.5):.3f} s", f"{late:.3f} s", f"{late / least:.1f}"


if __name__ == "__main__":
    main()
