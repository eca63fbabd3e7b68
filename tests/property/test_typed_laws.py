"""What people type and what is kept are one form, however it was typed; laws of that form."""

import re
import unicodedata

from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import finding
from hub.store.migrating import configuration

UPGRADE = ScriptDirectory.from_config(configuration()).get_revision("0021").module
NUMBERS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._#-]{0,29}", fullmatch=True)
BETWEEN = st.sampled_from(["", " ", "-", "–", "‑", ".", "/", "\u00a0", "\u200b", "#"])
NAMES = st.text(
    alphabet="abcdefghijklmnopqrstuvwxyzäöüßåæøœłđéèñçšžÄÖÜØŁ '’-", min_size=1, max_size=30
)

SPELLED = str.maketrans(
    dict(zip("äöüøÄÖÜØ", ("ae", "oe", "ue", "oe", "Ae", "Oe", "Ue", "Oe"), strict=True))
)


def _wide(text: str) -> str:
    """The same in the wide signs of an East Asian keyboard."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


@given(NUMBERS, st.lists(BETWEEN, min_size=1), st.sampled_from([str.upper, str.lower, _wide]))
def test_a_number_typed_anyhow_has_the_plain_form_of_the_number(
    number: str, between: list[str], spelled: object
) -> None:
    assert callable(spelled)
    signs = [sign for sign in number if sign.isalnum()]
    typed = "".join(f"{between[n % len(between)]}{sign}" for n, sign in enumerate(signs))
    assert finding.plain_number(f" #{spelled(typed)} ") == finding.plain_number(number)


@given(st.text(max_size=40))
def test_a_plain_form_is_its_own(text: str) -> None:
    plain = finding.plain_number(text)
    assert finding.plain_number(plain) == plain
    digits = finding.number_digits(text)
    assert finding.number_digits(digits) == digits
    assert not digits or digits.isdecimal()
    mail = finding.email(text)
    assert finding.email(mail) == mail


@given(NUMBERS)
def test_the_upgrade_writes_what_is_written_with_an_order(number: str) -> None:
    assert UPGRADE.plain(number) == finding.plain_number(number)
    assert UPGRADE.digits(number) == finding.number_digits(number)


@given(st.text(max_size=40))
def test_words_of_a_name_are_read_as_themselves(text: str) -> None:
    for words in finding.readings(text):
        assert " ".join(words) in {" ".join(way) for way in finding.readings(" ".join(words))}
        assert finding.name_words(" ".join(words)) == words


@given(NAMES.filter(lambda name: all(len(word) > 1 for word in re.findall(r"\w+", name))))
def test_a_name_is_kept_by_every_way_of_typing_it(name: str) -> None:
    kept = set(finding.terms(name=name, code="50667", telephones=()))
    bare = unicodedata.normalize("NFD", name).translate(str.maketrans("’", "'"))
    for typed in (name.upper(), name.lower(), name.translate(SPELLED), bare, bare.replace("'", "")):
        if finding.readings(name):
            ways = finding.named_places(f"{typed} 50667")
            assert any(set(finding.name_terms(way)) <= kept for way in ways), typed


@given(
    st.from_regex(r"[1-9][0-9]{8,9}", fullmatch=True),
    st.sampled_from(["49", "33", "44", "1", "353"]),
    st.lists(st.sampled_from(["", " ", "-", "/", ".", "–"]), min_size=1),
)
def test_a_telephone_is_the_same_at_home_and_from_abroad(
    national: str, country: str, between: list[str]
) -> None:
    spaced = "".join(f"{between[n % len(between)]}{sign}" for n, sign in enumerate(national))
    ways = [f"0{spaced}", f"({spaced})", f"tel. {spaced}", _wide(national)]
    ways += [f"+{country} {spaced}", f"00{country}{spaced}", f"+{country} (0) {spaced}"]
    ways += [f"+{country}{national} ext. 12"]
    assert {finding.phone(way) for way in ways} == {national}
    assert all(finding.is_phone(way) for way in ways)
