"""`hub partner headings`: what a partner calls the columns of its tables."""

from collections.abc import Sequence

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.shown import Failure, Shown, as_json
from hub.cli.words import when


@click.command(
    "headings",
    cls=Shown,
    epilog="hub partner headings corner\n"
    'hub partner headings corner "Freely available=quantity" "Nr.=vendor"\n'
    'hub partner headings corner --forget "Nr."',
)
@click.argument("partner")
@click.argument("meant", nargs=-1)
@click.option("--forget", default=None, help="A heading whose meaning is to be forgotten.")
@as_json
@pass_desk
def headings(
    desk: Desk, partner: str, meant: Sequence[str], forget: str | None, as_json: bool
) -> None:
    """Show, assign or forget what a partner calls the columns of its tables.

    Each of MEANT is HEADING=COLUMN. It counts for every file that is split from now on; a file that
    was put aside for its headings is split again with `hub doc retry`.
    """
    from hub.flow import headings as flow

    with desk.reading() as parts:
        if partner not in {one.id for one in parts.partners.all}:
            raise Failure(f"no page has the partner {partner!r}", then="hub partner list")
        if meant:
            flow.assign(parts, partner, [_pair(text) for text in meant], who=WHO)
        if forget is not None:
            flow.forget(parts, partner, forget, who=WHO)
        with parts.store.read() as tx:
            rows = tx.headings.of(partner)
    if as_json:
        desk.json({"partner": partner, "headings": rows})
        return
    table = [(row.heading, row.means, when(row.said_at), row.who) for row in rows]
    desk.table(("HEADING", "COLUMN", "SAID", "BY"), table)


def _pair(text: str) -> tuple[str, str]:
    words, mark, column = text.rpartition("=")
    if not mark or not words.strip():
        raise click.UsageError(f"{text!r}: write HEADING=COLUMN, such as 'Item No=vendor'")
    return words, column.strip()
