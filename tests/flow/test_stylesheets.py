"""A partner's old XML goes through the operator's stylesheet before the map reads it."""

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.main import Pages, read_pages, read_settings
from hub.ops.dry_run import Tried, dry_run
from hub.settings import share_folder

SHEET = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="/Old"><xsl:copy-of select="*"/></xsl:template>
</xsl:stylesheet>
"""
PAGE = """
name: Nordic
kind: supplier
channels:
  - name: xml
    transport: folder
    settings: {{inbox: {tmp}/in, outbox: {tmp}/out}}
    format: xml
    profile: {{stylesheets: {{Old: nordic/old.xsl}}}}
    receive: [Old, OrderAnswer]
    maps: {{Old: nordic/OrderAnswer, OrderAnswer: nordic/OrderAnswer}}
calendar: {{zone: Europe/Oslo}}
"""
SAMPLE = share_folder() / "mappings" / "nordic" / "samples" / "OrderAnswer-mixed.xml"


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    shutil.copytree(share_folder() / "mappings", tmp_path / "mappings")
    (tmp_path / "mappings" / "nordic" / "old.xsl").write_text(SHEET)
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "nordic.yaml").write_text(PAGE.format(tmp=tmp_path))
    environment = {
        "HUB_DATA_DIR": str(tmp_path / "data"),
        "HUB_MAPPINGS": str(tmp_path / "mappings"),
        "HUB_PARTNER_CONFIGS": str(tmp_path / "partners"),
    }
    return read_pages(read_settings(environment))


def _tried(pages: Pages, body: bytes) -> Tried:
    channel = pages.partners.channel("nordic/xml")
    now = datetime(2026, 11, 26, tzinfo=UTC)
    return dry_run(pages, channel, io.BytesIO(body), store=None, now=now)


def _wrapped(body: bytes) -> bytes:
    return b"<Old>" + body.partition(b"?>")[2] + b"</Old>"


def test_what_comes_out_of_the_stylesheet_is_read_by_the_map(pages: Pages) -> None:
    [plain] = _tried(pages, SAMPLE.read_bytes()).interchanges[0].papers
    [old] = _tried(pages, _wrapped(SAMPLE.read_bytes())).interchanges[0].papers
    assert (plain.set_id, old.set_id) == ("OrderAnswer", "Old")
    assert old.messages == plain.messages
    assert old.messages


def test_a_paper_of_which_it_makes_nothing_is_refused_with_a_sentence(pages: Pages) -> None:
    [paper] = _tried(pages, b"<Old/>").interchanges[0].papers
    assert not paper.usable
    [problem] = paper.problems
    assert problem.severity == "error"
    assert problem.text
