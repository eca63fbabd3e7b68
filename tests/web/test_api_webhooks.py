"""Both webhook doors: an owner's endpoints and nobody else's; secrets once; good addresses only."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from hub import access
from hub.api import build
from hub.api.webhooks_shown import (
    ShownDeadList,
    ShownReplayed,
    ShownTrial,
    ShownWebhook,
    ShownWebhookMade,
    ShownWebhooks,
)
from hub.domain.webhooks import BRAND_TYPES, PARTNER_TYPES
from hub.flow.parts import Parts
from hub.transports import Limits
from hub.transports.http import Net
from hub.transports.http import refusal as real_refusal
from tests.rigs.houses import House
from tests.rigs.rehoused import furnished, rehoused
from tests.rigs.stores import open_store
from tests.web.conftest import Shop, Ticks, list_demo_skus, seal, simple

PATH, PARTNERS = "/v1/webhooks", "/v1/partner/webhooks"
__all__ = ["furnished"]
NAMES = {"inside.example.com": ["10.0.0.7"], "both.example.com": ["93.184.216.34", "127.0.0.1"]}


def _looked_up(parts: Parts) -> Parts:
    """Judge addresses for real, with names that stand for what the test says."""
    net = Net(look_up=lambda host, port: NAMES.get(host, ["93.184.216.34"]))

    def refusal(url: str, *, limits: Limits) -> str:
        return real_refusal(url, limits=limits, net=net)

    return replace(parts, wires={**parts.wires, "http": SimpleNamespace(refusal=refusal)})


@pytest.fixture
def house(furnished: House, tmp_path: Path) -> Iterator[House]:
    """SQLite: the door knows no store, and webhooks are tested on both elsewhere."""
    store = open_store("sqlite", tmp_path, "")
    yield rehoused(furnished, store)
    store.close()


@pytest.fixture
def app(house: House, ticks: Ticks) -> Iterator[FastAPI]:
    """The REST door; names of the net are those of the test."""
    house.parts = _looked_up(house.parts)
    list_demo_skus(house)
    yield build(house.parts, seconds=ticks)


@pytest.fixture
def acme(app: FastAPI, house: House) -> Shop:
    """Acme with a key of its own."""
    return _partner(app, house, "acme")


@pytest.fixture
def mill(app: FastAPI, house: House) -> Shop:
    """Mill with a key of its own."""
    return _partner(app, house, "mill")


def _partner(app: FastAPI, house: House, name: str) -> Shop:
    key_id, key, digest = access.new_key(lambda size: (name * size).encode()[:size])
    at = house.parts.now()
    house.parts.store.write(
        lambda tx: tx.keys.add(
            key_id=key_id, brand="", partner=name, label="", secret_hash=digest, at=at
        )
    )
    return Shop(app=app, key=key, key_id=key_id)


def _post(shop: Shop, path: str, body: object = None) -> httpx.Response:
    content = b"" if body is None else json.dumps(body).encode()
    return shop.ask("POST", path, content=content)


def _register(shop: Shop, host: str = "hooks", *, path: str = PATH, **more: object) -> dict:
    answer = _post(shop, path, {"url": f"https://{host}.example.com/h", **more})
    assert answer.status_code == 201, answer.text
    ShownWebhookMade.model_validate_json(answer.content)
    assert answer.headers["location"] == f"{path}/{answer.json()['id']}"
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


def test_a_secret_is_shown_once_where_it_is_made(juniper: Shop) -> None:
    made = _register(juniper, types=["order.shipped"], batch={"events": 10, "seconds": 30})
    assert made["secret"].startswith("whsec_")
    listed = juniper.get(PATH)
    ShownWebhooks.model_validate_json(listed.content)
    read = juniper.get(f"{PATH}/{made['id']}")
    ShownWebhook.model_validate_json(read.content)
    assert listed.json() == {"webhooks": [read.json()], "types": list(BRAND_TYPES)}
    assert made == {**read.json(), "secret": made["secret"]}
    assert made["batch"] == {"events": 10, "seconds": 30}
    rotated = _post(juniper, f"{PATH}/{made['id']}/secrets", {"overlap_hours": 2})
    assert rotated.status_code == 201
    fresh = ShownWebhookMade.model_validate_json(rotated.content)
    assert fresh.secret != made["secret"]
    assert [one.ends_at is None for one in fresh.secrets].count(True) == 1
    assert len(fresh.secrets) == 2
    for answer in (juniper.get(PATH), juniper.get(f"{PATH}/{made['id']}")):
        assert made["secret"] not in answer.text
        assert fresh.secret not in answer.text


def test_a_partner_has_endpoints_of_its_own(acme: Shop, mill: Shop, juniper: Shop) -> None:
    mine = _register(acme, path=PARTNERS, types=["purchase_order.offered"])
    assert acme.get(PARTNERS).json()["types"] == list(PARTNER_TYPES)
    assert acme.get(f"{PARTNERS}/{mine['id']}").status_code == 200
    assert mill.get(PARTNERS).json()["webhooks"] == []
    assert juniper.get(PATH).json()["webhooks"] == []
    assert _post(acme, PARTNERS, {"url": "https://a.example.com", "types": ["order.placed"]})
    assert acme.get(PATH).status_code == 403
    assert juniper.get(PARTNERS).status_code == 403


def test_another_owners_endpoint_answers_like_one_that_is_not_there(
    juniper: Shop, harbor: Shop, acme: Shop, mill: Shop
) -> None:
    for path, owner, other in ((PATH, juniper, harbor), (PARTNERS, acme, mill)):
        one = f"{path}/{_register(owner, path=path)['id']}"
        none = f"{path}/wh_none"
        asks = (
            ("GET", "", None),
            ("DELETE", "", None),
            ("GET", "/dead", None),
            ("POST", "/secrets", {}),
            ("POST", "/resumptions", None),
            ("POST", "/tests", None),
            ("POST", "/replays", {"dead": True}),
            ("POST", "/replays", {"after": 0}),
        )
        for method, rest, body in asks:
            content = None if body is None else json.dumps(body).encode()
            foreign = other.ask(method, one + rest, content=content)
            missing = other.ask(method, none + rest, content=content)
            assert (foreign.status_code, missing.status_code) == (404, 404)
            assert foreign.content == missing.content
        assert owner.get(one).status_code == 200


ODD = [
    "http://hooks.example.com/h",
    "https://127.0.0.1/h",
    "https://127.1/h",
    "https://2130706433/h",
    "https://0x7f.1/h",
    "https://0177.0.0.1/h",
    "https://[::1]/h",
    "https://[::ffff:127.0.0.1]/h",
    "https://[64:ff9b::7f00:1]/h",
    "https://[2002:7f00:1::]/h",
    "https://169.254.169.254/latest",
    "https://192.0.0.192/h",
    "https://10.1.2.3/h",
    "https://100.64.0.1/h",
    "https://224.0.0.1/h",
    "https://inside.example.com/h",
    "https://both.example.com/h",
    "https://user:word@hooks.example.com/h",
    "https://hooks.example.com/h#part",
    "gopher://hooks.example.com/h",
    "file:///etc/passwd",
    "hooks.example.com",
    "https://",
    "https://hooks.example.com\\@inside.example.com/",
]


def test_private_and_odd_addresses_are_refused_when_they_are_registered(juniper: Shop) -> None:
    for url in ODD:
        answer = _post(juniper, PATH, {"url": url})
        assert answer.status_code == 422, url
        assert [one["pointer"] for one in answer.json()["errors"]] == ["/url"]
    assert juniper.get(PATH).json()["webhooks"] == []


def test_everything_wrong_with_an_endpoint_is_named_at_once(juniper: Shop) -> None:
    wrong = {"url": "https://10.0.0.1/", "types": ["order.placed", "order.plced", "batch"]}
    answer = _post(juniper, PATH, wrong)
    assert answer.status_code == 422
    pointers = [one["pointer"] for one in answer.json()["errors"]]
    assert pointers == ["/url", "/types/1", "/types/2"]


FORMS = [
    (b"{", 400),
    (b"[]", 422),
    (b"{}", 422),
    (b'{"url":"https://a.example.com/","brand":"harbor"}', 422),
    (b'{"url":"https://a.example.com/","url":"https://b.example.com/"}', 422),
    (b'{"url":7}', 422),
    (b'{"url":"https://a.example.com/","batch":{"events":1}}', 422),
    (b'{"url":"https://a.example.com/","batch":{"events":101}}', 422),
    (b'{"url":"https://a.example.com/","after":-1}', 422),
    (b'{"url":"https://a.example.com/","after":"3"}', 422),
    (b'{"url":"https://a.example.com/' + b"a" * 70_000 + b'"}', 413),
]


def test_a_body_of_another_form_is_refused(juniper: Shop) -> None:
    for body, status in FORMS:
        assert juniper.ask("POST", PATH, content=body).status_code == status, body[:90]


def test_a_url_is_registered_once_and_there_is_an_end_to_endpoints(juniper: Shop) -> None:
    made = _register(juniper)
    again = _post(juniper, PATH, {"url": made["url"]})
    assert (again.status_code, again.json()["type"]) == (409, "urn:hub:problem:url-taken")
    assert made["id"] in again.json()["detail"]
    for n in range(19):
        _register(juniper, f"h{n}")
    many = _post(juniper, PATH, {"url": "https://more.example.com/"})
    assert (many.status_code, many.json()["type"]) == (409, "urn:hub:problem:too-many")
    assert juniper.ask("DELETE", f"{PATH}/{made['id']}").status_code == 204
    assert juniper.get(f"{PATH}/{made['id']}").status_code == 404
    _register(juniper, "more")


def test_secrets_that_sign_at_once_are_few(juniper: Shop) -> None:
    one = f"{PATH}/{_register(juniper)['id']}/secrets"
    codes = [_post(juniper, one, {}).status_code for _ in range(4)]
    assert codes == [201, 201, 201, 409]
    ended = _post(juniper, one, {"overlap_hours": 0})
    assert ended.status_code == 201
    assert len(ended.json()["secrets"]) == 1
    assert _post(juniper, one, {"overlap_hours": 169}).status_code == 422


def test_replays_and_tests_are_taken_and_the_dead_list_is_shown(
    juniper: Shop, house: House
) -> None:
    made = _register(juniper)
    juniper.post(simple())
    seal(house)
    one = f"{PATH}/{made['id']}"
    trial = _post(juniper, f"{one}/tests")
    assert trial.status_code == 202
    ShownTrial.model_validate_json(trial.content)
    dead = juniper.get(f"{one}/dead")
    ShownDeadList.model_validate_json(dead.content)
    assert dead.json() == {"dead": []}
    for body, status in (
        ({"after": 0}, 202),
        ({"after": 99}, 409),
        ({"dead": True}, 202),
        ({"dead": False}, 422),
        ({}, 422),
        ({"dead": True, "after": 0}, 422),
        ({"messages": []}, 422),
        ({"messages": ["msg_0"]}, 404),
        ({"messages": ["\u0000"]}, 422),
    ):
        answer = _post(juniper, f"{one}/replays", body)
        assert answer.status_code == status, body
        if status == 202:
            ShownReplayed.model_validate_json(answer.content)
    assert _post(juniper, f"{one}/resumptions").json()["ended"] == ""


def test_nobody_without_a_key_and_nothing_beside_what_there_is(
    stranger: Shop, juniper: Shop
) -> None:
    for path in (PATH, PARTNERS, f"{PATH}/wh_1", f"{PATH}/wh_1/dead"):
        assert stranger.get(path).status_code == 401
    assert juniper.get(f"{PATH}?brand=harbor").status_code == 422
    assert juniper.ask("PUT", PATH).status_code == 405
    assert juniper.get(f"{PATH}/%00").status_code == 404


def _once(shop: Shop, key: str, host: str, *, path: str = PATH) -> httpx.Response:
    body = json.dumps({"url": f"https://{host}.example.com/h"}).encode()
    return shop.ask("POST", path, content=body, headers={"Idempotency-Key": key})


def test_a_registration_that_comes_again_with_its_key_is_answered_as_before_secret_and_all(
    juniper: Shop, harbor: Shop, acme: Shop
) -> None:
    for path, owner in ((PATH, juniper), (PARTNERS, acme)):
        first, again = _once(owner, "k1", "a", path=path), _once(owner, "k1", "a", path=path)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.content == again.content
        assert first.json()["secret"].startswith("whsec_")
        assert first.headers["location"] == again.headers["location"]
        assert len(owner.get(path).json()["webhooks"]) == 1
        other = _once(owner, "k1", "b", path=path)
        assert other.status_code == 422
        assert other.json()["type"] == "urn:hub:problem:idempotency-key-reused"
        assert _once(owner, "k2", "b", path=path).status_code == 201
    assert _once(harbor, "k1", "b").status_code == 201  # keys are each owner's own
    assert _once(juniper, "k" * 999, "c").status_code == 400


def test_an_answer_that_was_lost_comes_again_though_the_name_stands_for_another_address_now(
    juniper: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _once(juniper, "k1", "a")
    monkeypatch.setitem(NAMES, "a.example.com", ["10.0.0.7"])
    assert _once(juniper, "k1", "a").content == first.content
    assert _once(juniper, "k2", "a").status_code == 422


def test_of_a_name_that_is_not_public_nobody_is_told_more_than_that(
    juniper: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NAMES, "unknown.example.com", [])
    told = {
        _post(juniper, PATH, {"url": f"https://{host}.example.com/h"}).json()["errors"][0]["detail"]
        for host in ("inside", "both", "unknown")
    }
    assert len(told) == 1
    assert "10.0.0.7" not in told.pop()


def test_test_events_are_few_a_minute_for_each_endpoint(juniper: Shop, house: House) -> None:
    one, other = (f"{PATH}/{_register(juniper, host)['id']}/tests" for host in ("a", "b"))
    for _ in range(5):
        assert _post(juniper, one).status_code == 202
        house.clock.on(seconds=5)
    often = _post(juniper, one)
    assert (often.status_code, often.json()["type"]) == (429, "urn:hub:problem:too-often")
    assert often.headers["retry-after"] == "35"
    assert _post(juniper, other).status_code == 202
    house.clock.on(seconds=35)
    assert _post(juniper, one).status_code == 202
    assert _post(juniper, one).status_code == 429
    house.clock.on(hours=1)
    assert _post(juniper, one).status_code == 202
    with house.parts.store.read() as tx:
        kept = tx.webhooks.tests(one.split("/")[3], since=house.clock.time - timedelta(days=9))
    assert len(kept) == 1  # what no longer counts is gone
