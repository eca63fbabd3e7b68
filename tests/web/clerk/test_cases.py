"""A clerk takes a case: everybody sees it, a colleague who was slower is told, it is given back."""

import re

import pytest

from hub.access import Role
from hub.flow import accounts, cases
from hub.ops import again
from tests.flow.test_cases import stuck
from tests.rigs.houses import House, post, shopping
from tests.web.clerk.rig import Office
from tests.web.portal.rig import Browser, seal_of

ORDER = "/orders/juniper/1001"


def _case(house: House, number: str = "1001", *, brand: str = "juniper", hours: int = 1) -> str:
    """An order that waits for a person; return the case."""
    post(house, shopping(number, 1), brand=brand)
    return stuck(house, number, order_id=house.order(number, brand=brand).id, hours=hours)


def _form(page: str, case: str) -> dict[str, str]:
    """What the button of that case sends, and `act` where to."""
    found = re.search(
        rf'<form method="post" action="(/exceptions/{case}/(?:take|give-back))">(.*?)</form>', page
    )
    assert found, page
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[2]))
    return {"act": found[1], **{name: text.replace("&amp;", "&") for name, text in fields.items()}}


def _press(browser: Browser, at: str, case: str) -> str:
    """Press the button of that case on a page; return where it leads."""
    form = _form(browser.get(at).text, case)
    answer = browser.post(form.pop("act"), form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_it_is_taken_from_the_queue_and_everybody_sees_who_has_it(each_office: Office) -> None:
    house = each_office.house
    case, other = _case(house), _case(house, "1002")
    kim = each_office.browser(name="kim")
    queue = "/exceptions?by=promise&whose=nobody"
    assert _press(kim, queue, case) == f"{queue}&done=taken"
    page = kim.get(f"{queue}&done=taken").text
    assert "Done: the case is yours." in page and case not in page and other in page
    assert re.findall(r">([^<]+) \((\d+)\)</a>", page) == [
        ("All", "2"),
        ("Mine", "1"),
        ("Nobody&#39;s", "1"),
    ]
    lee = each_office.browser(name="lee")
    for path in ("/exceptions", "/orders", ORDER, f"/exceptions/{case}"):
        assert "<bdi>Kim Duarte</bdi>" in lee.get(path).text, path
    assert case not in lee.get("/exceptions?whose=mine").text
    assert f"/{case}/take" not in lee.get("/exceptions").text, "not over their heads"
    assert case in kim.get("/exceptions?whose=mine").text
    assert _press(kim, ORDER, case) == f"{ORDER}?done=given"
    assert "Done: the case is nobody" in kim.get(f"{ORDER}?done=given").text
    assert "Nobody has taken it." in lee.get(ORDER).text


def test_who_comes_too_late_is_told_who_has_it_and_may_take_it_over(each_office: Office) -> None:
    house = each_office.house
    case = _case(house)
    kim, lee = each_office.browser(name="kim"), each_office.browser(name="lee")
    form = _form(lee.get(ORDER).text, case)
    assert _press(kim, "/exceptions", case).endswith("done=taken")
    house.clock.on(minutes=2)
    act = form.pop("act")
    late = lee.post(act, form).headers["location"]
    assert late == f"/exceptions/{case}?done=late"
    page = lee.get(late).text
    assert "Kim Duarte took this 2 minutes ago. Nothing was changed." in page
    assert "There is a problem" in page and "<title>Error: " in page and "Take over" in page
    assert _press(lee, late, case) == f"/exceptions/{case}?done=taken"
    assert "Mine (1)" in lee.get("/exceptions").text
    gave = _form(lee.get(ORDER).text, case)
    assert _press(kim, ORDER, case) == f"{ORDER}?done=taken", "back again, on purpose"
    assert lee.post(gave.pop("act"), gave).headers["location"] == late
    assert "Mine (0)" in lee.get("/exceptions").text


def test_what_was_settled_meanwhile_is_told(office: Office) -> None:
    case = _case(office.house)
    kim = office.browser()
    form = _form(kim.get(ORDER).text, case)
    again.close_exception(office.house.parts, case, reason="by phone", who="operator")
    late = kim.post(form.pop("act"), form).headers["location"]
    assert "This was settled meanwhile. Nothing was changed." in kim.get(late).text
    assert f"/{case}/take" not in kim.get(late).text


def test_my_open_cases_stand_on_the_first_page_by_promise(each_office: Office) -> None:
    house = each_office.house
    kim = each_office.browser(name="kim")
    page = kim.get("/orders").text
    assert "You have taken no case." in page
    assert 'href="/exceptions?by=promise&amp;whose=nobody"' in page
    [me] = [one.id for one in accounts.listed(house.parts) if one.email.startswith("kim@")]
    later = _case(house, "1001", hours=1)
    lane = stuck(house, "lane")
    for case in (lane, later):
        cases.take(house.parts, case, who=me)
    assert _mine(kim) == [later, lane]
    assert "of my cases" not in kim.get("/orders").text
    for n in range(12):
        cases.take(house.parts, stuck(house, f"lane {n}"), who=me)
    assert len(_mine(kim)) == 10
    page = kim.get("/orders").text
    assert '<a href="/exceptions?by=due&amp;whose=mine">All 14 of my cases</a>' in page
    assert f'<a href="{ORDER}"><bdi class="code">1001</bdi></a>' in _section(page)
    assert len(set(re.findall(r"/exceptions/(exc_\w+)\"", _all_mine(kim)))) == 14


def _section(page: str) -> str:
    found = re.search(r'<section aria-labelledby="mine">.*?</section>', page, re.DOTALL)
    assert found, page
    return found[0]


def _mine(browser: Browser) -> list[str]:
    return re.findall(r"/exceptions/(exc_\w+)\"", _section(browser.get("/orders").text))


def _all_mine(browser: Browser) -> str:
    return browser.get("/exceptions?by=due&whose=mine").text


def test_who_changes_nothing_takes_nothing(office: Office) -> None:
    case = _case(office.house)
    office.browser(name="kim").get("/")
    cases.take(office.house.parts, case, who=accounts.listed(office.house.parts)[0].id)
    viewer = office.browser(role=Role.VIEWER, name="vic")
    for path in ("/exceptions", ORDER, f"/exceptions/{case}", "/orders"):
        page = viewer.get(path).text
        assert "Kim Duarte" in page, path
        assert "/take" not in page and "/give-back" not in page and "Mine (" not in page, path
        assert "My open cases" not in page
    seal = seal_of(viewer.get("/account").text)
    for act in ("take", "give-back"):
        assert viewer.post(f"/exceptions/{case}/{act}", {"seal": seal}).status_code == 404


def test_that_of_another_brand_is_not_there(each_office: Office) -> None:
    house = each_office.house
    case, theirs = _case(house), _case(house, "H-1", brand="harbor")
    ines = each_office.browser("harbor", name="ines")
    seal = seal_of(ines.get("/account").text)
    for act in ("take", "give-back"):
        assert ines.post(f"/exceptions/{case}/{act}", {"seal": seal}).status_code == 404
        assert ines.post(f"/exceptions/exc_none/{act}", {"seal": seal}).status_code == 404
    for by in ("promise", "due"):
        page = ines.get(f"/exceptions?by={by}&whose=nobody").text
        assert theirs in page and case not in page and "All (1)" in page, by
    assert _press(ines, f"/exceptions/{theirs}", theirs) == f"/exceptions/{theirs}?done=taken"


def test_the_cases_of_somebody_who_left_are_nobodys(each_office: Office) -> None:
    house = each_office.house
    case = _case(house)
    kim, lee = each_office.browser(name="kim"), each_office.browser(name="lee")
    _press(kim, "/exceptions", case)
    [gone] = [one.id for one in accounts.listed(house.parts) if one.email.startswith("kim@")]
    accounts.disable(house.parts, account_id=gone, who="test")
    assert case in lee.get("/exceptions?whose=nobody").text
    assert _press(lee, "/exceptions?by=due", case) == "/exceptions?by=due&done=taken"


@pytest.mark.parametrize(
    ("next_page", "seen"),
    [("//evil.example.com", ""), ("https://evil.example.com/", "2026-11-20"), ("", "x" * 300)],
)
def test_what_a_page_of_ours_does_not_send_leads_nowhere_else(
    office: Office, next_page: str, seen: str
) -> None:
    case = _case(office.house)
    kim, lee = office.browser(name="kim"), office.browser(name="lee")
    fields = {"seal": seal_of(kim.get("/account").text), "next": next_page, "seen": seen}
    led = kim.post(f"/exceptions/{case}/take", fields).headers["location"]
    assert led in (f"/exceptions/{case}?done=taken", "/?done=taken")
    fields["seal"] = seal_of(lee.get("/account").text)
    late = lee.post(f"/exceptions/{case}/take", fields).headers["location"]
    assert late == f"/exceptions/{case}?done=late", "no moment is none at which it was seen"


def test_a_case_is_taken_on_the_page_of_its_paper(office: Office) -> None:
    house = office.house
    home = house.suppliers["acme"].home / "out"
    (home / "torn.edi").write_text("ISA*torn")
    house.turn()
    house.clock.on(seconds=61)
    house.turn()
    with house.parts.store.read() as tx:
        [row] = tx.exceptions.page(open_only=True, limit=9)
    assert row.transmission_id
    keeper = office.browser(role=Role.OPERATOR)
    page = f"/documents/{row.transmission_id}"
    assert _press(keeper, page, row.id) == f"{page}?done=taken"
    assert "Done: the case is yours." in keeper.get(f"{page}?done=taken").text
    assert "took the case" in keeper.get(f"{page}?tab=audit").text


def test_a_page_further_on_leads_back_to_itself(office: Office) -> None:
    house = office.house
    for n in range(101):
        stuck(house, f"lane {n:03d}", hours=n)
    kim = office.browser()
    first = kim.get("/exceptions?by=due").text
    more = re.search(r'href="(/exceptions\?by=due&amp;after=[^"]+)"', first)
    assert more
    path = more[1].replace("&amp;", "&")
    [last] = set(re.findall(r"/exceptions/(exc_\w+)\"", kim.get(path).text))
    assert _press(kim, path, last) == f"{path}&done=taken"
    assert last in _all_mine(kim)


def test_it_is_said_in_german(office: Office) -> None:
    parts, case = office.house.parts, _case(office.house)
    kim, lee = office.browser(name="kim"), office.browser(name="lee")
    for one in accounts.listed(parts):
        accounts.settings(parts, account_id=one.id, zone="UTC", language="de", name=one.name)
    _press(kim, "/exceptions", case)
    office.house.clock.on(minutes=2)
    page = kim.get(f"/exceptions/{case}").text
    assert "Übernommen von Ihnen " in page and ">Zurückgeben<" in page
    assert "Meine offenen Fälle" in kim.get("/orders").text
    late = lee.get(f"/exceptions/{case}?done=late").text
    assert "Kim Duarte hat diesen Fall vor 2 Minuten übernommen." in late
    assert "Dennoch übernehmen" in late
    seen = cases.take(parts, case, who="none").taken_at
    cases.take(parts, case, who="operator", seen=seen)
    assert "<bdi>Betreiber</bdi>" in lee.get(ORDER).text
