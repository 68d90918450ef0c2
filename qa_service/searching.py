"""Search → SearchResult: passages with their words marked, in order of relevance or of date, and what matches when."""

from collections.abc import Sequence
from dataclasses import replace

from qa_service.composition import searched
from qa_service.coverage import Terms, words_of
from qa_service.highlights import MAX_NAMES, Highlighter, looked_for
from qa_service.question import Question, read_question
from qa_service.search import Matching, Search, SearchHit, SearchResult, Sort
from vector_store.article import Hit
from vector_store.catalog import Catalog
from vector_store.histogram import histogram
from vector_store.retriever import Retriever

# By date, a passage is shown for its date and no longer for its rank: it has to be on the subject.
_POOL = 100
_ON_SUBJECT = 0.6


def search(catalog: Catalog, retriever: Retriever, wanted: Search) -> SearchResult:
    """What is found. Raises StorageError and CatalogDamagedError."""
    question = read_question(wanted.question)
    question = replace(question, names=question.names[:MAX_NAMES])
    hits = retriever.search(wanted.question, wanted.filters, wanted.top_k if wanted.sort == "relevance" else _POOL)
    if wanted.sort != "relevance":
        hits = _by_date(_on_subject(catalog, question, hits) or hits[: wanted.top_k], wanted.sort)
    highlighter = Highlighter(question)
    matching = catalog.published_days([" ".join(term) for term in looked_for(question)], wanted.filters)
    return SearchResult(
        passages=tuple(SearchHit.of(hit, highlighter.places(hit.passage)) for hit in hits[: wanted.top_k]),
        histogram=Matching.of(histogram(matching)),
        searched=searched(catalog.overview(wanted.filters)),
    )


def _on_subject(catalog: Catalog, question: Question, hits: Sequence[Hit]) -> list[Hit]:
    """Those that hold, with their title, most of what the question says: its words, the rarer the weightier."""
    terms = Terms(question, catalog.rarity(question.terms), akin={})
    held = [terms.coverage(words_of(hit.passage.article.title) | words_of(hit.passage.text)) for hit in hits]
    return [hit for hit, share in zip(hits, held, strict=True) if share >= _ON_SUBJECT]


def _by_date(hits: Sequence[Hit], sort: Sort) -> list[Hit]:
    """Undated ones last; the hits of one moment stay in their order."""
    dated = [(hit.passage.article.published, hit) for hit in hits]
    known = [(published, hit) for published, hit in dated if published is not None]
    known.sort(key=lambda one: one[0], reverse=sort == "newest")
    return [*(hit for _, hit in known), *(hit for published, hit in dated if published is None)]
