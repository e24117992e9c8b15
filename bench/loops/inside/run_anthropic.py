"""The tool runner of Anthropic's SDK on one episode: options as JSON on stdin, its last message as JSON on stdout."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any


async def main(options: dict[str, Any]) -> str:
    """Plays the episode; the last message's text."""
    from anthropic import AsyncAnthropic
    from anthropic.lib.tools.mcp import async_mcp_tool
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    client = AsyncAnthropic(base_url=options["url"], api_key=options["key"], max_retries=0)
    world = StdioServerParameters(command=sys.executable, args=["-P", options["server"], options["socket"]])
    async with stdio_client(world) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        listed = await session.list_tools()
        messages: list[Any] = []
        async for message in client.beta.messages.tool_runner(
            model=options["model"],
            max_tokens=options["max_tokens"],
            system=options["system"],
            messages=[{"role": "user", "content": options["user"]}],
            tools=[async_mcp_tool(tool, session) for tool in listed.tools],
            max_iterations=options["turns"],
            thread=False,  # else the vendor keeps the talk, which nobody who serves its wire format does
        ):
            messages.append(message)
        return "".join(block.text for block in messages[-1].content if block.type == "text")


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    text = asyncio.run(main(json.load(sys.stdin)))
    print(json.dumps({"last": text}), file=answers, flush=True)
