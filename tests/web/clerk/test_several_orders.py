"""One paper on orders of two brands, on the pages: found, related, and no strange number."""

import re

from hub.access import Role
from tests.rigs.several import UNKNOWN, WRONG, three
from tests.web.clerk.rig import Office


def test_the_papers_page_leads_to_each_of_its_orders_and_back(office: Office) -> None:
    paper, good, other = three(office.house, WRONG)
    browser = office.browser(role=Role.OPERATOR)
    for sought in (good, other, UNKNOWN, "1001", "2001"):
        assert f"/documents/{paper}" in browser.get(f"/documents?q={sought}").text, sought
    page = browser.get(f"/documents/{paper}").text
    assert 'href="/orders/juniper/1001"' in page
    assert 'href="/orders/harbor/2001"' in page
    assert UNKNOWN in page
    related = browser.get(f"/documents/{paper}?tab=related").text
    sent = set(re.findall(r'href="/documents/(doc_\w+)"', related)) - {paper}
    backs = [browser.get(f"/documents/{one}?tab=related").text for one in sent]
    assert sum(f"/documents/{paper}" in back for back in backs) >= 2
    for path in ("/orders/juniper/1001", "/orders/harbor/2001"):
        assert paper in browser.get(path).text


def test_a_clerk_of_one_brand_sees_its_alarm_and_no_number_of_the_other(office: Office) -> None:
    paper, good, other = three(office.house, WRONG)
    harbor, juniper = office.browser("harbor"), office.browser("juniper", name="jo")
    seen = harbor.get("/exceptions").text
    assert other in seen and good not in seen and UNKNOWN not in seen
    quiet = juniper.get("/exceptions").text
    assert not any(number in quiet for number in (other, UNKNOWN, "2001"))
    page = harbor.get("/orders/harbor/2001").text
    assert "was not used" in page
    assert not any(number in page for number in (good, UNKNOWN, "1001"))
    page = juniper.get("/orders/juniper/1001").text
    assert not any(number in page for number in (other, UNKNOWN, "2001"))
    for browser in (harbor, juniper):
        assert browser.get(f"/documents/{paper}").status_code == 404
        assert browser.get(f"/documents?q={good}").status_code == 404
