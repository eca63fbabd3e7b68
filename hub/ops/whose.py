"""A paper about several purchase orders in few words: that of what is wrong with it comes first."""

from collections.abc import Iterator, Sequence

from hub.ops.places import Flaw, flaw
from hub.store import DocumentRow, Transaction
from hub.store.spoken import SpokenOrder


def numbers_of(spoken: Sequence[SpokenOrder]) -> tuple[str, ...]:
    """Return the purchase orders that a paper names, each once."""
    return tuple(dict.fromkeys(one.purchase_order for one in spoken if one.purchase_order))


def named(
    tx: Transaction, row: DocumentRow, spoken: Sequence[SpokenOrder], wrong: Flaw | None
) -> str:
    """Return the purchase order of a paper; of several that of what is wrong, and how many more.

    Where nobody knows whose `wrong` is, or nothing is, the first of them is named.
    """
    numbers = numbers_of(spoken)
    if len(numbers) < 2:
        return row.order_number or "".join(numbers)
    mine = next(_whose(tx, row, spoken, wrong), "") if wrong is not None else ""
    return f"{mine or numbers[0]} and {len(numbers) - 1} more"


def _whose(
    tx: Transaction, row: DocumentRow, spoken: Sequence[SpokenOrder], wrong: Flaw
) -> Iterator[str]:
    """Yield the purchase orders that it may belong to, by what waited for a person, newest first.

    What is about no order we know is only told apart by its own words.
    """
    cases = tx.queue.of_document(row.id)[::-1]
    exact = [one for one in cases if wrong in map(flaw, one.problems)]
    alike = (one for one in cases if any(wrong.text == problem.text for problem in one.problems))
    for case in exact or alike:
        theirs = [one.purchase_order for one in spoken if one.order_id == (case.order_id or "")]
        yield from (number for number in theirs if number and number in wrong.text)
        yield from (number for number in theirs if number and case.order_id)
