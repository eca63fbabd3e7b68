"""The clerk's box before numbers typed anyhow: one order is gone to, several are shown."""

from urllib.parse import urlencode

from tests.rigs.houses import post, shopping
from tests.web.clerk.rig import Office


def test_a_number_typed_anyhow_leads_to_its_order_and_several_are_listed(
    each_office: Office,
) -> None:
    for number in ("J-1001", "J-1002", "K-1002"):
        post(each_office.house, shopping(number, 1))
    clerk = each_office.browser()
    for text in ("#j-1001", "J 1001", "1001", "JUN J 1001 1", "JUN–J–1001–1"):
        answer = clerk.get(f"/orders?{urlencode({'q': text})}")
        assert answer.status_code == 303, text
        assert answer.headers["location"] == "/orders/juniper/J-1001"
    listed = clerk.get("/orders?q=1002")
    assert listed.status_code == 200
    for number in ("J-1002", "K-1002"):
        assert f'href="/orders/juniper/{number}"' in listed.text
    assert 'href="/orders/juniper/J-1001"' not in listed.text
