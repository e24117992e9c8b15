"""The page that people publish: report.html, with its template, style and script beside this file."""

from bench.report.page.build import NAME, PageSource, page, write_page
from bench.report.page.read import Shown, frame, page_runs, read_page

__all__ = ["NAME", "Shown", "PageSource", "frame", "page", "page_runs", "read_page", "write_page"]
