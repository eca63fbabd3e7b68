"""What operators do at the desk: J15 to J17, and J20."""

from hub.access import House
from hub.ops.desk.documents import documents
from tests.rigs.houses import post
from tests.web.journeys.houses import (
    ACME_S,
    MILL_S,
    STRANGER_S,
    Staff,
    World,
    as_asked,
    done_of,
    order_of,
)
from tests.web.journeys.journey import Goal, Journey
from tests.web.walker import Walker, Way

PASSWORD = "a wide blue river"
GROUP = 23
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="5" cy="5" r="4"/></svg>'
)


def why_it_failed(world: World, way: Way) -> Walker:
    """From the queue of what waits: the verdict in words with its place."""
    staff = world.staff
    wanted = _strangely_shipped(staff)
    walker = staff.walker(House.DESK, way)
    page = walker.page
    walker.start(staff.at(House.DESK, "/exceptions"))
    row = page.locator("main tr").filter(has_text=wanted)
    walker.follow(row.get_by_role("link", name="Why"))
    said = page.locator("main").inner_text()
    assert page.locator("h1").inner_text().startswith(f"856 from Acme, purchase order {wanted}")
    assert "ODD-7" in said and "is not on" in said and "byte" in said
    return walker


def a_copy_corrected(world: World, way: Way) -> Walker:
    """The article's name is put right in a copy, and the copy run."""
    staff = world.staff
    wanted = _strangely_shipped(staff)
    [paper] = documents(staff.hub.parts, query=wanted, set_id="856").rows
    walker = staff.walker(House.DESK, way)
    page = walker.page
    walker.start(staff.at(House.DESK, f"/documents/{paper.id}"))
    walker.follow(page.get_by_role("link", name="Correct a copy and run it"))
    walker.mend(page.locator("#body"), "ODD-7", f"acme-{ACME_S}")
    walker.follow(page.get_by_role("button", name="Run the copy"))
    assert "Done: this is the corrected copy" in done_of(walker).inner_text()
    staff.hub.turn("acme")
    assert staff.hub.word(_order_of(wanted)) == "Shipped"
    return walker


def _strangely_shipped(staff: Staff, *, name: str = "ODD-7") -> str:
    """Acme ships an order under a name for the article that nobody knows; return the order."""
    wanted = staff.acme_given(staff.number())
    acme = staff.hub.suppliers["acme"]
    acme.send("856", _strangely(acme.notice(as_asked(wanted, name=name))))
    staff.hub.turn("acme")
    return wanted


def _strangely(notice: list[str]) -> list[str]:
    """A ship notice whose line has a number that is not on the order."""
    return [row.replace("LIN*1*", "LIN*7*").replace("SN1*1*", "SN1*7*") for row in notice]


def a_name_explained(world: World, way: Way) -> Walker:
    """From the queue: the article's name is said to be ours, and by that the paper runs again."""
    staff = world.staff
    name = f"ODD-{staff.number()}"
    wanted = _strangely_shipped(staff, name=name)
    walker = staff.walker(House.DESK, way)
    page = walker.page
    walker.start(staff.at(House.DESK, "/exceptions"))
    row = page.locator("main tr").filter(has_text=wanted)
    walker.follow(row.get_by_role("link", name="Why"))
    walker.follow(page.get_by_role("link", name=f"Say what {name} means"))
    assert page.get_by_role("radio", name=ACME_S).is_checked()  # nothing else is left of the order
    walker.follow(page.get_by_role("button", name="Save and run again"))
    assert "the paper was run again" in done_of(walker).inner_text()
    staff.hub.turn("acme")
    assert staff.hub.word(_order_of(wanted)) == "Shipped"
    return walker


def a_name_explained_to_many(world: World, way: Way) -> Walker:
    """Twenty-three notices wait for one name: it is said once, tried, and all are run again."""
    staff = world.staff
    name = f"ODD-{staff.number()}"
    numbers = [staff.number() for _ in range(GROUP)]
    for number in numbers:
        post(staff.hub, order_of(MILL_S, number))
    staff.hub.turn("mill")
    mill = staff.hub.suppliers["mill"]
    asked = [as_asked(f"JUN-{number}-1", name=name) for number in numbers]
    mill.send("856", *(_strangely(mill.notice(one)) for one in asked))
    staff.hub.turn("mill")
    walker = staff.walker(House.DESK, way)
    page = walker.page
    walker.start(staff.at(House.DESK, "/parked"))
    walker.follow(page.get_by_role("link", name=f"{GROUP} × line or SKU that is not on the order"))
    assert page.locator("tr.right-row").count() == 0
    walker.follow(page.get_by_role("link", name=f"Say what {name} means"))
    assert page.get_by_role("radio", name=MILL_S).is_checked()
    walker.follow(page.get_by_role("button", name="Save", exact=True))
    assert page.locator("tr.right-row").count() == GROUP  # what it would come to
    assert {staff.hub.word(number) for number in numbers} == {"Confirmed"}
    walker.follow(page.get_by_role("button", name=f"Run all {GROUP} again"))
    staff.hub.turn("mill")
    assert {staff.hub.word(number) for number in numbers} == {"Shipped"}
    return walker


def _order_of(purchase_order: str) -> str:
    return purchase_order.removeprefix("JUN-").removesuffix("-1")


def a_group_run_again(world: World, way: Way) -> Walker:
    """Twenty-three notices came before their orders did; tried first, then run again."""
    staff = world.staff
    numbers = [staff.number() for _ in range(GROUP)]
    acme = staff.hub.suppliers["acme"]
    acme.send("856", *(acme.notice(as_asked(f"JUN-{number}-1")) for number in numbers))
    staff.hub.turn("acme")
    for number in numbers:
        post(staff.hub, order_of(ACME_S, number))
    staff.hub.turn("acme")
    walker = staff.walker(House.DESK, way)
    page = walker.page
    walker.start(staff.at(House.DESK, "/"))
    walker.follow(page.locator("main").get_by_role("link", name="causes of trouble"))
    walker.follow(page.get_by_role("link", name=f"{GROUP} × unknown purchase order from Acme"))
    assert page.locator("tr.right-row").count() == GROUP
    walker.follow(page.get_by_role("button", name=f"Run all {GROUP} again"))
    assert page.locator("tr.right-row").count() == GROUP
    staff.hub.turn("acme")
    assert {staff.hub.word(number) for number in numbers} == {"Shipped"}
    return walker


def a_supplier_comes_in(world: World, way: Way) -> Walker:
    """An operator invites somebody of Stranger's; that person confirms the first order."""
    staff, number = world.staff, world.staff.number()
    walker = staff.walker(House.DESK, way)
    page = walker.page
    walker.start(staff.at(House.DESK, "/settings/people"))
    walker.enter(page.get_by_label("Name", exact=True), "Ben Ito")
    walker.enter(page.get_by_label("E-mail", exact=True), f"ben{number}@example.com")
    walker.choose(page.get_by_label("May do"), "Supplier: orders")
    walker.choose(page.get_by_label("Works for"), "Stranger")
    walker.follow(page.get_by_role("button", name="Invite", exact=True))
    link = staff.at(House.PORTAL, staff.mailed())
    post(staff.hub, order_of(STRANGER_S, number))
    staff.hub.turn("stranger")
    [part] = staff.hub.order(number).fulfillments
    walker.gives_to(staff.nobody(way).page)
    page = walker.page
    walker.link(link)
    walker.enter(page.get_by_label("New password"), PASSWORD)
    walker.send()
    walker.follow(page.locator("main").get_by_role("link", name=part.number))
    walker.follow(page.get_by_role("button", name="Confirm all of it"))
    assert "Done" in done_of(walker).inner_text()
    [line] = staff.hub.order(number).fulfillments[0].lines
    assert line.buckets.accepted == 2
    return walker


def a_brand_set_up(world: World, way: Way) -> Walker:
    """A logo, a colour and a host; looked at as customers see it, then published."""
    staff, number = world.staff, world.staff.number()
    logo = staff.folder / "logo.svg"
    logo.write_text(LOGO)
    walker = staff.walker(House.DESK, way)
    page = walker.page
    walker.start(staff.at(House.DESK, "/settings/brands/juniper"))
    walker.file(page.get_by_label("A new logo"), logo)
    walker.follow(page.get_by_role("button", name="Choose it"))
    assert "The logo is chosen" in done_of(walker).inner_text()
    walker.fill(page.locator("#c-accent"), "#7a1f45", keys=9)
    walker.enter(page.get_by_label("Hosts of its customers' pages"), f"j{number}.example.com")
    walker.peek(page.get_by_role("button", name="See an order's page"), "What you ordered")
    walker.follow(page.get_by_role("button", name="Publish").last)
    assert "Published" in done_of(walker).inner_text()
    made = (staff.folder / "brands" / "juniper" / "brand.yaml").read_text()
    assert "#7a1f45" in made and f"j{number}.example.com" in made and "logo.svg" in made
    return walker


JOURNEYS = (
    Journey(
        number="J15",
        about="why a paper failed",
        goal=Goal(clicks=1, seconds=30),
        walk=why_it_failed,
    ),
    Journey(
        number="J16",
        about="a copy is corrected and run",
        goal=Goal(clicks=3, fields=1, seconds=120),
        walk=a_copy_corrected,
    ),
    Journey(
        number="J16b",
        about="a group of 23 is tried and run again",
        goal=Goal(clicks=4, seconds=120),
        walk=a_group_run_again,
    ),
    Journey(
        number="J16c",
        about="a name in a paper is explained, the paper run again",
        goal=Goal(clicks=3, seconds=120),
        walk=a_name_explained,
    ),
    Journey(
        number="J16d",
        about="a name in a group of 23 is explained, tried and run again",
        goal=Goal(clicks=4, seconds=120),
        walk=a_name_explained_to_many,
    ),
    Journey(
        number="J17",
        about="a supplier is invited and confirms its first order",
        goal=Goal(clicks=4, fields=6, seconds=300),
        walk=a_supplier_comes_in,
    ),
    Journey(
        number="J20",
        about="a brand's logo, colour and host: looked at and published",
        goal=Goal(clicks=5, fields=2, seconds=180),
        walk=a_brand_set_up,
    ),
)
