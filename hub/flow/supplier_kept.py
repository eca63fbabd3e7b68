"""Tables that a supplier's people upload, kept as they came, and the cells they put right in them.

Nothing is read here (`hub.flow.supplier_sheets`). A correction is a delivery of its own beside the
upload, so that nothing that was kept is ever changed.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import replace

from hub.domain.exchange import Direction, TransmissionState
from hub.domain.names import stable
from hub.flow.parts import Parts
from hub.flow.posted import desk_of
from hub.flow.receiving import IN_ROW, NEVER, input_of
from hub.flow.supplier_room import NoDesk
from hub.partners import Channel
from hub.store import Transaction, TransmissionRow

LONGEST_NAME = 200
UPLOADS = "upload/"
CORRECTIONS = "upload-corrections/"
MOST_TURNS = 200  # corrections of one upload
MOST_PUT_RIGHT = 2_000  # cells of one upload, in all its corrections
Cells = Mapping[tuple[int, int], str]
"""Texts by the number of their row in the file and their place in it from 0 on."""


def keep_upload(parts: Parts, partner: str, *, name: str, body: bytes, key: str, who: str) -> str:
    """Keep a file as a delivery of the partner's and return its name; the same key is the same one.

    Raises NoDesk for a partner that has none. The file's name is somebody's words: it is kept
    without what could be a path.
    """
    channel = desk_of(parts, partner)
    if channel is None:
        raise NoDesk(partner)
    kept = None if len(body) <= IN_ROW else parts.store.archive.keep(io.BytesIO(body)).name
    delivery_key = f"{UPLOADS}{key}"
    row = TransmissionRow(
        id=stable("tra", channel.lane, "in", delivery_key),
        partner=partner,
        channel=channel.name,
        direction=Direction.IN,
        name=_plain_name(name),
        size=len(body),
        sha256=hashlib.sha256(body).digest(),
        delivery_key=delivery_key,
        # What is made of it are papers of their own, with their own deliveries.
        state=TransmissionState.SPLIT,
        at=parts.now(),
        object_name=kept,
    )

    parts.store.write(
        lambda tx: _add(tx, parts, channel, row, body if kept is None else None, who=who)
    )
    return row.id


def _add(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    row: TransmissionRow,
    body: bytes | None,
    *,
    who: str,
) -> bool:
    """Keep a delivery, noted as said by a person; False when it is there already."""
    place = tx.duties.next_number(f"{channel.lane}/received", ceiling=NEVER)
    added = tx.exchange.add_transmission(replace(row, seq=place), body=body)
    if added:
        _note(tx, parts, channel, row, who=who)
    return added


def _plain_name(name: str) -> str:
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in bare if sign.isprintable())[:LONGEST_NAME] or "upload"


def _note(
    tx: Transaction, parts: Parts, channel: Channel, row: TransmissionRow, *, who: str
) -> None:
    tx.facts.record_input(
        input_id=input_of(row.id),
        kind="delivery",
        at=row.at,
        who=who,
        subject=row.id,
        body={"name": row.name, "size": row.size},
        sealed=None,
        hashes={"page": parts.partners.get(channel.partner).digest, "code": parts.code},
    )


# --- cells put right ----------------------------------------------------------------------------


def keep_corrections(parts: Parts, partner: str, upload: str, cells: Cells, *, who: str) -> bool:
    """Keep cells that the sender put right, beside the upload whose bytes stay as they came.

    False, and nothing kept, where there are too many. KeyError for an upload that is not the
    partner's; what the cells say is not judged here.
    """
    channel = desk_of(parts, partner)
    if channel is None:
        raise NoDesk(partner)
    body = json.dumps([[*place, text] for place, text in cells.items()]).encode()
    kept = None if len(body) <= IN_ROW else parts.store.archive.keep(io.BytesIO(body)).name

    def work(tx: Transaction) -> bool:
        table = tx.exchange.transmission(upload)
        if table.partner != partner or not table.delivery_key.startswith(UPLOADS):
            raise KeyError(upload)
        told = corrections(tx, upload)
        if len(told) >= MOST_TURNS or sum(map(len, told)) + len(cells) > MOST_PUT_RIGHT:
            return False
        row = replace(
            table,
            id=_turn_id(upload, len(told) + 1),
            size=len(body),
            sha256=hashlib.sha256(body).digest(),
            delivery_key=f"{CORRECTIONS}{upload}/{len(told) + 1}",
            at=parts.now(),
            object_name=kept,
        )
        return _add(tx, parts, channel, row, body if kept is None else None, who=who)

    return parts.store.write(work)


def corrections(tx: Transaction, upload: str) -> list[dict[tuple[int, int], str]]:
    """Return the cells of an upload that were put right, each time's by themselves."""
    found: list[dict[tuple[int, int], str]] = []
    for turn in range(1, MOST_TURNS + 1):
        try:
            with tx.exchange.body(_turn_id(upload, turn)) as stream:
                told = json.loads(stream.read())
        except KeyError:
            break
        found.append({(row, place): text for row, place, text in told})
    return found


def _turn_id(upload: str, turn: int) -> str:
    return stable("tra", upload, "put right", str(turn))
