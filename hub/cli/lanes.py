"""`hub lane` and `hub duty`: what is owed to partners, over which lanes, and what holds it up."""

from dataclasses import asdict
from datetime import UTC, datetime

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import line, when

NO_PAGE = "no page has it any more"
EVER = datetime(9000, 1, 1, tzinfo=UTC)


@click.group(cls=ShownGroup, epilog="hub lane list\nhub lane resume acme/edi")
def lane() -> None:
    """Lanes: one for each channel, worked on by one worker at a time."""


@lane.command("list", epilog="hub lane list --json")
@as_json
@pass_desk
def list_lanes(desk: Desk, as_json: bool) -> None:
    """Show each lane: how much waits, since when, who holds it, whether it is paused and why.

    What waits to be written counts, and what was written and did not leave yet. Nobody works on a
    lane that no page has any more.
    """
    from hub.flow.pageless import is_pageless

    with desk.reading() as parts, parts.store.read() as tx:
        rows = tx.duties.lanes()
    lost = {row.name for row in rows if is_pageless(parts, row.name)}
    if as_json:
        told = [
            {**asdict(row), "waiting": row.waiting, "oldest": row.oldest,
             "page": row.name not in lost}
            for row in rows
        ]  # fmt: skip
        desk.json({"lanes": told})
        return
    table = [
        (row.name, str(row.waiting), str(row.parked), when(row.oldest), row.owner or "-",
         when(row.paused_until), str(row.failures),
         NO_PAGE if row.name in lost else line(row.paused_reason))
        for row in rows
    ]  # fmt: skip
    headings = (
        "LANE", "WAITING", "PARKED", "OLDEST", "WORKER", "PAUSED UNTIL", "FAILURES", "WHY",
    )  # fmt: skip
    desk.table(headings, table)


@lane.command(epilog="hub lane resume acme/edi")
@click.argument("name")
@as_json
@pass_desk
def resume(desk: Desk, name: str, as_json: bool) -> None:
    """Let a paused lane go on at once instead of at its next try."""
    from hub.ops import again

    with desk.reading() as parts:
        try:
            done = again.resume_lane(parts, name, who=WHO)
        except KeyError:
            raise Failure(f"no page has a lane {name!r}", then="hub lane list") from None
    if as_json:
        desk.json(done)
    else:
        desk.write(done.text)


@click.group(cls=ShownGroup, epilog="hub duty list\nhub duty retry dty_77c0…")
def duty() -> None:
    """Duties: papers owed to partners that have not been written yet."""


@duty.command("list", epilog="hub duty list --lane acme/edi --json")
@click.option("--lane", "only", default=None, help="Only this lane's.")
@click.option(
    "--limit", default=200, type=click.IntRange(1, 10_000), help="At most so many a lane."
)
@as_json
@pass_desk
def list_duties(desk: Desk, only: str | None, limit: int, as_json: bool) -> None:
    """Show what waits on each lane in its order; parked ones with what stops them."""
    with desk.reading() as parts, parts.store.read() as tx:
        names = [row.name for row in tx.duties.lanes() if only in (None, row.name)]
        waiting = [one for name in names for one in tx.duties.due(lane=name, now=EVER, limit=limit)]
        stuck = tx.exceptions.page(open_only=True, limit=10_000)
    parked = [row for row in stuck if (row.hold or "").startswith("duty:")]
    if as_json:
        desk.json({"waiting": waiting, "parked": parked})
        return
    table = [
        (one.id, one.lane, one.set_id, when(one.due_at), str(one.attempts), "waits")
        for one in waiting
    ]
    table += [
        ((row.hold or "").removeprefix("duty:"), row.partner, "-", when(row.opened_at), "-",
         f"parked: {line(row.text)}")
        for row in parked
    ]  # fmt: skip
    desk.table(("DUTY", "LANE", "SET", "DUE", "ATTEMPTS", "STATE"), table)


@duty.command(epilog="hub duty retry dty_77c0…")
@click.argument("duty_id")
@as_json
@pass_desk
def retry(desk: Desk, duty_id: str, as_json: bool) -> None:
    """Take a parked duty up again, after its cause was put right."""
    from hub.ops import again

    with desk.reading() as parts:
        done = again.retry_duty(parts, duty_id, who=WHO)
    if as_json:
        desk.json(done)
    else:
        desk.write(done.text)
