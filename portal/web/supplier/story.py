"""What happened to one order, in sentences for those who filled it: who of them said what."""

from dataclasses import dataclass
from datetime import datetime

from hub.flow import accounts
from hub.flow.partner_work import Work
from hub.flow.parts import Parts
from hub.flow.supplier_history import Event, Happened, history
from hub.ops.desk.moments import account_of
from hub.ops.fact_words import said_of_part
from portal.web.ground.porch import Visit

SENTENCES = {
    Happened.GIVEN: "The order came to you.",
    Happened.ASKED: "The customer asked for a change.",
    Happened.ASKED_BY_US: "You were asked whether others may send a part of it.",
    Happened.ANSWERED: "You answered it.",
    Happened.SHIPPED: "You told of a shipment.",
    Happened.CHANGE_ANSWERED: "You answered the change.",
    Happened.CORRECTED: "You corrected a tracking number.",
    Happened.SHIPMENT_UNDONE: "You took a shipment back.",
    Happened.ANSWER_UNDONE: "You took an answer back.",
    Happened.INVOICED: "You sent an invoice.",
    Happened.REFUSED: "What you said was not taken.",
}
OF_OTHERS = {
    Happened.ANSWERED: "%(who)s answered it.",
    Happened.SHIPPED: "%(who)s told of a shipment.",
    Happened.CHANGE_ANSWERED: "%(who)s answered the change.",
    Happened.CORRECTED: "%(who)s corrected a tracking number.",
    Happened.SHIPMENT_UNDONE: "%(who)s took a shipment back.",
    Happened.ANSWER_UNDONE: "%(who)s took an answer back.",
    Happened.INVOICED: "%(who)s sent an invoice.",
    Happened.REFUSED: "What %(who)s said was not taken.",
}
"""The same of a colleague, and of the partner's own program."""
_PROGRAM = "Your program"
_KEY = "key:"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEvent:
    """One line of the story: what was said, and what was wrong with it, in the hub's own words."""

    at: datetime
    sentence: str
    said: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


def events(parts: Parts, work: Work, visit: Visit) -> tuple[ShownEvent, ...]:
    """Return what happened to an order, the newest first, in the viewer's language.

    Names are those of the partner's own people; of nobody else's.
    """
    people = {one.id: one.name for one in accounts.listed(parts, partner=visit.partner)}
    said = said_of_part(parts, work.order, work.part.id)
    return tuple(
        ShownEvent(
            at=one.at,
            sentence=_sentence(one, people.get(account_of(one.who), ""), visit),
            said=said.get(one.document_id, ()),
            why=one.why,
        )
        for one in history(parts, work)
    )


def _sentence(event: Event, name: str, visit: Visit) -> str:
    mine = account_of(event.who) == visit.account.id
    if event.who.startswith(_KEY) and event.what is Happened.REFUSED:
        return visit.words.say("What your program said was not taken.")  # it stands within
    who = visit.words.say(_PROGRAM) if event.who.startswith(_KEY) else name
    if mine or not who or event.what not in OF_OTHERS:
        return visit.words.say(SENTENCES[event.what])
    return visit.words.say(OF_OTHERS[event.what], {"who": who})
