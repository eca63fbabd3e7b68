"""A clerk of one brand: the other's orders are not there, on no path."""

from hub.access import Role
from tests.rigs.houses import post, shopping
from tests.web.clerk.rig import Office, action_of, fields_of

PATHS = ("", "/notes", "/link", "/cancel", "/change", "/outcome/" + "0" * 32)


def test_an_order_of_another_brand_is_not_there(office: Office) -> None:
    post(office.house, shopping("1001", 1))
    post(office.house, shopping("2001", 1), brand="harbor")
    browser = office.browser("harbor")
    mine = fields_of(browser.get("/orders/harbor/2001/cancel"))
    for path in PATHS:
        found = browser.get(f"/orders/juniper/1001{path}")
        said = {**mine, "text": "x", "do": "all"}
        posted = browser.post(f"/orders/juniper/1001{path}", said)
        assert (found.status_code, posted.status_code) == (404, 404), path
    assert not office.house.order("1001").changes


def test_a_new_order_of_another_brand_is_not_taken(office: Office) -> None:
    browser = office.browser("harbor")
    page = browser.get("/new")
    path = action_of(page)
    assert 'value="juniper"' not in page.text
    for do in ("look", "find", "place"):
        answer = browser.post(path, {**fields_of(page), "brand": "juniper", "do": do})
        assert answer.status_code == 404


def test_who_only_looks_finds_no_form(office: Office) -> None:
    post(office.house, shopping("1001", 1))
    viewer = office.browser(role=Role.VIEWER)
    for path in ("/new", "/orders/juniper/1001/cancel", "/orders/juniper/1001/change"):
        assert viewer.get(path).status_code == 404
    assert "/cancel" not in viewer.get("/orders/juniper/1001").text
