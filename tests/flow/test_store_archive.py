"""Archive objects: written once, read in any range, refused when touched, harmless as orphans."""

import hashlib
import io
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.store import Archive, Damaged, Erased
from hub.store.archive import FRAME
from hub.store.seals import Vault
from tests.flow.stored import a_delivery
from tests.rigs.stores import MASTER_KEY, open_store


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive(tmp_path / "archive", Vault(MASTER_KEY))


def _place(tmp_path: Path, name: str) -> Path:
    return tmp_path / "archive" / name[:2] / name[2:4] / name


def _plain(size: int) -> bytes:
    return hashlib.shake_128(str(size).encode()).digest(size)


class _Dribble(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a socket does."""

    def __init__(self, plain: bytes, most: int) -> None:
        self._rest = io.BytesIO(plain)
        self._most = most

    def read(self, size: int = -1) -> bytes:
        return self._rest.read(min(size, self._most))


SIZES = [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 17]


@pytest.mark.parametrize("size", SIZES)
def test_bytes_of_any_size_come_back(archive, size):
    plain = _plain(size)
    kept = archive.keep(io.BytesIO(plain))
    assert (kept.name, kept.size) == (hashlib.sha256(plain).hexdigest(), size)
    assert archive.kept(kept.name) == kept
    with archive.open(kept.name, wrapped_key=kept.wrapped_key) as stream:
        assert stream.read() == plain


def test_objects_and_their_directories_are_for_their_owner_only(archive, tmp_path):
    former = os.umask(0o022)
    try:
        kept = archive.keep(io.BytesIO(b"secret"))
    finally:
        os.umask(former)
    place = _place(tmp_path, kept.name)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    folders = [place.parent, place.parent.parent, tmp_path / "archive" / "drafts"]
    folders += [tmp_path / "archive"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


@pytest.mark.parametrize("most", [1000, FRAME - 1, FRAME])
def test_a_stream_that_gives_little_at_a_time_is_kept_whole(archive, most):
    plain = _plain(3 * FRAME + 5)
    kept = archive.keep(_Dribble(plain, most))
    with archive.open(kept.name, wrapped_key=kept.wrapped_key) as stream:
        assert stream.read() == plain


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.sampled_from(SIZES),
    reads=st.lists(st.tuples(st.integers(0, 4 * FRAME), st.integers(0, 2 * FRAME)), max_size=6),
)
def test_any_range_is_read_as_from_the_plain_bytes(archive, size, reads):
    plain = _plain(size)
    kept = archive.keep(io.BytesIO(plain))
    like = io.BytesIO(plain)
    with archive.open(kept.name, wrapped_key=kept.wrapped_key) as stream:
        for start, length in reads:
            assert stream.seek(start) == like.seek(start)
            assert stream.read(length) == like.read(length)
            assert stream.tell() == like.tell()
        assert stream.seek(0, io.SEEK_END) == size


def test_the_same_bytes_are_written_once(archive, tmp_path):
    first = archive.keep(io.BytesIO(b"ISA"))
    place = _place(tmp_path, first.name)
    before = (place.read_bytes(), place.stat().st_ino)
    assert archive.keep(io.BytesIO(b"ISA")) == first
    assert (place.read_bytes(), place.stat().st_ino) == before
    assert list((tmp_path / "archive" / "drafts").iterdir()) == []


@pytest.mark.parametrize("position", [0, 8, 40, 68, 100, 68 + FRAME + 16, -1])
def test_a_byte_that_was_changed_is_noticed(archive, tmp_path, position):
    kept = archive.keep(io.BytesIO(_plain(2 * FRAME)))
    place = _place(tmp_path, kept.name)
    touched = bytearray(place.read_bytes())
    touched[position] ^= 1
    place.write_bytes(touched)
    with pytest.raises(Damaged):
        again = archive.kept(kept.name)
        with archive.open(kept.name, wrapped_key=again.wrapped_key) as stream:
            stream.read()


@pytest.mark.parametrize("size", [68, 84, 68 + FRAME + 16, 68 + FRAME + 20])
def test_an_object_that_was_cut_off_is_noticed(archive, tmp_path, size):
    kept = archive.keep(io.BytesIO(_plain(2 * FRAME)))
    place = _place(tmp_path, kept.name)
    place.write_bytes(place.read_bytes()[:size])
    with (
        pytest.raises(Damaged),
        archive.open(kept.name, wrapped_key=kept.wrapped_key) as stream,
    ):
        stream.read()


def test_frames_that_were_swapped_are_noticed(archive, tmp_path):
    kept = archive.keep(io.BytesIO(_plain(3 * FRAME)))
    place = _place(tmp_path, kept.name)
    sealed, frame = place.read_bytes(), FRAME + 16
    head, rest = sealed[:68], sealed[68:]
    place.write_bytes(head + rest[frame : 2 * frame] + rest[:frame] + rest[2 * frame :])
    with (
        pytest.raises(Damaged),
        archive.open(kept.name, wrapped_key=kept.wrapped_key) as stream,
    ):
        stream.read(1)


def test_the_key_of_one_object_opens_no_other(archive):
    one, other = (archive.keep(io.BytesIO(plain)) for plain in (b"one", b"other"))
    with pytest.raises(Damaged):
        archive.open(one.name, wrapped_key=other.wrapped_key)


def test_another_master_key_opens_nothing(archive, tmp_path):
    kept = archive.keep(io.BytesIO(b"ISA"))
    thief = Archive(tmp_path / "archive", Vault(b"x" * 32))
    with pytest.raises(Damaged):
        thief.open(kept.name, wrapped_key=kept.wrapped_key)


def test_a_destroyed_object_is_gone_and_may_be_kept_anew(archive, tmp_path):
    kept = archive.keep(io.BytesIO(b"ISA"))
    archive.destroy(kept.name)
    assert not _place(tmp_path, kept.name).exists()
    with pytest.raises(KeyError):
        archive.open(kept.name, wrapped_key=kept.wrapped_key)
    with pytest.raises(Erased):
        archive.destroy(kept.name)
    assert archive.keep(io.BytesIO(b"ISA")).wrapped_key != kept.wrapped_key


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_a_name_never_leads_out_of_the_archive(archive, name):
    with pytest.raises(ValueError, match="not the name"):
        archive.kept(name)


def test_torn_drafts_and_orphans_are_listed_and_harmless(tmp_path):
    store = open_store("sqlite", tmp_path, "")
    wanted = store.archive.keep(io.BytesIO(b"wanted"))
    row = a_delivery("t", object_name=wanted.name)
    store.write(lambda tx: tx.exchange.add_transmission(row, body=None))
    orphan = store.archive.keep(io.BytesIO(b"orphan"))
    torn = tmp_path / "archive" / "drafts" / "1-torn"
    torn.write_bytes(b"HUBARCH1 and then the power went")
    assert store.orphans() == [_place(tmp_path, orphan.name), torn]
    assert store.archive.keep(io.BytesIO(b"orphan")) == orphan
    with store.read() as tx:
        assert tx.exchange.body("t").read() == b"wanted"
    store.close()


def test_a_failing_stream_leaves_nothing_behind(archive, tmp_path):
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("the line went dead")

    with pytest.raises(OSError, match="went dead"):
        archive.keep(Broken())
    assert [path for path in (tmp_path / "archive").rglob("*") if path.is_file()] == []
