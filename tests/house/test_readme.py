"""The README keeps its word: its page is a page, its commands are commands with these options."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import hub.formats
import hub.transports
from hub import mapping, partners, settings
from hub.cli.root import commands
from hub.main import registry
from tests.house import ROOT

README = (ROOT / "README.md").read_text()
PLACEHOLDER = re.compile(r"[A-Z]+(\.[a-z]+)?")


def _spoken() -> Iterator[str]:
    """Every `hub …` of the text, alternatives told apart, as one would type it."""
    spans = re.findall(r"`(hub [^`]+)`", README)
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    rows = [row.partition("#")[0] for block in blocks for row in block.splitlines()]
    for text in (*spans, *(row for row in rows if row.startswith("hub "))):
        words = text.split()
        several = next((n for n, word in enumerate(words) if "|" in word), None)
        if several is None:
            yield " ".join(words)
            continue
        for one in words[several].replace("\\", "").split("|"):
            yield " ".join([*words[:several], one, *words[several + 1 :]])


SPOKEN = sorted(set(_spoken()))


def test_the_page_of_a_real_partner_is_ten_lines_and_right() -> None:
    (page,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert len(page.splitlines()) <= 10
    loaded = partners.load(
        {"acme": page},
        transports={name: part.Config for name, part in registry(hub.transports).items()},
        formats={name: part.Config for name, part in registry(hub.formats).items()},
        maps=mapping.load(settings.read_pages(ROOT / "mappings")).pages,
    )
    (channel,) = loaded.get("acme").channels
    assert (channel.sends, channel.receives) == (("850",), ("855", "856"))


def test_the_readme_names_commands() -> None:
    assert {"hub demo", "hub serve", "hub doc why", "hub keys revoke"} <= {
        " ".join(text.split()[:3]) for text in SPOKEN
    } | {" ".join(text.split()[:2]) for text in SPOKEN}


@pytest.mark.parametrize("spoken", SPOKEN)
def test_a_command_of_the_readme_is_there_with_its_options(spoken: str) -> None:
    _, *words = spoken.split()
    command: click.Command = commands
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, spoken
        command = found
    known = {option for each in command.params for option in each.opts}
    assert {word for word in words if word.startswith("-")} <= known
    if isinstance(command, click.Group):
        assert not [word for word in words if PLACEHOLDER.fullmatch(word)], spoken


def test_the_orders_that_the_readme_names_are_the_demos() -> None:
    from hub.lab.plays import plays

    named = set(re.findall(r"hub orders show (\S+)", README))
    assert named
    assert named <= {play.order.number for play in plays()}


def test_every_folder_that_proves_a_promise_is_there() -> None:
    folders = set(re.findall(r"`(tests/[a-z/]+)`", README))
    assert folders
    assert {folder for folder in folders if not Path(ROOT, folder).is_dir()} == set()
