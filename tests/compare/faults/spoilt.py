"""Real recordings, spoilt on purpose: as the tool that counts what is told spoils them."""

from __future__ import annotations

from tool_loader import load_tool

_TOOL = load_tool("spoilt")
SPOILT, SWAP, CYCLE = _TOOL.SPOILT, _TOOL.SWAP, _TOOL.CYCLE
