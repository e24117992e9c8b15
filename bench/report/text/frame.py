"""The frame of a page without scripts: a heading, tables and pictures, readable offline and on a narrow screen."""

from __future__ import annotations

from bench import clean
from bench.language import language

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; color: #1a1a1a; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; margin: 1.5em 0 .5em; }}
th, td {{ padding: .3em .7em; text-align: left; border-bottom: 1px solid #ddd; }}
img {{ max-width: 100%; height: auto; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f5f5; padding: .5em; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def page(title: str, body: str) -> str:
    """A whole page; `title` is any text, `body` is HTML."""
    return _PAGE.format(language=language(), title=clean.html(title), body=body)
