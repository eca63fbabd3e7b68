"""No call goes where it must not: the address that was judged is the one that is called (W12)."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.errors import TransportError
from hub.transports import Limits
from hub.transports.http import Config, HttpWire, Net, client, post, refusal
from hub.transports.http.client import NOT_PUBLIC, dialled, looked_up, trusting
from tests.contract.pages import put, refused
from tests.rigs.https import Authority, Endpoint, Says, authority, endpoint

QUICK = Limits(connect_seconds=2, read_seconds=2, total_seconds=4)
PRIVATE = Limits(connect_seconds=2, read_seconds=2, total_seconds=4, private=True)


class Names:
    """A name server that gives these answers in turn, and a net that notes who is called."""

    def __init__(self, *answers: Sequence[str], port: int = 0) -> None:
        self._answers = list(answers)
        self._port = port
        self.asked: list[str] = []
        self.called: list[str] = []
        self.net = Net(look_up=self._look_up, dial=self._dial)

    def _look_up(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if not self._answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._answers.pop(0)

    def _dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.called.append(address)
        if not self._port:
            raise ConnectionRefusedError(111, "Connection refused")
        return dialled("127.0.0.1", self._port, seconds)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def mill(made: Authority) -> Iterator[Endpoint]:
    with endpoint(made) as found:
        yield found


def _wire(names: Names, made: Authority, url: str, **page: object) -> HttpWire:
    config = {"url": url, "tls": {"authorities": f"file:{made.ca}"}} | page
    secrets = lambda reference: Path(reference.removeprefix("file:")).read_text()  # noqa: E731
    return HttpWire(Config.model_validate(config), secrets=secrets, net=names.net)


BAD = [
    *("127.0.0.1", "10.0.0.7", "192.168.0.1", "169.254.169.254", "100.64.1.1", "0.0.0.0"),
    *("192.0.0.192", "224.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    *("fe80::1%eth0", "fd00:ec2::254"),
]


@pytest.mark.parametrize("address", BAD)
def test_a_name_that_stands_for_a_forbidden_address_is_not_called(address: str) -> None:
    names = Names([address])
    fault = refused(
        lambda: post("https://mill.example/x?k=1", b"x", {}, limits=QUICK, net=names.net)
    )
    assert fault.permanent
    assert str(fault) == NOT_PUBLIC  # nothing of what there is inside
    assert names.called == []


@pytest.mark.parametrize("address", BAD[:3])
def test_an_operator_is_told_which_address_a_page_leads_to(address: str, made: Authority) -> None:
    wire = _wire(Names([address]), made, "https://mill.example/x?k=1")
    fault = refused(lambda: put(wire, "a.xml", b"<a/>"))
    assert "mill.example" in str(fault)
    assert address in str(fault)
    assert "k=1" not in str(fault)


def test_one_forbidden_address_among_good_ones_forbids_the_name() -> None:
    names = Names(["8.8.8.8", "10.0.0.7"])
    refused(lambda: post("https://mill.example/", b"x", {}, limits=QUICK, net=names.net))
    assert names.called == []


def test_a_name_is_looked_up_once_and_the_address_that_was_judged_is_called(
    mill: Endpoint, made: Authority
) -> None:
    """DNS rebinding: the second answer would lead inside, and nobody asks for it."""
    port = int(mill.url.rpartition(":")[2])
    names = Names(["8.8.8.8"], ["127.0.0.1"], port=port)
    put(_wire(names, made, "https://localhost/in"), "a.xml", b"<a/>")
    assert names.asked == ["localhost"]
    assert names.called == ["8.8.8.8"]
    assert mill.asked[0].headers["host"] == "localhost"


def test_the_certificate_is_held_against_the_name_and_not_the_address(
    mill: Endpoint, made: Authority
) -> None:
    port = int(mill.url.rpartition(":")[2])
    names = Names(["8.8.8.8"], port=port)
    fault = refused(lambda: put(_wire(names, made, "https://mill.example/"), "a.xml", b"<a/>"))
    assert fault.permanent
    assert "not believed" in str(fault)
    assert mill.asked == []


def test_the_next_address_of_a_name_is_tried_when_one_does_not_take_us() -> None:
    names = Names(["8.8.8.8", "2606:4700::1111"])
    fault = refused(lambda: post("https://mill.example/", b"x", {}, limits=QUICK, net=names.net))
    assert not fault.permanent
    assert names.called == ["8.8.8.8", "2606:4700::1111"]


def test_a_name_that_nobody_knows_is_looked_up_again_later() -> None:
    fault = refused(lambda: post("https://mill.example/", b"", {}, limits=QUICK, net=Names().net))
    assert not fault.permanent
    assert str(fault) == NOT_PUBLIC
    fault = refused(lambda: post("https://mill.example/", b"", {}, limits=QUICK, net=Names([]).net))
    assert not fault.permanent


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "017700000001", "127.0.0.1"),
        *("[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "0", "0.0.0.0"),
    ],
)
def test_an_address_in_the_url_itself_is_refused_before_any_look_up(host: str) -> None:
    names = Names(["8.8.8.8"])
    fault = refused(lambda: post(f"https://{host}/", b"x", {}, limits=QUICK, net=names.net))
    assert fault.permanent
    assert (names.asked, names.called) == ([], [])


@pytest.mark.parametrize("form", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost"])
def test_what_this_machine_resolves_odd_forms_to_is_refused_too(form: str) -> None:
    """The second belt: even past the first, the resolver's answer is judged."""
    for address in looked_up(form, 443):
        names = Names([address])
        refused(partial(post, "https://mill.example/", b"x", {}, limits=QUICK, net=names.net))
        assert names.called == []


def test_other_schemes_are_never_spoken() -> None:
    names = Names(["8.8.8.8"])
    for url in ("gopher://mill.example/", "file:///etc/passwd", "http://mill.example/"):
        refused(lambda url=url: post(url, b"x", {}, limits=QUICK, net=names.net))
    assert (names.asked, names.called) == ([], [])


def test_a_private_address_is_called_where_that_was_allowed_and_metadata_never() -> None:
    for address, called in (("10.0.0.7", True), ("169.254.169.254", False)):
        names = Names([address])
        refused(partial(post, "https://mill.example/", b"", {}, limits=PRIVATE, net=names.net))
        assert bool(names.called) is called


def test_plain_http_stays_on_this_machine() -> None:
    with endpoint(None) as mill:
        assert post(f"{mill.url}/x", b"body", {"X-A": "b"}, limits=PRIVATE).status == 200
        assert mill.asked[0].body == b"body"
        assert refusal(f"{mill.url}/x", limits=PRIVATE) == ""
        refused(lambda: post(f"{mill.url}/x", b"body", {}, limits=QUICK))
    names = Names(["10.0.0.7"])
    fault = refused(lambda: post("http://mill.example/", b"x", {}, limits=PRIVATE, net=names.net))
    assert fault.permanent
    assert names.called == []


def test_no_proxy_of_the_environment_is_asked(
    monkeypatch: pytest.MonkeyPatch, mill: Endpoint, made: Authority
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0.01)
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "http_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        put(
            _wire(
                Names(["8.8.8.8"], port=int(mill.url.rpartition(":")[2])),
                made,
                "https://localhost/",
            ),
            "a.xml",
            b"<a/>",
        )
        with pytest.raises(TimeoutError):
            proxy.accept()
    assert len(mill.asked) == 1


def test_an_answer_comes_back_whatever_its_status_and_redirects_stay_unfollowed() -> None:
    with endpoint(None) as mill:
        for status in (200, 302, 410, 429, 503):
            mill.plan = lambda number, asked, status=status: Says(
                status=status, body=b"said", headers={"Location": f"{mill.url}/b", "X-Odd": "1"}
            )
            found = post(f"{mill.url}/a", b"{}", {"webhook-id": "1"}, limits=PRIVATE)
            assert (found.status, found.body, found.headers["x-odd"]) == (status, b"said", "1")
        assert {asked.path for asked in mill.asked} == {"/a"}
        short = Limits(most_bytes=2, private=True)
        assert post(f"{mill.url}/a", b"", {}, limits=short).body == b"sa"


def test_a_url_that_would_not_be_called_is_told_before_it_is_written_down() -> None:
    assert refusal("https://mill.example/", limits=QUICK, net=Names(["8.8.8.8"]).net) == ""
    inside, unknown = Names(["10.1.1.1"]).net, Names().net
    assert refusal("https://mill.example/", limits=QUICK, net=inside) == NOT_PUBLIC
    assert refusal("https://mill.example/", limits=QUICK, net=unknown) == NOT_PUBLIC
    assert "https" in refusal("gopher://mill.example/", limits=QUICK, net=Names().net)


def test_a_name_server_that_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, made: Authority
) -> None:
    monkeypatch.setattr(client, "LOOK_UP_SECONDS", 0.05)
    answered = threading.Event()

    def look_up(host: str, port: int) -> Sequence[str]:
        answered.wait(30)
        return ["8.8.8.8"]

    net = Net(look_up=look_up, dial=Names().net.dial)
    assert refusal("https://mill.example/", limits=QUICK, net=net) == NOT_PUBLIC
    config = Config.model_validate({"url": "https://mill.example/"})
    fault = refused(lambda: put(HttpWire(config, secrets=str, net=net), "a.xml", b"<a/>"))
    assert (fault.permanent, "timed out" in str(fault)) == (False, True)
    answered.set()


def test_old_tls_is_not_spoken_and_every_certificate_is_held_against_its_name(
    made: Authority,
) -> None:
    for context in (trusting(), trusting(made.ca.read_text())):
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname


# --- pages


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ({}, "nothing to do here"),
        ({"url": "http://mill.example/"}, "only https"),
        ({"url": "https://127.1/"}, "plain form"),
        ({"url": "https://10.0.0.1/"}, "private network"),
        ({"url": "https://u:p@mill.example/"}, "take them out and say them under auth"),
        ({"pull": {"url": "ftp://a.b/", "name": "x"}}, "pull.url: only https"),
        ({"pull": {"url": "https://a.b/", "name": "../x"}}, "pattern"),
        ({"url": "https://a.b/", "headers": {"Content-Length": "1"}}, "the wire itself sends"),
        ({"url": "https://a.b/", "headers": {"X-A": "b\r\nX-C: d"}}, "pattern"),
        ({"url": "https://a.b/", "headers": {"X A": "b"}}, "pattern"),
        ({"url": "https://a.b/", "auth": {"kind": "bearer", "token": "secret"}}, "pattern"),
        ({"url": "https://a.b/", "auth": {"kind": "ntlm"}}, "bearer"),
        ({"url": "https://a.b/", "tls": {"certificate": "file:/x"}}, "belong together"),
        ({"url": "https://a.b/", "expect": [302]}, "299"),
        ({"url": "https://a.b/", "method": "DELETE"}, "POST"),
        ({"url": "https://a.b/", "follow": "true"}, "xtra"),
    ],
)
def test_a_wrong_page_is_refused(page: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Config.model_validate(page)


def test_plain_http_on_a_page_is_worth_a_warning() -> None:
    page = Config.model_validate({"url": "http://localhost:1/", "allow_private": "true"})
    assert any("TLS" in words for words in page.warnings)
    assert Config.model_validate({"url": "https://a.example/", "expect": "201"}).warnings == ()


def test_a_secret_that_no_header_carries_is_told_without_showing_it() -> None:
    page = {"url": "https://a.example/", "auth": {"kind": "bearer", "token": "env:T"}}
    for secret in ("line\r\nX-Evil: 1", "", "schlüssel"):
        wire = HttpWire(
            Config.model_validate(page),
            secrets=lambda reference, secret=secret: secret,
            net=Names(["8.8.8.8"]).net,
        )
        fault = refused(lambda wire=wire: put(wire, "a.xml", b""))
        assert fault.permanent
        assert "env:T" in str(fault)
        assert "Evil" not in str(fault)


def test_a_certificate_that_is_none_is_told_without_showing_it(tmp_path: Path) -> None:
    page = {
        "url": "https://a.example/",
        "tls": {"certificate": "env:C", "private_key": "env:K", "passphrase": "env:P"},
    }
    wire = HttpWire(Config.model_validate(page), secrets=str.upper, net=Names(["8.8.8.8"]).net)
    with pytest.raises(TransportError, match="cannot be used") as caught:
        put(wire, "a.xml", b"")
    assert caught.value.permanent
