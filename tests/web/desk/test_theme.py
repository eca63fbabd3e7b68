"""Dark, light, or as the device wishes: chosen by a form, kept by the browser, never printed."""

from tests.rigs.houses import post, shopping
from tests.web.clerk.rig import Office, office
from tests.web.portal.rig import Browser

__all__ = ["office"]


def test_who_chooses_dark_gets_it_on_every_page_until_they_choose_again(office: Office) -> None:
    clerk = office.browser()
    assert "data-theme" not in clerk.get("/orders").text
    answer = clerk.post("/theme", {"theme": "dark", "next": "/orders?q=1001"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/orders?q=1001")
    for path in ("/orders", "/account", "/nothing"):
        page = clerk.get(path).text
        assert '<html lang="en" data-theme="dark">' in page
        assert 'href="/dark.css" media="screen"' in page
    clerk.post("/theme", {"theme": "light", "next": "/"})
    page = clerk.get("/orders").text
    assert 'data-theme="light"' in page and "/dark.css" not in page
    clerk.post("/theme", {"theme": "", "next": "/"})
    page = clerk.get("/orders").text
    assert "data-theme" not in page
    assert 'href="/dark.css" media="screen and (prefers-color-scheme: dark)"' in page


def test_the_choice_leads_nowhere_else_and_is_nobody_else_s_to_make(office: Office) -> None:
    browser = Browser(app=office.app, host="desk.localhost", address="127.0.0.1")
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", ""):
        answer = browser.post("/theme", {"theme": "dark", "next": elsewhere})
        assert answer.headers["location"] == "/"
    answer = browser.post("/theme", {"theme": "dark", "next": '/日本?q=a%20"b"'})
    assert answer.headers["location"] == "/%E6%97%A5%E6%9C%AC?q=a%20%22b%22"
    strange = browser.post("/theme", {"theme": "light", "next": "/"}, sec_fetch_site="cross-site")
    assert strange.status_code == 403
    assert 'data-theme="dark"' in browser.get("/sign-in").text
    browser.post("/theme", {"theme": '"><script>', "next": "/"})
    assert "data-theme" not in browser.get("/sign-in").text


def test_a_customer_s_page_is_dark_by_the_brand_s_own_colours(office: Office) -> None:
    post(office.house, shopping("1001", 1))
    customer = Browser(app=office.app)
    assert customer.post("/theme", {"theme": "dark", "next": "/"}).status_code == 303
    assert '<html lang="en" data-theme="dark">' in customer.get("/").text
    css = customer.get("/brand.css").text
    dark = office.house.parts.brands["juniper"].dark.page
    assert "@media screen { :root[data-theme=dark] {" in css and css.count(f"--page: {dark};") == 2
    stranger = Browser(app=office.app, host="none.localhost")
    assert stranger.post("/theme", {"theme": "dark", "next": "/"}).status_code == 421
