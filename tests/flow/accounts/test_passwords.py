"""What may be a password, and what keeping one costs."""

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.flow import accounts_passwords as passwords


@pytest.mark.parametrize(
    "good", ["aaaaaaab", "a long walk by the sea", "日本語の言葉です", "x" * 256, "        9"]
)
def test_which_signs_a_password_has_does_not_count(good: str) -> None:
    assert passwords.problems(good, email="kim@example.com", name="Kim") == []


@pytest.mark.parametrize(
    ("poor", "said"),
    [
        ("", passwords.TOO_SHORT),
        ("1234567", passwords.TOO_SHORT),
        ("x" * 257, passwords.TOO_LONG),
        ("password", passwords.TOO_COMMON),
        ("PassWord", passwords.TOO_COMMON),
        ("ｐａｓｓｗｏｒｄ", passwords.TOO_COMMON),
        ("qwertyuiop", passwords.TOO_COMMON),
        ("Kimberley@example.com", passwords.TOO_NEAR),
        ("kimberley", passwords.TOO_NEAR),
        ("Kimberley Jones", passwords.TOO_NEAR),
    ],
)
def test_what_is_tried_first_is_no_password(poor: str, said: str) -> None:
    found = passwords.problems(poor, email="kimberley@example.com", name="Kimberley Jones")
    assert said in found


def test_a_password_is_kept_by_argon2id_at_full_cost() -> None:
    passwords._nobodys.cache_clear()
    kept = passwords.hashed("a long walk by the sea")
    costs = extract_parameters(kept)
    assert costs.type is Type.ID
    assert (costs.memory_cost, costs.time_cost, costs.parallelism) == (65536, 3, 4)
    assert extract_parameters(passwords._nobodys()) == costs
    assert passwords.fits(kept, "a long walk by the sea")
    assert not passwords.is_old(kept)
    assert not passwords.fits("", "")


def test_both_ways_to_type_an_accent_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(1, 8, 1))
    assert passwords.fits(passwords.hashed("cafe\u0301 au lait"), "café au lait")
    passwords._nobodys.cache_clear()


@settings(max_examples=60)
@given(typed=st.text(max_size=300))
def test_no_text_breaks_the_rules(typed: str) -> None:
    found = passwords.problems(typed, email="kim@example.com", name="Kim")
    assert len(found) == len(set(found))
