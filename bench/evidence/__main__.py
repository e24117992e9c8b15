"""`python -m bench.evidence DATA -o FOLDER`: judges the declared claims on published data and writes the evidence."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import clean
from bench.errors import BenchError
from bench.evidence.rebuild import rebuild


def main(arguments: Sequence[str]) -> int:
    """Rebuilds the evidence; the exit code of the command."""
    parser = argparse.ArgumentParser(prog="python -m bench.evidence", description=__doc__)
    parser.add_argument(
        "data", type=Path, help="folder with the published files; docs/import.md says where they are had"
    )
    parser.add_argument("-o", "--output", type=Path, default=Path("results/published/evidence"))
    parser.add_argument(
        "--docs", type=Path, default=Path("docs"), help="folder of is-it-true.md, with README.md beside it"
    )
    chosen = parser.parse_args(arguments)
    try:
        written, remarks = rebuild(chosen.data, chosen.output, docs=chosen.docs if chosen.docs.is_dir() else None)
    except BenchError as error:
        print(clean.terminal(f"Error: {error}"), file=sys.stderr)
        return error.exit_code
    for line in remarks:
        print(clean.terminal(line), file=sys.stderr)
    for path in written:
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
