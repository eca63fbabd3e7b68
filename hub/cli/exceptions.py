"""`hub exceptions`: what waits for a person, since when, and the next step."""

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import line, when


@click.group(
    cls=ShownGroup,
    invoke_without_command=True,
    epilog="hub exceptions\nhub exceptions --partner acme --json\n"
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
            raise Failure(
                f"no open exception has the id {exception_id!r}", then="hub exceptions"
            ) from None
    if as_json:
        desk.json(done)
    else:
        desk.write(done.text)
