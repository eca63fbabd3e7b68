"""`hub serve`, `hub web` and `hub work` as real processes: started, killed, ended in order."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread

import pytest

from hub.api import asking
from hub.cli import processes, serving
from tests.rigs import free_port
from tests.rigs.houses import furnish, post, shopping, stock_up

PATIENCE = 60  # seconds until a machine that is busy with other tests has surely done it


class Running:
    """A hub process whose stderr is read as it comes."""

    def __init__(self, words: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hub", *words],
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.rows: Queue[str] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for row in self.process.stderr:
            self.rows.put(row)

    def until(self, pattern: str) -> str:
        """Wait for a row of stderr and return what the pattern's first group matched."""
        seen = []
        while True:
            try:
                row = self.rows.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"no {pattern!r} in {seen}") from None
            seen.append(row)
            if found := re.search(pattern, row):
                return found[1] if found.groups() else row

    def end(self, sign: int = signal.SIGTERM) -> int:
        """Ask the process to end and return its exit code."""
        self.process.send_signal(sign)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def kill_all(self) -> None:
        """Leave nothing behind, however the test ended."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start hub processes on a house that was furnished in `tmp_path`."""
    started: list[Running] = []

    def run(*words: str, **environment: str) -> Running:
        common = {
            "HUB_DATA_DIR": str(tmp_path / "data"),
            "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
            "HUB_PORT": "0",
            "HUB_OPERATOR_PORT": "0",
            "HUB_LOG_FORMAT": "text",
        }
        started.append(Running(list(words), common | environment))
        return started[-1]

    yield run
    for each in started:
        each.kill_all()


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """One partner's page and nothing else; where its folder is."""
    house = furnish(tmp_path)
    stock_up(house)
    post(house, shopping("1001", 1))
    house.close()
    return tmp_path / "acme"


def _wait(true: Callable[[], bool]) -> None:
    """Wait until something is so; a test that waits too long fails here."""
    pause = Event()
    for _ in range(PATIENCE * 10):
        if true():
            return
        pause.wait(0.1)
    raise AssertionError("it did not happen")


def _children(pid: int) -> dict[str, int]:
    """The processes below one, by the word that says what they are."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        found.update({word: int(child) for word in ("web", "work") if word.encode() in words})
    return found


def test_serving_answers_and_works_outlives_a_crash_and_ends_in_order(
    pages: Path, start: Start
) -> None:
    serving = start("serve")
    address = serving.until(r"web: (http://\S+)")
    with urllib.request.urlopen(f"{address}/healthz", timeout=PATIENCE) as answer:
        assert answer.status == 200
    _wait(lambda: any((pages / "in").glob("acme_850_*")))
    before = _children(serving.process.pid)
    assert set(before) == {"web", "work"}
    os.kill(before["work"], signal.SIGKILL)
    serving.until("work ended with -9; again in")
    _wait(lambda: set(_children(serving.process.pid)) == {"web", "work"})
    after = _children(serving.process.pid)
    assert after["web"] == before["web"]
    assert after["work"] != before["work"]
    assert serving.end() == 0
    _wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in after.values()))


def test_processes_end_when_their_supervisor_was_killed(pages: Path, start: Start) -> None:
    serving = start("serve")
    serving.until("web: http")
    _wait(lambda: set(_children(serving.process.pid)) == {"web", "work"})
    children = _children(serving.process.pid)
    serving.process.kill()
    _wait(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in children.values()))


def test_a_store_that_is_behind_is_refused_with_the_command_that_helps(
    pages: Path, tmp_path: Path, start: Start, fresh_postgres: str
) -> None:
    serving = start("serve", HUB_DATABASE_URL=fresh_postgres)
    serving.until("hub migrate")
    assert serving.process.wait(PATIENCE) == 1


def test_a_page_with_a_mistake_is_refused_before_anything_starts(
    pages: Path, tmp_path: Path, start: Start
) -> None:
    (tmp_path / "partners" / "nordic.yaml").write_text("name: Nordic\nkind: friend\n")
    serving = start("serve")
    serving.until(r"nordic\.yaml:2 kind")
    assert serving.process.wait(PATIENCE) == 1


def test_a_port_that_is_taken_is_said_in_words(pages: Path, start: Start) -> None:
    port = str(free_port())
    first = start("web", HUB_PORT=port)
    first.until("web: http")
    second = start("web", HUB_PORT=port)
    second.until(f"cannot listen on 127.0.0.1 port {port}")
    assert second.process.wait(PATIENCE) == 1
    assert first.end(signal.SIGINT) == 0


def test_a_web_process_that_waits_for_a_body_ends_in_order_and_says_only_that(
    pages: Path, start: Start
) -> None:
    assert asking.BODY_SECONDS < processes.GRACE < serving.GRACE
    web = start("web")
    host, _, port = web.until(r"web: http://(\S+)").rpartition(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST /v1/orders HTTP/1.1\r\nHost: hub.test\r\nContent-Le")
        assert web.end() == 0
    assert web.rows.get_nowait().endswith(" INFO web ended\n")
    assert web.rows.empty()


@pytest.mark.parametrize("word", ["serve", "work"])
def test_a_directory_that_others_may_enter_is_warned_of(
    pages: Path, tmp_path: Path, start: Start, word: str
) -> None:
    (tmp_path / "data").chmod(0o755)
    running = start(word)
    running.until(r"warning: .*/data \(mode 0755\).*chmod 700")
    _wait(lambda: any((pages / "in").glob("acme_850_*")))
    assert running.end() == 0


def test_a_worker_ends_in_order_when_it_is_asked(pages: Path, start: Start) -> None:
    worker = start("work")
    _wait(lambda: any((pages / "in").glob("acme_850_*")))
    assert worker.end() == 0


def _get(address: str) -> tuple[int, str]:
    """Ask once; the status and the body, whatever they are."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def test_one_listener_tells_of_every_process_under_the_supervisor(
    pages: Path, start: Start
) -> None:
    serving = start("serve")
    operator = serving.until(r"operator: (http://127\.0\.0\.1:\d+)")
    web = serving.until(r"web: (http://\S+)")
    _wait(lambda: _get(f"{operator}/readyz")[0] == 200)
    assert _get(f"{web}/metrics")[0] == 421  # of no brand's pages, and not of the REST door
    assert _get(f"{web}/healthz")[0] == 200
    _wait(lambda: 'route="/healthz",status="2xx"' in _get(f"{operator}/metrics")[1])
    shown = _get(f"{operator}/metrics")[1]
    for kind in ("serve", "web", "work"):
        assert f'hub_process_up{{process="{kind}"}} 1.0' in shown
    os.kill(_children(serving.process.pid)["work"], signal.SIGSTOP)
    assert _get(f"{operator}/healthz")[0] == 200
    os.kill(_children(serving.process.pid)["work"], signal.SIGKILL)
    _wait(lambda: 'hub_process_starts_total{process="work"} 2.0' in _get(f"{operator}/metrics")[1])
    _wait(lambda: _get(f"{operator}/readyz")[0] == 200)
    assert serving.end() == 0


def test_a_second_process_that_finds_the_operators_port_taken_goes_on_without(
    pages: Path, start: Start
) -> None:
    port = str(free_port())
    first = start("web", HUB_OPERATOR_PORT=port)
    first.until(f"operator: http://127.0.0.1:{port}")
    second = start("web", HUB_OPERATOR_PORT=port)
    second.until(f"warning: nothing listens for operators: 127.0.0.1 port {port}")
    second.until("web: http")
    silent = start("web", HUB_OPERATOR_PORT="off")
    assert "operator" not in silent.until("web started|operator")
    assert [each.end() for each in (first, second, silent)] == [0, 0, 0]


def test_off_a_terminal_every_line_of_every_process_is_json(pages: Path, start: Start) -> None:
    serving = start("serve", HUB_LOG_FORMAT="")
    rows: list[str] = []
    # Both children say that they are up before they are asked to end.
    while not ("transmission delivered" in "".join(rows) and "web: http" in "".join(rows)):
        rows.append(serving.until("."))
    assert serving.end() == 0
    rows += list(serving.rows.queue)
    lines = [json.loads(row) for row in rows]
    (sent,) = [line for line in lines if line["event"] == "transmission delivered"]
    assert (sent["lane"], sent["process"]) == ("acme/edi", "work")
    ended = {line["process"] for line in lines if line["event"] == "ended"}
    assert ended == {"serve", "web", "work"}
