"""The language of Corner: what a person does at the portal's forms, written down as JSON."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.lab.asked import AskedChange, AskedLine, AskedOrder, Heard
from hub.lab.plain_voice import PlainVoice
from hub.lab.terms import Answered, Departure
from hub.lab.voice import Bill, Kind, Shelved

_NAMES = {Kind.RESPONSE: "answer", Kind.NOTICE: "ship", Kind.CHANGE_ANSWER: "change"}
_CARRIERS = {"UPSN": "ups", "FDEG": "fedex", "USPS": "usps"}
_BY_EXCEL = "9.4001E+21"  # what a spreadsheet makes of a long number


class CornerVoice(PlainVoice):
    """Speaks for a partner that owns no software; it sends no invoices and counts no shelf."""

    suffix = ".json"

    def __init__(self, articles: Sequence[Shelved]) -> None:
        self._skus = {word: one.sku for one in articles for word in one.products[1::2]}

    def whole(self, text: str) -> bool:
        """Return true: a page comes whole or not at all."""
        return True

    def read(self, text: str) -> Heard:
        """Return what one order, or one change, on a page says."""
        seen = json.loads(text)
        if "change" in seen:
            return Heard(changes=(_changed(seen),))
        lines = tuple(self._asked(line) for line in seen["lines"])
        return Heard(orders=(AskedOrder(number=seen["order"], day="", lines=lines),))

    def _asked(self, line: Mapping[str, Any]) -> AskedLine:
        products = tuple(str(word) for word in line["ids"])
        sku = next((self._skus[word] for word in products if word in self._skus), "")
        return AskedLine(
            number=line["line"],
            quantity=line["quantity"],
            unit="EA",
            cost="0",
            products=products,
            sku=sku,
        )

    def named(self, kind: Kind) -> str:
        """Return what the form is called."""
        return _NAMES.get(kind, "none")

    def response(
        self, order: AskedOrder, answers: Sequence[Answered], *, name: str, at: datetime
    ) -> str:
        """Return the one button for all of it, or line by line what becomes of it."""
        if all(one.accepted and not one.waiting and not one.refused for one in answers):
            return _written("confirm", order.number)
        lines = {one.line.number: _parted(one, at) for one in answers}
        return _written("answer", order.number, {"lines": lines})

    def notice(self, order: AskedOrder, departure: Departure, *, place: str, at: datetime) -> str:
        """Return the parcels with what is in them."""
        parcels = [
            {"tracking": box.tracking, "lines": {line.number: str(n) for line, n in box.lines}}
            for box in departure.boxes
        ]
        carrier = _CARRIERS[departure.carrier.scac]
        return _written("ship", order.number, {"parcels": parcels, "carrier": carrier})

    def invoice(self, order: AskedOrder, bill: Bill, *, at: datetime) -> str:
        """Say nothing: it writes its invoices by hand."""
        return ""

    def change_answer(self, change: AskedChange, *, yes: bool, at: datetime) -> str:
        """Return which of the two buttons."""
        words = {"change": change.words["name"], "answer": "stopped" if yes else "shipped"}
        return _written("change", change.order, words)

    def misprinted(self, kind: Kind, body: str) -> str:
        """Return the form with tracking numbers as a spreadsheet spoils them."""
        said = json.loads(body)
        for parcel in said.get("parcels", ()):
            parcel["tracking"] = _BY_EXCEL
        return json.dumps(said)

    def miscounted(self, kind: Kind, text: str) -> str:
        """Return the form with more pieces than were asked for."""
        said = json.loads(text)
        for parcel in said.get("parcels", ()):
            parcel["lines"] = dict.fromkeys(parcel["lines"], "9999")
        for counts in said.get("lines", {}).values():
            counts["accept"] = "9999"
        return json.dumps(said)


def _written(do: str, order: str, more: Mapping[str, object] | None = None) -> str:
    return json.dumps({"do": do, "order": order, **(more or {})}, sort_keys=True)


def _parted(one: Answered, at: datetime) -> dict[str, str]:
    """The fields of a line of the answer's form, by the first part of their names."""
    fields = {"accept": str(one.accepted or "")}
    if one.waiting:
        fields["backorder"] = str(one.waiting)
        fields["date"] = f"{at + timedelta(days=one.days):%Y-%m-%d}"
    if one.refused:
        fields["reject"], fields["reason"] = str(one.refused), "no_stock"
    return fields


def _changed(seen: Mapping[str, Any]) -> AskedChange:
    return AskedChange(
        order=seen["order"],
        whole=seen["whole"],
        stands=seen["stands"],
        words={"name": seen["change"]},
    )
