"""What people of the house should know of a customer before they speak: VIP, handle with care.

A flag stands at the customer, for every order of theirs. Each change is a command with who and
when; the words of its note are sealed under the customer's key.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.exchange import Problem
from hub.domain.names import Names
from hub.errors import Refused
from hub.flow.parts import Parts
from hub.store import Erased, Transaction
from hub.store.facts import Command

MOST_NOTE = 500  # characters
GOOD = "good"
_FLAGS = "flags"


class Flag(StrEnum):
    """What a customer may be marked with."""

    VIP = "vip"
    CARE = "care"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One change of a customer's flags: when, by whom, what stood from then on, and why."""

    at: datetime
    who: str
    flags: tuple[Flag, ...]
    note: str


def flags_of(standing: str) -> tuple[Flag, ...]:
    """Return the flags of a customer who stands so, in the order in which they are shown."""
    words = standing.split()
    return tuple(flag for flag in Flag if flag in words)


def mark(
    parts: Parts, *, brand: str, number: str, flags: Collection[Flag], note: str, who: str
) -> None:
    """Give the customer of an order just these flags; what stood before is history.

    Raises KeyError when the brand has no such order; Refused when nothing would change, for a note
    of more than 500 characters, for a flag without a word of why, or when the customer was erased.
    """
    seed, said = parts.fresh(), " ".join(note.split())
    _judge(flags, said)

    def work(tx: Transaction) -> None:
        order = tx.orders.find(brand=brand, number=number)
        if order is None:
            raise KeyError(number)
        standing = " ".join(flag for flag in Flag if flag in flags) or GOOD
        if tx.terms.standing(order.customer_id)[0] == standing and not said:
            raise _refused("nothing was changed: these flags stand already")
        if not tx.terms.mark(order.customer_id, standing):
            raise _refused("the customer was erased; nothing more is written about them")
        _record(tx, parts, order.customer_id, flags, said, seed=seed, who=who)

    parts.store.write(work)


def _judge(flags: Collection[Flag], note: str) -> None:
    if len(note) > MOST_NOTE:
        raise _refused(f"a note has at most {MOST_NOTE} characters; this one has {len(note)}")
    if flags and not note:
        raise _refused("say in a few words why, for whoever speaks with the customer next")


def _refused(text: str) -> Refused:
    return Refused([Problem(code="flags", text=text)])


def _record(
    tx: Transaction,
    parts: Parts,
    customer_id: str,
    flags: Collection[Flag],
    note: str,
    *,
    seed: str,
    who: str,
) -> None:
    input_id = Names(seed).new("inp")
    sealed = tx.people.seal(customer_id=customer_id, context=input_id, body=note.encode())
    tx.facts.record_input(
        input_id=input_id,
        kind="command",
        at=parts.now(),
        who=who,
        subject=customer_id,
        body={_FLAGS: sorted(flags)},
        sealed=sealed,
        hashes={"code": parts.code},
    )


def history(tx: Transaction, customer_id: str) -> Sequence[Marked]:
    """Return every change of a customer's flags, the newest first; erased ones have no words."""
    found = [one for one in tx.facts.commands(customer_id) if _FLAGS in one.body]
    return [_marked(tx, customer_id, one) for one in reversed(found)]


def _marked(tx: Transaction, customer_id: str, one: Command) -> Marked:
    words = one.body[_FLAGS]
    stood = " ".join(map(str, words)) if isinstance(words, list) else ""
    return Marked(at=one.at, who=one.who, flags=flags_of(stood), note=_note(tx, customer_id, one))


def _note(tx: Transaction, customer_id: str, one: Command) -> str:
    if one.sealed is None:
        return ""
    try:
        plain = tx.people.opened(customer_id=customer_id, context=one.id, sealed=one.sealed)
    except Erased:
        return ""
    return plain.decode()
