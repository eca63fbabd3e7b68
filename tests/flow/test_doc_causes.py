"""`hub doc causes` and `hub doc retry --cause`: all that is stuck for one reason, run again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.ops.desk import causes
from hub.ops.desk.causes import parked
from tests.rigs.houses import furnish, post, shopping, stock_up


def test_the_command_goes_on_until_all_of_a_cause_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(causes, "MOST_IDS", 1)
    house = furnish(tmp_path)
    stock_up(house)
    acme = house.suppliers["acme"]
    for number in ("1001", "1002", "1003"):
        post(house, shopping(number, 2))
    house.turn()
    for order in acme.purchase_orders():  # no such line and article are on them
        rows = [row.replace("acme-SKU-1", "ODD-7") for row in acme.notice(order)]
        rows = [row.replace("LIN*1*", "LIN*7*").replace("SN1*1*", "SN1*7*") for row in rows]
        acme.send("856", rows)
    house.turn()
    (whole,) = parked(house.parts)
    where = {
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
    }

    def hub(*words: str, code: int = 0) -> Result:
        told = CliRunner().invoke(commands, ["doc", *words], obj=Desk(where))
        assert told.exit_code == code, told.output
        return told

    (shown,) = json.loads(hub("causes", "--json").stdout)["causes"]
    assert (shown["id"], shown["count"], shown["left"]) == (whole.id, 3, 2)
    assert whole.id in hub("causes").stdout
    told = json.loads(hub("retry", "--cause", whole.id, "--json").stdout)
    assert told["run_again"] == len(told["outcomes"]) == 3
    assert parked(house.parts) == ()
    assert "hub doc causes" in hub("retry", "--cause", whole.id, code=1).stderr
    assert hub("retry", code=2) and hub("retry", "doc_1", "--cause", whole.id, code=2)
    house.close()
