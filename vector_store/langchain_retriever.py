"""The retriever as a LangChain retriever. A room of its own: LangChain's costs half a second of every start."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from vector_store.article import Filters, Hit
from vector_store.retriever import Retriever


class LangChainRetriever(BaseRetriever):
    """The retriever for those who build with LangChain. The filters are its fields: its method takes none."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    filters: Filters = Filters()
    k: int = 8

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(hit) for hit in self.retriever.search(query, self.filters, self.k)]


def _document(hit: Hit) -> Document:
    article = hit.passage.article
    return Document(
        page_content=hit.passage.text,
        metadata={
            "article_id": article.id,
            "revision": article.revision,
            "title": article.title,
            "source": article.source,
            "url": article.url,
            "published": article.published.isoformat() if article.published else None,
            "start_char": hit.passage.start,
            "end_char": hit.passage.end,
            "score": hit.score,
        },
    )
