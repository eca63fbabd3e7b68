"""The HTTP wire against a real server behind TLS: what it sends, believes, repeats and refuses."""

import hashlib
import hmac
import io
import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.errors import Refused, TransportError
from hub.transports import RefusedPaper, RemoteFile, Reply
from hub.transports.http import Config, HttpWire
from tests.contract.pages import refused
from tests.rigs.https import Asked, Authority, Endpoint, Says, authority, endpoint

NAME = "mill_850_000000007.xml"
ORDER = b"<Order>7</Order>"
TOKEN = "tok-9f2c-sesame-77"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

Wire = Callable[..., HttpWire]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def running(made: Authority) -> Iterator[Endpoint]:
    with endpoint(made) as found:
        yield found


@pytest.fixture
def mill(running: Endpoint) -> Endpoint:
    running.plan = lambda number, asked: Says()
    running.asked = []
    return running


def _secret(reference: str) -> str:
    return TOKEN if reference == "env:TOKEN" else Path(reference.removeprefix("file:")).read_text()


def _wire(found: Endpoint, made: Authority, **page: object) -> HttpWire:
    base = {
        "url": f"{found.url}/orders?shop=1",
        "allow_private": True,
        "tls": {"authorities": f"file:{made.ca}"},
        "content_type": "application/xml",
    }
    wire = HttpWire(Config.model_validate(base | page), secrets=_secret)
    wire.keep_time(lambda: NOON)
    return wire


@pytest.fixture
def wire(mill: Endpoint, made: Authority) -> Iterator[Wire]:
    opened: list[HttpWire] = []

    def make(**page: object) -> HttpWire:
        opened.append(_wire(mill, made, **page))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def _put(wire: HttpWire, body: bytes = ORDER) -> Reply | None:
    return wire.put(NAME, io.BytesIO(body), size=len(body))


def _no(wire: HttpWire, body: bytes = ORDER) -> TransportError:
    return refused(lambda: _put(wire, body))


# --- sending


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_document_is_sent_whole_under_a_key_that_stays_the_same(
    mill: Endpoint, wire: Wire, method: str
) -> None:
    one = wire(method=method, headers={"X-Account": "4711"})
    assert _put(one) is None
    assert _put(one) is None
    for asked in (mill.asked[0], mill.asked[1]):
        assert (asked.method, asked.path, asked.body) == (method, "/orders?shop=1", ORDER)
        assert asked.headers["idempotency-key"] == NAME
        assert asked.headers["content-type"] == "application/xml"
        assert asked.headers["x-account"] == "4711"
        assert asked.headers["host"] == mill.url[8:]


def test_a_body_of_any_size_arrives_as_it_was(mill: Endpoint, wire: Wire) -> None:
    body = bytes(range(256)) * 20_000
    _put(wire(), body)
    assert hashlib.sha256(mill.asked[0].body).digest() == hashlib.sha256(body).digest()


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"kind": "bearer", "token": "env:TOKEN"}, "authorization", f"Bearer {TOKEN}"),
        (
            {"kind": "basic", "user": "us", "password": "env:TOKEN"},
            "authorization",
            f"Basic {b64encode(f'us:{TOKEN}'.encode()).decode()}",
        ),
        ({"kind": "header", "name": "X-Api-Key", "secret": "env:TOKEN"}, "x-api-key", TOKEN),
    ],
)
def test_the_page_says_how_we_prove_who_we_are(
    mill: Endpoint, wire: Wire, auth: dict[str, str], header: str, value: str
) -> None:
    _put(wire(auth=auth))
    assert mill.asked[0].headers[header] == value


def test_a_signature_covers_time_and_body(mill: Endpoint, wire: Wire) -> None:
    _put(wire(auth={"kind": "hmac", "secret": "env:TOKEN"}))
    plain = {"timestamp_header": None, "encoding": "base64", "header": "X-Sign", "prefix": ""}
    _put(wire(auth={"kind": "hmac", "secret": "env:TOKEN", **plain}))
    stamped, bare = (asked.headers for asked in mill.asked)

    assert stamped["x-timestamp"] == str(int(NOON.timestamp()))
    signed = f"{stamped['x-timestamp']}.".encode() + ORDER
    expected = hmac.new(TOKEN.encode(), signed, hashlib.sha256).hexdigest()
    assert stamped["x-signature"] == f"sha256={expected}"
    digest = hmac.new(TOKEN.encode(), ORDER, hashlib.sha256).digest()
    assert bare["x-sign"] == b64encode(digest).decode()
    assert [asked.body for asked in mill.asked] == [ORDER, ORDER]


def test_a_certificate_of_ours_is_shown_where_the_partner_wants_one(made: Authority) -> None:
    tls = {"authorities": f"file:{made.ca}"}
    ours = {"certificate": f"file:{made.client}", "private_key": f"file:{made.client_key}"}
    other = {"certificate": f"file:{made.stranger}", "private_key": f"file:{made.stranger_key}"}
    with endpoint(made, mutual=True) as mill:
        assert _put(_wire(mill, made, tls=tls | ours)) is None
        for page in (tls, tls | other):
            text = str(_no(_wire(mill, made, tls=page)))
            assert "TLS failed" in text or "closed connection" in text
    assert [asked.body for asked in mill.asked] == [ORDER]


def test_a_server_that_nobody_vouches_for_gets_nothing(
    mill: Endpoint, made: Authority, wire: Wire
) -> None:
    fault = _no(wire(tls={"authorities": f"file:{made.stranger}"}))
    assert fault.permanent
    assert "certificate is not believed" in str(fault)
    assert "not believed" in str(_no(wire(tls={})))
    assert mill.asked == []


def test_what_is_answered_is_a_reply_only_where_the_page_says_so(
    mill: Endpoint, wire: Wire
) -> None:
    answer = b'<Response><Status code="200"/></Response>'
    mill.plan = lambda number, asked: Says(body=answer, headers={"content-type": "text/xml"})
    assert _put(wire()) is None
    assert _put(wire(reply="document")) == Reply(body=answer, content_type="text/xml")
    mill.plan = lambda number, asked: Says(status=204, headers={"content-length": ""})
    assert _put(wire(reply="document")) is None


def test_a_reply_longer_than_the_page_allows_is_told_and_not_held_in_memory(
    mill: Endpoint, wire: Wire
) -> None:
    mill.plan = lambda number, asked: Says(body=b"x" * 65_536, pieces=64)
    assert _put(wire(max_reply=2048)) is None  # nobody wants to read it
    fault = _no(wire(reply="document", max_reply=2048))
    assert fault.permanent
    assert "max_reply" in str(fault)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_go_better_later_is_tried_again(mill: Endpoint, wire: Wire, status: int) -> None:
    mill.plan = lambda number, asked: Says(status=status, headers={"retry-after": "90"})
    fault = _no(wire())
    assert not fault.permanent
    assert fault.retry_seconds == 90
    assert f"answered {status}" in str(fault)


def test_a_date_in_retry_after_is_read_by_the_partners_own_clock(
    mill: Endpoint, wire: Wire
) -> None:
    when = {"retry-after": "Fri, 20 Nov 2026 12:02:00 GMT", "date": "Fri, 20 Nov 2026 12:00:00 GMT"}
    mill.plan = lambda number, asked: Says(status=503, headers=when)
    assert _no(wire()).retry_seconds == 120
    for odd in ("soon", "-5", "9" * 400, "Fri, 99 Nov 2026", "1 Jan 99999999999999999999"):
        mill.plan = lambda number, asked, odd=odd: Says(status=503, headers={"retry-after": odd})
        assert 0 <= _no(wire()).retry_seconds < 1_000_000_000


@pytest.mark.parametrize("status", [400, 406, 409, 413, 422])
def test_a_no_to_this_very_document_is_no_fault_of_the_wire(
    mill: Endpoint, wire: Wire, status: int
) -> None:
    said, kind = b'{"code": "NO_SUCH_SKU", "detail": "Maya Example"}', "application/json"
    headers = {"content-type": kind}
    mill.plan = lambda number, asked: Says(status=status, body=said, headers=headers)
    with pytest.raises(RefusedPaper) as caught:
        _put(wire())
    assert str(caught.value).endswith(f"answered {status} ({kind}, {len(said)} bytes; NO_SUCH_SKU)")
    assert caught.value.reply == Reply(body=said, content_type=kind)


@pytest.mark.parametrize("status", [205, 300, 401, 403, 404, 405, 410, 411, 415, 418])
def test_what_would_be_answered_again_waits_for_a_person(
    mill: Endpoint, wire: Wire, status: int
) -> None:
    mill.plan = lambda number, asked: Says(status=status)
    assert _no(wire()).permanent
    assert len(mill.asked) == 1


def test_no_word_of_what_a_partner_says_when_it_refuses_is_told_and_all_of_it_is_kept(
    mill: Endpoint, wire: Wire
) -> None:
    said = f"<b>no\x00\x1b[31m\r\nline</b> token {TOKEN} seen ".encode() + b"\xff" * 4
    mill.plan = lambda number, asked: Says(status=403, body=said, headers={"content-type": "<b/>"})
    bearer = {"kind": "bearer", "token": "env:TOKEN"}
    basic = {"kind": "basic", "user": "us", "password": "env:TOKEN"}
    for auth in (bearer, basic, {"kind": "hmac", "secret": "env:TOKEN"}):
        fault = _no(wire(auth=auth))
        assert f"answered 403 (of no kind, {len(said)} bytes); check with" in str(fault)
        assert fault.reply.body == said.replace(TOKEN.encode(), "…".encode())


def test_a_redirect_is_never_followed(mill: Endpoint, made: Authority, wire: Wire) -> None:
    with endpoint(made) as elsewhere:
        target = f"{elsewhere.url}/in?key=1"
        for status in (301, 302, 303, 307, 308):
            mill.plan = lambda number, asked, status=status: Says(
                status=status, headers={"location": target}
            )
            fault = _no(wire())
            assert fault.permanent
            assert "redirects are not followed" in str(fault)
            assert "key=1" not in str(fault)
        assert elsewhere.asked == []


def test_a_partner_that_fails_a_third_of_the_time_gets_every_document_once_more_or_less(
    mill: Endpoint, wire: Wire
) -> None:
    def flaky(number: int, asked: Asked) -> Says:
        return Says(status=500 if number % 10 in (1, 4, 7) else 201)

    mill.plan = flaky
    one, tries = wire(), 0
    for turn in range(20):
        name, done = f"mill_850_{turn:09d}.xml", False
        while not done:
            tries += 1
            try:
                one.put(name, io.BytesIO(ORDER), size=len(ORDER))
                done = True
            except TransportError as fault:
                assert not fault.permanent
    keys = [asked.headers["idempotency-key"] for asked in mill.asked]
    assert list(dict.fromkeys(keys)) == [f"mill_850_{turn:09d}.xml" for turn in range(20)]
    assert len(keys) == tries > 20


# --- an end to everything


@pytest.fixture
def rude() -> Iterator[Callable[[bytes], str]]:
    """A server of no manners: says these bytes to whoever asks, then closes."""
    doors: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(door: socket.socket, said: bytes) -> None:
        line, _ = door.accept()
        with line:
            heard = b""
            while not heard.endswith(ORDER):
                heard += line.recv(65_536)
            line.sendall(said)

    def make(said: bytes) -> str:
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)
        threads.append(threading.Thread(target=serve, args=(door, said)))
        threads[-1].start()
        return f"http://127.0.0.1:{door.getsockname()[1]}/"

    yield make
    for door, thread in zip(doors, threads, strict=True):
        thread.join()
        door.close()


def _plain(url: str, **page: object) -> HttpWire:
    return HttpWire(Config.model_validate({"url": url, "allow_private": True} | page), secrets=str)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"", "closed connection"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "no HTTP"),
    ],
)
def test_an_answer_that_is_none_is_the_wires_fault_and_is_tried_again(
    rude: Callable[[bytes], str], said: bytes, told: str
) -> None:
    fault = _no(_plain(rude(said)))
    assert not fault.permanent
    assert told in str(fault)


def test_a_connection_that_is_reset_or_refused_is_tried_again(made: Authority) -> None:
    def reset(door: socket.socket) -> None:
        line, _ = door.accept()
        line.recv(10)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line.close()

    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        thread = threading.Thread(target=reset, args=(door,))
        thread.start()
        fault = _no(_plain(f"http://127.0.0.1:{port}/"), b"x" * 3_000_000)
        thread.join()
    assert not fault.permanent
    fault = _no(_plain(f"http://127.0.0.1:{port}/"))
    assert not fault.permanent
    assert "refused" in str(fault)


def test_a_no_before_the_body_was_heard_out_is_still_heard() -> None:
    def refuse(door: socket.socket) -> None:
        line, _ = door.accept()
        line.recv(100)
        line.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        while line.recv(1 << 20):
            pass
        line.close()

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=refuse, args=(door,))
        thread.start()
        with pytest.raises(Refused, match="answered 413"):
            _put(_plain(f"http://127.0.0.1:{door.getsockname()[1]}/"), b"x" * 3_000_000)
        thread.join()


def test_a_server_that_drips_or_says_nothing_is_left(mill: Endpoint, wire: Wire) -> None:
    mill.plan = lambda number, asked: Says(body=b"x", pieces=200, pause=0.05)
    fault = _no(wire(total_seconds=0.4, reply="document"))
    assert "in all" in str(fault) or "timed out" in str(fault)
    mill.plan = lambda number, asked: Says(pause=3)
    assert "timed out" in str(_no(wire(io_seconds=0.2)))


def test_a_line_of_heads_without_end_is_left_at_the_walls_end() -> None:
    stop = threading.Event()

    def drip(door: socket.socket) -> None:
        line, _ = door.accept()
        try:
            while not stop.wait(0.01):
                line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        except OSError:
            pass
        line.close()

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=drip, args=(door,))
        thread.start()
        try:
            page = _plain(f"http://127.0.0.1:{door.getsockname()[1]}/", total_seconds=0.3)
            assert not _no(page).permanent
        finally:
            stop.set()
            thread.join()


# --- fetching

FEED = {"url": "", "name": "stock.csv"}


def _pulling(mill: Endpoint, wire: Wire, **more: object) -> HttpWire:
    return wire(url=None, pull={"url": f"{mill.url}/stock", "name": "stock.csv", **more})


def _taken(wire: HttpWire) -> list[bytes]:
    bodies = []
    for file in wire.list():
        into = io.BytesIO()
        assert wire.fetch(file, into) == file
        wire.remove(file)
        bodies.append(into.getvalue())
    return bodies


def test_a_feed_is_listed_when_it_changed_and_only_then(mill: Endpoint, wire: Wire) -> None:
    state = {"tag": '"1"', "body": b"sku,5\n"}

    def feed(number: int, asked: Asked) -> Says:
        if asked.headers.get("if-none-match") == state["tag"]:
            return Says(status=304, headers={"content-length": ""})
        return Says(body=bytes(state["body"]), headers={"etag": str(state["tag"])})

    mill.plan = feed
    one = _pulling(mill, wire)
    assert one.unchanged() == ()
    assert _taken(one) == [b"sku,5\n"]
    assert _taken(one) == []
    assert one.unchanged() == ("stock.csv",)
    state.update(tag='"2"', body=b"sku,6\n")
    assert _taken(one) == [b"sku,6\n"]
    state.update(tag='"1"', body=b"sku,5\n")
    assert _taken(one) == [b"sku,5\n"]
    assert [asked.method for asked in mill.asked] == ["GET"] * 4


def test_a_feed_with_only_a_date_is_asked_for_by_it(mill: Endpoint, wire: Wire) -> None:
    when = "Fri, 20 Nov 2026 11:00:00 GMT"
    mill.plan = lambda number, asked: (
        Says(status=304, headers={"content-length": ""})
        if asked.headers.get("if-modified-since") == when
        else Says(body=b"sku,5\n", headers={"last-modified": when})
    )
    one = _pulling(mill, wire)
    (file,) = one.list()
    moment = int(datetime(2026, 11, 20, 11, tzinfo=UTC).timestamp())
    assert file == RemoteFile(path="stock.csv", size=6, mtime=moment)
    assert _taken(one) == [b"sku,5\n"]
    assert _taken(one) == []


def test_a_feed_that_was_not_taken_in_is_listed_again(mill: Endpoint, wire: Wire) -> None:
    mill.plan = lambda number, asked: Says(body=b"half", headers={"etag": '"1"'})
    one = _pulling(mill, wire)
    (first,) = one.list()
    (second,) = one.list()
    assert first == second
    assert "if-none-match" not in mill.asked[1].headers
    assert "list again" in str(refused(lambda: _pulling(mill, wire).fetch(first, io.BytesIO())))


def test_a_feed_larger_than_the_page_allows_is_told(mill: Endpoint, wire: Wire) -> None:
    mill.plan = lambda number, asked: Says(body=b"x" * 65_536, pieces=32)
    fault = refused(lambda: _pulling(mill, wire, max_bytes=100_000).list())
    assert fault.permanent
    assert "max_bytes" in str(fault)
    assert len(_taken(_pulling(mill, wire, max_bytes=32 * 65_536))[0]) == 32 * 65_536


def test_a_feed_that_ends_early_is_never_taken_in(mill: Endpoint, wire: Wire) -> None:
    mill.plan = lambda number, asked: Says(body=b"sku,5\nsku", cut=True)
    assert not refused(lambda: _pulling(mill, wire).list()).permanent


@pytest.mark.parametrize(
    ("status", "headers", "permanent"),
    [(404, {}, True), (500, {}, False), (304, {"content-length": ""}, True), (302, {}, True)],
)
def test_a_feed_that_is_not_there_is_told(
    mill: Endpoint, wire: Wire, status: int, headers: dict[str, str], permanent: bool
) -> None:
    mill.plan = lambda number, asked: Says(status=status, headers=headers)
    assert refused(lambda: _pulling(mill, wire).list()).permanent is permanent


def test_a_feed_nobody_wanted_packed_is_told(mill: Endpoint, wire: Wire) -> None:
    mill.plan = lambda number, asked: Says(body=b"\x1f\x8b", headers={"content-encoding": "gzip"})
    assert "compressed" in str(refused(lambda: _pulling(mill, wire).list()))
    assert mill.asked[0].headers["accept-encoding"] == "identity"


def test_a_page_that_only_fetches_sends_nothing_and_one_that_only_sends_fetches_nothing(
    mill: Endpoint, wire: Wire
) -> None:
    assert "no url" in str(_no(_pulling(mill, wire)))
    mill.plan = lambda number, asked: Says(status=204, headers={"content-length": ""})
    assert list(_pulling(mill, wire).list()) == []  # an empty yes is no feed
    assert list(wire().list()) == []
    assert wire().unchanged() == ()
    assert len(mill.asked) == 1
