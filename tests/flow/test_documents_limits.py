"""Raw papers at the door: who is let in, how much and how slowly, and what is told of them."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from hub.api import bodies, documents
from hub.api.documents_shown import ShownSent
from hub.cli import wire
from hub.domain.exchange import DocumentState, TransmissionState
from hub.flow import caps
from hub.flow.caps import LARGEST_FEED, LARGEST_PAPER, largest
from hub.transports import door
from tests.contract.pages import refused
from tests.flow.test_documents_door import DOOR, answer_to, kept, program, send
from tests.rigs.desks import Mill
from tests.rigs.houses import House, post, shopping
from tests.rigs.roads import furnish_road
from tests.web.conftest import give_key


@pytest.fixture
def hub_database() -> str:
    """SQLite alone: what is tried here is decided before any store."""
    return ""


@pytest.fixture
def acme(house: House) -> Mill:
    """Acme's program, with Acme's key."""
    return program(house, "acme")


def test_a_partner_sees_only_what_it_sent_itself(
    two_suppliers: House,
) -> None:
    house = two_suppliers
    acme, mill, nobody = (program(house, who) for who in ("acme", "mill", ""))
    sent = send(acme, "ISA*whatever").json()["href"]
    outbound = _sent_by_us(house)
    missing = f"/v1/partner/documents/tra_{'0' * 26}"
    for path in (sent, f"/v1/partner/documents/{outbound}", missing, f"{DOOR}/../x", DOOR):
        answer = mill.ask("GET", path)
        assert answer.status_code == 404, path
    ours, theirs = mill.ask("GET", missing).json(), mill.ask("GET", sent).json()
    assert ours.keys() == theirs.keys()
    assert ours["title"] == theirs["title"]
    assert acme.ask("GET", f"/v1/partner/documents/{outbound}").status_code == 404
    assert nobody.ask("GET", sent).status_code == 401
    assert send(nobody, "ISA*").status_code == 401


def _sent_by_us(house: House) -> str:
    post(house, shopping("1001", 2))
    house.turn()
    with house.parts.store.read() as tx:
        (row,) = tx.exchange.documents_page(
            partner="acme", set_id="850", state=None, limit=9, before=None
        )
    return row.transmission_id


def test_a_brands_key_opens_no_partners_door(house: House, acme: Mill) -> None:
    brand = replace(acme, key=give_key(house, "juniper")[0])
    assert send(brand, "ISA*").status_code == 403
    assert brand.ask("GET", f"/v1/partner/documents/tra_{'0' * 26}").status_code == 403


UNFIT = [
    (DOOR, {}, b"ISA*", 400),  # no Idempotency-Key
    (DOOR, {"Idempotency-Key": "k" * 256}, b"ISA*", 400),
    (DOOR, {"Idempotency-Key": "k"}, b"", 400),
    (DOOR, {"Idempotency-Key": "k", "Content-Encoding": "gzip"}, b"\x1f\x8b", 415),
    (DOOR + "?key=1", {"Idempotency-Key": "k"}, b"ISA*", 422),
    ("/v1/partner/documents/other", {"Idempotency-Key": "k"}, b"ISA*", 404),
    ("/v1/partner/documents/..%2Fedi", {"Idempotency-Key": "k"}, b"ISA*", 404),
]


def test_a_post_that_cannot_be_taken_is_told_why(house: House, acme: Mill) -> None:
    for path, headers, body, status in UNFIT:
        answer = acme.ask("POST", path, content=body, headers=headers)
        assert answer.status_code == status, (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert acme.ask("PUT", path.partition("?")[0], content=body).status_code in (404, 405)
    assert kept(house) == []


def test_a_paper_that_cannot_be_read_is_kept_parked_and_told(house: House, acme: Mill) -> None:
    href = send(acme, b"PK\x03\x04 no x12 at all").json()["href"]
    house.turn()
    shown = ShownSent.model_validate(acme.ask("GET", href).json())
    assert shown.state is TransmissionState.PARKED
    assert shown.problems
    assert house.exceptions() == ["unreadable"]


def test_what_is_wrong_in_a_paper_is_told_with_its_place(house: House, acme: Mill) -> None:
    text = answer_to(house).replace("ACK*IA*2", "ACK*IA*two")
    href = send(acme, text).json()["href"]
    house.turn()
    (paper,) = ShownSent.model_validate(acme.ask("GET", href).json()).documents
    assert paper.state is DocumentState.REJECTED
    assert any("ACK" in flaw.place and "byte" in flaw.place for flaw in paper.problems)


def test_a_fault_of_ours_is_no_business_of_the_partners(
    house: House, acme: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    href = send(acme, answer_to(house)).json()["href"]
    monkeypatch.setattr(type(house.parts.maps), "page", _broken)
    house.turn()
    (paper,) = ShownSent.model_validate(acme.ask("GET", href).json()).documents
    assert [flaw.code for flaw in paper.problems] == ["our-fault"]
    assert "Traceback" not in paper.problems[0].detail
    assert "line" not in paper.problems[0].detail


def _broken(self: object, name: str) -> object:
    raise ZeroDivisionError(name)


# --- size and time


def test_papers_have_fifty_megabytes_and_stock_reports_two_gigabytes(
    house: House, tmp_path: Path
) -> None:
    assert (LARGEST_PAPER, LARGEST_FEED) == (50 << 20, 2 << 30)
    (page,) = house.parts.partners.all
    (channel,) = page.channels
    assert "846" in channel.receives
    assert largest(house.parts, channel) == LARGEST_FEED
    orders = replace(channel, receives=("855", "856"))
    assert largest(house.parts, orders) == LARGEST_PAPER


def test_the_cap_is_the_channels_and_is_held_before_the_body_is_heard_out(
    house: House, acme: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caps, "LARGEST_FEED", 100_000)
    assert send(acme, b"x" * 100_001).status_code == 413
    assert send(acme, b"x" * 100_000, key="k-2").status_code == 202
    heard: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            heard.append(1)
            yield b"x" * 10_000

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=acme.app)
        named = {"Authorization": f"Bearer {acme.key}", "Idempotency-Key": "k-3"}
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.post(DOOR, content=endless(), headers=named)

    answer = asyncio.run(ask())
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert len(heard) < 20
    assert len(kept(house)) == 1


def test_a_paper_that_is_no_stock_report_has_its_own_cap_where_both_come_in(
    house: House, acme: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caps, "LARGEST_PAPER", 100)
    href = send(acme, answer_to(house)).json()["href"]
    house.turn()
    (paper,) = ShownSent.model_validate(acme.ask("GET", href).json()).documents
    assert [flaw.code for flaw in paper.problems] == ["too-long"]
    assert paper.state is DocumentState.REFUSED


def test_a_file_at_a_partners_door_has_the_same_caps(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caps, "LARGEST_FEED", 1000)
    house.suppliers["acme"].put("big.edi", "x" * 1001)
    house.turn()
    assert house.exceptions() == ["file"]
    assert kept(house) == []


def test_a_body_that_does_not_come_is_not_waited_for(
    house: House, acme: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)

    async def ask(pause: float, count: int) -> int:
        async def slow() -> AsyncIterator[bytes]:
            for _ in range(count):
                yield b"x"
                await asyncio.sleep(pause)

        transport = httpx.ASGITransport(app=acme.app)
        named = {"Authorization": f"Bearer {acme.key}", "Idempotency-Key": "k-3"}
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return (await client.post(DOOR, content=slow(), headers=named)).status_code

    assert asyncio.run(ask(5, 2)) == 408
    assert asyncio.run(ask(0.01, 500)) == 408  # something always comes, and far too little
    assert kept(house) == []


def test_a_partner_sends_a_few_papers_at_a_time(house: House, acme: Mill) -> None:
    async def crowd() -> list[int]:
        door = asyncio.Event()

        async def waiting() -> AsyncIterator[bytes]:
            yield b"x"
            await door.wait()

        transport = httpx.ASGITransport(app=acme.app)
        own = {"Authorization": f"Bearer {acme.key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            posts = [
                asyncio.ensure_future(
                    client.post(DOOR, content=waiting(), headers={**own, "Idempotency-Key": f"{n}"})
                )
                for n in range(documents.MOST_AT_ONCE)
            ]
            while len(documents_here(acme)) < documents.MOST_AT_ONCE:
                await asyncio.sleep(0.001)
            late = await client.post(DOOR, content=b"x", headers={**own, "Idempotency-Key": "l"})
            door.set()
            return [late.status_code, *(one.status_code for one in await asyncio.gather(*posts))]

    assert asyncio.run(crowd()) == [429, *([202] * documents.MOST_AT_ONCE)]
    assert send(acme, b"x", key="after").status_code == 202


def documents_here(who: Mill) -> list[str]:
    """Who is sending now, once for each paper."""
    route = next(one for one in who.app.router.routes if one.path.startswith(documents.DOCUMENTS))
    return list(route.endpoint.__self__._crowd._here.elements())


def test_the_web_process_lets_papers_of_announced_length_through() -> None:
    assert (documents.DOCUMENTS + "/") in wire.PAPERS
    assert wire.LONGEST_PAPER > LARGEST_FEED


# --- a channel that only leads in


def test_a_channel_may_be_nothing_but_a_door(tmp_path: Path) -> None:
    house = furnish_road(tmp_path, wire="transport: door", sends=False)
    acme = program(house, "acme")
    supplier = house.suppliers["acme"]
    text = supplier.interchange("846", [supplier.counts({"acme-SKU-1": 7})])
    href = send(acme, text).json()["href"]
    house.turn("edi")
    (paper,) = ShownSent.model_validate(acme.ask("GET", href).json()).documents
    assert (paper.set, paper.state) == ("846", DocumentState.APPLIED)
    house.close()


def test_nothing_leaves_by_a_door() -> None:
    way = door.connect(door.Config(), secrets=str)
    assert list(way.list()) == []
    assert refused(lambda: way.put("a.edi", io.BytesIO(b"x"), size=1)).permanent
    way.close()
