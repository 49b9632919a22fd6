"""The firewall of a rented machine, in a network of its own, by attack."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from runner.egress.policy import DENIED_IPV4, DENIED_IPV6
from tests.fakes.outside import OUTSIDE, PROXY, REJECT, RULES, SCENE, for_user

pytestmark = [
    pytest.mark.namespaces,
    pytest.mark.skipif(os.getuid() != 0, reason="needs root"),
    pytest.mark.skipif(shutil.which("nft") is None, reason="needs nftables"),
]
LISTEN = """
import socket, sys, threading
def serve(address, port):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    line = socket.create_server((address, port), family=family)
    threading.Thread(target=lambda: [line.accept() for _ in iter(int, 1)], daemon=True).start()
for where in sys.argv[1:]:
    address, _, port = where.rpartition('@')
    serve(address, int(port))
print('ready', flush=True)
sys.stdin.read()
"""
TRY = """
import json, os, socket, sys
user, places = sys.argv[1], sys.argv[2:]
if user != 'root':
    import pwd
    os.setgid(pwd.getpwnam(user).pw_gid); os.setuid(pwd.getpwnam(user).pw_uid)
def reaches(where):
    address, _, port = where.rpartition('@')
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.socket(family) as line:
        line.settimeout(1.5)
        try:
            line.connect((address, int(port)))
        except OSError:
            return False
        return True
print(json.dumps({where: reaches(where) for where in places}))
"""
PLACES = (
    "1.1.1.1@443",
    "2606:4700::1111@443",
    "1.1.1.1@22",
    "1.1.1.1@5432",
    "169.254.169.254@80",
    "10.1.2.3@443",
    "fdaa::3@443",
    "fdaa::3@22",
    "fdaa::3@53",
    "1.1.1.1@53",
    "10.1.2.3@53",
    "198.51.100.7@443",
    "64:ff9b::a01:203@443",
    "2002:a01:203::1@443",
)


def reached(rules: str, user: str, tmp_path: Path) -> set[str]:
    """Return which places *user* reaches under *rules* (nobody stands for the runner)."""
    (tmp_path / "rules.nft").write_text(for_user(rules, "nobody"))
    (tmp_path / "listen.py").write_text(LISTEN)
    (tmp_path / "try.py").write_text(TRY)
    places = " ".join(PLACES)
    script = f"""{SCENE}
{OUTSIDE} python3 listen.py {places} < <(exec sleep 20 2> /dev/null) > /dev/null 2>&1 &
sleep 0.6
nft -f rules.nft
python3 try.py {user} {places}
kill $outside %2
"""
    done = subprocess.run(
        ["unshare", "--net", "bash", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, done.stderr
    return {place for place, reaches in json.loads(lines[0]).items() if reaches}


def test_runner_reaches_the_public_internet_on_two_ports_and_dns(tmp_path: Path) -> None:
    assert reached(RULES, "nobody", tmp_path) == {
        "1.1.1.1@443",
        "2606:4700::1111@443",
        "fdaa::3@53",
    }


def test_proxy_reaches_the_public_internet_on_one_port_and_dns(tmp_path: Path) -> None:
    assert reached(RULES, PROXY, tmp_path) == {
        "1.1.1.1@443",
        "2606:4700::1111@443",
        "fdaa::3@53",
    }


@pytest.mark.parametrize("user", ["daemon", "root"])
def test_nobody_else_reaches_anything(user: str, tmp_path: Path) -> None:
    assert reached(RULES, user, tmp_path) == set()


def test_without_the_rules_everything_is_reached(tmp_path: Path) -> None:
    assert reached("flush ruleset\n", "nobody", tmp_path) == set(PLACES)


IN_DISGUISE = {"64:ff9b::a01:203@443", "2002:a01:203::1@443"}


@pytest.mark.parametrize(
    ("rule", "opened"),
    [
        (
            f"ip daddr @private4 {REJECT}",
            {"10.1.2.3@443", "169.254.169.254@80", "198.51.100.7@443"},
        ),
        (f"ip6 daddr @private6 {REJECT}", {"fdaa::3@443", *IN_DISGUISE}),
        ("ip6 daddr fdaa::3 ", {"1.1.1.1@53", "10.1.2.3@53"}),
    ],
)
def test_each_rule_holds_something_back(rule: str, opened: set[str], tmp_path: Path) -> None:
    assert rule in RULES
    assert opened <= reached(RULES.replace(rule, ""), "nobody", tmp_path)


@pytest.mark.parametrize(
    ("rule", "opened"),
    [
        ("meta skuid runner tcp dport", {"1.1.1.1@443", "2606:4700::1111@443"}),
        ("meta skuid runner meta l4proto", {"fdaa::3@53"}),
        ("meta skuid egress tcp dport", {"1.1.1.1@443", "2606:4700::1111@443"}),
        ("meta skuid egress meta l4proto", {"fdaa::3@53"}),
    ],
)
def test_without_its_user_a_rule_is_open_to_all(
    rule: str, opened: set[str], tmp_path: Path
) -> None:
    assert rule in RULES
    anyone = RULES.replace(rule, rule.split(maxsplit=3)[3])
    assert reached(anyone, "daemon", tmp_path) == opened


def test_what_no_rule_names_stays_inside(tmp_path: Path) -> None:
    open_end = RULES.replace("policy drop", "policy accept").replace(f"    {REJECT}\n", "")
    assert {"1.1.1.1@22", "1.1.1.1@5432"} <= reached(open_end, "nobody", tmp_path)


def ranges(name: str) -> set[str]:
    """Return the elements of one set of the firewall."""
    elements = RULES.split(f"set {name} {{")[1].split("elements = {")[1].split("}")[0]
    return {words.strip() for words in elements.split(",")}


def test_firewall_denies_the_ranges_that_the_proxy_denies() -> None:
    not_public = {"::/3", "4000::/2", "8000::/1"}  # whatever is not 2000::/3
    assert ranges("private4") == {str(network) for network in DENIED_IPV4}
    assert ranges("private6") == {str(network) for network in DENIED_IPV6} | not_public
