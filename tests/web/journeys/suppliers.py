"""What a small supplier does at the portal and out of its mails: J1 to J7."""

from pathlib import Path

from hub.access import House
from hub.lab import tracking
from tests.rigs.changes import cancel
from tests.rigs.houses import post, shopping
from tests.web.journeys.houses import ARTICLES, SLIPS, Staff, World, done_of
from tests.web.journeys.journey import Goal, Journey
from tests.web.walker import Walker, Way

LINES = 10  # of each order in a table
SCANNED, FEW_SCANNED = 20, 2  # orders that are scanned
UPLOADED, FEW_UPLOADED = 50, 5  # orders in a table


def one_shipment(world: World, way: Way) -> Walker:
    """From the link in a mail, without signing in."""
    staff, number = world.staff, world.staff.number()
    label = _label(number)
    with staff.hearing():
        staff.given(number, 2)
    walker = staff.nobody(way)
    walker.link(staff.at(House.PORTAL, staff.mailed()))
    page = walker.page
    walker.enter(page.get_by_label("Tracking number"), label)
    walker.follow(page.get_by_role("button", name="Confirm the shipment"))
    assert "Done: the shipment is told" in done_of(walker).inner_text()
    assert page.get_by_role("button", name="Undo the shipment").is_visible()
    assert staff.hub.word(number) == "Shipped"
    [shipment] = staff.hub.order(number).shipments
    assert (shipment.carrier, shipment.packages[0].tracking) == ("ups", label)
    return walker


def twenty_by_scanner(world: World, way: Way) -> Walker:
    """From the first page to the grid, then two scans an order."""
    staff = world.staff
    numbers = [staff.number() for _ in range(world.count(way, SCANNED, FEW_SCANNED))]
    for number in numbers:
        post(staff.hub, shopping(number, 1))
    staff.hub.turn("corner")
    slips = [staff.hub.order(number).fulfillments[0].number for number in numbers]
    walker = staff.walker(House.PORTAL, way)
    walker.start(staff.at(House.PORTAL, "/"))
    walker.follow(walker.page.get_by_role("link", name="Ship many").first)
    for number, slip in zip(numbers, slips, strict=True):
        walker.scan(slip)
        walker.scan(_label(number))
        assert f"{slip} left" in done_of(walker).inner_text()
    assert {staff.hub.word(number) for number in numbers} == {"Shipped"}
    return walker


def five_hundred_rows(world: World, way: Way) -> Walker:
    """A table of which three rows are wrong: the good ones are sent, the wrong ones come back."""
    staff = world.staff
    numbers = [staff.number() for _ in range(world.count(way, UPLOADED, FEW_UPLOADED))]
    for number in numbers:
        post(staff.hub, shopping(number, *[1] * LINES))
    staff.hub.turn("corner")
    rows = [
        f"{staff.hub.order(number).fulfillments[0].number},SKU-{line},1,{_label(number)}"
        for number in numbers
        for line in range(1, LINES + 1)
    ]
    rows[:3] = [
        "NOBODYS-1,SKU-1,1,",
        rows[1].replace(",1,", ",9,"),
        rows[2].replace(_label(numbers[0]), "9E+21"),
    ]
    table = _table(staff, "shipments.csv", ["PO,SKU,Quantity,Tracking", *rows])
    walker = staff.walker(House.PORTAL, way)
    page = walker.page
    walker.start(staff.at(House.PORTAL, "/upload"))
    walker.file(page.get_by_label("Table", exact=True), table)
    walker.follow(page.get_by_role("button", name="Look at the rows"))
    assert page.locator(".tile strong").all_inner_texts() == [str(len(rows) - 3), "3", "0"]
    walker.follow(page.get_by_role("button", name="Send the good rows"))
    assert f"Sent: {len(numbers)} orders" in done_of(walker).inner_text()
    assert page.get_by_role("link", name="Wrong rows as CSV").is_visible()
    words = [staff.hub.word(number) for number in numbers]
    assert words == ["Part shipped", *["Shipped"] * (len(numbers) - 1)]
    return walker


def part_now_part_later(world: World, way: Way) -> Walker:
    """Of two units one leaves on another day, and by that the other one in time."""
    staff, number = world.staff, world.staff.number()
    order = staff.given(number, 2)
    walker = staff.walker(House.PORTAL, way)
    page = walker.page
    walker.start(staff.at(House.PORTAL, f"/orders/{order}"))
    walker.follow(page.get_by_role("link", name="In part, later, or not at all"))
    walker.enter(page.get_by_label("Leaves later"), "1")
    walker.fill(page.get_by_label("on", exact=True), "2026-12-01", keys=8)
    walker.follow(page.get_by_role("button", name="Send the answer"))
    assert "Done: your answer counts" in done_of(walker).inner_text()
    [line] = staff.hub.order(number).fulfillments[0].lines
    assert (line.buckets.accepted, line.buckets.backordered) == (1, 1)
    return walker


def nothing_to_be_had(world: World, way: Way) -> Walker:
    """Both units cannot be had, with why; by that none leaves in time."""
    staff, number = world.staff, world.staff.number()
    order = staff.given(number, 2)
    walker = staff.walker(House.PORTAL, way)
    page = walker.page
    walker.start(staff.at(House.PORTAL, f"/orders/{order}"))
    walker.follow(page.get_by_role("link", name="In part, later, or not at all"))
    walker.enter(page.get_by_label("Cannot be had"), "2")
    walker.choose(page.get_by_label("because"), "Out of stock")
    walker.follow(page.get_by_role("button", name="Send the answer"))
    assert "Done: your answer counts" in done_of(walker).inner_text()
    buckets = staff.hub.order(number).fulfillments[0].lines[0].buckets
    assert (buckets.accepted, buckets.rejected) == (0, 2)
    return walker


def a_cancellation_answered(world: World, way: Way) -> Walker:
    """From the mail that asks whether it can still be stopped."""
    staff, number = world.staff, world.staff.number()
    staff.given(number, 2)
    with staff.hearing():
        cancel(staff.hub, number=number)
        staff.hub.turn("corner")
    walker = staff.nobody(way)
    walker.link(staff.at(House.PORTAL, staff.mailed()))
    walker.follow(walker.page.get_by_role("button", name="Stopped it"))
    assert "Done: the customer hears of it" in done_of(walker).inner_text()
    assert staff.hub.word(number) == "Cancelled"
    return walker


def slips_of_today(world: World, way: Way) -> Walker:
    """A hundred slips, all ticked already."""
    staff = world.staff
    walker = staff.walker(House.PORTAL, way)
    walker.start(staff.at(House.PORTAL, "/"))
    walker.follow(walker.page.get_by_role("link", name="Print", exact=True).first)
    walker.follow(walker.page.get_by_role("button", name="Packing slips"))
    assert walker.page.locator("article, section.slip, .slip").count() >= SLIPS
    return walker


def levels_of_all(world: World, way: Way) -> Walker:
    """A table with what there is of two hundred articles."""
    staff = world.staff
    have = 20 + int(staff.number()) % 900
    rows = [f"SKU-{n},{have + n}" for n in range(1, ARTICLES + 1)]
    table = _table(staff, "stock.csv", ["SKU,On hand", *rows])
    walker = staff.walker(House.PORTAL, way)
    page = walker.page
    walker.start(staff.at(House.PORTAL, "/upload"))
    walker.file(page.get_by_label("Table", exact=True), table)
    walker.follow(page.get_by_role("button", name="Look at the rows"))
    walker.follow(page.get_by_role("button", name="Send the good rows"))
    assert "Your stock is told" in done_of(walker).inner_text()
    with staff.hub.parts.store.read() as tx:
        levels = {row.sku: row.quantity for row in tx.stock.page(after="", limit=1000)}
    assert levels == {f"SKU-{n}": have + n for n in range(1, ARTICLES + 1)}
    return walker


def _label(number: str) -> str:
    """The tracking number of an order's parcel: no other order has it."""
    return tracking.tracking(tracking.UPS, int(number))


def _table(staff: Staff, name: str, rows: list[str]) -> Path:
    path = staff.folder / name
    path.write_text("\r\n".join([*rows, ""]))
    return path


JOURNEYS = (
    Journey(
        number="J1",
        about="a supplier confirms one shipment out of a mail",
        goal=Goal(clicks=2, fields=1, seconds=20),
        walk=one_shipment,
    ),
    Journey(
        number="J2",
        about="twenty orders with a scanner",
        goal=Goal(clicks=1, scans=40, seconds=150),
        walk=twenty_by_scanner,
    ),
    Journey(
        number="J3",
        about="five hundred rows are uploaded, the good ones sent",
        goal=Goal(clicks=3, seconds=60),
        walk=five_hundred_rows,
    ),
    Journey(
        number="J4",
        about="a part leaves later",
        goal=Goal(clicks=2, fields=2, seconds=25),
        walk=part_now_part_later,
    ),
    Journey(
        number="J4b",
        about="nothing of it can be had",
        goal=Goal(clicks=2, fields=2, seconds=25),
        walk=nothing_to_be_had,
    ),
    Journey(
        number="J5",
        about="a cancel request is answered out of a mail",
        goal=Goal(clicks=2, seconds=8),
        walk=a_cancellation_answered,
    ),
    Journey(
        number="J6",
        about="a hundred packing slips",
        goal=Goal(clicks=2, seconds=8),
        walk=slips_of_today,
    ),
    Journey(
        number="J7",
        about="stock of two hundred articles",
        goal=Goal(clicks=3, seconds=45),
        walk=levels_of_all,
    ),
)
