"""The words index, asked which passages hold a phrase at all: no ranking, no limit."""

import re
from collections.abc import Iterable

from sqlalchemy import Column, Integer, MetaData, Select, Table, select, text

_WORDS = Table("words", MetaData(), Column("rowid", Integer))
_ENDS_A_STRING = re.compile(r'["\0]')


def holding(phrases: Iterable[str]) -> Select[tuple[int]]:
    """Selects the key of every passage that holds any of the phrases, under its title or in its text.

    A phrase is words one after the other, in whatever form (stemmed). Signs of FTS5's own language mean nothing.
    """
    any_of = " OR ".join(f'"{_ENDS_A_STRING.sub(" ", phrase)}"' for phrase in phrases) or '""'
    return select(_WORDS.c.rowid).where(text("words MATCH :any_of").bindparams(any_of=any_of))
