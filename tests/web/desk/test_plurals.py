"""Whatever is counted is said as one where there is one."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal.web.ground.templating import environment
from portal.web.ground.words import Words
from tests.web.desk.test_desk import Desk, desk

__all__ = ["desk"]

TEMPLATES = Path(__file__).resolve().parents[3] / "portal" / "templates"
_TILE = re.compile(r"<strong>\{\{ say\.number\([^\n]*?\) \}\}</strong> \{% trans %\}([^{]+)\{%")


def test_a_tile_counts_one_as_one(desk: Desk) -> None:
    desk.notice(sku="ODD-7")
    page = " ".join(re.sub(r"<[^>]+>", " ", desk.browser().get("/").text).split())
    assert re.search(r"\b1 cause of trouble\b", page), page
    assert not re.search(r"\b1 (causes|papers|answers|wait) ", page), page
    assert re.search(r"\b0 answers overdue\b", page)


@pytest.mark.parametrize(
    ("template", "count", "one", "two"),
    [
        ("outcomes.html", "cause.left", "Go on with the other one", "Go on with the other 2"),
        ("views.html", "marked.rest", "1 more byte follows.", "2 more bytes follow."),
    ],
)
def test_what_follows_is_counted_as_one_where_it_is_one(
    template: str, count: str, one: str, two: str
) -> None:
    text = (TEMPLATES / "desk" / template).read_text("utf-8")
    found = re.search(rf"\{{% trans num={re.escape(count)}.*?endtrans %\}}", text)
    assert found
    sentence, name = environment().from_string(found[0]), count.split(".")
    say = Words(language="en", zone=ZoneInfo("UTC"), now=datetime(2026, 11, 1, tzinfo=UTC))
    told = [sentence.render({"say": say, name[0]: {name[1]: number}}) for number in (1, 2)]
    assert told == [one, two]


def test_no_tile_says_a_noun_in_one_number_only() -> None:
    said = {
        words
        for path in TEMPLATES.rglob("*.html")
        for words in _TILE.findall(path.read_text("utf-8"))
    }
    assert said <= {"to confirm", "to ship", "late"}, "a count before a noun is said by ngettext"
