"""What the pages of the reference are made of, wherever they are shown."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.domain.meanings import TITLES
from hub.domain.webhook_examples import Example, brand_examples, partner_examples
from hub.domain.webhooks import (
    GIVEN_UP_AFTER,
    LONGEST_BATCH,
    LONGEST_WAIT,
    MOST_IN_BATCH,
    SCHEDULE,
    SECRET_PREFIX,
    trial,
)
from hub.flow.webhook_turns import signed
from hub.flow.webhooks import CALL, MOST_TESTS
from hub.ops.codes import Catalogue
from hub.store import Picked
from portal.web.ground.words import Words
from portal.web.reference.described import described, grouped
from portal.web.reference.verify import TOLERANCE

Document = Callable[[], Mapping[str, Any]]
"""The API's own description, an OpenAPI document; empty where there is none."""

SAMPLE_SECRET = SECRET_PREFIX + "YW4gZXhhbXBsZSwgbmV2ZXIgYSByZWFsIHNlY3JldCE="
_SAMPLE_KEY = b"an example, never a real secret!"
_SENT_AT = datetime(2026, 11, 23, 14, 5, 10, tzinfo=UTC)
_UNITS = ((3_600, "h"), (60, "min"), (1, "s"))
_DAY = timedelta(days=1)
_OF_X12 = re.compile(r"x12-([a-z]{2,3}[0-9]{3})-(.+)")


class Pages:
    """The words of every page; `document` is asked anew for each."""

    def __init__(self, document: Document, codes: Catalogue) -> None:
        self._document = document
        self._codes = codes
        self._code = Path(__file__).with_name("verify.py").read_text()

    def index(self, said: Words) -> Mapping[str, object]:
        """Return what can be asked, by group."""
        document = self._document()
        return {
            "about": document.get("info", {}),
            "groups": [(said.say(name), rows) for name, rows in grouped(document)],
        }

    def one(self, operation: str) -> Mapping[str, object]:
        """Return one operation; KeyError when there is none of that name."""
        return {"found": described(self._document(), operation)}

    def errors(self) -> Mapping[str, object]:
        """Return every error code, by where it is met first."""
        return {"groups": [(met, TITLES[met], rows) for met, rows in self._codes.grouped()]}

    def error(self, code: str) -> Mapping[str, object]:
        """Return one error code; KeyError when there is none of that name."""
        found = self._codes.find(code)
        if found is None:
            raise KeyError(code)
        return {
            "code": code,
            "found": found,
            "met": [(met, TITLES[met]) for met in found.met],
            "quoted": _quoted(code),
        }

    def download(self) -> bytes:
        """Return the document itself."""
        return json.dumps(self._document(), ensure_ascii=False).encode()

    def webhooks(self) -> Mapping[str, object]:
        """Return how webhooks are verified and tried again, and every event with an example."""
        sample = brand_examples()[0]
        picked = Picked(id="msg_01a206d2b26e8474de28", position=48_213, tries=1, body=sample.body)
        return {
            "code": self._code,
            "secret": SAMPLE_SECRET,
            "headers": signed(picked, [_SAMPLE_KEY], at=_SENT_AT),
            "body": sample.body,
            "tolerance": shortly(timedelta(seconds=TOLERANCE)),
            "waits": [shortly(wait) for wait in SCHEDULE[1:]],
            "all_tries": len(SCHEDULE),
            "in_all": f"{CALL.total_seconds:g} s",
            "longest_wait": shortly(LONGEST_WAIT),
            "given_up": shortly(GIVEN_UP_AFTER),
            "most_in_batch": MOST_IN_BATCH,
            "longest_batch": shortly(timedelta(seconds=LONGEST_BATCH)),
            "most_tests": MOST_TESTS,
            "trial": trial("wh_0190f1d2c3a4b5c6d7e8f90101", message_id="msg_1", at=_SENT_AT).body,
            "kinds": [
                ("brand", "A brand is told", _shown(brand_examples())),
                ("partner", "A partner is told", _shown(partner_examples())),
            ],
        }


def _quoted(code: str) -> str:
    """Return the element and value that an X12 code stands for: `AK304 = 3`; "" for others."""
    found = _OF_X12.fullmatch(code)
    return f"{found[1].upper()} = {found[2]}" if found else ""


def shortly(time: timedelta) -> str:
    """Return a span in its largest whole unit: `5 min`; a day is still 24 hours."""
    if time > _DAY and time % _DAY == timedelta(0):
        return f"{time // _DAY} days"
    seconds = int(time.total_seconds())
    size, unit = next(each for each in _UNITS if seconds % each[0] == 0)
    return f"{seconds // size} {unit}"


def _shown(examples: list[Example]) -> list[tuple[str, str, str]]:
    """Each event's type, meaning and body, indented for those who read it."""
    return [
        (one.type, one.about, json.dumps(one.payload, indent=2, ensure_ascii=False))
        for one in examples
    ]
