"""The entrypoint of a rented machine, run as root in namespaces of its own, up to the program."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.namespaces,
    pytest.mark.skipif(os.getuid() != 0, reason="needs root"),
    pytest.mark.skipif(shutil.which("nft") is None, reason="needs nftables"),
]
ROOT = Path(__file__).parents[2]
ENTRYPOINT = ROOT / "deploy/entrypoint"
NEEDED = sorted({sys.base_prefix, sys.prefix, os.fspath(ROOT)})
WORK = ROOT / "tests/fakes/booted_work.py"

# Stands where the machine's program would: it says what it is, and tries to get out.
PROGRAM = """#!/bin/sh
echo "user $(id -un) $(id -G) agent $CADENCE_AGENT_USER proxy $CADENCE_PROXY_USER"
echo "map $(tr -s ' ' < /proc/self/uid_map | tr '\n' ';')"
grep -E '^(CapBnd|NoNewPrivs):' /proc/self/status | tr -s '\t' ' '
ls /.fly/api 2> /dev/null && echo "fly open"
cat /proc/1/environ > /dev/null 2>&1 && echo "environment open"
kill -0 1 2> /dev/null && echo "supervisor open"
nft list ruleset > /dev/null 2>&1 && echo "firewall open"
cat /etc/shadow > /dev/null 2>&1 && echo "shadow open"
mount -t tmpfs none /mnt 2> /dev/null && echo "mounts open"
setpriv --reuid=0 true 2> /dev/null && echo "root open"
setpriv --reuid=1 true 2> /dev/null && echo "others open"
as_agent() {
  setpriv --reuid=10003 --regid=10003 --clear-groups --inh-caps=-all --ambient-caps=-all "$@"
}
echo "as $(as_agent id -u) $(as_agent grep CapEff /proc/self/status | tr -s '\t' ' ')"
as_agent kill -0 $$ 2> /dev/null && echo "runner open"
as_agent cat /proc/$$/environ > /dev/null 2>&1 && echo "runner's environment open"
touch mine && chmod 600 mine && as_agent cat mine 2> /dev/null && echo "file open"
echo "caged $(as_agent bwrap --unshare-all --unshare-user --disable-userns --cap-drop ALL \
  --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
  --proc /proc --dev /dev sh -c 'ls /.fly 2> /dev/null || ls /sys 2> /dev/null || echo alone')"
echo "program $*"
"""
# A machine's root as far as the entrypoint sees it: the user, the folders, Fly's socket.
MACHINE = """
set -e
mount --make-rprivate /
here=$PWD; mkdir root; mount -t tmpfs -o mode=755 none root
for place in /*; do
  if [ -L $place ]; then cp -P $place root/
  elif [ -d $place ]; then mkdir root$place; mount --rbind $place root$place; fi
done
mkdir -p root/.fly root/old; cd root; pivot_root . old; umount -l /old; cd $here
for kind in passwd group; do cp /etc/$kind $kind; done
echo 'runner:x:10002:10002::/home/runner:/usr/sbin/nologin' >> passwd
echo 'runner:x:10002:' >> group
echo 'agent:x:10003:10003::/nonexistent:/usr/sbin/nologin' >> passwd
echo 'agent:x:10003:' >> group
echo 'egress:x:10004:10004::/nonexistent:/usr/sbin/nologin' >> passwd
echo 'egress:x:10004:' >> group
for kind in passwd group; do mount --bind $kind /etc/$kind; done
for place in /run /home /opt /.fly; do mount -t tmpfs -o mode=755 none $place; done
install -d -o runner -g runner /home/runner
install -d /opt/bin && install -m 755 program /opt/bin/python
printf '#!/bin/sh\n' > /opt/bin/sysctl && chmod 755 /opt/bin/sysctl  # it would reach the host
cp -r entrypoint /opt/entrypoint && chmod -R a+rX /opt/entrypoint && chmod 755 /opt/entrypoint/boot
touch /.fly/api
for place in $NEEDED; do  # what our own Python needs may lie where only root may go
  mkdir -p kept$place && mount --bind $place kept$place
done
for place in $NEEDED; do
  setpriv --reuid=10002 --clear-groups test -x $place && continue
  top=/$(echo $place | cut -d/ -f2)
  mount -t tmpfs -o mode=755 none $top
  for inner in $NEEDED; do
    case $inner in $top/*) mkdir -p $inner; mount --rbind kept$inner $inner ;; esac
  done
done
ip link set lo up
set +e
PATH=/opt/bin:/usr/bin:/usr/sbin:/bin:/sbin /opt/entrypoint/boot; echo "code $?"
nft list ruleset | grep -c 'policy drop'
nft list set inet cadence runner_ports 2> /dev/null | grep elements
"""


def booted(
    tmp_path: Path,
    *,
    rules: str = "",
    leave_out: str = "",
    change: tuple[str, str] = ("", ""),
    program: str = PROGRAM,
    url: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run the entrypoint itself in namespaces of its own."""
    shutil.copytree(ENTRYPOINT, tmp_path / "entrypoint")
    if rules:
        (tmp_path / "entrypoint/egress.nft").write_text(rules)
    boot = tmp_path / "entrypoint/boot"
    before, after = (leave_out, ":") if leave_out else change
    assert before in boot.read_text()
    boot.write_text(boot.read_text().replace(before, after) if before else boot.read_text())
    (tmp_path / "program").write_text(program)
    apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc"]
    return subprocess.run(
        [*apart, "bash", "-c", MACHINE],
        env={"PATH": os.defpath + ":/usr/sbin:/sbin", "NEEDED": " ".join(NEEDED)}
        | ({"CADENCE_URL": url} if url else {}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_boot_ends_in_the_program_which_is_root_nowhere(tmp_path: Path) -> None:
    said = booted(tmp_path)

    lines = said.stdout.splitlines()
    assert "user runner 10002 agent 10003 proxy 10004" in lines, said.stderr
    assert "map  10002 10002 1; 10003 10003 1; 10004 10004 1;" in lines
    assert "CapBnd: 00000000000000eb" in lines  # over these three users and nobody else
    assert "NoNewPrivs: 1" in lines
    assert [line for line in lines if line.endswith("open")] == []
    assert "as 10003 CapEff: 0000000000000000" in lines
    assert "caged alone" in lines
    assert lines[-4:-1] == ["program -m runner.machine", "code 0", "2"]
    assert lines[-1].split() == ["elements", "=", "{", "80,", "443", "}"]


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_agents_of_a_booted_machine_work_as_a_user_of_their_own(tmp_path: Path) -> None:
    program = f"#!/bin/sh\nexec {sys.executable} -P {WORK} {ROOT}\n"

    said = booted(tmp_path, program=program)

    assert "code 0" in said.stdout, said.stdout + said.stderr
    assert {line for line in said.stdout.splitlines() if line.startswith("seen ")} == {
        "seen isolation bubblewrap",
        "seen owner 10003",
        "seen inside uid=1000(agent) gid=1000(agent)",
        "seen output 0 made by the agent",
        "seen mode 755 644",
        "seen private False",
        "seen processes {10003}",
        "seen proxy {10004}",
        "seen refused 403",
        "seen blocked {'denied.example': 'not on the list of allowed hosts'}",
        "seen left 0 0",
        "seen taken True",
        "seen run completed bubblewrap ",
        "seen verified failed passed",
        "seen bundle area.py",
    }


@pytest.mark.parametrize(
    ("url", "ports"),
    [
        pytest.param("https://cadence.example", "{ 80, 443 }", id="HTTPS"),
        pytest.param("https://cadence.example:8443", "{ 80, 443, 8443 }", id="another port"),
    ],
)
def test_coordinator_on_another_port_can_be_dialled(tmp_path: Path, url: str, ports: str) -> None:
    said = booted(tmp_path, url=url)

    assert said.stdout.splitlines()[-1].split() == f"elements = {ports}".split()


def test_boot_starts_nothing_when_the_firewall_cannot_be_set(tmp_path: Path) -> None:
    said = booted(tmp_path, rules="table inet cadence { nonsense }\n")

    assert "program" not in said.stdout
    assert "code 0" not in said.stdout


@pytest.mark.parametrize(
    ("leave_out", "problem"),
    [
        pytest.param("chmod 0700 /.fly", "check no socket of Fly's: /.fly can be read", id="Fly"),
        pytest.param(
            "chmod 0700 /home/runner", "no home of the runner: /home/runner can be read", id="home"
        ),
        pytest.param(
            'nft -f "$here/egress.nft"', "no network: the way to 127.0.0.1", id="firewall"
        ),
    ],
)
def test_boot_ends_when_a_check_fails(tmp_path: Path, leave_out: str, problem: str) -> None:
    said = booted(tmp_path, leave_out=leave_out)

    assert problem in said.stderr
    assert "code 78" in said.stdout.splitlines()
    assert "program" not in said.stdout


@pytest.mark.parametrize(
    ("agent", "proxy"),
    [
        ("root", "egress"),
        ("runner", "egress"),
        ("agent", "root"),
        ("agent", "runner"),
        ("agent", "agent"),
    ],
)
def test_runner_never_becomes_whom_agents_are(tmp_path: Path, agent: str, proxy: str) -> None:
    said = booted(
        tmp_path,
        leave_out="",
        change=(
            'become.py" --runner runner --agent agent --proxy egress',
            f'become.py" --runner runner --agent {agent} --proxy {proxy}',
        ),
    )

    assert "four different users" in said.stderr
    assert "program" not in said.stdout
