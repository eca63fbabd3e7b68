"""Where records begin is known of every one, and costs next to nothing while a paper is settled."""

import gc
import io
import tracemalloc

from hub.domain.exchange import Where
from hub.domain.messages import ShipNotice
from hub.formats import tabular
from hub.formats.tabular.profile import Config
from hub.mapping import Origins, Reading
from hub.mapping.framing import Round
from tests.unit.mapping import library

ROWS = 500
MOST_EACH = 200  # bytes


def _read() -> Reading:
    rows = [f"PO{n},1,2,1Z999AA1{n:010d},UPS" for n in range(ROWS)]
    raw = "\n".join(("PO number,Line,Quantity,Tracking number,Carrier", *rows)).encode()
    [group] = [
        group for one in tabular.split(io.BytesIO(raw), profile=Config()) for group in one.groups
    ]
    [document] = group.documents
    body = raw[document.offset : document.offset + document.length]
    return library().page("csv/shipment").read(tabular.read(body, document=document))


def test_the_places_of_a_long_table_hold_nothing_of_its_reading() -> None:
    _read()  # what is made once for all papers
    gc.collect()
    tracemalloc.start()
    try:
        reading = _read()
        gc.collect()
        assert not any(isinstance(one, Round) for one in gc.get_objects())
        held = tracemalloc.get_traced_memory()[0]
        assert len(reading.messages) == ROWS
        object.__setattr__(reading, "origins", None)
        gc.collect()
        freed = held - tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert freed <= 3 * ROWS * MOST_EACH  # a notice, a parcel and a line of each row


def test_each_notice_parcel_and_line_of_a_table_has_its_own_place() -> None:
    reading = _read()
    for n, message in enumerate(reading.messages):
        assert isinstance(message, ShipNotice)
        for record, segment in (
            (message, "SHP"),
            (message.parcels[0], "BOX"),
            (message.parcels[0].lines[0], "ROW"),
        ):
            where = reading.origins.of(record)
            assert where is not None
            assert where.segment == segment
            assert where.path.startswith(f"SHP[{n + 1}]")
            assert where.ordinal is not None
    assert reading.origins.of(object()) is None


def test_a_place_is_given_back_as_it_was_noted_but_for_what_stands_there() -> None:
    origins, records = Origins(), [object() for _ in range(3)]
    places = (
        Where(segment="REF", ordinal=7, element=2, path="REF[1]"),
        Where(path="/Order/Line[2]"),
        Where(segment="PO1", ordinal=3),
    )
    origins.note(records[0], Where(segment="REF", ordinal=7, element=2, path="REF[1]", value="x"))
    assert origins.of(records[0]) == places[0]
    for record, place in zip(records[1:], places[1:], strict=True):
        origins.note(record, place)
    assert tuple(origins.of(record) for record in records) == places
