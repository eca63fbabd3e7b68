"""`hub catalog names`: said, shown and taken back by command, by the same act as at the desk."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.desk import WHO, Desk
from hub.cli.root import commands
from tests.rigs.houses import House, furnish, stock_up


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[House]:
    """A house with Acme and three articles."""
    house = furnish(tmp_path)
    stock_up(house)
    yield house
    house.close()


def _hub(folder: Path, *words: str, code: int = 0) -> Result:
    environment = {
        "HUB_DATA_DIR": str(folder / "data"),
        "HUB_PARTNER_CONFIGS": str(folder / "partners"),
    }
    told = CliRunner().invoke(commands, ["catalog", "names", *words], obj=Desk(environment))
    assert told.exit_code == code, told.output
    return told


def test_a_name_is_put_shown_replaced_and_removed(acme: House, tmp_path: Path) -> None:
    _hub(tmp_path, "put", "acme", "ODD-7", "SKU-1")
    assert "ODD-7" in _hub(tmp_path, "list", "acme").stdout
    (row,) = json.loads(_hub(tmp_path, "list", "acme", "--json").stdout)["names"]
    assert (row["name"], row["sku"], row["title"], row["who"]) == (
        "ODD-7",
        "SKU-1",
        "Article 1",
        WHO,
    )
    other = _hub(tmp_path, "put", "acme", "ODD-7", "SKU-2", code=1).stderr
    assert "stands for SKU-1; nothing was changed" in other
    assert "hub catalog names put acme ODD-7 SKU-2 --instead-of SKU-1" in other
    _hub(tmp_path, "put", "acme", "ODD-7", "SKU-2", "--instead-of", "SKU-1")
    told = json.loads(_hub(tmp_path, "remove", "acme", "ODD-7", "--json").stdout)
    assert told == {"partner": "acme", "name": "ODD-7", "sku": None}
    assert json.loads(_hub(tmp_path, "list", "acme", "--json").stdout)["names"] == []
    with acme.parts.store.read() as tx:
        assert [one.who for one in tx.desk.inputs("acme", limit=9)] == [WHO] * 3


def test_the_next_step_of_a_name_with_odd_signs_can_be_typed_as_it_stands(
    acme: House, tmp_path: Path
) -> None:
    _hub(tmp_path, "put", "acme", "it's 7", "SKU-1")
    told = _hub(tmp_path, "put", "acme", "it's 7", "SKU-2", code=1).stderr
    [step] = re.findall(r"hub catalog names (put .*--instead-of SKU-1)", told)
    _hub(tmp_path, *shlex.split(step))
    (row,) = json.loads(_hub(tmp_path, "list", "acme", "--json").stdout)["names"]
    assert (row["name"], row["sku"]) == ("it's 7", "SKU-2")


def test_what_cannot_be_is_told_with_what_to_do(acme: House, tmp_path: Path) -> None:
    assert "acme does not offer" not in _hub(tmp_path, "put", "acme", "X", "NONE", code=1).stderr
    assert "hub partner list" in _hub(tmp_path, "list", "nobody", code=1).stderr
    assert "nobody said" in _hub(tmp_path, "remove", "acme", "X", code=1).stderr
    own = _hub(tmp_path, "put", "acme", "acme-SKU-2", "SKU-1", code=1).stderr
    assert "own name of SKU-2" in own
