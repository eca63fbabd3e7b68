"""A sign that no text may hold is told at the string that holds it, whatever stands around it."""

import io
from json import JSONDecoder, dumps, loads

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.bounds import IMPOSSIBLE
from hub.formats import json

TEXTS = st.text(st.sampled_from('ab\\"/\n\0\ud800\udfff\U0001f600'), max_size=6).map(
    lambda text: str(loads(dumps(text)))  # two halves side by side are one sign
)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def _odd(value: object) -> int:
    """How many strings of a value hold such a sign, names of members too."""
    if isinstance(value, str):
        return bool(IMPOSSIBLE.search(value))
    if isinstance(value, dict):
        return sum(_odd(name) + _odd(one) for name, one in value.items())
    assert isinstance(value, list)
    return sum(map(_odd, value))


@given(values=st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), min_size=1, max_size=3))
def test_an_odd_sign_is_told_at_the_string_that_holds_it(values: list[dict[str, object]]) -> None:
    body = dumps(values).encode()
    [found] = json.split(io.BytesIO(body), profile=json.Config(set="order"))
    for value, document in zip(values, found.groups[0].documents, strict=True):
        told = [one for one in document.problems if one.code == "json-character"]
        assert len(told) == _odd(value)
        places = [one.where.offset for one in told]
        assert len(set(places)) == len(places)
        for place in places:
            assert place is not None
            assert document.offset <= place < document.offset + document.length
            said, _ = JSONDecoder().raw_decode(body[place:].decode())
            assert IMPOSSIBLE.search(said)
