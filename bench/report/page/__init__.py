"""The page that people publish: report.html, with its template, style and script beside this file."""

from bench.report.page.build import NAME, Source, page, write_page
from bench.report.page.read import Shown, page_runs, read_page

__all__ = ["NAME", "Shown", "Source", "page", "page_runs", "read_page", "write_page"]
