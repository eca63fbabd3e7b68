"""`hub depot`: sent against received, the book, and what a person lets stand."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.desk import Desk
from hub.cli.root import commands
from tests.rigs.depots import Depot, furnish_depot, lists
from tests.rigs.houses import House

Hub = Callable[..., Result]


@pytest.fixture
def depot_house(tmp_path: Path) -> Iterator[tuple[House, Depot]]:
    house, depot = furnish_depot(tmp_path)
    house.clock.time = datetime.now(UTC)  # commands have no other clock
    lists(house, {"SKU-1": ("depot",)})
    yield house, depot
    house.close()


@pytest.fixture
def hub(depot_house: tuple[House, Depot], tmp_path: Path) -> Hub:
    """Type a command beside the house."""
    environment = {
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
    }
    return lambda *words: CliRunner().invoke(commands, list(words), obj=Desk(environment))


def test_a_transfer_is_sent_listed_and_shown_with_what_differs(
    depot_house: tuple[House, Depot], hub: Hub
) -> None:
    house, depot = depot_house
    assert "Nothing was sent" in hub("depot", "list").output
    told = hub("depot", "send", "depot", "SKU-1=480", "--expected", "2026-11-24")
    assert told.output == "Transfer TR-000001 will be told to depot.\n"
    assert "not received" in hub("depot", "list").output
    house.clock.on(hours=1)
    house.turn("depot")
    assert [one.number for one in depot.papers("943")] == ["TR-000001"]
    wrong = {"D-SKU-1": [(3, "01")]}
    today = f"{house.clock():%Y%m%d}"
    depot.send("944", depot.took_in("TR-000001", {"D-SKU-1": 477}, wrong=wrong, on=today))
    house.turn("depot")
    (row,) = json.loads(hub("depot", "list", "--json").output)["transfers"]
    assert row["transfer"]["number"] == "TR-000001"
    assert [(one["sku"], one["by"]) for one in row["differences"]] == [("SKU-1", -3)]
    shown = hub("depot", "show", "TR-000001").output
    assert "SKU-1: 480 expected, 477 told, -3 (3 damaged)" in shown
    document = row["received"][0]["document_id"]
    assert f"hub depot accept {document}" in hub("exceptions").output
    assert "stands" in hub("depot", "accept", document).output
    assert "Nothing waits for you." in hub("exceptions").output
    again = hub("depot", "accept", document)
    assert (again.exit_code, "no receipt that waits" in again.output) == (1, True)


def test_a_balance_that_differs_is_let_through(depot_house: tuple[House, Depot], hub: Hub) -> None:
    house, depot = depot_house
    for days, units in ((3, 100), (2, 96)):
        at = f"{house.clock() - timedelta(days=days):%Y%m%d*%H%M}"
        depot.send("846", depot.counts({"D-SKU-1": units}, at=at))
        house.turn("depot")
    (stuck,) = json.loads(hub("exceptions", "--json").output)["exceptions"]
    assert stuck["kind"] == "balance-differs"
    document = stuck["document_id"]
    assert "will be taken in" in hub("depot", "accept", document).output
    house.turn("depot")
    book = hub("depot", "book", "depot", "SKU-1").output
    assert "SKU-1 at depot: 96 should be there" in book
    rows = json.loads(hub("depot", "book", "depot", "SKU-1", "--json").output)["movements"]
    assert [(one["kind"], one["quantity"]) for one in rows] == [("balance", -4), ("opening", 100)]


def test_what_cannot_be_is_told_with_the_way_out(hub: Hub) -> None:
    for words, told in (
        (["send", "depot", "SKU-1"], "is not SKU=UNITS"),
        (["send", "depot", "SKU-9=4"], "does not list"),
        (["send", "acme", "SKU-1=4"], "no warehouse"),
        (["show", "TR-9"], "no transfer"),
        (["accept", "doc_9"], "no paper"),
        (["book", "depot", "SKU-9"], "ever moved"),
    ):
        answer = hub("depot", *words)
        assert told in answer.output
        assert (answer.exit_code == 0) is (words[0] == "book")
