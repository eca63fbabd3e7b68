"""What a mail of news says beside the order's number and link, drawn from its status document."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from hub.domain import carriers
from hub.partners import Brand
from hub.render import words

Document = Mapping[str, Any]


def moved(document: Document, brand: Brand) -> dict[str, str] | None:
    """Return the newest move of a day of arrival; None when none stands."""
    moves = [
        move
        for one in document.get("promises") or ()
        if one["kind"] == "deliver_by" and one["open"]
        for move in one["moves"]
    ]
    if not moves:
        return None
    newest = max(moves, key=lambda move: str(move["at"]))
    was, now = (words.day_of(newest[end], brand.clock) for end in ("from", "to"))
    if was is None or now is None:
        return None
    return {
        "was": words.day(was),
        "now": words.day(now),
        "reason": words.reason(newest["reason"], was=was, now=now),
    }


def shipped(document: Document, brand: Brand) -> dict[str, str] | None:
    """Return what is known of every parcel; None when there is none."""
    rows = [_parcel(parcel, document) for parcel in document["parcels"]]
    return {"parcels": "\n\n".join(rows)} if rows else None


def _parcel(parcel: Document, document: Document) -> str:
    articles = {
        line["line"]: words.plain(line["description"]) or line["sku"] for line in document["lines"]
    }
    goods = words.listed(
        [f"{line['quantity']} × {articles.get(line['line'], '')}" for line in parcel["lines"]]
    )
    tracking = str(parcel["tracking"] or "")
    carrier = carriers.carrier_of(tracking, named=str(parcel["carrier"] or ""))
    link = carriers.link(carrier, tracking)
    number = f"{carriers.name(carrier)} {tracking}" if link else tracking
    return "\n".join(row for row in (goods, number, link or "") if row)


NEWS: Mapping[str, Callable[[Document, Brand], dict[str, str] | None]] = MappingProxyType(
    {"moved": moved, "shipped": shipped}
)
