"""The rules every command keeps: help with examples, near names, exit codes, messages apart."""

import base64
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from hub.cli.desk import Desk
from hub.cli.root import COMMANDS, commands
from tests.house import ROOT

# The demo is a room of its own and tested with it.
OWN = sorted(set(COMMANDS) - {"demo"})


def _hub(tmp_path: Path, *words: str, **environment: str) -> Result:
    desk = Desk({"HUB_DATA_DIR": str(tmp_path / "data"), **environment})
    return CliRunner().invoke(commands, list(words), obj=desk)


def _every() -> list[list[str]]:
    found = []
    for name in OWN:
        command = commands.get_command(click.Context(commands), name)
        assert command is not None
        found.append([name])
        if isinstance(command, click.Group):
            found += [[name, each] for each in sorted(command.commands)]
    return found


@pytest.mark.parametrize("words", _every(), ids=" ".join)
def test_every_help_begins_with_examples_and_says_what_the_command_does(
    tmp_path: Path, words: list[str]
) -> None:
    answer = _hub(tmp_path, *words, "-h")
    assert answer.exit_code == 0
    usage, examples, *rest = answer.output.split("\n\n")
    assert usage.startswith("Usage: ")
    assert examples.startswith("Examples:\n") or "\nExamples:\n" in usage
    assert rest
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["patner"], "partner"), (["doc", "whi"], "why"), (["orders", "imprt"], "import")],
)
def test_a_mistyped_command_is_told_what_was_meant(
    tmp_path: Path, words: list[str], meant: str
) -> None:
    answer = _hub(tmp_path, *words)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert f"did you mean `{meant}`?" in answer.stderr


def test_reading_where_there_is_no_store_says_so_and_makes_none(tmp_path: Path) -> None:
    answer = _hub(tmp_path, "orders", "list")
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert "next: hub migrate" in answer.stderr
    assert not (tmp_path / "data").exists()


def test_every_mistake_of_the_settings_has_a_line_of_its_own(tmp_path: Path) -> None:
    answer = _hub(tmp_path, "keys", "list", HUB_PROT="1", HUB_LOG_LEVEL="loud")
    assert answer.exit_code == 1
    assert [row.partition(":")[0] for row in answer.stderr.splitlines()] == [
        "HUB_PROT",
        "HUB_LOG_LEVEL",
        "hub",
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_completes_this_command(tmp_path: Path, shell: str) -> None:
    answer = _hub(tmp_path, "completion", shell)
    assert answer.exit_code == 0
    assert f"_HUB_COMPLETE={shell}_complete" in answer.stdout


def test_the_pages_that_come_with_the_hub_have_no_mistake(tmp_path: Path) -> None:
    answer = _hub(tmp_path, "partner", "check", "--json")
    assert answer.exit_code == 0
    told = json.loads(answer.stdout)
    assert told["right"] is True
    assert "acme" in told["partners"]


BAD_PAGE = """\
name: Nordic
kind: suplier
channels:
  - name: edi
    transport: folder
    settings: {inbox: /x, outbox: /y, colour: red}
    format: x13
    send: [850]
"""


def test_every_mistake_of_a_page_is_told_with_file_line_and_what_is_allowed(tmp_path: Path) -> None:
    page = tmp_path / "nordic.yaml"
    page.write_text(BAD_PAGE)
    answer = _hub(tmp_path, "partner", "check", str(page))
    assert answer.exit_code == 1
    assert answer.stdout == ""
    rows = answer.stderr.splitlines()
    assert any("nordic.yaml:2 kind" in row and "supplier" in row for row in rows)
    assert any("nordic.yaml:6" in row and "colour" in row for row in rows)
    assert any("nordic.yaml:7" in row and "x12" in row for row in rows)
    assert rows[-1].endswith("mistakes")
    told = json.loads(_hub(tmp_path, "partner", "check", str(page), "--json").stdout)
    assert told["mistakes"] == rows[:-1]


def test_a_right_draft_outside_of_its_folder_can_be_checked(tmp_path: Path) -> None:
    page = tmp_path / "corner.yaml"
    page.write_text("name: Corner Workshop\nkind: supplier\n")
    answer = _hub(tmp_path, "partner", "check", str(page))
    assert (answer.exit_code, answer.stdout) == (0, "1 page, no mistake.\n")


def test_the_schema_of_pages_is_json_schema_with_every_transport(tmp_path: Path) -> None:
    told = json.loads(_hub(tmp_path, "partner", "schema").stdout)
    assert told["$schema"].startswith("https://json-schema.org/")
    assert "sftp" in told["$defs"]["channel"]["properties"]["transport"]["enum"]


def test_partners_are_listed_with_their_channels(tmp_path: Path) -> None:
    rows = json.loads(_hub(tmp_path, "partner", "list", "--json").stdout)["partners"]
    acme = next(row for row in rows if row["id"] == "acme")
    assert acme["channel"]["transport"] == "sftp"
    assert "acme" in _hub(tmp_path, "partner", "list").stdout


def test_trying_a_file_needs_no_store_and_leaves_no_trace(tmp_path: Path) -> None:
    file = tmp_path / "hello.edi"
    file.write_text("hello")
    answer = _hub(tmp_path, "try", "acme", str(file))
    assert answer.exit_code == 1
    assert "begins 'hello'" in answer.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hello.edi"]


def test_trying_a_file_goes_on_when_the_store_cannot_be_reached(tmp_path: Path) -> None:
    file = tmp_path / "hello.edi"
    file.write_text("hello")
    key = base64.b64encode(bytes(32)).decode()
    answer = _hub(
        tmp_path,
        "try",
        "acme",
        str(file),
        HUB_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
        HUB_MASTER_KEY=key,
    )
    assert answer.exit_code == 1
    assert "The store was not looked into" in answer.stderr
    assert "begins 'hello'" in answer.stdout


def _on_a_terminal(tmp_path: Path, *words: str, **environment: str) -> str:
    """What a command prints when its output is a terminal."""
    ours, theirs = os.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "hub", *words],
        env={"PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": "90", **environment},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    assert done.returncode == 0, done.stderr
    shown = b""
    with suppress(OSError), open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123  # a number
        while piece := terminal.read(4096):
            shown += piece
    return shown.decode()


def test_a_terminal_gets_a_table_and_keeps_its_colours_when_it_wants_none(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(ROOT)}
    shown = _on_a_terminal(tmp_path, "partner", "list", **environment)
    assert "Acme Home Goods" in shown
    assert "\x1b[" in shown
    plain = _on_a_terminal(tmp_path, "partner", "list", NO_COLOR="1", **environment)
    assert "Acme Home Goods" in plain
    assert "\x1b[3" not in plain


def test_trying_for_an_unknown_partner_names_those_there_are(tmp_path: Path) -> None:
    file = tmp_path / "x.edi"
    file.write_text("x")
    answer = _hub(tmp_path, "try", "stranger", str(file))
    assert answer.exit_code == 1
    assert "acme" in answer.stderr
