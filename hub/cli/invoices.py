"""`hub invoices`: what partners ask to be paid, beside what was asked for and shipped."""

from typing import TYPE_CHECKING

import click

from hub.cli.desk import Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import line, when
from hub.domain.money import money

if TYPE_CHECKING:
    from hub.ops.invoices import InvoiceStory


@click.group(cls=ShownGroup, epilog="hub invoices list\nhub invoices show JUN-J1001-1")
def invoices() -> None:
    """Partners' invoices: kept, and held against purchase orders and shipments. Pays nothing."""


@invoices.command("list", epilog="hub invoices list\nhub invoices list --json")
@click.option("--limit", default=100, type=click.IntRange(1, 10_000), help="At most so many.")
@as_json
@pass_desk
def list_invoices(desk: Desk, limit: int, as_json: bool) -> None:
    """Show the newest invoices and whether they fit."""
    from hub.ops.invoices import listed

    with desk.reading() as parts:
        rows = listed(parts, limit=limit)
    if as_json:
        desk.json({"invoices": rows})
        return
    if not rows:
        desk.write("No partner sent an invoice yet.")
        return
    table = [
        (when(row.at), row.partner, line(row.invoice), line(row.purchase_order), line(row.order),
         money(row.total, row.currency), _fits(row.state, row.differs))
        for row in rows
    ]  # fmt: skip
    desk.table(("CAME", "PARTNER", "INVOICE", "PURCHASE ORDER", "ORDER", "TOTAL", "FITS"), table)


def _fits(state: str, differs: bool | None) -> str:
    return state if differs is None else "differs" if differs else "yes"


@invoices.command(epilog="hub invoices show JUN-J1001-1\nhub invoices show INV-88 --json")
@click.argument("number")
@as_json
@pass_desk
def show(desk: Desk, number: str, as_json: bool) -> None:
    """Compare asked, shipped and invoiced. NUMBER is a purchase order's or an invoice's."""
    from hub.ops.invoices import story

    with desk.reading() as parts:
        try:
            stories = story(parts, number)
        except KeyError:
            raise Failure(f"no invoice is known for {number!r}", then="hub invoices list") from None
    if as_json:
        desk.json({"purchase_orders": stories})
        return
    for one in stories:
        _tell(desk, one)


def _tell(desk: Desk, story: "InvoiceStory") -> None:
    desk.write(f"Purchase order {story.purchase_order} of {story.partner}", bold=True)
    desk.write(f"for order {story.order} of {story.brand}")
    for one in story.invoices:
        total = money(one.total, one.currency)
        desk.write(f"  invoice {line(one.invoice)} of {one.invoiced_on}: {total}, {one.state}")
    rows = [
        (one.line, one.sku, str(one.asked), str(one.shipped), str(one.invoiced),
         money(one.expected, story.currency), money(one.amount, story.currency))
        for one in story.lines
    ]  # fmt: skip
    desk.write()
    desk.table(("LINE", "SKU", "ASKED", "SHIPPED", "INVOICED", "SHOULD COST", "INVOICED AT"), rows)
    if not story.differences:
        desk.write("Everything fits.", colour="green")
    for problem in story.differences:
        desk.write(f"  {line(problem.text)}", colour="red")
