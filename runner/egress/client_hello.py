"""Read the server name out of a TLS ClientHello, and nothing else of TLS (RFC 8446, RFC 6066)."""

_HANDSHAKE = 22
_CLIENT_HELLO = 1
_SERVER_NAME = 0
_ENCRYPTED_CLIENT_HELLO = 0xFE0D
_MAX_RECORD = 16_384
MAX_BYTES = 65_536


class NotAClientHello(Exception):
    """The bytes are no ClientHello that names its server in the clear."""


def server_name(data: bytes) -> str | None:
    """Return the server name in *data*, None when more bytes are needed.

    A ClientHello may be cut into several records; one that hides its name (ECH) is refused,
    because the name in the clear is then not the one that is asked for.
    """
    message = _handshake(data)
    if message is None:
        return None
    try:
        return _name_of(_extensions(message))
    except (IndexError, UnicodeDecodeError) as error:
        raise NotAClientHello("malformed") from error


def _handshake(data: bytes) -> bytes | None:
    """Return the whole ClientHello message without record framing."""
    message = bytearray()
    place = 0
    while True:
        if len(data) - place < 5:
            _check_start(data[place:])
            return None
        _check_start(data[place : place + 5])
        length = int.from_bytes(data[place + 3 : place + 5], "big")
        if not 0 < length <= _MAX_RECORD:
            raise NotAClientHello("record of impossible length")
        message += data[place + 5 : place + 5 + length]
        if message and message[0] != _CLIENT_HELLO:
            raise NotAClientHello("not a ClientHello")
        wanted = 4 + int.from_bytes(message[1:4], "big") if len(message) >= 4 else MAX_BYTES
        if wanted > MAX_BYTES:
            raise NotAClientHello("too large")
        if len(message) >= wanted:
            return bytes(message[4:wanted])
        place += 5 + length
        if place > len(data):
            return None


def _check_start(record: bytes) -> None:
    if record[:1] not in (b"", bytes([_HANDSHAKE])) or record[1:2] not in (b"", b"\x03"):
        raise NotAClientHello("not TLS")


class _Bytes:
    """A cursor that fails instead of running short."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        if count > len(self._data):
            raise IndexError
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def block(self, size: int) -> "_Bytes":
        return _Bytes(self.take(self.number(size)))

    def rest(self) -> bytes:
        return self._data

    def __bool__(self) -> bool:
        return bool(self._data)


def _extensions(message: bytes) -> list[tuple[int, bytes]]:
    hello = _Bytes(message)
    hello.take(2 + 32)  # legacy version, random
    hello.block(1)  # session id
    hello.block(2)  # cipher suites
    hello.block(1)  # compression methods
    block = hello.block(2)
    if hello:
        raise IndexError
    found = []
    while block:
        kind = block.number(2)
        found.append((kind, block.block(2).rest()))
    return found


def _name_of(extensions: list[tuple[int, bytes]]) -> str:
    kinds = [kind for kind, _ in extensions]
    if _ENCRYPTED_CLIENT_HELLO in kinds:
        raise NotAClientHello("the server name is encrypted")
    if kinds.count(_SERVER_NAME) != 1:
        raise NotAClientHello("there is not one server name")
    names = _Bytes(dict(extensions)[_SERVER_NAME]).block(2)
    if names.number(1) != 0:
        raise NotAClientHello("the server name is not a host name")
    name = names.block(2).rest().decode("ascii")
    if names:
        raise NotAClientHello("there is more than one server name")
    return name
