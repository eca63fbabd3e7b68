"""Sourcing on real stores: territories, named partners, deliveries to come, and simulating."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner

from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.domain.feeds import Counted
from hub.flow.orders import Outcome
from hub.ops.simulate import simulate
from tests.rigs.houses import furnish, post, shopping, stock_up
from tests.rigs.shelves import counted, list_article, report

BODY = {
    "number": "S-1",
    "channel": "web",
    "currency": "USD",
    "customer": {"name": "Maya Lindqvist"},
    "ship_groups": [
        {
            "ship_to": {
                "name": "Maya Lindqvist",
                "lines": ["12 Alder Lane"],
                "city": "Springfield",
                "region": "IL",
                "postal_code": "62701",
                "country": "US",
            },
            "method": "ground",
            "lines": [{"sku": "SKU-1", "quantity": 5, "unit_price": 1000}],
        }
    ],
    "total": 5000,
}


def test_a_partner_that_does_not_ship_there_is_not_asked(hub_database: str, tmp_path: Path) -> None:
    with closing(furnish(tmp_path, database=hub_database, partners=("acme", "mill"))) as house:
        stock_up(house)
        acme = house.parts.routes["acme"]
        region = shopping().groups[0].ship_to.region
        far = replace(acme.partner.territory, not_to=(f"US-{region}",))
        route = replace(acme, partner=replace(acme.partner, territory=far))
        house.parts = replace(house.parts, routes={**house.parts.routes, "acme": route})
        post(house, shopping("T1", 2))
        assert [part.partner for part in house.order("T1").fulfillments] == ["mill"]
        with house.parts.store.read() as tx:
            told = [one.reason for one in tx.orders.candidates(house.order("T1").id)]
        assert f"does not ship to US-{region}" in told


def test_a_line_may_name_its_partner_and_an_unknown_one_is_told(
    hub_database: str, tmp_path: Path
) -> None:
    with closing(furnish(tmp_path, database=hub_database, partners=("acme", "mill"))) as house:
        stock_up(house)
        plain = shopping("N1", 2)
        (group,) = plain.groups

        def naming(number: str, partner: str):
            lines = tuple(replace(line, partner=partner) for line in group.lines)
            return replace(plain, number=number, groups=(replace(group, lines=lines),))

        post(house, naming("N1", "mill"))
        order = house.order("N1")
        assert [part.partner for part in order.fulfillments] == ["mill"]
        assert order.lines[0].partner == "mill"
        wrong = post(house, naming("N2", "nobody"))
        assert wrong.outcome is Outcome.WRONG
        assert [(one.code, one.where.path) for one in wrong.problems] == [
            ("unknown-partner", "/ship_groups/0/lines/0/partner")
        ]


def test_units_of_a_coming_delivery_get_a_purchase_order_with_its_date(
    hub_database: str, tmp_path: Path
) -> None:
    page = counted(preorder="true")
    with closing(furnish(tmp_path, database=hub_database, more=page)) as house:
        list_article(house.parts, "SOON", "acme")
        day = (house.clock.time + timedelta(days=9)).date()
        coming = Counted(sku="SOON", quantity=2, next_on=day, next_quantity=3)
        report(house.parts, "acme", {}, as_of=house.clock.time, more=coming)
        plain = shopping("P1", 5)
        (group,) = plain.groups
        line = replace(group.lines[0], sku="SOON")
        post(house, replace(plain, groups=(replace(group, lines=(line,)),)))
        now, later = house.order("P1").fulfillments
        assert [part.lines[0].buckets.ordered for part in (now, later)] == [2, 3]
        assert now.ship_by is not None
        assert later.ship_by is not None
        assert now.ship_by.date() < day <= later.ship_by.date()


def test_simulating_explains_and_reserves_nothing(hub_database: str, tmp_path: Path) -> None:
    names = ("acme", "mill")
    with closing(furnish(tmp_path, database=hub_database, more=counted(), partners=names)) as house:
        stock_up(house)
        report(house.parts, "acme", {"SKU-1": 3}, as_of=house.clock.time)
        report(house.parts, "mill", {"SKU-1": 1}, as_of=house.clock.time)
        new = shopping("S1", 5)
        for _ in range(2):  # the same answer twice: nothing was taken
            (line,) = simulate(house.parts, new, brand="juniper").lines
            assert [(one.partner, one.quantity) for one in line.fillings] == [
                ("acme", 3),
                ("mill", 1),
            ]
            assert line.unfilled == 1
            assert [one.partner for one in line.candidates] == ["acme", "mill"]
        with house.parts.store.read() as tx:
            assert tx.reservations.all() == []
            assert tx.orders.find(brand="juniper", number="S1") is None


def test_the_command_explains_to_people_and_programs(tmp_path: Path) -> None:
    with closing(furnish(tmp_path, more=counted())) as house:
        stock_up(house)
        report(house.parts, "acme", {"SKU-1": 3}, as_of=house.clock.time)
    file = tmp_path / "order.json"
    file.write_text(json.dumps(BODY))
    environment = {
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
    }

    def run(*words: str):
        arguments = ["source", "--simulate", str(file), "--brand", "juniper", *words]
        return CliRunner().invoke(commands, arguments, obj=Desk(environment))

    told = run()
    assert told.exit_code == 3, told.output
    assert "3 by acme for 12.00 USD" in told.output
    assert "2 by nobody" in told.output
    shown = json.loads(run("--json").stdout)
    assert shown["lines"][0]["unfilled"] == 2
    assert shown["lines"][0]["candidates"][0]["reason"].startswith("fills 3 of 5")
    file.write_text(json.dumps({**BODY, "total": 1}))
    wrong = run()
    assert wrong.exit_code == 1
    assert "/total total-wrong" in wrong.output
