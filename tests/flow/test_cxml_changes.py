"""Kiln hears of changes by the order again, whole: `update` or `delete`, answered like an order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from hub.api import build as build_door
from hub.domain.change_requests import NewAddress
from hub.domain.exchange import DocumentState
from hub.domain.messages import Address
from hub.domain.orders import ChangeState
from hub.domain.wishes import Fewer
from hub.errors import ConfigError
from tests.fakes import Supplier
from tests.flow.test_cxml_door import ENVELOPE, NOON, PAGE, SECRET, SHIPPED, SIDES, Road
from tests.rigs.changes import ask, cancel, outcomes
from tests.rigs.houses import post, shopping
from tests.rigs.https import Says, endpoint
from tests.rigs.roads import open_house

SAYS = """\
<ConfirmationRequest>
  <ConfirmationHeader operation="new" type="{word}" noticeDate="{at}"/>
  <OrderReference orderID="{order}"><DocumentReference payloadID="{paper}"/></OrderReference>
</ConfirmationRequest>"""
NUMBER = "JUN-1001-1"
TAKEN = (
    f'<cXML payloadID="r@kiln.example" timestamp="{NOON}">'
    '<Response><Status code="200" text="OK"/></Response></cXML>'
)


@pytest.fixture
def road(hub_database: str, tmp_path: Path) -> Iterator[Road]:
    (tmp_path / "partners").mkdir()
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    named = SIDES.format(secret=f', secret: "file:{secret}"')
    with endpoint(None) as kiln:
        kiln.plan = lambda number, asked: Says(
            body=TAKEN.encode(), headers={"content-type": "text/xml"}
        )
        page = PAGE.format(url=kiln.url, cxml=named, unproved=SIDES.format(secret=""))
        (tmp_path / "partners" / "kiln.yaml").write_text(f"{page}changes: {{by: order}}\n")
        seller = Supplier(home=tmp_path / "kiln", sender=("01", "1"), group_sender="K")
        house = open_house(tmp_path, {"kiln": seller}, database=hub_database)
        yield Road(house=house, kiln=kiln, app=build_door(house.parts))
        house.close()


def sent(road: Road) -> list[Any]:
    """Every order that reached Kiln, in order."""
    road.turn("orders")
    road.turn("orders")
    safe = etree.XMLParser(load_dtd=False, no_network=True)
    return [etree.fromstring(asked.body, safe) for asked in road.kiln.asked]


def header(paper: Any) -> Any:
    return paper.find("Request/OrderRequest/OrderRequestHeader")


def says(road: Road, word: str, paper: str, *, order: str = NUMBER) -> None:
    """Let Kiln answer one paper of ours."""
    said = SAYS.format(word=word, at=NOON, order=order, paper=paper)
    hears(road, said, payload=f"{word}-{paper or 'none'}")


def hears(road: Road, paper: str, *, payload: str) -> None:
    envelope = ENVELOPE.format(
        payload=f"{payload}@kiln.example",
        at=NOON,
        sender="AN-KILN",
        secret=SECRET,
        mode="production",
        paper=paper,
    )
    assert road.post(envelope).status_code == 200
    road.turn()


def state(road: Road) -> ChangeState:
    return road.house.order().changes[-1].asks[0].state


def test_a_cancelled_order_is_deleted_at_kiln_and_its_yes_ends_it(road: Road) -> None:
    post(road.house, shopping("1001", 2))
    (first,) = sent(road)
    says(road, "accept", first.get("payloadID"))
    assert outcomes(cancel(road.house)) == [("asked", 2, None)]
    _, delete = sent(road)
    assert dict(header(delete).attrib)["type"] == "delete"
    assert header(delete).get("orderID") == header(first).get("orderID") == NUMBER
    assert header(delete).find("DocumentReference").get("payloadID") == first.get("payloadID")
    items = [(one.get("lineNumber"), one.get("quantity")) for one in delete.iter("ItemOut")]
    assert items == [("1", "2")]
    assert state(road) is ChangeState.REQUESTED

    says(road, "accept", delete.get("payloadID"))
    assert state(road) is ChangeState.CONFIRMED
    assert road.house.word() == "Cancelled"
    assert road.house.exceptions() == []
    answered = {row.number: row.answered_by for row in road.papers("OrderRequest")}
    assert len(set(answered.values())) == 2, "each is answered by a paper of its own"


def test_a_no_to_a_deletion_leaves_the_order_as_it_is(road: Road) -> None:
    post(road.house, shopping("1001", 2))
    (first,) = sent(road)
    says(road, "accept", first.get("payloadID"))
    cancel(road.house)
    _, delete = sent(road)
    says(road, "reject", delete.get("payloadID"))
    assert state(road) is ChangeState.DECLINED
    (line,) = road.house.order().lines
    assert (line.buckets.open, line.buckets.cancelled, line.buckets.rejected) == (2, 0, 0)


def test_a_deletion_that_kiln_cannot_take_is_declined_and_told(road: Road) -> None:
    post(road.house, shopping("1001", 2))
    (first,) = sent(road)
    says(road, "accept", first.get("payloadID"))
    refusal = TAKEN.replace('code="200" text="OK"', 'code="406" text="Not Acceptable"')
    road.kiln.plan = lambda number, asked: Says(body=refusal.encode())
    cancel(road.house)
    sent(road)
    assert state(road) is ChangeState.DECLINED
    assert road.house.order().lines[0].buckets.open == 2
    assert road.house.exceptions() != []


def test_fewer_units_are_an_update_with_all_that_is_to_stand(road: Road) -> None:
    post(road.house, shopping("1001", 3, 1))
    (first,) = sent(road)
    says(road, "accept", first.get("payloadID"))
    notice = SHIPPED.format(at=NOON, order=NUMBER).replace('quantity="2"', 'quantity="1"')
    hears(road, notice, payload="shipped")
    assert outcomes(cancel(road.house, Fewer(line="1", quantity=1))) == [("asked", 1, None)]
    assert outcomes(cancel(road.house, Fewer(line="2"))) == [("asked", 1, None)]
    _, less, last = sent(road)
    for paper, wanted in ((less, [("1", "2"), ("2", "1")]), (last, [("1", "2")])):
        assert header(paper).get("type") == "update"
        items = [(one.get("lineNumber"), one.get("quantity")) for one in paper.iter("ItemOut")]
        assert items == wanted, "what left stands in it, and what was asked before"
    says(road, "accept", less.get("payloadID"))
    says(road, "accept", last.get("payloadID"))
    asks = [one.state for change in road.house.order().changes for one in change.asks]
    assert asks == [ChangeState.CONFIRMED, ChangeState.CONFIRMED]
    assert [line.buckets.cancelled for line in road.house.order().lines] == [1, 1]


def test_a_new_address_is_an_update_with_the_order_as_it_was(road: Road) -> None:
    post(road.house, shopping("1001", 2))
    (first,) = sent(road)
    to = Address(
        name="Asta Holm", lines=("7 Harbor Way",), city="Lowell", region="MA",
        postal_code="01852", country="US",
    )  # fmt: skip
    ask(road.house, NewAddress(ship_to=to))
    _, update = sent(road)
    assert header(update).get("type") == "update"
    assert header(update).findtext("ShipTo/Address/Name") == "Asta Holm"
    assert [one.get("quantity") for one in update.iter("ItemOut")] == ["2"]
    assert header(first).findtext("ShipTo/Address/Name") != "Asta Holm"
    says(road, "accept", update.get("payloadID"))
    assert state(road) is ChangeState.CONFIRMED


def test_an_answer_that_names_no_paper_while_a_change_is_asked_is_for_a_person(road: Road) -> None:
    post(road.house, shopping("1001", 2))
    (first,) = sent(road)
    says(road, "accept", first.get("payloadID"))
    cancel(road.house)
    sent(road)
    says(road, "reject", "none")
    says(road, "accept", "none")
    assert state(road) is ChangeState.REQUESTED
    (line,) = road.house.order().lines
    assert (line.buckets.open, line.buckets.rejected) == (2, 0)
    papers = {row.number.partition("@")[0]: row for row in road.papers("ConfirmationRequest")}
    for name in ("reject-none", "accept-none"):
        assert papers[name].state is DocumentState.REFUSED
        assert [problem.code for problem in papers[name].problems] == ["order-or-change"]
    assert len(road.house.exceptions()) == 2


def test_a_map_that_can_only_say_an_order_once_refuses_to_start(tmp_path: Path) -> None:
    (tmp_path / "partners").mkdir()
    page = """\
name: Fjord
kind: supplier
channels:
  - name: orders
    transport: folder
    settings: {outbox: OUT, inbox: IN}
    format: xml
    send: [Order]
    maps: {Order: ubl/Order}
changes: {by: order}
"""
    page = page.replace("OUT", str(tmp_path / "out")).replace("IN", str(tmp_path / "in"))
    (tmp_path / "partners" / "fjord.yaml").write_text(page)
    seller = Supplier(home=tmp_path / "fjord", sender=("01", "1"), group_sender="F")
    with pytest.raises(ConfigError, match="the map of Order can only say `original`"):
        open_house(tmp_path, {"fjord": seller}, database="")
