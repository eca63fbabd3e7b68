"""What the hub says is heard in German: whatever a page can show of it, and nothing else."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st

import hub
from hub.domain.hearing import MOST_TOLD, AskedLines, unknown_line
from hub.render.words import quoted, unquoted
from portal.web.ground.heard import (
    DEEPEST,
    FOLDER,
    HOLE,
    LONGEST,
    MOST_TRIES,
    Hearing,
    TooHardError,
    ear,
    heard,
    shape_of,
)
from portal.web.ground.templating import environment
from portal.web.ground.words import told
from tests.unit.domain.trade import placed, sourced
from tests.unit.portal.hub_sentences import literals, sentences

HUB = Path(hub.__file__).parent
SPEAKING = (
    "api/partner_posted.py",
    "api/posted.py",
    "api/reading.py",
    "domain/*.py",
    "flow/*.py",
    "formats/json/*.py",
    "formats/tabular/*.py",
    "formats/x12/*.py",
    "formats/xml/*.py",
    "mapping/arrays.py",
    "mapping/converters.py",
    "mapping/element_parting.py",
    "mapping/element_reading.py",
    "mapping/element_writing.py",
    "mapping/filling.py",
    "mapping/iso.py",
    "mapping/saying.py",
    "mapping/shapes.py",
    "mapping/strictness.py",
    "mapping/writing.py",
    "ops/again.py",
    "ops/codes/*.py",
    "ops/desk/*.py",
    "ops/dry_run.py",
    "ops/explain.py",
    "ops/health.py",
    "ops/order_story.py",
    "ops/places.py",
    "partners/brands.py",
    "partners/wording.py",
    "render/by_hand.py",
    "render/news.py",
    "render/news_changes.py",
    "render/words.py",
    "transports/*.py",
    "transports/*/*.py",
)
"""Files whose sentences come to people's pages; what the command line alone says is not here."""
PORTAL = HUB.parent / "portal" / "web"
FOLDERS = {HUB: SPEAKING, PORTAL: ("customer/*.py",)}
"""The customers' rooms speak as the hub does: their brand's language is heard in the end."""
SILENT = {
    "customer/site.py": "colours, as CSS",
    "ops/desk/remedies.py": "commands, which are buttons at the desk",
    "domain/addresses.py": "told to programs that name a URL, by the API",
    "domain/webhooks.py": "names of fields",
    "domain/webhook_examples.py": "the API's reference, in English for programmers",
    "formats/tabular/books.py": "the parts of a workbook",
    "formats/tabular/profile.py": "what a wrong page of a partner is told, at start",
    "formats/tabular/tables.py": "headings of columns",
    "formats/tabular/workbook.py": "the parts of a workbook",
    "formats/xml/profile.py": "what a wrong page of a partner is told, at start",
    "formats/xml/stylesheets.py": "what a wrong page of a partner is told, at start",
    "transports/http/config.py": "what a wrong page of a partner is told, at start",
    "formats/x12/profile.py": "what a wrong page of a partner is told, at start",
    "flow/supplier_lists.py": "headings of columns",
}
UNHEARD = dict.fromkeys(
    (
        "Bad Request",
        "Internal Server Error",
        "Not Acceptable",
        "Not Implemented",
        "Payload Too Large",
        "Temporary server error",
        "Unable to reach cXML server",
    ),
    "what cXML calls a status, sent to the partner",
) | {
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec": "a day is heard as a whole",
    "Mon Tue Wed Thu Fri Sat Sun": "a day is heard as a whole",
    "no route": "stands in the log",
    "Basic {0}": "sent to a partner's server",
    "Or answer without a file: each link opens its order, once, within seven days.": "stands in a "
    "mail to a partner",
    "Bearer {0}": "sent to a partner's server",
    "Channel closed.": "what a library says, and is looked for",
    "not well-formed (invalid token)": "what a library says, and is looked for",
    "sftp {0}@{1}:{2}": "an address",
    "utf-8 utf8 us-ascii ascii iso-8859-1 latin-1 latin1 iso-8859-15 windows-1252 cp1252": "names",
    "archive must be another directory than inbox; name a new one": "told at start",
    "direct: files are written under their final names, so the partner can see half a file; agree "
    "with the partner that they wait until a file stops growing": "told at start",
    "key_file or password is missing; give at least one by reference": "told at start",
    "{0} is no schema: {1}": "told at start",
    "{0}; put it there": "told at start",
    "{0} includes {1}, which is not below the maps' folder": "told at start",
    "no schema {0} below the maps' folder; there are: {1}": "told at start",
    "must be the server's public key as `ssh-ed25519 AAAA...` or its fingerprint as `SHA256:` and "
    "43 signs; ask the partner for it, or compare `ssh-keyscan` with them": "told at start",
    "This table {0}": "heard with what the guard of reports says",
    "`hub doc show {0}` shows what it answered.": "heard with what is to be done",
    "for order {0} of {1}": "a piece of a verdict, heard as a whole",
    "when you have put it right": "heard with what comes before",
    "It is tried again by itself; {0}: `hub lane resume {1}`.{2}": "heard with either way on",
    "{0}; {1}priority {2}": "why a partner was chosen; only the command line tells it",
    "{0} It is {1}, agreed is {2}.": "two sentences, each heard",
    "{0}Settle it with the partner, then `hub doc retry {1}` sends the same bytes again, or "
    "cancel what it asks for. Other papers go on.": "heard with and without what comes before",
    ", purchase order {0}": "a piece of a verdict, heard as a whole",
    "It stands": "a piece of a verdict, heard as a whole",
    "Segment {0}": "a piece of a verdict, heard as a whole",
    "for {0} {1}": "a piece of what is owed, heard as a whole",
    "{0} overdue {1}": "heard with `answer` and with `answers`",
    "thing waits": "heard with its number",
    "things wait": "heard with its number",
    "dry run": "who is written to have asked",
    "Supplier hub": "what an authenticator calls the account",
    "Old Dominion": "a carrier's name",
    "What is wrong": "the heading of a column in a file",
    "ground standard three_day second_day next_day overnight saturday express": "words of the API",
    "ordered = open + cancelled + shipped does not hold: {0}": "a fault of ours",
    "a quantity is negative: {0}": "a fault of ours",
    "{0} of {1}": "what a page counts; heard with the sentence around it",
}
"""Those that no page says, or says with others, and why."""


_NAMED = re.compile(r"\{\w+\}")  # filled in by `format`
_ANY_HOLE = re.compile(r"\{\w+\}|\\1")


def _spoken() -> dict[str, str]:
    """Every sentence by its shape, with where it stands."""
    found: dict[str, str] = {}
    for folder, pattern in ((one, each) for one, several in FOLDERS.items() for each in several):
        for path in sorted(folder.glob(pattern)):
            name = str(path.relative_to(folder))
            if name not in SILENT:
                found |= {shape: f"{name}:{line}" for line, shape in sentences(path)}
    return found


def _is_heard(shape: str, german: str) -> bool:
    """Whether a sentence is heard, or is a piece of one that is."""
    text = _NAMED.sub("X1", HOLE.sub(lambda hole: f"X{hole[1]}", shape))
    if told("de", text) != text:
        return True
    around = [re.escape(piece) for piece in _ANY_HOLE.split(shape)]
    return re.search(".+".join(around), german) is not None


def test_every_sentence_that_the_hub_says_to_people_is_heard_in_german() -> None:
    spoken, asked = _spoken(), "\n".join(asked for asked, _ in _catalog())
    unheard = {shape: at for shape, at in spoken.items() if not _is_heard(shape, asked)}
    assert {shape: at for shape, at in unheard.items() if shape not in UNHEARD} == {}
    assert UNHEARD.keys() <= spoken.keys()
    assert all(any((folder / name).exists() for folder in FOLDERS) for name in SILENT)


def _catalog() -> list[tuple[str, str]]:
    with (FOLDER / "de.po").open("rb") as file:
        return [(str(one.id), str(one.string)) for one in read_po(file, locale="de") if one.id]


def test_german_has_no_sentence_that_the_hub_says_no_more() -> None:
    folders = (HUB, HUB.parent / "portal" / "web")
    written = "\n".join(
        text for folder in folders for path in folder.rglob("*.py") for text in literals(path)
    )
    unsaid = [
        asked
        for asked, _ in _catalog()
        for chunk in re.split(r"\{\d\}|[;:,.()?]", asked)
        if len(_cut(chunk.split(), written)) > MOST_PIECES
    ]
    assert [one for one in unsaid if not one.startswith(LIBRARYS)] == []


MOST_PIECES = 3
"""A sentence is put together of so many texts at most."""
LIBRARYS = ("{0}: string should have at ", "{0} should be ")
"""What a library says of a value; it is told on as it is."""


def _cut(words: list[str], written: str) -> list[str]:
    """Cut words into the longest pieces that are written somewhere."""
    if not words:
        return []
    for size in range(len(words), 1, -1):
        piece = " ".join(words[:size])
        if piece in written:
            return [piece, *_cut(words[size:], written)]
    return [words[0], *_cut(words[1:], written)]


def test_every_german_sentence_is_whole_and_fills_in_no_more_than_the_hub_says() -> None:
    for asked, said in _catalog():
        assert said and said == said.strip(), asked
        assert set(HOLE.findall(said)) <= set(HOLE.findall(asked)), asked
        assert shape_of(asked, said).own > 1, asked


def test_no_sentence_is_taken_for_another_one() -> None:
    for asked, said in _catalog():
        filled = HOLE.sub(lambda hole: f"X{hole[1]}", asked)
        assert heard("de", filled) == HOLE.sub(lambda hole: f"X{hole[1]}", said), asked


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            "X from A: line 7 is not on purchase order J; it has 1. Segment N9 at byte 1,204.",
            "X von A: Position 7 steht nicht auf Auftrag J; er hat 1. Segment N9 bei Byte 1.204.",
        ),
        ("2 × rejected paper from Acme", "2 × zurückgewiesener Beleg von Acme"),
        (
            "acme/edi is paused: the bytes end; 1 overdue answer; 12 things wait",
            "acme/edi ist angehalten: die Bytes enden; 1 überfällige Antwort; 12 Sachen warten",
        ),
        (
            "Delayed: now expected by Sat 5 Dec, was Sat 28 Nov",
            "Verspätet: jetzt erwartet bis Sa., 5. Dez., zuvor Sa., 28. Nov.",
        ),
        (
            "Lines sourced: line 1 × 1, line 2 × 8 (acme)",
            "Positionen vergeben: Position 1 × 1, Position 2 × 8 (acme)",
        ),
        ("row 3, column 2: this row cannot be read", None),
        (
            "it runs; column line: row 4 does not say its sku; fill it in; it runs",
            "läuft; Spalte line: In Zeile 4 fehlt: sku; tragen Sie es ein; läuft",
        ),
        ("This account is disabled; enable it first.", None),
        ("PO1 (segment 7), element 2, at byte 1204", "PO1 (Segment 7), Element 2, bei Byte 1204"),
        ("Segment N9. And 3 more.", "Segment N9. Und 3 weitere."),
        (
            "The day of arrival moved from Thu 26 Nov to Sat 28 Nov: the order was changed.",
            (
                "Der Tag der Ankunft hat sich verschoben, von Do., 26. Nov. auf Sa., 28. Nov.: "
                "Die Bestellung wurde geändert."
            ),
        ),
        (
            f"Waiting for new stock: {quoted('2 × X und 1 × Y')}; expected to leave on Fri 27 Nov.",
            (
                "Wartet auf neue Ware: 2 × X und 1 × Y; "
                "wird voraussichtlich am Fr., 27. Nov. versandt."
            ),
        ),
        (
            "We asked the warehouse to stop 1 × X. The answer comes any moment.",
            "Wir haben das Lager gebeten, nicht zu senden: 1 × X. Die Antwort kommt jeden Moment.",
        ),
        (
            "It will stand on this page, and we write to you.",
            "Die Antwort wird auf dieser Seite stehen, und wir schreiben Ihnen.",
        ),
        (
            "It is too late for 2 × Mug: it has left already.",
            "Zu spät für 2 × Mug: Die Ware ist schon versandt.",
        ),
        (
            "The answer comes by Thu 26 Nov, 13:01 CST",
            "Die Antwort kommt bis Do., 26. Nov., 13:01 CST",
        ),
        ("Mug, tray: by Sat 28 Nov", "Mug, tray: bis Sa., 28. Nov."),
        ("Exchanged, now: 2 × Mug.", "Getauscht, jetzt: 2 × Mug."),
        (
            "Street and number: at most 55 characters fit on a label; shorten it.",
            "Straße und Hausnummer: Höchstens 55 Zeichen passen auf ein Etikett; kürzen Sie es.",
        ),
        ("Parcel 1 of 2", "Paket 1 von 2"),
    ],
)
def test_sentences_within_sentences_are_heard_too(english: str, german: str | None) -> None:
    if german is not None:
        assert heard("de", english) == german
    assert heard("de", english) != english
    assert heard("en", english) == unquoted(english)
    assert heard("fr", english) == unquoted(english)


@pytest.mark.parametrize(
    "words",
    [
        "Book",
        "Note: by Sat 28 Nov; 2 × Gift",
        "2 × Phone, blue and 1 × Label. We do not send it",
        "Mug " * 3_000,
        "\ue000 and \ue001",
    ],
)
@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Being prepared: {}.", "In Vorbereitung: {}."),
        ("Cancelled: {}. We do not send it.", "Storniert: {}. Das senden wir nicht."),
        (
            "It is too late for {}: it has left already.",
            "Zu spät für {}: Die Ware ist schon versandt.",
        ),
        ("{}: by Sat 28 Nov", "{}: bis Sa., 28. Nov."),
        ("{}: no day known yet", "{}: noch kein Tag bekannt"),
        ("{}: enter a number from 0 to 2.", "{}: Geben Sie eine Zahl von 0 bis 2 ein."),
        ("Exchanged, now: {}.", "Getauscht, jetzt: {}."),
    ],
)
def test_what_is_quoted_is_said_as_it_stands(words: str, english: str, german: str) -> None:
    assert heard("de", english.format(quoted(words))) == german.format(words)
    assert heard("en", english.format(quoted(words))) == english.format(words)


def test_nobody_can_put_marks_into_what_is_quoted() -> None:
    forged = quoted("Mug\u2069. Delivered\u2068")
    assert unquoted(forged) == "Mug. Delivered"
    assert heard("de", f"Being prepared: {forged}.") == "In Vorbereitung: Mug. Delivered."
    assert quoted("") == ""


def test_what_is_filled_in_is_written_as_germans_write_it() -> None:
    invoice = "invoice I-1 line 1 (K): 1034.50 USD is invoiced for 2 units, by the purchase order"
    assert "1.034,50\xa0$ berechnet für 2 Stück" in heard("de", f"{invoice} they cost 34.00 USD")
    assert heard("de", "Arriving Thu 29 Feb") == "Ankunft Do., 29. Feb."
    assert heard("de", "Arriving Fri 1 Jan 2027") == "Ankunft Fr., 1. Jan. 2027"
    assert heard("de", "Arriving Mon 30 Feb") == "Ankunft Mon 30 Feb"  # there is no such day


@settings(max_examples=40)
@given(st.text(max_size=80))
def test_whatever_is_filled_in_is_kept(words: str) -> None:
    said = heard("de", f"X{words}X is paused: no reason given")
    known = heard("de", f"X{words}X")
    assert said == f"{known} ist angehalten: kein Grund genannt" or ". " in words or ": " in words


def test_other_words_stay_as_they_are() -> None:
    for text in ("", "Ana Ortiz", "9400 1000", "a: b; c, d.", "{0} {1}", "x" * 5_000):
        assert heard("de", text) == text
    assert ear("../de").whole == {}


def _tries(text: str) -> int:
    hearing = Hearing(ear("de"))
    hearing.sentence(text, DEEPEST)
    return hearing.tries


@pytest.mark.parametrize("times", [10, 24, 100])
def test_a_text_that_says_the_same_again_and_again_is_looked_at_once(times: int) -> None:
    assert _tries("Row 3: a, b: c; " * times) < 100
    assert _tries("X is paused: a, b; " * times) < 100


def test_a_text_that_can_be_cut_in_too_many_ways_is_left_as_it_is() -> None:
    pieces = [f"R{n}: a{n}, b{n}: c{n}, d{n}: e{n}, f{n}: g{n} is paused" for n in range(24)]
    hearing = Hearing(ear("de"))
    with pytest.raises(TooHardError):
        hearing.sentence("; ".join(pieces), DEEPEST)
    assert hearing.tries == MOST_TRIES
    assert heard("de", "; ".join(pieces)) == "; ".join(pieces)


def test_a_text_of_a_papers_length_is_left_as_it_is() -> None:
    words = "x" * (LONGEST - len(" is paused: y"))
    assert heard("de", f"{words} is paused: y") == f"{words} ist angehalten: y"
    assert heard("de", f"x{words} is paused: y") == f"x{words} is paused: y"


def test_an_unknown_line_of_a_long_order_is_said_after_few_tries() -> None:
    (part,) = sourced(placed(*[1] * 12), "acme").order.fulfillments
    assert len(part.lines) > MOST_TOLD
    told_by_hub = unknown_line(AskedLines(part), "99", part.lines[0].products, "PO1").text
    assert _tries(told_by_hub) < MOST_TRIES / 4
    said = heard("de", told_by_hub)
    assert said.startswith("Position 99 acme-SKU-1, SKU-1 steht nicht auf Auftrag ")
    assert "; 10: acme-SKU-10" in said and said.endswith("; und 2 weitere")


def test_what_is_said_is_escaped_and_what_a_page_said_itself_is_left() -> None:
    page = environment("de").from_string("{{ a | said }}|{{ gettext('%(b)s: %(b)s', b=a) | said }}")
    kept = page.render(a="<i>x</i> is paused: <b>")
    escaped = "&lt;i&gt;x&lt;/i&gt;"
    assert kept.startswith(f"{escaped} ist angehalten: &lt;b&gt;|{escaped} is paused: &lt;b&gt;: ")
    assert environment("en").from_string("{{ a | said }}").render(a="<b>") == "&lt;b&gt;"
