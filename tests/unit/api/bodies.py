"""Posted bodies for property tests: bytes, JSON, and the documented example with things broken."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from hub.api.examples import ORDER

_TEXT = st.text(max_size=20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**70), max_value=2**70)
    | st.floats()
    | _TEXT
    | st.sampled_from(["\x00", "a\nb", "\x85", " ", "x" * 600, "2026-13-01", "USD", "US", "0"])
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


def places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of every value in a JSON value, the whole left out."""
    if isinstance(value, dict):
        inner = list(value.items())
    else:
        inner = list(enumerate(value)) if isinstance(value, list) else []
    own = [place] if place else []
    return own + [found for key, one in inner for found in places(one, (*place, key))]


PLACES = places(ORDER)


@st.composite
def broken_orders(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the example with up to four places replaced, removed or given a neighbour."""
    order = copy.deepcopy(ORDER)
    order["number"] = f"F-{draw(st.integers(0, 10**6))}"
    for place in draw(st.lists(st.sampled_from(PLACES), max_size=4)):
        home: Any = order
        try:
            for step in place[:-1]:
                home = home[step]
            _break(draw, home, place[-1])
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    return order


def _break(draw: st.DrawFn, home: Any, last: Any) -> None:
    match draw(st.sampled_from(["replace", "remove", "neighbour"])):
        case "replace":
            home[last] = draw(JUNK)
        case "remove":
            del home[last]
        case _:
            home[draw(_TEXT) if isinstance(home, dict) else last] = draw(JUNK)


def bodies() -> st.SearchStrategy[bytes]:
    """Return bytes of any kind that somebody may post."""
    return (
        st.binary(max_size=200)
        | JUNK.map(lambda value: json.dumps(value).encode())
        | broken_orders().map(lambda order: json.dumps(order).encode())
        | broken_orders().map(
            lambda order: json.dumps(order, ensure_ascii=False).encode("utf-8", "surrogatepass")
        )
    )
