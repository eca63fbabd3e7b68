"""How people are found: many ways of writing one number or name are one, and others are others."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain import finding
from hub.domain.finding import NamedPlace


def test_a_telephone_is_its_own_digits_however_it_is_written() -> None:
    ways = ("217-555-0134", "(217) 555 0134", "+1 217.555.0134", "001 217 5550134")
    assert {finding.phone(way) for way in ways} == {"2175550134"}
    assert finding.phone("0171 5550123") == finding.phone("+49 171 5550123")
    assert finding.phone("555-01") == ""
    assert finding.phone("") == ""


def test_postcodes_lose_spaces_case_and_the_plus_four() -> None:
    assert finding.postcode(" sw1a 1aa ") == "SW1A1AA"
    assert finding.postcode("62701-1234") == finding.postcode("62701") == "62701"
    assert finding.postcode("1234-567") == "1234567"


def test_names_lose_accents_and_case_and_single_letters() -> None:
    assert finding.name_words("Zoë  O. Müller-Lüdenscheidt") == ("zoe", "muller", "ludenscheidt")
    assert finding.name_words("J") == ()


def test_a_text_is_read_with_the_postcode_at_either_end() -> None:
    assert finding.named_places("Lindqvist 62701") == (
        NamedPlace(words=("lindqvist",), postcode="62701"),
    )
    assert NamedPlace(words=("smith",), postcode="SW1A1AA") in finding.named_places(
        "Smith SW1A 1AA"
    )
    assert NamedPlace(words=("maya", "lindqvist"), postcode="62701") in finding.named_places(
        "62701 Maya Lindqvist"
    )
    assert finding.named_places("Maya Lindqvist") == ()
    assert finding.named_places("62701") == ()


def test_nothing_is_found_by_a_name_alone() -> None:
    assert finding.terms(name="Maya Lindqvist", code="", telephones=("",)) == ()


@settings(max_examples=60)
@given(
    name=st.text(alphabet="abcdeéöÅ -'", min_size=2, max_size=20).filter(finding.name_words),
    code=st.from_regex(r"[0-9]{5}|[A-Z]{2}[0-9] [0-9][A-Z]{2}", fullmatch=True),
)
def test_who_says_a_name_and_a_postcode_as_kept_is_always_found(name: str, code: str) -> None:
    kept = set(finding.terms(name=name, code=code, telephones=()))
    for said in (f"{name} {code}", f"{code} {name.upper()}"):
        ways = [set(finding.name_terms(way)) for way in finding.named_places(said)]
        assert any(way and way <= kept for way in ways)


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_any_words_are_read_without_a_fault(said: str) -> None:
    for way in finding.named_places(said):
        assert way.words
        assert way.postcode
    assert finding.phone(said) == finding.phone(finding.phone(said))


def test_a_number_is_its_letters_and_digits_and_is_called_by_its_longest_row() -> None:
    ways = ("J-1001", "j 1001", "#J1001", "J–1001", "Ｊ－１００１", "\u00a0J‑1001. ")
    assert {finding.plain_number(way) for way in ways} == {"J1001"}
    assert finding.plain_number("JUN J 1001 1") == finding.plain_number("JUN-J-1001-1")
    assert finding.plain_number(" -- ") == "--"
    assert finding.plain_number("") == ""
    called = {"J-1002": "1002", "C-00042": "42", "J-1001-2": "1001", "7-8": "8", "J-00": "0"}
    assert {number: finding.number_digits(number) for number in called} == called
    assert finding.number_digits("Web") == ""


def test_a_telephone_is_the_same_with_and_without_its_country() -> None:
    ways = ("+33 1 23 45 67 89", "01 23 45 67 89", "0033 123456789", "33123456789")
    assert {finding.phone(way) for way in ways} == {"123456789"}
    assert finding.phone("217-555-0134 ext. 12") == finding.phone("2175550134")
    assert finding.is_phone("Tel. 217-555-0134 x12")
    assert not finding.is_phone("1Z999AA10123456784")
    assert not finding.is_phone("Okafor 04101")


def test_a_name_is_read_with_its_marks_joined_and_parted() -> None:
    assert finding.name_words("Pat O’Brien") == finding.name_words("pat o'brien")
    assert finding.readings("O'Brien") == (("obrien",), ("brien",))
    assert finding.readings("Müller-Lüdenscheidt") == (
        ("muller", "ludenscheidt"),
        ("mullerludenscheidt",),
    )
    assert finding.readings("Mueller") == (("mueller",), ("muller",))
    assert finding.name_words("Łukasz Øst Straße Đorđe Næss") == (
        "lukasz",
        "ost",
        "strasse",
        "dorde",
        "naess",
    )
    assert finding.readings("Oe") == (("oe",),)
