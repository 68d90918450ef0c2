"""Which hosts may be reached."""

from ipaddress import ip_address

import pytest

from vector_store.addresses import Address, Allowed, is_public

PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001:0:a00:1::",
    "2001:db8::1",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fd00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


def addresses(*written: str) -> list[Address]:
    return [ip_address(one) for one in written]


@pytest.mark.parametrize("written", PUBLIC)
def test_a_public_address_may_be_reached(written: str) -> None:
    assert is_public(ip_address(written))
    assert Allowed().reach("quay.example", addresses(written))


@pytest.mark.parametrize("written", NOT_PUBLIC)
def test_an_address_that_is_not_public_may_not_however_it_is_written(written: str) -> None:
    assert not is_public(ip_address(written))
    assert not Allowed().reach("quay.example", addresses(written))


@pytest.mark.parametrize("mixed", [("1.1.1.1", "10.0.0.1"), ("10.0.0.1", "1.1.1.1"), ("2606:4700::1111", "::1")])
def test_one_address_that_is_not_public_closes_the_host(mixed: tuple[str, str]) -> None:
    assert not Allowed().reach("quay.example", addresses(*mixed))


def test_an_allowed_network_opens_its_addresses_and_no_others() -> None:
    allowed = Allowed.of(["10.0.0.0/8", "127.0.0.1"])
    assert allowed.reach("quay.example", addresses("10.9.9.9", "1.1.1.1", "127.0.0.1", "::ffff:10.0.0.1"))
    for other in ("11.0.0.1", "127.0.0.2", "::1"):
        assert allowed.reach("quay.example", addresses("10.9.9.9", other)) == is_public(ip_address(other))


def test_an_allowed_name_opens_its_host_wherever_it_is_and_no_other() -> None:
    allowed = Allowed.of(["Intranet.example", "bücher.example"])
    private = addresses("192.168.0.1")
    assert allowed.reach("intranet.example", private)
    assert allowed.reach("INTRANET.example.", private)
    assert allowed.reach("xn--bcher-kva.example", private)
    assert not allowed.reach("www.intranet.example", private)
    assert not allowed.reach("example", private)


@pytest.mark.parametrize(
    "entry", ["", "10.0.0.1/8", "10.0.0.0/33", "300.1.1.1", "10.0.0", "http://x", "x:80", "x/y", "a b", "*.x", "u@x"]
)
def test_what_is_neither_network_nor_name_is_refused_by_its_name(entry: str) -> None:
    with pytest.raises(ValueError, match=r"is (not a network|neither)") as refusal:
        Allowed.of(["10.0.0.0/8", entry])
    assert repr(entry) in str(refusal.value)
