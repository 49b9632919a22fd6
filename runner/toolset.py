"""The SDK's reference tools without the rest of the SDK.

``import anthropic`` takes 1.3 s and 86 MB, nearly all of it for thousands of response types that
no tool uses. Here the packages on the way to `anthropic.lib.tools.agent_toolset` stand empty and
find each name when it is asked for: 0.2 s and 39 MB. When the SDK changes shape so that this
fails, the ordinary import is taken.
"""

import importlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_HOLLOW = (
    "anthropic",
    "anthropic.types",
    "anthropic.types.beta",
    "anthropic.lib",
    "anthropic.lib.tools",
)
_TOOLSET = "anthropic.lib.tools.agent_toolset"
_EXPORT = re.compile(r"^from \.(\w+) import \(?\s*(\w+) as", re.MULTILINE)


def load() -> ModuleType:
    """Return the SDK's ``agent_toolset`` module, the cheap way where it works."""
    if "anthropic" in sys.modules:
        return importlib.import_module(_TOOLSET)
    try:
        return _load_cheaply()
    except (ImportError, AttributeError, OSError, TypeError):
        for name in [name for name in sys.modules if name.partition(".")[0] == "anthropic"]:
            del sys.modules[name]
        return importlib.import_module(_TOOLSET)


def _load_cheaply() -> ModuleType:
    found = importlib.util.find_spec("anthropic")
    if found is None or not found.submodule_search_locations:
        raise ImportError("anthropic is not installed")
    root = Path(found.submodule_search_locations[0])
    for name in _HOLLOW:
        sys.modules[name] = _hollow(name, root.joinpath(*name.split(".")[1:]))
    importlib.import_module("anthropic._models")  # breaks the circle of _compat and _utils
    return importlib.import_module(_TOOLSET)


def _hollow(name: str, folder: Path) -> ModuleType:
    """Return a package at *folder* whose names are imported one by one."""
    homes = {export: home for home, export in _EXPORT.findall((folder / "__init__.py").read_text())}
    module = ModuleType(name)
    module.__path__ = [str(folder)]

    def find(attribute: str) -> Any:
        if attribute not in homes:
            raise AttributeError(attribute)
        return getattr(importlib.import_module(f"{name}.{homes[attribute]}"), attribute)

    module.__getattr__ = find  # type: ignore[method-assign]
    return module
