"""bench.toml: every mistake gets one line that names file and line, and no secret is ever repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.config.load import load
from bench.errors import UsageError
from tests.config.texts import CLAIM, CLAUDE, MODEL, TWO, loaded, refused

REPOSITORY = Path(__file__).parents[2]


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    """Editors on Windows write one; lines keep their numbers."""
    assert loaded(tmp_path, "\ufeff" + TWO) == loaded(tmp_path, TWO)
    assert refused(tmp_path, "\ufeff[models.a]\nmodle = 1\n").startswith("2: unknown key 'modle'")
    path = tmp_path / "bench.toml"
    path.write_bytes(TWO.encode("utf-16"))
    with pytest.raises(UsageError, match=r"is not UTF-8 text .* Save it as UTF-8\.$"):
        load(path)


@pytest.mark.parametrize("table", ["models", "judges"])
def test_a_label_that_breaks_the_line_does_not(tmp_path: Path, table: str) -> None:
    said = refused(tmp_path, MODEL + f'[{table}."a\\u001b[2J\\nb"]\nmodel = "weights/smollm2-135m-instruct"\n')
    assert "label 'a\\u001b[2J b' must begin" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("end", ["/v1/chat/completions", "/v1/messages/", "/v1/completions", "/v1/models?a=b"])
def test_an_address_that_was_copied_whole_is_named(tmp_path: Path, end: str) -> None:
    said = refused(tmp_path, MODEL + f'base_url = "https://acme.test{end}"\n')
    path = end.removeprefix("/v1").partition("?")[0].rstrip("/")
    assert said == f"3: base_url must end before {path}, which is added to it for every call."


BAD = [
    ("[run]\ninstances = 1001\n", 2, "instances must be at least 1 and at most 1000; found 1001."),
    # Names: the nearest known one is suggested.
    ("[modles.a]\n", 1, "unknown table or key 'modles'. Did you mean 'models'?"),
    (MODEL + "[model.b]\n", MODEL.count("\n") + 1, "unknown table or key 'model'. Did you mean 'models'?"),
    (
        'api_key = "x"\n' + MODEL,
        1,
        "unknown table or key 'api_key'. Known: claims, data, judges, models, providers, report, run, slices, traffic.",
    ),
    ("[run]\n\nlimmit = 3\n" + MODEL, 3, "unknown key 'limmit' in [run]. Did you mean 'limit'?"),
    (MODEL + "base-url = 1\n", 3, "unknown key 'base-url' in [models.a]. Did you mean 'base_url'?"),
    (MODEL + 'colour = "red"\n', 3, "unknown key 'colour' in [models.a]. Known: agent, allows, base_url, batch"),
    (CLAIM + "worse-by = 0.03\n", 8, "unknown key 'worse-by' in [claims.c]. Did you mean 'worse_by'?"),
    ('[models.a]\nmodel = "weight/x"\n', 2, "unknown provider 'weight' in 'weight/x'. Did you mean 'weights'?"),
    ('[models.a]\nmodel = "weights/smollm-135m-instruct"\n', 2, "Did you mean 'smollm2-135m-instruct'?"),
    (TWO + '[claims.c]\ncandidate = "aa"\nbaseline = "b"\nworse_by = 0.1\n', 6, "candidate 'aa' is not a model"),
    (TWO + '[claims.c]\ncandidate = "a"\nbaseline = "z"\nworse_by = 0.1\n', 7, "Known: a, b."),
    (CLAIM + 'worse_by = 0.1\nsuites = ["codin"]\n', 9, "suite 'codin' is not part of [run]. Did you mean 'coding'?"),
    ("[models.a]\nmodel = '''\nwhat is = this'''\n", 2, "unknown provider 'what is = this'"),
    (
        f'[models.{"a" * 101}]\nmodel = "openai-api/acme/small"\n',
        1,
        "has 101 bytes, and 100 at most",
    ),
    (f'[models."{"模" * 34}"]\nmodel = "openai-api/acme/small"\n', 1, "has 102 bytes, and 100 at most"),
    (MODEL + 'base_url = "http://ⓛocalhost:9411/v1"\n', 3, "base_url must hold its host in ASCII"),
    # Shapes.
    ("run = 3\n" + MODEL, 1, "'run' must be a table: [run]."),
    ("models = 3\n", 1, "write one table per entry: [models.<name>]."),
    ('[models]\nmodel = "openai-api/acme/small"\n', 1, "write one table per entry: [models.<name>]."),
    ("[[claims]]\n" + MODEL, 1, "write one table per entry: [claims.<name>]."),
    ("[run]\nseed = 1\n", 1, "no model is defined."),
    ("", 1, "no model is defined."),
    # Types and ranges.
    ('[run]\nseed = "1"\n' + MODEL, 2, "seed must be a whole number; found '1'."),
    ("[run]\nseed = 1.5\n" + MODEL, 2, "seed must be a whole number; found 1.5."),
    ("[run]\nlimit = 0\n" + MODEL, 2, "limit must be at least 1; found 0."),
    ("[run]\nlimit = true\n" + MODEL, 2, "limit must be a whole number; found True."),
    ("[run]\nrepeats = -1\n" + MODEL, 2, "repeats must be at least 1 and at most 1000; found -1."),
    ("[run]\ntemperature = 2.5\n" + MODEL, 2, "temperature must be at least 0 and at most 2; found 2.5."),
    ("[run]\nreuse = inf\n" + MODEL, 2, "reuse must be a finite number; found inf."),
    ("[run]\nreuse = nan\n" + MODEL, 2, "reuse must be a finite number; found nan."),
    ("[run]\nsuites = []\n" + MODEL, 2, "suites must be a list of names"),
    ('[run]\nsuites = "coding"\n' + MODEL, 2, "suites must be a list of names"),
    ('[run]\nsuites = ["coding", "coding"]\n' + MODEL, 2, "suites names something twice"),
    ('[models.a]\nmodel = ""\n', 2, "model must be a text in quotes; found ''."),
    (MODEL + "max_tokens = 0\n", 3, "max_tokens must be at least 1"),
    (MODEL + "top_p = 0\n", 3, "top_p must be above 0 and at most 1"),
    (MODEL + "timeout_s = 0\n", 3, "timeout_s must be above 0 and at most 1e+06; found 0."),
    ('[models.a]\nmodel = "weights/smollm2-135m-instruct"\nkv_unified = 1\n', 3, "kv_unified must be true or false"),
    ('[models.a]\nmodel = "weights/smollm2-135m-instruct"\ncontext = 8\n', 3, "context must be at least 256"),
    (MODEL + 'base_url = "127.0.0.1:8000"\n', 3, "base_url must be an address that begins with http:// or https://."),
    (MODEL + "base_url = 8000\n", 3, "base_url must be an address that begins with http:// or https://."),
    (CLAIM + "cheaper_by = 90\n", 8, "cheaper_by must be a number above 0 and below 1, e.g. 0.9; found 90."),
    (CLAIM + "cheaper_by = 1.0\n", 8, "cheaper_by must be a number above 0 and below 1"),
    (CLAIM + "worse_by = 0.0\n", 8, "worse_by must be a number above 0 and below 1, e.g. 0.03; found 0.0."),
    (CLAIM + "worse_by = -0.1\n", 8, "worse_by must be a number above 0"),
    (CLAIM + "worse_by = nan\n", 8, "worse_by must be a number above 0"),
    (CLAIM + "worse_by = true\n", 8, "worse_by must be a number above 0"),
    (CLAIM + "slower_by = 0\n", 8, "slower_by must be at least 1e-06 and at most 1e+06"),
    (CLAIM + "slower_by = 1e308\n", 8, "slower_by must be at least 1e-06 and at most 1e+06"),
    (CLAIM + "worse_by = 5e-324\n", 8, "worse_by must be no nearer than 1e-06 to 0 or 1"),
    (
        CLAIM + "worse_by = 0.1\nconfidence = 0.9999999999999999\n",
        9,
        "confidence must be no nearer than 1e-06 to 0.5 or 1",
    ),
    (CLAIM + "worse_by = 0.1\nconfidence = 0.05\n", 9, "confidence must be a number above 0.5 and below 1, e.g. 0.95"),
    (CLAIM + 'worse_by = 0.1\nover = "all"\n', 9, 'over must be "each", "mean" or "traffic"'),
    # Models.
    ('[models."a b"]\nmodel = "openai-api/acme/small"\n', 1, "label 'a b' must begin with a letter or digit"),
    ('[models.".."]\nmodel = "openai-api/acme/small"\n', 1, "label '..' must begin with a letter or digit"),
    ("[models.a]\nseed = 1\n", 1, "[models.a] needs a model"),
    ('[models.a]\nmodel = "weights/"\n', 2, "'weights/' names no model: write weights/<model>."),
    ('[models.a]\nmodel = "openai-api/acme"\n', 2, "must be written openai-api/<vendor>/<model>."),
    ('[models.a]\nmodel = "weights/none.gguf"\n', 2, "none.gguf does not exist"),
    (MODEL + "usd_per_hour = 1.5\n", 3, "usd_per_hour is for local weights only"),
    (MODEL + "slots = 2\n", 3, "slots is for local weights only"),
    (
        '[models.a]\nmodel = "weights/smollm2-135m-instruct"\nmax_connections = 2\n',
        3,
        "max_connections is for remote endpoints; weights are served here: use slots.",
    ),
    (
        '[models.a]\nmodel = "weights/smollm2-135m-instruct"\nbase_url = "http://127.0.0.1:1/v1"\n',
        3,
        "base_url is for remote endpoints; weights are served here.",
    ),
    ('[models.a]\nmodel = "anthropic"\n', 2, "'anthropic' names no model: write anthropic/<model>."),
    (
        '[models.a]\nmodel = "antropic/claude-opus-5-5"\n',
        2,
        "unknown provider 'antropic' in 'antropic/claude-opus-5-5'.",
    ),
    (CLAUDE + 'effort = "hgih"\n', 3, "knows no effort 'hgih'. Known: low, medium, high, xhigh, max."),
    (CLAUDE + "effort = 3\n", 3, "effort must be a text in quotes; found 3."),
    (CLAUDE + "thinking = false\n", 3, "always thinks. Take thinking = false out, or give effort = 'low'."),
    (CLAUDE + 'thinking = "yes"\n', 3, "thinking must be true or false; found 'yes'."),
    (CLAUDE + "thinking_budget = 2000\n", 3, "takes no thinking_budget. Take it out."),
    (CLAUDE + 'region = "eu"\n', 3, "Anthropic (Claude) has no region 'eu'. None is defined."),
    ('[models.a]\nmodel = "moonshot/kimi-k3"\nregion = "chian"\n', 3, "Did you mean 'china'?"),
    (CLAUDE + "headers = 3\n", 3, "headers must be a table of texts"),
    (CLAUDE + 'headers = { "X Team" = "a" }\n', 3, "headers must hold names of letters, digits and '-'"),
    (
        CLAUDE + 'headers = { X-Api-Key = "a" }\n',
        3,
        'headers must not hold a key: write X-Api-Key = "$NAME" and set that',
    ),
    (MODEL + "timeout_s = 1e300\n", 3, "timeout_s must be above 0 and at most 1e+06"),
    (MODEL + "[run]\nreuse = 1e300\n", 4, "reuse must be at least 0 and at most 1e+06"),
    (CLAUDE + "extra_body = 3\n", 3, "extra_body must be a table, e.g. { name = 1 }; found 3."),
    # What would ask one model otherwise than the others, or pass a budget's bound.
    *(
        (CLAUDE + f"extra_body = {{ {field} = {value} }}\n", 3, f"extra_body has '{field}': {why}")
        for field, value, why in (
            ("messages", "[]", "every model is asked the same. Take it out; a prompt of its own is declared with"),
            ("system", '"x"', "every model is asked the same."),
            ("tools", "[]", "every model is asked the same."),
            ("stream", "false", "we send that ourselves. Take it out."),
            ("n", "8", "answers beyond the first would be paid for and never read."),
            ("best_of", "8", "answers beyond the first"),
            ("prediction", "{ content = 'x' }", "what is predicted wrongly is billed beyond any cap."),
            ("max_tokens", '"5000"', "a cap is a whole number above 0; found '5000'."),
            ("max_completion_tokens", "1.5", "a cap is a whole number above 0; found 1.5."),
        )
    ),
    ('[models.a]\nmodel = "weights/smollm2-135m-instruct"\nextra_body = { n = 2 }\n', 3, "extra_body has 'n':"),
    (
        '[models.a]\nmodel = "acme/x"\n[providers.acme]\nbase_url = "http://127.0.0.1:9/v1"\n'
        "[[providers.acme.models]]\nmatch = ['x']\nalways = { messages = [] }\n",
        2,
        "its provider's rule `always` has 'messages': every model is asked the same.",
    ),
    (
        '[models.a]\nmodel = "dashscope/qwen-plus"\nthinking_budget = 100\nextra_body = { thinking_budget = 50000 }\n',
        3,
        "thinking_budget and extra_body's thinking_budget say the same. Keep one.",
    ),
    ('[models.a]\nmodel = "weights/smollm2-135m-instruct"\neffort = "low"\n', 3, "effort is for remote endpoints;"),
    # Providers.
    (MODEL + "[providers.x]\nbase-url = 3\n", 4, "unknown key 'base-url' in [providers.x]. Did you mean 'base_url'?"),
    (MODEL + '[providers.x]\nprotocol = "grpc"\n', 4, "protocol must be one of openai, anthropic; found 'grpc'."),
    (MODEL + "[providers.x]\nregions = { eu = 3 }\n", 4, "regions must be a table of addresses"),
    (
        MODEL + '[providers.x]\nkey_variables = ["acme"]\n',
        4,
        "key_variables must be a list of environment variables' names",
    ),
    (MODEL + "[providers.x]\nmodels = [{ thinks = 3 }]\n", 4, "models must be tables with a match"),
    (
        MODEL + "[providers.x.rules]\nthink = true\n",
        4,
        "unknown key 'think' in [providers.x.rules]. Did you mean 'thinks'?",
    ),
    (MODEL + '[providers.x.rules]\nthinks = "maybe"\n', 4, "thinks must be one of always, on, off, never, unknown"),
    (
        MODEL + '[providers.x.rules]\nsampling = { top_k = "sent" }\n',
        4,
        "sampling must give temperature, top_p or seed as",
    ),
    (
        MODEL + '[providers.x.rules]\nsampling = { seed = "no" }\n',
        4,
        "sampling must give temperature, top_p or seed as",
    ),
    (
        MODEL + "[providers.x.rules]\nsampling = { seed = true }\n",
        4,
        "sampling must give temperature, top_p or seed as",
    ),
    (MODEL + "[providers.x.rules]\nsampling = 1\n", 4, "sampling must give temperature, top_p or seed as"),
    (MODEL + '[providers.x.rules]\nefforts = "low"\n', 4, 'efforts must be a list of texts, e.g. ["low", "high"]'),
    (MODEL + '[[providers.x.models]]\nmatch = ["a"]\nefort = 1\n', 5, "unknown key 'efort' in [providers.x.models]."),
    # Claims.
    (TWO + '[claims.c]\nbaseline = "b"\nworse_by = 0.1\n', 5, "[claims.c] needs a candidate. Known: a, b."),
    (TWO + '[claims.c]\ncandidate = "a"\nbaseline = "a"\nworse_by = 0.1\n', 6, "are the same model"),
    (CLAIM, 5, "[claims.c] says nothing: give cheaper_by, worse_by or slower_by."),
]


@pytest.mark.parametrize(("text", "line", "problem"), BAD, ids=[problem[:60] for _, _, problem in BAD])
def test_a_mistake_names_file_line_and_cure(tmp_path: Path, text: str, line: int, problem: str) -> None:
    message = refused(tmp_path, text)
    assert message.startswith(f"{line}: "), message
    assert problem in message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[models."qwen2.5"]\nmodel = "openai-api/acme/q"\ntop = 1\n', 3),
        ('[ models . "qwen2.5" ]  # the coder\nmodel = "openai-api/acme/q"\n"top" = 1\n', 3),
        ('models.a.model = "openai-api/acme/q"\nmodels.a.top = 1\n', 2),
        ('[models]\na.model = "openai-api/acme/q"\na.top = 1\n', 3),
        ('[run]\nseed = 1\n[models]\n\nb = { model = "openai-api/acme/q" }\na = { top = 1 }\n', 6),
        ('[run]\nsuites = [\n  "coding",\n  "reasoning",\n]\ntop = 1\n', 6),
    ],
)
def test_the_line_is_right_in_every_spelling_of_toml(tmp_path: Path, text: str, line: int) -> None:
    message = refused(tmp_path, text)
    assert message.startswith(f"{line}: unknown key 'top'")


@pytest.mark.parametrize(
    ("text", "line"),
    [("[models.a\n", 1), (MODEL + MODEL, 3), ("[run]\nseed = 1\nseed = 2\n", 3)],
)
def test_bad_toml_names_the_line(tmp_path: Path, text: str, line: int) -> None:
    assert refused(tmp_path, text).startswith(f"{line}: is not valid TOML: ")


def test_bad_toml_without_a_line_is_still_one_sentence(tmp_path: Path) -> None:
    assert refused(tmp_path, 'x = """').startswith(" is not valid TOML: ")


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml: cannot be read \(No such file or directory\)"):
        load(tmp_path / "none.toml")
    with pytest.raises(UsageError, match=r"cannot be read \(Is a directory\)"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'[models.a]\nmodel = "caf\xe9"\n')
    with pytest.raises(UsageError, match=r"latin\.toml: is not UTF-8 text"):
        load(tmp_path / "latin.toml")


SECRET = "hunter2-very-secret"


@pytest.mark.parametrize(
    "line",
    [
        f'api_key = "{SECRET}"',
        f'token = "{SECRET}"',
        f'base_url = "https://user:{SECRET}@api.example.com/v1"',
        f'base_url = "https://api.example.com/v1?key={SECRET}"',
        f'base_url = "https://api.example.com/v1#{SECRET}"',
        f'base_url = "{SECRET}"',
        f'base_url = ["{SECRET}"]',
        f'headers = {{ Authorization = "Bearer {SECRET}" }}',
        f'headers = {{ X-Team = "{SECRET}\\n" }}',
        f'headers = {{ X-Team = 3, X-Api-Key = "{SECRET}" }}',
        f'[providers.acme]\nbase_url = "https://user:{SECRET}@api.example.com/v1"',
        f'[providers.acme]\nregions = {{ eu = "https://api.example.com/v1?token={SECRET}" }}',
        f'[providers.acme]\nkey_variables = ["{SECRET}"]',
        f'api_key = "{SECRET}',
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(tmp_path: Path, line: str) -> None:
    for text in (MODEL + line + "\n", line + "\n" + MODEL):
        assert SECRET not in refused(tmp_path, text)


def test_a_key_in_the_file_gets_its_cure(tmp_path: Path) -> None:
    assert "Keys are read from the environment only; take it out" in refused(tmp_path, MODEL + 'api_key = "x"\n')
    assert "set the whole address as <PROVIDER>_BASE_URL in the environment" in refused(
        tmp_path, MODEL + 'base_url = "https://a?key=b"\n'
    )
    assert "take it out" not in refused(tmp_path, MODEL + "max_tokns = 3\n")
