"""Pieces, said in the packs that they come in."""

import pytest

from hub.domain.packs import split


@pytest.mark.parametrize(
    ("quantity", "size", "said"),
    [
        (12, 6, "2 × 6"),
        (13, 6, "2 × 6 + 1"),
        (6, 6, "1 × 6"),
        (5, 6, ""),
        (12, 1, ""),
        (0, 6, ""),
        (3, 0, ""),
    ],
)
def test_pieces_are_packs_and_what_is_over(quantity: int, size: int, said: str) -> None:
    assert split(quantity, size) == said
