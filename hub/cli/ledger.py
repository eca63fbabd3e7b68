"""`hub ledger`: the numbered chain of facts."""

import click

from hub.cli.desk import Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json


@click.group(cls=ShownGroup, epilog="hub ledger verify")
def ledger() -> None:
    """Facts are chained by hashes in the order in which they were sealed."""


@ledger.command(epilog="hub ledger verify\nhub ledger verify --json")
@as_json
@pass_desk
def verify(desk: Desk, as_json: bool) -> None:
    """Compute the chain again from its first fact; fail at the first one that was changed."""
    with desk.reading() as parts, parts.store.read() as tx:
        bad = tx.facts.verify()
    if as_json:
        desk.json({"whole": bad is None, "first_bad_position": bad})
    elif bad is None:
        desk.write("The chain is whole.")
    if bad is not None:
        raise Failure(
            f"the fact at position {bad} is not the one that was sealed; compare it with a backup"
        )
