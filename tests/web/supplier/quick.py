"""The suppliers' house on SQLite, furnished once and copied for each test: half a second saved."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hub import api
from hub.flow.lanes import LaneTurn
from hub.flow.own_settings import following
from hub.flow.parts import Parts
from hub.main import doors, open_store, read_settings
from tests.fakes import Supplier
from tests.rigs.houses import Clock, House
from tests.web.supplier.rig import Counter, open_counter


@dataclass(frozen=True, slots=True)
class Furnished:
    """A house as it was left: its folder, and what was read of its pages."""

    folder: Path
    parts: Parts
    suppliers: Mapping[str, Supplier]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """A house that nobody has worked in."""
    folder = tmp_path_factory.mktemp("furnished")
    counter = open_counter(folder)
    counter.house.close()
    house = counter.house
    return Furnished(folder=folder, parts=house.parts, suppliers=house.suppliers)


@pytest.fixture
def quick_counter(furnished: Furnished, tmp_path: Path) -> Iterator[Counter]:
    """The suppliers' house on a store of its own."""
    shutil.copytree(furnished.folder / "data", tmp_path / "data")
    settings = read_settings({"HUB_DATA_DIR": str(tmp_path / "data")})
    parts = following(replace(furnished.parts, store=open_store(settings), now=Clock()))
    turns = {
        channel.partner: LaneTurn(parts, channel, owner="test")
        for partner in parts.partners.all
        for channel in partner.channels
    }
    clock = parts.now
    assert isinstance(clock, Clock)
    house = House(parts=parts, clock=clock, suppliers=furnished.suppliers, turns=turns)
    yield Counter(house=house, app=doors(settings, parts, api.build(parts)))
    house.close()
