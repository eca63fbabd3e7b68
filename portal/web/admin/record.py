"""What is done here and leaves no record by itself, kept like every other command: by whom."""

from collections.abc import Mapping

from hub.domain.names import Names
from hub.flow.parts import Parts
from hub.store import Transaction


def record(
    tx: Transaction,
    parts: Parts,
    seed: str,
    *,
    subject: str,
    body: Mapping[str, object],
    who: str,
) -> None:
    """Keep what was done with the subject; `body` shows no secret."""
    tx.facts.record_input(
        input_id=Names(seed).new("inp"),
        kind="command",
        at=parts.now(),
        who=who,
        subject=subject,
        body=body,
        sealed=None,
        hashes={"code": parts.code},
    )
