"""What clerks do at the desk while a customer is on the line: J12 to J14."""

from dataclasses import replace

from hub.access import House
from hub.domain.orders import ChangeState, FulfillmentOrder
from hub.flow.mailing import MailTurn
from tests.cast import MAYA
from tests.rigs.changes import answer_change, changes_received, segment
from tests.rigs.houses import post, shopping
from tests.web.journeys.houses import (
    ACME_S_OTHER,
    MILL_S,
    MILL_S_OTHER,
    Staff,
    World,
    as_asked,
    done_of,
    order_of,
)
from tests.web.journeys.journey import Goal, Journey
from tests.web.walker import Walker, Way

SCARF = "SKU-3"
SWAP = Goal(clicks=2, fields=4, seconds=60)


def _page_of(staff: Staff, number: str) -> str:
    return staff.at(House.DESK, f"/orders/juniper/{number}")


def a_call_by_phone_number(world: World, way: Way) -> Walker:
    """The order was placed just now; the caller says a phone number that is theirs alone."""
    staff, number = world.staff, world.staff.number()
    phone = f"217-555-{number}"
    called(staff, number, phone=phone, email=f"noor{number}@example.com")
    walker = staff.clerk_walker(way)
    walker.start(staff.at(House.DESK, "/orders"))
    walker.enter(walker.page.locator("#find"), phone)
    walker.send()
    _shows(walker, number)
    return walker


def a_call_by_name(world: World, way: Way) -> Walker:
    """The caller says a name and a postcode: what is found is a list."""
    staff, number = world.staff, world.staff.number()
    called(staff, number, email=f"noor{number}@example.com", name=f"Noor H{number}")
    walker = staff.clerk_walker(way)
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
    walker = staff.clerk_walker(way)
    shown = _looked(staff, walker, number, "SKU-2")
    assert "Corner is sent an order for 1 × Article 2, 1 × Article 3" in shown
    assert "orders leave" in shown and "ships by" in shown
    assert "$28.00" in _saved(walker)
    order = staff.hub.order(number)
    assert order.total == 2800
    assert {line.sku for line in order.lines if line.buckets.open} == {"SKU-2", SCARF}
    staff.hub.turn("corner")
    assert _open(staff, number, "corner") == {"SKU-2", SCARF}  # and Corner has no other
    return walker


def a_swap_asked_of_acme(world: World, way: Way) -> Walker:
    """Acme has the order: it is sent an 860, and once it agrees an 850 over the other article."""
    staff, number = world.staff, world.staff.number()
    wanted, acme = staff.acme_given(number), staff.hub.suppliers["acme"]
    walker = staff.clerk_walker(way)
    shown = _looked(staff, walker, number, ACME_S_OTHER)
    assert "Acme is asked, answer by" in shown
    assert "Corner is sent an order for 1 × Article 3" in shown
    told = _saved(walker)
    assert "Exchange 2 × Lamp: Acme is asked, answer by" in told and "$38.00" in told
    staff.hub.turn("acme")
    [paper] = [one for one in changes_received(acme) if segment(one, "BCH")[3] == wanted]
    assert segment(paper, "BCH")[1] == "01"  # the whole of it is not wanted any more
    assert segment(paper, "POC")[1:5] == ["1", "DI", "0", "0"]
    acme.send("865", answer_change(paper))
    staff.hub.turn("acme")
    assert _state(staff, number) is ChangeState.CONFIRMED
    [other] = [part for part in _parts(staff, number, "acme") if part.number != wanted]
    asked = [one for one in acme.purchase_orders() if one.number == other.number]
    assert [line[1:] for one in asked for line in one.lines] == [(2, "EA", f"acme-{ACME_S_OTHER}")]
    walker.page.reload()
    assert "Exchange 2 × Lamp: Done" in done_of(walker).inner_text()
    return walker


def a_swap_asked_of_corner(world: World, way: Way) -> Walker:
    """Corner has the order: its people see at the portal what is wanted, and say that it is so."""
    staff, number = world.staff, world.staff.number()
    wanted = staff.given(number, 1)
    walker = staff.clerk_walker(way)
    shown = _looked(staff, walker, number, "SKU-2")
    assert "Corner is asked, answer by" in shown
    assert "Corner is sent an order for 1 × Article 3" in shown
    told = _saved(walker)
    assert "Exchange 1 × Thing 1: Corner is asked, answer by" in told and "$28.00" in told
    staff.hub.turn("corner")
    page = f"/orders/{wanted}"
    assert "The customer wants to cancel" in staff.rooms.ask(House.PORTAL, "GET", page).text
    [change] = [one.number for change in staff.hub.order(number).changes for one in change.asks]
    said = {"change": str(change), "answer": "stopped", "sure": "1"}
    staff.rooms.send(House.PORTAL, page, f"{page}/change", said)
    assert _state(staff, number) is ChangeState.CONFIRMED
    staff.hub.turn("corner")
    assert _open(staff, number, "corner") == {"SKU-2", SCARF}
    walker.page.reload()
    assert "Exchange 1 × Thing 1: Done" in done_of(walker).inner_text()
    return walker


def a_swap_too_late(world: World, way: Way) -> Walker:
    """Mill has the order and takes no changes: that is told at once, and the scarf is added."""
    staff, number = world.staff, world.staff.number()
    post(staff.hub, order_of(MILL_S, number))
    staff.hub.turn("mill")
    walker = staff.clerk_walker(way)
    shown = _looked(staff, walker, number, MILL_S_OTHER)
    late = "Exchange 2 × Lamp: Too late: the partner has it in hand and takes no changes"
    assert late in shown
    assert "Corner is sent an order for 1 × Article 3" in shown
    told = _saved(walker)
    assert late in told and "$38.00" in told
    staff.hub.turn("mill")
    mill = staff.hub.suppliers["mill"]
    assert changes_received(mill) == [] and _open(staff, number, "mill") == {MILL_S}
    assert _open(staff, number, "corner") == {SCARF}
    return walker


def _looked(staff: Staff, walker: Walker, number: str, instead: str) -> str:
    """Go from the order's page to what the exchange and the scarf would come to."""
    page = walker.page
    walker.start(_page_of(staff, number))
    walker.follow(page.get_by_role("link", name="Change", exact=True))
    walker.enter(page.get_by_label("Exchange for (SKU or words)"), instead)
    walker.enter(page.get_by_label("Article (SKU or words)"), SCARF)
    walker.enter(page.locator("#add-1-price"), "20.00")
    walker.enter(page.locator("#add-1-off"), "10%")
    walker.send()
    assert staff.hub.order(number).changes == ()  # nothing is done by looking
    return page.locator("main").inner_text()


def _saved(walker: Walker) -> str:
    walker.follow(walker.page.get_by_role("button", name="Save", exact=True))
    return walker.page.locator("main").inner_text()


def _parts(staff: Staff, number: str, partner: str) -> list[FulfillmentOrder]:
    return [part for part in staff.hub.order(number).fulfillments if part.partner == partner]


def _open(staff: Staff, number: str, partner: str) -> set[str]:
    """The articles that a partner is still to send."""
    lines = [line for part in _parts(staff, number, partner) for line in part.lines]
    return {line.sku for line in lines if line.buckets.open}


def _state(staff: Staff, number: str) -> ChangeState:
    [change] = staff.hub.order(number).changes
    return change.state


def why_late(world: World, way: Way) -> Walker:
    """The page says why and what is next; the customer is written to from it."""
    staff, number = world.staff, world.staff.number()
    wanted = staff.acme_given(number)
    acme = staff.hub.suppliers["acme"]
    paper = acme.answer(as_asked(wanted), word="IB")
    late = [f"{row}*068*20261211" if row.startswith("ACK*IB") else row for row in paper]
    acme.send("855", late)
    staff.hub.turn("acme")
    walker = staff.clerk_walker(way)
    page = walker.page
    walker.start(_page_of(staff, number))
    told = page.locator("main").inner_text()
    assert "Why: Acme waits for new stock." in told and "Next step:" in told
    walker.follow(page.get_by_role("link", name="Write to the customer"))
    assert "It now arrives by Wed 16 Dec: it is waiting" in page.locator("pre").inner_text()
    walker.follow(page.get_by_role("button", name="Send it"))
    assert "Done: the mail is on its way" in done_of(walker).inner_text()
    turn = MailTurn(staff.hub.parts, staff.hub.parts.brands["juniper"], owner="test")
    while turn.take(poll=False):
        pass
    turn.release()
    assert number in staff.box.texts()[-1]
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
        goal=SWAP,
        walk=kellys_swap,
    ),
    Journey(
        number="J13b",
        about="the same once an X12 supplier was asked",
        goal=SWAP,
        walk=a_swap_asked_of_acme,
    ),
    Journey(
        number="J13c",
        about="the same once a supplier at the portal was asked",
        goal=SWAP,
        walk=a_swap_asked_of_corner,
    ),
    Journey(
        number="J13d",
        about="the same once a supplier was asked that takes no changes",
        goal=SWAP,
        walk=a_swap_too_late,
    ),
    Journey(
        number="J14",
        about="why an order is late, and the customer written to",
        goal=Goal(clicks=2, seconds=20),
        walk=why_late,
    ),
)
