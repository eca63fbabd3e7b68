"""What became of a change, or would become of it, in words for the clerk: partners by name.

Always as the order stands: what was being asked when the form was sent may be answered meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.change_rows import asks_of
from hub.domain.orders import Ask, ChangeState, FulfillmentOrder, Order
from hub.domain.wishes import Outcome, Why
from hub.flow.parts import Parts
from hub.ops.desk.shown import partner_name
from portal.web.ground.words import Words

Row = Mapping[str, object]

_KEPT = ("action", "line", "group", "quantity", "outcome", "why", "asks", "running", "new_line")
_WHYS = {
    Why.SHIPPED: "it has left already",
    Why.CANCELLED: "it is cancelled already",
    Why.NO_CHANGES: "the partner has it in hand and takes no changes",
    Why.PACKS: "it comes in packs that go back whole",
    Why.RUNNING: "another change of the same waits for its answer",
}
_TONES = {Outcome.DONE: "good", Outcome.ASKED: "warn", Outcome.TOO_LATE: "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One outcome: what was wanted, what became of it, and how that is coloured."""

    what: str
    became: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A partner that gets a new purchase order: for what, and by when it has to ship."""

    partner: str
    goods: str
    ship_by: datetime | None


def kept_rows(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return what is kept of an outcome: ids and quantities, nobody's words."""
    return [{key: row[key] for key in _KEPT if key in row} for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Puts the rows of one change into words; with `ahead` it was only looked at."""

    parts: Parts
    order: Order
    change_id: str
    words: Words
    ahead: bool = False

    def rows(self, rows: Sequence[Row]) -> list[Told]:
        """Return every outcome in words."""
        return [self._told(row) for row in rows]

    def _told(self, row: Row) -> Told:
        outcome, why = self._state(row)
        return Told(
            what=self._what(row), became=self._became(row, outcome, why), tone=_TONES[outcome]
        )

    def _state(self, row: Row) -> tuple[Outcome, str]:
        outcome = Outcome(str(row["outcome"]))
        if outcome is not Outcome.ASKED:
            return outcome, str(row.get("why", ""))
        states = {ask.state for ask in self._asks(row)}
        if not states or ChangeState.REQUESTED in states:
            return Outcome.ASKED, ""
        if states == {ChangeState.DECLINED}:
            return Outcome.TOO_LATE, str(Why.NO_CHANGES)
        return Outcome.DONE, ""

    def _asks(self, row: Row) -> list[Ask]:
        of = str(row.get("running") or self.change_id)
        mine = asks_of(row)
        change = next((one for one in self.order.changes if one.id == of), None)
        return [ask for ask in (change.asks if change else ()) if not mine or ask.id in mine]

    def _became(self, row: Row, outcome: Outcome, why: str) -> str:
        say = self.words.say
        if outcome is Outcome.DONE:
            return say("At once") if self.ahead else say("Done")
        if outcome is Outcome.TOO_LATE:
            known = _WHYS.get(Why(why), "") if why in set(Why) else ""
            return say("Too late: %(why)s", {"why": say(known or _WHYS[Why.NO_CHANGES])})
        asks = [ask for ask in self._asks(row) if ask.state is ChangeState.REQUESTED]
        partners = dict.fromkeys(
            partner_name(self.parts, self.order.fulfillment(ask.fulfillment_id).partner)
            for ask in asks
        )
        until = max((ask.until for ask in asks if ask.until), default=None)
        who = ", ".join(partners)
        if until is None:
            return say("%(partner)s is asked", {"partner": who})
        when = self.words.moment(until)
        return say("%(partner)s is asked, answer by %(when)s", {"partner": who, "when": when})

    def _what(self, row: Row) -> str:
        values = {"goods": self._goods(row), "group": row.get("group", "")}
        sentences = {
            "cancel": "Cancel %(goods)s",
            "remove": "Cancel %(goods)s",
            "quantity": "%(goods)s more",
            "swap": "Exchange %(goods)s",
            "add": "Add %(goods)s",
            "address": "Another address",
            "method": "Another way to ship",
            "gift": "The gift card",
            "date": "Another day of delivery",
        }
        return self.words.say(sentences.get(str(row["action"]), "A change"), values)

    def _goods(self, row: Row) -> str:
        name = str(row.get("line", ""))
        line = next((one for one in self.order.lines if one.number == name), None)
        units = row.get("quantity", "")
        return f"{units} × {(line.description or line.sku) if line else name}"


def newly_asked(parts: Parts, before: Order, after: Order) -> list[Asked]:
    """Return the purchase orders that are new, or have grown, from one order to the other."""
    known = {part.id: part for part in before.fulfillments}
    found = []
    for part in after.fulfillments:
        goods = _more(after, part, known.get(part.id))
        if goods:
            name = partner_name(parts, part.partner)
            found.append(Asked(partner=name, goods=", ".join(goods), ship_by=part.ship_by))
    return found


def _more(order: Order, part: FulfillmentOrder, former: FulfillmentOrder | None) -> list[str]:
    had = {one.id: one.buckets.ordered for one in former.lines} if former else {}
    goods = []
    for one in part.lines:
        units = one.buckets.ordered - had.get(one.id, 0)
        line = order.line(one.line_id)
        if units > 0:
            goods.append(f"{units} × {line.description or line.sku}")
    return goods


def with_nobody(order: Order) -> list[str]:
    """Return the goods for which no partner was found."""
    return [
        f"{units} × {line.description or line.sku}"
        for line in order.lines
        if (units := order.unsourced(line)) > 0
    ]
