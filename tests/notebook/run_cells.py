"""Runs in the notebook's own environment: the cells of a JSON list on a kernel, as Jupyter runs them.

python run_cells.py < cells.json > outputs.json
"""

from __future__ import annotations

import json
import sys

import nbformat
from nbclient import NotebookClient

cells = [nbformat.v4.new_code_cell(source) for source in json.load(sys.stdin)]
notebook = nbformat.v4.new_notebook(cells=cells)
NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
json.dump([cell.outputs for cell in notebook.cells], sys.stdout)
