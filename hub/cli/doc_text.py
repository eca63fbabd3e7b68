"""Papers and deliveries told as lines of text."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hub.cli.desk import Desk
from hub.cli.words import line, one_line, when

if TYPE_CHECKING:
    from hub.ops.explain import Bytes, Carrier, Did, DocumentStory, TransmissionStory
    from hub.ops.places import Flaw, Piece

WARNING = "warning"


def why_document(desk: Desk, story: "DocumentStory") -> None:
    """Write a paper's story: the verdict, every problem with its place, what it did, what to do."""
    desk.write(story.verdict, bold=True)
    came = "came" if story.direction == "in" else "written"
    settled = f", settled {when(story.settled_at)}" if story.settled_at else ""
    desk.write(f"{came} {when(story.at)}{settled}, over {story.partner}/{story.channel}")
    tell_flaws(desk, story.problems)
    _effects(desk, story)
    _answers(desk, story)
    desk.write("\nBytes", bold=True)
    _carrier(desk, story.carrier)
    end = story.offset + story.length
    desk.write(f"  this paper is bytes {story.offset} to {end} of it")
    hashes = ", ".join(f"{name} {word[:12] or '-'}" for name, word in sorted(story.hashes.items()))
    desk.write(f"  attempts {story.attempts}" + (f"; judged with {hashes}" if hashes else ""))
    _next(desk, story.next_steps)


def why_transmission(desk: Desk, story: "TransmissionStory") -> None:
    """Write a delivery's story."""
    desk.write(story.verdict, bold=True)
    tell_flaws(desk, story.problems)
    if story.duplicate_of:
        desk.write(f"  first came as {story.duplicate_of}")
    for document_id in story.documents:
        desk.write(f"  {document_id}")
    desk.write("\nBytes", bold=True)
    _carrier(desk, story.carrier)
    _next(desk, story.next_steps)


def tell_flaws(desk: Desk, flaws: Iterable["Flaw"]) -> None:
    """Write problems, each with its place and what to do."""
    for flaw in flaws:
        mild = flaw.severity == WARNING
        place = f"{flaw.place}: " if flaw.place else ""
        mark = "warning" if mild else "problem"
        desk.write(f"\n{mark} {flaw.code}", colour="yellow" if mild else "red")
        desk.write(f"  {place}{line(flaw.text)}")
        if flaw.value:
            desk.write(f"  value: {line(flaw.value)}")
        if flaw.advice:
            desk.write(f"  {flaw.advice}", colour="cyan")


def _effects(desk: Desk, story: "DocumentStory") -> None:
    orders = {one.order_id: one for one in story.spoken if one.order_id}
    for order_id, one in orders.items():
        alone = ("",) if len(orders) == 1 else ()  # what is about no line is about the only order
        done = [each for each in story.effects if each.order_id in (order_id, *alone)]
        if done:
            desk.write(f"\nIt changed order {one.order_number} of {one.brand}", bold=True)
        elif story.direction == "in":
            desk.write(
                f"\nIt changed nothing on order {one.order_number} of {one.brand}", bold=True
            )
        for each in done:
            _effect(desk, each)
    if len(orders) != 1:
        for each in story.effects:
            if not each.order_id:
                _effect(desk, each)


def _effect(desk: Desk, did: "Did") -> None:
    about = f"line {did.line} {did.sku}: " if did.line else ""
    desk.write(f"  {about}{line(did.text)}")


def _answers(desk: Desk, story: "DocumentStory") -> None:
    if story.stamps:
        desk.write("\nStamps", bold=True)
    for stamp in story.stamps:
        desk.write(f"  {stamp.name:<10} {when(stamp.at):<21} {stamp.text}")
    if story.answered_by:
        desk.write(f"  answered by {story.answered_by}")
    if story.answers:
        desk.write("\nAnswered by", bold=True)
    for answer in story.answers:
        desk.write(f"  {answer.name} ({answer.state}, {when(answer.at)})  {answer.id}")


def _carrier(desk: Desk, carrier: "Carrier") -> None:
    desk.write(
        f"  {carrier.name}, {carrier.size} bytes, {carrier.state}, SHA-256 {carrier.sha256}  "
        f"{carrier.id}"
    )


def _next(desk: Desk, steps: Sequence[str]) -> None:
    for step in steps:
        desk.write(f"next: {step}", colour="cyan")


def show_pieces(desk: Desk, contents: "Bytes") -> None:
    """Write segments one a line with their first byte; the wrong ones marked >>, and why."""
    for flaw in contents.elsewhere:
        desk.write(f">> {flaw.place + ': ' if flaw.place else ''}{line(flaw.text)}", colour="red")
    for piece in contents.pieces:
        _piece(desk, piece)
    left = contents.length - len(contents.raw)
    if left > 0:
        desk.say(f"{left} more bytes are not shown")


def _piece(desk: Desk, piece: "Piece") -> None:
    worst = "red" if any(flaw.severity != WARNING for flaw in piece.flaws) else "yellow"
    mark = ">>" if piece.flaws else "  "
    colour = worst if piece.flaws else ""
    desk.write(f"{mark} {piece.offset:>8} {piece.number:>5}  {one_line(piece.text)}", colour=colour)
    for flaw in piece.flaws:
        element = f"element {flaw.element}: " if flaw.element else ""
        desk.write(f"{'':>18} ^ {element}{line(flaw.text)}", colour=worst)
