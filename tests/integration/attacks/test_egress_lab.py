"""The proxy as a program among real addresses, in a network namespace of its own."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.tls import real_hello

pytestmark = [
    pytest.mark.namespaces,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("ip") is None, reason="needs root and iproute2"
    ),
]
ROOT = Path(__file__).parents[3]
NAMESPACE = f"cadence-lab-{os.getpid()}"
ALLOW = ("github.com", "*.allowed.org")
PUBLIC = "140.82.121.4"
NAMES = {
    "github.com": PUBLIC,
    "a.allowed.org": "8.8.4.4",
    "private.allowed.org": "10.1.2.3",
    "metadata.allowed.org": "169.254.169.254",
    "own.allowed.org": "127.0.0.1",
    "six.allowed.org": "fdaa::3",
    "evil.net": "51.15.0.10",
}
# Runs inside the namespace: sinks on every address, then one attack after the other.
LAB = """
import json, socket, sys, threading, time
seen = []
def sink(family, address, port):
    server = socket.socket(family)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    server.bind((address, port))
    server.listen(50)
    def serve():
        while True:
            client, _ = server.accept()
            seen.append((client.getsockname()[0], port))
            client.settimeout(0.5)
            try:
                if client.recv(10): seen.append("data")
            except OSError:
                pass
            client.close()
    threading.Thread(target=serve, daemon=True).start()
for port in (22, 80, 443, 8443):
    sink(socket.AF_INET, "0.0.0.0", port)
    sink(socket.AF_INET6, "::", port)
for _ in range(100):
    try:
        socket.create_connection(("127.0.0.1", 3128), 1).close()
        break
    except OSError:
        time.sleep(0.1)
results = []
for request, then in json.load(sys.stdin):
    del seen[:]
    client = socket.create_connection(("127.0.0.1", 3128), 3)
    client.settimeout(3)
    client.sendall(bytes.fromhex(request))
    try:
        answer = client.recv(4096)
        if answer.startswith(b"HTTP/1.1 200"):
            client.sendall(bytes.fromhex(then))
            time.sleep(0.15)
    except OSError:
        answer = b""
    client.close()
    time.sleep(0.05)
    results.append([answer[:12].decode("latin1"), list(seen)])
print(json.dumps(results))
"""


def run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True)


@pytest.fixture(scope="module")
def namespace() -> Iterator[str]:
    """A namespace without a way out, in which every address of `NAMES` is its own."""
    settings = Path("/etc/netns") / NAMESPACE
    try:
        run("ip", "netns", "add", NAMESPACE)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no network namespaces here: {error.stderr}")
    try:
        settings.mkdir(parents=True)
        hosts = "".join(f"{address} {name}\n" for name, address in NAMES.items())
        (settings / "hosts").write_text(hosts)
        (settings / "nsswitch.conf").write_text("hosts: files\n")
        run("ip", "-n", NAMESPACE, "link", "set", "lo", "up")
        for address in {*NAMES.values(), "9.9.9.9"} - {"127.0.0.1"}:
            size = "128" if ":" in address else "32"
            run("ip", "-n", NAMESPACE, "addr", "add", f"{address}/{size}", "dev", "lo")
        yield NAMESPACE
    finally:
        shutil.rmtree(settings, ignore_errors=True)
        with contextlib.suppress(OSError):
            settings.parent.rmdir()
        run("ip", "netns", "del", NAMESPACE)


def attack(namespace: str, cases: list[tuple[bytes, bytes]]) -> list[tuple[str, list[object]]]:
    """Send *cases* to the proxy in *namespace*; return each answer and what was reached."""
    inside = ["ip", "netns", "exec", namespace, sys.executable]
    options = [word for name in ALLOW for word in ("--allow", name)]
    proxy = subprocess.Popen(
        [*inside, "-m", "runner.egress", "--listen", "127.0.0.1:3128", *options],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        told = json.dumps([(request.hex(), then.hex()) for request, then in cases])
        lab = subprocess.run(
            [*inside, "-c", LAB], input=told, capture_output=True, text=True, timeout=120
        )
    finally:
        proxy.terminate()
        proxy.wait(10)
    assert lab.returncode == 0, lab.stderr
    return [(answer, reached) for answer, reached in json.loads(lab.stdout)]


def test_only_allowed_names_on_public_addresses_are_reached(namespace: str) -> None:
    def connect(authority: str) -> bytes:
        return f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode()

    good = [
        (connect("github.com:443"), real_hello("github.com")),
        (connect("a.allowed.org:443"), real_hello("a.allowed.org")),
    ]
    authorities = [
        *("evil.net:443", "github.com:22", "github.com:80", "github.com:8443", "allowed.org:443"),
        *("private.allowed.org:443", "metadata.allowed.org:443", "own.allowed.org:443"),
        *("six.allowed.org:443", "9.9.9.9:443", "151587081:443", "[fdaa::3]:443", "0x9090909:443"),
        *(
            "localhost:443",
            "127.0.0.1:443",
            "github.com.evil.net:443",
            "github.com:443@evil.net:443",
        ),
    ]
    bad = [(connect(text), real_hello("github.com")) for text in authorities]
    bad.append((b"GET http://evil.net/ HTTP/1.1\r\nHost: github.com\r\n\r\n", b""))
    others = [
        (connect("github.com:443"), real_hello("evil.net")),
        (connect("github.com:443"), b"x"),
    ]

    results = attack(namespace, [*good, *bad, *others])

    assert results[0] == ("HTTP/1.1 200", [[PUBLIC, 443], "data"])
    assert results[1] == ("HTTP/1.1 200", [["8.8.4.4", 443], "data"])
    for (request, _), (answer, reached) in zip(bad, results[2:], strict=False):
        assert not answer.endswith("200"), request
        assert reached == [], request
    for _, reached in results[-2:]:
        assert "data" not in reached
