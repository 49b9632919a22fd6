"""The project that the demo works on: an open-source library as its authors published it.

Its source archive comes from the package index that pip is configured with, and a bug that its
tests know is put back in.
"""

import asyncio
import shutil
import sys
import tarfile
from pathlib import Path

from bot.errors import CadenceError, Unavailable

NAME, VERSION = "inflection", "0.5.1"
SOURCE = "inflection/__init__.py"
GOOD, BAD = "if number % 100 in (11, 12, 13):", "if number in (11, 12, 13):"
TITLE = "ordinalize(111) says 111st"
BODY = """\
`inflection.ordinalize(11)` is `11th`, which is right. But everything that *ends* in 11, 12 or 13
above that is wrong:

```python
>>> inflection.ordinalize(111)
'111st'
>>> inflection.ordinalize(1012)
'1012nd'
```

Expected: `111th`, `1012th`.
"""
COMMENT = "@cadence please fix this, and keep the change small."
CONFIG = """\
# What Cadence runs before and after it works on this repository.
setup:
  - python3 -m venv ~/venv
  - ~/venv/bin/pip install --quiet --disable-pip-version-check pytest
verify: ~/venv/bin/python -m pytest -q -p no:cacheprovider
"""
IGNORED = "__pycache__/\n*.pyc\n*.egg-info/\n"


async def fetch(folder: Path) -> Path:
    """Put the project with its bug into *folder*; raise `Unavailable` if the index is away."""
    archives = folder / "archive"
    pip = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:"),
        *("--disable-pip-version-check", f"--dest={archives}", f"{NAME}=={VERSION}"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await pip.communicate()
    if pip.returncode != 0:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise Unavailable(f"{NAME} could not be fetched: {''.join(last)}")
    return await asyncio.to_thread(_unpack, archives / f"{NAME}-{VERSION}.tar.gz", folder)


async def hand_over(repository: Path, bare: Path) -> None:
    """Push a user's newest commit to the *bare* repository; nothing of hers is changed."""
    git = await asyncio.create_subprocess_exec(
        *("git", "-C", str(repository), "push", "--quiet", "--no-verify"),
        *(str(bare), "+HEAD:refs/heads/main"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await git.communicate()
    if git.returncode != 0:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise CadenceError(f"{repository} could not be read: {''.join(last)}")


def _unpack(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    project = folder / "project"
    (folder / f"{NAME}-{VERSION}").rename(project)
    for left_over in (*project.rglob("__pycache__"), *project.glob("*.egg-info")):
        shutil.rmtree(left_over)
    source = project / SOURCE
    text = source.read_text()
    if text.count(GOOD) != 1:
        raise CadenceError(f"{NAME} {VERSION} is not what the demo knows")
    source.write_text(text.replace(GOOD, BAD))
    (project / ".gitignore").write_text(IGNORED)
    (project / ".github").mkdir()
    (project / ".github" / "cadence.yml").write_text(CONFIG)
    return project
