import logging
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.ops.brand_logos import PNG
from hub.ops.brand_pictures import LARGEST_PICTURE, Served, file_names, find, read

WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8 "
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
BRANDS = Path(__file__).resolve().parents[2] / "portal" / "brands"


@given(st.text() | st.from_regex(r"[./\\%~A-Z0-9]{1,12}", fullmatch=True))
@example("..")
@example("../secret")
@example("/etc/passwd")
@example("A\0B")
@example("\ud800")
@example("C:\\x")
def test_no_sku_s_name_leaves_the_folder(sku: str):
    folder = Path("/brands/juniper/pictures")
    for name in file_names(sku):
        assert Path(os.path.normpath(folder / name)).parent == folder
        assert name.isascii() and len(name) <= 205 and not name.startswith(".")


@given(st.text(), st.text())
@example("A/B", "A%2FB")
def test_two_skus_never_share_a_name(one: str, other: str):
    if one != other:
        assert not {*file_names(one)} & {*file_names(other)}


@pytest.mark.parametrize(
    "name", ["../secret.png", "..", ".png", "/etc/passwd", "a/b.png", "a\\b.png", "..%2Fsecret.png"]
)
def test_no_name_that_is_asked_for_leaves_the_folder(tmp_path: Path, name: str):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for place in (tmp_path / "secret.png", folder / ".png"):
        place.write_bytes(PNG)
    (folder / "plain.png").write_bytes(PNG)
    shown = find(folder, "plain")
    assert shown and read(folder, "plain.png", shown.digest)
    assert read(folder, name, shown.digest) is None


@given(st.text(), st.text())
def test_whatever_is_asked_for_nothing_but_a_picture_is_handed_out(name: str, digest: str):
    assert read(BRANDS / "juniper", name, digest) is None


def test_an_article_s_picture_is_found_by_its_sku_the_lightest_kind_first(tmp_path: Path):
    kinds = {
        "image/png": (".png", PNG),
        "image/jpeg": (".jpg", JPEG),
        "image/webp": (".webp", WEBP),
    }
    for media_type, (ending, body) in kinds.items():
        (tmp_path / f"A%2FB%201{ending}").write_bytes(body)
        shown = find(tmp_path, "A/B 1")
        assert shown and shown.name == f"A%2FB%201{ending}"
        assert read(tmp_path, shown.name, shown.digest) == Served(body=body, media_type=media_type)
        assert read(tmp_path, shown.name, "0" * 20) is None
    assert find(tmp_path, "A") is None and find(tmp_path / "nowhere", "A/B 1") is None


def test_a_picture_that_is_replaced_or_taken_away_counts_at_once(tmp_path: Path):
    file = tmp_path / "MUG.png"
    file.write_bytes(PNG)
    before = find(tmp_path, "MUG")
    file.write_bytes(PNG + b"other")
    after = find(tmp_path, "MUG")
    assert before and after and before.digest != after.digest
    assert read(tmp_path, "MUG.png", before.digest) is None
    file.unlink()
    assert find(tmp_path, "MUG") is None and read(tmp_path, "MUG.png", after.digest) is None


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("MUG.png", b"<svg onload='alert(1)'/>", "its bytes are no png"),
        ("MUG.png", JPEG, "its bytes are no png"),
        ("MUG.jpg", b"<html>", "its bytes are no jpg"),
        ("MUG.webp", b"RIFF\x1a\x00\x00\x00WAVE", "its bytes are no webp"),
        ("MUG.png", b"", "its bytes are no png"),
        ("MUG.png", PNG + bytes(LARGEST_PICTURE), "larger than 200000 bytes"),
    ],
)
def test_what_is_no_picture_is_told_in_the_log_once_and_never_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, body: bytes, said: str
):
    (tmp_path / name).write_bytes(body)
    with caplog.at_level(logging.WARNING):
        assert find(tmp_path, "MUG") is None and find(tmp_path, "MUG") is None
    [told] = caplog.messages
    assert said in told and name in told


def test_a_folder_or_a_pipe_by_a_picture_s_name_is_none(tmp_path: Path):
    (tmp_path / "MUG.webp").mkdir()
    os.mkfifo(tmp_path / "MUG.jpg")
    (tmp_path / "MUG.png").write_bytes(PNG)
    shown = find(tmp_path, "MUG")
    assert shown and shown.name == "MUG.png"


@pytest.mark.parametrize(
    ("brand", "sku"),
    [("juniper", "JUN-MUG-BLUE"), ("juniper", "JUN-MUG-SAND"), ("harbor", "HAR-JUG-GLASS")],
)
def test_the_demo_s_brands_show_some_of_their_articles(brand: str, sku: str):
    shown = find(BRANDS / brand / "pictures", sku)
    assert shown and (BRANDS / brand / "pictures" / shown.name).stat().st_size <= 3000
