"""Every next step that an exception is opened with says on a page what to click, in no command."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import hub
import portal
from hub.ops.desk.shown import leads, step
from portal.web.ground.words import told

ROOT = Path(hub.__file__).parent
NOT_OF_PAGES = ("cli", "lab")
FILLED = "x-1"
UNKNOWN = step("`hub nothing`")


def _texts(path: Path) -> Iterator[str]:
    """Yield every text of a file that has a command in it, each hole filled."""
    tree = ast.parse(path.read_text("utf-8"))
    whole = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.Constant)]
    inside = {
        id(piece) for node in whole if isinstance(node, ast.JoinedStr) for piece in node.values
    }
    for node in whole:
        if isinstance(node, ast.JoinedStr):
            pieces = (one.value if isinstance(one, ast.Constant) else FILLED for one in node.values)
            text = "".join(map(str, pieces))
        else:
            text = str(node.value)
        if "`hub " in text and id(node) not in inside and "\n" not in text:
            yield text


def _steps() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        where = path.relative_to(ROOT)
        if where.parts[0] not in NOT_OF_PAGES and where.name != "shown.py":
            for text in _texts(path):
                yield str(where), text


STEPS = list(_steps())


def test_the_steps_are_found() -> None:
    assert len(STEPS) > 40
    assert {"domain/asking.py", "flow/watching.py", "flow/webhook_turns.py"} <= {
        where for where, _ in STEPS
    }


@pytest.mark.parametrize(("where", "text"), STEPS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_shows_a_command(where: str, text: str, language: str) -> None:
    assert "`hub" not in step(text), where
    for said in (told(language, text), told(language, step(text))):
        assert "`hub" not in said, where


SAID = {
    "A stock report that brings some of it is used by itself. Else import an offer for this SKU "
    "with `hub catalog import`, then run `hub orders source 1001 --brand juniper`; or cancel the "
    "line.": "by “Change” or “Cancel” on the order's page.",
    "Call the partner; what it says later by paper still counts. The customer's page says that the "
    "change was not possible: `hub orders show 1001`.": "was not possible; write to the customer "
    "from the order's page.",
    "Tell the customer, offer another article or a cancellation: `hub orders cancel 1001 --brand "
    "juniper`.": "a cancellation: “Change” or “Cancel” on the order's page.",
    "Ask the partner to send it again whole; see the bytes with `hub doc show tra_1`.": "its bytes "
    "stand under “Raw” on its page.",
    "It is tried again by itself; or: `hub lane resume acme/edi`. `hub doc show tra_1` shows what "
    "was answered.": "or: “Resume”. What was answered is kept with the papers.",
    "`hub doc show tra_1` shows what it answered. Settle it with the partner, then `hub doc retry "
    "tra_2` sends the same bytes again, or cancel what it asks for. Other papers go on.": "with "
    "the partner, then “Re-run” sends the same bytes again, or cancel what it asks for.",
    "See `hub depot show T-1`; settle it with whoever packed or carried it, then `hub depot accept "
    "doc_1`. A receipt of the rest clears this.": "then press “Accept”. A receipt of the rest",
    "Invite somebody, under Settings and People or with `hub users invite NAME@EXAMPLE.COM --name "
    "NAME --role supplier_admin --partner corner`; then this closes by itself.": "under Settings "
    "and People; then this closes by itself.",
    "See that their e-mail is right, or give them a link: `hub users invite --print-link`; `hub "
    "duty retry dty_1` tries again.": "invite them again under Settings and People; “Re-run” tries",
    "Ask its owner; `hub webhook dead whk_1` lists what was not taken, `hub webhook replay whk_1` "
    "sends it once more.": "“Send them again” sends it once more.",
    "Compare them with `hub invoices show JUN-1001-1`; agree with the partner before it is "
    "paid.": "Compare them with the papers of the order; agree",
    "Correct them; `hub partner check` tells all. Nothing starts before.": "as it starts.",
}


@pytest.mark.parametrize("written", SAID)
def test_a_step_is_a_whole_sentence_that_says_what_to_do(written: str) -> None:
    shown = step(written)
    assert SAID[written] in shown
    assert UNKNOWN not in shown
    assert told("de", shown) != shown
    assert not any(f" {word} " in told("de", shown) for word in ("the", "and", "is", "of", "or"))


def test_a_step_leads_to_the_pages_that_it_speaks_of() -> None:
    def led(text: str) -> list[tuple[str, str]]:
        return [(one.to, one.id) for one in leads(text)]

    assert led("`hub orders cancel 1001 --brand juniper`.") == [("change", ""), ("cancel", "")]
    assert led("See `hub lane list` and `hub exceptions`.") == [
        ("overview", ""),
        ("exceptions", ""),
    ]
    assert led("`hub webhook dead whk_1` lists it.") == [("webhook", "whk_1")]
    assert led("or with `hub users invite A@B.C --role x`") == [("people", "")]
    assert led("`hub doc show tra_1` shows it.") == [("paper", "tra_1")]
    assert led("Ask the partner.") == []


JOINS = (
    "with what whoever",
    "or what whoever runs",
    "is what whoever",
    "see what whoever",
    "where what whoever",
    "with an import by",
    "; an import by",
    "mit was die",
    "mit einem Import durch",
    "; einem Import durch",
    "was die tun können",
)
"""What a command's own words make of a sentence that was not written for them."""


def _spoken() -> Iterator[str]:
    """Yield every sentence of the catalogues that has a command in it, each hole filled."""
    for path in sorted(Path(portal.__file__).parent.joinpath("locale").rglob("*.po")):
        with path.open("rb") as file:
            for one in read_po(file, locale=path.stem):
                for text in [one.id] if isinstance(one.id, str) else one.id:
                    if "`hub " in text:
                        yield re.sub(r"\{\d\}", FILLED, text)


SPOKEN = list(_spoken())


def test_the_catalogues_sentences_are_found() -> None:
    assert len(SPOKEN) > 10


@pytest.mark.parametrize("text", SPOKEN)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_sentence_with_a_command_is_told_as_a_whole_one(text: str, language: str) -> None:
    said = told(language, text)
    assert "`" not in said
    assert [join for join in JOINS if join in said] == []
    assert (said == told("en", text)) == (language == "en")
