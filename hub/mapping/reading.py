"""A partner's paper read by a page into messages; whatever is wrong comes back located, at once."""

from dataclasses import dataclass
from functools import partial
from typing import cast

from hub.domain.exchange import Problem, Segments
from hub.domain.messages import Message
from hub.domain.telling import foremost
from hub.mapping.filling import Reader, control_total, fill
from hub.mapping.framing import frame
from hub.mapping.hierarchy import orders
from hub.mapping.plan import Plan, TreePlan
from hub.mapping.shapes import Filled, build


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The messages that could be read and everything wrong with the paper.

    A message that misses a required field is not here: a partner's paper is not read by half.
    """

    messages: tuple[Message, ...]
    problems: tuple[Problem, ...]


def read(plan: Plan, paper: Segments) -> Reading:
    """Read a paper (ST to SE exclusive); it never raises on what it says."""
    around = frame(paper, plan.parts, plan.firsts)
    reader = Reader(total=partial(control_total, paper=paper))
    root = fill(
        around,
        cls=plan.message,
        parts=plan.parts,
        firsts=plan.firsts,
        into=Filled(),
        reader=reader,
    )
    tree = next((part for part in plan.parts if isinstance(part, TreePlan)), None)
    filled = root.records
    if tree is not None:
        filled = orders(tree, around, cls=plan.message, root=root, reader=reader)
    made = [build(plan.message, one, problems=reader.problems) for one in filled]
    messages = tuple(cast("Message", message) for message in made if message is not None)
    # What stands above several orders is read once for each of them.
    return Reading(messages=messages, problems=foremost(tuple(dict.fromkeys(reader.problems))))
