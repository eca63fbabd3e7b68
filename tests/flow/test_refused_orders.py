"""What was not taken in is kept and told, and clears itself when it comes right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.domain.exchange import Problem, Where
from hub.errors import ConfigError
from hub.flow.orders import Outcome
from hub.flow.refusals import keep_refused
from hub.main import build, open_store, read_settings
from tests.rigs.houses import House, furnish, post, shopping

WRONG = Problem(
    code="unknown-sku", text="SKU 'X' is not in the catalogue", where=Where(path="/lines/0/sku")
)


def test_a_refused_order_is_kept_told_once_and_cleared_by_the_right_one(house: House) -> None:
    for _ in range(2):
        keep_refused(
            house.parts, brand="juniper", number="1001", body=b'{"number": ', problems=[WRONG]
        ).result()
    assert house.exceptions() == ["order-refused"]
    with house.parts.store.read() as tx:
        (row,) = tx.exceptions.page(open_only=True, limit=5)
        assert "/lines/0/sku: SKU 'X'" in row.text
        assert row.transmission_id is not None
        assert tx.exchange.body(row.transmission_id).read() == b'{"number": '
    assert post(house, shopping("1001")).outcome is Outcome.PLACED
    assert house.exceptions() == []


def test_the_same_order_may_be_refused_again_after_it_was_cleared(house: House) -> None:
    body = b"{}"
    keep_refused(house.parts, brand="juniper", number="1001", body=body, problems=[WRONG]).result()
    post(house, shopping("1001"))
    house.clock.on(seconds=1)
    keep_refused(house.parts, brand="juniper", number="1001", body=body, problems=[WRONG]).result()
    assert house.exceptions() == ["order-refused"]


def test_a_wrong_page_stops_the_hub_and_is_an_exception_until_it_is_right(tmp_path: Path) -> None:

    furnish(tmp_path).close()
    page = tmp_path / "partners" / "acme.yaml"
    right = page.read_text()
    page.write_text(right.replace("poll: 1s", "pol: 1s"))
    environment = {
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
    }
    with pytest.raises(ConfigError, match=r"acme\.yaml:\d+ .*pol"):
        build(environment)
    store = open_store(read_settings(environment))
    with store.read() as tx:
        (row,) = tx.exceptions.page(open_only=True, limit=5)
    store.close()
    assert row.kind == "wrong-pages"
    assert "acme.yaml:" in row.text
    page.write_text(right)
    parts = build(environment)
    with parts.store.read() as tx:
        assert tx.exceptions.page(open_only=True, limit=5) == []
    parts.store.close()


def test_the_exception_of_a_wrong_page_can_be_read_meanwhile(tmp_path: Path) -> None:
    furnish(tmp_path).close()
    page = tmp_path / "partners" / "acme.yaml"
    page.write_text(page.read_text().replace("poll: 1s", "pol: 1s"))
    environment = {
        **os.environ,
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
    }
    hub = [sys.executable, "-m", "hub"]
    words = {"env": environment, "capture_output": True, "text": True}
    work = subprocess.run([*hub, "work", "--until-idle"], **words)  # type: ignore[call-overload]
    assert work.returncode == 1
    assert "pol" in work.stderr
    told = subprocess.run([*hub, "exceptions"], **words)  # type: ignore[call-overload]
    assert told.returncode == 0, told.stderr
    assert "wrong-pages" in told.stdout
