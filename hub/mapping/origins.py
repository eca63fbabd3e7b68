"""Where in a paper the records of its messages were read."""

from array import array
from typing import NamedTuple, Protocol

from hub.domain.exchange import Where

_NONE = 0  # ordinals and elements count from 1; a place in a tree has neither


class Placed(Protocol):
    """What tells where something begins: a `Where`, or a `Begin`; its parts mean the same."""

    @property
    def segment(self) -> str:
        """The name of a segment, empty in a tree."""

    @property
    def ordinal(self) -> int | None:
        """The segment's number in its set."""

    @property
    def element(self) -> int | None:
        """The element's number in its segment."""

    @property
    def path(self) -> str:
        """The loop path, or the way down a tree."""


class Begin(NamedTuple):
    """Where a record begins, said shortly: most records are never asked for their place."""

    segment: str
    ordinal: int | None
    path: str
    element: int | None = None


def as_where(place: Placed) -> Where:
    """Return a place as problems tell it; one that is a `Where` stays what it is."""
    if isinstance(place, Where):
        return place
    return Where(
        segment=place.segment, ordinal=place.ordinal, element=place.element, path=place.path
    )


class Origins:
    """Knows a record's place by the record itself: two that say the same stand at two places.

    Records that were made anew since, were it with the same contents, have none. It lives as long
    as a paper is settled, and a paper has very many records: of each it keeps little more than an
    ordinal, or in a tree its path, and nothing of what the paper was read with.
    """

    __slots__ = ("_elements", "_index", "_ordinals", "_paths", "_records", "_segments")

    def __init__(self) -> None:
        # A record is held with its place, so that nothing else gets its identity meanwhile.
        self._records: list[object] = []
        self._segments: list[str] = []
        self._ordinals = array("q")
        self._elements = array("q")
        self._paths: list[str] = []
        self._index: dict[int, int] = {}

    def note(self, record: object, where: Placed) -> None:
        """Keep where a record begins; what stands there is not kept."""
        self._records.append(record)
        self._segments.append(where.segment)
        self._ordinals.append(where.ordinal or _NONE)
        self._elements.append(where.element or _NONE)
        self._paths.append(where.path)

    def of(self, record: object) -> Where | None:
        """Return where a record begins, None for one that no map has read."""
        if len(self._index) != len(self._records):  # most papers are never asked
            self._index = {id(one): place for place, one in enumerate(self._records)}
        place = self._index.get(id(record))
        if place is None:
            return None
        return Where(
            segment=self._segments[place],
            ordinal=self._ordinals[place] or None,
            element=self._elements[place] or None,
            path=self._paths[place],
        )
