"""ClientHellos, whole, mangled and made up; only as much of TLS as a proxy reads."""

import contextlib
import ssl


def real_hello(name: str | None) -> bytes:
    """Return what OpenSSL sends first for *name*."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    wrapped = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        wrapped.do_handshake()
    return outgoing.read()


def block(data: bytes, size: int) -> bytes:
    """Return *data* after its length in *size* bytes."""
    return len(data).to_bytes(size, "big") + data


def server_name(*names: bytes, kind: int = 0) -> bytes:
    """Return a server_name extension with *names*."""
    entries = b"".join(bytes([kind]) + block(name, 2) for name in names)
    return extension(0, block(entries, 2))


def extension(kind: int, data: bytes) -> bytes:
    """Return one extension."""
    return kind.to_bytes(2, "big") + block(data, 2)


def made_hello(*extensions: bytes, kind: int = 1, records: int = 1, junk: bytes = b"") -> bytes:
    """Return a ClientHello with exactly *extensions*, cut into *records*."""
    suites, compression = block(b"\x13\x01", 2), block(b"\0", 1)
    fields = b"\x03\x03" + b"r" * 32 + block(b"", 1) + suites + compression
    message = bytes([kind]) + block(fields + block(b"".join(extensions), 2) + junk, 3)
    size = -(-len(message) // records)
    cuts = [message[start : start + size] for start in range(0, len(message), size)]
    return b"".join(b"\x16\x03\x01" + block(cut, 2) for cut in cuts)
