"""The maintainer's tools as modules, though no package holds them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

TOOLS = Path(__file__).parent.parent / "tools"


def load_tool(name: str) -> ModuleType:
    """The tool of a name, under a name of its own: ``kinect`` as ``tool_kinect``."""
    module_name = f"tool_{name}"
    if str(TOOLS) not in sys.path:  # tools import their helpers from beside them
        sys.path.append(str(TOOLS))
    spec = importlib.util.spec_from_file_location(module_name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module
