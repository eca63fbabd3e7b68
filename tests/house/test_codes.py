"""Every error code has its entry in the catalogue, and every entry a code that somebody gives."""

import json
from functools import cache
from inspect import getmembers, isclass

import pytest
from pydantic import BaseModel

import hub.formats
from hub.api import partner_posted, posted, posted_changes, webhooks_shown
from hub.api.posted import Strict
from hub.api.reading import read_as
from hub.domain.meanings import TITLES, Do, Met
from hub.main import registry
from hub.ops.codes import Catalogue, catalogue
from tests.house import ROOT
from tests.house.emitted import ANY, Emitted, Sources

INTERNAL = {
    "never": "a mail server's word, which the flow turns into `mail-refused` or another try",
    "later": "the same",
}
"""Codes that reach nobody."""
BY_MACHINE = {
    "literal-error": "what the schemas' library calls a word that is not in a list of words",
}
"""Codes that no source of ours writes."""


@cache
def _emitted() -> Emitted:
    return Emitted(Sources(ROOT))


@cache
def _catalogue() -> Catalogue:
    return catalogue(registry(hub.formats))


def _family(code: str) -> str:
    return next(
        (one for one in _emitted().codes if one[-1] == ANY and code.startswith(one[:-1])), ""
    )


def test_every_place_that_gives_a_code_can_be_read() -> None:
    assert not _emitted().unread
    assert len(_emitted().codes) > 250


def test_every_code_that_is_given_is_in_the_catalogue() -> None:
    entries = _catalogue().entries
    lacking = {
        code: sorted(rooms)
        for code, rooms in _emitted().codes.items()
        if code not in entries and code not in INTERNAL
    }
    assert not lacking, "give each an entry in its format's `meanings.py` or in `hub.ops.codes`"


def test_every_entry_is_of_a_code_that_is_given() -> None:
    given = {*_emitted().codes, *BY_MACHINE}
    left = {code for code in _catalogue().entries if code not in given and not _family(code)}
    assert not left, "nobody gives these codes any more; take them out"
    assert not set(INTERNAL) & set(_catalogue().entries)


def test_no_code_has_two_entries() -> None:
    rooms = registry(hub.formats)
    for name, module in rooms.items():
        alone, rest = (
            catalogue({name: module}),
            catalogue({n: rooms[n] for n in rooms if n != name}),
        )
        ours = catalogue({})
        own = set(alone.entries) - set(ours.entries)
        assert len(alone.entries) == len(ours.entries) + len(module.MEANINGS)
        assert not own & set(rest.entries)


@pytest.mark.parametrize("code", sorted(_catalogue().entries))
def test_an_entry_says_what_is_meant_in_a_sentence(code: str) -> None:
    entry = _catalogue().entries[code]
    for sentence in (entry.means, entry.do):
        assert sentence[0].isupper()
        assert sentence[-1] == "."
        assert len(sentence) <= 120
    assert entry.met
    assert len(set(entry.met)) == len(entry.met)


def test_every_next_step_and_every_place_is_used() -> None:
    used = {entry.do for entry in _catalogue().entries.values()}
    assert used == set(Do)
    assert {met for entry in _catalogue().entries.values() for met in entry.met} == set(Met)
    assert set(TITLES) == set(Met)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("x12-ak304-3", "x12-ak304-3"),
        ("x12-ak403-I10", "x12-ak403-*"),
        ("http-503", "http-*"),
        ("http-", None),
        ("http-50 3", None),
        ("no-such", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_a_code_is_found_by_its_name_or_its_family(asked: str, found: str | None) -> None:
    entry = _catalogue().find(asked)
    assert (entry and entry.code) == found
    assert (asked in _catalogue()) is (found is not None)


def test_the_nearest_code_is_told() -> None:
    assert _catalogue().near("unknown-ordr") == "unknown-order"
    assert _catalogue().near("UNKNOWN-ORDER") == "unknown-order"
    assert not _catalogue().near("qqqqqq")


def test_codes_that_end_in_a_number_stand_by_it() -> None:
    codes = [entry.code for met, rows in _catalogue().grouped() for entry in rows]
    assert codes.index("x12-ak403-2") < codes.index("x12-ak403-10")
    assert sorted(codes) == sorted(_catalogue().entries)


JUNK: tuple[object, ...] = (
    None,
    True,
    -1,
    1.5,
    10**30,
    "",
    " ",
    "x" * 9_999,
    "\0",
    [],
    [[]],
    {},
    {"action": "x"},
)


def _models() -> list[type[BaseModel]]:
    rooms = (posted, partner_posted, posted_changes, webhooks_shown)
    found = {
        one for room in rooms for _, one in getmembers(room, isclass) if issubclass(one, Strict)
    }
    return sorted(found - {Strict}, key=lambda one: one.__name__)


@pytest.mark.parametrize("model", _models())
def test_what_a_schema_says_of_junk_is_in_the_catalogue(model: type[BaseModel]) -> None:
    """The library that reads bodies has codes of its own; none comes out without its entry."""
    for junk in JUNK:
        body = dict.fromkeys(model.model_fields, junk)
        _, problems = read_as(model, json.dumps(body).encode())
        assert {problem.code for problem in problems} <= {
            *_catalogue().entries,
            "union-tag-invalid",
        }
