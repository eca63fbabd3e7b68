"""`hub doc`: papers on the wire, their bytes, and why they are where they are."""

import sys

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.doc_text import show_pieces, why_document, why_transmission
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import when
from hub.domain.exchange import Direction

MOST_BYTES = 4 * 1024 * 1024


@click.group(
    cls=ShownGroup,
    epilog="hub doc list --partner acme --state refused\nhub doc why doc_3f0c…\n"
    "hub doc show doc_3f0c…\nhub doc retry doc_3f0c…",
)
def doc() -> None:
    """Papers (doc_…) and the deliveries they lie in (tra_…)."""


@doc.command("list", epilog="hub doc list --partner acme --set 856 --json")
@click.option("--partner", default=None, help="Only this partner's.")
@click.option("--set", "set_id", default=None, help="Only this set, such as 856.")
@click.option("--state", default=None, help="Only in this state, such as refused.")
@click.option("--limit", default=50, type=click.IntRange(1, 10_000), help="At most so many.")
@as_json
@pass_desk
def list_(
    desk: Desk,
    partner: str | None,
    set_id: str | None,
    state: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show papers in both directions, newest first."""
    with desk.reading() as parts, parts.store.read() as tx:
        rows = tx.exchange.documents_page(
            partner=partner, set_id=set_id, state=state, limit=limit, before=None
        )
    if as_json:
        desk.json({"documents": rows})
        return
    table = [
        (when(row.at), "from" if row.direction is Direction.IN else "to", row.partner, row.set_id,
         row.number, row.order_number or "-", str(row.state), str(len(row.problems) or "-"), row.id)
        for row in rows
    ]  # fmt: skip
    headings = (
        "AT", "WAY", "PARTNER", "SET", "NUMBER", "PURCHASE ORDER", "STATE", "PROBLEMS", "ID",
    )  # fmt: skip
    desk.table(headings, table)


@doc.command(
    epilog="hub doc show doc_3f0c…\nhub doc show tra_91d2…\nhub doc show doc_3f0c… --raw > 856.edi"
)
@click.argument("document_id")
@click.option("--raw", is_flag=True, help="The bytes as they are, and nothing else.")
@as_json
@pass_desk
def show(desk: Desk, document_id: str, raw: bool, as_json: bool) -> None:
    """Show the bytes of a paper or a delivery, one segment a line, the wrong ones marked >>."""
    from hub.ops import explain

    with desk.reading() as parts:
        try:
            contents = explain.contents(parts, document_id, most=MOST_BYTES)
        except KeyError:
            raise _none(document_id) from None
    if raw:
        sys.stdout.buffer.write(contents.raw)
    elif as_json:
        desk.json(contents)
    else:
        show_pieces(desk, contents)


@doc.command(epilog="hub doc why doc_3f0c…\nhub doc why tra_91d2… --json")
@click.argument("document_id")
@as_json
@pass_desk
def why(desk: Desk, document_id: str, as_json: bool) -> None:
    """Tell what a paper is, what it came to and why, what it changed, and what to do now."""
    from hub.ops import explain

    with desk.reading() as parts:
        try:
            story = (
                explain.transmission(parts, document_id)
                if document_id.startswith("tra_")
                else explain.document(parts, document_id)
            )
        except KeyError:
            raise _none(document_id) from None
    if as_json:
        desk.json(story)
    elif isinstance(story, explain.TransmissionStory):
        why_transmission(desk, story)
    else:
        why_document(desk, story)


@doc.command(epilog="hub doc retry doc_3f0c…")
@click.argument("document_id")
@as_json
@pass_desk
def retry(desk: Desk, document_id: str, as_json: bool) -> None:
    """Settle a partner's paper again, or send one of ours again with the same bytes.

    What a paper did before is not done twice. A worker has to be running, or type `hub work
    --until-idle` afterwards.
    """
    from hub.ops import again

    with desk.reading() as parts:
        try:
            done = again.retry(parts, document_id, who=WHO)
        except KeyError:
            raise _none(document_id) from None
    if as_json:
        desk.json(done)
    else:
        desk.write(done.text)


def _none(document_id: str) -> Failure:
    return Failure(f"there is no paper or delivery {document_id!r}", then="hub doc list")
