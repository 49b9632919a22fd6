"""Secrets at rest: sealed with AES-GCM, under a key that has a name, so that keys can change."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import BadSettings, CadenceError

_NONCE = 12
OWN = "server"  # the key that comes from the server's own


class Unreadable(CadenceError):
    """What was sealed cannot be opened: its key is gone, or it was tampered with."""


class Vault:
    """Seals with the first of *keys* (name to 32 bytes) and opens with any of them."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys or any(len(key) != 32 for key in keys.values()):
            raise BadSettings("a key for credentials has 32 bytes")
        if any(len(name.encode()) > 255 for name in keys):
            raise BadSettings("the name of a key for credentials is short")
        self._keys = {name: AESGCM(key) for name, key in keys.items()}
        self._first = next(iter(keys))

    def seal(self, secret: bytes, *, context: str) -> bytes:
        """Return *secret* sealed; it opens only for the same *context*."""
        nonce, name = os.urandom(_NONCE), self._first.encode()
        sealed = self._keys[self._first].encrypt(nonce, secret, context.encode())
        return bytes([len(name)]) + name + nonce + sealed

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed; raise `Unreadable`."""
        size = sealed[0] if sealed else 0
        name = sealed[1 : 1 + size].decode("utf-8", "replace")
        key = self._keys.get(name)
        if key is None:
            raise Unreadable(f"there is no key {name!r} for a stored credential any more")
        nonce, rest = sealed[1 + size : 1 + size + _NONCE], sealed[1 + size + _NONCE :]
        try:
            return key.decrypt(nonce, rest, context.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable("a stored credential was changed") from error

    def resealed(self, sealed: bytes, *, context: str) -> bytes:
        """Return the same secret under the key that seals now; raise `Unreadable`."""
        return self.seal(self.open(sealed, context=context), context=context)

    @property
    def current(self) -> str:
        """The name of the key that seals."""
        return self._first

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys, the one that seals first."""
        return tuple(self._keys)

    def is_old(self, sealed: bytes) -> bool:
        """Whether it was sealed with another key than today's."""
        name = self._first.encode()
        return not sealed.startswith(bytes([len(name)]) + name)


def derived(server_key: str, purpose: str) -> bytes:
    """Return 32 bytes for one *purpose*, which tell nothing of the server key or the others."""
    return hmac.new(server_key.encode(), f"cadence/{purpose}".encode(), hashlib.sha256).digest()


def keys_of(setting: str, server_key: str) -> dict[str, bytes]:
    """Return the keys of a setting ``name:base64,older:base64``; the server's own when empty.

    The server's own key opens what it sealed even after keys were set.
    """
    keys: dict[str, bytes] = {}
    for part in filter(None, (part.strip() for part in setting.split(","))):
        name, _, text = part.partition(":")
        try:
            keys[name] = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise BadSettings("CADENCE_CREDENTIAL_KEYS is name:base64 with commas") from error
        if not name or name == OWN or len(keys[name]) != 32:
            raise BadSettings("CADENCE_CREDENTIAL_KEYS has names, and keys of 32 bytes in base64")
    return keys | {OWN: derived(server_key, "credentials")}
