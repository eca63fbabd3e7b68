"""Stock in tables: a file at the partner's door, through the same rows as an 846."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.domain.exchange import DocumentState, TransmissionState
from hub.flow import feeds
from hub.flow.lanes import LaneTurn
from tests.flow.test_stock_feeds import facts, list_articles, newest, quantities
from tests.rigs.houses import START, House, furnish

TABLES = """batch_limit: 500
  - name: tables
    transport: folder
    settings: {inbox: HOME/tables, outbox: HOME/none, pattern: "*.csv"}
    format: tabular
    profile: {columns: {quantity: [Freely available]}, ROWS}
    receive: [stock]
    maps: {stock: csv/stock}
    poll: 1s
"""


@pytest.fixture
def rows() -> str:
    """What the profile says of wrong rows."""
    return "rows: detect"


@pytest.fixture
def desk(
    hub_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str
) -> Iterator[House]:
    """A house in which Acme also leaves tables in a folder."""
    monkeypatch.setattr(feeds, "PAUSE", 0)
    home = tmp_path / "acme"
    for name in ("tables", "none"):
        (home / name).mkdir(parents=True)
    house = furnish(
        tmp_path,
        database=hub_database,
        rules="stock: {level: reports}",
        more=TABLES.replace("HOME", str(home)).replace("ROWS", rows),
    )
    list_articles(house)
    yield house
    house.close()


def leave(house: House, text: str | bytes, *, name: str = "stock.csv") -> None:
    """Let a table appear at the door and the hub take its turn."""
    door = house.suppliers["acme"].home / "tables"
    (door / f".{name}").write_bytes(text if isinstance(text, bytes) else text.encode())
    (door / f".{name}").rename(door / name)
    channel = house.parts.partners.channel("acme/tables")
    turn = LaneTurn(house.parts, channel, owner="test")
    turn.take(poll=True)
    turn.close()


def archive(text: bytes) -> bytes:
    """A zip archive with one file."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        made.writestr("letter.txt", text)
    return body.getvalue()


def deliveries(house: House) -> list[TransmissionState]:
    with house.parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner="acme", set_id="stock", state=None, limit=9, before=None
        )
        return [tx.exchange.transmission(row.transmission_id).state for row in rows]


def test_a_table_sets_levels_as_of_its_arrival(desk: House):
    leave(desk, 'Item No;Freely available;Remark\nA-01;5;\nA-02;7;"a;b"\n')
    assert quantities(desk) == {"SKU-01": 5, "SKU-02": 7}
    row = newest(desk, set_id="stock")
    assert (row.state, row.problems) == (DocumentState.APPLIED, ())
    with desk.parts.store.read() as tx:
        assert tx.stock.source("acme").full_as_of == START
    assert len(facts(desk)) == 1


def test_a_file_of_one_name_that_goes_five_six_five_counts_three_times(desk: House):
    for quantity in (5, 6, 5):
        desk.clock.on(minutes=10)
        leave(desk, f"sku,qty\nSKU-01,{quantity}\n")
        assert quantities(desk) == {"SKU-01": quantity}
        with desk.parts.store.read() as tx:
            assert tx.stock.source("acme").full_as_of == desk.clock()
    assert deliveries(desk) == [TransmissionState.SPLIT] * 3
    assert len(facts(desk)) == 3


def test_a_bad_row_is_told_by_row_and_column_and_the_others_count(desk: House):
    leave(desk, "vendor,qty\nA-01,5\nA-02,some\nA-03,7\n")
    row = newest(desk, set_id="stock")
    assert row.state is DocumentState.PARTLY_APPLIED
    [problem] = row.problems
    assert problem.where.path == "row 3, column quantity"
    assert quantities(desk) == {"SKU-01": 5, "SKU-03": 7}


@pytest.mark.parametrize("rows", ["rows: all_or_nothing"])
def test_one_bad_row_keeps_the_others_from_counting_where_the_page_says_so(desk: House):
    leave(desk, "vendor,qty\nA-01,5\nA-02,some\n")
    row = newest(desk, set_id="stock")
    assert (row.state, [one.where.path for one in row.problems]) == (
        DocumentState.REFUSED,
        ["row 3, column quantity"],
    )
    assert quantities(desk) == {}
    leave(desk, "vendor,qty\nA-01,5\nA-02,6\n")
    assert quantities(desk) == {"SKU-01": 5, "SKU-02": 6}


def test_an_unknown_article_is_told_by_its_row(desk: House):
    leave(desk, "vendor,qty\nA-01,5\n\nNOBODY,7\n")
    [problem] = newest(desk, set_id="stock").problems
    assert (problem.code, problem.where.path) == ("unknown-article", "row 4, column vendor")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\n", "is empty"),
        (archive(b"no workbook"), "no Excel workbook"),
        (b'vendor,qty\n"A-01,5\nA-02,6\n', "quotation mark is missing"),
        (b"name,colour\nmug,blue\n", "no column is quantity"),
        (b"vendor,qty,stock\nA-01,5,6\n", "several columns are quantity"),
    ],
)
def test_a_table_that_cannot_be_trusted_is_put_aside_whole(desk: House, body: bytes, said: str):
    leave(desk, body)
    desk.clock.on(minutes=5)
    channel = desk.parts.partners.channel("acme/tables")
    LaneTurn(desk.parts, channel, owner="test").take(poll=True)
    with desk.parts.store.read() as tx:
        [stuck] = tx.exceptions.page(open_only=True, limit=9)
    assert stuck.kind == "unreadable"
    assert said in stuck.text
    assert quantities(desk) == {}


# --- the command line --------------------------------------------------------------------------


def hub(house: House, tmp_path: Path, hub_database: str, *words: str) -> Result:
    environment = {
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
    }
    if hub_database:
        environment["HUB_DATABASE_URL"] = hub_database
    answer = CliRunner().invoke(commands, list(words), obj=Desk(environment))
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer


def test_the_commands_show_levels_and_set_them(desk: House, tmp_path: Path, hub_database: str):
    leave(desk, "vendor,qty,eta,incoming\nA-01,5,2099-12-01,40\nA-02,7,,\n")
    run = lambda *words: hub(desk, tmp_path, hub_database, *words)  # noqa: E731
    listed = json.loads(run("stock", "list", "--json").stdout)["stock"]
    assert [one["sku"] for one in listed] == [f"SKU-{n:02}" for n in range(1, 13)]
    assert run("stock", "set", "acme", "SKU-02", "9").exit_code == 0
    shown = run("stock", "show", "SKU-02").stdout
    assert "acme" in shown and "9" in shown
    assert "40 on 2099-12-01" in run("stock", "show", "SKU-01").stdout
    [source] = json.loads(run("stock", "feeds", "--json").stdout)["feeds"]
    assert (source["partner"], source["rows"]) == ("acme", 2)
    assert "acme" in run("stock", "feeds").stdout
    for words, said in (
        (("stock", "show", "NONE"), "no article"),
        (("stock", "set", "nobody", "SKU-02", "9"), "no page has the partner"),
        (("stock", "set", "acme", "NONE", "9"), "does not offer"),
        (("stock", "accept", "doc_none"), "there is no paper"),
    ):
        answer = run(*words)
        assert (answer.exit_code, said in answer.stderr) == (1, True), answer.stderr
    assert run("stock", "set", "acme", "SKU-02", "9", "--next-quantity", "3").exit_code == 2


def test_the_papers_of_a_table_can_be_looked_at(desk: House, tmp_path: Path, hub_database: str):
    leave(desk, "vendor,qty\nA-01,5\nA-02,some\n")
    row = newest(desk, set_id="stock")
    why = hub(desk, tmp_path, hub_database, "doc", "why", row.id)
    assert "row 3, column quantity" in why.stdout
    shown = hub(desk, tmp_path, hub_database, "doc", "show", row.id)
    assert "A-02" in shown.stdout
