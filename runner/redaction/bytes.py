"""Text as bytes and back, also where it is no text, or cut in the middle of a character."""


def whole_characters(data: bytes) -> tuple[bytes, bytes]:
    """Return *data* up to the last whole UTF-8 character, and the rest."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 != 0x80:
            size = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            return (data[:-back], data[-back:]) if size > back else (data, b"")
    return data, b""


def decoded(data: bytes) -> str:
    """Return *data* as text; bytes that are none stay what they are."""
    return data.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """Return the bytes that `decoded` made *text* of."""
    return text.encode("utf-8", "surrogateescape")
