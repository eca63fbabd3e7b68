import hashlib
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access import ALLOWED, PREFIX, Action, Caller, Role, key_hash, may, new_key, sees


@given(seed=st.integers())
def test_a_new_key_is_found_by_its_hash_and_its_id_tells_nothing(seed):
    source = random.Random(seed)
    key_id, key, digest = new_key(source.randbytes)
    assert re.fullmatch(r"hub_live_[0-9A-Za-z]{33}", key)
    assert key_hash(key) == digest == hashlib.sha256(key.encode()).digest()
    assert re.fullmatch(r"key_[0-9A-Za-z]{13}", key_id)
    assert key_id.removeprefix("key_") not in key


def test_a_key_carries_at_least_128_random_bits():
    asked = []

    def counting(count):
        asked.append(count)
        return bytes(range(count))

    new_key(counting)
    assert max(asked) * 8 >= 128
    assert len(asked) == 2


@given(seed=st.integers(), position=st.integers(0, 32), letter=st.sampled_from("aZ09_ é"))
def test_a_mistyped_key_is_recognised_without_looking_it_up(seed, position, letter):
    key = new_key(random.Random(seed).randbytes)[1]
    place = len(PREFIX) + position
    mistyped = key[:place] + letter + key[place + 1 :]
    assert (key_hash(mistyped) is None) == (mistyped != key)


@given(presented=st.text())
def test_no_text_breaks_the_check(presented):
    assert key_hash(presented) is None
    assert key_hash(PREFIX + presented) is None


@pytest.mark.parametrize("action", Action)
def test_only_what_the_table_lists_is_allowed(action):
    for role in Role:
        caller = Caller(role=role, brand="juniper", key_id="key_1")
        assert may(caller, action) == (action in ALLOWED[role])
    assert may(Caller(role=Role.OPERATOR, brand="", key_id=""), action)


def test_an_api_client_places_and_reads_but_grants_nothing():
    shop = Caller(role=Role.API_CLIENT, brand="juniper", key_id="key_1")
    assert may(shop, Action.PLACE_ORDER)
    assert may(shop, Action.READ_FACTS)
    assert not may(shop, Action.GRANT_KEY)
    assert not may(shop, Action.READ_DOCUMENTS)


def test_another_brand_does_not_exist_for_a_caller():
    shop = Caller(role=Role.API_CLIENT, brand="juniper", key_id="key_1")
    stranger = Caller(role=Role.API_CLIENT, brand="", key_id="key_2")
    assert sees(shop, brand="juniper")
    assert not sees(shop, brand="harbor")
    assert not sees(stranger, brand="")
    assert sees(Caller(role=Role.OPERATOR, brand="", key_id=""), brand="harbor")
