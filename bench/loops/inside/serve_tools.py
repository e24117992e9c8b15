"""The tools of one episode as an MCP server over stdio, by the official SDK: `python serve_tools.py SOCKET`.

It is started by the loop. What the tools are, and what a call brings, it is told over the socket, a line of JSON each
way; the world itself is not in this process.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

MOST_BYTES = 64 << 20
"""Of one line."""


class ToolFailed(Exception):
    """A result that is an error: the SDK sends its text, marked as one."""


async def main(path: str) -> None:
    """Serves until stdin closes."""
    import mcp.types as types
    from mcp.server.lowlevel import Server
    from mcp.server.stdio import stdio_server

    reader, writer = await asyncio.open_unix_connection(path, limit=MOST_BYTES)
    declared = json.loads(await reader.readline())
    server: Any = Server("world")
    lock = asyncio.Lock()

    async def listed() -> list[Any]:
        return [
            types.Tool(name=tool["name"], description=tool["description"], inputSchema=tool["parameters"])
            for tool in declared
        ]

    async def called(name: str, arguments: dict[str, Any]) -> list[Any]:
        async with lock:
            writer.write(json.dumps({"name": name, "arguments": arguments}).encode() + b"\n")
            brought = json.loads(await reader.readline())
        if brought["failed"]:
            raise ToolFailed(brought["content"])
        return [types.TextContent(type="text", text=brought["content"])]

    server.list_tools()(listed)
    server.call_tool(validate_input=False)(called)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
