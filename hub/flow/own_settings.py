"""What a partner's people, or an operator for them, set beside its page; every process follows.

The page is the retailer's. What is set here is laid over it and counts from then on: for what is
promised, counted and sent later. What was agreed before keeps its moment. Nothing set is ever
removed from the store: who took it back, and when, is told as well.
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hub.domain import carriers
from hub.domain.exchange import Problem, Where
from hub.domain.facts import Stuck
from hub.domain.names import Names
from hub.errors import Refused
from hub.flow.parts import Parts, Routes
from hub.partners import Own, Partner
from hub.partners.fields import known_zone
from hub.store import SettingRow, Store, Transaction, is_away, is_taken_up

ZONE, DAY, CARRIERS = "zone", "day", "carriers"
CLOSED, OPENED = "closed", "opened"
LOOKS_EVERY = 1.0  # seconds
FURTHEST = timedelta(days=731)
MOST_DAYS = 60  # that a partner closes beside its page's holidays and are still to come


class OwnPages:
    """What partners set for themselves, as this process knows it: a second old at most.

    It is asked many times a paper, within transactions too, so that it looks seldom and reads only
    what changed. While one thread looks, the others go on with what was known, but for the first
    look, for which they wait: "nobody set anything" is no guess to act on. While the store is away
    or has no connection to spare, what was known last counts on. `clock` gives seconds that only
    grow.
    """

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._known: Mapping[str, Own] = {}
        self._turns = 0
        self._next = clock()
        self._looking = threading.Lock()
        self._seen = False  # a look has ended well
        self._asked = 0  # how often somebody wants the next look at once

    def known(self) -> Mapping[str, Own]:
        """Return it by partner, for those who set anything."""
        if self._clock() >= self._next and self._looking.acquire(blocking=not self._seen):
            try:
                if self._clock() >= self._next:  # whoever waited need not look as well
                    self._look_now()
            finally:
                self._looking.release()
        return self._known

    def look_again(self) -> None:
        """See that the next `known` reads what was just written."""
        self._asked += 1
        self._next = self._clock()

    def _look_now(self) -> None:
        asked = self._asked
        try:
            self._look()
            self._seen = True
        except Exception as fault:
            if is_away(fault) or is_taken_up(fault):
                return
            raise
        finally:
            if asked == self._asked:  # else something was written meanwhile
                self._next = self._clock() + LOOKS_EVERY

    def _look(self) -> None:
        turns = self._store.own_turns()
        if turns != self._turns:
            with self._store.read() as tx:
                rows = tx.own.all()
            self._known, self._turns = _by_partner(rows), turns


def following(parts: Parts) -> Parts:
    """Return parts whose partners are as they are set in the store of these parts, at any time.

    They are looked at once before anybody asks; a store that is away is looked at later.
    """
    own = OwnPages(parts.store)
    own.known()
    routes = Routes.over(parts.routes, own)
    return replace(parts, partners=replace(parts.partners, own=own), routes=routes)


def _by_partner(rows: Sequence[SettingRow]) -> Mapping[str, Own]:
    found: dict[str, Own] = {}
    for row in rows:
        found[row.partner] = _with(found.get(row.partner, Own()), row)
    return found


def _with(own: Own, row: SettingRow) -> Own:
    if not row.value:
        return own
    if row.setting == ZONE:
        return replace(own, zone=row.value)
    if row.setting == CARRIERS:
        return replace(own, carriers=tuple(row.value.split()))
    day = date.fromisoformat(row.subject)
    if row.value == CLOSED:
        return replace(own, closed=own.closed | {day})
    return replace(own, opened=own.opened | {day})


# --- shown ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOff:
    """A day on which a partner does not work, or does again; `said` is who set it, if not its page.

    `works` is for a holiday of its page on which it works after all.
    """

    day: date
    works: bool
    said: SettingRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """What counts for a partner now beside what its page says, and who set what.

    `page_zone` is what counts once `zone` is taken back. `days` are those from today on.
    """

    zone: str
    page_zone: str
    zone_said: SettingRow | None
    days: tuple[DayOff, ...]
    carriers: tuple[str, ...]
    carriers_said: SettingRow | None

    @property
    def said(self) -> tuple[SettingRow, ...]:
        """Everything that was set and counts."""
        rows = (self.zone_said, *(one.said for one in self.days), self.carriers_said)
        return tuple(row for row in rows if row is not None)


def own_page(parts: Parts, partner: str) -> OwnPage:
    """Return what a partner set, as it is in the store now; raises KeyError for no such partner."""
    page = parts.partners.page(partner)
    with parts.store.read() as tx:
        rows = tx.own.of(partner)
    return _shown(page, rows, today=_today(parts, page, rows))


def _shown(page: Partner, rows: Sequence[SettingRow], *, today: date) -> OwnPage:
    said = {(row.setting, row.subject): row for row in rows if row.value}
    now = page.with_own(_own(rows))
    days = {date.fromisoformat(subject) for setting, subject in said if setting == DAY}
    shown = sorted(day for day in days | page.calendar.holidays if day >= today)
    return OwnPage(
        zone=now.calendar.zone,
        page_zone=page.calendar.zone,
        zone_said=said.get((ZONE, "")),
        days=tuple(
            DayOff(
                day=day,
                works=day not in now.calendar.holidays,
                said=said.get((DAY, day.isoformat())),
            )
            for day in shown
        ),
        carriers=now.carriers,
        carriers_said=said.get((CARRIERS, "")),
    )


def _own(rows: Sequence[SettingRow]) -> Own:
    own = Own()
    for row in rows:
        own = _with(own, row)
    return own


def _today(parts: Parts, page: Partner, rows: Sequence[SettingRow]) -> date:
    """The day it is where the partner works."""
    return parts.now().astimezone(ZoneInfo(_own(rows).zone or page.calendar.zone)).date()


# --- set and taken back --------------------------------------------------------------------------


def set_zone(parts: Parts, partner: str, zone: str, *, who: str) -> None:
    """Keep in which zone a partner works; those of its people whose zone it was go with it.

    Raises KeyError for no such partner, Refused for what is no zone.
    """
    try:
        known_zone(zone.strip())
    except ValueError:
        raise _refused("name a time zone such as America/Chicago or Europe/Berlin", ZONE) from None
    page = parts.partners.page(partner)
    value = "" if zone.strip() == page.calendar.zone else zone.strip()
    parts.store.write(lambda tx: _put_zone(tx, parts, page, value, who=who))
    parts.partners.own.look_again()


def _put_zone(tx: Transaction, parts: Parts, page: Partner, value: str, *, who: str) -> None:
    before = _own(tx.own.of(page.id)).zone or page.calendar.zone
    _put(tx, parts, page.id, (ZONE, ""), value, who=who)
    after = value or page.calendar.zone
    for row in tx.accounts.page(partner=page.id) if after != before else ():
        if row.zone == before:  # whoever chose another one keeps it
            tx.accounts.set_words(row, name=row.name, zone=after, language=row.language)


def close_on(parts: Parts, partner: str, day: date, *, who: str) -> None:
    """Keep that a partner does not work on a day.

    Raises KeyError for no such partner, Refused for a day that is over or far away, or when there
    are too many.
    """
    _say_day(parts, partner, day, CLOSED, who=who)


def open_on(parts: Parts, partner: str, day: date, *, who: str) -> None:
    """Keep that a partner works on a day that was a holiday; raises as `close_on`."""
    _say_day(parts, partner, day, OPENED, who=who)


def _say_day(parts: Parts, partner: str, day: date, value: str, *, who: str) -> None:
    page = parts.partners.page(partner)

    def work(tx: Transaction) -> None:
        rows = tx.own.of(partner)
        today = _today(parts, page, rows)
        if not today <= day <= today + FURTHEST:
            raise _refused("choose a day from today on, at most two years away", DAY)
        as_page = (value == CLOSED) == (day in page.calendar.holidays)
        closed = {one for one in _own(rows).closed if one >= today} | {day}
        if value == CLOSED and not as_page and len(closed) > MOST_DAYS:
            raise _refused(f"there may be {MOST_DAYS} days off at most; remove one first", DAY)
        _put(tx, parts, partner, (DAY, day.isoformat()), "" if as_page else value, who=who)

    parts.store.write(work)
    parts.partners.own.look_again()


def set_carriers(parts: Parts, partner: str, words: Collection[str], *, who: str) -> None:
    """Keep to which carriers a partner gives parcels, by their words; none means any.

    Raises KeyError for no such partner, Refused for a carrier that the hub does not know.
    """
    parts.partners.page(partner)
    if unknown := sorted(set(words) - set(carriers.KNOWN)):
        known = ", ".join(carriers.KNOWN)
        raise _refused(f"there is no carrier {unknown[0]}; there are {known}", CARRIERS)
    value = " ".join(word for word in carriers.KNOWN if word in words)
    parts.store.write(lambda tx: _put(tx, parts, partner, (CARRIERS, ""), value, who=who))
    parts.partners.own.look_again()


def take_back(parts: Parts, partner: str, setting: str, subject: str, *, who: str) -> None:
    """Let the page count again where somebody set something else.

    It does nothing where nothing is set. Raises KeyError for no such partner.
    """
    page = parts.partners.page(partner)
    if setting == ZONE:
        parts.store.write(lambda tx: _put_zone(tx, parts, page, "", who=who))
    else:
        parts.store.write(lambda tx: _put(tx, parts, partner, (setting, subject), "", who=who))
    parts.partners.own.look_again()


def _put(
    tx: Transaction, parts: Parts, partner: str, which: tuple[str, str], value: str, *, who: str
) -> None:
    """Keep it with who said so and when, unless it is so already."""
    setting, subject = which
    rows = [row for row in tx.own.of(partner) if (row.setting, row.subject) == which]
    before = rows[0].value if rows else ""
    if value == before:
        return
    now = parts.now()
    tx.own.put(
        SettingRow(
            partner=partner, setting=setting, subject=subject, value=value, said_at=now, who=who
        )
    )
    said = {"partner": partner, "setting": setting, "subject": subject}
    _note(tx, parts, partner, {"own_setting": {**said, "value": value, "before": before}}, who=who)


# --- another channel -----------------------------------------------------------------------------


def ask_for_channel(parts: Parts, partner: str, wish: str, *, who: str) -> None:
    """Tell those who keep the hub that a partner wants to be spoken with another way.

    One exception a partner waits for a person, with the last wish. Raises KeyError for no such
    partner, Refused for an empty wish.
    """
    name, words = parts.partners.page(partner).name, " ".join(wish.split())[:200]
    if not words:
        raise _refused("say how you want to exchange orders", "wish")
    stuck = Stuck(
        hold=f"channel-wish:{partner}",
        kind="channel-wish",
        partner=partner,
        text=f"{name} asks for another way to exchange orders: “{words}”",
        next_step="Agree on it with them, then change the channels of their page.",
    )

    def work(tx: Transaction) -> None:
        names = Names(parts.fresh())
        tx.exceptions.open(stuck, at=parts.now(), names=names)
        _note(tx, parts, partner, {"channel_wish": {"partner": partner, "wish": words}}, who=who)

    parts.store.write(work)


def _note(
    tx: Transaction, parts: Parts, partner: str, body: dict[str, object], *, who: str
) -> None:
    tx.facts.record_input(
        input_id=Names(parts.fresh()).new("inp"),
        kind="command",
        at=parts.now(),
        who=who,
        subject=partner,
        body=body,
        sealed=None,
        hashes={"code": parts.code},
    )


def _refused(text: str, field: str) -> Refused:
    return Refused([Problem(code="own-setting", text=text, where=Where(path=field))])
