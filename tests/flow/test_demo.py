"""The whole demo as a user starts it, in an empty directory, beside another installation."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from hub.access import Role
from hub.domain.facts import FactKind
from hub.domain.webhook_examples import FACTS
from hub.domain.webhooks import for_brand
from hub.domain.wishes import Fewer
from hub.flow import accounts
from hub.flow.lanes import LaneTurn
from hub.lab.board import INTENDED
from hub.lab.orders import MAYA, group, order
from hub.main import build
from tests.oracle import judge
from tests.rigs.changes import cancel, outcomes
from tests.rigs.houses import Clock, House, post

OPEN = [sys.executable, "-m", "hub", "demo", "--no-open"]
COMMAND = [*OPEN, "--exit-when-done", "--json"]
ALONE = {name: text for name, text in os.environ.items() if not name.startswith("HUB_")}
ALONE |= {"PYTHONPATH": str(Path(__file__).parents[2])}


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    environment = ALONE | {
        "HUB_DATA_DIR": str(folder / "another"),
        "HUB_PARTNER_CONFIGS": str(folder / "nowhere"),
    }
    return subprocess.run(
        [*COMMAND, "--port", "0", *more],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        umask=0o022,  # as most machines have it
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("demo")
    done = run(folder)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def papers(folder: Path, place: str, set_id: str) -> list[str]:
    """The text of every file of a set in that folder of each supplier."""
    found = (folder / ".demo" / "partners").glob(f"*/{place}/*_{set_id}_*.edi*")
    return [path.read_text() for path in sorted(found)]


ORDERED = (
    r"BEG\*00\*DS\*([^*]+)\*|W05\*N\*([^~]+)~|"
    r"<Number>((?:JUN|HAR)-[^<]+)<|orderID=\"([^\"]+)\""
)
UBL_ORDER = r"<cbc:ID>((?:JUN|HAR)-[^<]+)<"


def orders_in(folder: Path) -> Counter[str]:
    """Purchase order numbers in what lies at the partners, in each of their languages."""
    names = "*_850_*", "*_940_*", "*_Order_*", "2*.xml"
    paths = [path for name in names for path in (folder / ".demo/partners").glob(f"*/in/{name}")]
    found = [number for path in paths for number in _ordered(path.read_text())]
    for partner in ("mill", "corner"):  # they fetch their work themselves
        books = folder / ".demo" / "partners" / partner / "books" / "books.json"
        found += json.loads(books.read_text())["orders"]
    return Counter(found)


def _ordered(text: str) -> list[str]:
    pattern = UBL_ORDER if "<cbc:" in text else ORDERED
    return ["".join(found) for found in re.findall(pattern, text)]


TRACKING = (
    r"(?:MAN\*CP|REF\*2I)\*([^~]+)~|<Tracking>([^<]+)<|TraceID>([^<]+)<|"
    r"ShipmentIdentifier>([^<]+)<|\"tracking\": \"([^\"]+)\""
)


def shipped(folder: Path) -> Counter[tuple[str, str]]:
    """(partner, tracking) in the ship notices that the hub has taken."""
    partners = folder / ".demo" / "partners"
    names = "856", "945", "Despatch", "DespatchAdvice", "ShipNoticeRequest"
    paths = [path for name in names for path in partners.glob(f"*/out/taken/*_{name}_*")]
    paths += (partners / "mill" / "books").glob("*_shipments_*")
    paths += (partners / "corner" / "books").glob("*_ship_*")
    return Counter(
        (path.relative_to(partners).parts[0], tracking)
        for path in sorted(paths)
        for text in [path.read_text()]
        if "*SOME*" not in text
        for tracking in {"".join(found) for found in re.findall(TRACKING, text)}
    )


ENDS = {
    "Delivered": 13,
    "Shipped": 11,
    "On its way": 5,
    "Delayed": 3,
    "Out for delivery": 2,
    "Part shipped": 2,
    "Cancelled": 2,
    "Being prepared": 1,
    "Returned/Refunded": 1,
}


def test_every_order_ends_as_intended(played) -> None:
    _, told = played
    assert Counter(order["status"] for order in told["orders"]) == ENDS
    assert told["missing"] == []
    assert Counter(order["brand"] for order in told["orders"]) == {"juniper": 20, "harbor": 20}


def test_only_the_intended_exceptions_are_left_and_others_cleared_themselves(played) -> None:
    _, told = played
    assert {row["kind"] for row in told["exceptions"]} == set(INTENDED)
    assert all(row["next_step"] for row in told["exceptions"])
    assert set(told["cleared"]) >= {"overdue-shipment", "no-source"}


def by_number(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {order["number"]: order for order in told["orders"]}


def test_orders_are_split_resourced_and_moved(played) -> None:
    orders = by_number(played[1])
    assert orders["J-1005"]["partners"] == ["acme", "delta"]  # refused by the first
    assert orders["J-1007"]["partners"] == ["acme", "delta"]  # back-ordered at the first
    assert sorted(orders["H-2011"]["partners"]) == ["acme", "delta"]  # neither has all of it
    assert orders["J-1011"]["promised"] > orders["J-1011"]["promised_first"]
    assert orders["H-2001"]["promised"] == orders["H-2001"]["promised_first"]


def test_one_order_is_one_story_in_four_languages(played) -> None:
    order = by_number(played[1])["J-1009"]
    assert sorted(order["partners"]) == ["acme", "fjord", "mill", "nordic"]
    assert (order["status"], order["parcels"]) == ("Delivered", 4)
    assert "J-1009" in {page["order"] for page in played[1]["pages"]}


def test_it_takes_less_than_five_minutes_of_the_lab(played) -> None:
    """The lab's clock is the day's here; a machine that is busy may need longer for the rest."""
    assert played[1]["seconds"] < 300


def test_what_was_cancelled_in_time_was_never_sent(played) -> None:
    folder, told = played
    orders = by_number(told)
    assert (orders["J-1012"]["parcels"], orders["H-2013"]["parcels"]) == (0, 0)
    changes = papers(folder, "in", "860")
    assert [text for text in changes if "HAR-H-2013-1*" in text and "BCH*01*" in text]
    gone = "".join(papers(folder, "out/taken", "856"))
    assert "PRF*HAR-H-2013-1~" not in gone
    assert "PRF*HAR-H-2014-1~" in gone


def test_customers_get_mails_and_pages(played) -> None:
    folder, told = played
    assert told["pages"][0]["order"] == "J-1011"
    assert len(told["pages"]) == 5
    assert {page["url"].split("/")[2].split(":")[0] for page in told["pages"]} == {
        "juniper.localhost",
        "harbor.localhost",
    }
    mails = [path.read_text() for path in (folder / ".demo" / "mails").glob("*.eml")]
    assert [mail for mail in mails if "Subject: A part of your order J-1011 comes " in mail]
    assert "mail 0001.eml: " in (folder / ".demo" / "demo.log").read_text()


def test_the_suppliers_folders_show_everything_once(played) -> None:
    folder, told = played
    asked = orders_in(folder)
    assert set(asked.values()) == {1}
    assert "JUN-J-1012-1" not in asked  # cancelled before anybody was asked
    assert {number.split("-", 1)[1].rsplit("-", 1)[0] for number in asked} == {
        order["number"] for order in told["orders"] if order["number"] != "J-1012"
    }
    gone = shipped(folder)
    assert set(gone.values()) == {1}
    assert len(gone) == sum(order["parcels"] for order in told["orders"])


def test_nothing_is_left_at_the_door_and_what_we_sent_is_clean(played) -> None:
    folder, _ = played
    partners = folder / ".demo" / "partners"
    assert [path for path in partners.glob("*/out/*") if path.is_file()] == []
    sent = list(partners.glob("*/in/*"))
    edi = [path for path in sent if path.suffix == ".edi"]
    assert {path.name.split("_")[1] for path in edi} == {"850", "860", "940", "997"}
    # The judge's list of sets that a 997 may name has no 945.
    judged = [path for path in edi if path.parts[-3] != "depot" or "_997_" not in path.name]
    assert [(path.name, found) for path in judged for found in judge(path.read_bytes())] == []
    xml = [path.parts[-3] for path in sent if path.suffix == ".xml"]
    assert set(xml) == {"nordic", "fjord", "kiln"}


def test_secrets_are_for_their_owner_only_and_nothing_lies_elsewhere(played) -> None:
    folder, _ = played
    demo = folder / ".demo"
    assert [path.name for path in folder.iterdir()] == [".demo"]
    for path in (demo / "api-keys.json", demo / "master.key", demo / "keys" / "acme"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_the_demo_keeps_is_for_its_owner_only(played) -> None:
    demo = played[0] / ".demo"
    folders = (demo, demo / "keys", demo / "partner_configs", demo / "partners")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folders}
    assert set(modes.values()) == {0o700}, modes
    files = [demo / "demo.log", *demo.glob("hub*.db*"), *demo.glob("mails/*")]
    assert len(files) >= 2
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files}
    assert set(modes.values()) == {0o600}, modes


def test_the_demos_log_is_silent_about_what_always_happens(played) -> None:
    log = (played[0] / ".demo" / "demo.log").read_text()
    assert "alembic" not in log


def test_a_second_run_goes_on_and_doubles_nothing(played) -> None:
    folder, told = played
    asked, gone = orders_in(folder), shipped(folder)
    again = run(folder)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["orders"] == told["orders"]
    assert (orders_in(folder), shipped(folder)) == (asked, gone)


def _reduced_at_corner(demo: Path) -> None:
    """Invite somebody to Corner, and leave a new order's reduction waiting for that person."""
    parts = build({"HUB_DATA_DIR": str(demo), "HUB_PARTNER_CONFIGS": str(demo / "partner_configs")})
    accounts.invite_by_link(
        parts, email="ana@example.com", name="Ana", role=Role.SUPPLIER_ADMIN, partner="corner",
        who="test",
    )  # fmt: skip
    lane = LaneTurn(parts, parts.partners.channel("corner/desk"), owner="test")
    house = House(parts=parts, clock=Clock(), suppliers={}, turns={"corner": lane})
    post(house, order("H-9001", MAYA, group(MAYA, ("HAR-KNIFE-PARING", 4))), brand="harbor")
    house.turn("corner")
    said = cancel(house, Fewer(line="1", quantity=2), number="H-9001", brand="harbor")
    assert [outcome for outcome, *_ in outcomes(said)] == ["asked"]
    house.turn("corner")
    lane.release()
    parts.store.close()


def test_it_starts_again_while_people_are_asked_for_a_smaller_quantity(
    played, tmp_path: Path
) -> None:
    copytree(played[0] / ".demo", tmp_path / ".demo")
    _reduced_at_corner(tmp_path / ".demo")
    books = tmp_path / ".demo" / "partners" / "corner" / "books" / "books.json"
    with (tmp_path / "said").open("w+") as said:
        demo = subprocess.Popen([*OPEN, "--port", "0"], cwd=tmp_path, env=ALONE, stderr=said)
        try:
            _until(demo, lambda: "HAR-H-9001-1/1" in json.loads(books.read_text())["taken"])
            _until(demo, lambda: "The demo goes on" in (tmp_path / "said").read_text())
        finally:
            demo.send_signal(signal.SIGINT)
            assert demo.wait(60) == 0
    log = (tmp_path / ".demo" / "demo.log").read_text()
    assert "leaves the order HAR-H-9001-1 to the people of its firm" in log
    assert "met a fault" not in log


def _until(demo: "subprocess.Popen[bytes]", done: Callable[[], bool]) -> None:
    until = time.monotonic() + 240
    while not done():
        assert demo.poll() is None and time.monotonic() < until
        time.sleep(0.2)


def test_a_directory_that_is_not_the_demos_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    done = run(tmp_path, "--dir", "mine", "--reset")
    assert done.returncode == 1
    assert "was not made by the demo" in done.stderr
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_what_is_told_by_webhooks_has_no_key_that_the_reference_does_not_show(played) -> None:
    folder, _ = played
    store = build({"HUB_DATA_DIR": str(folder / ".demo")}).store
    with store.read() as tx:
        facts = tx.webhooks.facts(brand="juniper", after=0, limit=5_000)
    store.close()
    seen = {fact.kind for fact in facts}
    assert len(seen) > 15
    for fact in facts:
        example = replace(fact, body=FACTS[FactKind(fact.kind)][1])
        real, shown = (for_brand(one).content["body"] for one in (fact, example))
        assert set(real) <= set(shown), (fact.kind, real)
        for name, rows in real.items():
            if rows and isinstance(rows, list) and isinstance(rows[0], dict):
                known = set().union(*shown[name])
                assert set().union(*rows) <= known, (fact.kind, name, rows)
