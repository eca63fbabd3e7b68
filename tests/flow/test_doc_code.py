"""`hub doc code`: what an error code means and what to do, without any store."""

import json

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

import hub.formats
from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.main import registry
from hub.ops.codes import catalogue

NOWHERE = {"HUB_DATA_DIR": "/nowhere"}


def _hub(*words: str) -> Result:
    return CliRunner().invoke(commands, ["doc", "code", *words], obj=Desk(NOWHERE))


def test_a_code_is_told_with_what_to_do() -> None:
    told = _hub("unknown-order")
    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        "unknown-order",
        "The purchase order that is named was never sent to this partner.",
        "Check the number and send the paper again with the right one.",
        "met in: Orders, shipments, stock and invoices, Forms and uploads of suppliers",
    ]


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("x12-ak304-3", "A mandatory segment is missing."),
        (
            "x12-ak403-I10",
            "An element has a mistake that the partner names by a code of its own.",
        ),
        (
            "http-503",
            "The partner's web server answered with this status instead of taking the paper.",
        ),
    ],
)
def test_programs_read_it_as_json(code: str, means: str) -> None:
    told = json.loads(_hub(code, "--json").stdout)
    assert list(told) == ["code", "met", "means", "do"]
    assert (told["code"], told["means"]) == (code, means)


def test_all_codes_are_listed_without_one() -> None:
    known = catalogue(registry(hub.formats)).entries
    assert len(_hub().stdout.splitlines()) == len(known) + 1
    listed = json.loads(_hub("--json").stdout)["codes"]
    assert {one["code"] for one in listed} == set(known)
    assert {tuple(one) for one in listed} == {("code", "met", "means", "do")}


@pytest.mark.parametrize(
    ("typed", "said", "then"),
    [
        ("unknown-ordr", "did you mean `unknown-order`?", "hub doc code unknown-order"),
        ("X12-AK304-3", "did you mean `x12-ak304-3`?", "hub doc code x12-ak304-3"),
        ("zzzz", "there is no error code 'zzzz'\n", "hub doc code\n"),
    ],
)
def test_a_mistyped_code_is_told_the_nearest(typed: str, said: str, then: str) -> None:
    told = _hub(typed)
    assert (told.exit_code, told.stdout) == (1, "")
    assert said in told.stderr
    assert f"next: {then}" in told.stderr


def test_the_shell_completes_codes() -> None:
    shell = ShellComplete(commands, {}, "hub", "_HUB_COMPLETE")
    found = [one.value for one in shell.get_completions(["doc", "code"], "x12-ak502-2")]
    assert found == ["x12-ak502-2", "x12-ak502-23"]
