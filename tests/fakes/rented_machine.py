"""What runs on a rented server in tests: it finds its token as a daemon would, and dials in.

``python -m tests.fakes.rented_machine`` reads the user data that the stand-in wrote.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from runner.machine_protocol import BeatFrame, ReadyFrame

ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[2])}


def files_of(user_data: str) -> dict[str, str]:
    """Return what cloud-init would write, by path."""
    document: dict[str, Any] = yaml.safe_load(user_data)
    return {one["path"]: one["content"] for one in document["write_files"]}


def url_of(files: dict[str, str]) -> str:
    lines = files["/etc/cadence/daemon.env"].splitlines()
    return dict(line.split("=", 1) for line in lines)["CADENCE_COORDINATOR_URL"]


async def _dial(url: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/ws/daemon", headers=headers) as line,
    ):
        await line.send_str(ReadyFrame(version="0.1.0", boot_id="b" * 16).to_json())
        while not line.closed:
            await line.send_str(BeatFrame().to_json())
            await asyncio.sleep(0.05)


def main() -> None:
    user_data = Path(os.environ["HETZNER_USER_DATA"]).read_text()  # noqa: TID251 - a program
    files = files_of(user_data)
    try:
        asyncio.run(_dial(url_of(files), files["/etc/cadence/token"]))
    except aiohttp.ClientError as error:
        sys.exit(f"not let in: {error}")


if __name__ == "__main__":
    main()
