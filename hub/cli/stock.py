"""`hub stock`: what partners have, how old that is, and what a person says of it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import when

if TYPE_CHECKING:
    from hub.flow.shelves import PartnerShelf, Shelf
    from hub.store import StockSource


@click.group(
    cls=ShownGroup,
    epilog="hub stock list\nhub stock show JUN-MUG-BLUE\nhub stock set corner JUN-MUG-BLUE 12\n"
    "hub stock feeds\nhub stock accept doc_3f0c…",
)
def stock() -> None:
    """Levels by article and partner, and the reports they come from."""


@stock.command("list", epilog="hub stock list\nhub stock list --after JUN-MUG-BLUE --json")
@click.option("--after", default="", help="Begin behind this SKU.")
@click.option("--limit", default=100, type=click.IntRange(1, 10_000), help="At most so many.")
@as_json
@pass_desk
def list_(desk: Desk, after: str, limit: int, as_json: bool) -> None:
    """Show what may be sold of each article, by SKU."""
    from hub.flow.shelves import of_offers

    with desk.reading() as parts, parts.store.read() as tx:
        rows = tx.catalog.page(after=after, limit=limit)
        found = of_offers(tx, parts, {article.sku: offers for article, offers in rows})
    if as_json:
        desk.json({"stock": list(found.values())})
        return
    headings = ("SKU", "TO SELL", "AS OF", "STALE", "NEXT")
    desk.table(headings, [_row(shelf) for shelf in found.values()])


def _row(shelf: "Shelf") -> tuple[str, str, str, str, str]:
    units = "not counted" if shelf.available is None else str(shelf.available)
    more = f"{shelf.next_quantity} on {shelf.next_on}" if shelf.next_on else "-"
    return (shelf.sku, units, when(shelf.as_of), "stale" if shelf.stale else "-", more)


@stock.command(epilog="hub stock show JUN-MUG-BLUE\nhub stock show JUN-MUG-BLUE --json")
@click.argument("sku")
@as_json
@pass_desk
def show(desk: Desk, sku: str, as_json: bool) -> None:
    """Show one article: each partner's level, what orders reserve of it, what may be sold.

    MOVED is what a warehouse of ours said since its level that it received, lost or found.
    """
    from hub.flow.shelves import shelves

    with desk.reading() as parts, parts.store.read() as tx:
        shelf = shelves(tx, parts, [sku]).get(sku)
    if shelf is None:
        raise Failure(f"the catalogue has no article {sku!r}", then="hub catalog list")
    if as_json:
        desk.json(shelf)
        return
    units = "nobody counts, always some" if shelf.available is None else str(shelf.available)
    desk.write(f"{shelf.sku}: {units} to sell", bold=True)
    headings = ("PARTNER", "LEVEL", "RESERVED", "MOVED", "TO SELL", "AS OF", "STALE", "NEXT")
    desk.table(headings, [_partner_row(row) for row in shelf.partners])


def _partner_row(row: "PartnerShelf") -> tuple[str, ...]:
    level, state = row.level, row.availability
    units = "not counted" if state.now is None else str(state.now)
    more = f"{level.next_quantity} on {level.next_on}" if level and level.next_on else "-"
    return (
        row.partner,
        str(level.quantity) if level else "-",
        str(row.reserved),
        f"{row.moved:+}" if row.moved else "-",
        units if row.asked else "not asked",
        when(level.as_of) if level else "-",
        "stale" if state.stale else "-",
        more,
    )


@stock.command(
    "set",
    epilog="hub stock set corner JUN-MUG-BLUE 12\n"
    "hub stock set corner JUN-MUG-BLUE 0 --next-on 2026-12-01 --next-quantity 40",
)
@click.argument("partner")
@click.argument("sku")
@click.argument("quantity", type=click.IntRange(0, 1_000_000_000))
@click.option("--next-on", type=click.DateTime(["%Y-%m-%d"]), help="Day on which more come.")
@click.option(
    "--next-quantity", default=0, type=click.IntRange(0, 1_000_000_000), help="How many come then."
)
@as_json
@pass_desk
def set_(
    desk: Desk,
    partner: str,
    sku: str,
    quantity: int,
    next_on: datetime | None,
    next_quantity: int,
    as_json: bool,
) -> None:
    """Say what a partner has of an article right now, in single units of ours.

    It counts as a report of one row: a later report of the partner's replaces it.
    """
    from hub.domain.feeds import Counted
    from hub.flow.levels import ByHand, set_level

    if next_quantity and next_on is None:
        raise click.UsageError("--next-quantity needs --next-on")
    level = Counted(
        sku=sku,
        quantity=quantity,
        next_on=next_on.date() if next_on else None,
        next_quantity=next_quantity,
    )
    with desk.reading() as parts:
        if partner not in {one.id for one in parts.partners.all}:
            raise Failure(f"no page has the partner {partner!r}", then="hub partner list")
        set_level(parts, ByHand(partner=partner, level=level, who=WHO))
        counts = parts.partners.get(partner).stock.level != "unlimited"
    if as_json:
        desk.json({"partner": partner, "level": level})
        return
    desk.write(f"{partner} has {quantity} of {sku}.")
    if not counts:
        desk.say(
            f"warning: the page of {partner} says `stock: level: unlimited`, so that nobody looks "
            "at levels; say by_hand there"
        )


@stock.command(epilog="hub stock feeds\nhub stock feeds --json")
@as_json
@pass_desk
def feeds(desk: Desk, as_json: bool) -> None:
    """Show what each partner reported last, and how old that is."""
    with desk.reading() as parts, parts.store.read() as tx:
        sources, now = tx.stock.sources(), parts.now()
        trusted = {one.id: one.stock.trust for one in parts.partners.all}
    if as_json:
        desk.json({"feeds": sources})
        return
    rows = []
    for source in sources:
        trust = trusted.get(source.partner)
        newest = source.full_as_of or source.as_of
        stale = "stale" if trust is not None and now - newest > trust else "-"
        rows.append((source.partner, *_source_row(source), stale))
    desk.table(("PARTNER", "AS OF", "FULL AS OF", "HEARD", "ARTICLES", "DOCUMENT", "STALE"), rows)


def _source_row(source: "StockSource") -> tuple[str, ...]:
    return (
        when(source.as_of.astimezone(UTC)),
        when(source.full_as_of),
        when(source.at),
        str(source.rows),
        source.feed,
    )


@stock.command(epilog="hub stock accept doc_3f0c…")
@click.argument("document_id")
@as_json
@pass_desk
def accept(desk: Desk, document_id: str, as_json: bool) -> None:
    """Let a report pass that waits because it would leave too many articles with none.

    A worker has to be running, or type `hub work --until-idle` afterwards.
    """
    from hub.flow.levels import accept as let_through

    with desk.reading() as parts:
        try:
            row = let_through(parts, document_id, who=WHO)
        except KeyError:
            raise Failure(
                f"there is no paper {document_id!r}", then="hub doc list --state parked"
            ) from None
    if as_json:
        desk.json({"id": row.id, "state": "accepted"})
    else:
        desk.write(f"{row.set_id} {row.number} from {row.partner} will be taken in.")
