"""What waits for a person, taken by command: the list tells who has it, and since when."""

from hub.access import Role
from hub.flow import accounts, cases
from tests.flow.test_cli_road import Told, told

__all__ = ["told"]


def test_what_waits_is_taken_by_command_and_who_has_it_is_told(told: Told) -> None:
    one, other = (row["id"] for row in told.json("exceptions")["exceptions"])
    taken = told.json("exceptions", "take", one)
    assert (taken["id"], taken["taken_by"]) == (one, "operator") and taken["taken_at"]
    assert told.hub("exceptions").stdout.count(" by operator\n") == 1
    assert told.json("exceptions", "give-back", one)["taken_by"] == ""
    parts = told.house.parts
    kim = accounts.invite_by_link(
        parts, email="kim@example.com", name="Kim Duarte", role=Role.CLERK, who="test"
    ).account.id
    cases.take(parts, other, who=kim)
    assert " by Kim Duarte\n" in told.hub("exceptions").stdout
    rows = {row["id"]: row["taken_by"] for row in told.json("exceptions")["exceptions"]}
    assert rows == {one: "", other: kim}
    for act in ("take", "give-back"):
        late = told.hub("exceptions", act, other)
        assert late.exit_code == 1 and "Kim Duarte took it" in late.stderr
        assert f"hub exceptions take {other} --over" in late.stderr
    assert told.json("exceptions", "take", other, "--over")["taken_by"] == "operator"
    told.hub("exceptions", "close", one, "--reason", "settled by phone")
    for words in (("take", one), ("take", "exc_none", "--over"), ("give-back", one)):
        gone = told.hub("exceptions", *words)
        assert gone.exit_code == 1 and "no open exception" in gone.stderr, words
