"""What clerks and operators do at the desk: J12 to J17, and J20."""

from dataclasses import replace

from playwright.sync_api import Locator

from hub.access import House
from hub.flow.mailing import MailTurn
from hub.ops.desk.documents import documents
from tests.cast import MAYA
from tests.fakes import Ordered
from tests.rigs.houses import post, shopping
from tests.web.journeys.houses import ACME_S, STRANGER_S, Staff, World, order_of
from tests.web.journeys.journey import Goal, Journey
from tests.web.walker import Walker, Way

PASSWORD = "a wide blue river"
GROUP = 23
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="5" cy="5" r="4"/></svg>'
)


def _done(walker: Walker) -> Locator:
    return walker.page.locator("[role=status]").first


def _page_of(staff: Staff, number: str) -> str:
    return staff.at(House.DESK, f"/orders/juniper/{number}")


# --- clerks --------------------------------------------------------------------------------------


def a_call_by_phone_number(world: World, way: Way) -> Walker:
    """The order was placed just now; the caller says a phone number that is theirs alone."""
    staff, number = world.staff, world.staff.number()
    phone = f"217-555-{number}"
    called(staff, number, phone=phone, email=f"noor{number}@example.com")
    walker = staff.walker(House.DESK, way)
    walker.start(staff.at(House.DESK, "/orders"))
    walker.enter(walker.page.locator("#find"), phone)
    walker.send()
    _shows(walker, number)
    return walker


def a_call_by_name(world: World, way: Way) -> Walker:
    """The caller says a name and a postcode: what is found is a list."""
    staff, number = world.staff, world.staff.number()
    called(staff, number, email=f"noor{number}@example.com", name=f"Noor H{number}")
    walker = staff.walker(House.DESK, way)
    page = walker.page
    walker.start(staff.at(House.DESK, "/orders"))
    walker.enter(page.locator("#find"), f"H{number} 62701")
    walker.send()
    if page.locator("h1").inner_text() == "Find an order":
        walker.follow(page.locator("main table").get_by_role("link", name=number))
    _shows(walker, number)
    return walker


def called(
    staff: Staff, number: str, *, email: str, phone: str = MAYA.phone, name: str = MAYA.name
) -> None:
    """Place an order of somebody who calls about it later; nobody else has this e-mail."""
    new = shopping(number, 2)
    address = replace(new.customer, email=email, phone=phone, name=name)
    group = replace(new.groups[0], ship_to=address)
    post(staff.hub, replace(new, customer=address, groups=(group,)))


def _shows(walker: Walker, number: str) -> None:
    text = walker.page.locator("main").inner_text()
    assert walker.page.url.endswith(f"/orders/juniper/{number}")
    assert "Thing 1" in text and "Promised against now" in text and "$20.00" in text


def kellys_swap(world: World, way: Way) -> Walker:
    """Another colour instead, and a scarf with ten percent off, before anybody was asked."""
    staff, number = world.staff, world.staff.number()
    post(staff.hub, shopping(number, 1))
    walker = staff.walker(House.DESK, way)
    page = walker.page
    walker.start(_page_of(staff, number))
    walker.follow(page.get_by_role("link", name="Change", exact=True))
    walker.enter(page.get_by_label("Exchange for (SKU or words)"), "SKU-2")
    walker.enter(page.get_by_label("Article (SKU or words)"), "SKU-3")
    walker.enter(page.locator("#add-1-price"), "20.00")
    walker.enter(page.locator("#add-1-off"), "10%")
    walker.send()
    shown = page.locator("main").inner_text()
    assert "Corner is sent an order for 1 × Article 2, 1 × Article 3" in shown
    assert "orders leave" in shown and "ships by" in shown
    assert staff.hub.order(number).changes == ()  # nothing is done by looking
    walker.follow(page.get_by_role("button", name="Save", exact=True))
    assert "$28.00" in page.locator("main").inner_text()
    order = staff.hub.order(number)
    assert order.total == 2800
    assert {line.sku for line in order.lines if line.buckets.open} == {"SKU-2", "SKU-3"}
    staff.hub.turn("corner")
    parts = staff.hub.order(number).fulfillments
    asked = {line.sku for part in parts for line in part.lines if line.buckets.open}
    assert asked == {"SKU-2", "SKU-3"}  # and Corner has no other
    return walker


def why_late(world: World, way: Way) -> Walker:
    """The page says why and what is next; the customer is written to from it."""
    staff, number = world.staff, world.staff.number()
    wanted = staff.acme_given(number)
    acme = staff.hub.suppliers["acme"]
    paper = acme.answer(_as_asked(wanted), word="IB")
    late = [f"{row}*068*20261211" if row.startswith("ACK*IB") else row for row in paper]
    acme.send("855", late)
    staff.hub.turn("acme")
    walker = staff.walker(House.DESK, way)
    page = walker.page
    walker.start(_page_of(staff, number))
    told = page.locator("main").inner_text()
    assert "Why: Acme waits for new stock." in told and "Next step:" in told
    walker.follow(page.get_by_role("link", name="Write to the customer"))
    assert "It now arrives by Wed 16 Dec: it is waiting" in page.locator("pre").inner_text()
    walker.follow(page.get_by_role("button", name="Send it"))
    assert "Done: the mail is on its way" in _done(walker).inner_text()
    turn = MailTurn(staff.hub.parts, staff.hub.parts.brands["juniper"], owner="test")
    while turn.take(poll=False):
        pass
    turn.release()
    assert number in staff.box.texts()[-1]
    return walker


def _as_asked(number: str) -> Ordered:
    """A purchase order over what only Acme has, as Acme reads it."""
    line = ("1", 2, "EA", f"acme-{ACME_S}")
    return Ordered(number=number, lines=(line,), segments=(), control="0001")


# --- operators -----------------------------------------------------------------------------------


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
    assert "Done: this is the corrected copy" in _done(walker).inner_text()
    staff.hub.turn("acme")
    number = wanted.removeprefix("JUN-").removesuffix("-1")
    assert staff.hub.word(number) == "Shipped"
    return walker


def _strangely_shipped(staff: Staff) -> str:
    """Acme ships an order under a name for the article that nobody knows; return the order."""
    wanted = staff.acme_given(staff.number())
    acme = staff.hub.suppliers["acme"]
    rows = acme.notice(_as_asked(wanted))
    rows = [row.replace(f"acme-{ACME_S}", "ODD-7").replace("LIN*1*", "LIN*7*") for row in rows]
    acme.send("856", [row.replace("SN1*1*", "SN1*7*") for row in rows])
    staff.hub.turn("acme")
    return wanted


def a_group_run_again(world: World, way: Way) -> Walker:
    """Twenty-three notices came before their orders did; tried first, then run again."""
    staff = world.staff
    numbers = [staff.number() for _ in range(GROUP)]
    acme = staff.hub.suppliers["acme"]
    acme.send("856", *(acme.notice(_as_asked(f"JUN-{number}-1")) for number in numbers))
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
    """An operator invites somebody of Stranger's; that person sees the first order."""
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
    walker.follow(page.get_by_role("button", name="Go on"))
    walker.follow(page.locator("main").get_by_role("link", name=part.number))
    assert page.get_by_role("button", name="Confirm all of it").is_visible()
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
    assert "The logo is chosen" in _done(walker).inner_text()
    walker.fill(page.locator("#c-accent"), "#7a1f45", keys=9)
    walker.enter(page.get_by_label("Hosts of its customers' pages"), f"j{number}.example.com")
    walker.peek(page.get_by_role("button", name="See an order's page"), "What you ordered")
    walker.follow(page.get_by_role("button", name="Publish").last)
    assert "Published" in _done(walker).inner_text()
    made = (staff.folder / "brands" / "juniper" / "brand.yaml").read_text()
    assert "#7a1f45" in made and f"j{number}.example.com" in made and "logo.svg" in made
    return walker


JOURNEYS = (
    Journey(
        number="J12",
        about="a caller's order by a phone number",
        goal=Goal(clicks=1, fields=1, seconds=10),
        walk=a_call_by_phone_number,
    ),
    Journey(
        number="J12b",
        about="a caller's order by name and postcode",
        goal=Goal(clicks=1, fields=1, seconds=10),
        walk=a_call_by_name,
    ),
    Journey(
        number="J13",
        about="an article is exchanged and one added with a discount",
        goal=Goal(clicks=2, fields=4, seconds=60),
        walk=kellys_swap,
    ),
    Journey(
        number="J14",
        about="why an order is late, and the customer written to",
        goal=Goal(clicks=2, seconds=20),
        walk=why_late,
    ),
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
        number="J17",
        about="a supplier is invited and sees its first order",
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
