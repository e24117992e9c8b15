from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.errors import UsageError
from bench.weights import server as server_module
from bench.weights.server import LlamaServer, ServerSettings, serve

QUESTION: dict[str, Any] = {
    "messages": [{"role": "user", "content": "What is 2+3?"}],
    "max_tokens": 16,
    "temperature": 0,
    "cache_prompt": False,
}


def test_answers_the_same_text_twice(smollm2_server: LlamaServer) -> None:
    url = f"{smollm2_server.base_url}/chat/completions"
    replies = [httpx.post(url, json=QUESTION, timeout=60).json() for _ in range(2)]
    texts = [reply["choices"][0]["message"]["content"] for reply in replies]
    assert texts[0] == texts[1] != ""
    assert replies[0]["model"] == "SmolLM2-135M-Instruct.Q4_1.gguf"
    assert replies[1]["usage"]["prompt_tokens_details"]["cached_tokens"] == 0


def test_applies_no_sampling_that_was_not_asked_for(smollm2_server: LlamaServer) -> None:
    props = httpx.get(smollm2_server.base_url.removesuffix("v1") + "props").json()
    defaults = props["default_generation_settings"]
    neutral = {
        "temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "typical_p": 1.0, "top_n_sigma": -1.0,
        "repeat_penalty": 1.0, "presence_penalty": 0.0, "frequency_penalty": 0.0, "dry_multiplier": 0.0,
        "xtc_probability": 0.0, "mirostat": 0, "dynatemp_range": 0.0,
    }  # fmt: skip
    assert {name: defaults["params"][name] for name in neutral} == neutral
    assert defaults["n_ctx"] == ServerSettings().context
    assert props["total_slots"] == 1


def test_each_slot_has_the_whole_context_and_port_and_log_are_kept(smollm2_path: Path, tmp_path: Path) -> None:
    settings = ServerSettings(slots=2, threads=1, context=512)
    port = _free_port()
    for _ in range(2):
        with serve(smollm2_path, settings, log=tmp_path / "logs" / "server.log", port=port) as server:
            assert server.base_url == f"http://127.0.0.1:{port}/v1"
            assert server.pid == server.process.pid
            assert 0 < server.load_s < 60
            props = httpx.get(f"http://127.0.0.1:{port}/props").json()
            assert (props["total_slots"], props["default_generation_settings"]["n_ctx"]) == (2, 512)
        assert server.process.returncode == 0
        assert (tmp_path / "logs" / "server.log").stat().st_size > 0


def test_dies_with_a_killed_parent(smollm2_path: Path, tmp_path: Path) -> None:
    script = f"""
        import time
        from pathlib import Path
        from bench.weights.server import ServerSettings, serve
        with serve(Path({str(smollm2_path)!r}), ServerSettings(), log=Path({str(tmp_path / "log")!r})) as server:
            print(server.base_url, flush=True)
            time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert httpx.get(f"{url}/models").status_code == 200
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _answers(url):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_port_in_use_is_named(smollm2_path: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"port {port} is in use"),
            serve(smollm2_path, ServerSettings(), log=tmp_path / "log", port=port),
        ):
            pass


def test_a_missing_file_and_a_file_that_is_no_gguf(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"), serve(tmp_path / "x", ServerSettings(), log=tmp_path / "l"):
        pass
    (tmp_path / "x").write_bytes(b"PK..")
    with pytest.raises(UsageError, match="not a GGUF"), serve(tmp_path / "x", ServerSettings(), log=tmp_path / "l"):
        pass


def test_a_damaged_gguf_says_what_llama_cpp_said(smollm2_path: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gguf"
    with smollm2_path.open("rb") as whole:
        damaged.write_bytes(whole.read(4096))
    with (
        pytest.raises(UsageError, match=r"damaged\.gguf did not start: .*error.*log: .*server\.log"),
        serve(damaged, ServerSettings(), log=tmp_path / "server.log"),
    ):
        pass


TEMPLATES = {
    "a loop without end": "{% for a in range(1000000000) %}{{ a }}{% endfor %}",
    "loops within loops": "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}x",
    "a way to Python": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "a text that doubles": "{% set n=namespace(s='xx') %}{% for i in range(60) %}{% set n.s=n.s+n.s %}{% endfor %}",
    "a macro that calls itself": "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
    "none": "{% for a in",
}
"""Chat templates of strangers' weights."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_hostile_chat_template_ends_in_one_line(smollm2_path: Path, tmp_path: Path, kind: str) -> None:
    """It is written over the file's own, filled up with blanks to its length."""
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    path = tmp_path / "hostile.gguf"
    path.write_bytes(smollm2_path.read_bytes())
    with path.open("r+b") as file:
        name = b"tokenizer.chat_template"
        at = file.read(8 << 20).index(name) + len(name)
        file.seek(at)
        _, size = struct.unpack("<IQ", file.read(12))
        file.write(TEMPLATES[kind].encode().ljust(size))
    with (
        pytest.raises(UsageError) as refused,
        serve(path, ServerSettings(), log=tmp_path / "server.log", start_s=15),
    ):
        pass
    path.unlink()
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("the server for hostile.gguf did not start: ")


def test_a_server_has_no_more_memory_than_it_is_given(
    smollm2_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    monkeypatch.setattr(server_module, "most_memory", lambda: 60_000_000)
    with (
        pytest.raises(UsageError, match="did not start") as refused,
        serve(smollm2_path, ServerSettings(), log=tmp_path / "server.log", start_s=30),
    ):
        pass
    assert "\n" not in str(refused.value)
    assert "not ready" not in str(refused.value)


def test_a_server_may_not_take_all_memory() -> None:
    assert 0 <= server_module.most_memory() < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 2


def test_a_start_that_takes_too_long(smollm2_path: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="not ready after 0 s"),
        serve(smollm2_path, ServerSettings(), log=tmp_path / "log", start_s=0.01),
    ):
        pass


def test_settings_are_part_of_a_calls_key() -> None:
    key = ServerSettings(slots=2, threads=3).as_key()
    assert key.pop("xllamacpp")
    assert key == {"slots": 2, "threads": 3, "context": 4096, "kv_unified": False, "prompt_cache": False}


def test_settings_must_be_positive() -> None:
    with pytest.raises(UsageError, match="slots of a local server must be 1 or more, not 0"):
        ServerSettings(slots=0)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/models").is_success
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
