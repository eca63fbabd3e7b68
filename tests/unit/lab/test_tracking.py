import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.lab.tracking import CARRIERS, FEDEX, UPS, USPS, check_digit, fedex, tracking, ups

LENGTHS = {UPS: 18, FEDEX: 12, USPS: 22}


def test_check_digits_are_those_of_numbers_known_from_print() -> None:
    assert ups("999AA1012345678") == "1Z999AA10123456784"
    assert fedex("98657878885") == "986578788855"
    assert check_digit("03600029145") == "2"
    assert check_digit("01234567890") == "5"


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.scac)
@given(serial=st.integers(0, 9_999_999))
def test_numbers_have_the_carriers_length_and_differ_by_serial(carrier, serial: int) -> None:
    number = tracking(carrier, serial)
    assert len(number) == LENGTHS[carrier]
    assert number.isalnum()
    assert number != tracking(carrier, (serial + 1) % 10_000_000)
