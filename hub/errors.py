"""What can go wrong, as a family tree; each branch says who must act.

    HubError
    ├─ ConfigError        the operator, at start: a page or a setting is wrong
    ├─ Malformed          the partner: bytes that cannot be split; the transmission is parked
    ├─ Refused            the partner or the caller: valid paper, the business says no
    ├─ TransportError     the network, retried; `permanent`: the lane pauses, the operator acts
    └─ Conflict           nobody: somebody moved first; the same work is done again

Anything else is our own fault: the document is parked with its traceback and nothing is swallowed.
Problems in a partner's bytes are not exceptions: they are `hub.domain.exchange.Problem` values.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.domain.exchange import Problem


class HubError(Exception):
    """Everything this package raises on purpose."""


class ConfigError(HubError):
    """A page or setting is wrong: one `file:line key: what, allowed` line for each mistake."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


class Malformed(HubError):
    """A partner's bytes cannot be split into documents at all."""

    def __init__(self, problems: "Sequence[Problem]") -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.text for problem in self.problems))


class Refused(HubError):
    """Valid paper to which the business says no; carries every reason at once."""

    def __init__(self, problems: "Sequence[Problem]") -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.text for problem in self.problems))


class TransportError(HubError):
    """The wire failed; `permanent` means that trying again without a person is useless.

    `retry_seconds` is how long the other side asked to be left alone, 0 when it did not.
    """

    def __init__(self, text: str, *, permanent: bool = False, retry_seconds: float = 0) -> None:
        self.permanent = permanent
        self.retry_seconds = retry_seconds
        super().__init__(text)


class Conflict(HubError):
    """Somebody else moved first; the caller runs the same work again."""
