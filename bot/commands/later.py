"""Commands that are imported when they are asked for.

What they need, a database and the clients of providers, takes a second to import, for which a
search would have to wait.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

_GROUPS = ("daemons", "keys", "machines", "plans", "vps")
_ALONE = ("daemon", "parse")


class Later(TyperGroup):
    """The commands of an application: those that it has, then those of modules and groups."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *_ALONE, *_GROUPS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command called *cmd_name*, None when there is none."""
        holder = typer.Typer(add_completion=False)
        if cmd_name in _GROUPS:
            holder.add_typer(import_module(f"bot.commands.{cmd_name}").app, name=cmd_name)
        elif cmd_name in _ALONE:
            holder.command()(getattr(import_module(f"bot.commands.{cmd_name}"), cmd_name))
        else:
            return super().get_command(ctx, cmd_name)
        return get_group(holder).get_command(ctx, cmd_name)
