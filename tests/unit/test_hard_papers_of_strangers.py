"""What strangers sent to end a worker, to fill its memory, or to be shown a secret."""

import io
from datetime import UTC, datetime

import psycopg
import pytest

from hub.domain import rules
from hub.domain.exchange import Purpose
from hub.domain.messages import Parcel, ShipNotice, ShippedLine
from hub.domain.shipping import packed
from hub.domain.webhooks import asked_wait
from hub.errors import Malformed
from hub.formats import json, xml
from hub.store.retry import is_away

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NEVER = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"


@pytest.mark.parametrize("text", [NEVER, "Mon, 99999999999 Jan 2026 00:00:00 GMT", "x", "-1"])
def test_no_word_of_when_to_come_again_is_more_than_a_word(text: str) -> None:
    assert asked_wait(text, NOON) is None


def test_a_value_that_the_database_does_not_take_does_not_mean_that_it_is_away() -> None:
    assert not is_away(psycopg.errors.ProgramLimitExceeded("index row size"))
    assert is_away(psycopg.OperationalError("server closed the connection"))


def test_a_key_is_never_longer_than_an_index_takes_and_still_tells_papers_apart() -> None:
    def key(last: str) -> str:
        parcels = tuple(Parcel(tracking=f"{n:040d}") for n in range(200))
        notice = ShipNotice(
            purpose=Purpose.ORIGINAL,
            notice="",
            number="PO-1",
            parcels=(*parcels, Parcel(tracking=last)),
        )
        return rules.business_key("mill", notice)

    assert len(key("A")) <= rules.LONGEST_KEY
    assert key("A") == key("A") != key("B")
    assert key("A").startswith("mill/ship-notice/PO-1/")


@pytest.mark.parametrize(
    "secret", ["hunter2", "<![CDATA[hunter2]]>", "<!-- -->hunter2", "hunter2<x/>", "hunter2"]
)
@pytest.mark.parametrize("end", ["</SharedSecret></Credential>", ""])
def test_a_secret_is_shown_as_stars_however_it_is_written(secret: str, end: str) -> None:
    shown = xml.masked(f"<Credential><SharedSecret>{secret}{end}".encode())
    assert b"hunter2" not in shown
    assert b"*" in shown


@pytest.mark.parametrize("width", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("secret", ["hunter2", "h\u00fcnter2", "\u4e2d\u3e3c\u6587"])
@pytest.mark.parametrize("end", ["</SharedSecret ></Credential>", ""])
def test_a_secret_of_wide_signs_is_hidden_with_its_length_kept(
    width: str, secret: str, end: str
) -> None:
    before, behind = '<?xml version="1.0"?><Credential><SharedSecret >', f"{end}"
    body = f"{before}{secret}{behind}".encode(width)
    shown = xml.masked(body)
    assert len(shown) == len(body) and shown != body
    told = shown.decode(width, "replace")
    assert not set(secret) & set(told.removeprefix(before).removesuffix(behind))
    assert told.startswith(before) and told.endswith(behind)
    other = f"<SharedSecretary>{secret}</SharedSecretary>".encode(width)
    assert xml.masked(other) == other


def test_an_array_of_absurdly_many_papers_is_refused_before_they_are_rows() -> None:
    body = io.BytesIO(b"[" + b",".join([b"{}"] * 5001) + b"]")
    with pytest.raises(Malformed) as told:
        list(json.split(body, profile=json.Config()))
    assert "more than 5000 documents" in told.value.problems[0].text


@pytest.mark.parametrize("count", [9_000, 11_000])
def test_a_feed_that_is_nearly_all_something_else_is_not_held(count: int) -> None:
    body = b'{"junk":[' + b",".join([b"[1]"] * count) + b'],"rows":[{"a":1}]}'
    [one] = json.split(io.BytesIO(body), profile=json.Config(set="stock", feeds=("stock",)))
    [document] = one.groups[0].documents
    walk = json.walk(io.BytesIO(body), document=document, rows="rows")
    if count > 10_000:
        with pytest.raises(Malformed):
            list(walk)
    else:
        assert len(list(walk)) == 3


@pytest.mark.parametrize("count", [9_000, 11_000])
def test_an_xml_feed_with_rows_of_another_name_is_not_held(count: int) -> None:
    body = b"<Stock>" + b"<Junk><a>1</a></Junk>" * (count // 2) + b"<Row>1</Row></Stock>"
    profile = xml.Config(feeds=("Stock",))
    [one] = xml.split(io.BytesIO(body), profile=profile)
    [document] = one.groups[0].documents
    walk = xml.walk(io.BytesIO(body), document=document, rows="Stock/Row")
    if count > 10_000:
        with pytest.raises(Malformed):
            list(walk)
    else:
        assert len(list(walk)) == 3


def test_loose_lines_say_again_what_parcels_name_and_what_is_beyond_is_packed() -> None:
    notice = ShipNotice(
        purpose=Purpose.ORIGINAL,
        notice="N",
        number="PO",
        parcels=(Parcel(tracking="1Z", lines=(ShippedLine(quantity=1, number="1"),)),),
        loose=(ShippedLine(quantity=3, number="1"), ShippedLine(quantity=2, number="2")),
    )
    first, rest = packed(notice).parcels
    assert first == notice.parcels[0]
    assert [(one.number, one.quantity) for one in rest.lines] == [("1", 2), ("2", 2)]
    same = ShipNotice(
        purpose=Purpose.ORIGINAL,
        notice="N",
        number="PO",
        parcels=notice.parcels,
        loose=(ShippedLine(quantity=1, number="1"),),
    )
    assert packed(same).parcels == notice.parcels
