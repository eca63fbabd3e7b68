"""A scenario played through: partners, storefronts, carriers and the hub, moment by moment.

Time stands still while anybody has something to do at once; then the clock is turned to the next
moment at which somebody has, or at which the hub waits for something, a few hours on at most.
Nothing is drawn by lot but by the scenario's seed: a run is like the one before.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from hub.domain.messages import CarrierMoment
from hub.domain.placing import NewOrder
from hub.lab.catalog import ARTICLES, goods
from hub.lab.clock import TurnedClock
from hub.lab.desk import Firm
from hub.lab.doors import Door, Said
from hub.lab.firms import CAST
from hub.lab.misdeeds import Does
from hub.lab.orders import PEOPLE, group, order, posted
from hub.lab.scenario import BRAND_LETTERS, ActKeys, OrderKeys, ScenarioKeys
from hub.lab.stage import Stage
from hub.lab.terms import Pace, Terms
from hub.lab.voice import Kind
from hub.store import Store

LONGEST_STEP = timedelta(hours=6)
FAR = datetime.max.replace(tzinfo=UTC) - timedelta(days=366)
COUNTED_BEFORE = timedelta(minutes=30)  # that a day is full
MOST_ROUNDS = 200  # in which somebody still does something, while the clock stands
EVERYDAY = (Kind.RECEIPT, Kind.STOCK)  # what nobody wants to read in a story
JOURNEYS: Mapping[str, tuple[CarrierMoment, ...]] = {
    "nothing": (),
    "in_transit": (CarrierMoment.IN_TRANSIT,),
    "out_for_delivery": (CarrierMoment.IN_TRANSIT, CarrierMoment.OUT_FOR_DELIVERY),
    "delivered": (
        CarrierMoment.IN_TRANSIT,
        CarrierMoment.OUT_FOR_DELIVERY,
        CarrierMoment.DELIVERED,
    ),
    "returned": (CarrierMoment.IN_TRANSIT, CarrierMoment.ATTEMPTED, CarrierMoment.RETURNED),
}


class Astray(RuntimeError):
    """The scenario cannot go on: a door did not answer as its page says it would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """The hub under test: its store, its REST door, and a turn of its worker.

    `keys` are API keys by brand, `partner_keys` by partner.
    """

    store: Store
    door: Door
    turn: Callable[[], int]
    keys: Mapping[str, str]
    partner_keys: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that is to happen at a moment, in words and as a deed."""

    at: datetime
    words: str
    deed: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the story: when, and what became so."""

    at: datetime
    words: str


def firms_of(scenario: ScenarioKeys) -> list[Firm]:
    """Return those who take part, with this scenario's terms, goods and pace."""
    return [_firm(scenario, key) for key in scenario.partners]


def _firm(scenario: ScenarioKeys, key: str) -> Firm:
    page, firm = scenario.partners[key], CAST[key]
    pace = Pace(**{name: getattr(page.pace, name) for name in type(page.pace).model_fields})
    wrong = [one for one in scenario.misbehaviour if one.partner == key]
    return replace(
        firm,
        terms=Terms(most_at_once=page.at_once),
        articles=goods(key, page.sells),
        collects=False,
        misdeeds=tuple(one.misdeed() for one in wrong if one.does is not Does.GOES_OFFLINE),
        seed=scenario.seed,
        pace=pace,
        limits=page.limits.model_dump(),
        silence=page.silence or firm.silence,
    )


@dataclass(slots=True, kw_only=True)
class World:
    """A scenario on its way; `play` takes it to its end and leaves its `story`."""

    scenario: ScenarioKeys
    stage: Stage
    hub: Hub
    clock: TurnedClock
    story: list[Line] = field(default_factory=list)
    _ahead: list[Happening] = field(default_factory=list)
    _words: dict[str, str] = field(default_factory=dict)
    _changes: dict[str, datetime] = field(default_factory=dict)
    _stuck: dict[str, str] = field(default_factory=dict)
    _parcels: dict[str, int] = field(default_factory=dict)
    _said: Counter[tuple[str, str]] = field(default_factory=Counter)

    def play(self) -> None:
        """Let everything happen, to the scenario's end."""
        ends = self.scenario.begins + self.scenario.until
        self.stage.connect(self.hub.door, self.hub.partner_keys)
        self._quiet()
        self._ahead = sorted(self._happenings(), key=lambda one: one.at)
        while True:
            while self._ahead and self._ahead[0].at <= self.clock():
                happening = self._ahead.pop(0)
                if happening.words:
                    self._tell(happening.words)
                happening.deed()
            self._quiet()
            if self.clock() >= ends:
                return
            self.clock.turn_to(min(ends, self._next()))

    # --- time -----------------------------------------------------------------------------------

    def _quiet(self) -> None:
        """Let all do what they can do now; what became of it is told."""
        for _ in range(MOST_ROUNDS):
            done = self.stage.step() + self.hub.turn()
            if not done:
                self._look()  # what changes by the passing of time alone is seen here
                return
            self._look()
        raise Astray(f"at {self.clock():%d %b %H:%M} the hub and its partners come to no rest")

    def _next(self) -> datetime:
        moments = [self.clock() + LONGEST_STEP]
        moments += [one.at for one in self._ahead[:1]]
        later = self.stage.next_at()
        moments += [later] if later is not None else []
        moments += self._changes.values()
        with self.hub.store.read() as tx:
            moments += [until for until, _ in tx.duties.troubled().values() if until is not None]
            moments += [one.due_at for one in tx.watches.due(now=FAR, limit=1)]
        soonest = min(one for one in moments if one > self.clock())
        return max(soonest, self.clock() + timedelta(seconds=1))

    # --- what happens ---------------------------------------------------------------------------

    def _happenings(self) -> Iterator[Happening]:
        begins, scenario = self.scenario.begins, self.scenario
        for number, keys in scenario.orders.items():
            yield Happening(
                at=begins + keys.at,
                words=f"{BRAND_LETTERS[number[0]]} places {number}: {_basket(keys)}",
                deed=partial(self._place, number, keys),
            )
        for act in scenario.later:
            yield Happening(
                at=begins + act.at,
                words=f"the customer of {act.order} asks: {_wish(act)}",
                deed=partial(self._ask, act),
            )
        for wrong in scenario.misbehaviour:
            if wrong.does is Does.GOES_OFFLINE:
                yield from self._outage(wrong.partner, begins + wrong.at, wrong.lasts)

        for partner in scenario.partners:
            yield from self._counts(partner)

    def _counts(self, partner: str) -> Iterator[Happening]:
        """A partner counts its shelf every day, as real ones do."""
        supplier = self.stage.sites[partner].supplier
        for day in range(1, self.scenario.until.days + 1 if supplier.firm.counts else 1):
            at = self.scenario.begins + timedelta(days=day) - COUNTED_BEFORE
            yield Happening(at=at, words="", deed=supplier.count_again)

    def _outage(self, partner: str, at: datetime, lasts: timedelta) -> Iterator[Happening]:
        yield Happening(
            at=at, words=f"{partner} goes offline", deed=partial(self.stage.leave, partner)
        )
        if lasts:
            yield Happening(
                at=at + lasts,
                words=f"{partner} is back",
                deed=partial(self.stage.come_back, partner),
            )

    def _place(self, number: str, keys: OrderKeys) -> None:
        for _ in range(2 if keys.twice else 1):
            self._post(number, "/v1/orders", posted(new_order(number, keys)), key=f"lab-{number}")

    def _ask(self, act: ActKeys) -> None:
        number = act.order
        path = "cancellations" if act.cancel else "changes"
        name = f"lab-{number}-{act.at.total_seconds():.0f}-{path}"
        said = self._post(number, f"/v1/orders/{number}/{path}", _request(act), key=name).json()
        found = sorted({row["outcome"] for row in said["results"]})
        self._tell(f"{number}: the hub answers {', '.join(found)}")
        if act.outcome and found != [act.outcome]:
            raise Astray(f"{number} {path}: the hub answers {', '.join(found)}, not {act.outcome}")

    def _post(self, number: str, path: str, body: object, *, key: str = "") -> Said:
        token = self.hub.keys[BRAND_LETTERS[number[0]]]
        text = json.dumps(body).encode()
        said = self.hub.door.ask("POST", path, token=token, body=text, key=key)
        if not said.good:
            raise Astray(f"POST {path} answers {said.status}: {said.body.decode(errors='replace')}")
        return said

    # --- what became of it ----------------------------------------------------------------------

    def status(self, number: str) -> dict[str, Any]:
        """Return what the storefront reads of an order: its word, lines and parcels."""
        return self._read(number, "/status")

    def order(self, number: str) -> dict[str, Any]:
        """Return the order with its quantities and who was asked."""
        return self._read(number, "")

    def _read(self, number: str, below: str) -> dict[str, Any]:
        token = self.hub.keys[BRAND_LETTERS[number[0]]]
        said = self.hub.door.ask("GET", f"/v1/orders/{number}{below}", token=token)
        found: dict[str, Any] = said.json() if said.good else {}
        return found

    def exceptions(self, *, is_open: bool) -> Counter[str]:
        """Count the exceptions by kind, those that are open or those that are closed."""
        with self.hub.store.read() as tx:
            rows = tx.exceptions.page(open_only=False, limit=1000)
        return Counter(row.kind for row in rows if (row.closed_at is None) is is_open)

    def papers(self) -> Mapping[str, Counter[str]]:
        """Count by partner what went out and came in about the orders, by set."""
        counts: dict[str, Counter[str]] = {key: Counter() for key in self.scenario.partners}
        with self.hub.store.read() as tx:
            for number in self.scenario.orders:
                placed = tx.orders.find(brand=BRAND_LETTERS[number[0]], number=number)
                for row in tx.exchange.documents_of_order(placed.id) if placed else ():
                    counts[row.partner][row.set_id] += 1
        return counts

    # --- the story ------------------------------------------------------------------------------

    def _tell(self, words: str) -> None:
        self.story.append(Line(at=self.clock(), words=words))

    def _look(self) -> None:
        """Tell what is new since the last look, and let carriers take what left."""
        self._look_at_partners()
        for number in self.scenario.orders:
            self._look_at_order(number)
        self._look_at_exceptions()

    def _look_at_partners(self) -> None:
        said = Counter[tuple[str, str]]()
        for supplier in self.stage.suppliers:
            for kind, count in supplier.said().items():
                said[supplier.firm.key, kind] += count
        for partner, kind in sorted(said - self._said):
            if kind not in EVERYDAY:
                self._tell(f"{partner} says: {kind}")
        self._said = said

    def _look_at_order(self, number: str) -> None:
        seen = self.status(number)
        if seen and seen["status"] != self._words.get(number):
            self._words[number] = seen["status"]
            self._tell(f"{number} is {seen['status']}")
        self._changes.pop(number, None)
        if seen and seen["next_change_at"]:
            self._changes[number] = datetime.fromisoformat(seen["next_change_at"])
        for parcel in seen.get("parcels", ())[self._parcels.get(number, 0) :]:
            self._parcels[number] = self._parcels.get(number, 0) + 1
            self._travel(number, parcel["tracking"])

    def _travel(self, number: str, tracking: str) -> None:
        """A parcel has left: its carrier will tell of it."""
        keys = self.scenario.orders[number]
        now = self.clock()
        for step, moment in enumerate(JOURNEYS[keys.carriers], start=1):
            self._ahead.append(
                Happening(
                    at=now + step * keys.every,
                    words=f"the carrier says: {moment.value.replace('_', ' ')} ({number})",
                    deed=partial(self._carry, number, tracking, moment),
                )
            )
        self._ahead.sort(key=lambda one: one.at)

    def _carry(self, number: str, tracking: str, moment: CarrierMoment) -> None:
        at = self.clock().isoformat()
        event = {"tracking": tracking, "moment": str(moment), "at": at}
        self._post(number, "/v1/carrier-events", {"events": [event]})

    def _look_at_exceptions(self) -> None:
        with self.hub.store.read() as tx:
            rows = tx.exceptions.page(open_only=True, limit=1000)
        now_open = {row.id: row.kind for row in rows}
        for name in sorted(now_open.keys() - self._stuck.keys(), key=lambda one: now_open[one]):
            self._tell(f"exception {now_open[name]}")
        for name in sorted(self._stuck.keys() - now_open.keys(), key=lambda one: self._stuck[one]):
            self._tell(f"exception {self._stuck[name]} is over")
        self._stuck = now_open


def new_order(number: str, keys: OrderKeys) -> NewOrder:
    """Return a scenario's order as its storefront places it."""
    person = PEOPLE[keys.to]
    return order(number, person, group(person, *keys.lines.items(), method=keys.method))


def _basket(keys: OrderKeys) -> str:
    return ", ".join(f"{count} {ARTICLES[sku].title}" for sku, count in keys.lines.items())


def _wish(act: ActKeys) -> str:
    if act.cancel:
        return f"cancel {_lines(act.lines)}" if act.lines else "cancel all of it"
    if act.address is not None:
        return f"send it to {PEOPLE[act.address].name}"
    return f"make it {_lines(act.quantities)}"


def _lines(quantities: Mapping[str, int]) -> str:
    return ", ".join(f"{count} of line {line}" for line, count in quantities.items())


def _request(act: ActKeys) -> dict[str, Any]:
    """What the storefront posts."""
    if act.cancel:
        lines = [{"line": line, "quantity": count} for line, count in act.lines.items()]
        return {"reason": "changed_mind", **({"lines": lines} if lines else {})}
    actions: list[dict[str, Any]] = [
        {"action": "quantity", "line": line, "quantity": count}
        for line, count in act.quantities.items()
    ]
    if act.address is not None:
        person = PEOPLE[act.address]
        home = {
            "name": person.name,
            "lines": list(person.lines),
            "city": person.city,
            "region": person.region,
            "postal_code": person.postal_code,
            "country": person.country,
        }
        actions.append({"action": "address", "ship_to": home})
    return {"actions": actions}
