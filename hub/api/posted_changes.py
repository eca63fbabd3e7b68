"""What may be posted as a cancellation or a change of an order, and how it is read: strictly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from hub.api.posted import (
    METHOD,
    NOT_BLANK,
    ONE_LINE,
    TEXT,
    WORD,
    Day,
    Minor,
    PostedAddress,
    PostedGift,
    Strict,
    Words,
)
from hub.api.reading import address_read, gift_read, read_as
from hub.domain.change_requests import (
    AddArticle,
    NewAddress,
    NewArticle,
    NewDate,
    NewGift,
    NewMethod,
    Request,
    SwapArticle,
)
from hub.domain.exchange import Problem
from hub.domain.wishes import Fewer, Quantity

LineNumber = Annotated[str, Field(pattern=WORD, description="The number of a line of the order.")]
GroupNumber = Annotated[
    str | None, Field(pattern=WORD, description="A ship group; needed when there are several.")
]
Units = Annotated[int, Field(ge=1, le=100_000)]
Reason = Annotated[
    str | None,
    Field(
        pattern=WORD,
        description="A word of the storefront's own for why; never a person's words.",
        examples=["changed_mind"],
    ),
]


class PostedCancelledLine(Strict):
    """A line to be cancelled: so many units of it, or all that are open."""

    line: LineNumber
    quantity: Units | None = None


class PostedCancellation(Strict):
    """What is to be cancelled; without lines everything that is open."""

    lines: Annotated[list[PostedCancelledLine] | None, Field(min_length=1, max_length=500)] = None
    reason: Reason = None


class PostedQuantity(Strict):
    """So many units of a line in all; `discount` and `tax` are for units added."""

    action: Literal["quantity"]
    line: LineNumber
    quantity: Units
    discount: Minor = 0
    tax: Annotated[
        int | None, Field(ge=0, le=10**12, description="Without: taxed as the line is.")
    ] = None


class PostedRemove(Strict):
    """A line taken off the order, as far as it is open."""

    action: Literal["remove"]
    line: LineNumber


class PostedArticle(Strict):
    """An article to come; `discount` and `tax` are for all its units."""

    number: Annotated[
        str | None, Field(pattern=WORD, description="The storefront's own; else the next.")
    ] = None
    sku: Annotated[str, Field(min_length=1, max_length=48, pattern=NOT_BLANK)]
    unit_price: Minor
    description: Annotated[
        str, Field(max_length=80, pattern=ONE_LINE, description="Else the catalogue's title.")
    ] = ""
    discount: Minor = 0
    tax: Minor = 0
    personalization: Annotated[str, Field(max_length=500, pattern=TEXT)] = ""


class PostedAdd(PostedArticle):
    """A new line."""

    action: Literal["add"]
    group: GroupNumber = None
    quantity: Units


class PostedSwap(PostedArticle):
    """Units of a line exchanged for another article, which comes once they are taken back."""

    action: Literal["swap"]
    line: LineNumber
    quantity: Units | None = None


class PostedNewAddress(Strict):
    """Another address for a ship group."""

    action: Literal["address"]
    group: GroupNumber = None
    ship_to: PostedAddress
    instructions: Annotated[Words | None, Field(description="Without: as they were.")] = None


class PostedNewMethod(Strict):
    """Another way to ship a group."""

    action: Literal["method"]
    group: GroupNumber = None
    method: Annotated[str, Field(pattern=METHOD, examples=["second_day"])]


class PostedNewGift(Strict):
    """Other words on a group's gift card; null makes it no present."""

    action: Literal["gift"]
    group: GroupNumber = None
    gift: PostedGift | None


class PostedNewDate(Strict):
    """The day by which a group is to be there; null for none."""

    action: Literal["date"]
    group: GroupNumber = None
    deliver_by: Day | None


PostedAction = Annotated[
    PostedQuantity
    | PostedRemove
    | PostedAdd
    | PostedSwap
    | PostedNewAddress
    | PostedNewMethod
    | PostedNewGift
    | PostedNewDate,
    Field(discriminator="action"),
]


class PostedChanges(Strict):
    """What is to be changed, decided one after the other."""

    actions: Annotated[list[PostedAction], Field(min_length=1, max_length=100)]
    reason: Reason = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReading:
    """What was read; `requests` is None for a cancellation of everything."""

    requests: tuple[Request, ...] | None = ()
    reason: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether the bytes are no JSON at all."""
        return any(problem.code == "not-json" for problem in self.problems)


def read_cancellation(body: bytes) -> ChangeReading:
    """Return what is to be cancelled, or every problem of the body's form at once."""
    read, problems = read_as(PostedCancellation, body)
    if read is None:
        return ChangeReading(problems=problems)
    requests = None
    if read.lines is not None:
        requests = tuple(Fewer(line=one.line, quantity=one.quantity) for one in read.lines)
    return ChangeReading(requests=requests, reason=read.reason or "")


def read_changes(body: bytes) -> ChangeReading:
    """Return what is to be changed, or every problem of the body's form at once."""
    read, problems = read_as(PostedChanges, body)
    if read is None:
        return ChangeReading(problems=_pointed(problems))
    requests = tuple(_request(action) for action in read.actions)
    return ChangeReading(requests=requests, reason=read.reason or "")


_TAGGED = re.compile(r"(/actions/\d+)/(?:quantity|remove|add|swap|address|method|gift|date)(/.*)?")


def _pointed(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The schema's parser puts the kind of an action into the place; the sender's body has none."""
    return tuple(_plain(problem) for problem in problems)


def _plain(problem: Problem) -> Problem:
    path = problem.where.path
    if problem.code.startswith("union-tag"):
        text = "say what to do: quantity, remove, add, swap, address, method, gift or date"
        where = replace(problem.where, path=f"{path}/action", value="")
        return replace(problem, code="not-allowed", text=text, where=where)
    found = _TAGGED.fullmatch(path)
    if found is None or problem.code == "doubled-key":
        return problem
    return replace(problem, where=replace(problem.where, path=found[1] + (found[2] or "")))


def _request(action: PostedAction) -> Request:
    match action:
        case PostedQuantity():
            return Quantity(
                line=action.line,
                quantity=action.quantity,
                discount=action.discount,
                tax=action.tax,
            )
        case PostedRemove():
            return Fewer(line=action.line, action="remove")
        case PostedAdd():
            new = replace(_article(action), quantity=action.quantity, group=action.group or "")
            return AddArticle(new=new)
        case PostedSwap():
            new = _article(action)
            return SwapArticle(line=action.line, new=new, quantity=action.quantity)
        case _:
            return _of_group(action)


def _article(action: PostedArticle) -> NewArticle:
    return NewArticle(
        sku=action.sku,
        unit_price=action.unit_price,
        description=action.description,
        discount=action.discount,
        tax=action.tax,
        personalization=action.personalization,
        number=action.number or "",
    )


def _of_group(
    action: PostedNewAddress | PostedNewMethod | PostedNewGift | PostedNewDate,
) -> Request:
    group = action.group or ""
    match action:
        case PostedNewAddress():
            ship_to = address_read(action.ship_to)
            return NewAddress(group=group, ship_to=ship_to, instructions=action.instructions)
        case PostedNewMethod():
            return NewMethod(group=group, method=action.method)
        case PostedNewGift():
            return NewGift(group=group, gift=gift_read(action.gift))
        case PostedNewDate():
            day = date.fromisoformat(action.deliver_by) if action.deliver_by else None
            return NewDate(group=group, deliver_by=day)
