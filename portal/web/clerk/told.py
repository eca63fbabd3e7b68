"""What became of a change, or would become of it, in words for the clerk: partners by name.

Always as the order stands: what was being asked when the form was sent may be answered meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.change_ends import GIVEN_UP, KEEP, MORE, Known, Piece, pieces
from hub.domain.change_held import exchanging, leaving
from hub.domain.change_rows import asks_on
from hub.domain.orders import Ask, ChangeState, FulfillmentOrder, Order
from hub.domain.wishes import GROUP_ACTIONS, Outcome, Why
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
    facts: Sequence[Known]
    ahead: bool = False

    def rows(self, rows: Sequence[Row]) -> list[Told]:
        """Return every outcome in words: of what was agreed to in part, each part by itself."""
        found = pieces(self.order, self.change_id, rows, self.facts)
        return [self._told(one) for one in found]

    def _told(self, one: Piece) -> Told:
        tone = "warn" if one.action == GIVEN_UP else _TONES[one.outcome]
        return Told(what=self._what(one), became=self._became(one), tone=tone)

    def _asks(self, row: Row) -> list[Ask]:
        of = str(row.get("running") or self.change_id)
        change = next((one for one in self.order.changes if one.id == of), None)
        return asks_on(change, row) if change else []

    def _became(self, one: Piece) -> str:
        say = self.words.say
        if one.action == GIVEN_UP:
            return say("Only cancelled: nothing is ordered in its place")
        if one.outcome is Outcome.DONE:
            return say("At once") if self.ahead else say("Done")
        if one.why == Why.GIVEN_UP:
            return say("Given up: it was to be cancelled instead")
        if one.why == Why.WANTED:
            return say("It stays: it is wanted after all")
        if one.outcome is Outcome.TOO_LATE:
            known = _WHYS.get(Why(one.why), "") if one.why in set(Why) else ""
            return say("Too late: %(why)s", {"why": say(known or _WHYS[Why.NO_CHANGES])})
        asks = [ask for ask in self._asks(one.row) if ask.state is ChangeState.REQUESTED]
        partners = dict.fromkeys(
            partner_name(self.parts, self.order.fulfillment(ask.fulfillment_id).partner)
            for ask in asks
        )
        until = max((ask.until for ask in asks if ask.until), default=None)
        who = ", ".join(partners)
        if not who:
            return say("Waits for the rest of the change")
        if until is None:
            return say("%(partner)s is asked", {"partner": who})
        when = self.words.moment(until)
        return say("%(partner)s is asked, answer by %(when)s", {"partner": who, "when": when})

    def _what(self, one: Piece) -> str:
        action, goods = one.action, self._goods(one)
        values = {"goods": goods}
        sentences = {
            "cancel": "Cancel %(goods)s",
            "remove": "Cancel %(goods)s",
            MORE: "%(goods)s more",
            "quantity": "%(goods)s more",
            KEEP: "Keep %(goods)s, which was to be cancelled",
            "swap": "Exchange %(goods)s",
            GIVEN_UP: "Exchange %(goods)s",
            "add": "Add %(goods)s",
            "address": "Another address",
            "method": "Another way to ship",
            "gift": "The gift card",
            "date": "Another day of delivery",
        }
        said = self.words.say(sentences.get(action, "A change"), values)
        if action in GROUP_ACTIONS and one.units:
            values = {"what": said, "goods": goods}
            return self.words.say("%(what)s for %(goods)s", values)
        return said

    def _goods(self, one: Piece) -> str:
        names = {line.id: line.description or line.sku for line in self.order.lines}
        goods = [f"{count} × {names.get(line, '')}" for line, count in one.units.items()]
        name, units = one.row.get("line", ""), one.row.get("quantity", "")
        return ", ".join(goods) or f"{units} × {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How many units of a line are left: if they are given back as asked, and if none is."""

    name: str
    agreed: int
    declined: int


def either_way(order: Order) -> list[Ends]:
    """Return what lines come to of which units are being asked back, by what the answer may be."""
    rows = []
    for line in order.lines:
        asked = leaving(order, line) + exchanging(order, line)
        if asked:
            name = line.description or line.sku
            rows.append(Ends(name=name, agreed=line.kept - asked, declined=line.kept))
    return rows


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
