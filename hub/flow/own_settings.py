"""What a partner's people, or an operator for them, set beside its page; every process follows.

The page is the retailer's. What is set here is laid over it and counts from then on: for what is
promised, counted and sent later. What was agreed before keeps its moment. Nothing set is ever
removed from the store: who took it back, and when, is told as well.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hub.domain import carriers
from hub.domain.exchange import Problem, Where
from hub.domain.facts import Stuck
from hub.domain.names import Names
from hub.errors import Refused
from hub.flow.noting import note_command
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to count for a partner from now on; what is None or empty stays as it is.

    `zone` is where it works, it is `closed` or works on those days, and `carriers`, by their words,
    are whom it gives parcels to: none means any. `back` are settings, each with its subject, for
    which the page counts again.
    """

    zone: str | None = None
    closed: Sequence[date] = ()
    opened: Sequence[date] = ()
    carriers: Collection[str] | None = None
    back: Sequence[tuple[str, str]] = ()


def set_all(parts: Parts, partner: str, wanted: Wanted, *, who: str) -> None:
    """Keep everything that is wanted, or nothing at all.

    Of a zone those of its people whose zone it was go with it. A day lies ahead and not far away,
    and there are not too many. Raises KeyError for no such partner, Refused with all that is wrong.
    """
    page = parts.partners.page(partner)

    def work(tx: Transaction) -> None:
        setting = _Setting(tx=tx, parts=parts, page=page, who=who)
        problems = [*setting.kept(wanted)]
        if problems:
            raise Refused(problems)

    parts.store.write(work)
    parts.partners.own.look_again()


def set_zone(parts: Parts, partner: str, zone: str, *, who: str) -> None:
    """Keep in which zone a partner works, as `set_all`."""
    set_all(parts, partner, Wanted(zone=zone), who=who)


def close_on(parts: Parts, partner: str, day: date, *, who: str) -> None:
    """Keep that a partner does not work on a day, as `set_all`."""
    set_all(parts, partner, Wanted(closed=(day,)), who=who)


def open_on(parts: Parts, partner: str, day: date, *, who: str) -> None:
    """Keep that a partner works on a day that was a holiday, as `set_all`."""
    set_all(parts, partner, Wanted(opened=(day,)), who=who)


def set_carriers(parts: Parts, partner: str, words: Collection[str], *, who: str) -> None:
    """Keep to which carriers a partner gives parcels, as `set_all`; none means any."""
    set_all(parts, partner, Wanted(carriers=words), who=who)


def take_back(parts: Parts, partner: str, setting: str, subject: str, *, who: str) -> None:
    """Let the page count again where somebody set something else; else it does nothing.

    Raises KeyError for no such partner.
    """
    set_all(parts, partner, Wanted(back=((setting, subject),)), who=who)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """One partner's settings in one transaction, which ends without them if anything is wrong."""

    tx: Transaction
    parts: Parts
    page: Partner
    who: str

    def kept(self, wanted: Wanted) -> Iterator[Problem]:
        """Put what is wanted; yield what is wrong."""
        if wanted.zone is not None:
            yield from self._zone(wanted.zone.strip())
        for day in wanted.closed:
            yield from self._day(day, CLOSED)
        for day in wanted.opened:
            yield from self._day(day, OPENED)
        if wanted.carriers is not None:
            yield from self._carriers(wanted.carriers)
        for setting, subject in wanted.back:
            if setting == ZONE:
                self._put_zone("")
            else:
                self._put(setting, subject, "")

    def _zone(self, zone: str) -> Iterator[Problem]:
        try:
            known_zone(zone)
        except ValueError:
            yield _wrong("name a time zone such as America/Chicago or Europe/Berlin", ZONE, zone)
            return
        self._put_zone("" if zone == self.page.calendar.zone else zone)

    def _put_zone(self, value: str) -> None:
        of_page = self.page.calendar.zone
        before, after = _own(self._rows()).zone or of_page, value or of_page
        self._put(ZONE, "", value)
        for row in self.tx.accounts.page(partner=self.page.id) if after != before else ():
            if row.zone == before:  # whoever chose another one keeps it
                self.tx.accounts.set_words(row, name=row.name, zone=after, language=row.language)

    def _day(self, day: date, value: str) -> Iterator[Problem]:
        rows = self._rows()
        today = _today(self.parts, self.page, rows)
        if not today <= day <= today + FURTHEST:
            text = "choose a day from today on, at most two years away"
            yield _wrong(text, DAY, day.isoformat())
            return
        as_page = (value == CLOSED) == (day in self.page.calendar.holidays)
        closed = {one for one in _own(rows).closed if one >= today} | {day}
        if value == CLOSED and not as_page and len(closed) > MOST_DAYS:
            text = f"there may be {MOST_DAYS} days off at most; remove one first"
            yield _wrong(text, DAY, day.isoformat())
            return
        self._put(DAY, day.isoformat(), "" if as_page else value)

    def _carriers(self, words: Collection[str]) -> Iterator[Problem]:
        known = ", ".join(carriers.KNOWN)
        unknown = sorted(set(words) - set(carriers.KNOWN))
        for word in unknown:
            yield _wrong(f"there is no carrier {word}; there are {known}", CARRIERS, word)
        if not unknown:
            self._put(CARRIERS, "", " ".join(word for word in carriers.KNOWN if word in words))

    def _rows(self) -> Sequence[SettingRow]:
        return self.tx.own.of(self.page.id)

    def _put(self, setting: str, subject: str, value: str) -> None:
        """Keep it with who said so and when, unless it is so already."""
        which = (setting, subject)
        before = next((r.value for r in self._rows() if (r.setting, r.subject) == which), "")
        if value == before:
            return
        partner = self.page.id
        self.tx.own.put(
            SettingRow(
                partner=partner,
                setting=setting,
                subject=subject,
                value=value,
                said_at=self.parts.now(),
                who=self.who,
            )
        )
        said = {"partner": partner, "setting": setting, "subject": subject}
        told = {"own_setting": {**said, "value": value, "before": before}}
        note_command(self.tx, self.parts, told, subject=partner, who=self.who)


# --- another channel -----------------------------------------------------------------------------


def ask_for_channel(parts: Parts, partner: str, wish: str, *, who: str) -> None:
    """Tell those who keep the hub that a partner wants to be spoken with another way.

    One exception a partner waits for a person, with the last wish. Raises KeyError for no such
    partner, Refused for an empty wish.
    """
    name, words = parts.partners.page(partner).name, " ".join(wish.split())[:200]
    if not words:
        raise Refused([_wrong("say how you want to exchange orders", "wish", "")])
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
        wished = {"channel_wish": {"partner": partner, "wish": words}}
        note_command(tx, parts, wished, subject=partner, who=who)

    parts.store.write(work)


def _wrong(text: str, field: str, value: str) -> Problem:
    return Problem(code="own-setting", text=text, where=Where(path=field, value=value[:99]))
