"""`hub exceptions`: what waits for a person, since when, who has taken it, and the next step."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import line, when

if TYPE_CHECKING:
    from hub.store import Transaction
    from hub.store.queue import QueuedRow


@click.group(
    cls=ShownGroup,
    invoke_without_command=True,
    epilog="hub exceptions\nhub exceptions --partner acme --json\n"
    "hub exceptions take exc_81ab…\n"
    "hub exceptions close exc_81ab… --reason 'settled by phone'",
)
@click.option("--all", "closed_too", is_flag=True, help="Closed ones too.")
@click.option("--partner", default=None, help="Only those about this partner.")
@click.option("--limit", default=200, type=click.IntRange(1, 100_000), help="At most so many.")
@as_json
@click.pass_context
def exceptions(
    ctx: click.Context, closed_too: bool, partner: str | None, limit: int, as_json: bool
) -> None:
    """Show what is stuck, newest first, each once and with its next step."""
    if ctx.invoked_subcommand is not None:
        return
    desk = ctx.ensure_object(Desk)
    with desk.store() as store, store.read() as tx:
        rows = tx.exceptions.page(open_only=not closed_too, limit=limit, partner=partner)
        names = _names(tx, {row.taken_by for row in rows})
    if as_json:
        desk.json({"exceptions": rows})
        return
    if not rows:
        desk.write("Nothing waits for you." if not closed_too else "There was never an exception.")
        return
    for row in rows:
        closed = f", closed {when(row.closed_at)} by {row.closed_by}" if row.closed_at else ""
        partner_told = f"  {row.partner}" if row.partner else ""
        desk.write(f"{when(row.opened_at)}  {row.kind}{partner_told}  {row.id}{closed}", bold=True)
        desk.write(f"  {line(row.text)}")
        if row.taken_at is not None:
            desk.write(f"  taken {when(row.taken_at)} by {names.get(row.taken_by, row.taken_by)}")
        desk.write(f"  next: {line(row.next_step)}", colour="cyan")


@exceptions.command(epilog="hub exceptions close exc_81ab… --reason 'settled by phone'")
@click.argument("exception_id")
@click.option("--reason", required=True, help="Why it is settled; kept with it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with stable keys.")
@pass_desk
def close(desk: Desk, exception_id: str, reason: str, as_json: bool) -> None:
    """Close one by hand. What is still stuck at the next look opens again."""
    from hub.ops import again

    with desk.reading() as parts:
        try:
            done = again.close_exception(parts, exception_id, reason=reason, who=WHO)
        except KeyError:
            raise _not_open(exception_id) from None
    if as_json:
        desk.json(done)
    else:
        desk.write(done.text)


@exceptions.command(epilog="hub exceptions take exc_81ab…\nhub exceptions take exc_81ab… --over")
@click.argument("exception_id")
@click.option("--over", is_flag=True, help="Even from a colleague who has it.")
@as_json
@pass_desk
def take(desk: Desk, exception_id: str, over: bool, as_json: bool) -> None:
    """Take one, so that others see that somebody is at it; it stays open."""
    from hub.errors import Refused
    from hub.flow import cases

    with desk.reading() as parts:
        try:
            with parts.store.read() as tx:
                seen = tx.queue.one(exception_id).taken_at if over else None
            found = cases.take(parts, exception_id, who=WHO, seen=seen)
        except (KeyError, Refused):
            raise _not_open(exception_id) from None
        with parts.store.read() as tx:
            names = _names(tx, {found.taken_by})
    if found.taken_by != WHO:
        raise Failure(_theirs(found, names), then=f"hub exceptions take {exception_id} --over")
    _tell(desk, found, f"Taken: {line(found.text)}", as_json=as_json)


@exceptions.command("give-back", epilog="hub exceptions give-back exc_81ab…")
@click.argument("exception_id")
@as_json
@pass_desk
def give_back(desk: Desk, exception_id: str, as_json: bool) -> None:
    """Give back one that was taken by command: it is nobody's then, and stays open."""
    from hub.flow import cases

    with desk.reading() as parts:
        try:
            found = cases.give_back(parts, exception_id, who=WHO)
        except KeyError:
            raise _not_open(exception_id) from None
        with parts.store.read() as tx:
            names = _names(tx, {found.taken_by})
    if found.hold is None:
        raise _not_open(exception_id)
    if found.taken_by:
        raise Failure(_theirs(found, names), then=f"hub exceptions take {exception_id} --over")
    _tell(desk, found, f"Nobody's now: {line(found.text)}", as_json=as_json)


def _names(tx: "Transaction", asked: Collection[str]) -> dict[str, str]:
    """What people are called, by their account; nobody is looked up for none."""
    found = tx.accounts.page(partner=None) if set(asked) - {"", WHO} else []
    return {row.id: row.name for row in found}


def _theirs(row: "QueuedRow", names: dict[str, str]) -> str:
    who = names.get(row.taken_by, row.taken_by)
    return f"{who} took it {when(row.taken_at)}; nothing was changed"


def _not_open(exception_id: str) -> Failure:
    return Failure(f"no open exception has the id {exception_id!r}", then="hub exceptions")


def _tell(desk: Desk, row: "QueuedRow", text: str, *, as_json: bool) -> None:
    if as_json:
        desk.json({"id": row.id, "taken_by": row.taken_by, "taken_at": row.taken_at})
    else:
        desk.write(text)
