"""What a page has room for, told before there is anything to write."""

from collections.abc import Iterable, Iterator

from hub.mapping.elements import (
    MANY,
    ElementPlan,
    GroupRow,
    KindsRow,
    RecordRow,
    Row,
    SplitRow,
    ValueRow,
)
from hub.mapping.plan import LoopPlan, Pairs, Part, Plan, SegmentPlan, TreePlan

IDS = "products"  # the field of every line that names its article

Room = tuple[frozenset[str], int]


def room_for_ids(plan: Plan | ElementPlan) -> Room | None:
    """Return which kinds of ids of an article a page can write, and how many of them side by side.

    Of several places the narrowest counts. None for a page that writes none.
    """
    rooms = list(
        _in_rows(plan.rows.rows) if isinstance(plan, ElementPlan) else _in_parts(plan.parts)
    )
    if not rooms:
        return None
    kinds = frozenset.intersection(*(kinds for kinds, _ in rooms))
    return kinds, min(most for _, most in rooms)


def _in_parts(parts: Iterable[Part]) -> Iterator[Room]:
    for part in parts:
        match part:
            case SegmentPlan() if part.write:
                for slot in part.slots:
                    if isinstance(slot, Pairs) and slot.field == IDS:
                        yield _kinds(slot), len(slot.elements) // 2
            case LoopPlan() if part.write:
                yield from _in_parts(part.parts)
            case TreePlan():
                for level in part.levels:
                    yield from _in_parts(level.parts)


def _kinds(slot: Pairs) -> frozenset[str]:
    return frozenset(row.words[0] for row in slot.table.rows)


def _in_rows(rows: Iterable[Row]) -> Iterator[Room]:
    for row in rows:
        match row:
            case KindsRow() if row.use.write and row.field == IDS:
                yield frozenset(kind.word for kind in row.kinds), len(row.kinds)
            case ValueRow() if row.use.write:
                for slot in row.slots:
                    if isinstance(slot, Pairs) and slot.field == IDS:
                        yield _kinds(slot), MANY
            case RecordRow() | GroupRow() | SplitRow() if row.use.write:
                yield from _in_rows(row.rows.rows)
