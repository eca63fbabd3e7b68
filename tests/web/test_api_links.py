"""POST /v1/orders/{n}/status-links: a link for the storefront's own mails."""

from hub.flow.visiting import linked
from tests.rigs.houses import House
from tests.web.conftest import Shop, simple


def test_a_storefront_gets_a_link_to_its_own_order_only(
    juniper: Shop, harbor: Shop, stranger: Shop, house: House
) -> None:
    assert juniper.post(simple("J-1")).status_code == 201
    made = juniper.ask("POST", "/v1/orders/J-1/status-links")
    assert made.status_code == 201
    url = made.json()["url"]
    assert url.startswith("https://juniper.localhost/s/")
    assert made.json()["expires_at"].startswith("2027-05-19")
    token = url.rpartition("/")[2]
    found = linked(house.parts, brand="juniper", token=token)
    assert found is not None and found.number == "J-1"
    assert linked(house.parts, brand="harbor", token=token) is None
    foreign = harbor.ask("POST", "/v1/orders/J-1/status-links")
    missing = harbor.ask("POST", "/v1/orders/J-9/status-links")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert stranger.ask("POST", "/v1/orders/J-1/status-links").status_code == 401
    assert "/v1/orders/{number}/status-links" in juniper.get("/v1/openapi.json").json()["paths"]
