"""A partner's paper read by a page into messages; whatever is wrong comes back located, at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from hub.domain.exchange import Problem, Segments
from hub.domain.messages import Message
from hub.domain.telling import foremost
from hub.mapping.filling import Reader, control_total, fill
from hub.mapping.framing import frame
from hub.mapping.hierarchy import orders
from hub.mapping.origins import Origins
from hub.mapping.plan import Plan, TreePlan
from hub.mapping.shapes import Filled, build


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A message that could not be read: the purchase order it names, if any, and why it could not.

    `problems` stand among those of the reading; they are those met while this one was read.
    """

    number: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The messages that could be read and everything wrong with the paper.

    A message that misses a required field is `unread`: a partner's paper is not read by half.
    `origins` knows where its records stand; of a stock report's rows it does not.
    """

    messages: tuple[Message, ...]
    problems: tuple[Problem, ...]
    origins: Origins = field(default_factory=Origins, compare=False, repr=False)
    unread: tuple[Unread, ...] = ()


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
    origins = Origins()
    messages, unread = made(plan.message, filled, reader.problems, origins)
    # What stands above several orders is read once for each of them.
    told = foremost(tuple(dict.fromkeys(reader.problems)))
    return Reading(messages=messages, problems=told, origins=origins, unread=unread)


def made(
    cls: type, filled: Sequence[Filled], problems: list[Problem], origins: Origins
) -> tuple[tuple[Message, ...], tuple[Unread, ...]]:
    """Make a message of each record, with what could not be read of the others.

    Problems found in making them are added; what each record met is told by its `met`.
    """
    messages: list[Message] = []
    unread: list[Unread] = []
    for one in filled:
        start = len(problems)
        message = build(cls, one, problems=problems, origins=origins)
        if message is not None:
            messages.append(cast("Message", message))
            continue
        met = (*problems[slice(*one.met)], *problems[start:])
        number = one.values.get("number", "")
        named = number if isinstance(number, str) else ""
        unread.append(Unread(number=named, problems=tuple(dict.fromkeys(met))))
    return tuple(messages), tuple(unread)
