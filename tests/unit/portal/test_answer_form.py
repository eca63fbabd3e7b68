"""The form by which a supplier answers in part: what is typed, and what that says."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.domain.orders import FulfillmentState
from portal.web.ground.words import Words
from portal.web.supplier.reading import Misread, answers
from portal.web.supplier.view import ShownLine, ShownPart

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
WORDS = Words(language="en", zone=ZoneInfo("UTC"), now=NOW)
OPEN = 5


def _part() -> ShownPart:
    line = ShownLine(
        number="1",
        sku="SKU-1",
        ids=(),
        description="Mug",
        personalization="",
        units_per_pack=1,
        ordered=OPEN,
        open=OPEN,
        due=OPEN,
        accepted=0,
        backordered=0,
        shipped=0,
        cancelled=0,
        rejected=0,
        said="",
    )
    return ShownPart(
        number="JUN-1001-1",
        customer_order="1001",
        buyer="Juniper",
        state=FulfillmentState.OPEN,
        state_word="New",
        tone="plain",
        created_at=NOW,
        ship_by=None,
        late=False,
        method="ground",
        carrier="",
        ship_to=(),
        place="",
        phone="",
        instructions="",
        gift=False,
        gift_message="",
        slip_message="",
        lines=(line,),
        asks=(),
        shipments=(),
        answer=None,
        actions=frozenset(),
    )


def _read(
    accept: str, backorder: str = "", reject: str = "", *, shown: int = OPEN
) -> dict[str, int] | list[str]:
    """What the form says by action, or the fields at which something is wrong."""
    fields = {"accept-1": accept, "backorder-1": backorder, "reject-1": reject}
    fields["open-1"] = str(shown)
    told = answers(_part(), {**fields, "date-1": "2026-12-01", "reason-1": "no_stock"}, WORDS)
    if isinstance(told, Misread):
        return [problem.field for problem in told.problems]
    actions: list[dict[str, Any]] = told[0]["actions"]
    return {one["action"]: one["quantity"] for one in actions}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("5",), {"accept": 5}),
        (("5", "2"), {"accept": 3, "backorder": 2}),
        (("5", "", "5"), {"reject": 5}),
        (("5", "2", "1"), {"accept": 2, "backorder": 2, "reject": 1}),
        (("2", "2"), {"accept": 2, "backorder": 2}),
        (("", "1"), {"backorder": 1}),
        (("0", "5"), {"backorder": 5}),
    ],
)
def test_what_is_said_of_the_rest_is_taken_off_what_the_form_presets(
    typed: tuple[str, ...], said: dict[str, int]
) -> None:
    assert _read(*typed) == said


@pytest.mark.parametrize("typed", [("5", "6"), ("4", "2"), ("6", "1"), ("5", "3", "3")])
def test_more_than_is_open_is_wrong_however_it_is_said(typed: tuple[str, ...]) -> None:
    assert _read(*typed) == ["accept-1"]


def test_nothing_is_taken_off_when_less_is_open_than_the_form_showed() -> None:
    """Eight were open and five are accepted, three refused; meanwhile three were cancelled."""
    assert _read("5", "", "3", shown=8) == ["accept-1"]
