import logging
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.ops.brand_logos import PNG
from hub.ops.brand_pictures import (
    LARGEST_PICTURE,
    NeverShown,
    Served,
    Survey,
    file_names,
    find,
    read,
    sku_of,
    some,
    survey,
)

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


@given(st.text())
@example("A/B")
@example("100%")
def test_a_file_s_name_tells_its_sku_and_no_other_name_does(sku: str):
    assert all(sku_of(name) == sku for name in file_names(sku))
    found = sku_of(sku)
    assert not found or sku in file_names(found)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("MUG 1.png", "rename it to MUG%201.png"),
        ("A%2fB.png", "rename it to A%2FB.png"),
        ("%41.png", "rename it to A.png"),
        ("50%.png", "rename it to 50%25.png"),
        ("Käse.png", "rename it to K%C3%A4se.png"),
        ("MUG.PNG", "rename it to MUG.png"),
        ("MUG.jpeg", "rename it to MUG.jpg"),
        ("MUG 1.JPEG", "rename it to MUG%201.jpg"),
        (".MUG.png", "by the article's SKU"),
        ("%FF.png", "by the article's SKU"),
        (f"{'M' * 201}.png", "by the article's SKU"),
        ("MUG.gif", "save it as one of these"),
        ("MUG", "save it as one of these"),
        ("png", "save it as one of these"),
    ],
)
def test_a_file_that_no_page_looks_for_is_told_with_its_right_name(
    tmp_path: Path, name: str, why: str
):
    (tmp_path / name).write_bytes(PNG)
    [told] = survey(tmp_path).never_shown
    assert told.name == name and why in told.why
    if "rename it to " in why:
        (tmp_path / name).rename(tmp_path / why.removeprefix("rename it to "))
        (tmp_path / why.removeprefix("rename it to ")).write_bytes(
            {"jpg": JPEG, "png": PNG}[why.rpartition(".")[2]]
        )
        assert survey(tmp_path) == Survey(shown=1, never_shown=())


def test_every_file_that_is_never_shown_is_told_at_once_and_others_are_counted(tmp_path: Path):
    for name, body in (
        ("A.png", PNG),
        ("B.webp", WEBP),
        ("B.png", PNG),
        ("C.jpg", b"<html>"),
        ("C.png", PNG),
        ("D.png", PNG + bytes(LARGEST_PICTURE)),
        (".DS_Store", b"x"),
        (".gitkeep", b""),
    ):
        (tmp_path / name).write_bytes(body)
    (tmp_path / "E.png").mkdir()
    os.mkfifo(tmp_path / "F.png")
    found = survey(tmp_path)
    assert found.shown == 3
    assert {one.name: one.why.partition(";")[0] for one in found.never_shown} == {
        "B.png": "B.webp is shown in its place",
        "C.jpg": "its bytes are no jpg",
        "D.png": "it is larger than 200000 bytes",
        "E.png": "it is a folder",
        "F.png": "it is no file",
    }
    shown = [sku for sku in "ABCDEF" if find(tmp_path, sku)]
    assert shown == ["A", "B", "C"] == [sku for sku, _ in some(tmp_path, 9)]
    assert some(tmp_path, 2) == tuple((sku, find(tmp_path, sku)) for sku in "AB")


def test_a_folder_that_is_not_there_is_empty_and_a_file_in_its_place_is_told(tmp_path: Path):
    assert survey(tmp_path / "pictures") == Survey(shown=0, never_shown=())
    (tmp_path / "pictures").write_bytes(PNG)
    [told] = survey(tmp_path / "pictures").never_shown
    assert told == NeverShown(name="", why=told.why) and "put the pictures into" in told.why
    assert some(tmp_path / "pictures", 2) == some(tmp_path / "nowhere", 2) == ()
