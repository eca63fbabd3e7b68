"""A fault of ours: met by one paper, kept with it; where it came up, without anybody's words.

Messages of exceptions quote values, and a value may be a person's name; the bytes are kept sealed,
so that the fault can be met again with them.
"""

import traceback
from collections.abc import Callable

from hub.domain.exchange import unquoted
from hub.errors import ConfigError, Conflict, TransportError
from hub.store import is_away

MOST_TRACE = 4000  # characters


def trace_of(fault: BaseException) -> str:
    """Return the last lines of a fault's traceback, causes first, messages without what they quote.

    The last line is the kind of the fault and its message, on one line.
    """
    rows: list[str] = []
    one: BaseException | None = fault
    seen: set[int] = set()
    while one is not None and id(one) not in seen:  # causes may lead in a circle
        seen.add(id(one))
        message = " ".join(unquoted(str(one)).split())
        said = f"{type(one).__name__}: {message}\n"
        rows = [*traceback.format_tb(one.__traceback__), said, *rows]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "".join(rows)[-MOST_TRACE:]


def fault_of(work: Callable[[], object]) -> str:
    """Run one step on one paper; return the traceback of what went wrong with it, else nothing.

    A lost race, a failing wire or a secret that cannot be had is not its fault and is raised.
    """
    try:
        work()
    except (Conflict, TransportError, ConfigError):
        raise
    except Exception as fault:  # the one boundary of the inbound river
        if is_away(fault):
            raise  # the store's trouble is no paper's fault
        return trace_of(fault)
    return ""
