"""`hub users`: the first operator's way in, and an operator's hand on everybody's account."""

import json
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner

from hub.access import House
from hub.cli.desk import Desk
from hub.cli.root import commands
from hub.flow import accounts
from hub.flow.accounts import Step
from hub.main import build
from tests.flow.accounts.conftest import GOOD, HOME, bare


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An empty hub without a mail server."""
    return bare(tmp_path)


def hub(environment: dict[str, str], *words: str) -> tuple[int, str]:
    """Run `hub users …`; return its exit code and what it said."""
    answer = CliRunner().invoke(commands, ["users", *words], obj=Desk(environment))
    assert not isinstance(answer.exception, KeyError | ValueError | AssertionError)
    return answer.exit_code, answer.output


def as_json(environment: dict[str, str], *words: str) -> dict[str, object]:
    """Do the same with --json."""
    code, said = hub(environment, *words, "--json")
    assert code == 0, said
    found = json.loads(said)
    assert isinstance(found, dict)
    return found


def test_the_first_operator_is_invited_where_no_mail_server_is(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    who = ("kim@example.com", "--name", "Kim", "--role", "operator")
    code, said = hub(environment, "invite", *who)
    assert code == 1
    assert "HUB_SMTP_URL" in said
    made = as_json(environment, "invite", *who, "--print-link")
    assert str(made["url"]).startswith("https://desk.localhost/l/")
    code, said = hub(environment, "invite", *who, "--print-link")
    assert code == 0
    url = next(line for line in said.splitlines() if line.startswith("https://"))
    parts = build(environment)
    try:
        entered = accounts.use_link(
            parts,
            house=House.DESK,
            token=url.rpartition("/")[2],
            password=GOOD,
            address=HOME,
        )
        assert entered.step is Step.IN
        assert as_json(environment, "end-sessions", "KIM@example.com") == {
            "id": made["id"],
            "ended": 1,
        }
        assert accounts.session(parts, house=House.DESK, cookie=entered.cookie) is None
        with parts.store.read() as tx:
            row = tx.accounts.get(str(made["id"]))
        assert (row.role, row.brands, row.name) == ("operator", (), "Kim")
    finally:
        parts.store.close()


def test_accounts_are_listed_closed_opened_and_set_back(environment: dict[str, str]) -> None:
    ana = ("ana@example.com", "--role", "supplier_user", "--partner", "acme", "--print-link")
    first = as_json(environment, "invite", *ana)
    as_json(environment, "invite", "ana@example.com", "--role", "viewer", "--print-link")
    listed = as_json(environment, "list", "--partner", "acme")["users"]
    assert isinstance(listed, list)
    assert [(each["name"], each["partner"], each["disabled"]) for each in listed] == [
        ("ana", "acme", False)
    ]
    code, said = hub(environment, "list")
    assert code == 0
    assert said.count("ana@example.com") == 2
    code, said = hub(environment, "disable", "ana@example.com")
    assert code == 1
    assert str(first["id"]) in said
    assert as_json(environment, "disable", str(first["id"]))["disabled"] is True
    assert as_json(environment, "enable", str(first["id"]))["disabled"] is False
    assert as_json(environment, "reset-totp", str(first["id"]))["has_totp"] is False
    code, said = hub(environment, "enable", "nobody@example.com")
    assert (code, "hub users list" in said) == (1, True)
    code, said = hub(environment, "invite", "a@example.com", "--role", "supplier_user")
    assert (code, "there are: acme" in said) == (1, True)


def test_the_shell_completes_commands_and_roles() -> None:
    complete = BashComplete(commands, {"obj": Desk({})}, "hub", "_HUB_COMPLETE")
    found = {each.value for each in complete.get_completions(["users"], "")}
    assert found >= {"invite", "list", "disable", "enable", "end-sessions", "reset-totp"}
    roles = {each.value for each in complete.get_completions(["users", "invite", "--role"], "s")}
    assert roles == {"supplier_user", "supplier_admin"}
    assert isinstance(commands, click.Group)
