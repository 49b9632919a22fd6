"""What a machine needs for the sandbox, and the line that mends what is missing."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from runner.agent.process import execute

_TIMEOUT_S = 10.0
_TRY = ("--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL")
_SYSCTL = Path("/proc/sys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; *remedy* is a line to type when it is not as it should be."""

    name: str
    is_fine: bool
    detail: str
    remedy: str = ""
    is_needed: bool = True


async def check_sandbox() -> list[Finding]:
    """Look at everything that a sandbox needs on this machine."""
    return [await _check_bubblewrap(), *(_check_program(*program) for program in _PROGRAMS)]


_PROGRAMS = (
    ("git", "git", True),
    ("rg", "ripgrep", False),
)


def _check_program(program: str, package: str, needed: bool) -> Finding:
    place = shutil.which(program)
    return Finding(
        name=package,
        is_fine=place is not None,
        detail=place or f"{program} is not installed",
        remedy="" if place else f"apt-get install -y {package}",
        is_needed=needed,
    )


async def _check_bubblewrap() -> Finding:
    place = shutil.which("bwrap")
    if place is None:
        return Finding(name="sandbox", is_fine=False, detail=explain(""), remedy=remedy(""))
    argv = [place, *_TRY, "--ro-bind", "/", "/", "true"]
    result = await execute(argv, env={"PATH": "/usr/bin:/bin"}, timeout_s=_TIMEOUT_S)
    if result.exit_code == 0:
        return Finding(name="sandbox", is_fine=True, detail=f"{place} works")
    return Finding(
        name="sandbox",
        is_fine=False,
        detail=explain(result.output),
        remedy=remedy(result.output),
    )


def explain(output: str) -> str:
    """Return a sentence about why there is no cage, with the line that mends it."""
    if shutil.which("bwrap") is None:
        return f"The sandbox needs bubblewrap: {remedy(output)}"
    said = output.strip().splitlines()[-1:] or ["no output"]
    return f"bubblewrap cannot make a sandbox here ({said[0][:200]}): {remedy(output)}"


def remedy(output: str, *, sysctl: Path = _SYSCTL) -> str:
    """Return the line that mends what *output* of ``bwrap`` complains about."""
    if shutil.which("bwrap") is None:
        return "apt-get install -y bubblewrap"
    if _read(sysctl / "kernel/unprivileged_userns_clone") == "0":
        return "sysctl -w kernel.unprivileged_userns_clone=1"
    if _read(sysctl / "kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    if _read(sysctl / "user/max_user_namespaces") == "0":
        return "sysctl -w user.max_user_namespaces=15000"
    if "disable-userns" in output:
        return "apt-get install -y bubblewrap  # 0.8 or newer"
    return (
        "in a container, run it with --security-opt seccomp=unconfined "
        "--security-opt apparmor=unconfined, or use --no-sandbox"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
