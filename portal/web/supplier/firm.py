"""What a supplier's admin sets for the whole firm: its zone, its days off, its carriers.

The rest of what is known of the firm is shown; another channel is asked for.
"""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.access import Action, may
from hub.domain import carriers
from hub.errors import Refused
from hub.flow import accounts, own_settings
from hub.flow.own_settings import OwnPage
from hub.flow.parts import Parts
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Visit
from portal.web.ground.problems import Problem, spoken

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOLIDAYS = 24
"""So many days off are told to who may set none; who may set them sees every one."""
WAYS = {
    "edi": "EDI (X12) over SFTP",
    "xml": "XML or cXML",
    "api": "a program of ours at your interface",
    "table": "tables (CSV or Excel) by mail or SFTP",
    "portal": "these pages alone",
}
"""How a supplier may ask to be spoken with."""

Shown = Callable[[Visit, list[Problem]], Response]


def firm(parts: Parts, visit: Visit) -> dict[str, Any]:
    """Return what is known of the visitor's firm, as people read it."""
    page, own = parts.partners.get(visit.partner), own_settings.own_page(parts, visit.partner)
    off = [one.day for one in own.days if not one.works]
    return {
        "name": page.name,
        "own": own,
        "may_set": may(accounts.caller(visit.account), Action.KEEP_OWN_FIRM),
        "who": _who(parts, visit, own),
        "days": own.days,
        "off": off[:HOLIDAYS],
        "more_off": max(0, len(off) - HOLIDAYS),
        "cutoff": page.calendar.cutoff,
        "work_days": [visit.words.say(WEEK[day]) for day in sorted(page.calendar.work_days)],
        "channels": [(one.name, one.transport, one.format) for one in page.channels],
        "answer_hours": round(page.limits.response.total_seconds() / 3600),
        "ship_hours": round(page.limits.ship.total_seconds() / 3600),
        "carriers": [(word, carriers.name(word)) for word in carriers.KNOWN],
        "ways": [(word, visit.words.say(text)) for word, text in WAYS.items()],
    }


def _who(parts: Parts, visit: Visit, own: OwnPage) -> dict[str, str]:
    """What those are called who set something; of others than their own people no name is told."""
    people = {one.id: one.name for one in accounts.listed(parts, partner=visit.partner)}
    others = visit.words.say("those who keep the hub")
    return {row.who: people.get(row.who.removeprefix("user:"), others) for row in own.said}


class Firm:
    """The forms of the firm; each leads back to the settings, or shows them with what is wrong."""

    def __init__(self, parts: Parts, shown: Shown) -> None:
        self._parts = parts
        self._shown = shown

    def zone(self, visit: Visit) -> Response:
        """Keep in which zone the firm works."""
        zone = visit.fields.get("zone", "")[:64]
        return self._done(
            visit,
            lambda who: own_settings.set_zone(self._parts, visit.partner, zone, who=who),
        )

    def close(self, visit: Visit) -> Response:
        """Keep that the firm does not work on a day."""
        day = _day(visit)
        if day is None:
            text = visit.words.say("Choose the day on which you do not work.")
            return self._shown(visit, [Problem(field="day", text=text)])
        return self._done(
            visit, lambda who: own_settings.close_on(self._parts, visit.partner, day, who=who)
        )

    def open(self, visit: Visit) -> Response:
        """Keep that the firm works on a day after all."""
        day = _day(visit)
        if day is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self._done(
            visit, lambda who: own_settings.open_on(self._parts, visit.partner, day, who=who)
        )

    def carriers(self, visit: Visit) -> Response:
        """Keep to whom the firm gives its parcels."""
        words = [word for word in carriers.KNOWN if f"carrier-{word}" in visit.fields]
        return self._done(
            visit, lambda who: own_settings.set_carriers(self._parts, visit.partner, words, who=who)
        )

    def channel(self, visit: Visit) -> Response:
        """Tell those who keep the hub how the firm would rather be spoken with."""
        way = WAYS.get(visit.fields.get("way", ""), "")
        if not way:
            text = visit.words.say("Choose how you want to exchange orders.")
            return self._shown(visit, [Problem(field="way", text=text)])
        own_settings.ask_for_channel(
            self._parts, visit.partner, way, who=f"user:{visit.account.id}"
        )
        return see_other(visit.request, "/settings?saved=asked")

    def _done(self, visit: Visit, act: Callable[[str], None]) -> Response:
        try:
            act(f"user:{visit.account.id}")
        except Refused as refusal:
            told = [spoken(flaw.where.path, flaw.text, flaw.code) for flaw in refusal.problems]
            return self._shown(visit, told)
        return see_other(visit.request, "/settings?saved=1")


def _day(visit: Visit) -> date | None:
    try:
        return date.fromisoformat(visit.fields.get("day", "").strip())
    except ValueError:
        return None
