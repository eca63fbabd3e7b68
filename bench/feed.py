"""Orders while a stock report of 100,000 articles comes in, beside orders while none does.

One supplier whose stock is counted; a worker process takes its 846s from a folder. Orders of two
articles come one by one at a steady rate meanwhile: first in the process that measures, from
`submit` to the commit, then over HTTP through `hub web`. The floor of each is the same with the
worker there and no report. The second and third report say another quantity of every article, the
last one of every hundredth.

Run `python bench/feed.py [--quick]`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import _rig as rig

from hub.api.reading import read_order
from hub.flow.orders import Posting, place
from hub.flow.parts import Parts
from hub.main import build

EVERY = 0.1  # seconds from one order to the next
GOAL = 0.010
LIMIT = 600.0

Ask = Callable[[str], None]


class Reports:
    """Acme's 846s, each a moment after the one before."""

    def __init__(self, one: rig.Hub, parts: Parts, articles: int) -> None:
        self._one, self._parts, self._articles = one, parts, articles
        self._sent = 0
        self._feed = ""

    def send(self, raised: Callable[[int], int]) -> None:
        """Let a report appear whole; `raised` says how many units more an article has."""
        self._sent += 1
        levels = [(f"V-{n:06d}", n % 50 + 1 + raised(n)) for n in range(self._articles)]
        hidden = self._one.home / "out" / ".stock.edi"
        hidden.write_text(rig.counts(levels, number=self._sent))
        hidden.rename(hidden.with_name(f"846-{self._sent}.edi"))

    def settled(self) -> bool:
        """Whether the report that was sent last is merged; to be asked until it is."""
        with self._parts.store.read() as tx:
            source = tx.stock.source(rig.PARTNER)
        if source is None or source.full_feed == self._feed:
            return False
        self._feed = source.full_feed
        return True


def steadily(ask: Ask, name: str, ended: Callable[[int], bool]) -> list[float]:
    """Ask at a steady rate until the end; seconds of each from when it was due."""
    each: list[float] = []
    begin = time.perf_counter()
    while not ended(len(each)):
        due = begin + len(each) * EVERY
        time.sleep(max(0.0, due - time.perf_counter()))
        ask(f"{name}-{len(each)}")
        each.append(time.perf_counter() - due)
        if time.perf_counter() - begin > LIMIT:
            raise RuntimeError(f"the report was not taken in within {LIMIT:.0f} s")
    return each


def in_process(parts: Parts) -> Ask:
    """Return what places one order in this process and comes back after the commit."""

    def ask(number: str) -> None:
        body = rig.order(number)
        reading = read_order(body)
        if reading.new is None:
            raise RuntimeError(reading.problems)
        posting = Posting(
            new=reading.new,
            brand=rig.BRAND,
            who="bench",
            body=body,
            key=number,
            render=lambda order: (201, order.number.encode()),
        )
        verdict = place(parts, posting)
        if verdict.order is None or not verdict.order.fulfillments:
            raise RuntimeError(verdict)

    return ask


@contextmanager
def over_http(one: rig.Hub) -> Iterator[Ask]:
    """Lend what posts one order to `hub web`."""
    with one.running("web") as web, rig.Line(web.port) as line:

        def ask(number: str) -> None:
            status, _, body = line.ask(rig.posting(one.key, number))
            if status != 201:
                raise RuntimeError(body.decode())

        yield ask


def taken(reports: Reports, raised: Callable[[int], int]) -> float:
    """Send one report while nothing else happens and return the seconds until it is merged."""
    reports.send(raised)
    begin = time.perf_counter()
    while not reports.settled():
        time.sleep(0.05)
        if time.perf_counter() - begin > LIMIT:
            raise RuntimeError(f"the report was not taken in within {LIMIT:.0f} s")
    return time.perf_counter() - begin


def both(
    reports: Reports, ask: Ask, name: str, calm: int, raised: int
) -> tuple[list[float], list[float], float]:
    """Return the seconds of orders without and with a report, and those of the report."""
    steadily(ask, f"{name}-WARM", lambda count: count >= 10)
    quiet = steadily(ask, f"{name}-CALM", lambda count: count >= calm)
    reports.send(lambda n: raised)
    begin = time.perf_counter()
    fed = steadily(ask, f"{name}-FED", lambda count: reports.settled())
    return quiet, fed, time.perf_counter() - begin


def main() -> None:
    """Measure in turn and print."""
    articles, calm = (20_000, 100) if rig.quick() else (100_000, 300)
    goods = "".join(
        f"SKU-{n:06d},Article {n},{rig.PARTNER},EA,1,4.00,USD,1,V-{n:06d}\n"
        for n in range(articles)
    )
    with rig.hub(level="reports", goods=goods) as one:
        parts = build(one.environment)
        reports = Reports(one, parts, articles)
        with one.running("work") as worker:
            fresh = taken(reports, lambda n: 0)
            inside = both(reports, in_process(parts), "P", calm, 1)
            with over_http(one) as ask:
                http = both(reports, ask, "H", calm, 2)
            few = taken(reports, lambda n: 2 + (n % 100 == 0))
            resident = worker.resident()
        parts.store.close()
    rows = [
        *_rows("submit -> commit", *inside[:2]),
        *_rows("POST -> answer", *http[:2]),
    ]
    rig.table(
        f"orders every {EVERY * 1e3:.0f} ms, 846 with {articles:,} articles; "
        f"goal p99 <= {GOAL * 1e3:.0f} ms in process",
        ("", "orders", "p50", "p99", "p99 ratio"),
        rows,
    )
    rig.table(
        f"the 846 itself, from its final name to its end; the worker held {resident:.0f} MB",
        ("", "seconds", "articles/s"),
        [
            _taken("all new, no orders", fresh, articles),
            _taken("every article changed, orders in process", inside[2], articles),
            _taken("every article changed, orders over HTTP", http[2], articles),
            _taken("one in a hundred changed, no orders", few, articles),
        ],
    )


def _rows(name: str, quiet: list[float], fed: list[float]) -> list[tuple[str, ...]]:
    least = rig.quantile(quiet, 0.99)
    return [
        (
            f"{name}, {state}",
            f"{len(each):,}",
            f"{rig.quantile(each, 0.5) * 1e3:.1f} ms",
            f"{rig.quantile(each, 0.99) * 1e3:.1f} ms",
            f"{rig.quantile(each, 0.99) / least:.2f}",
        )
        for state, each in (("no report", quiet), ("during the report", fed))
    ]


def _taken(name: str, seconds: float, articles: int) -> tuple[str, str, str]:
    return name, f"{seconds:.1f}", f"{articles / seconds:,.0f}"


if __name__ == "__main__":
    main()
