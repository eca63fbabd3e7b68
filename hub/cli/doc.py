"""`hub doc`: papers on the wire, their bytes, and why they are where they are."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hub.cli.desk import WHO, Desk, pass_desk
from hub.cli.doc_text import show_pieces, why_document, why_transmission
from hub.cli.shown import PARTLY, Failure, ShownGroup, as_json
from hub.cli.words import when
from hub.domain.exchange import Direction
from hub.domain.meanings import TITLES

if TYPE_CHECKING:
    from hub.ops.codes import Catalogue
    from hub.store import DocumentRow

MOST_BYTES = 4 * 1024 * 1024


@click.group(
    cls=ShownGroup,
    epilog="hub doc list --partner acme --state refused\nhub doc why doc_3f0c…\n"
    "hub doc show doc_3f0c…\nhub doc retry doc_3f0c…\nhub doc causes",
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
        numbers = tx.exchange.numbers_in([row.id for row in rows])
    if as_json:
        desk.json({"documents": rows})
        return
    table = [
        (when(row.at), "from" if row.direction is Direction.IN else "to", row.partner, row.set_id,
         row.number, _orders(row, numbers.get(row.id, [])), str(row.state),
         str(len(row.problems) or "-"), row.id)
        for row in rows
    ]  # fmt: skip
    headings = (
        "AT", "WAY", "PARTNER", "SET", "NUMBER", "PURCHASE ORDER", "STATE", "PROBLEMS", "ID",
    )  # fmt: skip
    desk.table(headings, table)


def _orders(row: "DocumentRow", numbers: Sequence[str]) -> str:
    """The purchase order of a paper; of several the first, and how many more."""
    more = f" and {len(numbers) - 1} more" if len(numbers) > 1 else ""
    return numbers[0] + more if more else row.order_number or "-"


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


def _known() -> "Catalogue":
    import hub.formats
    from hub.main import registry
    from hub.ops.codes import catalogue

    return catalogue(registry(hub.formats))


def _beginning(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The codes that begin so, for the shell."""
    del ctx, param
    return [one for one in sorted(_known().entries) if one.startswith(incomplete)]


@doc.command(
    "code", epilog="hub doc code x12-ak304-3\nhub doc code unknown-order --json\nhub doc code"
)
@click.argument("code", required=False, shell_complete=_beginning)
@as_json
@pass_desk
def code_(desk: Desk, code: str | None, as_json: bool) -> None:
    """Tell what an error code means and what to do; without a CODE all are listed."""
    known = _known()
    if code is None:
        entries = [one for _, rows in known.grouped() for one in rows]
        if as_json:
            desk.json({"codes": entries})
        else:
            desk.table(("CODE", "WHAT IT MEANS"), [(one.code, one.means) for one in entries])
        return
    found = known.find(code)
    if found is None:
        near = known.near(code)
        meant = f"; did you mean `{near}`?" if near else ""
        raise Failure(
            f"there is no error code {code!r}{meant}", then=f"hub doc code {near}".strip()
        )
    if as_json:
        desk.json({"code": code, "met": found.met, "means": found.means, "do": found.do})
        return
    desk.write(code, bold=True)
    desk.write(found.means)
    desk.write(found.do, colour="cyan")
    desk.write(f"met in: {', '.join(TITLES[one] for one in found.met)}")


@doc.command(epilog="hub doc causes\nhub doc causes --json")
@as_json
@pass_desk
def causes(desk: Desk, as_json: bool) -> None:
    """Show why papers, deliveries and duties are stuck, the most frequent cause first."""
    from hub.ops.desk.causes import parked

    with desk.reading() as parts:
        found = parked(parts)
    if as_json:
        desk.json({"causes": found})
        return
    rows = [
        (str(one.count), one.what, one.partner or "-", when(one.newest), one.id) for one in found
    ]
    desk.table(("HOW MANY", "CAUSE", "PARTNER", "NEWEST", "ID"), rows)


@doc.command(epilog="hub doc retry doc_3f0c…\nhub doc retry --cause cause_91d2…")
@click.argument("document_id", required=False)
@click.option(
    "--cause", "cause_id", default=None, help="Everything of a cause of `hub doc causes`."
)
@as_json
@click.pass_context
def retry(ctx: click.Context, document_id: str | None, cause_id: str | None, as_json: bool) -> None:
    """Settle a partner's paper again, or send one of ours again with the same bytes.

    What a paper did before is not done twice. A worker has to be running, or type `hub work
    --until-idle` afterwards. Of a cause all is run again, however many there are; one that cannot
    be is told with the reason and stops no other.
    """
    desk = ctx.ensure_object(Desk)
    if cause_id is not None and document_id is None:
        ctx.exit(_retry_cause(desk, cause_id, as_json=as_json))
    if document_id is None or cause_id is not None:
        raise click.UsageError("name one paper or delivery, or one --cause", ctx)
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


def _retry_cause(desk: Desk, cause_id: str, *, as_json: bool) -> int:
    """Run all of a cause again and return the exit code."""
    from hub.ops.desk.causes import cause
    from hub.ops.desk.mending import Outcome, rerun_cause

    outcomes: list[Outcome] = []
    with desk.reading() as parts:
        try:
            found = cause(parts, cause_id)
        except KeyError:
            raise Failure(f"nothing waits because of {cause_id!r}", then="hub doc causes") from None
        with desk.progress(found.what, total=found.count) as show:
            for some in rerun_cause(parts, cause_id, who=WHO):
                outcomes += some
                show(len(outcomes))
    if not outcomes:
        raise Failure("running it again cannot help here", then="hub exceptions")
    left = [one for one in outcomes if not one.done]
    done = len(outcomes) - len(left)
    if as_json:
        desk.json({"cause": cause_id, "run_again": done, "outcomes": outcomes})
    else:
        for one in left:
            desk.say(f"{one.id}: {one.text}")
        desk.write(f"{done} of {len(outcomes)} are run again.")
    if not left:
        return 0
    return PARTLY if done else 1


def _none(document_id: str) -> Failure:
    return Failure(f"there is no paper or delivery {document_id!r}", then="hub doc list")
