"""Codes by time agree with RFC 6238 and with another implementation."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.flow.accounts_factors import code_at, matching_step, step_of

SECRETS = st.binary(min_size=20, max_size=20)
MOMENTS = st.integers(0, 2**34)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [  # RFC 6238, appendix B, SHA-1
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(b"12345678901234567890", seconds // 30, digits=8) == code


@settings(max_examples=60)
@given(secret=SECRETS, seconds=MOMENTS)
def test_codes_are_those_of_another_implementation(secret: bytes, seconds: int) -> None:
    theirs = TOTP(secret, 6, SHA1(), 30).generate(seconds).decode()
    assert code_at(secret, seconds // 30) == theirs


@settings(max_examples=60)
@given(secret=SECRETS, seconds=st.integers(90, 2**34), off=st.integers(-90, 90))
def test_a_code_is_taken_in_its_step_and_the_ones_beside_it(
    secret: bytes, seconds: int, off: int
) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    shown = code_at(secret, (seconds + off) // 30)
    near = [code_at(secret, step_of(now) + beside) for beside in (-1, 0, 1)]
    assert (matching_step(secret, shown, now=now) is not None) == (shown in near)


@settings(max_examples=60)
@given(secret=SECRETS, typed=st.text(max_size=12))
def test_no_text_breaks_the_comparison(secret: bytes, typed: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    matched = matching_step(secret, typed, now=now)
    assert (matched is None) or code_at(secret, matched) == typed
