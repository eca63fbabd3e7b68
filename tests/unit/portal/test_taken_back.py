"""What a customer reads of a shipment that was told by mistake, and never whose mistake it was."""

from zoneinfo import ZoneInfo

from hub.domain.facts import FactKind
from hub.render.words import unquoted
from portal.web.customer.timeline import TOLD, Teller


def _said(**body: object) -> str:
    teller = Teller(articles={"lin_1": "Mug"}, zone=ZoneInfo("UTC"), language="en")
    return unquoted(TOLD[FactKind.SHIPMENT_VOIDED]({"shipment": "shp_1", **body}, teller))


def test_a_shipment_taken_back_is_told_plainly() -> None:
    rows = [{"line": "lin_1", "quantity": 2}]
    assert _said(lines=rows, replaced=False) == (
        "The shipment was entered by mistake; still to be shipped: 2 × Mug."
    )
    assert _said(lines=[], replaced=False) == "The shipment was entered by mistake."


def test_a_corrected_shipment_is_told_as_one() -> None:
    assert "not right" in _said(lines=[], replaced=True)
