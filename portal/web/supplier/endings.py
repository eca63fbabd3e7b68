"""How a change ended that a supplier was asked for, in a sentence for who opens its link later."""

from collections.abc import Mapping

from hub.domain.change_settling import CUT_SHORT, PART, SHIPPED, SILENCE
from hub.domain.orders import Ask, ChangeState
from hub.flow.partner_work import Work
from portal.web.ground.words import Words

_YES = "It was answered with yes: what the customer asked for counts."
_NO = "It was answered with too late: the order goes on as it was."
_CONFIRMED: Mapping[str, str] = {
    PART: "A part of it was agreed to; the rest goes on as it was.",
    SILENCE: "No answer came in time, and that counts as a yes: what was asked for counts.",
}
_DECLINED: Mapping[str, str] = {
    SHIPPED: "It was shipped before there was an answer: that counts as too late.",
    SILENCE: "No answer came in time, and that counts as too late: the order goes on as it was.",
}


def ending(work: Work, words: Words) -> str:
    """Return how the newest change of a part ended; empty while one waits or where none was."""
    asks = [
        ask
        for change in work.order.changes
        for ask in change.asks
        if ask.fulfillment_id == work.part.id
    ]
    if not asks or any(ask.state is ChangeState.REQUESTED for ask in asks):
        return ""
    return words.say(_sentence(max(asks, key=lambda ask: ask.number)))


def _sentence(ask: Ask) -> str:
    if ask.state is ChangeState.CONFIRMED:
        return _CONFIRMED.get(PART if ask.reason in CUT_SHORT else ask.reason, _YES)
    return _DECLINED.get(SILENCE if ask.reason in CUT_SHORT else ask.reason, _NO)
