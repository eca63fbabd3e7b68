"""Papers that take back a word of their sender: what they say. What becomes of it is `voiding`."""

from dataclasses import dataclass

from hub.domain.exchange import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerVoid:
    """A partner takes back an answer to a purchase order: it was given by mistake.

    `answer` is the name under which the hub keeps the paper that gave it.
    """

    number: str
    answer: str
    purpose: Purpose = Purpose.CANCEL
