"""The commands on a real house: an order on its road, papers good and bad, told and mended."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.domain.facts import Stuck
from hub.domain.names import Names
from hub.store import DocumentRow, Transaction
from tests.rigs.houses import House, furnish, post, shopping, stock_up


@dataclass(slots=True)
class Told:
    """A house and the command line that looks at it from outside."""

    house: House
    environment: dict[str, str]

    def hub(self, *words: str) -> Result:
        """Run a command to its end."""
        answer = CliRunner().invoke(commands, list(words), obj=Desk(self.environment))
        if answer.exception is not None and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer

    def json(self, *words: str) -> dict:
        """Run a command that must not fail and return its JSON."""
        answer = self.hub(*words, "--json")
        assert answer.exit_code == 0, answer.stderr
        assert answer.stderr == ""
        return json.loads(answer.stdout)

    def paper(self, set_id: str, state: str) -> DocumentRow:
        """The one paper of a set in a state."""
        with self.house.parts.store.read() as tx:
            [row] = tx.exchange.documents_page(
                partner=None, set_id=set_id, state=state, limit=9, before=None
            )
        return row


@pytest.fixture
def told(hub_database: str, tmp_path: Path) -> Iterator[Told]:
    """An order confirmed by Acme, a notice with a wrong line, an answer with a wrong date."""
    house = furnish(tmp_path, database=hub_database)
    stock_up(house)
    post(house, shopping("1001", 2, 1))
    house.turn()
    acme = house.suppliers["acme"]
    order = acme.purchase_orders()[0]
    acme.send("997", acme.receipt(acme.received()[0]))
    acme.send("855", acme.answer(order))
    house.turn()
    acme.send("856", [row.replace("acme-SKU-2", "SKU-X9") for row in acme.notice(order)])
    acme.send("855", acme.answer(order, day="2026AA20"))
    house.turn()
    environment = {
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
    }
    if hub_database:
        environment["HUB_DATABASE_URL"] = hub_database
    yield Told(house=house, environment=environment)
    house.close()


# What differs from run to run: ids, hashes, and sizes of what carries them.
_FLEETING = re.compile(r"\b(doc|tra|ord|exc)_[0-9a-f]{20}|SHA-256 [0-9a-f]{64}|\b[0-9a-f]{12}\b")


def _steady(text: str) -> str:
    return _FLEETING.sub(lambda found: f"<{found[1] or 'hash'}>", text)


WHY_THE_NOTICE = """\
856 0001 (ship notice) from acme on purchase order JUN-1001-1 for order 1001 of juniper was applied in part: what is listed below was left out.
came 2026-11-20 15:00:00Z, settled 2026-11-20 15:00:00Z, over acme/edi

problem unknown-line
  LIN (segment 14), element 3, HL[5], at byte 377: line 2 SKU-X9 is not on purchase order JUN-1001-1; it has 1: acme-SKU-1, SKU-1; 2: acme-SKU-2, SKU-2
  value: SKU-X9
  Say what its name for the article means, or ask the partner which line is meant.

It changed order 1001 of juniper
  line 1 SKU-1: shipped 2, tracking 1Z999AA10123456784

Answered by
  acme_997_000000003.edi (delivered, 2026-11-20 15:00:00Z)  <tra>

Bytes
  856-4.edi, 441 bytes, split, <hash>  <tra>
  this paper is bytes 148 to 415 of it
  attempts 1; judged with code 0.1.0, map <hash>, page <hash>
next: hub doc show <doc>
next: Say what its name means: hub catalog names put acme NAME SKU
next: Put the cause right, then: hub doc retry <doc>
"""  # noqa: E501  # as it is printed

WHY_THE_ANSWER = """\
855 0001 (answer to a purchase order) from acme on purchase order JUN-1001-1 was rejected: its syntax forbids to use it, nothing of it was applied.
came 2026-11-20 15:00:00Z, over acme/edi

problem x12-ak403-8
  BAK (segment 2), element 4, at byte 182: BAK04 '2026AA20' is not a date of the form CCYYMMDD; segment 2 of its set.
  value: 2026AA20
  The partner must send this paper again, corrected; the receipt says why.

It changed nothing on order 1001 of juniper

Answered by
  acme_997_000000003.edi (delivered, 2026-11-20 15:00:00Z)  <tra>

Bytes
  855-5.edi, 319 bytes, split, <hash>  <tra>
  this paper is bytes 148 to 293 of it
  attempts 0
next: The partner is told by a receipt and has to send it again, corrected.
next: hub doc show <doc>
"""  # noqa: E501  # as it is printed


def test_why_a_notice_was_applied_in_part_is_told_in_words(told: Told) -> None:
    answer = told.hub("doc", "why", told.paper("856", "partly_applied").id)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert _steady(answer.stdout) == WHY_THE_NOTICE


def test_why_an_answer_was_rejected_is_told_in_words(told: Told) -> None:
    answer = told.hub("doc", "why", told.paper("855", "rejected").id)
    assert _steady(answer.stdout) == WHY_THE_ANSWER


def test_the_wrong_segment_is_marked_and_its_problem_stands_below(told: Told) -> None:
    paper = told.paper("856", "partly_applied")
    rows = told.hub("doc", "show", paper.id).stdout.splitlines()
    marked = [n for n, row in enumerate(rows) if row.startswith(">>")]
    assert [rows[n].split(maxsplit=3)[3] for n in marked] == ["LIN*2*VN*SKU-X9"]
    assert "element 3: line 2 SKU-X9 is not on purchase order" in rows[marked[0] + 1]
    contents = told.json("doc", "show", paper.id)
    assert [piece["number"] for piece in contents["pieces"] if piece["flaws"]] == [14]
    raw = told.hub("doc", "show", paper.id, "--raw").stdout_bytes
    assert raw.startswith(b"ST*856*0001")
    assert len(raw) == paper.length


def test_a_whole_delivery_is_shown_from_its_first_byte(told: Told) -> None:
    paper = told.paper("855", "rejected")
    shown = told.hub("doc", "show", paper.transmission_id).stdout
    assert shown.splitlines()[0].endswith("*P*>")
    assert "ISA*00*          *00*" in shown
    assert shown.count(">>") == 1
    assert "was split into its papers" in told.hub("doc", "why", paper.transmission_id).stdout


def test_an_order_is_told_with_lines_partners_papers_parcels_and_facts(told: Told) -> None:
    text = told.hub("orders", "show", "1001").stdout
    for part in (
        "Order 1001 of juniper: Part shipped",
        "1  SKU-1  Thing 1: 2 ordered, 2 shipped, 2 accepted",
        "acme chosen: fills the order with the fewest partners",
        "1Z999AA10123456784 (ups) from acme",
        "850 0001 (purchase order) to acme: delivered 2026-11-20",
        "waits for a person since",
        "Order shipped: line 1 × 2",
    ):
        assert part in text
    story = told.json("orders", "show", "1001")
    assert [line["quantities"]["shipped"] for line in story["lines"]] == [2, 0]
    [order] = [paper for paper in story["documents"] if paper["set_id"] == "850"]
    assert [stamp["name"] for stamp in order["stamps"] if stamp["at"]] == [
        "delivered",
        "valid",
        "answered",
    ]
    assert {"OrderPlaced", "LinesSourced", "OrderShipped"} <= {
        fact["kind"] for fact in story["timeline"]
    }


def test_nobodys_name_or_address_is_in_what_is_told_of_an_order(told: Told) -> None:
    text = (
        told.hub("orders", "show", "1001").output
        + told.hub("orders", "show", "1001", "--json").output
    )
    for word in ("Lindqvist", "Alder", "62701", "maya@example.com", "555-0134"):
        assert word not in text


def test_what_waits_for_a_person_has_a_next_step_and_can_be_closed(told: Told) -> None:
    rows = told.json("exceptions")["exceptions"]
    assert sorted(row["kind"] for row in rows) == ["partly_applied", "rejected"]
    assert all(row["next_step"] for row in rows)
    closed = told.hub("exceptions", "close", rows[0]["id"], "--reason", "settled by phone")
    assert closed.exit_code == 0
    assert [row["id"] for row in told.json("exceptions")["exceptions"]] == [rows[1]["id"]]
    every = told.json("exceptions", "--all")["exceptions"]
    assert any("settled by phone" in (row["closed_by"] or "") for row in every)
    assert told.hub("exceptions", "close", rows[0]["id"], "--reason", "again").exit_code == 1


def test_a_paper_settled_again_does_only_what_was_missing(told: Told) -> None:
    paper = told.paper("856", "partly_applied")
    done = told.json("doc", "retry", paper.id)
    assert done["state"] == "accepted"
    told.house.turn()
    again = told.paper("856", "partly_applied")
    assert (again.id, again.attempts) == (paper.id, 2)
    assert len(again.problems) == 1
    assert [line.buckets.shipped for line in told.house.order().lines] == [2, 0]


def test_a_paper_whose_syntax_is_wrong_cannot_be_settled_again(told: Told) -> None:
    answer = told.hub("doc", "retry", told.paper("855", "rejected").id)
    assert answer.exit_code == 1
    assert "must send it again" in answer.stderr
    assert told.paper("855", "rejected").attempts == 0


def test_a_parked_delivery_is_told_and_can_be_split_again(told: Told) -> None:
    told.house.suppliers["acme"].put("torn.edi", "ISA*torn")
    told.house.turn()
    told.house.clock.on(seconds=61)
    told.house.turn()
    [row] = [row for row in told.json("exceptions")["exceptions"] if row["kind"] == "unreadable"]
    name = row["transmission_id"]
    assert "is parked: it cannot be split" in told.hub("doc", "why", name).stdout
    assert told.hub("doc", "show", name, "--raw").stdout == "ISA*torn"
    assert told.json("doc", "retry", name)["state"] == "received"
    assert told.hub("doc", "retry", name).exit_code == 1
    told.house.clock.on(seconds=1)
    told.house.turn()
    assert "is parked: it cannot be split" in told.hub("doc", "why", name).stdout


def test_one_of_our_papers_leaves_again_with_the_same_bytes(told: Told) -> None:
    inbox = told.house.suppliers["acme"].home / "in"
    [sent] = inbox.glob("acme_850_*")
    before = sent.read_bytes()
    sent.unlink()
    assert told.hub("doc", "retry", told.paper("850", "composed").id).exit_code == 0
    told.house.turn()
    assert [path.read_bytes() for path in inbox.glob("acme_850_*")] == [before]


def test_trying_a_file_says_what_would_happen_and_changes_nothing(
    told: Told, tmp_path: Path
) -> None:
    acme = told.house.suppliers["acme"]
    file = tmp_path / "notice.edi"
    file.write_text(acme.interchange("856", [acme.notice(acme.purchase_orders()[0])]))
    before = told.house.order()
    answer = told.hub("try", "acme", str(file))
    assert answer.exit_code == 0
    assert "it means order 1001 of juniper" in answer.stdout
    assert "Order shipped: line 2 × 1" in answer.stdout
    assert "would be answered: AK1*SH" in answer.stdout
    tried = told.json("try", "acme", str(file))
    assert tried["interchanges"][0]["papers"][0]["found"][0]["order"] == "1001"
    assert told.house.order() == before


def test_trying_a_file_with_one_bad_paper_ends_with_three(told: Told, tmp_path: Path) -> None:
    acme = told.house.suppliers["acme"]
    order = acme.purchase_orders()[0]
    file = tmp_path / "two.edi"
    papers = [acme.answer(order), acme.answer(order, day="never")]
    file.write_text(acme.interchange("855", papers))
    answer = told.hub("try", "acme", str(file))
    assert answer.exit_code == 3
    assert "would be rejected" in answer.stdout


LISTS = (
    "orders list",
    "doc list --partner acme --state rejected",
    "lane list",
    "duty list",
    "keys list",
    "catalog list",
    "ledger verify",
    "exceptions",
    "partner list",
)


def test_every_list_is_told_as_text_and_as_json(told: Told) -> None:
    for words in LISTS:
        text = told.hub(*words.split())
        assert (text.exit_code, text.stderr) == (0, ""), words
        assert text.stdout, words
        assert told.json(*words.split()), words


def test_a_lane_and_a_duty_can_be_taken_up_again(told: Told) -> None:
    assert told.json("lane", "resume", "acme/edi")["text"] == "acme/edi was not paused."
    assert told.hub("lane", "resume", "acme/none").exit_code == 1
    assert told.hub("duty", "retry", "dty_none").exit_code == 0


def test_a_parked_duty_is_listed_with_its_cause_and_sent_after_a_retry(told: Told) -> None:
    house = told.house
    post(house, shopping("1002", 1))
    [duty] = told.json("duty", "list")["waiting"]
    stuck = Stuck(
        hold=f"duty:{duty['id']}",
        kind="cannot-be-written",
        partner="acme",
        text="a word of ours has a star in it",
        next_step=f"hub duty retry {duty['id']}",
    )

    def park(tx: Transaction) -> None:
        tx.duties.park(duty["id"])
        tx.exceptions.open(stuck, at=house.clock(), names=Names("parked"))

    house.parts.store.write(park)
    assert told.json("duty", "list")["waiting"] == []
    [row] = [row for row in told.hub("duty", "list").stdout.splitlines() if duty["id"] in row]
    assert row.endswith("parked: a word of ours has a star in it")
    assert [lane["parked"] for lane in told.json("lane", "list")["lanes"]] == [1]
    house.turn()
    before = len(house.suppliers["acme"].purchase_orders())
    assert told.hub("duty", "retry", duty["id"]).exit_code == 0
    house.turn()
    assert len(house.suppliers["acme"].purchase_orders()) == before + 1
    assert told.json("duty", "list") == {"waiting": [], "parked": []}


def test_a_key_is_shown_once_and_can_be_revoked(told: Told) -> None:
    made = told.json("keys", "add", "--brand", "juniper", "--label", "shop")
    assert set(made) == {"id", "key", "expires_at"}
    listed = told.hub("keys", "list", "--json").stdout
    assert made["id"] in listed
    assert made["key"] not in listed
    assert told.hub("keys", "revoke", made["id"]).exit_code == 0
    assert told.hub("keys", "revoke", made["id"]).exit_code == 1
    assert told.hub("keys", "add", "--brand", "nobody").exit_code == 1


def test_a_catalogue_is_imported_whole_or_not_at_all(told: Told, tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    file.write_text("sku;partner;cost;currency\nNEW-1;acme;1,50;USD\nNEW-2;acme;oops;USD\n")
    answer = told.hub("catalog", "import", str(file))
    assert answer.exit_code == 1
    assert "goods.csv, row 3, column cost: 'oops' is no plain amount" in answer.stderr
    assert _skus(told) == ["SKU-1", "SKU-2", "SKU-3"]
    file.write_text("sku;partner;cost;currency\nNEW-1;acme;1,50;USD\nNEW-2;acme;2;USD\n")
    assert told.json("catalog", "import", str(file))["offers"] == 2
    assert _skus(told) == ["NEW-1", "NEW-2", "SKU-1", "SKU-2", "SKU-3"]


def _skus(told: Told) -> list[str]:
    return [row["article"]["sku"] for row in told.json("catalog", "list")["articles"]]


def _order(number: str, *, total: int = 1000, sku: str = "SKU-1") -> str:
    address = {
        "name": "Tom Okafor",
        "lines": ["480 Harbour View"],
        "city": "Portland",
        "region": "ME",
        "postal_code": "04101",
        "country": "US",
    }
    line = {"sku": sku, "quantity": 1, "unit_price": 1000}
    return json.dumps(
        {
            "number": number,
            "channel": "phone",
            "currency": "USD",
            "customer": {"name": "Tom Okafor", "email": "tom@example.com"},
            "ship_groups": [{"ship_to": address, "method": "ground", "lines": [line]}],
            "total": total,
        }
    )


def _imported(told: Told, tmp_path: Path) -> Callable[..., Result]:
    def run(*rows: str, more: tuple[str, ...] = ()) -> Result:
        file = tmp_path / "orders.jsonl"
        file.write_text("\n".join(rows) + "\n")
        return told.hub("orders", "import", str(file), "--brand", "harbor", *more)

    return run


def test_orders_come_in_from_a_file_and_never_twice(told: Told, tmp_path: Path) -> None:
    import_ = _imported(told, tmp_path)
    answer = import_(_order("H-1"), "", _order("H-2"))
    assert (answer.exit_code, answer.stdout) == (0, "2 orders placed.\n"), answer.stderr
    again = import_(_order("H-1"), _order("H-2"))
    assert (again.exit_code, again.stdout) == (0, "0 orders placed, 2 known before.\n")
    assert told.json("orders", "show", "H-1")["brand"] == "harbor"


def _refusals(told: Told) -> list[dict]:
    rows = told.json("exceptions")["exceptions"]
    return [row for row in rows if row["kind"] == "order-refused"]


def test_wrong_orders_in_a_file_are_named_and_the_good_ones_placed(
    told: Told, tmp_path: Path
) -> None:
    import_ = _imported(told, tmp_path)
    rows = [_order("H-1"), "{", _order("H-2", total=5), _order("H-3", sku="NONE"), _order("H-4")]
    answer = import_(*rows, more=("--json",))
    assert answer.exit_code == 3
    told_ = json.loads(answer.stdout)
    assert (told_["placed"], told_["refused"]) == (2, 3)
    assert [problem["line"] for problem in told_["problems"]] == [2, 3, 4]
    assert "orders.jsonl, line 3 (order H-2) /total" in answer.stderr
    kept = {row["text"]: row["transmission_id"] for row in _refusals(told)}
    assert len(kept) == 3
    for text, row in (("JSON", rows[1]), ("/total", rows[2]), ("NONE", rows[3])):
        (waiting,) = [transmission for said, transmission in kept.items() if text in said]
        with told.house.parts.store.read() as tx:
            assert tx.exchange.body(waiting).read().decode() == row
    assert import_(_order("H-2")).exit_code == 0
    assert len(_refusals(told)) == 2
    assert import_("{").exit_code == 1
    differs = import_(_order("H-1", sku="SKU-2"))
    assert differs.exit_code == 1
    assert "other content" in differs.stderr


def test_an_order_that_nobody_could_fill_is_sourced_again_after_an_offer(
    told: Told, tmp_path: Path
) -> None:
    goods = tmp_path / "goods.csv"
    goods.write_text("sku,title\nLATE-1,Late\n")
    told.json("catalog", "import", str(goods))
    assert _imported(told, tmp_path)(_order("H-9", sku="LATE-1")).exit_code == 0
    words = ("orders", "source", "H-9", "--brand", "harbor")
    assert told.json(*words)["unsourced"] == 1
    goods.write_text("sku,partner,cost,currency\nLATE-1,acme,2.50,USD\n")
    told.json("catalog", "import", str(goods))
    assert told.hub(*words).stdout == "Every unit has a partner.\n"
    assert told.hub("orders", "source", "H-0", "--brand", "harbor").exit_code == 1


def test_a_number_that_two_brands_use_asks_for_the_brand(told: Told, tmp_path: Path) -> None:
    assert _imported(told, tmp_path)(_order("1001")).exit_code == 0
    answer = told.hub("orders", "show", "1001")
    assert answer.exit_code == 1
    assert "next: hub orders show 1001 --brand harbor" in answer.stderr
    assert told.json("orders", "show", "1001", "--brand", "juniper")["brand"] == "juniper"


NOT_THERE = (
    "doc why doc_none",
    "doc why tra_none",
    "doc show tra_none",
    "doc retry doc_none",
    "orders show none",
    "exceptions close exc_none --reason none",
    "lane resume acme/none",
)


def test_what_is_not_there_is_said_with_the_command_that_lists_what_is(told: Told) -> None:
    for words in NOT_THERE:
        answer = told.hub(*words.split())
        assert (answer.exit_code, answer.stdout) == (1, ""), words
        assert "\nnext: hub " in answer.stderr, words


def test_a_worker_that_runs_until_idle_sends_what_is_owed(told: Told, tmp_path: Path) -> None:
    assert _imported(told, tmp_path)(_order("H-5")).exit_code == 0
    told.house.turns["acme"].release()
    answer = told.hub("work", "--until-idle")
    assert answer.exit_code == 0
    names = [one.number for one in told.house.suppliers["acme"].purchase_orders()]
    assert any("H-5" in name for name in names)
