"""Which addresses and URLs the hub calls; every disguise of one that it does not."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.addresses import address_refusal, is_loopback, url_refusal

PRIVATE = [
    *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("100.64.0.1", "100.127.255.255", "::1", "fc00::1", "fd12:3456::1"),
]
NEVER = [
    *("0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "168.63.129.16", "100.100.100.200"),
    *("192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255"),
    *("198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
    *("255.255.255.255", "::", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
    *("::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::7f00:1"),
    *("2002:7f00:1::", "2002:808:808::1", "2001::7f00:1", "2001:10::1", "2001:db8::1", "3fff::1"),
    *("100::1", "fe80::1", "fe80::5efe:7f00:1", "2606:4700::5efe:7f00:1", "fec0::1", "ff02::1"),
    *("fd00:ec2::254", "fd20:ce::254", "5f00::1", "4000::1", "e000::1"),
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "223.255.255.255", "2606:4700::1111", "2a00::1"]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_net_is_called(address: str) -> None:
    assert address_refusal(address) == ""
    assert address_refusal(address, private=True) == ""


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_called_only_where_the_page_says_so(address: str) -> None:
    assert address_refusal(address) != ""
    assert address_refusal(address, private=True) == ""


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_called(address: str) -> None:
    assert address_refusal(address) != ""
    assert address_refusal(address, private=True) != ""


ODD = [
    *("2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.1", "127.0.1", "017700000001"),
    *("1.2.3.4.5", "1.2.3", "256.1.1.1", "1.2.3.-4", "1.2.3.4 ", "١٢٧.٠.٠.١", "fe80::1%eth0", ""),
    *("::ffff:127.1", "[::1]", "1::2::3", "localhost", "08.8.8.8"),
]


@pytest.mark.parametrize("address", ODD)
def test_an_address_in_another_form_is_no_address(address: str) -> None:
    assert address_refusal(address, private=True) != ""


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
@example(IPv4Address("192.0.0.9"))
@example(IPv6Address("2001:4:112::1"))
def test_whatever_is_called_is_an_ordinary_address_to_python_too(
    address: IPv4Address | IPv6Address,
) -> None:
    if address_refusal(str(address)) == "":
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved
        assert not is_loopback(str(address))


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_called_inside_of_an_ipv6_one(inner: IPv4Address) -> None:
    number = int(inner)
    wrapped = [
        IPv6Address(number),
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address((0x2001 << 112) | (number ^ 0xFFFF_FFFF)),
        IPv6Address((0x2606_4700 << 96) | (0x5EFE << 32) | number),
    ]
    for each in wrapped:
        private = address_refusal(str(each), private=True)
        assert private != "" or int(each) == 1


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_judgement(text: str) -> None:
    for private in (False, True):
        if address_refusal(text, private=private) == "":
            assert ip_address(text)
        url_refusal(f"https://{text}/", private=private)
        url_refusal(text, private=private)


@pytest.mark.parametrize(
    "url",
    [
        *("https://mill.example", "https://mill.example/a/b?c=d", "https://mill.example:8443/"),
        *("https://xn--mhle-0ra.example/", "https://8.8.8.8/", "https://[2606:4700::1111]/"),
        *("https://a_b.example/", "https://0x7f.example/", "https://localhost/", "HTTPS://a.b/"),
    ],
)
def test_an_ordinary_url_has_a_good_form(url: str) -> None:
    assert url_refusal(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        *("", "mill.example", "//mill.example/", "https:mill.example", "https:///x", "https://"),
        *("http://mill.example/", "gopher://mill.example/", "file:///etc/passwd", "ftp://a.b/"),
        *("javascript:alert(1)", "data:text/html,x", "https+unix://x/", "dict://a.b:11211/"),
        *("https://us@mill.example/", "https://us:pw@mill.example/", "https://a.b@127.0.0.1/"),
        *("https://a.b/#x", "https://a.b:0/", "https://a.b:65536/", "https://a.b:x/"),
        *(
            "https://a b/",
            "https://a\\b/",
            "https://a.b\t/",
            "https://a.b/\r\nX: y",
            "https://\x00/",
        ),
        *("https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0x7f000001/"),
        *("https://0177.0.0.1/", "https://127.0.0.1/", "https://127.0.0.1./", "https://0/"),
        *("https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/"),
        *("https://[2002:7f00:1::]/", "https://[fe80::1%25eth0]/", "https://[::1/", "https://]/"),
        *(
            "https://169.254.169.254/latest/meta-data/",
            "https://①②⑦.0.0.1/",
            "https://127。0。0。1/",
        ),
        *("https://a..b/", "https://-a.b/", "https://a.b-/", "https://mühle.example/"),
        "https://a.b/" + "x" * 2000,
    ],
)
def test_an_odd_url_is_refused_with_a_reason(url: str) -> None:
    why = url_refusal(url)
    assert why
    assert "\n" not in why


def test_plain_http_is_a_form_only_where_private_addresses_are_allowed() -> None:
    assert url_refusal("http://localhost:8080/x", private=True) == ""
    assert url_refusal("http://127.0.0.1/", private=True) == ""
    assert url_refusal("http://127.0.0.1/") != ""
    assert url_refusal("http://169.254.169.254/", private=True) != ""
