"""What the hub shows to Prometheus, in its text format: counts and ages, nobody's words or numbers.

Labels are closed lists of ours, names from pages, and route templates. A set that no page names is
shown as `other`: what a partner writes into a paper never becomes a label.
"""

import os
import platform
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from hub.ops.health import Life
from hub.ops.traffic import BOUNDS
from hub.store import LaneRow, Store
from hub.store.figures import Counts
from hub.store.standing import asked

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SHARE = 20  # the store is asked again after this many times as long as the asking took
SHORTEST_PAUSE = 1.0  # seconds
OTHER = "other"

Seen = tuple[Counts, Sequence[LaneRow]]


class StoreLook:
    """What the store counts, asked for so seldom that it never takes a twentieth of a processor."""

    def __init__(self, store: Store, *, seconds: Callable[[], float]) -> None:
        self._store = store
        self._seconds = seconds
        self._again_at = float("-inf")
        self._seen: Seen | None = None

    def look(self) -> Seen | None:
        """Return counts and lanes, a little old perhaps; None when the store cannot be asked."""
        began = self._seconds()
        if began >= self._again_at:
            self._seen = asked(self._ask)
            took = self._seconds() - began
            self._again_at = began + took + max(SHORTEST_PAUSE, took * SHARE)
        return self._seen

    def _ask(self) -> Seen:
        with self._store.read() as tx:
            return tx.figures.counts(), tx.duties.lanes()


def exposition(
    seen: Seen | None, lives: Sequence[Life], *, now: datetime, sets: Collection[str], code: str
) -> bytes:
    """Return everything as Prometheus text 0.0.4. Without `seen` only processes are told of."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(lambda: _families(seen, lives, now=now, sets=sets, code=code)))
    return generate_latest(registry)


class _Families(Collector):
    def __init__(self, tell: Callable[[], Iterator[Metric]]) -> None:
        self._tell = tell

    def collect(self) -> Iterator[Metric]:
        return self._tell()


def _families(
    seen: Seen | None, lives: Sequence[Life], *, now: datetime, sets: Collection[str], code: str
) -> Iterator[Metric]:
    build = GaugeMetricFamily("hub_build_info", "The program.", labels=["version", "python"])
    build.add_metric([code, platform.python_version()], 1)
    yield build
    yield GaugeMetricFamily("hub_store_up", "Whether the store answers.", int(seen is not None))
    yield from _of_processes(lives)
    yield from _of_requests(lives)
    if seen is not None:
        counts, lanes = seen
        yield from _of_lanes(lanes, now)
        yield from _of_papers(counts, sets)
        yield from _of_ledger(counts)
        yield from _of_webhooks(counts)


def _of_processes(lives: Sequence[Life]) -> Iterator[Metric]:
    names = ["process"]
    up = GaugeMetricFamily("hub_process_up", "Whether the process runs.", labels=names)
    starts = CounterMetricFamily("hub_process_starts", "How often it was started.", labels=names)
    cpu = CounterMetricFamily("hub_process_cpu_seconds", "Processor time used.", labels=names)
    memory = GaugeMetricFamily(
        "hub_process_resident_memory_bytes", "Memory it holds.", labels=names
    )
    for life in lives:
        up.add_metric([life.kind], int(life.pid is not None))
        starts.add_metric([life.kind], life.starts)
        used = None if life.pid is None else _used(life.pid)
        if used is not None:
            cpu.add_metric([life.kind], used[0])
            memory.add_metric([life.kind], used[1])
    yield from (up, starts, cpu, memory)


def _used(pid: int) -> tuple[float, int] | None:
    """CPU seconds and resident bytes of a process (proc(5)); None when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK"), int(fields[21]) * os.sysconf("SC_PAGE_SIZE")


def _of_requests(lives: Sequence[Life]) -> Iterator[Metric]:
    names = ["route", "status"]
    took = HistogramMetricFamily("hub_http_request_seconds", "Time to answer.", labels=names)
    for life in lives:
        for route, kind, buckets, seconds in life.traffic:
            total, running = 0.0, []
            ends = [*map(str, BOUNDS), "+Inf"]
            for end, count in zip(ends, buckets, strict=True):
                total += count
                running.append((end, total))
            took.add_metric([route, f"{kind}xx"], buckets=running, sum_value=seconds)
    yield took


def _of_lanes(lanes: Sequence[LaneRow], now: datetime) -> Iterator[Metric]:
    duties = GaugeMetricFamily(
        "hub_lane_duties", "What is owed over the lane.", labels=["lane", "state"]
    )
    ages = GaugeMetricFamily(
        "hub_lane_oldest_seconds", "How long the oldest has been due.", labels=["lane"]
    )
    paused = GaugeMetricFamily(
        "hub_lane_paused", "Whether it waits after a failure.", labels=["lane"]
    )
    failures = GaugeMetricFamily("hub_lane_failures", "Failures in a row.", labels=["lane"])
    for lane in lanes:
        duties.add_metric([lane.name, "waiting"], lane.waiting)
        duties.add_metric([lane.name, "parked"], lane.parked)
        age = 0.0 if lane.oldest is None else (now - lane.oldest).total_seconds()
        ages.add_metric([lane.name], max(0.0, age))
        paused.add_metric(
            [lane.name], int(lane.paused_until is not None and lane.paused_until > now)
        )
        failures.add_metric([lane.name], lane.failures)
    yield from (duties, ages, paused, failures)


def _of_papers(counts: Counts, sets: Collection[str]) -> Iterator[Metric]:
    documents: dict[tuple[str, str, str], int] = {}
    for (way, name, state), count in counts.documents.items():
        key = (way, name if name in sets else OTHER, state)
        documents[key] = documents.get(key, 0) + count
    papers = GaugeMetricFamily(
        "hub_documents", "Papers by their state.", labels=["direction", "set", "state"]
    )
    for (way, name, state), count in sorted(documents.items()):
        papers.add_metric([way, name, state], count)
    waiting = GaugeMetricFamily(
        "hub_transmissions_waiting", "Deliveries not done with.", labels=["direction", "state"]
    )
    for (way, state), count in sorted(counts.transmissions.items()):
        waiting.add_metric([way, state], count)
    stuck = GaugeMetricFamily("hub_exceptions_open", "What waits for a person.", labels=["kind"])
    for kind, count in sorted(counts.exceptions.items()):
        stuck.add_metric([kind], count)
    overdue = GaugeMetricFamily(
        "hub_watches_overdue", "What did not come in time.", labels=["kind"]
    )
    for kind, count in sorted(counts.overdue.items()):
        overdue.add_metric([kind], count)
    yield from (papers, waiting, stuck, overdue)


def _of_ledger(counts: Counts) -> Iterator[Metric]:
    yield CounterMetricFamily("hub_orders", "Orders ever placed.", counts.orders)
    yield GaugeMetricFamily(
        "hub_ledger_position", "The newest fact that pollers see.", counts.position
    )
    yield GaugeMetricFamily("hub_ledger_unsealed", "Facts not in the ledger yet.", counts.unsealed)


def _of_webhooks(counts: Counts) -> Iterator[Metric]:
    messages = GaugeMetricFamily(
        "hub_webhook_messages", "What endpoints did not take.", labels=["state"]
    )
    for state in ("waiting", "dead"):
        messages.add_metric([state], counts.webhooks[state])
    yield messages
    yield GaugeMetricFamily(
        "hub_webhooks_ended", "Endpoints that are called no more.", counts.webhooks["ended"]
    )
