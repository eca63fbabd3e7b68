"""Ship notices as partners nest them: every shape ends as orders, parcels and lines."""

from datetime import datetime

import pytest

from hub.domain.exchange import Severity
from hub.domain.messages import Parcel, ShipNotice
from hub.mapping import Reading
from tests.unit.mapping import library, paper

HEAD = "BSN*00*S-1*20260303*1602~HL*1**S*1~"


def read(body: str, *, head: str = HEAD) -> Reading:
    return library().page("x12/004010/856").read(paper(head + body))


def notice(body: str, *, head: str = HEAD) -> ShipNotice:
    reading = read(body, head=head)
    (message,) = reading.messages
    assert isinstance(message, ShipNotice)
    assert not [one for one in reading.problems if one.severity is Severity.ERROR]
    return message


def seen(parcels: tuple[Parcel, ...]) -> list[tuple[str, str]]:
    """Return each parcel as its tracking number and its lines' numbers."""
    return [(one.tracking, "".join(line.number for line in one.lines)) for one in parcels]


ORDER = "HL*2*1*O*1~PRF*JN-1~"
PACK = ORDER + "HL*3*2*P*1~"
LINE = "HL*4*3*I*0~SN1*1*2*EA~"


@pytest.mark.parametrize(
    "place",
    ["MAN*CP*T1", "MAN*GM*00*00*CP*T1", "MAN*2I*T1", "REF*2I*T1", "REF*CN*T1"],
)
def test_a_tracking_number_is_found_in_every_place_at_the_pack(place: str) -> None:
    assert seen(notice(f"{PACK}{place}~{LINE}").parcels) == [("T1", "1")]


@pytest.mark.parametrize("place", ["MAN*CP*T1", "REF*2I*T1", "REF*CN*T1"])
def test_a_tracking_number_is_found_at_every_level_nearest_first(place: str) -> None:
    far = "REF*CN*FAR~"
    head = HEAD + far
    assert seen(notice(f"{PACK}{LINE}{place}", head=head).parcels) == [("T1", "1")]
    assert seen(notice(f"{ORDER}{place}~HL*3*2*P*1~{LINE}", head=head).parcels) == [("T1", "1")]
    assert seen(notice(f"{PACK}{LINE}", head=f"{HEAD}{place}~").parcels) == [("T1", "1")]


def test_the_usual_place_counts_before_the_others() -> None:
    assert seen(notice(f"{PACK}REF*CN*PRO~MAN*CP*T1~{LINE}").parcels) == [("T1", "1")]


def test_packs_share_the_one_number_of_their_shipment() -> None:
    body = f"{PACK}{LINE}HL*5*2*P*1~HL*6*5*I*0~SN1*2*1*EA"
    head = f"{HEAD}REF*2I*T1~"
    assert seen(notice(body, head=head).parcels) == [("T1", "1"), ("T1", "2")]


def test_several_numbers_of_a_shipment_go_round_its_packs_and_none_is_lost() -> None:
    body = f"{PACK}{LINE}HL*5*2*P*1~HL*6*5*I*0~SN1*2*1*EA"
    head = f"{HEAD}REF*2I*T1~REF*2I*T2~REF*2I*T3~"
    assert seen(notice(body, head=head).parcels) == [("T1", "1"), ("T2", "2"), ("T3", "")]


def test_lines_without_a_pack_travel_together() -> None:
    body = f"{ORDER}HL*3*2*I*0~SN1*1*1*EA~HL*4*2*I*0~SN1*2*1*EA"
    assert seen(notice(body).parcels) == [("", "12")]
    assert seen(notice(body, head=f"{HEAD}REF*2I*T1~").parcels) == [("T1", "12")]


def test_lines_with_numbers_of_their_own_travel_apart() -> None:
    body = (
        f"{ORDER}HL*3*2*I~SN1*1*1*EA~REF*2I*T1~HL*4*2*I~SN1*2*2*EA~REF*2I*T2~REF*2I*T3"
        "~HL*5*2*I~SN1*3*1*EA~REF*2I*T1"
    )
    assert seen(notice(body).parcels) == [("T1", "13"), ("T2", "2"), ("T3", "")]


def test_a_pallet_between_order_and_pack_is_passed_over() -> None:
    body = f"{ORDER}HL*3*2*T*1~MAN*GM*001~HL*4*3*P*1~MAN*GM*002~HL*5*4*I*0~SN1*1*1*EA"
    assert notice(body).parcels[0].label == "002"


def test_a_pallet_without_packs_is_the_parcel() -> None:
    body = f"{ORDER}HL*3*2*T*1~MAN*GM*001~REF*CN*PRO~HL*4*3*I*0~SN1*1*1*EA"
    (parcel,) = notice(body).parcels
    assert (parcel.label, parcel.tracking, len(parcel.lines)) == ("001", "PRO", 1)


def test_a_pack_may_stand_below_its_line_or_above_its_order() -> None:
    below = f"{ORDER}HL*3*2*I*1~SN1*1*1*EA~HL*4*3*P*0~MAN*CP*T1"
    assert seen(notice(below).parcels) == [("T1", "1")]
    above = "HL*2*1*P*1~MAN*CP*T1~HL*3*2*O*1~PRF*JN-1~HL*4*3*I*0~SN1*1*1*EA"
    assert seen(notice(above).parcels) == [("T1", "1")]


def test_levels_without_a_parent_number_hang_on_the_level_before_them() -> None:
    body = "HL*2**O~PRF*JN-1~HL*3**P~MAN*CP*T1~HL*4**I~SN1*1*1*EA~HL*5*77*P~MAN*CP*T2"
    assert seen(notice(body).parcels) == [("T1", "1"), ("T2", "")]


def test_a_notice_on_two_orders_becomes_two_with_the_same_number() -> None:
    body = (
        f"{PACK}MAN*CP*T1~{LINE}HL*5*1*O*1~PRF*JN-2~REF*CO*W-2~HL*6*5*P*1~MAN*CP*T2"
        "~HL*7*6*I*0~SN1*1*1*EA~CTT*7"
    )
    reading = read(body, head=f"{HEAD}TD5**2*UPSN~")
    told = [(one.number, one.notice, one.carrier) for one in reading.messages]  # type: ignore[union-attr]
    assert told == [("JN-1", "S-1", "ups"), ("JN-2", "S-1", "ups")]
    assert [one.consumer_order for one in reading.messages] == ["", "W-2"]  # type: ignore[union-attr]
    assert reading.problems == ()


def test_an_order_that_cannot_be_read_does_not_take_its_neighbour_along() -> None:
    reading = read(f"HL*2*1*O*1~REF*CO*W-1~HL*3*1*O*1~PRF*JN-2~HL*4*3*I*0~SN1*1*x*EA~{''}")
    assert reading.messages == ()
    assert [(one.where.path, one.where.segment) for one in reading.problems] == [
        *(("HL[2]", "PRF"), ("HL[2]", "HL"), ("HL[4]", "SN1")),
    ]
    good = read("HL*2*1*O*1~REF*CO*W-1~HL*3*1*O*1~PRF*JN-2~HL*4*3*I*0~SN1*1*1*EA")
    assert [one.number for one in good.messages] == ["JN-2"]


def test_the_day_of_leaving_outweighs_the_moment_of_writing_even_without_a_time() -> None:
    # The BSN of these papers is of 3 March, 16:02.
    for said, read in (
        ("DTM*011*20260303", datetime(2026, 3, 3)),
        ("DTM*011*20260302", datetime(2026, 3, 2)),
        ("DTM*011*20260303*0915", datetime(2026, 3, 3, 9, 15)),
    ):
        assert notice(ORDER, head=f"{HEAD}{said}~").shipped_at == read


def test_a_notice_without_an_order_says_so() -> None:
    reading = read("")
    assert reading.messages == ()
    assert "HL[03=O] is missing" in reading.problems[0].text


def test_tracking_numbers_without_packs_or_lines_are_kept() -> None:
    assert seen(notice(ORDER, head=f"{HEAD}REF*2I*T1~REF*2I*T2~").parcels) == [
        ("T1", ""),
        ("T2", ""),
    ]
