"""Where a sandbox may go: names first, then the addresses behind them."""

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Not `is_global`: what that means changes between patch releases of Python (CVE-2024-4032).
DENIED_IPV4 = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared address space of carriers
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's wire server
    )
)
_PUBLIC_IPV6 = ip_network("2000::/3")
DENIED_IPV6 = tuple(
    ip_network(text)
    for text in (
        "2001::/23",  # Teredo and protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)
# The last label starts with a letter: no spelling of an address is a name.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(
    rf"(?=.{{3,253}}\Z)(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?\Z", re.ASCII
)


def is_name(text: str) -> bool:
    """Whether *text* is a lower-case ASCII host name with at least two labels."""
    return _NAME.match(text) is not None


def is_public(text: str) -> bool:
    """Whether the address *text* lies outside every denied range, in whatever disguise."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in DENIED_IPV4)
    return _is_public_ipv6(address)


def _is_public_ipv6(address: IPv6Address) -> bool:
    """Return the verdict on *address*; mapped and translated forms all lie outside 2000::/3."""
    if address.scope_id is not None or address not in _PUBLIC_IPV6:
        return False
    return not any(address in network for network in DENIED_IPV6)


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressPolicy:
    """What one run may reach.

    *allow* holds exact names and ``*.suffix`` (one or more labels, never the apex itself);
    *registries* opens the read-only gateway to the operator's package registries.
    """

    allow: tuple[str, ...] = ()
    registries: bool = True
    _exact: frozenset[str] = field(init=False, repr=False, compare=False)
    _suffixes: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for pattern in self.allow:
            if not is_pattern(pattern):
                raise ValueError(f"{pattern!r} is not a host name or *.suffix")
        lower = [pattern.lower() for pattern in self.allow]
        exact = frozenset(name for name in lower if not name.startswith("*."))
        object.__setattr__(self, "_exact", exact)
        suffixes = tuple(name[1:] for name in lower if name.startswith("*."))
        object.__setattr__(self, "_suffixes", suffixes)

    def allows(self, name: str) -> bool:
        """Whether *name* may be looked up and connected to on port 443."""
        lower = name.lower()
        return is_name(lower) and (lower in self._exact or lower.endswith(self._suffixes))

    def may_dial(self, addresses: list[str]) -> bool:
        """Whether there are *addresses* and every single one is public: one bad denies all."""
        return bool(addresses) and all(is_public(address) for address in addresses)


def is_pattern(text: str) -> bool:
    """Whether *text* can stand in an allow list; a whole top-level domain cannot."""
    return text.isascii() and is_name(text.lower().removeprefix("*."))
