from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.partners import load_brands
from hub.render import Letterhead, filled, mail
from hub.settings import read_pages

BRAND = load_brands(read_pages(Path(__file__).resolve().parents[3] / "portal" / "brands"))[
    "juniper"
]


def _head(to: str = "maya@example.com") -> Letterhead:
    return Letterhead(to=to, at=datetime(2026, 11, 20, 15, tzinfo=UTC), message_id="mail_1")


@given(st.text())
def test_nothing_that_is_filled_in_breaks_out_of_its_header(order: str):
    words = {"order": order, "now": order, "was": "x", "reason": order, "link": "https://x.example"}
    message = message_from_bytes(mail(BRAND, "moved", words, _head()), policy=default)
    assert message.get_all("To") == ["maya@example.com"]
    assert message["Bcc"] is None and len(message.get_all("Subject")) == 1
    assert message["From"] == "Juniper Home <care@juniper.example.com>"


def test_what_is_filled_in_is_not_filled_in_again():
    assert filled("{order} {code}", {"order": "{code}", "code": "1"}) == "{code} 1"


@pytest.mark.parametrize("to", ["", "a@b.example,c@d.example", "a@b\r\nBcc: c@d.example", "a@b@c"])
def test_a_recipient_that_is_not_one_address_is_refused(to: str):
    with pytest.raises(ValueError):
        mail(BRAND, "code", {"order": "1", "code": "2", "minutes": "15"}, _head(to))
