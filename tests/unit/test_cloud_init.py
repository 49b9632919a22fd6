"""The first words to a new server, and the unit that they install."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import SecretStr

from bot.errors import BadSettings
from runner.machines.cloud_init import FirstWords, render, unit
from tests.fakes.rented_machine import files_of, url_of

TOKEN = "-".join(["a", "token", "of", "tests"])
WORDS = FirstWords(
    coordinator_url="https://cadence.example.org",
    token=SecretStr(TOKEN),
    package="cadence-bot @ https://cadence.example.org/cadence_bot-{version}-py3-none-any.whl",
    version="0.1.0",
)


def words(**changed: Any) -> FirstWords:
    known = {name: getattr(WORDS, name) for name in FirstWords.__dataclass_fields__}
    return FirstWords(**{**known, **changed})


def document(**changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(render(words(**changed)))
    return found


def files(**changed: Any) -> dict[str, dict[str, str]]:
    return {one["path"]: one for one in document(**changed)["write_files"]}


def test_user_data_is_a_cloud_config_that_the_provider_takes() -> None:
    text = render(WORDS)

    assert text.startswith("#cloud-config\n")
    assert len(text.encode()) < 16 * 1024
    assert "${coordinator_url}" not in text
    assert TOKEN not in text.replace(f"content: {TOKEN}\n", "")


def test_the_token_is_in_a_file_for_root_only() -> None:
    found = files()

    assert found["/etc/cadence/token"] == {
        "path": "/etc/cadence/token",
        "owner": "root:root",
        "permissions": "0600",
        "content": TOKEN,
    }
    assert [path for path, one in found.items() if TOKEN in one["content"]] == [
        "/etc/cadence/token"
    ]
    assert TOKEN not in str(document()["runcmd"])
    assert url_of(files_of(render(WORDS))) == "https://cadence.example.org"


def test_nobody_comes_in_without_a_key() -> None:
    found = document()

    rules = files()["/etc/nftables.conf"]["content"]
    assert found["ssh_pwauth"] is False
    assert found["runcmd"][-1][-1] == "no"
    assert "policy drop;" in rules
    assert "dport 22" not in rules
    assert [user["lock_passwd"] for user in found["users"]] == [True]
    assert [user["shell"] for user in found["users"]] == ["/usr/sbin/nologin"]


def test_with_a_key_ssh_is_the_one_thing_that_listens() -> None:
    rules = files(has_ssh=True)["/etc/nftables.conf"]["content"]
    sshd = files(has_ssh=True)["/etc/ssh/sshd_config.d/10-cadence.conf"]["content"]

    assert document(has_ssh=True)["runcmd"][-1][-1] == "yes"
    assert [line.strip() for line in rules.splitlines() if "dport" in line][-1].startswith(
        "tcp dport 22 "
    )
    assert "PasswordAuthentication no" in sshd
    assert "PermitRootLogin prohibit-password" in sshd


def test_only_root_may_ask_the_metadata_service_which_knows_the_token() -> None:
    rules = files()["/etc/nftables.conf"]["content"]

    assert "ip daddr 169.254.0.0/16 meta skuid != 0 reject" in rules


def test_what_agents_need_is_installed_and_updates_come_by_themselves() -> None:
    packages = document()["packages"]

    assert {"bubblewrap", "git", "python3", "python3-venv", "unattended-upgrades"} <= set(packages)
    assert 'Unattended-Upgrade "1"' in files()["/etc/apt/apt.conf.d/60-cadence"]["content"]
    assert (
        "enable --now cadence-daemon.service"
        in (files()["/usr/local/sbin/cadence-setup"]["content"])
    )


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"coordinator_url": "https://a.example/\nX=1"}, id="line end"),
        pytest.param({"coordinator_url": "https://a.example/$(id)"}, id="shell"),
        pytest.param({"coordinator_url": "ftp://a.example"}, id="no web address"),
        pytest.param({"coordinator_url": ""}, id="no address"),
        pytest.param({"package": ""}, id="no package"),
        pytest.param({"package": "--index-url=https://a.example"}, id="an option"),
        pytest.param({"package": 'a"; id; "'}, id="quotes"),
        pytest.param({"package": "a\nroot: yes"}, id="package with a line end"),
        pytest.param({"version": "1; id"}, id="no version"),
    ],
)
def test_values_that_could_become_something_else_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        render(words(**changed))


def test_a_value_stays_a_value_whatever_it_looks_like() -> None:
    token = SecretStr("${unit}\nruncmd: [reboot]\n'\"")

    found = document(token=token)

    assert found["write_files"][0]["content"] == token.get_secret_value()
    assert len(found["runcmd"]) == 2


def scripts(folder: Path) -> list[Path]:
    """Write the shell scripts down, and the commands that run as the server first boots."""
    written = []
    for path, one in files().items():
        if one["content"].startswith("#!"):
            script = folder / Path(path).name
            script.write_text(one["content"])
            script.chmod(0o755)
            written.append(script)
    return written


def test_every_command_is_a_list_of_words_and_every_script_parses(tmp_path: Path) -> None:
    found = scripts(tmp_path)

    assert {one.name for one in found} == {"cadence-setup", "cadence-update"}
    for script in found:
        subprocess.run(["bash", "-n", str(script)], check=True, capture_output=True)
        subprocess.run(["sh", "-n", str(script)], check=True, capture_output=True)
    for command in document()["runcmd"]:
        assert all(isinstance(word, str) for word in command)  # a string would go to a shell


def pip_calls(folder: Path, package: str, *words: str, left: str = "", fails: bool = False) -> str:
    """Run the updater as it stands, with folders of the test's and a pip that writes down."""
    root = folder / "root"
    (root / "opt/cadence/bin").mkdir(parents=True)
    (root / "var/lib/cadence/daemon").mkdir(parents=True)
    python = root / "opt/cadence/bin/python"
    python.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {folder}/calls\nexit {int(fails)}\n')
    python.chmod(0o755)
    if left:
        (root / "var/lib/cadence/daemon/update").write_text(left)
    script = next(one for one in scripts(folder) if one.name == "cadence-update")
    text = (
        script.read_text().replace("/opt/", f"{root}/opt/").replace("/var/lib", f"{root}/var/lib")
    )
    script.write_text(text)
    environment = {"PATH": os.defpath, "CADENCE_PACKAGE": package}
    done = subprocess.run([str(script), *words], env=environment, capture_output=True, check=False)
    calls = folder / "calls"
    asked = calls.read_text().strip().rpartition(" --no-input ")[2] if calls.exists() else "-"
    assert not (root / "var/lib/cadence/daemon/update").exists()
    return f"{done.returncode} {asked}"


@pytest.mark.parametrize(
    ("package", "wanted"),
    [
        pytest.param("cadence-bot", "cadence-bot==1.2.3", id="name"),
        pytest.param("cadence-bot>=1", "cadence-bot==1.2.3", id="range"),
        pytest.param("https://a.example/c-{version}.whl", "https://a.example/c-1.2.3.whl", id="{}"),
        pytest.param("c @ https://a.example/c.whl", "c @ https://a.example/c.whl", id="address"),
    ],
)
def test_the_updater_installs_the_version_that_is_asked_for(
    tmp_path: Path, package: str, wanted: str
) -> None:
    (tmp_path / "asked").mkdir()
    (tmp_path / "left").mkdir()

    assert pip_calls(tmp_path / "asked", package, "1.2.3") == f"0 {wanted}"
    assert pip_calls(tmp_path / "left", package, left="1.2.3\n") == f"0 {wanted}"


def test_the_updater_does_nothing_without_word_and_nothing_strange(tmp_path: Path) -> None:
    for name in ("none", "strange", "dash"):
        (tmp_path / name).mkdir()

    assert pip_calls(tmp_path / "none", "cadence-bot") == "0 -"
    assert pip_calls(tmp_path / "strange", "cadence-bot", left="1; id") == "0 -"
    assert pip_calls(tmp_path / "dash", "cadence-bot", left="--pre") == "0 -"


def test_an_update_that_fails_leaves_the_daemon_to_start_and_an_installation_does_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "update").mkdir()
    (tmp_path / "first").mkdir()

    assert pip_calls(tmp_path / "update", "c", left="9", fails=True) == "0 c==9"
    assert pip_calls(tmp_path / "first", "c", "9", fails=True) == "1 c==9"


def test_the_unit_has_its_own_user_a_credential_and_comes_back() -> None:
    lines = set(unit().splitlines())

    assert {"User=cadence", "LoadCredential=token:/etc/cadence/token"} <= lines
    assert {"Restart=on-failure", "RestartForceExitStatus=75", "KillMode=process"} <= lines
    assert {"NoNewPrivileges=yes", "WantedBy=multi-user.target"} <= lines
    assert files()["/etc/systemd/system/cadence-daemon.service"]["content"] == unit()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    text = unit()
    for path in ("/opt/cadence/bin/cadence", "/usr/local/bin/cadence-update"):
        text = text.replace(path, str(program))
    service = tmp_path / "cadence-daemon.service"
    service.write_text(text)
    wrong = tmp_path / "wrong.service"
    wrong.write_text(text.replace("KillMode=process", "KillMode=gently"))

    def said(path: Path) -> list[str]:
        argv = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(path)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        return [line for line in done.stderr.splitlines() if path.name in line]

    assert said(service) == []
    assert any("kill mode" in line for line in said(wrong))


def debian(package: str, folder: Path) -> Path:
    """Return the files of a package of Debian's, unpacked and not installed."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        pytest.skip("this is no Debian")
    got = subprocess.run(
        ["apt-get", "download", package], cwd=folder, capture_output=True, check=False
    )
    found = list(folder.glob(f"{package}_*.deb"))
    if got.returncode or not found:
        pytest.skip(f"Debian's {package} cannot be had here")
    root = folder / package
    subprocess.run(["dpkg-deb", "--extract", str(found[0]), str(root)], check=True)
    return root


@pytest.mark.slow
@pytest.mark.parametrize("has_ssh", [False, True])
def test_cloud_inits_own_schema_takes_the_document(tmp_path: Path, has_ssh: bool) -> None:
    tmp_path.chmod(0o777)  # apt fetches as a user of its own
    root = debian("cloud-init", tmp_path)
    path = next(root.rglob("schema-cloud-config-v1.json"))
    schema = json.loads(path.read_text())
    validator = jsonschema.Draft4Validator(schema)

    assert list(validator.iter_errors(document(has_ssh=has_ssh))) == []
    assert list(validator.iter_errors({**document(), "runcmd": [{"no": "command"}]})) != []


@pytest.mark.slow
def test_shellcheck_finds_nothing_wrong_with_the_scripts(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    program = debian("shellcheck", tmp_path) / "usr/bin/shellcheck"
    bad = tmp_path / "bad"
    bad.write_text("#!/bin/sh\nrm $1\n")

    for script in scripts(tmp_path):
        done = subprocess.run([str(program), str(script)], capture_output=True, check=False)
        assert (done.returncode, done.stdout.decode()) == (0, "")
    assert subprocess.run([str(program), str(bad)], capture_output=True, check=False).returncode


@pytest.mark.slow
def test_nft_takes_the_rules(tmp_path: Path) -> None:
    nft = shutil.which("nft")
    if nft is None:
        pytest.skip("nft is not installed")
    for has_ssh in (False, True):
        rules = tmp_path / "nftables.conf"
        rules.write_text(files(has_ssh=has_ssh)["/etc/nftables.conf"]["content"])
        done = subprocess.run([nft, "-c", "-f", str(rules)], capture_output=True, check=False)
        assert (done.returncode, done.stderr.decode()) == (0, "")
