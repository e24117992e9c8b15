"""Who may judge whom: nobody judges a model of its own vendor, or itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.errors import UsageError
from bench.records import maker_of, vendor_of


def require_disjoint(judges: Mapping[str, str], sides: Mapping[str, str], *, vouched: bool) -> list[str]:
    """UsageError where a judge and a side are of one vendor, or one model; `judges` and `sides`: labels -> models as
    bench.toml writes them.

    Where a maker is unknown the user must vouch that it is another; returns what was vouched for, in sentences.
    """
    said = []
    for judge, model in judges.items():
        maker = _maker(model)
        for side, other in sides.items():
            theirs = _maker(other)
            if model.rpartition("/")[2] == other.rpartition("/")[2] or (maker is not None and maker == theirs):
                raise UsageError(
                    f"judge '{judge}' ({model}) shares its vendor with '{side}' ({other}): judges favour their own "
                    "family by up to 14 points. Name a judge of another vendor."
                )
        unknown = [name for name, who in {judge: model, **sides}.items() if _maker(who) is None]
        if unknown and not vouched:
            raise UsageError(
                f"nobody knows who makes {_list(unknown)}, so that judge '{judge}' might be of the same vendor. If you "
                "know that it is not, say so: --vendors-differ"
            )
        if unknown:
            said.append(f"that {judge} is of another vendor than {_list([*sides])} is the user's word.")
    return said


def _maker(model: str) -> str | None:
    return maker_of(model) or vendor_of(model.rpartition("/")[2])


def _list(names: Sequence[str]) -> str:
    return " and ".join(dict.fromkeys(names))
