"""A customer to be handled with care is seen to be one wherever their order is spoken of."""

import re
from datetime import timedelta

from hub.access import Role
from hub.domain.facts import Stuck
from hub.domain.names import at_moment
from hub.ops.desk.at_risk import MOST_LOOKED_AT
from hub.store import Transaction
from tests.rigs.houses import House, post, shopping
from tests.web.clerk.rig import Office
from tests.web.portal.rig import seal_of

ONE = "/orders/juniper/1001"


def test_a_flag_is_set_with_its_reason_shown_everywhere_and_taken_off_again(
    each_office: Office,
) -> None:
    post(each_office.house, shopping("1001", 1))
    _stuck(each_office.house, "1001", hours=0)
    clerk = each_office.browser()
    seal = seal_of(clerk.get(ONE).text)
    refused = clerk.post(f"{ONE}/flags", {"seal": seal, "care": "1", "why": " "})
    assert refused.status_code == 422 and "say in a few words why" in refused.text
    note = "Two parcels got lost in <spring>."
    answer = clerk.post(f"{ONE}/flags", {"seal": seal, "care": "1", "why": note})
    assert answer.headers["location"] == f"{ONE}?done=flags"
    page = clerk.get(ONE).text
    assert "Two parcels got lost in &lt;spring&gt;." in page and "<spring>" not in page
    assert "Kim Duarte" in page
    for path in (ONE, "/exceptions", "/orders"):
        assert '<span class="chip warn">Handle with care</span>' in clerk.get(path).text, path
    assert clerk.post(f"{ONE}/flags", {"seal": seal, "why": ""}).status_code == 303
    assert '<span class="chip warn">Handle with care</span>' not in clerk.get("/exceptions").text
    again = clerk.post(f"{ONE}/flags", {"seal": seal, "why": ""})
    assert again.status_code == 422 and "stand already" in again.text
    with each_office.house.parts.store.read() as tx:
        commands = tx.facts.commands(each_office.house.order().customer_id)
    assert [one.body for one in commands] == [{"flags": ["care"]}, {"flags": []}]
    assert all(one.who.startswith("acc_") for one in commands)
    assert not any(b"parcels" in (one.sealed or b"") for one in commands)


def test_a_flag_follows_the_customer_to_the_next_order(office: Office) -> None:
    post(office.house, shopping("1001", 1))
    clerk = office.browser()
    seal = seal_of(clerk.get(ONE).text)
    clerk.post(f"{ONE}/flags", {"seal": seal, "vip": "1", "why": "Opens our fairs"})
    post(office.house, shopping("1002", 1))
    page = clerk.get("/orders/juniper/1002").text
    assert '<span class="chip warn">VIP</span>' in page and "Opens our fairs" in page


def test_clerks_begin_with_the_promise_at_risk_operators_with_what_is_due(office: Office) -> None:
    house = office.house
    post(house, shopping("1001", 1))
    house.clock.on(days=3)
    post(house, shopping("1002", 1))
    _stuck(house, "1001", hours=48)
    _stuck(house, "1002", hours=1)
    clerk = office.browser()
    page = clerk.get("/exceptions")
    assert 'href="/exceptions?by=promise" aria-current="page"' in page.text
    assert _numbers(page.text) == ["1001", "1002"]
    assert "promised " in page.text
    assert _numbers(clerk.get("/exceptions?by=due").text) == ["1002", "1001"]
    keeper = office.browser(role=Role.OPERATOR, name="lee")
    assert _numbers(keeper.get("/exceptions").text) == ["1002", "1001"]
    assert _numbers(office.browser("harbor", name="ines").get("/exceptions").text) == []


def test_what_waits_for_a_brand_is_found_behind_all_others_and_a_cut_is_told(
    each_office: Office,
) -> None:
    house = each_office.house
    post(house, shopping("1001", 1))
    post(house, shopping("H-1", 1), brand="harbor")
    order_id, now = house.order("1001").id, house.parts.now()

    def open_many(tx: Transaction, about: str | None, hours: int) -> None:
        for n in range(MOST_LOOKED_AT + 1):
            stuck = Stuck(
                hold=f"test:{hours}:{n}",
                kind="unsourced",
                text="Nobody fills it.",
                next_step="Choose a partner.",
                due_at=now + timedelta(hours=hours, seconds=n),
            )
            names = at_moment(f"{hours}-{n}", now)
            tx.exceptions.open(stuck, at=now, order_id=about, names=names)

    house.parts.store.write(lambda tx: open_many(tx, None, 1))  # about no order at all
    _stuck(house, "H-1", hours=48, brand="harbor")
    cut = "More wait than these"
    for clerk in (each_office.browser(), each_office.browser("harbor", name="ines")):
        page = clerk.get("/exceptions").text
        assert "/orders/harbor/H-1" in page and cut not in page
    house.parts.store.write(lambda tx: open_many(tx, order_id, 2))
    assert cut in each_office.browser(name="max").get("/exceptions").text
    for by in ("promise", "due"):
        page = clerk.get(f"/exceptions?by={by}").text
        assert "/orders/harbor/H-1" in page and "1001" not in page and cut not in page, by


def _stuck(house: House, number: str, *, hours: int, brand: str = "juniper") -> None:
    """Open an exception about an order that has to be settled in so many hours."""
    now = house.parts.now()
    stuck = Stuck(
        hold=f"test:{number}",
        kind="unsourced",
        text="Nobody fills it.",
        next_step="Choose a partner.",
        due_at=now + timedelta(hours=hours),
    )
    order_id = house.order(number, brand=brand).id
    names = at_moment(number, now)
    house.parts.store.write(
        lambda tx: tx.exceptions.open(stuck, at=now, order_id=order_id, names=names)
    )


def _numbers(page: str) -> list[str]:
    return re.findall(r'/orders/juniper/(\d+)"><bdi class="code">', page)
