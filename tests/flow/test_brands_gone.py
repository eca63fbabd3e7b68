"""A brand whose page is gone: nothing runs while its orders move, and finished ones are read."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub import settings
from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.domain.facts import Duty, DutyKind
from hub.domain.names import Names
from hub.errors import ConfigError
from hub.flow.owed_mails import mail_lane
from hub.flow.parts import Parts
from hub.main import build_to_run
from hub.ops.brands_gone import refuse_brands_gone
from hub.ops.desk.documents import documents
from hub.ops.desk.order import order_360
from hub.ops.desk.orders import search_orders
from hub.ops.order_story import find
from hub.store import Store
from hub.store import brands as shelf
from tests.flow.test_desk_indexes import _plan
from tests.rigs.houses import House, furnish, post, shopping, stock_up
from tests.rigs.stores import run_sql

FOLDER = Path("/etc/hub/brands")
PATIENCE = 60
LANE = mail_lane("juniper")


def _without_juniper(house: House) -> Parts:
    """The hub as it is after a start without that brand's page."""
    return replace(house.parts, brands={"harbor": house.parts.brands["harbor"]})


def _refusal(house: House) -> str:
    with pytest.raises(ConfigError) as told:
        refuse_brands_gone(_without_juniper(house), FOLDER)
    (mistake,) = told.value.mistakes
    return mistake


def _all_of_it_ships(house: House) -> None:
    house.turn()
    acme = house.suppliers["acme"]
    for paper in acme.purchase_orders():
        acme.send("856", acme.notice(paper))
    house.turn()


def test_open_orders_keep_their_brand_until_all_of_them_are_finished(house: House) -> None:
    refuse_brands_gone(_without_juniper(house), FOLDER)
    post(house, shopping("1001", 2))
    assert _refusal(house) == (
        "HUB_BRANDS=/etc/hub/brands has no page of juniper, but its order 1001 is open: put "
        "juniper/brand.yaml back, or set HUB_BRANDS to the folder that has it; `hub orders list "
        "--brand juniper` lists the orders, and once they are finished the page may go"
    )
    post(house, shopping("1002", 1, 1))
    assert "but 2 of its orders are open (1001 is one of them): put" in _refusal(house)
    refuse_brands_gone(house.parts, FOLDER)
    _all_of_it_ships(house)
    refuse_brands_gone(_without_juniper(house), FOLDER)


def test_a_change_that_waits_and_a_mail_that_is_owed_keep_it_too(house: House) -> None:
    post(house, shopping("1001", 1))
    _all_of_it_ships(house)
    refuse_brands_gone(_without_juniper(house), FOLDER)
    run_sql(
        house.parts.store,
        "INSERT INTO order_change (id, order_id, ordinal, kind, state, requested_at, requested_by, "
        "actions, asks, reason) SELECT 'chg', id, 0, 'change', 'requested', 1, 'x', '[]', '[]', '' "
        "FROM customer_order",
    )
    assert "its order 1001 is open: put" in _refusal(house)
    run_sql(house.parts.store, "DELETE FROM order_change")
    owed = Duty(
        id=Names("seed").new("duty"), lane=LANE, kind=DutyKind.MAIL, set_id="shipped",
        subject="x", order_id=None, due_at=house.clock(), body={},
    )  # fmt: skip
    house.parts.store.write(lambda tx: tx.duties.open_lane(LANE))
    house.parts.store.write(lambda tx: tx.duties.want(owed))
    assert "but 1 of its mails is still to be sent: put" in _refusal(house)
    house.parts.store.write(lambda tx: tx.duties.park(owed.id))
    refuse_brands_gone(_without_juniper(house), FOLDER)


def test_finished_orders_of_a_brand_that_is_gone_are_found_and_read(house: House) -> None:
    post(house, shopping("1001", 2))
    _all_of_it_ships(house)
    parts, everything = (
        _without_juniper(house),
        order_360(house.parts, number="1001", brand="juniper"),
    )
    assert [hit.number for hit in search_orders(parts, text="1001")] == ["1001"]
    assert [hit.number for hit in search_orders(parts, text="217-555-0134")] == ["1001"]
    assert search_orders(parts, text="1001", brands=frozenset({"harbor"})) == ()
    assert [one.number for one in find(parts, brand=None, number="1001")] == ["1001"]
    assert len(documents(parts, query="1001").rows) == 2
    page = order_360(parts, number="1001", brand="juniper")
    assert (page.status, page.lines) == (everything.status, everything.lines)
    assert page.actions == ()
    with pytest.raises(KeyError):
        order_360(parts, number="1001", brand="juniper", brands=frozenset({"harbor"}))


def test_brands_are_told_by_the_index_and_a_gone_one_by_its_own_orders(
    store: Store, engine: str
) -> None:
    customer = "INSERT INTO customer (id, brand, standing, created_at) VALUES ('c', 'b', 'ok', 1)"
    columns = (
        "id, brand, number, number_plain, number_digits, channel, customer_id, currency, "
        "placed_at, shipping, discount, tax, total, revision, version, content_hash"
    )
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
    text = "CAST(i AS TEXT)"
    run_sql(
        store,
        customer,
        f"INSERT INTO customer_order ({columns}) {numbers}"
        f"SELECT {text}, CASE WHEN i % 2 = 0 THEN 'harbor' ELSE 'juniper' END, {text}, {text}, "
        f"{text}, 'web', 'c', 'USD', i, 0, 0, 0, 0, 1, 1, {_hash(engine)} FROM n",
    )
    if engine == "postgresql":
        run_sql(store, "ANALYZE")
    with store.read() as tx:
        assert tx.brands.with_orders() == ["harbor", "juniper"]
        assert tx.brands.unfinished("juniper", lane=LANE).orders == 0
    following = _plan(store, shelf._NEXT, {"brand": "harbor"})
    assert ("(brand>?)" if engine == "sqlite" else "Index Only Scan") in following
    owed = _plan(store, shelf._OWED, {"lane": LANE})
    opened = _plan(store, shelf._OPEN, {"brand": "juniper"})
    if engine == "sqlite":
        assert "duty_due (lane=? AND parked=?)" in owed
        assert "order_line_order_id" in opened
        assert "order_change_by_state" in opened
        assert "SCAN customer_order" not in opened


def _hash(engine: str) -> str:
    return "x'00'" if engine == "sqlite" else "'\\x00'::bytea"


# --- commands ------------------------------------------------------------------------------------


@pytest.fixture
def gone(tmp_path: Path) -> Mapping[str, str]:
    """The settings of a hub that took Juniper's page away while its order 1001 is open."""
    house = furnish(tmp_path)
    stock_up(house)
    post(house, shopping("1001", 1))
    house.close()
    shutil.copytree(settings.brands_beside(settings.share_folder()), tmp_path / "brands")
    shutil.rmtree(tmp_path / "brands" / "juniper")
    return {
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
        "HUB_BRANDS": str(tmp_path / "brands"),
        "HUB_PORT": "0",
        "HUB_OPERATOR_PORT": "0",
    }


def _hub(environment: Mapping[str, str], *words: str) -> Result:
    told = CliRunner().invoke(commands, list(words), obj=Desk(environment))
    assert told.exit_code == 0, told.output
    return told


@pytest.mark.parametrize("words", [["serve"], ["web"], ["work"], ["work", "--until-idle"]])
def test_no_door_and_no_worker_runs_without_the_page(
    gone: Mapping[str, str], words: list[str]
) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "hub", *words],
        env={"PATH": os.environ["PATH"], **gone},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert told.returncode == 1
    assert f"HUB_BRANDS={gone['HUB_BRANDS']} has no page of juniper" in told.stderr
    assert "its order 1001 is open" in told.stderr


def test_what_only_reads_or_mends_works_without_it(gone: Mapping[str, str]) -> None:
    assert "1001" in _hub(gone, "orders", "list", "--brand", "juniper").output
    assert "1001" in _hub(gone, "orders", "show", "1001", "--brand", "juniper").output
    assert "1001" in _hub(gone, "orders", "show", "1001").output
    assert "harbor" in _hub(gone, "brand", "list").output
    for words in (["partner", "check"], ["migrate"], ["exceptions"]):
        _hub(gone, *words)
    shutil.copytree(
        settings.brands_beside(settings.share_folder()) / "juniper",
        Path(gone["HUB_BRANDS"]) / "juniper",
    )
    build_to_run(gone).store.close()
