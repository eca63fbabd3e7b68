"""Whose number it is, and where the public follows it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import carriers
from hub.lab import tracking

ROOT = Path(__file__).parents[3]
KNOWN = {
    "1Z999AA10123456784": "ups",
    "1z 999aa1 0123456784": "ups",
    "986578788855": "fedex",
    "EA473124829US": "usps",
    "3318810025": "dhl",
    "C10999911320231": "ontrac",
    "LX12345678": "lasership",
}


@pytest.mark.parametrize("number", KNOWN)
def test_a_carrier_is_known_by_the_form_of_its_number(number):
    assert carriers.carrier_of(number) == KNOWN[number]
    assert carriers.link("", number).startswith("https://")


@pytest.mark.parametrize("number", ["1Z999AA10123456785", "986578788856", "EA473124828US", "7"])
def test_a_wrong_check_digit_is_nobodys_number(number):
    assert carriers.carrier_of(number) == ""
    assert carriers.link("", number) is None


@given(st.sampled_from(tracking.CARRIERS), st.integers(0, 9_999_999))
def test_every_number_with_a_right_check_digit_is_known(carrier, serial):
    words = {"UPSN": "ups", "FDEG": "fedex", "USPS": "usps"}
    assert carriers.carrier_of(tracking.tracking(carrier, serial)) == words[carrier.scac]


def test_what_a_paper_names_is_believed():
    assert carriers.carrier_of("1Z999AA10123456785", named="DHL") == "dhl"  # nobody's number
    assert carriers.carrier_of("000", named="pigeon") == "pigeon"


@pytest.mark.parametrize(
    ("number", "named", "carrier"),
    [
        ("1Z999AA10123456784", "DHL", "ups"),
        ("9400111899223197428497", "ups", "usps"),
        ("EA473124829US", "fedex", "usps"),
        ("986578788855", "ups", "ups"),  # twelve digits may be anybody's
        ("3318810025", "old_dominion", "old_dominion"),
        ("9261290100130739674244", "fedex", "fedex"),  # the post may hand it over for others
    ],
)
def test_a_number_that_can_only_be_one_carriers_is_its_own(number, named, carrier):
    assert carriers.carrier_of(number, named=named) == carrier
    assert carriers.link(named, number) == carriers.link(carrier, number)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_link_is_always_https_on_a_carriers_own_host(named, number):
    found = carriers.link(named, number)
    hosts = ("ups.com", "usps.com", "fedex.com", "dhl.com", "ontrac.com", "odfl.com")
    if found is not None:
        assert found.startswith("https://")
        assert found.split("/")[2].endswith(hosts)
        assert not set(found) & set(" \"'<>\\\n")


def test_a_customer_reads_known_words_only():
    assert carriers.public("1Z999AA10123456784", named="ACME TRUCKS") == "ups"
    assert carriers.public("PRO-1", named="Acme Home Goods") == ""
    assert carriers.public("PRO-1", named="fedex") == "fedex"


def test_services_are_those_of_the_code_table():
    codes = (ROOT / "mappings/codes/services.yaml").read_text()
    words = {row.split(":")[1].strip() for row in codes.splitlines() if row.startswith("  ")}
    assert words == carriers.SERVICES


LOOKS = {
    ("1Z999AA10123456785", ""): "ups",
    ("1z 999aa1 0123456785", "fedex"): "ups",
    ("9400111899223197428498", ""): "usps",
    ("EA473124828US", ""): "usps",
    ("986578788856", "fedex"): "fedex",
    ("986578788856", ""): "",  # of digits alone, and nobody was named
    ("986578788856", "dhl"): "",
    ("1Z999AA10123456784", "ups"): "",
    ("1Z999AA1012345678", "ups"): "",  # another form
    ("LW-77", "ups"): "",
}


@pytest.mark.parametrize(("number", "named"), LOOKS)
def test_a_number_with_one_wrong_sign_looks_like_its_carriers(number, named):
    assert carriers.lookalike(number, named=named) == LOOKS[number, named]


def test_whose_it_is_but_for_a_wrong_sign_is_meant():
    assert carriers.meant("1Z999AA10123456785") == "ups"
    assert carriers.meant("1Z999AA10123456785", named="Local Wheels") == "local wheels"
    assert carriers.meant("986578788856") == ""
