"""One parcel in two ship notices: the same line in it counts once, until a person decides."""

import json
from typing import Any

from hub.domain.exchange import DocumentState
from hub.domain.posted import PostedSet
from hub.domain.told_before import TOLD_BEFORE
from hub.flow import supplier_room
from hub.flow.naming import say_name
from hub.flow.supplier_room import Said
from hub.ops import again
from hub.ops.desk import mending
from hub.ops.desk.causes import dry_run_of
from tests.fakes import Ordered, Supplier
from tests.rigs.desk_papers import BOX, given
from tests.rigs.desk_papers import paper as posted_paper
from tests.rigs.desks import Mill
from tests.rigs.houses import House, post, shopping
from tests.rigs.naming import WHO, codes_of, papers_of, state_of

T = "1Z999AA10123456784"
OTHER = "1Z999AA10123456785"


def _asked(house: House, *quantities: int) -> tuple[Supplier, Ordered]:
    post(house, shopping("1001", *quantities))
    house.turn()
    acme = house.suppliers["acme"]
    return acme, acme.purchase_orders()[-1]


def _say(house: House, rows: list[str]) -> str:
    """Send a ship notice; return its document."""
    known = set(papers_of(house, "856"))
    house.suppliers["acme"].send("856", rows)
    house.turn()
    (paper,) = set(papers_of(house, "856")) - known
    return paper


def _notice(
    house: House, order: Ordered, name: str, quantities: dict[str, int], *, tracking: str = T
) -> list[str]:
    acme = house.suppliers["acme"]
    return acme.notice(order, name=name, tracking=tracking, quantities=quantities)


def _shipped(house: House) -> list[int]:
    return [line.buckets.shipped for line in house.order().lines]


def _standing(house: House) -> list[tuple[str, list[int]]]:
    return [
        (box.tracking, [row.quantity for row in box.lines])
        for one in house.order().shipments
        for box in one.packages
    ]


def _step(house: House) -> str:
    with house.parts.store.read() as tx:
        (row,) = tx.exceptions.page(open_only=True, limit=10)
    return row.next_step


def _replacing(rows: list[str]) -> list[str]:
    return [rows[0].replace("BSN*00", "BSN*05"), *rows[1:]]


def test_the_same_line_of_a_parcel_under_another_notice_waits_for_a_person(house: House) -> None:
    _, order = _asked(house, 4)
    _say(house, _notice(house, order, "S1", {"1": 2}))
    second = _say(house, _notice(house, order, "S2", {"1": 2}, tracking="1z 999 aa1 0123456784"))
    assert _shipped(house) == [2]
    assert _standing(house) == [(T, [2])]
    assert house.word() == "Part shipped"
    assert state_of(house, second) is DocumentState.PARTLY_APPLIED
    assert codes_of(house, second) == [TOLD_BEFORE]
    assert house.exceptions() == ["partly_applied"]
    step = _step(house)
    assert "put the paper aside" in step and "replacement (purpose 05)" in step
    (would,) = dry_run_of(house.parts, [second])
    assert not would.better
    assert [flaw.code for flaw in would.problems] == [TOLD_BEFORE]
    again.retry(house.parts, second, who="test")
    house.turn()
    assert (_shipped(house), house.exceptions()) == ([2], ["partly_applied"])


def test_the_parked_notice_ships_nothing_twice_when_its_name_is_said(house: House) -> None:
    _, order = _asked(house, 4)
    wrong = [row.replace("acme-SKU-1", "ODD-1") for row in _notice(house, order, "S1", {"1": 2})]
    first = _say(house, wrong)
    assert _shipped(house) == [0]
    _say(house, _notice(house, order, "S1R", {"1": 2}))
    say_name(house.parts, "acme", "ODD-1", "SKU-1", who=WHO)
    (would,) = dry_run_of(house.parts, [first])
    assert (would.better, [flaw.code for flaw in would.problems]) == (False, [TOLD_BEFORE])
    assert would.verdict == "could be used in part"
    again.retry(house.parts, first, who="test")
    house.turn()
    assert _shipped(house) == [2]
    assert house.exceptions() == ["partly_applied"]
    mending.ignore(house.parts, first, reason="the same parcel", who="test")
    assert house.exceptions() == []


def test_other_lines_of_the_parcel_and_other_parcels_are_booked(house: House) -> None:
    _, order = _asked(house, 4, 3)
    _say(house, _notice(house, order, "S1", {"1": 2}))
    _say(house, _notice(house, order, "S2", {"2": 1}))
    assert (_shipped(house), house.exceptions()) == ([2, 1], [])
    both = _say(house, _notice(house, order, "S3", {"1": 2, "2": 2}, tracking=OTHER))
    assert state_of(house, both) is DocumentState.APPLIED
    assert (_shipped(house), house.exceptions()) == ([4, 3], [])


def test_only_the_line_that_stands_is_held(house: House) -> None:
    _, order = _asked(house, 4, 3)
    _say(house, _notice(house, order, "S1", {"1": 2}))
    second = _say(house, _notice(house, order, "S2", {"1": 1, "2": 3}))
    assert _shipped(house) == [2, 3]
    assert (state_of(house, second), codes_of(house, second)) == (
        DocumentState.PARTLY_APPLIED,
        [TOLD_BEFORE],
    )


def test_a_replacement_of_the_first_notice_tells_what_is_in_the_parcel(house: House) -> None:
    _, order = _asked(house, 4)
    _say(house, _notice(house, order, "S1", {"1": 2}))
    second = _say(house, _notice(house, order, "S2", {"1": 2}))
    whole = _say(house, _replacing(_notice(house, order, "S1", {"1": 4})))
    assert state_of(house, whole) is DocumentState.APPLIED
    assert _shipped(house) == [4]
    mending.ignore(house.parts, second, reason="told by the replacement", who="test")
    assert (_standing(house), house.exceptions()) == ([(T, [4])], [])


def test_a_replacement_of_the_second_notice_does_not_book_the_parcel_again(house: House) -> None:
    _, order = _asked(house, 4)
    _say(house, _notice(house, order, "S1", {"1": 2}))
    _say(house, _notice(house, order, "S2", {"1": 1}, tracking=OTHER))
    instead = _say(house, _replacing(_notice(house, order, "S2", {"1": 2})))
    assert codes_of(house, instead) == [TOLD_BEFORE]
    assert _standing(house) == [(T, [2]), (OTHER, [1])]


def test_what_was_taken_back_stands_no_more(house: House) -> None:
    _, order = _asked(house, 4)
    first = _notice(house, order, "S1", {"1": 2})
    _say(house, first)
    second = _say(house, _notice(house, order, "S2", {"1": 2}))
    _say(house, [first[0].replace("BSN*00", "BSN*01"), *first[1:]])
    assert _shipped(house) == [0]
    again.retry(house.parts, second, who="test")
    house.turn()
    assert (_shipped(house), house.exceptions()) == ([2], [])


def test_known_carriers_tell_parcels_with_one_number_apart(house: House) -> None:
    _, order = _asked(house, 4)
    _say(house, _notice(house, order, "S1", {"1": 2}, tracking="0815"))
    rows = _notice(house, order, "S2", {"1": 2}, tracking="0815")
    _say(house, [row.replace("UPSN", "FDEG") for row in rows])
    assert (_shipped(house), house.exceptions()) == ([4], [])


def test_a_partner_s_program_is_told_and_a_person_s_form_goes_through(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 4)
    path = f"/orders/{number}/shipments"
    assert mill.post(path, {"shipment": "S-1", "packages": [BOX]}).status_code == 200
    held = mill.post(path, {"shipment": "S-2", "packages": [BOX]})
    (error,) = held.json()["errors"]
    assert (held.status_code, error["code"]) == (422, TOLD_BEFORE)
    assert error["pointer"] == "/packages/0/items/0"
    assert desk_house.order().lines[0].buckets.shipped == 2
    document = posted_paper(desk_house, held)
    assert document.state is DocumentState.REFUSED
    (would,) = dry_run_of(desk_house.parts, [document.id])
    assert not would.better
    came = supplier_room.say(
        desk_house.parts,
        "mill",
        Said(
            set_id=PostedSet.SHIP_NOTICE,
            number=number,
            body={"shipment": "S-3", "packages": [BOX]},
            key="click",
            who="acc_mo",
        ),
    )
    assert (came.state, came.problems) == (DocumentState.APPLIED, ())
    assert desk_house.order().lines[0].buckets.shipped == 4


def test_what_a_person_sent_twice_may_be_corrected_by_a_program(
    desk_house: House, mill: Mill
) -> None:
    number = given(desk_house, 4)
    for name in ("S-1", "S-2"):
        body: dict[str, Any] = {"shipment": name, "packages": [BOX]}
        supplier_room.say(
            desk_house.parts,
            "mill",
            Said(set_id=PostedSet.SHIP_NOTICE, number=number, body=body, key=name, who="acc_mo"),
        )
    assert desk_house.order().lines[0].buckets.shipped == 4
    right = {"carrier": "fedex", "packages": [BOX | {"items": [{"line": "1", "quantity": 1}]}]}
    answer = mill.post(f"/orders/{number}/shipments/S-2/correct", right)
    assert (answer.status_code, answer.json()["state"]) == (200, "applied"), json.dumps(right)
    assert desk_house.order().lines[0].buckets.shipped == 3
