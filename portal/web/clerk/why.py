"""Why an order is as it is and what to do now: one sentence each, for the one on the line."""

from dataclasses import dataclass
from datetime import datetime

from hub.ops.desk.order import OrderPaper, Promised
from portal.web.ground.words import Words

_BECAUSE = {
    "backordered": "%(partner)s waits for new stock.",
    "rescheduled": "%(partner)s named a later day.",
    "no_answer": "%(partner)s has not confirmed the purchase order.",
    "not_shipped": "%(partner)s has not shipped on the day that was planned.",
    "resourced": "It comes from %(partner)s now; whoever was asked first could not fill it.",
    "changed": "The order was changed.",
    "shipped": "%(partner)s shipped it on another day than planned.",
    "carrier": "The carrier named another day.",
}
_UNSAID = "%(partner)s is late and has not said why."
_ASK = "Ask %(partner)s for a day, then tell the customer."
_TELL = "Tell the customer: nobody has yet."
_WAIT = "Nothing: the customer was told %(when)s."
_OF_DAYS = frozenset({"late", "moved"})
_SILENT = frozenset({"no_answer", "not_shipped", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What is behind an order's state, the next step, and the mail that fits; "" is none."""

    cause: str
    next_step: str
    mail: str


def why(paper: OrderPaper, words: Words) -> Why | None:
    """Return what is wrong with an order, the worst first; None when it goes as promised."""
    late = [one for one in paper.promises if one.open and (one.late or one.days_later > 0)]
    if late:
        return _late(paper, max(late, key=_weight), words)
    if paper.waiting:
        first = paper.waiting[0]
        return Why(cause=first.text, next_step=first.next_step, mail="looking")
    return None


def _weight(one: Promised) -> tuple[bool, bool, int]:
    """The arrival counts before the leaving; what the customer waits for longest comes first."""
    return one.kind == "deliver_by", one.late, one.days_later


def _late(paper: OrderPaper, worst: Promised, words: Words) -> Why:
    later = [move for move in worst.moves if move[1] > move[0]]
    reason, moved_at = (later[-1][3], later[-1][2]) if later else ("", None)
    named = {"partner": worst.partner_name}
    cause = words.say(_BECAUSE.get(reason, _UNSAID), named)
    known = [one for one in paper.waiting if one.partner == worst.partner and one.next_step]
    told = _told(paper, moved_at)
    if known:
        next_step = known[0].next_step
    elif told is not None:
        next_step = words.say(_WAIT, {"when": words.distance(told)})
    elif reason in _SILENT:
        next_step = words.say(_ASK, named)
    else:
        next_step = words.say(_TELL)
    return Why(cause=cause, next_step=next_step, mail="late" if worst.days_later > 0 else "looking")


def _told(paper: OrderPaper, moved_at: datetime | None) -> datetime | None:
    """When the customer was last told of another day, if that was after it moved."""
    mails = [at for at, kind in paper.mails if kind in _OF_DAYS]
    if moved_at is None or not mails or mails[0] < moved_at:
        return None
    return mails[0]
