"""Webhooks by page, against a receiver that is really called."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from hub import api
from hub.access import Role
from hub.flow import webhook_told
from hub.main import doors, read_settings
from tests.rigs.posts import Post, shop
from tests.rigs.receivers import Says
from tests.rigs.rehoused import furnished
from tests.web.admin.conftest import Office, come_in

HOOKS = "/settings/webhooks"
SECRET = re.compile(r"<code>(whsec_[^<]+)</code>")

__all__ = ["furnished", "shop"]


@pytest.fixture
def office(shop: Post, tmp_path: Path) -> Office:
    """An operator before a hub whose calls end at a receiver."""
    house = shop.house
    settings = read_settings({"HUB_DATA_DIR": str(tmp_path / "data")})
    app = doors(settings, house.parts, api.build(house.parts))
    olu = come_in(house, app, Role.OPERATOR, "olu@example.com")
    return Office(house=house, app=app, olu=olu)


def test_an_endpoint_is_registered_and_its_secret_shown_once(office: Office) -> None:
    fields = {"owner": "brand:juniper", "url": "https://other.example.com/hook"}
    assert office.post(HOOKS, at=HOOKS, **fields) == 200
    found = SECRET.search(office.said)
    assert found
    page = office.olu.get(HOOKS).text
    assert fields["url"] in page and found[1] not in page
    assert office.post(HOOKS, at=HOOKS, **fields) == 422
    assert 'href="#url"' in office.said  # it is registered already
    assert office.post(HOOKS, at=HOOKS, **(fields | {"owner": "brand:none"})) == 422
    for wrong in ("http://127.0.0.1/hook", "https://user:pw@example.com/"):
        assert office.post(HOOKS, at=HOOKS, **(fields | {"url": wrong})) == 422
    assert "stands in a URL; take them out" in office.said and "auth" not in office.said.lower()
    assert len(office.house.parts.store.write(lambda tx: tx.webhooks.page())) == 1


def test_what_is_dead_is_seen_and_sent_once_more(office: Office, shop: Post) -> None:
    made = shop.register(types=("order.placed",))
    shop.receiver.script = lambda call, before: Says(status=500)
    shop.orders("1001")
    shop.wait(timedelta(hours=110), step=timedelta(hours=2))
    assert shop.seen(made).dead == 1
    office.olu = come_in(office.house, office.app, Role.OPERATOR, "ida@example.com")
    path = f"{HOOKS}/{made.seen.row.id}"
    page = office.olu.get(path).text
    message = re.search(r'name="(m-[^"]+)"', page)
    assert message and "order.placed" in page
    assert office.post(f"{path}/replay", at=path) == 422
    assert office.post(f"{path}/replay", at=path, **{"m-none": "1"}) == 422
    shop.receiver.script = lambda call, before: Says()
    assert office.post(f"{path}/replay", at=path, **{message[1]: "1"}) == 303
    assert shop.go() == 1
    assert "Everything was taken" in office.olu.get(path).text
    assert office.house.exceptions() == []


def test_an_endpoint_is_tried_given_another_secret_and_removed(office: Office, shop: Post) -> None:
    made = shop.register()
    path = f"{HOOKS}/{made.seen.row.id}"
    assert office.post(f"{path}/try", at=path) == 303
    assert len(shop.receiver.taken) == 1
    shop.receiver.script = lambda call, before: Says(status=500)
    assert office.post(f"{path}/try", at=path) == 422
    assert "did not take" in office.said
    assert office.post(f"{path}/rotate", at=path, overlap="24") == 200
    found = SECRET.search(office.said)
    assert found and found[1] != made.secret
    assert office.post(f"{path}/rotate", at=path, overlap="9999") == 404
    assert office.post(f"{path}/resume", at=path) == 303
    asked = office.olu.get(f"{path}/remove").text
    assert "Remove it" in asked
    assert office.post(f"{path}/remove", at=f"{path}/remove") == 303
    assert office.olu.get(path).status_code == 404
    olu = office.person("olu@example.com").id
    record = office.recorded(made.seen.row.id)
    assert sum(who == olu for who, _ in record) == 4
    assert "whsec_" not in str(record)


def test_who_sees_one_brand_keeps_the_endpoints_of_that_brand_alone(
    office: Office, shop: Post
) -> None:
    made = shop.register()  # Juniper's
    hal = come_in(office.house, office.app, Role.OPERATOR, "hal@example.com", "harbor")
    assert hal.get(f"{HOOKS}/{made.seen.row.id}").status_code == 404
    page = hal.get(HOOKS).text
    assert made.seen.row.url not in page
    assert "brand:harbor" in page and "brand:juniper" not in page and "partner:" not in page
    office.olu = hal
    fields = {"owner": "brand:juniper", "url": "https://other.example.com/hook"}
    assert office.post(HOOKS, at=HOOKS, **fields) == 422
    assert office.post(f"{HOOKS}/{made.seen.row.id}/remove", at=HOOKS) == 404


def test_a_page_that_shows_nothing_leads_further_back(
    office: Office, shop: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shop.register(types=("order.placed",))
    shop.orders("1001")
    shop.go()
    path = f"{HOOKS}/{made.seen.row.id}"
    monkeypatch.setattr(webhook_told, "WINDOW", 1)
    monkeypatch.setattr(webhook_told, "MOST_WINDOWS", 1)
    page = office.olu.get(path).text
    for _ in range(50):
        further = re.search(r'href="([^"]+[?]before=[0-9]+)#told">Look further back', page)
        if further is None:
            break
        page = office.olu.get(further[1]).text
    assert "1001" in page and re.search(r'name="p-[0-9]+"', page)


def test_what_was_taken_is_listed_and_sent_once_more(office: Office, shop: Post) -> None:
    made = shop.register(types=("order.placed",))
    shop.orders("1001")
    shop.orders("1002")
    shop.go()
    path = f"{HOOKS}/{made.seen.row.id}"
    page = office.olu.get(path).text
    places = re.findall(r'name="p-(\d+)"', page)
    assert len(places) == 2 and int(places[0]) > int(places[1])
    assert page.count('<span class="chip good">taken</span>') == 2
    before = len(shop.receiver.taken)
    assert office.post(f"{path}/told", at=path) == 422
    assert office.post(f"{path}/told", at=path, **{"p-999999": "1"}) == 404
    assert office.post(f"{path}/told", at=path, **{f"p-{places[1]}": "1"}) == 303
    assert ">still tried<" in office.olu.get(path).text
    shop.go()
    again = shop.receiver.taken[before:]
    assert [json.loads(call.body)["data"]["position"] for call in again] == [int(places[1])]
    assert again[0].id in {call.id for call in shop.receiver.taken[:before]}
    assert ">still tried<" not in office.olu.get(path).text


def test_the_events_are_chosen_by_page_and_only_those_it_may_hear(
    office: Office, shop: Post
) -> None:
    url = "https://other.example.com/hook"
    fields = {"owner": "brand:juniper", "url": url, "batch": "10", "t-order.placed": "1"}
    wrong = {**fields, "t-purchase_order.offered": "1"}
    assert office.post(HOOKS, at=HOOKS, **wrong) == 422
    assert 'href="#types"' in office.said
    assert office.post(HOOKS, at=HOOKS, **fields) == 200
    [row] = office.house.parts.store.write(lambda tx: tx.webhooks.page())
    assert (row.types, row.batch.events) == (("order.placed",), 10)
    path = f"{HOOKS}/{row.id}"
    ticked = {"t-order.placed": "1", "t-order.shipped": "1"}
    assert office.post(f"{path}/types", at=path, **ticked) == 303
    assert office.post(f"{path}/types", at=path, **{"t-none.such": "1"}) == 422
    [row] = office.house.parts.store.write(lambda tx: tx.webhooks.page())
    assert row.types == ("order.placed", "order.shipped")
    assert len(office.recorded(row.id)) == 2
