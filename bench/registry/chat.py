"""lm-eval tasks whose items are whole chats: system prompt, several turns, the same for every model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lm_eval.api.task import ConfigurableTask

from bench.registry.items import messages_of
from bench.scoring.item import chat_template as as_json
from bench.scoring.item import item_of


class ChatTask(ConfigurableTask):  # type: ignore[misc]
    """Asks an item's `messages`, or its `prompt` as one user turn, after the YAML's `description` as system prompt."""

    def __init__(self, config: dict[str, Any]) -> None:
        """`config`: the YAML; lm-eval leaves its own key `class` in it."""
        super().__init__(config={key: value for key, value in config.items() if key != "class"})

    def fewshot_context(
        self, doc: dict[str, Any], *_: Any, chat_template: Callable[..., str] | None = None, **_options: Any
    ) -> str:
        """The chat through the model's template; without one, as JSON."""
        item = item_of(doc)
        messages = messages_of(item, self.config.description or "")
        return (chat_template or as_json)(messages) + str(item.get("episode_setting", ""))
