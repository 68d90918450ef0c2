"""Which hosts an outgoing request may reach: those at public addresses, and those that are allowed all the same.

Pure: what a name resolves to is given.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

import httpx

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Not left to `is_global` alone: what it says of these differs between versions of Python.
_SPECIAL: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments; one cloud's metadata service
    IPv4Network("192.88.99.0/24"),  # relays into 6to4
    IPv4Network("168.63.129.16"),  # one cloud's host server, seen only from its machines
    IPv6Network("2001::/23"),  # protocol assignments, among them Teredo, which wraps an IPv4 address
    IPv6Network("2002::/16"),  # 6to4, which wraps another
    IPv6Network("3fff::/20"),  # documentation
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")

# A last part of digits only would be a mistyped address.
_HOST = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z0-9_-]*[a-z_-][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be reached although it is not public; without anything, only public addresses may."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> Self:
        """From networks (`10.0.0.0/8`), addresses (`127.0.0.1`) and whole host names (`intranet.example`).

        Raises ValueError, whose text names the entry that is none of these.
        """
        networks: list[Network] = []
        hosts: set[str] = set()
        for entry in entries:
            if _is_address(entry.partition("/")[0]):
                networks.append(_network(entry))
            else:
                hosts.add(_host(entry))
        return cls(tuple(networks), frozenset(hosts))

    def reach(self, host: str, addresses: Iterable[Address]) -> bool:
        """Whether a host that resolves to these addresses may be reached: all of them may, or its name is allowed."""
        return _plain(host) in self.hosts or all(self._admit(address) for address in addresses)

    def _admit(self, address: Address) -> bool:
        inner = _unwrapped(address)
        return is_public(address) or any(inner in network for network in self.networks)


def is_public(address: Address) -> bool:
    """Whether anyone on the internet would reach the same host there: no private, local, shared or reserved address."""
    inner = _unwrapped(address)
    if any(inner in network for network in _SPECIAL) or inner.is_multicast:
        return False
    return inner.is_global and (inner.version == 4 or inner in _GLOBAL_UNICAST)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that is only another way to write it."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address


def _is_address(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True


def _network(entry: str) -> Network:
    try:
        return ip_network(entry)
    except ValueError as error:
        raise ValueError(f"{entry!r} is not a network ({error}); write it as 10.0.0.0/8") from error


def _host(entry: str) -> str:
    try:
        host = _plain(httpx.URL(scheme="http", host=entry).raw_host.decode())
    except httpx.InvalidURL:
        host = ""
    if not _HOST.fullmatch(host):
        raise ValueError(
            f"{entry!r} is neither a network (10.0.0.0/8), an address (127.0.0.1) nor a host name (intranet.example)"
        )
    return host


def _plain(host: str) -> str:
    return host.lower().removesuffix(".")
