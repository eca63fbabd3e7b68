"""The status page's words, drawn from the order's status document, its facts and its people.

Only what is named here reaches a page: the document is never handed to a template as it is.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hub.domain import carriers, status
from hub.domain.headline import HELD_UP, headline
from hub.domain.orders import Order
from hub.domain.placing import address_of
from hub.domain.status import ENDED, ParcelState, Word
from hub.flow.parts import Parts
from hub.ops import brand_pictures
from hub.partners import Brand
from hub.render import words
from hub.store import Erased, StatusRow, Transaction
from portal.web.customer.outcomes import waiting
from portal.web.customer.places import ShownPlace, places
from portal.web.customer.timeline import Event, Teller, journeys, left_at, timeline
from portal.web.customer.wanting import units_rows
from portal.web.ground.words import told

_BAD = {Word.DELAYED, Word.CANCELLED}
_ENDED = {Word.DELIVERED, Word.CANCELLED, Word.RETURNED}
_NOT_COMING = {*ENDED, ParcelState.PROBLEM}  # nobody knows a day for what is held up
STEPS = ("Confirmed", "Prepared", "Shipped", "Delivered")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """One article: what it is called, how many, where they are, and its picture's path, if any."""

    article: str
    quantity: int
    where: str
    picture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownParcel:
    """One parcel; `link` is the carrier's own page, https only, `journey` newest first."""

    title: str
    state: str
    when: str
    carrier: str
    tracking: str
    link: str
    lines: tuple[str, ...]
    journey: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPromise:
    """One date that was promised, and how it moved in all; each single move is told below."""

    sentence: str
    day: str
    move: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage:
    """Everything that a status page says. `people` are masked unless `proven`.

    `arrivals` are the days that the headline does not tell, `waiting` what was asked for and is
    not answered. `step` is the last of `steps` that was reached, counted from 1; 0 when there is no
    way to show. No code can be sent where there is no e-mail address: nobody is `reachable` then.
    `comes_back` says that all that left is on its way back, and not because the customer sent it.
    """

    number: str
    word: str
    tone: str
    step: int
    steps: tuple[str, ...]
    headline: str
    placed: str
    parcels: tuple[ShownParcel, ...]
    lines: tuple[ShownLine, ...]
    promises: tuple[ShownPromise, ...]
    arrivals: tuple[str, ...]
    events: tuple[Event, ...]
    people: tuple[ShownPlace, ...]
    email: str
    reachable: bool
    proven: bool
    can_change: bool
    can_cancel: bool
    can_reduce: bool
    has_left: bool
    comes_back: bool
    waiting: tuple[str, ...]


def status_page(
    parts: Parts, brand: Brand, *, number: str, proven: bool, pictures: Path
) -> StatusPage | None:
    """Return the page of the brand's order, None when there is no such order.

    `pictures` is the folder of the brand's pictures.
    """
    now = parts.now()
    with parts.store.read() as tx:
        row = tx.orders.status(brand=brand.id, number=number)
        order = tx.orders.find(brand=brand.id, number=number)
        if row is None or order is None:
            return None
        facts = tx.facts.of_order(order.id)
        document = _document(row)
        boxes = _boxes(order, document)
        people = places(tx, order, _titles(boxes, brand), proven=proven, language=brand.language)
        email = _email(tx, order)
    word = status.word_at(document, now)
    unfilled = status.unfilled(order)
    said = headline(document, now, zone=brand.clock, unfilled=unfilled)
    names = _articles(document)
    promises = () if word in _ENDED else _promises(document, brand, unfilled)
    comes_back = word is Word.RETURNED and not any(one.get("returned") for one in document["lines"])
    held_up = HELD_UP in said.lower()
    actions = document.get("allowed_actions") or ()
    return StatusPage(
        number=order.number,
        word="" if word.lower() in said.lower() or comes_back or held_up else str(word),
        tone="bad" if word in _BAD or held_up else "good",
        step=_step(document, word),
        steps=STEPS,
        headline=said,
        placed=words.day(order.placed_at.astimezone(brand.clock).date()),
        parcels=_parcels(document, brand, boxes, journeys(facts, brand.clock)),
        lines=tuple(_line(one, document, brand.language, pictures) for one in document["lines"]),
        promises=promises,
        arrivals=_arrivals(promises, said),
        events=tuple(timeline(facts, _teller(order, names, brand, boxes))),
        people=people,
        email=email if proven else "",
        reachable=bool(email),
        proven=proven,
        can_change="change" in actions,
        can_cancel="cancel" in actions,
        can_reduce="cancel" in actions and any(row.stays > 1 for row in units_rows(order)),
        has_left=any(line["shipped"] for line in document["lines"]),
        comes_back=comes_back,
        waiting=waiting(document, brand, now),
    )


def _teller(order: Order, names: Mapping[str, str], brand: Brand, boxes: Sequence[str]) -> Teller:
    """What the timeline draws on; parts are named where no part is of everything."""
    articles = {line.id: names.get(line.number, "") for line in order.lines}
    parts = {
        part.id: words.listed([articles[line.line_id] for line in part.lines], brand.language)
        for part in order.fulfillments
        if len(part.lines) < len(order.lines)
    }
    several = {one: _title(n, len(boxes)) for n, one in enumerate(boxes, 1) if len(boxes) > 1}
    return Teller(
        articles=articles,
        parts=parts,
        zone=brand.clock,
        language=brand.language,
        parcels=several,
        unseen=frozenset(_unseen(order)),
    )


def _unseen(order: Order) -> Iterator[str]:
    """The shipments, standing or taken back, that the customer was never shown, and their boxes."""
    for shipment in (*order.shipments, *order.voided):
        if not shipment.known_packages:
            yield shipment.id
            yield from (package.id for package in shipment.packages)


def _boxes(order: Order, document: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the document's parcels, in its order; none of one that has others."""
    ids = tuple(box.id for one in order.shipments for box in one.known_packages)
    return ids if len(ids) == len(document["parcels"]) else ()


def _document(row: StatusRow) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(row.body)
    return document


def _articles(document: Mapping[str, Any]) -> dict[str, str]:
    """What each line is called, by its number; the article's number where it has no name."""
    return {
        line["line"]: words.plain(line["description"]) or line["sku"] for line in document["lines"]
    }


def _step(document: Mapping[str, Any], word: Word) -> int:
    """How far the order is; what was cancelled or comes back has no way to go."""
    back = any(one.get("state") == ParcelState.RETURNED for one in document["parcels"])
    if word in (Word.CANCELLED, Word.RETURNED) or (word is Word.DELIVERED and back):
        return 0
    if word is Word.DELIVERED:
        return 4
    lines = document["lines"]
    if any(line["shipped"] for line in lines):
        return 3
    return 2 if any(line.get("being_prepared") for line in lines) else 1


def _line(
    line: Mapping[str, Any], document: Mapping[str, Any], language: str, pictures: Path
) -> ShownLine:
    places = _places(line, document, language)
    return ShownLine(
        article=_articles(document)[line["line"]],
        quantity=line["ordered"],
        where=words.listed(places, language),
        picture=_picture(pictures, line["sku"]),
    )


def _picture(folder: Path, sku: str) -> str:
    found = brand_pictures.find(folder, sku)
    return f"/pictures/{found.digest}/{quote(found.name)}" if found else ""


def _places(line: Mapping[str, Any], document: Mapping[str, Any], language: str) -> list[str]:
    """Where the units of a line are, each counted once; one place for all needs no count."""
    delivered, returned = line.get("delivered", 0), line.get("returned", 0)
    parcels = _in_parcels(line, document)
    back = min(parcels[ParcelState.RETURNED], line["shipped"])
    # A parcel may come back after it was delivered.
    delivered -= min(back, max(0, delivered - parcels[ParcelState.DELIVERED]))
    shipped = max(0, line["shipped"] - delivered - back)
    backordered = min(line["open"], line.get("backordered", 0))
    prepared = min(line["open"] - backordered, line.get("being_prepared", 0))
    places = {
        "delivered": max(0, delivered - returned),
        "returned": returned,
        "on its way back to us": back,
        "shipped": shipped,
        "being prepared": prepared,
        "waiting for new stock": backordered,
        "confirmed": line["open"] - backordered - prepared,
        "cancelled": line["cancelled"],
    }
    there = {place: units for place, units in places.items() if units > 0}
    if len(there) == 1:
        return [told(language, place.capitalize()) for place in there]
    return [f"{units} {told(language, place)}" for place, units in there.items()]


def _in_parcels(line: Mapping[str, Any], document: Mapping[str, Any]) -> Counter[str]:
    """How many units of a line are in parcels of each state."""
    found: Counter[str] = Counter()
    for parcel in document["parcels"]:
        for packed in parcel.get("lines", ()):
            if packed["line"] == line["line"]:
                found[str(parcel.get("state"))] += packed["quantity"]
    return found


def _parcels(
    document: Mapping[str, Any],
    brand: Brand,
    boxes: Sequence[str],
    journeys: Mapping[str, Sequence[Event]],
) -> tuple[ShownParcel, ...]:
    parcels: Sequence[Mapping[str, Any]] = document["parcels"]
    names = _articles(document)
    told = [journeys.get(box, ()) for box in boxes] or [()] * len(parcels)
    return tuple(
        _parcel(
            parcel, title=_title(n, len(parcels)), names=names, brand=brand, journey=told[n - 1]
        )
        for n, parcel in enumerate(parcels, start=1)
    )


def _titles(boxes: Sequence[str], brand: Brand) -> Mapping[str, str]:
    """What each parcel is called, by its id, in the brand's language."""
    return {
        one: told(brand.language, _title(n, len(boxes))) for n, one in enumerate(boxes, start=1)
    }


def _title(number: int, parcels: int) -> str:
    return f"Parcel {number} of {parcels}" if parcels > 1 else "Parcel"


def _parcel(
    parcel: Mapping[str, Any],
    *,
    title: str,
    names: Mapping[str, str],
    brand: Brand,
    journey: Sequence[Event],
) -> ShownParcel:
    state = str(parcel.get("state") or ParcelState.SHIPPED)
    since = words.day_of(parcel.get("state_at") or parcel["shipped_at"], brand.clock)
    expected = words.day_of(parcel.get("expected_on"), brand.clock)
    coming = expected if state not in _NOT_COMING else None
    tracking = words.plain(str(parcel.get("tracking") or ""))
    carrier = carriers.carrier_of(tracking, named=str(parcel.get("carrier") or ""))
    link = carriers.link(carrier, tracking) or ""
    return ShownParcel(
        title=title,
        state=words.PARCEL_STATES.get(state, words.PARCEL_STATES["shipped"]),
        when=f"Expected {words.day(coming)}" if coming else words.day(since) if since else "",
        carrier=carriers.name(carrier) if link else "",
        tracking=tracking,
        link=link,
        lines=tuple(
            f"{line['quantity']} × {names.get(line['line'], '')}" for line in parcel["lines"]
        ),
        journey=tuple(reversed((left_at(parcel["shipped_at"], brand.clock), *journey)))
        if journey
        else (),
    )


def _promises(
    document: Mapping[str, Any], brand: Brand, unfilled: Mapping[str, int]
) -> tuple[ShownPromise, ...]:
    """Days of arrival; days of leaving are between us and those who pack.

    `unfilled` are the units of each line that nobody is asked for: no day is known of them.
    """
    promises = document.get("promises") or ()
    days = [one for one in promises if one.get("kind") == "deliver_by" and one.get("open", 1)]
    parts = Counter(one.get("part") for one in days if "units" in one)
    last: dict[object, Mapping[str, Any]] = {}
    for one in sorted(days, key=lambda one: str(one.get("now"))):
        # Of the same goods the last day says it all, but not where a part of them was put off.
        halves = (one.get("part"), one.get("now")) if parts[one.get("part")] > 1 else ()
        last[(*one.get("lines", ()), *halves)] = one
    names = _articles(document)
    named = names if len(last) + len(unfilled) > 1 else {}
    dated = [_promise(one, goods=_goods(one, named, parts), brand=brand) for one in last.values()]
    undated = [f"{units} × {names[line]}" for line, units in unfilled.items() if line in named]
    return (*dated, *(_no_day(words.quoted(goods)) for goods in undated))


def _no_day(goods: str) -> ShownPromise:
    return ShownPromise(sentence=f"{goods}: no day known yet", day="", move="")


def _goods(
    one: Mapping[str, Any], names: Mapping[str, str], parts: Mapping[object, int]
) -> list[str]:
    """What a promise is of; how many of it where others of the same part have another day."""
    if parts[one.get("part")] > 1:
        return [f"{row['quantity']} × {names[row['line']]}" for row in one["units"]]
    return [names[line] for line in one.get("lines", ()) if line in names]


def _promise(one: Mapping[str, Any], *, goods: Sequence[str], brand: Brand) -> ShownPromise:
    due = words.day_of(one.get("now"), brand.clock)
    what = words.quoted(words.listed(goods, brand.language))
    if due is None:
        return _no_day(what or "Your order")
    day = words.day(due)
    return ShownPromise(
        sentence=f"{what or 'Your order'}: by {day}", day=day, move=_moved(one, brand, what)
    )


def _arrivals(promises: Sequence[ShownPromise], said: str) -> tuple[str, ...]:
    """The days of arrival, unless the headline told the only one, or what the carriers say."""
    by_carrier = said.startswith("Arriving ") and not said.startswith("Arriving by ")
    told = len(promises) == 1 and (
        promises[0].day in said or said.startswith(Word.OUT_FOR_DELIVERY)
    )
    return (
        ()
        if by_carrier or told or said.lower().startswith(HELD_UP)
        else tuple(one.sentence for one in promises)
    )


def _moved(one: Mapping[str, Any], brand: Brand, what: str) -> str:
    """Where a day stood first and stands now, with the last reason that led there.

    `what` names the goods where others have another day.
    """
    was, now = (words.day_of(one.get(end), brand.clock) for end in ("first", "now"))
    moves = one.get("moves") or ()
    if not was or not now or was == now or not moves:
        return ""
    why = words.reason(_reason(moves, later=now > was), was=was, now=now)
    if what:
        return f"{what}: moved from {words.day(was)} to {words.day(now)}: {why}."
    return f"Moved from {words.day(was)} to {words.day(now)}: {why}."


def _reason(moves: Sequence[Mapping[str, Any]], *, later: bool) -> object:
    """Why it moved that way: the last move the other way does not explain it."""
    same_way = [one for one in moves if (str(one.get("to")) > str(one.get("from"))) is later]
    return (same_way or moves)[-1].get("reason")


def _email(tx: Transaction, order: Order) -> str:
    buyer = tx.visits.buyer(order.id)
    try:
        return address_of(tx.people.get(buyer)).email if buyer else ""
    except Erased:
        return ""
