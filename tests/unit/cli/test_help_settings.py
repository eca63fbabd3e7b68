"""The help names every setting there is."""

from click.testing import CliRunner

from hub.cli.root import commands
from hub.settings import SETTINGS


def test_the_help_names_every_setting() -> None:
    shown = CliRunner().invoke(commands, ["--help"]).output
    assert [one.name for one in SETTINGS if one.name not in shown] == []
