"""The schemas and stylesheets that stand beside maps."""

from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.settings import LARGEST_SCHEMA, read_texts


def test_texts_are_read_by_their_place_and_ending(tmp_path: Path) -> None:
    for place in ("nordic/trade.xsd", "nordic/old.xsl", "nordic/Order.yaml", ".git/x.xsd"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(f"\ufeff{place}", encoding="utf-8")
    found = read_texts(tmp_path, endings=(".xsd", ".xsl"))
    assert found == {
        "nordic/old.xsl": "nordic/old.xsl",
        "nordic/trade.xsd": "nordic/trade.xsd",
    }


def test_every_text_that_cannot_be_read_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.xsd").write_bytes(b"\xff")
    with (tmp_path / "b.xsd").open("wb") as file:
        file.truncate(LARGEST_SCHEMA + 1)
    with pytest.raises(ConfigError) as caught:
        read_texts(tmp_path, endings=(".xsd",))
    assert ["a.xsd" in one or "b.xsd" in one for one in caught.value.mistakes] == [True, True]
