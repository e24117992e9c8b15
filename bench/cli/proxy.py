"""`bench proxy`: one bill for any client, budgets that hold, and what the ledger comes to."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.consent import require_consent, send_keys_option
from bench.cli.options import NumberRange, config_option, load_config, results_option
from bench.cli.terminal import echo
from bench.errors import UsageError
from bench.language import counted

if TYPE_CHECKING:
    from bench.proxy import Begun, ProxyKey, Settled
    from bench.records import Comparison, Secrets

LEDGER = "proxy.db"
"""The ledger, in the folder of results."""
PRICED = NumberRange(min=0)

ledger_option = click.option(
    "--ledger", type=click.Path(dir_okay=False, path_type=Path), help="The ledger; by default proxy.db in the results."
)


def limits(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of whatever starts a proxy."""
    for option in (
        click.option("--budget-usd", type=PRICED, help="The most that all keys may cost together."),
        click.option("--per-key-usd", type=PRICED, help="The most that each key may cost."),
        click.option("--per-key-calls", type=click.IntRange(min=1), help="The most calls of each key."),
        click.option("--drop", multiple=True, metavar="FIELD", help="Take this field out of requests. Repeatable."),
        send_keys_option,
        ledger_option,
        results_option,
        config_option,
    ):
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@limits
@click.option("--listen", default="127.0.0.1:0", show_default=True, metavar="HOST:PORT|unix:PATH", help="Where.")
@click.option("--key", "names", multiple=True, metavar="NAME", help="Hand out a key of this name. Repeatable.")
@click.option("--status", is_flag=True, help="Show what was spent so far, and what runs now; start nothing.")
@click.pass_context
def proxy(context: click.Context, /, *, listen: str, names: tuple[str, ...], status: bool, **given: Any) -> None:
    """Pass clients' calls on to the models of bench.toml, meter them, and hold budgets. Ends with Ctrl-C.

    Clients use the printed address and key in place of the vendor's; the vendor's key is put in on the way out. A call
    is passed on only if the most that it can cost still fits. Bytes are passed as they are: no translation between
    protocols, and only these fields of a request change: model, stream_options, those of --drop, and what bench.toml
    states of thinking, effort and extra_body.
    """
    if context.invoked_subcommand:
        return
    if status:
        _print_report(_path(given["ledger"], given["results"]), "", given["config"])
        return
    with _quick_start():
        _serve(listen, names, given)


def _serve(listen: str, names: Sequence[str], given: Mapping[str, Any]) -> None:
    from bench.proxy import KeyRing

    keys = KeyRing()
    mine = [keys.add(_key(name, given)) for name in names or ("default",)]

    async def serve(url: str) -> int:
        for key in mine:
            echo(f"{key.name}: ANTHROPIC_BASE_URL={url} OPENAI_BASE_URL={url}/v1, key {key.token}")
        await asyncio.Event().wait()
        return 0

    _with_proxy(given, keys, listen, serve)


@proxy.command()
@ledger_option
@results_option
@config_option
@click.option(
    "--at", "at_model", default="", metavar="MODEL", help="What the same tokens cost at its prices (a label)."
)
def report(ledger: Path | None, results: Path, config: Path | None, at_model: str) -> None:
    """Show what was spent: by key, client and model, by day, and by turn with the share that the cache served."""
    _print_report(_path(ledger, results), at_model, config)


@proxy.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@limits
@click.option("--model", default="", help="The model's label; by default the first of bench.toml.")
@click.option("--key", "name", default="", metavar="NAME", help="The key's name; by default the client's.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND [ARG]...")
def run(*, model: str, name: str, command: tuple[str, ...], **given: Any) -> None:
    """Start a client (claude, qwen, mini ...) behind a proxy of its own, and print its bill at the end.

    Its environment gets the proxy's address, a key of the proxy's and the model, for both protocols, and loses the
    vendors' keys. Exits as the client does.
    """
    from bench.proxy import KeyRing
    from bench.proxy.agent import environment
    from bench.proxy.agent import run as run_client

    comparison = load_config(given["config"])
    label = model or next(iter(comparison.models))
    if label not in comparison.models:
        raise UsageError(f"no model '{label}' in {comparison.source}. Known: {', '.join(comparison.models)}.")
    keys = KeyRing()
    key = keys.add(_key(name or Path(command[0]).name, given))

    hidden, secrets = _hidden(comparison)

    async def start(url: str) -> int:
        return await run_client(command, environment(os.environ, url, key.token, label, hidden=hidden, secrets=secrets))

    with _quick_start():
        code = _with_proxy(given, keys, "127.0.0.1:0", start)
    _print_report(_path(given["ledger"], given["results"]), "", given["config"], key.name)
    sys.exit(code)


def _key(name: str, given: Mapping[str, Any]) -> ProxyKey:
    from bench.proxy import ProxyKey

    usd = given["per_key_usd"]
    return ProxyKey(name=name, budget_usd=None if usd is None else Decimal(str(usd)), calls=given["per_key_calls"])


def _hidden(comparison: Comparison) -> tuple[set[str], Secrets]:
    """The variables that hold keys or headers of the models, and what they hold: the client must not see them."""
    from bench.config import environment
    from bench.providers import resolve
    from bench.records import Secrets

    environ, secrets = environment(comparison.source.parent), Secrets()
    endpoints = [resolve(entry, environ) for entry in comparison.models.values() if not entry.local]
    names = {value[1:] for each in endpoints for value in each.own_headers.values() if value.startswith("$")}
    for each in endpoints:
        secrets |= each.secrets(environ)
    return names | {each.key_variable for each in endpoints if each.key_variable}, secrets


def _path(ledger: Path | None, results: Path) -> Path:
    return ledger or results / LEDGER


@contextmanager
def _quick_start() -> Iterator[None]:
    """Nothing is thrown away while the modules load: looking for garbage among them is a twentieth of a start.

    `_with_proxy` lets it begin once calls may come; in the end it is as it was.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        (gc.enable if collects else gc.disable)()


def _with_proxy(given: Mapping[str, Any], keys: Any, listen: str, work: Callable[[str], Any]) -> int:
    """Runs a proxy while `work`, which gets its address, is at it; what `work` returns, 0 after Ctrl-C."""
    from bench.config import environment
    from bench.engine import run_to_end
    from bench.prices import beside, load
    from bench.providers import resolve
    from bench.proxy import CallLedger, backends, proxying

    comparison: Comparison = load_config(given["config"])
    environ = environment(comparison.source.parent)
    endpoints = [resolve(entry, environ) for entry in comparison.models.values() if not entry.local]
    if not endpoints:
        raise UsageError(
            f"{comparison.source} has no remote model. Add one, or serve weights with bench weights serve."
        )
    require_consent(endpoints, environ, given["origins"])
    budget = given["budget_usd"]

    async def serve() -> int:
        limited = any(given[name] is not None for name in ("budget_usd", "per_key_usd", "per_key_calls"))
        with CallLedger(_path(given["ledger"], given["results"]), alone=limited) as ledger:
            async with proxying(
                backends(endpoints, environ, given["drop"]),
                keys,
                ledger,
                load(beside(comparison.source)),
                environ,
                listen=listen,
                budget_usd=None if budget is None else Decimal(str(budget)),
                on_settled=_say,
                on_trouble=lambda trouble: echo(trouble, err=True),
            ) as url:
                gc.freeze()  # what is here stays to the end: no call waits until all of it is looked through
                gc.enable()
                return int(await work(url))

    try:
        return run_to_end(serve())
    except KeyboardInterrupt:
        return 0
    finally:
        gc.unfreeze()


def _say(begun: Begun, settled: Settled) -> None:
    """One line a call."""
    usage = settled.usage
    counts = f"{usage.in_total} in, {usage.out_total} out" if usage.out_total is not None else "no counts"
    most = "" if begun.cap_usd is None else f", at most {begun.cap_usd:.4f} USD"
    cost = f"{settled.cost_usd:.4f} USD" if settled.cost_usd is not None else f"cost unknown{most}"
    why = f" ({settled.error})" if settled.error else ""
    echo(f"{begun.key} {begun.model} turn {begun.turn}: {settled.state}{why}, {counts}, {cost}", err=True)


def _print_report(path: Path, at_model: str, config: Path | None, key: str = "") -> None:
    from bench.costs import billing_of
    from bench.prices import beside, load
    from bench.proxy import CallLedger
    from bench.proxy.report import lines, with_items
    from bench.records import read_turns

    if not path.exists():
        raise UsageError(f"{path}: no ledger is there. Start `bench proxy` first, or name another with --ledger.")
    other = book = None
    if at_model:
        comparison = load_config(config)
        if at_model not in comparison.models:
            raise UsageError(f"no model '{at_model}' in {comparison.source}. Known: {', '.join(comparison.models)}.")
        other, book = billing_of(comparison.models[at_model]), load(beside(comparison.source))
        if other is None:
            raise UsageError(f"nobody bills '{at_model}': it runs on this machine. Name a remote model.")
    with CallLedger(path, read_only=True) as ledger:
        entries: Sequence[Any] = [each for each in ledger.entries() if key in ("", each.begun.key)]
    entries = with_items(entries, read_turns(path.parent))
    echo("\n".join(lines(entries, at_model, other, book)).strip())
    running = sum(entry.state == "open" for entry in entries)
    if running:
        echo(f"\n{counted(running, 'call', 'is', 'are')} open: under way now, or when the proxy was killed.")
