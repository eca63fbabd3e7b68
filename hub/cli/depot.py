"""`hub depot`: what is ours in warehouses' hands: goods sent there, received, adjusted, counted."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import line, when

if TYPE_CHECKING:
    from hub.flow.transfers import TransferShown


@click.group(
    cls=ShownGroup,
    epilog="hub depot list\nhub depot show TR-000001\nhub depot send depot JUN-MUG-BLUE=480\n"
    "hub depot book depot JUN-MUG-BLUE\nhub depot accept doc_3f0c…",
)
def depot() -> None:
    """Our goods in warehouses: sent against received, each movement, what differs."""


@depot.command("list", epilog="hub depot list\nhub depot list --json")
@click.option("--limit", default=100, type=click.IntRange(1, 10_000), help="At most so many.")
@as_json
@pass_desk
def list_(desk: Desk, limit: int, as_json: bool) -> None:
    """Show the newest transfers, sent against received."""
    from hub.flow.transfers import listed

    with desk.reading() as parts, parts.store.read() as tx:
        rows = listed(tx, limit=limit)
    if as_json:
        desk.json({"transfers": rows})
        return
    if not rows:
        desk.write("Nothing was sent to a warehouse yet.")
        return
    headings = ("NUMBER", "WAREHOUSE", "SENT ON", "EXPECTED", "UNITS", "RECEIVED", "DIFFERS")
    desk.table(headings, [_row(one) for one in rows])


def _row(one: "TransferShown") -> tuple[str, ...]:
    sent = sum(units for _, units in one.transfer.lines)
    came = sum(movement.quantity for movement in one.received)
    differs = "not received" if not one.received else str(len(one.differences) or "-")
    return (
        one.transfer.number,
        one.transfer.partner,
        _day(one.transfer.shipped_on),
        _day(one.transfer.expected_on),
        str(sent),
        str(came),
        differs,
    )


def _day(on: date | None) -> str:
    return on.isoformat() if on else "-"


@depot.command(epilog="hub depot show TR-000001\nhub depot show TR-000001 --json")
@click.argument("number")
@click.option("--partner", default="", help="Which warehouse's, if several have that number.")
@as_json
@pass_desk
def show(desk: Desk, number: str, partner: str, as_json: bool) -> None:
    """Show a transfer: what was sent, every receipt, and what differs."""
    from hub.flow.transfers import shown

    with desk.reading() as parts, parts.store.read() as tx:
        rows = shown(tx, number=number, partner=partner)
    if not rows:
        raise Failure(f"there is no transfer {number!r}", then="hub depot list")
    if as_json:
        desk.json({"transfers": rows})
        return
    for one in rows:
        _tell(desk, one)


def _tell(desk: Desk, one: "TransferShown") -> None:
    row = one.transfer
    desk.write(f"Transfer {row.number} to {row.partner}, sent on {_day(row.shipped_on)}", bold=True)
    desk.table(("SKU", "SENT"), [(line(sku), str(units)) for sku, units in row.lines])
    if one.received:
        desk.write()
        came = [
            (
                when(each.at_least),
                line(each.sku),
                str(each.quantity),
                line(each.reason) or "-",
                each.document_id,
            )
            for each in one.received
        ]
        desk.table(("RECEIVED FROM", "SKU", "GOOD", "NOT GOOD", "DOCUMENT"), came)
    if one.received and not one.differences:
        desk.write("Everything was received as it was sent.", colour="green")
    for each in one.differences:
        desk.write(f"  {line(each.problem().text)}", colour="red")


@depot.command(
    epilog="hub depot send depot JUN-MUG-BLUE=480\n"
    "hub depot send depot JUN-MUG-BLUE=480 JUN-VASE=24 --expected 2026-12-01"
)
@click.argument("partner")
@click.argument("articles", nargs=-1, required=True, metavar="SKU=UNITS…")
@click.option("--shipped", type=click.DateTime(["%Y-%m-%d"]), help="Day they leave; else today.")
@click.option("--expected", type=click.DateTime(["%Y-%m-%d"]), help="Day they should be there.")
@click.option("--carrier", default="", help="Who carries them.")
@as_json
@pass_desk
def send(
    desk: Desk,
    partner: str,
    articles: tuple[str, ...],
    shipped: datetime | None,
    expected: datetime | None,
    carrier: str,
    as_json: bool,
) -> None:
    """Tell a warehouse what is on its way to it, in single units of ours.

    They are in stock once the warehouse says that it has them.
    """
    from hub.flow.transfers import Sending
    from hub.flow.transfers import send as sent

    sending = Sending(
        partner=partner,
        units=_units(articles),
        who=WHO,
        shipped_on=shipped.date() if shipped else None,
        expected_on=expected.date() if expected else None,
        carrier=carrier,
    )
    with desk.reading() as parts:
        row = sent(parts, sending)
    if as_json:
        desk.json(row)
        return
    desk.write(f"Transfer {row.number} will be told to {row.partner}.")


def _units(articles: tuple[str, ...]) -> dict[str, int]:
    """Read SKU=UNITS; the last sign = counts, for a SKU may have one."""
    found: dict[str, int] = {}
    for article in articles:
        sku, _, units = article.rpartition("=")
        if not sku or not (units.isascii() and units.isdigit()):
            raise click.UsageError(f"{line(article)!r} is not SKU=UNITS, such as JUN-MUG-BLUE=480")
        found[sku] = found.get(sku, 0) + int(units)
    return found


@depot.command(epilog="hub depot book depot JUN-MUG-BLUE\nhub depot book depot JUN-VASE --json")
@click.argument("partner")
@click.argument("sku")
@click.option("--limit", default=100, type=click.IntRange(1, 10_000), help="At most so many.")
@as_json
@pass_desk
def book(desk: Desk, partner: str, sku: str, limit: int, as_json: bool) -> None:
    """Show every movement of an article in a warehouse, newest first, and what should be there."""
    with desk.reading() as parts, parts.store.read() as tx:
        rows = tx.depot.of_sku(partner=partner, sku=sku, limit=limit)
        standing = tx.depot.book(partner, as_of=parts.now()).get(sku)
    if as_json:
        desk.json({"movements": rows, "standing": standing})
        return
    if not rows or standing is None:
        desk.write(f"Nothing of {line(sku)} ever moved at {line(partner)}.")
        return
    open_ = f", {standing.more} more or {standing.less} fewer by the hour of today"
    doubt = open_ if standing.more or standing.less else ""
    desk.write(f"{line(sku)} at {partner}: {standing.units} should be there{doubt}", bold=True)
    headings = ("FROM", "KIND", "UNITS", "REASON", "NUMBER", "DOCUMENT")
    table = [
        (
            when(one.at_least),
            str(one.kind),
            f"{one.quantity:+d}",
            line(one.reason) or "-",
            line(one.reference) or "-",
            one.document_id,
        )
        for one in rows
    ]
    desk.table(headings, table)


@depot.command(epilog="hub depot accept doc_3f0c…")
@click.argument("document_id")
@as_json
@pass_desk
def accept(desk: Desk, document_id: str, as_json: bool) -> None:
    """Let a warehouse's word stand where it differs: a balance (846) or a receipt (944).

    A balance is taken in by a worker: have one running, or type `hub work --until-idle` afterwards.
    """
    from hub.flow.transfers import accept as let_stand

    with desk.reading() as parts:
        try:
            told = let_stand(parts, document_id, who=WHO)
        except KeyError:
            raise Failure(f"there is no paper {document_id!r}", then="hub exceptions") from None
    if as_json:
        desk.json({"id": document_id, "accepted": told})
    else:
        desk.write(told)
