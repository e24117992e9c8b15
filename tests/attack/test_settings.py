"""What a stranger's bench.toml, prices.toml, claims and task files may hold: one line that names the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from jinja2.exceptions import TemplateError

from bench import registry
from bench.config.load import load
from bench.errors import UsageError
from bench.evidence.declared import read as read_claims
from bench.prices.book import load as load_prices
from bench.sandbox import reading

DEEP, LONG = "a = " + "[" * 50_000, "a = " + "9" * 5_000
READERS: dict[str, Callable[[Path], object]] = {
    "bench.toml": load,
    "prices.toml": load_prices,
    "claims.toml": read_claims,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    ("text", "why"), [(DEEP, "nested too deeply"), (LONG, "thousands of digits")], ids=["deep", "long"]
)
def test_toml_beyond_what_can_be_read_is_one_line(tmp_path: Path, name: str, text: str, why: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UsageError, match=why) as refused:
        READERS[name](path)
    assert name in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("price", ["1e999999", "1e-999999", "1e400", "1" + "0" * 400])
def test_a_price_beyond_all_prices_is_refused(tmp_path: Path, price: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        f'[[price]]\nprovider = "openai"\nmodel = "m"\nvalid_from = "2026-01-01"\ninput = {price}\noutput = 1\n'
    )
    with pytest.raises(UsageError, match=r"prices\.toml.*no price that anybody asks"):
        load_prices(path)


def test_repeats_beyond_all_plans_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text('[run]\nrepeats = 1000000000\n[models.a]\nmodel = "openai/gpt"\n')
    with pytest.raises(UsageError, match=r"bench\.toml:2: repeats must be at least 1 and at most 1000"):
        load(path)


def test_a_task_file_nested_without_end_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("task: t\na: " + "[" * 20_000)
    with pytest.raises(UsageError, match=r"t\.yaml: is nested too deeply"):
        registry.read([tmp_path])


@pytest.mark.parametrize(
    "template",
    [
        "{{ cycler.__init__.__globals__.os.system('touch owned') }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ 'x' * 10 ** 10 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{% for n in range(10 ** 9) %}x{% endfor %}",
    ],
)
def test_a_template_of_a_task_reaches_no_python_and_no_gigabytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    """Of any YAML, also one without a `!function`: lm-eval alone would run all of them."""
    from lm_eval import utils

    from bench.registry import templates

    monkeypatch.chdir(tmp_path)
    templates.guard()
    with pytest.raises(TemplateError, match="cannot be rendered"):
        utils.apply_template(template, {"question": "?"})
    assert utils.apply_template("{{ question * 2 }}{% if 2 * 3 == 6 %}!{% endif %}", {"question": "?"}) == "??!"
    assert not (tmp_path / "owned").exists()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Readers have the limits that they were started with."""
    from bench.registry import templates

    reading.close()
    monkeypatch.setattr(templates, "LIMITS", replace(templates.LIMITS, cpu_s=1.0))
    yield
    reading.close()


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "more than 1 s of CPU"),
        pytest.param(
            "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(60) }}",
            "1 s of CPU",
            marks=pytest.mark.slow,
        ),
        pytest.param("{{ question|regex_replace('(a+)+$', '') }}", "1 s of CPU", marks=pytest.mark.slow),
        ("{{ 'x'|center(9999999999) }}", "more than 512 MiB of memory"),
        ("{% set n = namespace(x='x') %}{% for i in range(50) %}{% set n.x = n.x ~ n.x %}{% endfor %}", "of memory"),
        ("{{ range(2)|random }}", "No filter named 'random'"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "recursion"),
    ],
    ids=["loops", "macros", "pattern", "width", "doubling", "random", "deep"],
)
@pytest.mark.usefixtures("impatient")
def test_a_template_is_bounded_in_time_and_memory(template: str, why: str) -> None:
    from bench.registry import templates

    with pytest.raises(TemplateError, match=f"cannot be rendered .*{why}"):
        templates.apply_template(template, {"question": "a" * 60 + "b"})


def test_a_template_sees_the_fields_whatever_they_are() -> None:
    from bench.registry import templates

    doc = {"a": " x ", "b": {"c": [1, 2]}, "when": date(2026, 1, 2), "unused": object()}
    for template in ("{{ a|trim }}-{{ b.c|length }}-{{ when }}", "{{ a }}{{ b['c'][1] }}{% if b %}!{% endif %}\n"):
        expected = templates.render((template, doc))
        assert templates.apply_template(template, doc) == expected


def test_tasks_are_loaded_with_guarded_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jinja2 import Environment
    from lm_eval import utils

    monkeypatch.setattr(utils, "env", Environment())
    registry.LoadedTasks(registry.read([tmp_path]), [])
    assert utils.env.sandboxed


@pytest.mark.parametrize("text", ["? [a, b]\n: 1\ntask: t\n", "? {a: 1}\n: 1\n"])
def test_a_key_that_is_no_text_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.yaml").write_text(text)
    with pytest.raises(UsageError, match=r"t\.yaml:1: is not valid YAML: found unhashable key"):
        registry.read([tmp_path])


@pytest.mark.parametrize("key", ["limit", "seed"])
def test_a_whole_number_beyond_all_counts_is_refused(tmp_path: Path, key: str) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(f'[run]\n{key} = 9999999999999999\n[models.a]\nmodel = "openai/gpt"\n')
    with pytest.raises(UsageError, match=rf"bench\.toml:2: {key} must be a whole number of at most 15 digits"):
        load(path)


@pytest.mark.parametrize(
    "kwargs", ["{file: /etc/hostname}", "{data_files: {test: [/etc/passwd]}}", "{file: link.jsonl}"]
)
def test_items_are_no_file_of_the_readers_own(tmp_path: Path, kwargs: str) -> None:
    """They would go to the stranger's endpoint, as prompts."""
    (tmp_path / "link.jsonl").symlink_to("/etc/hostname")
    (tmp_path / "t.yaml").write_text(f"task: t\ndataset_path: text\ndataset_kwargs: {kwargs}\n")
    with pytest.raises(UsageError, match=r"is not below the task's folder, nor below this one"):
        registry.read([tmp_path])


def test_a_yaml_whose_template_never_ends_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "items.jsonl").write_text('{"q": "x", "a": "7"}\n')
    (tmp_path / "t.yaml").write_text(
        "task: t\nmetadata: {version: 1}\ndataset_path: json\ndataset_kwargs: {data_files: {test: items.jsonl}}\n"
        "test_split: test\noutput_type: generate_until\ngeneration_kwargs: {until: [], max_gen_toks: 100}\n"
        """doc_to_text: "{{ 'x'|center(9999999999) }}"\ndoc_to_target: "{{a}}"\n"""
        "metric_list: [{metric: exact_match}]\n"
    )
    with pytest.raises(UsageError, match=r"t\.yaml.*cannot be rendered \(more than 512 MiB of memory\)"):
        registry.LoadedTasks(registry.read([tmp_path]), ["t"]).items("t", "t")
