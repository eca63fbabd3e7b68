"""An order's story as lines of text."""

from typing import TYPE_CHECKING

from hub.cli.desk import Desk
from hub.cli.words import line, when
from hub.domain.money import money

if TYPE_CHECKING:
    from hub.domain.orders import Buckets
    from hub.ops.order_story import OrderStory, Paper


def tell(desk: Desk, story: "OrderStory") -> None:
    """Write an order's story: what waits for a person first, facts last."""
    desk.write(f"Order {story.number} of {story.brand}: {story.status or 'no status'}", bold=True)
    desk.write(
        f"placed {when(story.placed_at)} by {story.channel}, "
        f"{money(story.total, story.currency)}, version {story.version}"
    )
    _exceptions(desk, story)
    _lines(desk, story)
    _purchase_orders(desk, story)
    _changes(desk, story)
    _parcels(desk, story)
    _papers(desk, story)
    _timeline(desk, story)


def _exceptions(desk: Desk, story: "OrderStory") -> None:
    for each in story.exceptions:
        if each.closed_at is None:
            desk.write(
                f"waits for a person since {when(each.since)}: {line(each.text)}", colour="red"
            )
            desk.write(f"  next: {line(each.next_step)}", colour="cyan")


def _lines(desk: Desk, story: "OrderStory") -> None:
    desk.write("\nLines", bold=True)
    for each in story.lines:
        desk.write(
            f"  {each.number}  {each.sku}  {line(each.description)}: {units(each.quantities)}"
        )
        if each.unsourced:
            desk.write(f"     {each.unsourced} have no partner", colour="yellow")
        for one in each.candidates:
            mark = "chosen" if one.won else "not chosen"
            desk.write(f"     {one.partner} {mark}: {line(one.reason)}")


def units(buckets: "Buckets") -> str:
    """Return where the units of a line are, leaving out what is nothing."""
    names = (
        "open", "cancelled", "shipped", "accepted", "backordered", "rejected", "delivered",
        "returned", "unexpected",
    )  # fmt: skip
    beside = [f"{getattr(buckets, name)} {name}" for name in names if getattr(buckets, name)]
    return f"{buckets.ordered} ordered" + "".join(f", {each}" for each in beside)


def _purchase_orders(desk: Desk, story: "OrderStory") -> None:
    if story.purchase_orders:
        desk.write("\nPurchase orders", bold=True)
    for part in story.purchase_orders:
        ship_by = f", to ship by {when(part.ship_by)}" if part.ship_by else ""
        desk.write(f"  {part.number} to {part.partner}: {part.state}{ship_by}")
        for each in part.lines:
            desk.write(
                f"     {each.number}  {each.sku}: {units(each.quantities)}, "
                f"{money(each.cost, part.currency)} a {each.unit} of {each.units_per_pack}"
            )


def _changes(desk: Desk, story: "OrderStory") -> None:
    if story.changes:
        desk.write("\nChanges", bold=True)
    for each in story.changes:
        reason = f" ({line(each.reason)})" if each.reason else ""
        until = f", answer by {when(each.until)}" if each.until else ""
        waits = f"; waits for {', '.join(each.waits_for)}{until}" if each.waits_for else ""
        asked = line(", ".join(each.asked)) or each.kind
        desk.write(f"  {when(each.asked_at)}  {each.state}: {asked}{reason}{waits}  {each.id}")


def _parcels(desk: Desk, story: "OrderStory") -> None:
    if story.parcels:
        desk.write("\nParcels", bold=True)
    for each in story.parcels:
        what = ", ".join(f"line {number} × {quantity}" for number, quantity in each.lines)
        if not each.known:
            what = "contents unknown, not shown to the customer"
        carrier = (
            " ".join(word for word in (each.carrier, each.service) if word) or "carrier unknown"
        )
        desk.write(
            f"  {each.tracking or 'no tracking number'} ({carrier}) from {each.partner}, "
            f"{when(each.shipped_at)}: {what}"
        )


def _papers(desk: Desk, story: "OrderStory") -> None:
    if story.documents:
        desk.write("\nPapers", bold=True)
    for each in story.documents:
        way = "from" if each.direction == "in" else "to"
        trade = f" ({each.trade_name})" if each.trade_name else ""
        desk.write(
            f"  {when(each.at)}  {each.set_id} {each.number}{trade} {way} {each.partner}: "
            f"{stamped(each)}  {each.id}"
        )


def stamped(paper: "Paper") -> str:
    """Return the state of a partner's paper, or the stamps of one of ours."""
    if not paper.stamps:
        return paper.state
    marks = [
        f"{one.name} {when(one.at)}" if one.at else f"not yet {one.name}" for one in paper.stamps
    ]
    return ", ".join(marks)


def _timeline(desk: Desk, story: "OrderStory") -> None:
    desk.write("\nFacts", bold=True)
    for each in story.timeline:
        position = f"#{each.position}" if each.position is not None else "not sealed yet"
        desk.write(f"  {when(each.at)}  {each.text}  {position}")
