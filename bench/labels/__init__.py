"""What people say of a run's answers: the sample drawn for it, a page to label on, and files in and out."""

from __future__ import annotations

from bench.labels.agreement import Agreement, agreements
from bench.labels.draw import SAMPLES, SECOND, LabelSample, SampleEntry, drawn, of_run, pair_of
from bench.labels.page import shown, write_page
from bench.labels.sheet import Labelled, read_sheet, take, words_of, write_sheet

__all__ = [
    "SAMPLES",
    "SECOND",
    "Agreement",
    "LabelSample",
    "Labelled",
    "SampleEntry",
    "agreements",
    "drawn",
    "of_run",
    "pair_of",
    "read_sheet",
    "shown",
    "take",
    "words_of",
    "write_page",
    "write_sheet",
]
