"""What the folder does beyond the common contract: file systems with habits of their own."""

import io
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.errors import TransportError
from hub.transports import Transport, folder


def _connect(root: Path, **more: object) -> Transport:
    for name in ("in", "out", "archive"):
        (root / name).mkdir(exist_ok=True)
    config = folder.Config.model_validate({"inbox": root / "in", "outbox": root / "out"} | more)

    def no_secret(reference: str) -> str:
        raise AssertionError(f"a folder asked for {reference}")

    return folder.connect(config, secrets=no_secret)


@given(name=st.text(max_size=260), body=st.binary(max_size=50))
def test_any_name_is_either_refused_or_one_file_in_the_outbox(name: str, body: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        transport = _connect(root)
        try:
            transport.put(name, io.BytesIO(body), size=len(body))
        except TransportError as fault:
            assert fault.permanent
            expected = []
        else:
            expected = [name]
            assert (root / "out" / name).read_bytes() == body
        assert [path.name for path in (root / "out").iterdir()] == expected
        assert sorted(path.name for path in root.iterdir()) == ["archive", "in", "out"]


def test_a_long_listing_comes_in_parts(tmp_path: Path) -> None:
    transport = _connect(tmp_path, max_listing=3)
    for number in range(7):
        (tmp_path / "in" / f"{number}.edi").write_bytes(b"ISA*")
        (tmp_path / "in" / f"{number}.part").write_bytes(b"ISA*")
    counts = []
    while files := transport.list():
        counts.append(len(files))
        for file in files:
            transport.remove(file)
    assert counts == [3, 3, 1]
    with pytest.raises(ValidationError):
        _connect(tmp_path, max_listing=0)


def test_a_move_to_the_archive_cut_in_the_middle_is_finished_not_doubled(tmp_path: Path) -> None:
    transport = _connect(tmp_path, archive=tmp_path / "archive")
    (tmp_path / "in" / "a.edi").write_bytes(b"ISA*")
    (file,) = transport.list()
    os.link(tmp_path / "in" / "a.edi", tmp_path / "archive" / "a.edi")
    transport.remove(file)
    assert [path.name for path in (tmp_path / "archive").iterdir()] == ["a.edi"]
    assert list((tmp_path / "in").iterdir()) == []


def test_a_put_cut_between_link_and_unlink_does_not_harm_the_delivered_file(
    tmp_path: Path,
) -> None:
    transport = _connect(tmp_path)
    final = tmp_path / "out" / "850.edi"
    transport.put("850.edi", io.BytesIO(b"ISA*"), size=4)
    os.link(final, tmp_path / "out" / ".850.edi.tmp")
    transport.put("850.edi", io.BytesIO(b"ISA*"), size=4)
    assert [path.name for path in final.parent.iterdir()] == ["850.edi"]
    os.link(final, tmp_path / "out" / ".850.edi.tmp")
    final.rename(tmp_path / "out" / "taken.edi")
    transport.put("850.edi", io.BytesIO(b"other"), size=5)
    assert (tmp_path / "out" / "taken.edi").read_bytes() == b"ISA*"
    assert final.read_bytes() == b"other"


def test_our_files_can_be_read_by_the_partners_account(tmp_path: Path) -> None:
    _connect(tmp_path).put("850.edi", io.BytesIO(b"ISA*"), size=4)
    assert (tmp_path / "out" / "850.edi").stat().st_mode & 0o444 == 0o444


@pytest.mark.parametrize(
    "wrong", [{"archive": "in"}, {"inbox": None}, {"outbx": "x"}, {"pattern": [1]}]
)
def test_a_page_with_a_mistake_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        folder.Config.model_validate({"inbox": "in", "outbox": "out"} | wrong)
