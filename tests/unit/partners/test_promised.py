"""What a page promises beside what its maps and formats can do: ids of articles, file names."""

from dataclasses import dataclass

import pytest

from hub.errors import ConfigError
from hub.formats import json as json_format
from hub.formats import tabular, xml
from hub.formats.x12 import profile as x12
from hub.partners import load
from tests.unit.partners.parts import ACME, MAPS, TRANSPORTS, Paper, loaded


class Written(Paper):
    """A format whose files have an ending of their own."""

    @property
    def ending(self) -> str:
        return ".paper"


def test_a_file_s_name_ends_as_the_format_does_unless_the_page_says_otherwise():
    asked = {"transports": TRANSPORTS, "formats": {"paper": Written}, "maps": MAPS}
    (channel,) = load({"acme": ACME}, **asked).get("acme").channels
    assert channel.file_name == "{partner}_{set}_{number}.paper"
    named = ACME.replace("poll: 30s", 'file_name: "{number}.edi"')
    (channel,) = load({"acme": named}, **asked).get("acme").channels
    assert channel.file_name == "{number}.edi"


@pytest.mark.parametrize(
    ("config", "ending"),
    [
        (tabular.Config(), ".csv"),
        (tabular.Config(separator="tab"), ".tsv"),
        (tabular.Config(file="xlsx"), ".xlsx"),
        (tabular.Config(file="text"), ".txt"),
        (json_format.Config.model_construct(), ".json"),
        (xml.Config.model_construct(), ".xml"),
        (x12.Config.model_construct(), ".edi"),
    ],
)
def test_every_format_says_how_its_files_end(config, ending):
    assert config.ending == ending


@dataclass(frozen=True)
class Map:
    """A map with so much room for ids."""

    ids: tuple[frozenset[str], int] | None
    dialect: str = "segments"


def with_room(text, most, *kinds):
    maps = dict.fromkeys(MAPS, Map(ids=None)) | {"acme/850": Map(ids=(frozenset(kinds), most))}
    return loaded(text, maps=maps).get("acme")


def test_a_page_that_promises_more_ids_than_a_map_has_room_for_is_refused():
    text = ACME.replace("products: [vendor, gtin]", "products: [vendor, gtin, sku]")
    with pytest.raises(ConfigError) as caught:
        with_room(text, 2, "vendor", "gtin", "sku")
    assert caught.value.mistakes == (
        (
            "partner_configs/acme.yaml:29 products: 850 is written by acme/850, which has room for"
            " 2 ids of an article and not for 3; keep those that the partner goes by, such as"
            " [vendor, gtin]"
        ),
    )
    with pytest.raises(ConfigError) as caught:
        with_room(text, 2, "isbn")
    assert "has places for none of them; there are: isbn" in caught.value.mistakes[0]
    assert with_room(text, 3, "vendor", "gtin", "sku").notice == ()


def test_a_map_of_another_kind_of_papers_is_refused_where_it_stands():
    class Trees(Paper):
        dialect: str = "trees"

    maps = dict.fromkeys(MAPS, Map(ids=None))
    with pytest.raises(ConfigError) as caught:
        load({"acme": ACME}, transports=TRANSPORTS, formats={"paper": Trees}, maps=maps)
    first, second = caught.value.mistakes
    assert first == (
        "partner_configs/acme.yaml:14 channels[0].maps.850: acme/850 reads and writes segments, and"
        " a channel with `format: paper` has trees; name a map of that format"
    )
    assert second.startswith("partner_configs/acme.yaml:15 channels[0].maps.855: ")


def test_an_id_without_a_place_in_what_is_sent_is_a_notice():
    found = with_room(ACME, 2, "vendor", "sku")
    assert found.notice == (
        (
            "partner_configs/acme.yaml:29 products: 850 goes out without gtin, for which acme/850"
            " has no place"
        ),
    )


def test_without_a_word_of_it_as_many_ids_are_sent_as_there_is_room_for():
    text = ACME.replace("products: [vendor, gtin]\n", "")
    assert with_room(text, 2, "vendor", "gtin", "sku").products == ("vendor", "gtin")
    assert with_room(text, 3, "vendor", "gtin", "sku").products == ("vendor", "gtin", "sku")
    assert loaded(text).get("acme").products == ("vendor", "gtin", "sku")
