"""`hub partner settings`: what a partner set beside its page, shown, set and taken back."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, Shown, as_json
from hub.cli.words import when

if TYPE_CHECKING:
    from hub.flow.own_settings import OwnPage, Wanted
    from hub.flow.parts import Parts

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command(
    "settings",
    cls=Shown,
    epilog="hub partner settings corner\n"
    "hub partner settings corner --zone America/Denver --day-off 2026-12-24\n"
    "hub partner settings corner --carriers ups,fedex\n"
    "hub partner settings corner --take-back zone",
)
@click.argument("partner")
@click.option("--zone", default=None, help="The time zone in which it works.")
@click.option("--day-off", "closed", type=_DAY, multiple=True, help="A day of no work.")
@click.option("--work-on", "opened", type=_DAY, multiple=True, help="A holiday of its page as not.")
@click.option("--carriers", default=None, help="Whom it gives parcels to: ups,fedex.")
@click.option("--take-back", default=None, metavar="WHAT", help="zone, carriers or a day.")
@as_json
@pass_desk
def settings(
    desk: Desk,
    partner: str,
    zone: str | None,
    closed: Sequence[datetime],
    opened: Sequence[datetime],
    carriers: str | None,
    take_back: str | None,
    as_json: bool,
) -> None:
    """Show, set or take back what a partner set beside its page.

    Everything that is named is set, or nothing. Its own people do the same on the portal's
    settings. It counts at once, in every process; what was agreed before keeps its time.
    """
    from hub.flow import own_settings as flow

    wanted = flow.Wanted(
        zone=zone,
        closed=tuple(day.date() for day in closed),
        opened=tuple(day.date() for day in opened),
        carriers=None if carriers is None else carriers.replace(",", " ").split(),
        back=() if take_back is None else (_setting(take_back),),
    )
    with desk.reading() as parts:
        if partner not in {one.id for one in parts.partners.all}:
            raise Failure(f"no page has the partner {partner!r}", then="hub partner list")
        if wanted != flow.Wanted():
            _set(desk, parts, partner, wanted)
        own = flow.own_page(parts, partner)
    if as_json:
        desk.json({"partner": partner, "settings": own})
        return
    desk.table(("SETTING", "VALUE", "SET", "BY"), list(_rows(own)))


def _set(desk: Desk, parts: "Parts", partner: str, wanted: "Wanted") -> None:
    from hub.errors import Refused
    from hub.flow.own_settings import set_all

    try:
        set_all(parts, partner, wanted, who=WHO)
    except Refused as fault:
        for one in fault.problems:
            desk.say(f"{one.where.path} {one.where.value}: {one.text}")
        count = len(fault.problems)
        raise Failure(f"{count} mistake{'s' * (count != 1)}; nothing was set") from fault


def _rows(own: "OwnPage") -> Iterator[tuple[str, str, str, str]]:
    """What counts now, also what its page says and nobody set."""
    said = [("zone", own.zone, own.zone_said)]
    said += [(str(one.day), "works" if one.works else "day off", one.said) for one in own.days]
    said += [("carriers", " ".join(own.carriers) or "any", own.carriers_said)]
    for setting, value, row in said:
        yield setting, value, when(row.said_at if row else None), row.who if row else "its page"


def _setting(what: str) -> tuple[str, str]:
    """Return which setting is meant and of what: a day is one of many."""
    if what in ("zone", "carriers"):
        return what, ""
    try:
        return "day", date.fromisoformat(what).isoformat()
    except ValueError:
        raise click.UsageError(f"{what!r}: take back zone, carriers or a day") from None
