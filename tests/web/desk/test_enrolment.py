"""The second factor is set up at the first sign-in; a slip of the finger does not undo it."""

import re

import pyotp

from hub.access import Role
from hub.flow import accounts
from tests.web.clerk.rig import HOST, PASSWORD, Office, office
from tests.web.portal.rig import Browser, seal_of

__all__ = ["office"]
KEY = re.compile(r'<p class="hint[^>]*>.*?<code>([A-Z2-7 ]+)</code>', re.DOTALL)


def test_a_mistyped_code_and_a_reloaded_page_keep_the_key_that_was_scanned(office: Office) -> None:
    invited = accounts.invite_by_link(
        office.house.parts,
        email="kim@hub.example.com",
        name="Kim Duarte",
        role=Role.CLERK,
        brands=(),
        who="test",
    )
    browser = Browser(app=office.app, host=HOST, address="127.0.0.1")
    path = "/l/" + invited.url.rpartition("/")[2]
    browser.post(path, {"seal": seal_of(browser.get(path).text), "password": PASSWORD})
    page = browser.get("/second-factor").text
    scanned = _key(page)
    right = pyotp.TOTP(scanned.replace(" ", "")).at(int(office.house.clock.time.timestamp()))
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    refused = browser.post("/second-factor", {"seal": seal_of(page), "code": wrong})
    assert refused.status_code == 422 and "does not fit" in refused.text
    assert _key(refused.text) == scanned
    again = browser.get("/second-factor").text
    assert _key(again) == scanned
    taken = browser.post("/second-factor", {"seal": seal_of(again), "code": right})
    assert taken.status_code == 200 and scanned not in taken.text


def _key(page: str) -> str:
    found = KEY.search(page)
    assert found, page
    return found[1]
