"""One contract for every way of moving files, run against real directories and real servers.

`openssh` is OpenSSH's sshd with a chrooted internal-sftp, `lab` our own small server, `lab-plain`
the same without posix-rename, as some partners' servers are.
"""

import io
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.errors import TransportError
from hub.lab.sftp_server import SftpServer
from hub.transports import RemoteFile, Transport, folder, sftp
from tests.rigs.sshd import Sshd

WAYS = ("folder", "openssh", "lab", "lab-plain")
MEBIBYTE = 1 << 20
NO_SECRETS: dict[str, str] = {}


@dataclass(kw_only=True)
class Way:
    """One way of moving files: the directories as this machine sees them, and how to connect."""

    root: Path
    make: Callable[..., Transport]
    opened: list[Transport] = field(default_factory=list)

    def connect(self, **more: object) -> Transport:
        transport = self.make(**more)
        self.opened.append(transport)
        return transport

    def lay(self, name: str, body: bytes = b"ISA*", *, mtime: int = 1_700_000_000) -> Path:
        path = self.root / "in" / name
        path.write_bytes(body)
        path.chmod(0o644)
        os.utime(path, (mtime, mtime))
        return path

    def names(self, directory: str) -> list[str]:
        return sorted(path.name for path in (self.root / directory).iterdir())


def _folder(root: Path) -> Way:
    def make(*, archive: bool = False, **more: object) -> Transport:
        places = {"inbox": root / "in", "outbox": root / "out"}
        config = folder.Config(**places, archive=root / "archive" if archive else None, **more)
        return folder.connect(config, secrets=NO_SECRETS.__getitem__)

    return Way(root=root, make=make)


def _lab(server: SftpServer, root: Path) -> Way:
    def make(*, archive: bool = False, **more: object) -> Transport:
        config = sftp.Config(
            host=server.host,
            port=server.port,
            user="acme",
            host_key=server.host_key_line,
            password="env:ACME",
            inbox="/in",
            outbox="/out",
            archive="/archive" if archive else None,
            **more,
        )
        return sftp.connect(config, secrets={"env:ACME": "sesame"}.__getitem__)

    return Way(root=root, make=make)


def _openssh(server: Sshd) -> Way:
    def make(*, archive: bool = False, **more: object) -> Transport:
        config = sftp.Config(
            host=server.host,
            port=server.port,
            user=server.user,
            host_key=server.host_key,
            key_file=f"file:{server.key_path}",
            inbox=server.remote("/in"),
            outbox=server.remote("/out"),
            archive=server.remote("/archive") if archive else None,
            **more,
        )
        return sftp.connect(config, secrets=lambda ref: Path(ref[5:]).read_text())

    return Way(root=server.root, make=make)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    server: SftpServer | None = None
    if request.param == "openssh":
        chosen = _openssh(request.getfixturevalue("clean_sshd"))
    else:
        for name in ("in", "out", "archive"):
            (tmp_path / name).mkdir()
        if request.param == "folder":
            chosen = _folder(tmp_path)
        else:
            server = SftpServer(
                tmp_path,
                user="acme",
                password="sesame",
                posix_rename=request.param == "lab",
            )
            server.start()
            chosen = _lab(server, tmp_path)
    yield chosen
    for transport in chosen.opened:
        transport.close()
    if server is not None:
        server.stop()


def _fetched(transport: Transport, file: RemoteFile) -> tuple[bytes, RemoteFile]:
    into = io.BytesIO()
    seen = transport.fetch(file, into)
    return into.getvalue(), seen


def _put(transport: Transport, name: str, body: bytes) -> None:
    assert transport.put(name, io.BytesIO(body), size=len(body)) is None


def _listed(transport: Transport) -> dict[str, RemoteFile]:
    return {file.path.rpartition("/")[2]: file for file in transport.list()}


def test_only_whole_regular_files_are_listed_oldest_first(way: Way) -> None:
    way.lay("b.edi", b"12", mtime=1_700_000_000)
    way.lay("a.edi", b"123", mtime=1_700_000_500)
    way.lay("c.edi", b"", mtime=1_600_000_000)
    for name in (".hidden", "x.tmp", "x.TMP", "x.part", "x.filepart", "x.partial"):
        way.lay(name)
    (way.root / "in" / "sub").mkdir()
    (way.root / "in" / "link.edi").symlink_to(way.root / "in" / "a.edi")
    (way.root / "in" / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(way.root / "in" / "pipe.edi")
    (way.root / "in" / os.fsdecode(b"caf\xe9.edi")).write_bytes(b"not a name we can keep")

    found = way.connect().list()

    assert [(f.path.rpartition("/")[2], f.size, f.mtime) for f in found] == [
        ("c.edi", 0, 1_600_000_000),
        ("b.edi", 2, 1_700_000_000),
        ("a.edi", 3, 1_700_000_500),
    ]


def test_only_names_that_match_the_pages_globs_are_listed(way: Way) -> None:
    for name in ("a.edi", "b.x12", "c.txt", "A.EDI"):
        way.lay(name)
    assert set(_listed(way.connect(pattern=["*.edi", "*.x12"]))) == {"a.edi", "b.x12"}
    assert set(_listed(way.connect(pattern="c*"))) == {"c.txt"}


def test_odd_names_are_files_like_any_other(way: Way) -> None:
    odd = ["-rf", "a b", "new\nline.edi", "CON", "Grüße.edi", "%s{}", "`id`", ";ls", "*", "a'\""]
    for name in odd:
        way.lay(name, name.encode())
    transport = way.connect(archive=True)
    found = _listed(transport)
    assert sorted(found) == sorted(odd)
    for name, file in found.items():
        body, seen = _fetched(transport, file)
        assert (body, seen) == (name.encode(), file)
        transport.remove(file)
    assert way.names("in") == []
    assert way.names("archive") == sorted(odd)


@pytest.mark.parametrize("size", [0, 1, 32_768, 32_769, 3 * MEBIBYTE + 17])
def test_fetched_bytes_equal_the_files(way: Way, size: int) -> None:
    body = os.urandom(size)
    way.lay("a.edi", body)
    transport = way.connect()
    (file,) = transport.list()
    assert _fetched(transport, file) == (body, file)


def test_a_file_that_grew_since_the_listing_is_told_by_what_fetch_returns(way: Way) -> None:
    path = way.lay("a.edi", b"ISA*")
    transport = way.connect()
    (file,) = transport.list()
    with path.open("ab") as more:
        more.write(b"IEA*")
    body, seen = _fetched(transport, file)
    assert seen != file
    assert (seen.size, body) == (8, b"ISA*IEA*")


@pytest.mark.parametrize("change", ["gone", "link", "pipe", "directory"])
def test_a_file_that_became_something_else_is_not_read(way: Way, change: str) -> None:
    path = way.lay("a.edi", b"ISA*")
    transport = way.connect()
    (file,) = transport.list()
    path.unlink()
    if change == "link":
        path.symlink_to("/etc/passwd")
    elif change == "pipe":
        os.mkfifo(path)
    elif change == "directory":
        path.mkdir()
    into = io.BytesIO()
    with pytest.raises(TransportError) as caught:
        transport.fetch(file, into)
    assert into.getvalue() == b""
    assert not caught.value.permanent
    assert "a.edi" in str(caught.value)


@pytest.mark.parametrize("name", ["../out/b.edi", "sub/b.edi", "..", ""])
def test_a_path_outside_the_inbox_is_neither_read_nor_removed(way: Way, name: str) -> None:
    way.lay("a.edi")
    (way.root / "out" / "b.edi").write_bytes(b"ours")
    transport = way.connect()
    (file,) = transport.list()
    stray = RemoteFile(path=file.path.replace("a.edi", name), size=4, mtime=file.mtime)
    for act in (lambda: transport.fetch(stray, io.BytesIO()), lambda: transport.remove(stray)):
        with pytest.raises(TransportError) as caught:
            act()
        assert caught.value.permanent
    assert way.names("out") == ["b.edi"]


def test_a_removed_file_is_gone_and_removing_it_again_is_fine(way: Way) -> None:
    way.lay("a.edi")
    way.lay("b.edi", mtime=1_700_000_001)
    transport = way.connect()
    file = _listed(transport)["a.edi"]
    transport.remove(file)
    transport.remove(file)
    assert way.names("in") == ["b.edi"]


def test_a_file_changed_since_it_was_read_is_not_removed(way: Way) -> None:
    path = way.lay("stock.csv", b"5")
    transport = way.connect(archive=True)
    (file,) = transport.list()
    path.write_bytes(b"6,6")
    transport.remove(file)
    assert way.names("in") == ["stock.csv"]
    assert way.names("archive") == []


def test_taken_files_move_to_the_archive_and_never_replace_one_there(way: Way) -> None:
    transport = way.connect(archive=True)
    for turn in range(3):
        way.lay("stock.csv", b"%d" % turn, mtime=1_700_000_000 + turn // 2)
        (file,) = transport.list()
        transport.remove(file)
        transport.remove(file)
    kept = [(way.root / "archive" / name).read_bytes() for name in way.names("archive")]
    assert sorted(kept) == [b"0", b"1", b"2"]
    assert way.names("in") == []


def test_a_missing_archive_needs_a_person_and_loses_nothing(way: Way) -> None:
    way.lay("a.edi")
    transport = way.connect(archive=True)
    (file,) = transport.list()
    (way.root / "archive").rmdir()
    with pytest.raises(TransportError) as caught:
        transport.remove(file)
    assert caught.value.permanent
    assert transport.list() == [file]


@pytest.mark.parametrize("size", [0, 5, 32_768, 2 * MEBIBYTE + 3])
def test_a_put_file_holds_exactly_the_bytes_and_nothing_else_is_left(way: Way, size: int) -> None:
    body = os.urandom(size)
    _put(way.connect(), "850_000000001.edi", body)
    assert way.names("out") == ["850_000000001.edi"]
    assert (way.root / "out" / "850_000000001.edi").read_bytes() == body


def test_nobody_ever_sees_a_part_of_a_put_file(way: Way) -> None:
    body = os.urandom(20 * MEBIBYTE)
    final = way.root / "out" / "850.edi"
    done, sizes = threading.Event(), set()

    def look() -> None:
        while not done.is_set():
            for path in final.parent.glob("[!.]*"):
                sizes.add((path.name, path.stat().st_size))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        _put(way.connect(), "850.edi", body)
    finally:
        done.set()
        watcher.join()
    assert sizes <= {("850.edi", len(body))}
    assert final.read_bytes() == body


def test_the_same_bytes_put_twice_are_one_file(way: Way) -> None:
    transport = way.connect()
    body = os.urandom(100_000)
    _put(transport, "850.edi", body)
    before = (way.root / "out" / "850.edi").stat()
    _put(transport, "850.edi", body)
    assert way.names("out") == ["850.edi"]
    assert (way.root / "out" / "850.edi").stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize("other", [b"theirs", b"longer than what we send", b""])
def test_a_file_with_other_bytes_is_never_replaced(way: Way, other: bytes) -> None:
    (way.root / "out" / "850.edi").write_bytes(other)
    with pytest.raises(TransportError) as caught:
        _put(way.connect(), "850.edi", b"myself")
    assert caught.value.permanent
    assert "850.edi" in str(caught.value)
    assert (way.root / "out" / "850.edi").read_bytes() == other
    assert way.names("out") == ["850.edi"]


def test_a_link_where_our_file_should_go_is_not_followed(way: Way) -> None:
    target = way.root / "in" / "victim"
    target.write_bytes(b"victim")
    (way.root / "out" / "850.edi").symlink_to(target)
    with pytest.raises(TransportError):
        _put(way.connect(), "850.edi", b"victim")
    assert target.read_bytes() == b"victim"
    assert (way.root / "out" / "850.edi").is_symlink()


def test_a_left_over_of_an_attempt_that_died_is_no_obstacle(way: Way) -> None:
    left = way.root / "out" / ".850.edi.tmp"
    left.write_bytes(b"half of something much longer than the file")
    left.chmod(0o666)
    _put(way.connect(), "850.edi", b"whole")
    assert way.names("out") == ["850.edi"]
    assert (way.root / "out" / "850.edi").read_bytes() == b"whole"


@pytest.mark.parametrize("announced", [4, 6])
def test_a_body_of_another_length_than_announced_is_not_published(way: Way, announced: int) -> None:
    with pytest.raises(TransportError) as caught:
        way.connect().put("850.edi", io.BytesIO(b"12345"), size=announced)
    assert caught.value.permanent
    assert way.names("out") == []


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".hidden", "a/b", "/etc/passwd", "../x", "a\\b", "a\0b", "a\nb", "x" * 201],
)
def test_a_hostile_name_of_ours_is_refused(way: Way, name: str) -> None:
    with pytest.raises(TransportError) as caught:
        _put(way.connect(), name, b"x")
    assert caught.value.permanent
    assert way.names("out") == []


def test_a_missing_directory_needs_a_person_and_is_named(way: Way) -> None:
    transport = way.connect()
    (way.root / "in").rmdir()
    (way.root / "out").rmdir()
    for act in (transport.list, lambda: _put(transport, "850.edi", b"x")):
        with pytest.raises(TransportError) as caught:
            act()
        assert caught.value.permanent
        assert str(caught.value).count("\n") == 0


def test_a_closed_transport_opens_again_when_used(way: Way) -> None:
    way.lay("a.edi")
    transport = way.connect()
    transport.close()
    assert list(_listed(transport)) == ["a.edi"]
    transport.close()
    transport.close()
    assert list(_listed(transport)) == ["a.edi"]
