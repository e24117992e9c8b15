"""Errors of every vendor: whose fault, in whose words, and what the user can do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.providers import Fault, FaultKind, anthropic_messages, openai_chat
from bench.providers.faults import in_stream, read_fault

T, R, F, M = FaultKind.TRANSIENT, FaultKind.REQUEST, FaultKind.REFUSED, FaultKind.MODEL


def anthropic(kind: str, message: str = "words") -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


def openai(code: object, message: str = "words", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "an_error", "param": None, "code": code, **more}}


RATE = "Ask less at once"
FAULTS: list[tuple[int, object, FaultKind, str]] = [
    # a name that is wrong, in the words of many servers
    *((400, openai("x", words), M, "Check the model's name") for words in (
        "Invalid model name passed in model=qwen 3.8", "The model qwen3.8-max does not exist", "Model Not Exist",
        "There is no model named qwen", "unknown model: qwen 3.8", "Could not find model qwen3.8",
        "model 'qwen 3.8' not found, try pulling it first", "Unsupported model qwen", "The model qwen3.8 is not loaded",
        "Model qwen3.8-max is not supported", "the requested model 'a b' is not available on this server",
    )),
    (400, openai("x", "For this model, temperature is not supported"), R, ""),
    (407, openai("x", "Proxy Authentication Required"), M, "Put the proxy's user"),
    # Anthropic
    (400, anthropic("invalid_request_error", "temperature: Extra inputs are not permitted"), R, ""),
    (400, anthropic("invalid_request_error", "Your credit balance is too low to access the API"), M, "Top up"),
    (401, anthropic("authentication_error"), M, "Check the key"),
    (402, anthropic("billing_error"), M, "Top up"),
    (403, anthropic("permission_error"), M, "Check the key"),
    (404, anthropic("not_found_error", "model: claude-x"), M, "Check the model's name"),
    (408, anthropic("timeout_error"), T, ""),
    (409, anthropic("conflict_error"), T, ""),
    (413, anthropic("request_too_large"), R, ""),
    (429, anthropic("rate_limit_error", "This request would exceed your rate limit of 50 requests per minute"),
     T, RATE),
    (429, anthropic("rate_limit_error"), T, RATE),
    (429, anthropic("enforced_spend_limit_reached"), M, "Top up"),
    (429, anthropic("rate_limit_error", "enforced_spend_limit_reached"), M, "Top up"),
    (500, anthropic("api_error"), T, ""),
    (504, anthropic("timeout_error"), T, ""),
    (529, anthropic("overloaded_error", "Overloaded"), T, ""),
    # OpenAI
    (400, openai("context_length_exceeded", "This model's maximum context length is 8192"), R, "Lower max_tokens"),
    (400, openai("unsupported_value", "'temperature' does not support 0.8 with this model"), R, ""),
    (400, openai("content_policy_violation"), F, ""),
    (401, openai("invalid_api_key", "Incorrect API key provided: sk-***"), M, "Check the key"),
    (404, openai("model_not_found", "The model `gpt-9` does not exist"), M, "Check the model's name"),
    (429, openai("insufficient_quota", "You exceeded your current quota, please check your plan"), M, "Top up"),
    (429, openai("rate_limit_exceeded", "Rate limit reached for gpt-6 on tokens per min (TPM): Limit 30000"), T, RATE),
    (503, openai("slow_down"), T, ""),
    # DeepSeek
    (400, openai("invalid_request_error", "Model Not Exist"), M, "Check the model's name"),
    (402, openai("invalid_request_error", "Insufficient Balance"), M, "Top up"),
    (422, openai("invalid_request_error"), R, ""),
    (429, openai(None, "Rate limit reached: concurrency"), T, RATE),
    # Alibaba
    (400, {"code": "DataInspectionFailed", "message": "Input data may contain inappropriate content."}, F, ""),
    (400, openai("data_inspection_failed", "<400> InternalError.Algo.DataInspectionFailed: Input data"), F, ""),
    (400, openai("Arrearage", "Access denied, please make sure your account is in good standing."), M, "Top up"),
    (400, openai(None, "parameter.enable_thinking must be set to false for non-streaming calls"), R, ""),
    (429, openai("insufficient_quota", "Throttling.AllocationQuota: Allocated quota exceeded (TPM)"), T, RATE),
    (429, openai("limit_burst_rate", "Request rate increased too quickly. Please slow down"), T, RATE),
    # Moonshot
    (400, openai(None, "invalid temperature: only 1 is allowed for this model"), R, ""),
    (400, openai(None, "the request was rejected because it was considered high risk", type="content_filter"), F, ""),
    (429, openai(None, "please check your plan and billing", type="exceeded_current_quota_error"),
     M, "Top up"),
    (429, openai(None, "Your account request reached organization max RPM: 3", type="rate_limit_reached_error"),
     T, RATE),
    # Zhipu
    (400, openai("1301", "The system detected unsafe content"), F, ""),
    (400, openai(1301, "The system detected unsafe content"), F, ""),
    (429, openai("1113", "Your account is in arrears, please recharge"), M, "Top up"),
    (429, openai("1302", "High concurrency usage of this API"), T, RATE),
    # OpenRouter
    (403, openai(403, "Your chosen model requires moderation and your input was flagged for violence"), F, ""),
    (402, openai(402, "Insufficient credits"), M, "Top up"),
    # llama.cpp, recorded
    (
        400,
        {
            "error": {
                "code": 400,
                "message": "request (6031 tokens) exceeds the available context size (4096 tokens), try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 6031,
                "n_ctx": 4096,
            }
        },
        R,
        "Lower max_tokens",
    ),
    (404, {"error": {"message": "File Not Found", "type": "not_found_error", "code": 404}}, M, "Check the model"),
    (500, {"error": {"code": 500, "message": "'messages' is required", "type": "server_error"}}, T, ""),
    # Anybody
    (403, openai(None, "Your account has been flagged for unusual activity"), M, "Check the key"),
    (401, openai(None, "This key was flagged by our abuse system"), M, "Check the key"),
    (400, openai("invalid_prompt", "Your prompt was flagged as potentially violating our usage policy"), F, ""),
    (400, anthropic("invalid_request_error", "You have reached your specified API usage limits."), M, "Top up"),
    (429, openai("1308", "Usage limit reached for 5 hours"), M, "Top up"),
    (429, openai(None, "usage limit: 20 requests per minute"), T, RATE),
    (405, {"detail": "Method Not Allowed"}, M, "Check the model's name"),
    (418, "I'm a teapot", R, ""),
    (301, "Moved", M, "Check the model's name"),
    (502, "<html>Bad gateway</html>", T, ""),
    (400, openai(None, "names are case-sensitive"), R, ""),
    (400, openai(None, "API key not valid. Please pass a valid API key."), M, "Check the key"),
    (500, openai(None, "insufficient_quota of memory"), T, ""),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "cure"), FAULTS, ids=[f"{s} {b}"[:90] for s, b, _, _ in FAULTS])
def test_faults(status: int, body: object, kind: FaultKind, cure: str) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    fault = read_fault(status, text)
    assert (fault.kind, bool(fault.cure)) == (kind, bool(cure))
    assert fault.cure.startswith(cure)
    assert openai_chat.read_fault(status, text) == anthropic_messages.read_fault(status, text) == fault


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"error": {"message": "no such model", "type": "x"}}', "no such model"),
        ('{"error": "bad key"}', "bad key"),
        ('{"message": "not found"}', "not found"),
        ('{"detail": "not found"}', "not found"),
        ('{"detail": [{"msg": "missing"}]}', "[{'msg': 'missing'}]"),
        ('{"error_code": 17, "error_msg": "daily limit"}', "daily limit"),
        ('["odd"]', "['odd']"),
        ('{"error": {}}', "{'error': {}}"),
        ("  <h1>Bad\n gateway</h1>\n", 'a web page ("Bad gateway") in place of an answer'),
        ("", ""),
        ("x" * 400, "x" * 300),
        (json.dumps({"error": "y" * 400}), "y" * 300),
        ("[" * 100_000, "[" * 300),
        ('{"error": "\\ud83d"}', "\ufffd"),
    ],
)
def test_the_vendors_own_message_on_one_line(body: str, message: str) -> None:
    assert read_fault(500, body) == Fault(T, message)


def test_what_is_nested_too_deeply_to_be_shown_is_said_so() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert in_stream(deep) == Fault(T, "nested too deeply")
    while deep:  # or its own end would recurse as deeply
        deep = deep.pop()


STREAMED: list[tuple[object, FaultKind]] = [
    ({"code": 502, "message": "Provider disconnected"}, T),
    ({"code": 400, "message": "Bad"}, R),
    ({"code": "429", "message": "Slow down"}, T),
    ({"code": 401, "message": "Who?"}, M),
    ({"code": "server_error", "message": "Oops"}, T),
    ({"code": "insufficient_quota", "message": "You exceeded your current quota"}, M),
    ({"code": "data_inspection_failed", "message": "Output data may contain inappropriate content."}, F),
    ({"type": "request_too_large", "message": "Too large"}, R),
    ({"type": "not_found_error", "message": "Gone"}, M),
    ({"type": "permission_error", "message": "No"}, M),
    ("overloaded", T),
    (["odd"], T),
    (True, T),
]


@pytest.mark.parametrize(("error", "kind"), STREAMED, ids=[str(error) for error, _ in STREAMED])
def test_errors_inside_a_stream(error: object, kind: FaultKind) -> None:
    assert in_stream(error).kind is kind


keys = ["error", "message", "type", "code", "detail", "status"]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.integers(100, 599), values.map(json.dumps) | st.text())
def test_no_body_is_too_odd(status: int, body: str) -> None:
    fault = read_fault(status, body)
    assert len(fault.message.encode()) <= 1200
    assert "\n" not in fault.message
    assert len(fault.message) <= 300


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        ({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, T, 429),
        ({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}, M, 401),
        ({"title": "Too Many Requests", "status": 429}, T, 429),
        ({"detail": "rate limit exceeded"}, T, 429),
        ({"success": False, "message": "busy"}, T, 0),
        ({"message": "server overloaded"}, T, 0),
    ],
)
def test_an_object_without_an_answer_states_its_error(error: dict[str, Any], kind: FaultKind, status: int) -> None:
    fault = openai_chat.read_event(json.dumps(error)).fault
    assert fault is not None
    assert (fault.kind, fault.status) == (kind, status)


@pytest.mark.parametrize(
    "fine",
    [
        {"base_resp": {"status_code": 0, "status_msg": "success"}},
        {"error": None},
        {"error": {"code": 0}},
        {"status": 200, "object": "x"},
        {"message": "ok"},
    ],
)
def test_an_object_that_says_that_all_is_well_states_none(fine: dict[str, Any]) -> None:
    assert openai_chat.read_event(json.dumps(fine)).fault is None
