"""`hub try`: a partner's file read as if it had come, without touching anything."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.desk import Desk
from hub.cli.doc_text import tell_flaws
from hub.cli.shown import PARTLY, Failure, Shown, as_json
from hub.cli.words import line
from hub.errors import ConfigError

if TYPE_CHECKING:
    from hub.ops.dry_run import Tried, TriedPaper
    from hub.partners import Channel, Partners
    from hub.store import Store


@click.command(
    "try",
    cls=Shown,
    epilog="hub try acme answer.edi\nhub try acme notice.edi --channel edi --json",
)
@click.argument("partner")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--channel", default=None, help="Which channel it would come over; the first if absent."
)
@as_json
@click.pass_context
def try_(ctx: click.Context, partner: str, file: Path, channel: str | None, as_json: bool) -> None:
    """Split, check and translate a file with the partner's page, and say what it would come to.

    Needs no store. With one at hand it also says which orders would be found and what would happen
    to them. Nothing is written anywhere. Ends with 0 when every paper could be used, 3 when some
    could, 1 when none.
    """
    desk = ctx.ensure_object(Desk)
    tried = _tried(desk, partner, file, channel)
    if as_json:
        desk.json(tried)
    else:
        _tell(desk, tried)
    if not tried.usable:
        ctx.exit(1)
    if tried.usable < tried.papers:
        ctx.exit(PARTLY)


def _tried(desk: Desk, partner: str, file: Path, channel: str | None) -> "Tried":
    from datetime import UTC, datetime

    from hub.ops.dry_run import dry_run

    pages = desk.pages()
    chosen = _channel(pages.partners, partner, channel)
    store = _store_at_hand(desk)
    try:
        with file.open("rb") as stream:
            return dry_run(pages, chosen, stream, store=store, now=datetime.now(UTC))
    finally:
        if store is not None:
            store.close()


def _store_at_hand(desk: Desk) -> "Store | None":
    """Return the store when it is there, up to date and can be reached; a dry run makes none."""
    from hub.main import MASTER_KEY, open_store

    settings = desk.settings()
    keyless = settings.master_key is None and not (settings.data_dir / MASTER_KEY).exists()
    if desk.fresh() or keyless:
        return None
    try:
        store = open_store(settings)
    except ConfigError as fault:
        desk.say(f"The store was not looked into: {fault}")
        return None
    if store.behind():
        store.close()
        return None
    return store


def _channel(partners: "Partners", partner: str, channel: str | None) -> "Channel":
    page = next((one for one in partners.all if one.id == partner), None)
    if page is None:
        known = ", ".join(one.id for one in partners.all)
        raise Failure(
            f"there is no partner {partner!r}; there are: {known}", then="hub partner list"
        )
    found = [one for one in page.channels if channel in (None, one.name)]
    if not found:
        known = ", ".join(one.name for one in page.channels) or "none"
        raise Failure(f"{partner} has no channel {channel or ''}; it has: {known}")
    return found[0]


def _tell(desk: Desk, tried: "Tried") -> None:
    if not tried.whole:
        desk.write(
            "The file does not end as a whole one does: it would be waited for.", colour="yellow"
        )
    tell_flaws(desk, tried.problems)
    for one in tried.interchanges:
        desk.write(f"Interchange {one.number} from {one.sender} to {one.receiver}", bold=True)
        tell_flaws(desk, one.problems)
        for paper in one.papers:
            _paper(desk, paper)
        for receipt in one.receipts:
            rows = " ".join("*".join(row) for row in receipt)
            desk.write(f"\n  would be answered: {line(rows)}")
    if not tried.looked_up:
        desk.say("No store is at hand: which orders are meant was not looked up.")


def _paper(desk: Desk, paper: "TriedPaper") -> None:
    colour = "green" if paper.usable and not paper.problems else "yellow" if paper.usable else "red"
    desk.write(f"\n  {paper.set_id} {paper.number} {paper.verdict}", colour=colour)
    tell_flaws(desk, paper.problems)
    for message in paper.messages:
        kind = type(message).__name__
        number = getattr(message, "number", "")
        desk.write(f"  {kind} on purchase order {number}" if number else f"  {kind}")
    for found in paper.found:
        if found.order:
            desk.write(f"  it means order {found.order} of {found.brand}, and would do:")
        for each in found.would:
            desk.write(f"    {line(each)}")
        tell_flaws(desk, found.problems)
