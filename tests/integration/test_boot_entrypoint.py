"""The entrypoint of a rented machine, run as root in namespaces of its own, up to the program."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.namespaces,
    pytest.mark.skipif(os.getuid() != 0, reason="needs root"),
    pytest.mark.skipif(shutil.which("nft") is None, reason="needs nftables"),
]
ENTRYPOINT = Path(__file__).parents[2] / "deploy/entrypoint"

# Stands where the machine's program would: it says what it is, and tries to get out.
PROGRAM = """#!/bin/sh
echo "user $(id -un) $(id -G)"
grep -E '^(Cap...|NoNewPrivs):' /proc/self/status | tr -s '\\t' ' '
ls /.fly/api 2> /dev/null && echo "fly open"
cat /proc/1/environ > /dev/null 2>&1 && echo "environment open"
echo "caged $(bwrap --unshare-all --unshare-user --disable-userns --cap-drop ALL \
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
for kind in passwd group; do mount --bind $kind /etc/$kind; done
for place in /run /home /opt /.fly; do mount -t tmpfs -o mode=755 none $place; done
install -d -o runner -g runner /home/runner
install -d /opt/bin && install -m 755 program /opt/bin/python
printf '#!/bin/sh\n' > /opt/bin/sysctl && chmod 755 /opt/bin/sysctl  # it would reach the host
cp -r entrypoint /opt/entrypoint && chmod -R a+rX /opt/entrypoint && chmod 755 /opt/entrypoint/boot
touch /.fly/api
ip link set lo up
set +e
PATH=/opt/bin:/usr/bin:/usr/sbin:/bin:/sbin /opt/entrypoint/boot; echo "code $?"
nft list ruleset | grep -c 'policy drop'
"""


def booted(
    tmp_path: Path, *, rules: str = "", leave_out: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the entrypoint itself in namespaces of its own."""
    shutil.copytree(ENTRYPOINT, tmp_path / "entrypoint")
    if rules:
        (tmp_path / "entrypoint/egress.nft").write_text(rules)
    boot = tmp_path / "entrypoint/boot"
    assert leave_out in boot.read_text()
    boot.write_text(boot.read_text().replace(leave_out, ":") if leave_out else boot.read_text())
    (tmp_path / "program").write_text(PROGRAM)
    apart = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc"]
    return subprocess.run(
        [*apart, "bash", "-c", MACHINE], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_boot_ends_in_the_program_without_any_privilege(tmp_path: Path) -> None:
    said = booted(tmp_path)

    lines = said.stdout.splitlines()
    assert "user runner 10002" in lines, said.stderr
    sets = [line.split()[1] for line in lines if line.startswith("Cap")]
    assert sets == ["0" * 16] * 5
    assert "NoNewPrivs: 1" in lines
    assert "fly open" not in lines
    assert "environment open" not in lines
    assert "caged alone" in lines
    assert lines[-3:] == ["program -m runner.machine", "code 0", "2"]


def test_boot_starts_nothing_when_the_firewall_cannot_be_set(tmp_path: Path) -> None:
    said = booted(tmp_path, rules="table inet cadence { nonsense }\n")

    assert "program" not in said.stdout
    assert "code 0" not in said.stdout


def test_boot_ends_when_the_socket_of_fly_is_open_to_all(tmp_path: Path) -> None:
    said = booted(tmp_path, leave_out="chmod 0700 /.fly")

    assert "check no socket of Fly's: /.fly can be read" in said.stderr
    assert "code 78" in said.stdout.splitlines()
    assert "program" not in said.stdout
