"""The root of the commands: a table of names, what each is for, and where it lives."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

import click

from hub.cli.desk import Desk
from hub.cli.shown import Failure, Mistakes, ShownGroup
from hub.errors import ConfigError, HubError


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a command lives and what it is for; nothing is imported to show it."""

    module: str
    name: str
    about: str


SECTIONS: Mapping[str, Mapping[str, Place]] = {
    "Try it": {
        "demo": Place(
            module="demo", name="demo", about="Forty orders to their ends, and the pages"
        ),
        "lab": Place(
            module="lab", name="lab", about="Simulated partners: run scenarios with a verdict"
        ),
        "try": Place(
            module="dry_run", name="try_", about="Read a partner's file without touching anything"
        ),
    },
    "Run it": {
        "serve": Place(module="serving", name="serve", about="Run the web and the worker process"),
        "work": Place(module="processes", name="work", about="Run one worker process"),
        "web": Place(module="processes", name="web", about="Run one web process"),
        "migrate": Place(module="processes", name="migrate", about="Bring the store up to date"),
    },
    "Look and mend": {
        "orders": Place(module="orders", name="orders", about="Orders: import, list, show, source"),
        "source": Place(
            module="source", name="source", about="Who would fill an order, and why: simulated"
        ),
        "stock": Place(
            module="stock", name="stock", about="Levels: list, show, set, feeds, accept"
        ),
        "depot": Place(
            module="depot",
            name="depot",
            about="Our goods in warehouses: list, show, send, book, accept",
        ),
        "doc": Place(module="doc", name="doc", about="Papers on the wire: list, show, why, retry"),
        "edi": Place(module="edi", name="edi", about="X12 files as they lie there: check, show"),
        "exceptions": Place(
            module="exceptions", name="exceptions", about="What waits for a person, and what to do"
        ),
        "invoices": Place(
            module="invoices", name="invoices", about="What partners ask to be paid: list, show"
        ),
        "duty": Place(module="lanes", name="duty", about="What is owed to partners: list, retry"),
        "lane": Place(module="lanes", name="lane", about="Channels' lanes: list, resume"),
        "ledger": Place(module="ledger", name="ledger", about="The chain of facts: verify"),
    },
    "Set it up": {
        "partner": Place(
            module="partner", name="partner", about="Pages: check, schema, list, headings"
        ),
        "brand": Place(module="brands", name="brand", about="Brands: list, check, publish"),
        "catalog": Place(module="catalog", name="catalog", about="Articles: import, list"),
        "keys": Place(module="keys", name="keys", about="API keys: add, list, rotate, revoke"),
        "users": Place(
            module="users", name="users", about="People's accounts: invite, list, role, disable"
        ),
        "webhook": Place(
            module="webhooks", name="webhook", about="Endpoints told of facts: add, list, replay"
        ),
        "completion": Place(
            module="completion", name="completion", about="Completion for bash, zsh or fish"
        ),
    },
}
COMMANDS = {name: place for section in SECTIONS.values() for name, place in section.items()}


class Root(ShownGroup):
    """All commands, imported one by one when asked for; errors become sentences and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every name, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command and return it; None when there is no such command."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        command = getattr(import_module(f"hub.cli.{place.module}"), place.name)
        assert isinstance(command, click.Command)  # noqa: S101  # a fault of ours, not of the caller
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section, from the table alone."""
        for title, places in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, place.about) for name, place in places.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what the house raises on purpose is told in its own words."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except ConfigError as fault:
            raise Mistakes(fault.mistakes) from fault
        except HubError as fault:
            raise Failure(str(fault)) from fault
        except Exception as fault:
            if _is_away(fault):
                raise Failure(
                    "the database cannot be reached or is busy",
                    then="see that it runs and that HUB_DATABASE_URL names it, then try again",
                ) from fault
            raise


def _is_away(fault: Exception) -> bool:
    from hub.store import is_away  # a database driver is slow to import, and most commands end well

    return is_away(fault)


EXAMPLES = """\
hub demo                          see the whole road in a minute
hub try acme answer.edi           what would this file do?
hub exceptions                    what waits for me?
hub doc why doc_3f0c…             why did this paper fail?
hub orders show J-1001            where is this order?"""


@click.command(cls=Root, epilog=EXAMPLES)
@click.version_option(package_name="supplier-hub", prog_name="hub")
def commands() -> None:
    """Take orders from storefronts to suppliers and their answers back.

    Settings come from the environment: HUB_DATA_DIR, HUB_DATABASE_URL, HUB_PARTNER_CONFIGS,
    HUB_MAPPINGS, HUB_BRANDS, HUB_HOST, HUB_PORT, HUB_PUBLIC_URL, HUB_SMTP_URL, HUB_SMTP_PASSWORD,
    HUB_MAIL_FROM, HUB_PORTAL_HOSTS, HUB_DESK_HOSTS, HUB_DESK_FROM, HUB_OPERATOR_HOST,
    HUB_OPERATOR_PORT, HUB_OPERATOR_NAMES, HUB_KEY_READS, HUB_KEY_WRITES, HUB_LOG_LEVEL,
    HUB_LOG_FORMAT, HUB_MASTER_KEY.
    """


def main() -> None:
    """Run the command of this process and end it with its exit code."""
    commands(prog_name="hub", obj=Desk(os.environ))
