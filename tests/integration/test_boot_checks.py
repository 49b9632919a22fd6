"""The checks of a rented machine at boot: each finds its hole when there is one.

Nobody listens behind any hole: that a way is open is enough.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.outside import ENTRYPOINT, PROXY, RULES, SCENE, for_user

pytestmark = [
    pytest.mark.namespaces,
    pytest.mark.skipif(os.getuid() != 0, reason="needs root"),
    pytest.mark.skipif(shutil.which("nft") is None, reason="needs nftables"),
]
FIRST = "    # The runner's own loopback; the sandbox has another.\n"
OF_PROXY = {"proxy: no metadata", "proxy: no private network", "proxy: no ports but 443"}
NETWORK = {"no metadata", "no private network", "no ports but 443 and 80", "agents: no network"}
# A root of its own, so that /.fly can be there.
FLY = """
mount --make-rprivate /; mkdir root; mount -t tmpfs none root
for place in /*; do
  if [ -L $place ]; then cp -P $place root/
  elif [ -d $place ]; then mkdir root$place; mount --rbind $place root$place; fi
done
mkdir -p root/.fly root/old; cd root; pivot_root . old; umount -l /old; cd -
touch /.fly/api
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the checks said; *bad* maps those that failed to their words."""

    code: int
    bad: dict[str, str]
    number: int


def checked(
    where: Path,
    *,
    rules: str = RULES,
    runner: str = "nobody",
    agent: str = "daemon",
    proxy: str = PROXY,
    before: str = "",
    words: str = "",
) -> Found:
    """Run the checks in the scene under *rules*, after *before*, with *words* in front."""
    (where / "rules.nft").write_text(for_user(rules, runner))
    script = f"""{SCENE}
{before}
nft -f rules.nft
users="--runner {runner} --agent {agent} --proxy {proxy}"
{words} python3 -I {ENTRYPOINT / "checks.py"} $users --out $PWD/found.json
echo "code $?"
kill $outside
"""
    apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc"]
    done = subprocess.run(
        [*apart, "bash", "-c", script], cwd=where, capture_output=True, text=True, timeout=120
    )
    [code] = [line for line in done.stdout.splitlines() if line.startswith("code ")]
    found = json.loads((where / "found.json").read_text())
    bad = {name: problem for name, problem in found.items() if problem}
    assert done.stderr.count("refusing to take work") == bool(bad)
    return Found(code=int(code.split()[1]), bad=bad, number=len(found))


def test_checks_are_good_behind_the_firewall(tmp_path: Path) -> None:
    found = checked(tmp_path)

    assert found == Found(code=0, bad={}, number=20)


def test_checks_refuse_work_without_the_firewall_though_nobody_answers(tmp_path: Path) -> None:
    found = checked(tmp_path, rules="flush ruleset\n")

    assert found.code == 78
    assert set(found.bad) == NETWORK | OF_PROXY


@pytest.mark.parametrize(
    ("hole", "name", "words"),
    [
        pytest.param(
            "ip daddr 169.254.169.254 tcp dport 80", "no metadata", "169.254.169.254 on 80", id="v4"
        ),
        pytest.param("ip6 daddr fe80::/10", "no metadata", "fe80::a9fe:a9fe on 80", id="v6"),
        pytest.param("ip daddr 10.0.0.0/8", "no private network", "10.0.0.1 on 22", id="ten"),
        pytest.param("ip daddr 172.16.0.0/12", "no private network", "172.19.0.1 on", id="gateway"),
        pytest.param(
            "ip6 daddr fdaa::3 tcp dport 443", "no private network", "fdaa::3 on 443", id="6PN"
        ),
        pytest.param(
            "ip6 daddr fdaa:1:2::/64", "no private network", "fdaa:1:2::5 on 22", id="neighbour"
        ),
        pytest.param("tcp dport 22", "no ports but 443 and 80", "1.1.1.1 on 22", id="ssh"),
        pytest.param(
            "ip daddr 1.1.1.1 tcp dport 53", "no ports but 443 and 80", "on 53", id="DNS by TCP"
        ),
        pytest.param(
            "ip daddr 1.1.1.1 udp dport 53", "no ports but 443 and 80", "on 53", id="DNS by UDP"
        ),
        pytest.param(
            "ip6 daddr 2606:4700::/32 tcp dport 25", "no ports but 443 and 80", "on 25", id="mail"
        ),
    ],
)
def test_each_hole_for_the_runner_is_found(
    tmp_path: Path, hole: str, name: str, words: str
) -> None:
    also = {"no private network"} if hole.startswith("tcp dport") else set()
    found = checked(
        tmp_path, rules=RULES.replace(FIRST, f"{FIRST}    {hole} meta skuid runner accept\n")
    )

    assert found.code == 78
    assert name in found.bad
    assert words in found.bad[name]
    assert set(found.bad) <= {name, *also}


@pytest.mark.parametrize(
    ("hole", "words"),
    [
        pytest.param("tcp dport 443", "on 443", id="the internet"),
        pytest.param("ip6 daddr fdaa::3 tcp dport 53", "fdaa::3 on 53", id="DNS by TCP"),
        pytest.param("ip6 daddr fdaa::3 udp dport 53", "fdaa::3 on 53", id="DNS by UDP"),
        pytest.param('oif "lo"', "127.0.0.1 on 1", id="the runner's loopback"),
    ],
)
def test_each_hole_for_agents_is_found(tmp_path: Path, hole: str, words: str) -> None:
    found = checked(
        tmp_path, rules=RULES.replace(FIRST, f"{FIRST}    {hole} meta skuid daemon accept\n")
    )

    assert found.code == 78
    assert set(found.bad) == {"agents: no network"}
    assert words in found.bad["agents: no network"]


@pytest.mark.parametrize(
    ("hole", "name", "words"),
    [
        pytest.param("tcp dport 80", "proxy: no ports but 443", "1.1.1.1 on 80", id="plain HTTP"),
        pytest.param('oif "lo"', "proxy: no ports but 443", "127.0.0.1 on 1", id="loopback"),
        pytest.param(
            "ip daddr 169.254.169.254 tcp dport 443", "proxy: no metadata", "on 443", id="metadata"
        ),
        pytest.param("ip daddr 10.0.0.0/8", "proxy: no private network", "10.0.0.1 on", id="ten"),
    ],
)
def test_each_hole_for_the_proxy_is_found(tmp_path: Path, hole: str, name: str, words: str) -> None:
    found = checked(
        tmp_path, rules=RULES.replace(FIRST, f"{FIRST}    {hole} meta skuid egress accept\n")
    )

    assert found.code == 78
    assert words in found.bad[name]
    also = OF_PROXY if hole == "tcp dport 80" else set()
    assert set(found.bad) <= {name} | also


def test_runner_that_is_root_is_found(tmp_path: Path) -> None:
    bad = checked(tmp_path, runner="root").bad

    assert bad["another user"] == "the runner is root"
    assert bad["no way to the supervisor"] == "the first process can be signalled"


def test_agents_that_are_the_runner_are_found(tmp_path: Path) -> None:
    bad = checked(tmp_path, agent="nobody").bad

    assert bad["agents have a user of their own"] == "an agent has the runner's user"
    assert bad["agents: no way to the runner"] == "the runner can be signalled"
    assert "127.0.0.1 on 1 is open" in bad["agents: no network"]


def test_proxy_that_is_the_runner_or_an_agent_is_found(tmp_path: Path) -> None:
    bad = checked(tmp_path, proxy="nobody").bad
    assert bad["proxy has a user of its own"] == "the proxy has the runner's user"
    assert bad["proxy: no way to the runner"] == "the runner can be signalled"

    (tmp_path / "again").mkdir()
    bad = checked(tmp_path / "again", proxy="daemon").bad
    assert bad["agents: no way to the proxy"] == "the proxy can be signalled"


def test_home_of_the_runner_that_others_can_read_is_found(tmp_path: Path) -> None:
    bad = checked(tmp_path, runner="games").bad  # whose home is open to all

    words = "/usr/games can be read"
    assert bad == {f"{one}: no home of the runner": words for one in ("agents", "proxy")}


@pytest.mark.parametrize("mode", ["0755", "0711", "0700"])
def test_socket_of_fly_that_can_be_reached_is_found(tmp_path: Path, mode: str) -> None:
    bad = checked(tmp_path, before=f"{FLY}\nchmod {mode} /.fly").bad

    names = {"no socket of Fly's", "agents: no socket of Fly's", "proxy: no socket of Fly's"}
    assert set(bad) == (set() if mode == "0700" else names)


def test_machine_without_user_namespaces_is_found(tmp_path: Path) -> None:
    # The kernel makes none for whoever lives in a changed root.
    before = "mkdir other; mount --rbind / other"
    bad = checked(tmp_path, before=before, words=f"chroot {tmp_path}/other").bad

    assert set(bad) == {"agents: user namespaces"}
    assert "sysctl user.max_user_namespaces" in bad["agents: user namespaces"]


def test_user_that_is_not_there_is_no_proof(tmp_path: Path) -> None:
    bad = checked(tmp_path, agent="nosuchuser").bad

    assert {name for name in bad if name.startswith("agents")} == set(bad)
    assert {words.partition(":")[0] for words in bad.values()} == {"could not be checked"}
