"""What a customer does out of a mail and without one: J8 to J10."""

import re

from playwright.sync_api import Response

from tests.cast import MAYA
from tests.web.journeys.houses import Customers, World
from tests.web.journeys.journey import Goal, Journey
from tests.web.portal import rig
from tests.web.walker import K, M, P, Walker, Way

TO_THE_MAIL_AND_BACK = 2 * (M + P + K)
_LINK = re.compile(r"https://juniper\.localhost(/s/\S+)")


def where_it_is(world: World, way: Way) -> Walker:
    """The mail says that a day has moved; its link says everything above the fold."""
    customers, number = world.customers, world.customers.number()
    rig.delayed(customers.hub, number)
    [link] = _LINK.findall(customers.mailed())
    walker = customers.walker(way)
    came: list[Response] = []

    def noted(answer: Response) -> None:
        came.append(answer)

    walker.page.on("response", noted)
    walker.link(customers.at(link))
    walker.page.remove_listener("response", noted)
    title = walker.page.locator("h1")
    assert "Delayed: now expected by" in title.inner_text() and ", was " in title.inner_text()
    size = walker.page.viewport_size
    assert size is not None
    for told in (title, walker.page.locator(".answer").get_by_text("Moved from")):
        box = told.bounding_box()
        assert box is not None and box["y"] + box["height"] <= size["height"]
    assert len(came) <= 15
    assert sum(len(each.body()) for each in came) <= 100_000
    return walker


def found_without_a_mail(world: World, way: Way) -> Walker:
    """Two fields, and the code that shows that the order is theirs."""
    customers, number = world.customers, world.customers.number()
    rig.confirmed(customers.hub, number)
    walker = customers.walker(way)
    page = walker.page
    walker.start(customers.at("/"))
    walker.enter(page.get_by_label("Order number"), number)
    walker.enter(page.get_by_label("E-mail address or postcode"), MAYA.postcode)
    walker.follow(page.get_by_role("button", name="Send me a code"))
    walker.look_up(TO_THE_MAIL_AND_BACK)
    walker.enter(page.get_by_label("Code", exact=True), _code(customers))
    walker.send()
    assert "Arriving by" in page.locator("h1").inner_text()
    assert MAYA.street in page.locator("main").inner_text()
    return walker


def cancelled_by_the_customer(world: World, way: Way) -> Walker:
    """From the order's page to what became of it."""
    customers, number = world.customers, world.customers.number()
    rig.confirmed(customers.hub, number)
    walker = customers.walker(way)
    page = walker.page
    _prove(walker, customers, number)
    walker.start(customers.at("/order"))
    walker.follow(page.get_by_role("link", name="Cancel…"))
    walker.follow(page.get_by_role("button", name="Yes, cancel"))
    assert page.locator("h1").inner_text() == "Cancelled"
    assert "2 × Thing 1" in page.locator(".answer").inner_text()
    assert customers.hub.word(number) == "Cancelled"
    return walker


def _code(customers: Customers) -> str:
    customers.mailed()
    return customers.street.mailbox.code()


def _prove(walker: Walker, customers: Customers, number: str) -> None:
    """Find the order before the walk begins."""
    page = walker.page
    page.goto(customers.at("/"))
    page.get_by_label("Order number").fill(number)
    page.get_by_label("E-mail address or postcode").fill(MAYA.email)
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/code")
    page.get_by_label("Code", exact=True).fill(_code(customers))
    page.get_by_role("button", name="Show my order").click()
    page.wait_for_url("**/order")


JOURNEYS = (
    Journey(
        number="J8",
        about="a customer is told where it is, out of a mail",
        goal=Goal(clicks=1, seconds=3),
        walk=where_it_is,
    ),
    Journey(
        number="J9",
        about="a customer without a mail: two fields and a code",
        goal=Goal(clicks=1, fields=3, seconds=20),
        walk=found_without_a_mail,
    ),
    Journey(
        number="J10",
        about="a customer cancels",
        goal=Goal(clicks=2, seconds=12),
        walk=cancelled_by_the_customer,
    ),
)
