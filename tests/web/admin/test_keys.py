"""API keys by page: made and shown once, good at the door, revoked."""

import re

import httpx
import pytest

from hub.access import PREFIX
from tests.web.admin.conftest import Office

KEYS = "/settings/keys"
SHOWN = re.compile(rf"<code>({PREFIX}\w+)</code>")


def _made(office: Office, **changed: str) -> str:
    fields = {"owner": "brand:juniper", "label": "the shop", "life": "30"} | changed
    assert office.post(KEYS, at=KEYS, **fields) == 200
    found = SHOWN.search(office.said)
    assert found
    return found[1]


def _asks(office: Office, key: str, path: str = "/v1/facts") -> int:
    browser = office.olu
    host, browser.host = browser.host, "api.localhost"
    answer: httpx.Response = browser.get(path, authorization=f"Bearer {key}")
    browser.host = host
    return answer.status_code


def test_a_key_is_shown_once_and_opens_the_api_of_its_owner_alone(each_office: Office) -> None:
    office = each_office
    key = _made(office)
    page = office.olu.get(KEYS).text
    assert key not in page and "the shop" in page
    assert _asks(office, key) == 200
    assert _asks(office, key, "/v1/partner/webhooks") in (403, 404)
    partner = _made(office, owner="partner:acme", label="their ERP", life="")
    assert _asks(office, partner) in (403, 404)
    assert _asks(office, partner, "/v1/partner/webhooks") == 200


def test_a_key_is_revoked_after_a_question_and_only_once(each_office: Office) -> None:
    office = each_office
    key = _made(office)
    with office.house.parts.store.read() as tx:
        [row] = tx.keys.page()
    path = f"{KEYS}/{row.id}"
    assert "Revoke the key" in office.olu.get(path).text
    assert office.post(path, at=path) == 303
    assert office.olu.get(f"{KEYS}").text.count(row.id) == 0
    assert "Revoked" in office.olu.get(f"{KEYS}?show=all").text
    assert _asks(office, key) == 401
    assert office.post(path, at=KEYS) == 404
    olu = office.person("olu@example.com").id
    record = office.recorded(row.id)
    assert sorted(who for who, _ in record) == [olu, olu]
    assert key not in str(record)


def test_a_key_ends_when_its_time_is_over(office: Office) -> None:
    key = _made(office)
    office.house.clock.on(days=31)
    assert _asks(office, key) == 401


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"owner": ""}, 422, "owner"),
        ({"owner": "brand:nothing"}, 422, "owner"),
        ({"owner": "partner:juniper"}, 422, "owner"),
        ({"label": " "}, 422, "label"),
        ({"label": "x" * 61}, 422, "label"),
        ({"life": "9999"}, 404, ""),
    ],
)
def test_no_key_comes_of_a_wrong_form(
    still_office: Office, changed: dict[str, str], status: int, field: str
) -> None:
    fields = {"owner": "brand:juniper", "label": "the shop", "life": "30"} | changed
    assert still_office.post(KEYS, at=KEYS, **fields) == status
    assert not field or f'href="#{field}"' in still_office.said
    assert not SHOWN.search(still_office.said)
    with still_office.house.parts.store.read() as tx:
        assert tx.keys.page() == []


def test_a_key_is_made_anew_and_the_old_one_goes_on_as_long_as_was_said(
    each_office: Office,
) -> None:
    office = each_office
    old = _made(office)
    with office.house.parts.store.read() as tx:
        [row] = tx.keys.page()
    path = f"{KEYS}/{row.id}"
    assert "Make another key" in office.olu.get(path).text
    assert office.post(f"{path}/rotate", at=path, overlap="9") == 404
    assert office.post(f"{path}/rotate", at=path, overlap="24") == 200
    found = SHOWN.search(office.said)
    assert found and found[1] != old
    assert _asks(office, old) == _asks(office, found[1]) == 200
    with office.house.parts.store.read() as tx:
        first, second = sorted(tx.keys.page(), key=lambda one: one.id != row.id)
    assert (second.brand, second.label) == (first.brand, first.label)
    assert second.expires_at and first.expires_at and first.expires_at < second.expires_at
    assert any("rotated" in str(body) for _, body in office.recorded(second.id))
    assert office.post(f"{path}/rotate", at=path, overlap="24") == 422  # a second click
    assert "rotated already" in office.said and f"{KEYS}/{second.id}" in office.said
    with office.house.parts.store.read() as tx:
        assert {one.id for one in tx.keys.page()} == {first.id, second.id}
    assert office.post(path, at=path) == 303
    assert office.post(f"{path}/rotate", at=KEYS, overlap="24") == 404
