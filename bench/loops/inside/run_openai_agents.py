"""OpenAI's Agents SDK on one episode: options as JSON on stdin, its last message as JSON on stdout."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any


async def main(options: dict[str, Any]) -> str:
    """Plays the episode; the last message's text."""
    from agents import Agent, OpenAIChatCompletionsModel, RunConfig, Runner
    from agents.mcp import MCPServerStdio
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=f"{options['url']}/v1", api_key=options["key"], max_retries=0)
    world = {"command": sys.executable, "args": ["-P", options["server"], options["socket"]]}
    async with MCPServerStdio(params=world, client_session_timeout_seconds=None) as tools:
        agent = Agent(
            name="agent",
            instructions=options["system"],
            model=OpenAIChatCompletionsModel(options["model"], client),
            mcp_servers=[tools],
        )
        # Its traces would go to OpenAI, whoever's model it is.
        quiet = RunConfig(tracing_disabled=True)
        result = await Runner.run(agent, options["user"], max_turns=options["turns"], run_config=quiet)
        return str(result.final_output)


if __name__ == "__main__":
    os.environ["OPENAI_AGENTS_DISABLE_TRACING"] = "1"
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    text = asyncio.run(main(json.load(sys.stdin)))
    print(json.dumps({"last": text}), file=answers, flush=True)
