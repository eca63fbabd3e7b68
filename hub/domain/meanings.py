"""What the codes of errors mean: what is kept of each for those who look it up.

What is here: the form of an entry, where codes are met and what may be done. The entries stand with
those who give the codes: a format has its own, all others are in `hub.ops.codes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FAMILY = "*"
"""The end of an entry's code that stands for many: what follows is told by the other side."""


class Met(StrEnum):
    """Where a code is met; the value is the anchor of its group."""

    X12 = "x12"
    XML = "xml"
    JSON = "json"
    TABLE = "tables"
    MAP = "maps"
    RULE = "orders"
    API = "api"
    UPLOAD = "uploads"
    SETTING = "settings"
    WIRE = "connections"


TITLES: Mapping[Met, str] = {
    Met.X12: "Papers in X12",
    Met.XML: "Papers in XML and cXML",
    Met.JSON: "Papers in JSON",
    Met.TABLE: "Tables: CSV and Excel",
    Met.MAP: "Maps of a partner's page",
    Met.RULE: "Orders, shipments, stock and invoices",
    Met.API: "Requests to the API",
    Met.UPLOAD: "Forms and uploads of suppliers",
    Met.SETTING: "Settings and what people enter",
    Met.WIRE: "Connections",
}
"""What each is called in words."""


class Do(StrEnum):
    """What to do about a code, in one sentence."""

    PAPER = "Correct it and send the paper again."
    FILE = "Correct the file and send it again."
    SMALLER = (
        "Send less in one file, or have the limit raised in the channel's profile if that is right."
    )
    PAGE = "Correct the partner's page or the map, then run the paper again."
    OURS = "Correct the order or the map; the paper is written anew when it is run again."
    WARNED = (
        "Nothing has to be done for this paper; correct it at the source, as something was lost or "
        "read another way."
    )
    XLSX = "Save the table as a new Excel workbook (.xlsx) or as CSV UTF-8 and send it again."
    ASTEXT = "Format the column as Text, put the number in again and send the file again."
    ROW = "Correct the row and send the table again; the other rows count."
    UPLOAD = "Correct the row in the file or in the page, then upload it again."
    LOOK = "Look at the row before you confirm the upload; correct it if it is wrong."
    AGREE = "Find out which of the two is right, and send or enter the correction."
    NUMBER = "Check the number and send the paper again with the right one."
    PARCEL = (
        "Put the paper aside if it is the same parcel; if it holds more, have the first notice "
        "replaced (purpose 05)."
    )
    REPLACE = "Send a replacement (purpose 05), or send it under a new number."
    ASK = "Find out what is meant and put it right by hand."
    NAMES = "Say what the name means, or correct the catalogue; then run the paper again."
    INVOICE = "Settle the difference with the partner; it corrects the invoice, or you accept it."
    FIELD = "Correct the field that the answer names and send the request again."
    ERRORS = "Correct every place that the answer lists under errors and send the request again."
    PATH = "Check the number or name in the path."
    KEY = "Use a key that may do this, or ask whoever runs the hub for one."
    WAIT = "Wait the seconds that Retry-After names, then send the same request again."
    AGAIN = "Send the same request again with the same Idempotency-Key."
    NEWKEY = "Use a new Idempotency-Key for another content, or send the same content again."
    OPERATOR = "Ask whoever runs the hub to put it right in the configuration."
    FAULT = "Report it with the words that stand beside it; run it again after an upgrade."
    RELOAD = "Open the page again and see what stands there before you go on."
    ENTER = "Enter it as the page asks for it."
    NOTHING = "Nothing has to be done unless it comes often; then ask the partner."
    WEBHOOK = "Correct the address or answer of your endpoint, then ask for the message again."
    FIRST = "Correct those that are listed first; the others show up after that."
    ENVELOPE = "The sender corrects the envelope and sends the whole interchange again."
    GROUP = "The sender corrects the group and sends it again."
    SET = "The sender corrects the paper and sends it again."
    CHANNEL = "Ask what was sent, or choose the right format for the channel."
    NEWFILE = "Put the row into a new file and upload that."
    ALLOWED = "Use a key that may do this, or one of the values that the answer names."
    ROTATION = "End the older secrets first, by a rotation with an overlap of 0."
    LATER = "Try it again a little later."
    REFERENCE = "Look into the reference of the API for what can be asked here and how."
    MAIL = "Check the address of the mail and the settings of the mail server."
    ANSWER = "Read what the other side answered; correct the paper or settle it with them."
    LEVELS = "Look whether the drop is right, then let the report count or refuse it."
    FEWER = "Lower the number to what is taken or open, and send it again."
    ONCE = "Say it once and send it again."
    CORRECT = "Correct it and send it again."
    STANDS = "It stays as it is; there is nothing to correct."


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One code: where it is met, what it means and what to do, each in one sentence."""

    code: str
    met: tuple[Met, ...]
    means: str
    do: Do


def meanings(*met: Met, of: Mapping[str, tuple[str, Do]]) -> tuple[Meaning, ...]:
    """Return the entries of codes that are all met at the same places."""
    return tuple(
        Meaning(code=code, met=met, means=means, do=do) for code, (means, do) in of.items()
    )
