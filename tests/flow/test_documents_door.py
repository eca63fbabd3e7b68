"""Papers in a partner's own language, posted: kept first, read by the worker, told of."""

import asyncio
import hashlib
from dataclasses import replace

import httpx
import pytest

from hub.api import build as build_door
from hub.api import documents
from hub.api.documents_shown import ShownKept, ShownSent
from hub.domain.exchange import Direction, DocumentState, TransmissionState
from hub.store import TransmissionRow
from tests.rigs.desks import Mill, partner_key
from tests.rigs.houses import House, post, shopping

DOOR = "/v1/partner/documents/edi"


@pytest.fixture
def acme(house: House) -> Mill:
    """Acme's program, with Acme's key."""
    return program(house, "acme")


def program(house: House, partner: str) -> Mill:
    key = partner_key(house, partner)[0] if partner else ""
    return Mill(app=build_door(house.parts), house=house, key=key)


def send(who: Mill, text: str | bytes, *, key: str = "k-1", path: str = DOOR) -> httpx.Response:
    content = text if isinstance(text, bytes) else text.encode()
    named = {"Idempotency-Key": key, "Content-Type": "application/edi-x12"}
    return who.ask("POST", path, content=content, headers=named)


def answer_to(house: House, *, word: str = "IA") -> str:
    post(house, shopping("1001", 2))
    house.turn()
    supplier = house.suppliers["acme"]
    (ordered,) = supplier.purchase_orders()
    return supplier.interchange("855", [supplier.answer(ordered, word=word)])


def kept(house: House) -> list[TransmissionRow]:
    with house.parts.store.read() as tx:
        return tx.exchange.waiting(
            partner="acme",
            channel="edi",
            direction=Direction.IN,
            state=TransmissionState.RECEIVED,
            limit=100,
        )


def test_a_posted_paper_is_safe_first_then_read_and_its_sender_told(
    house: House, acme: Mill
) -> None:
    taken = send(acme, answer_to(house))
    assert taken.status_code == 202
    shown = ShownKept.model_validate(taken.json())
    assert taken.headers["location"] == shown.href == f"/v1/partner/documents/{shown.id}"

    before = ShownSent.model_validate(acme.ask("GET", shown.href).json())
    assert (before.state, before.documents, before.channel) == ("received", [], "edi")

    house.turn()
    after = ShownSent.model_validate(acme.ask("GET", shown.href).json())
    (paper,) = after.documents
    assert (after.state, paper.set, paper.state) == ("split", "855", DocumentState.APPLIED)
    assert paper.order == house.order().fulfillments[0].number
    assert house.word() == "Being prepared"


def test_the_same_key_and_body_is_the_same_delivery(house: House, acme: Mill) -> None:
    text = answer_to(house)
    first, second = send(acme, text), send(acme, text)
    assert first.content == second.content
    assert len(kept(house)) == 1
    house.turn()
    assert send(acme, text).content == first.content
    assert kept(house) == []


def test_the_same_key_with_another_body_is_refused_and_nothing_iskept(
    house: House, acme: Mill
) -> None:
    text = answer_to(house)
    assert send(acme, text).status_code == 202
    again = send(acme, text + "\n")
    assert (again.status_code, again.json()["type"]) == (
        422,
        "urn:hub:problem:idempotency-key-reused",
    )
    assert [row.size for row in kept(house)] == [len(text)]


def test_many_at_once_with_one_key_are_one_delivery(
    house: House, acme: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_AT_ONCE", 20)
    acme = replace(acme, app=build_door(house.parts))
    text = answer_to(house).encode()

    async def all_of_them() -> list[httpx.Response]:
        named = {"Idempotency-Key": "k-1"}
        return await asyncio.gather(*(acme.asked("POST", DOOR, text, named) for _ in range(8)))

    answers = asyncio.run(all_of_them())
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert len(kept(house)) == 1


def test_a_larger_paper_is_an_archive_object_with_every_byte(house: House, acme: Mill) -> None:
    body = bytes(range(256)) * 12_000
    assert send(acme, body).status_code == 202
    (row,) = kept(house)
    assert row.object_name is not None
    assert row.sha256 == hashlib.sha256(body).digest()
    with house.parts.store.read() as tx, tx.exchange.body(row.id) as stream:
        assert stream.read() == body
