"""What people command is kept as a row of input, as everything else that changes something."""

from collections.abc import Mapping
from datetime import datetime

from hub.domain.names import Names
from hub.flow.parts import Parts
from hub.store import Transaction


def note_command(
    tx: Transaction,
    parts: Parts,
    body: Mapping[str, object],
    *,
    subject: str,
    who: str,
    input_id: str = "",
    at: datetime | None = None,
) -> None:
    """Keep what somebody commanded, about what, and when; a replay reads it again.

    The row gets an id of its own and is of now, unless other rows of the caller name its
    `input_id` or are of the moment `at`. It stays readable for good: nothing of people's data or
    secrets may be in `body`; what holds such is sealed by its caller.
    """
    tx.facts.record_input(
        input_id=input_id or Names(parts.fresh()).new("inp"),
        kind="command",
        at=at or parts.now(),
        who=who,
        subject=subject,
        body=body,
        sealed=None,
        hashes={"code": parts.code},
    )
