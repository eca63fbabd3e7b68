"""What the codes of maps mean."""

from hub.domain.meanings import Do, Met, meanings

MEANINGS = meanings(
    Met.MAP,
    of={
        "cannot-be-carried": (
            "A value of ours has a character that the channel cannot carry.",
            Do.WARNED,
        ),
        "map-blank-line": ("A line of a text of ours is empty and cannot be written.", Do.OURS),
        "map-count": ("A count in the paper is not the number that was counted.", Do.WARNED),
        "map-late": ("A value stands behind the rows that need it.", Do.PAPER),
        "map-left-out": (
            "Something of ours has no place in the partner's paper and was left out.",
            Do.WARNED,
        ),
        "map-list": ("An empty list stands where one value belongs.", Do.PAPER),
        "map-missing": ("A value is missing without which the paper cannot be used.", Do.PAPER),
        "map-no-place": ("The map has no place for something that has to be written.", Do.PAGE),
        "map-other-root": ("The paper is another one than the map reads.", Do.PAGE),
        "map-other-value": ("A value that has to be the agreed one is another.", Do.PAPER),
        "map-segment-missing": ("A segment is missing that the map needs.", Do.PAPER),
        "map-too-long": ("A value of ours is longer than its place in the paper.", Do.OURS),
        "map-too-many": ("The paper has more rows or parts than are taken.", Do.PAPER),
        "map-too-much": ("There is more to say than the paper has places for.", Do.OURS),
        "map-unknown": ("The paper has something that the map does not know.", Do.PAGE),
        "map-value": ("The map cannot read or write a value.", Do.PAPER),
        "map-whose": ("Nothing says to which line or parcel a value belongs.", Do.PAPER),
        "no-map": ("The partner's page has no map for this kind of paper.", Do.PAGE),
        "stylesheet": (
            "The stylesheet of the partner's page made nothing of the paper, or cannot run here.",
            Do.PAGE,
        ),
    },
)
