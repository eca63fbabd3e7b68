"""`hub edi`: X12 files looked at as they lie there, without a store or a partner's page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from hub.cli.desk import Desk, pass_desk
from hub.cli.doc_text import tell_flaws
from hub.cli.shown import Failure, ShownGroup, as_json
from hub.cli.words import line, one_line

if TYPE_CHECKING:
    from hub.formats import Format
    from hub.ops.edi_check import CheckedFile, Seen
    from hub.ops.second_opinion import Opinion

MOST_BYTES = 256 * 1024 * 1024
EXTRA = "pip install 'supplier-hub[second-opinion]'"


@click.group(
    cls=ShownGroup,
    epilog="hub edi check from-acme/*.edi\nhub edi check 850.edi --second-opinion --json\n"
    "hub edi show 856.edi",
)
def edi() -> None:
    """X12 files as they lie there; what a partner's page makes of one, `hub try` tells."""


@edi.command(
    epilog="hub edi check answer.edi\nhub edi check *.edi --second-opinion\n"
    "hub edi check answer.edi --json"
)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--second-opinion", is_flag=True, help="What pyx12 says, beside; it must be installed."
)
@as_json
@click.pass_context
def check(ctx: click.Context, files: Sequence[Path], second_opinion: bool, as_json: bool) -> None:
    """Judge X12 files: every problem at once, with its segment, element and byte.

    Envelopes, counts, numbers and the syntax of every element are judged; who wrote a file and what
    it means are not. Touches no store. Ends with 0 when nothing is wrong (warnings are fine), with
    1 when something is, 2 for wrong usage.
    """
    from hub.ops import second_opinion as second

    desk = ctx.ensure_object(Desk)
    if second_opinion and not second.at_hand():
        raise click.UsageError(f"--second-opinion needs pyx12, which is not installed: {EXTRA}")
    wrong, told = False, []
    for file in files:
        body = _read(file)
        checked = _checked(body)
        other = second.opinion(body) if second_opinion else None
        wrong |= bool(checked.errors) or bool(other and other.findings)
        if as_json:
            told.append(_values(file, checked, other))
        else:
            _tell(desk, file, checked, other)
    if as_json:
        desk.json({"right": not wrong, "files": told})
    ctx.exit(1 if wrong else 0)


@edi.command(epilog="hub edi show 850.edi\nhub edi show 856.edi --json")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@pass_desk
def show(desk: Desk, file: Path, as_json: bool) -> None:
    """Show the sets of a file, a segment a line, each with what it is for; judges nothing.

    Touches no store. Names and addresses stand in such files, and are shown.
    """
    from hub.errors import Malformed
    from hub.ops.edi_shown import shown

    try:
        interchanges = list(shown(_x12(), _read(file)))
    except Malformed as fault:
        raise Failure(f"{file} is no X12: {fault}", then=f"hub edi check {file}") from fault
    if as_json:
        desk.json({"interchanges": interchanges})
        return
    for one in interchanges:
        desk.write(f"Interchange {one.number} from {one.sender} to {one.receiver}, {one.usage}")
        for each in one.sets:
            about = f"{each.set_id} {each.number} ({each.function} {each.version})"
            desk.write(f"\n{about}", bold=True)
            for row in each.segments:
                indent = "  " * row.level
                desk.write(
                    f"  {indent}{row.tag:<3} {row.name:<24} {one_line('*'.join(row.elements))}"
                )


def _read(file: Path) -> bytes:
    if file.stat().st_size > MOST_BYTES:
        raise Failure(f"{file} has more than {MOST_BYTES // 1024**2} MB; cut it into several files")
    return file.read_bytes()


def _checked(body: bytes) -> "CheckedFile":
    from hub.ops.edi_check import check as judge

    return judge(_x12(), body)


def _x12() -> "Format":
    import hub.formats
    from hub.main import registry

    found: Any = registry(hub.formats)["x12"]
    return cast("Format", found)


def _values(file: Path, checked: "CheckedFile", other: "Opinion | None") -> Mapping[str, object]:
    return {
        "file": str(file),
        "errors": checked.errors,
        "problems": checked.problems,
        "interchanges": checked.interchanges,
        "second_opinion": other,
    }


# --- for people -------------------------------------------------------------------------------


def _tell(desk: Desk, file: Path, checked: "CheckedFile", other: "Opinion | None") -> None:
    count = checked.errors
    verdict = f"{count} problem{'s' * (count != 1)}" if count else "nothing wrong"
    desk.write(f"{file}: {verdict}", bold=True, colour="red" if count else "green")
    _tell_seen(desk, checked.problems)
    for one in checked.interchanges:
        desk.write(f"Interchange {one.number} from {one.sender} to {one.receiver}")
        _tell_seen(desk, one.problems)
        for paper in one.papers:
            state = "would be rejected" if paper.rejected else "fine"
            colour = "red" if paper.rejected else "green"
            about = f"{paper.set_id} {paper.number} ({paper.function} {paper.version})"
            desk.write(f"  {about} {state}", colour=colour)
            _tell_seen(desk, paper.problems)
    if other is not None:
        _tell_other(desk, other)


def _tell_seen(desk: Desk, seen: Sequence["Seen"]) -> None:
    for one in seen:
        tell_flaws(desk, [one.flaw])
        if one.segment:
            desk.write(f"  in: {one_line(one.segment)}")


def _tell_other(desk: Desk, other: "Opinion") -> None:
    desk.write(f"Second opinion, pyx12 {other.release}", bold=True)
    for one in other.findings:
        desk.write(f"  {one.segment} (segment {one.ordinal} of the file): {line(one.text)}")
    if not other.findings:
        desk.write("  nothing wrong with envelopes, counts and numbers", colour="green")
    for kind in other.unjudged:
        what = f"{kind.set_id} ({kind.function} {kind.version})"
        why = _WHY[kind.why]
        desk.write(f"  no verdict on what stands in {what}: {why}", colour="yellow")


_WHY = {
    "no map": "pyx12 has no map for it",
    "its map is not used": "pyx12's map of it finds fault with right ones and is not used",
}
