"""What happened to one order, in sentences for those who filled it."""

from dataclasses import dataclass
from datetime import datetime

from hub.flow.partner_work import Work
from hub.flow.parts import Parts
from hub.flow.supplier_history import Happened, history
from portal.web.ground.words import Words

SENTENCES = {
    Happened.GIVEN: "The order came to you.",
    Happened.ASKED: "The customer asked for a change.",
    Happened.ANSWERED: "You answered it.",
    Happened.SHIPPED: "You told of a shipment.",
    Happened.CHANGE_ANSWERED: "You answered the change.",
    Happened.CORRECTED: "You corrected a tracking number.",
    Happened.SHIPMENT_UNDONE: "You took a shipment back.",
    Happened.ANSWER_UNDONE: "You took an answer back.",
    Happened.INVOICED: "You sent an invoice.",
    Happened.REFUSED: "What you said was not taken.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEvent:
    """One line of the story; `why` is what was wrong with it, in the hub's own words."""

    at: datetime
    sentence: str
    why: tuple[str, ...] = ()


def events(parts: Parts, work: Work, words: Words) -> tuple[ShownEvent, ...]:
    """Return what happened to an order, the newest first, in the viewer's language."""
    return tuple(
        ShownEvent(at=one.at, sentence=words.say(SENTENCES[one.what]), why=one.why)
        for one in history(parts, work)
    )
