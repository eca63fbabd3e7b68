"""Papers that a partner posts at our own API: what there is, and where in the body a problem is.

Pure. Their bodies are JSON; the models that read them belong to the door (`hub.api`).
"""

import re
from dataclasses import replace
from enum import StrEnum

from hub.domain.exchange import Problem

_INDEX = re.compile(r"\[(\d+)\]")


class PostedSet(StrEnum):
    """What a posted paper is; stands where other papers have the number of their set."""

    ORDER_RESPONSE = "order_response"
    SHIP_NOTICE = "ship_notice"
    CHANGE_RESPONSE = "change_response"
    INVOICE = "invoice"
    STOCK_REPORT = "stock_report"
    SHIPMENT_VOID = "shipment_void"
    SHIPMENT_CORRECTION = "shipment_correction"
    ANSWER_VOID = "answer_void"


_SHIPMENT = {"parcels": "packages", "lines": "items", "notice": "shipment"}
_NAMES = {
    PostedSet.SHIP_NOTICE: _SHIPMENT,
    PostedSet.SHIPMENT_VOID: _SHIPMENT,
    PostedSet.SHIPMENT_CORRECTION: _SHIPMENT,
}


def as_posted(set_id: str, problem: Problem) -> Problem:
    """Return a problem with the JSON pointer (RFC 6901) of what it speaks of in a posted body.

    Places of messages, such as `parcels[0].lines[1]`, are told in the words of the body.
    """
    path = problem.where.path
    if not path or path.startswith("/"):
        return problem
    names = _NAMES.get(PostedSet(set_id), {})
    steps = [names.get(step, step) for step in _INDEX.sub(r".\1", path).split(".")]
    return replace(problem, where=replace(problem.where, path="/" + "/".join(steps)))
