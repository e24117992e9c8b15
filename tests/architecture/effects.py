"""Who may open sockets, start processes, change files and speak to the terminal."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping

from tests.architecture.rooms import SOCKETS, STARTS_PROCESSES
from tests.architecture.sources import Sources, at, within

PROCESS_CALLS = {"fork", "forkpty", "system", "popen", "posix_spawn", "startfile"}
CLIENTS = {"AsyncClient", "Client", "get", "post", "stream", "request", "create_connection", "socket", "urlopen"}
SOCKET_PAIRS = {
    "SHUT_WR", "recv_fds", "send_fds", "socket", "socketpair", "SOL_SOCKET", "SO_PASSCRED", "SCM_CREDENTIALS",
    "CMSG_SPACE",
}  # fmt: skip
"""What the sandbox takes of `socket`: pairs, and descriptors that it was given."""
WRITES = {
    "chmod", "link_to", "hardlink_to", "makedirs", "mkdir", "removedirs", "rename", "renames", "rmdir", "rmtree",
    "symlink", "symlink_to", "touch", "truncate", "unlink", "write_bytes", "write_text", "copyfile", "copytree", "move",
}  # fmt: skip
"""Methods and functions that change a file by its path; ours of these names take a folder first."""


def few_open_sockets(sources: Sources, users: Mapping[str, bool]) -> Iterator[str]:
    """Only these modules know sockets; those with False use httpx for types and errors only."""
    for file in sources.files:
        if file.room == "sandbox" or not any(within(name, SOCKETS) for name in file.imports()):
            continue
        if file.module not in users:
            yield f"{file.path}: knows sockets"
        elif not users[file.module]:
            yield from (at(file, n, f"opens httpx.{n.attr}") for n in file.taken_of("httpx") if n.attr in CLIENTS)


def sandbox_has_socket_pairs_only(sources: Sources) -> Iterator[str]:
    """The sandbox opens socket pairs and takes over descriptors, and reaches nothing outside."""
    for file in sources.under("sandbox"):
        for name in file.imports():
            if within(name, SOCKETS) and name != "socket":
                yield f"{file.path}: imports {name}"
        yield from (at(file, n, f"socket.{n.attr}") for n in file.taken_of("socket") if n.attr not in SOCKET_PAIRS)
        for node in file.nodes:
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "socket.socket":
                continue
            if node.args or [keyword.arg for keyword in node.keywords] != ["fileno"]:
                yield at(file, node, "opens a socket of its own")


def few_start_processes(sources: Sources, starters: tuple[str, ...]) -> Iterator[str]:
    """Only these rooms and modules start processes."""
    for file in sources.files:
        if within(file.module, starters):
            continue
        for name in file.imports():
            if within(name, STARTS_PROCESSES):
                yield f"{file.path}: imports {name}"
        for node in file.taken_of("os"):
            if node.attr in PROCESS_CALLS or node.attr.startswith(("exec", "spawn")):
                yield at(file, node, f"os.{node.attr}")


def changed_files(tree: ast.AST) -> Iterator[str]:
    """Calls that may write, move or remove a file by its path."""
    ours = {alias.asname or alias.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for alias in n.names}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        whose = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if name in WRITES and (whose or name not in ours):
            yield ast.unparse(node.func)
        if whose in ("os", "shutil") and name in ("replace", "remove", "link", "open", "mkfifo", "copy", "copy2"):
            yield ast.unparse(node.func)
        if name == "open" and any(map(_writing_mode, [*node.args, *(keyword.value for keyword in node.keywords)])):
            yield ast.unparse(node)


def _writing_mode(node: ast.expr) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, str) and bool(set(value) & set("wax+")) and set(value) <= set("rwaxbt+")


def files_change_in_one_room(sources: Sources, writers: Collection[str]) -> Iterator[str]:
    """Below a run folder, `records.files` writes, and nothing else."""
    for file in sources.files:
        if not within(file.module, tuple(writers)):
            yield from (f"{file.path}: {call} changes a file" for call in changed_files(file.tree))


def opened_files(tree: ast.AST) -> Iterator[str]:
    """Calls that open a file by its path."""
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        whose = ast.unparse(called.value) if isinstance(called, ast.Attribute) else ""
        if name in ("read_text", "read_bytes", "open") and whose not in ("clean", "webbrowser"):
            yield f"{whose}.{name}"
        if name == "ParquetFile" or f"{whose}.{name}" in ("pyarrow.parquet.read_table", "pd.read_parquet"):
            yield f"{whose}.{name}"


def files_open_through_one_door(sources: Sources, readers: Collection[str]) -> Iterator[str]:
    """Files of others are opened through `clean.files`, which knows links, devices and bounds."""
    for file in sources.files:
        if not within(file.module, tuple(readers)):
            yield from (f"{file.path}: {call} opens a file" for call in opened_files(file.tree))


def terminal_through_its_cleaner(sources: Sources) -> Iterator[str]:
    """Commands speak through `cli.terminal`, which cleans what they say."""
    for file in sources.under("cli"):
        if file.module == "bench.cli.terminal":
            continue
        for node in file.nodes:
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if called in ("click.echo", "click.secho", "print", "sys.stdout.write", "sys.stderr.write"):
                yield at(file, node, called)
            if called.endswith("console.print") and isinstance(node.args[0], ast.JoinedStr | ast.Constant):
                yield at(file, node, "a text straight to the console")
