"""`python -m tests.faults.sweep`: kill at one point after the other and tell the verdicts as JSON.

A process of its own because it forks: it has no threads when it does, and its imports, pages and
statements are made once.
"""

import argparse
import gc
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from hub import main
from hub.store import Archive
from hub.transports.folder import Folder
from tests.faults.mutants import MUTANTS
from tests.faults.scenes import SCENES, Scene, Stage, act, copy, prepare, resume
from tests.rigs.houses import House
from tests.rigs.kill import (
    CALLS,
    Child,
    End,
    Knife,
    SystemPoint,
    answered,
    straced,
    system_points,
)

MOST_POINTS = 2000
Verdicts = Iterator[tuple[str, list[str]]]


class Sweep:
    """One scene on one engine, from the same beginning again and again."""

    def __init__(self, scene: Scene, stage: Stage) -> None:
        self._scene = scene
        self._stage = stage
        self._template = stage.folder.with_name(stage.folder.name + ".template")
        shutil.rmtree(stage.folder, ignore_errors=True)
        answered(lambda: prepare(stage, scene))
        copy(stage.folder, self._template)
        if stage.database:
            self._as_template()

    def _as_template(self) -> None:
        name = _name(self._stage.database)
        self._sql(f"CREATE DATABASE {name}_template TEMPLATE {name}")

    def _sql(self, *statements: str) -> None:
        url = self._stage.database.replace("+psycopg", "", 1).rpartition("/")[0] + "/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _rewind(self) -> None:
        copy(self._template, self._stage.folder)
        if self._stage.database:
            name = _name(self._stage.database)
            self._sql(
                f"DROP DATABASE {name} WITH (FORCE)",
                f"CREATE DATABASE {name} TEMPLATE {name}_template",
            )

    def done(self) -> None:
        """Leave nothing on the database's server."""
        if self._stage.database:
            self._sql(f"DROP DATABASE {_name(self._stage.database)}_template WITH (FORCE)")

    def _judged(self) -> list[str]:
        try:
            found = answered(lambda: resume(self._stage, self._scene))
        except RuntimeError as fault:
            return [f"the hub does not come up again: {fault}"]
        assert isinstance(found, list)
        return found

    def rehearse(self) -> None:
        """Play it in this process, judged by nobody: a planted bug may already show."""
        self._rewind()
        act(self._stage, self._scene, self._stage.house())
        resume(self._stage, self._scene)

    # --- between two steps ---

    def step(self, fatal: int) -> tuple[End, list[str]]:
        """Kill at the `fatal`-th step and judge."""
        self._rewind()

        def work(told: int) -> None:
            house = self._stage.house()
            watch(house, Knife(fatal, told))
            act(self._stage, self._scene, house)

        end = Child(work).end()
        return end, self._judged()

    def steps(self) -> Verdicts:
        """Kill at every step until a run gets through."""
        for fatal in range(1, MOST_POINTS):
            end, found = self.step(fatal)
            yield f"{fatal} {end.said or 'not killed'}", found
            if not end.killed:
                return
        raise RuntimeError(f"{MOST_POINTS} points and no end")

    # --- before a system call ---

    def traced(self, *words: str, role: str = "") -> tuple[End, dict[str, int]]:
        """Run the scene once with strace on all its threads, or on one; returns them by role.

        One thread, because strace counts the calls of each thread for itself.
        """
        self._rewind()
        gate, opened = os.pipe()

        def work(told: int) -> None:
            os.close(opened)
            house = self._stage.house()
            house.parts.store.write(lambda tx: None)  # starts the writer's thread
            os.write(told, json.dumps(_threads()).encode())
            os.read(gate, 1)  # until strace has every thread
            act(self._stage, self._scene, house)

        child = Child(work)
        os.close(gate)
        found: dict[str, int] = json.loads(child.line())
        with straced({role: found[role]} if role else found, *words):
            os.close(opened)
            end = child.end()
        return end, found

    def points(self, trace: Path) -> list[SystemPoint]:
        """Every state-changing call of a run that nobody kills."""
        _, found = self.traced("-e", f"trace={','.join(CALLS)}", "-o", str(trace))
        return system_points(trace, found)

    def before(self, point: SystemPoint) -> tuple[End, list[str]]:
        """Kill just before one system call and judge."""
        inject = f"inject={point.call}:signal=KILL:when={point.nth}"
        words = ("-e", f"trace={point.call}", "-e", inject, "-o", "/dev/null")
        end, _ = self.traced(*words, role=point.role)
        return end, self._judged()

    def system_calls(self, wanted: Callable[[SystemPoint], bool]) -> Verdicts:
        """Kill before each wanted system call."""
        for point in filter(wanted, self.points(self._template.with_name("trace"))):
            end, found = self.before(point)
            yield f"{point}{'' if end.killed else ', not killed'}", found


def _threads() -> dict[str, int]:
    """The threads of this child by role; the main one still thinks it is the parent's."""
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    assert [thread.name for thread in others] == ["hub-store-writer"], others
    return {"main": threading.get_native_id(), "writer": others[0].native_id or 0}


# --- steps -------------------------------------------------------------------------------------


def watch(house: House, knife: Knife) -> None:
    """Put a point before and after every step of this process that others could see."""
    store = house.parts.store
    write, submit = store.write, store.submit

    def watched_write(work: Callable[[Any], Any]) -> Any:
        name = _named(work)
        knife(f"before {name}")
        outcome = write(_to_the_brink(work, knife))
        knife(f"after the commit of {name}")
        return outcome

    def watched_submit(work: Callable[[Any], Any]) -> "Future[Any]":
        name = _named(work)
        knife(f"before {name}")
        outcome = submit(_to_the_brink(work, knife)).result()
        knife(f"after the commit of {name}")
        done: Future[Any] = Future()
        done.set_result(outcome)
        return done

    store.write = watched_write  # type: ignore[method-assign]
    store.submit = watched_submit  # type: ignore[method-assign]
    _watch_methods(Archive, ("keep",), knife)
    _watch_methods(Folder, ("list", "fetch", "put", "remove"), knife)


def _to_the_brink(work: Callable[[Any], Any], knife: Knife) -> Callable[[Any], Any]:
    def to_the_brink(tx: Any) -> Any:
        outcome = work(tx)
        knife(f"before the commit of {_named(work)}")
        return outcome

    return to_the_brink


def _named(work: Callable[..., Any]) -> str:
    work = getattr(work, "func", work)
    return work.__qualname__.replace(".<locals>", "").replace(".<lambda>", "")


def _watch_methods(owner: type, names: Iterable[str], knife: Knife) -> None:
    for name in names:
        setattr(owner, name, _watched(getattr(owner, name), knife))


def _watched(method: Callable[..., Any], knife: Knife) -> Callable[..., Any]:
    def watched(*words: Any, **named: Any) -> Any:
        knife(f"before {method.__qualname__}")
        outcome = method(*words, **named)
        knife(f"after {method.__qualname__}")
        return outcome

    return watched


# --- the process -------------------------------------------------------------------------------


def warm(stage: Stage, sweep: Sweep) -> None:
    """Play the scene once unharmed, so that no child reads a page or compiles a statement anew.

    The tables stand in the template already.
    """
    pages = main.read_pages(stage.settings())
    main.read_pages = lambda chosen: pages
    main._up_to_date = lambda store, *, migrate: None
    sweep.rehearse()
    others = [thread.name for thread in threading.enumerate()][1:]
    assert not others, others
    gc.collect()
    gc.freeze()  # a child's collections would copy every page of what it shares


def asked() -> argparse.Namespace:
    """The words of the command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("scene", choices=sorted(SCENES))
    words.add_argument("folder", type=Path)
    words.add_argument("--database", default="")
    words.add_argument("--system-calls", action="store_true")
    words.add_argument("--only", default="", help="only system calls whose name matches")
    words.add_argument("--share", type=int, nargs=2, default=(0, 1), help="the n-th of m shares")
    words.add_argument("--trace", action="store_true", help="do not kill, only write a trace")
    words.add_argument("--mutant", choices=sorted(MUTANTS))
    words.add_argument("--until-caught", action="store_true")
    return words.parse_args()


def _verdicts(sweep: Sweep, words: argparse.Namespace) -> Verdicts:
    if words.trace:
        calls = ",".join((*CALLS, "openat"))
        sweep.traced("-y", "-e", f"trace={calls}", "-o", str(words.folder / "trace"))
        return iter(())
    if not words.system_calls:
        return sweep.steps()
    mine, shares = words.share
    turn = count()
    return sweep.system_calls(
        lambda point: next(turn) % shares == mine and bool(re.search(words.only, str(point)))
    )


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def run() -> None:
    """Sweep as asked and print {point: complaints}."""
    words = asked()
    if words.mutant:
        MUTANTS[words.mutant]()
    stage = Stage(folder=words.folder / "stage", database=words.database)
    sweep = Sweep(SCENES[words.scene], stage)
    warm(stage, sweep)
    verdicts: dict[str, list[str]] = {}
    for point, found in _verdicts(sweep, words):
        verdicts[point] = found
        if found and words.until_caught:
            break
    sweep.done()
    print(json.dumps(verdicts))


if __name__ == "__main__":
    run()
