"""A key of one partner: made and listed by the command, found in the store, dead when revoked."""

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.store import Store
from tests.rigs.desks import Mill, furnish_desks
from tests.rigs.houses import START, House
from tests.unit.domain.trade import NOON


def test_a_key_speaks_for_one_brand_or_one_partner(store: Store) -> None:
    for key_id, brand, partner in (("b", "juniper", ""), ("p", "", "mill")):
        digest = hashlib.sha256(key_id.encode()).digest()
        store.write(
            lambda tx, key_id=key_id, brand=brand, partner=partner, digest=digest: tx.keys.add(
                key_id=key_id, brand=brand, partner=partner, label="", secret_hash=digest, at=NOON
            )
        )
        with store.read() as tx:
            found = tx.keys.find(digest)
            assert found is not None
            assert (found.brand, found.partner) == (brand, partner)
    with store.read() as tx:
        assert [row.partner for row in tx.keys.page()] == ["", "mill"]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house with Mill at the desk."""
    house = furnish_desks(tmp_path)
    house.close()
    return house


def test_the_command_makes_keys_of_partners(house: House, tmp_path: Path) -> None:
    environment = {
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
    }

    def hub(*words: str) -> tuple[int, str]:
        answer = CliRunner().invoke(commands, ["keys", *words], obj=Desk(environment))
        return answer.exit_code, answer.stdout

    code, told = hub("add", "--partner", "mill", "--json")
    assert code == 0
    made = json.loads(told)
    (row,) = json.loads(hub("list", "--json")[1])["keys"]
    assert (row["id"], row["partner"], row["brand"]) == (made["id"], "mill", "")
    assert made["key"] not in hub("list")[1]
    assert hub("add", "--partner", "nobody")[0] == 1
    assert hub("add")[0] == 2
    assert hub("add", "--partner", "mill", "--brand", "juniper")[0] == 2
    assert hub("revoke", made["id"])[0] == 0


def test_a_revoked_key_of_a_partner_is_dead_within_five_seconds(
    desk_house: House, mill: Mill
) -> None:
    assert mill.ask("GET", "/v1/partner/orders").status_code == 200
    with desk_house.parts.store.read() as tx:
        (row,) = tx.keys.page()
    desk_house.parts.store.write(lambda tx: tx.keys.revoke(row.id, at=START))
    later = Mill(app=mill.app, house=desk_house, key=mill.key)
    mill.seconds.seconds += 5
    assert later.ask("GET", "/v1/partner/orders").status_code == 401


def test_keys_end_by_themselves_and_the_list_says_in_which_state_each_is(
    house: House, tmp_path: Path
) -> None:
    environment = {
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
    }

    def hub(*words: str) -> tuple[int, str]:
        answer = CliRunner().invoke(commands, ["keys", *words], obj=Desk(environment))
        return answer.exit_code, answer.stdout

    made = json.loads(hub("add", "--partner", "mill", "--expires", "90d", "--json")[1])
    hub("add", "--partner", "mill", "--label", "next")
    third = json.loads(hub("add", "--partner", "mill", "--json")[1])
    hub("revoke", third["id"])
    rows = {row["id"]: row for row in json.loads(hub("list", "--json")[1])["keys"]}
    row = rows[made["id"]]
    assert row["expires_at"] == made["expires_at"]
    life = datetime.fromisoformat(row["expires_at"]) - datetime.fromisoformat(row["created_at"])
    assert life == timedelta(days=90)
    assert row["used_at"] is None
    assert sorted(one["state"] for one in rows.values()) == ["active", "active", "revoked"]
    told = hub("list")[1]
    for word in ("STATE", "USED", "EXPIRES", "active", "revoked"):
        assert word in told
    for wrong in ("90", "d", "0d", "1y", "-1d", "9999999d"):
        assert hub("add", "--partner", "mill", "--expires", wrong)[0] == 2, wrong
