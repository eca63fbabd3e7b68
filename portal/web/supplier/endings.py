"""How a change ended that a supplier was asked for, in a sentence for who opens its link later."""

from collections.abc import Mapping

from hub.domain.change_settling import CUT_SHORT, PART, SHIPPED, SILENCE, WITHDRAWN
from hub.domain.orders import Ask, ChangeKind, ChangeState
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
_OURS_YES = "It was answered with yes: others are asked to send it."
_OURS_NO = "It was answered with no: you send it."
_OURS_CONFIRMED: Mapping[str, str] = {
    PART: "A part of it was left to others; the rest stays with you.",
    SILENCE: "No answer came in time, and that counts as a yes: others are asked to send it.",
}
_OURS_DECLINED: Mapping[str, str] = {
    SHIPPED: "It was shipped before there was an answer: that counts as a no.",
    WITHDRAWN: "It is not asked any more: what is left to send is not late.",
    SILENCE: "No answer came in time, and that counts as a no: you send it.",
}


def ending(work: Work, words: Words) -> str:
    """Return how the newest change of a part ended; empty while one waits or where none was."""
    asks = [
        (ask.number, change.kind, ask)
        for change in work.order.changes
        for ask in change.asks
        if ask.fulfillment_id == work.part.id
    ]
    if not asks or any(ask.state is ChangeState.REQUESTED for _, _, ask in asks):
        return ""
    _, kind, newest = max(asks, key=lambda one: one[0])
    return words.say(_of_ours(newest) if kind is ChangeKind.RESOURCING else _sentence(newest))


def _of_ours(ask: Ask) -> str:
    """How a question of the hub's own ended: whether others may send what is late."""
    if ask.state is ChangeState.CONFIRMED:
        return _OURS_CONFIRMED.get(PART if ask.reason in CUT_SHORT else ask.reason, _OURS_YES)
    return _OURS_DECLINED.get(SILENCE if ask.reason in CUT_SHORT else ask.reason, _OURS_NO)


def _sentence(ask: Ask) -> str:
    if ask.state is ChangeState.CONFIRMED:
        return _CONFIRMED.get(PART if ask.reason in CUT_SHORT else ask.reason, _YES)
    return _DECLINED.get(SILENCE if ask.reason in CUT_SHORT else ask.reason, _NO)
