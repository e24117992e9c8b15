"""Qwen-Agent's own loop on one episode: options as JSON on stdin, its last message as JSON on stdout."""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from typing import Any


def main() -> None:
    """Plays the episode and ends this process."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    options: dict[str, Any] = json.load(sys.stdin)
    os.environ["QWEN_AGENT_MAX_LLM_CALL_PER_RUN"] = str(options["turns"])
    from qwen_agent.agents import Assistant

    world = {"command": sys.executable, "args": ["-P", options["server"], options["socket"]]}
    bot = Assistant(
        llm={
            "model": options["model"],
            "model_type": "oai",
            "model_server": f"{options['url']}/v1",
            "api_key": options["key"],
            "generate_cfg": {"seed": options["seed"], "max_retries": 0},
        },
        system_message=options["system"],
        function_list=[{"mcpServers": {"world": world}}],
    )
    (said,) = deque(bot.run([{"role": "user", "content": options["user"]}]), maxlen=1)
    texts = [each["content"] for each in said if each["role"] == "assistant" and isinstance(each["content"], str)]
    print(json.dumps({"last": texts[-1] if texts else ""}), file=answers, flush=True)
    os._exit(0)  # its manager of MCP servers waits for a second, and leaves them to a thread


if __name__ == "__main__":
    main()
