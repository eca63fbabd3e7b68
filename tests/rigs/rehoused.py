"""A house again and again without reading its pages anew: that is most of what a house costs."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hub.flow.own_settings import following
from hub.store import Store
from tests.rigs.houses import Clock, House, furnish, stock_up


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose pages and maps are read once for all tests of a module."""
    house = furnish(tmp_path_factory.mktemp("house"))
    yield house
    house.close()


def rehoused(furnished: House, store: Store) -> House:
    """Return a house on an empty store, with a clock of its own and three SKUs.

    It has no turns: the supplier's folders are those of all who share the pages.
    """
    clock = Clock()
    parts = following(replace(furnished.parts, store=store, now=clock))
    house = replace(furnished, parts=parts, clock=clock, turns={})
    stock_up(house)
    return house
