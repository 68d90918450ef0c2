"""Settings → working parts, opened in order and closed in reverse. The only reader of Settings."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from qa_service.answering import Answerer
from qa_service.conversations import Conversations
from qa_service.inquiry import Inquirer
from qa_service.investigation import Investigator
from qa_service.reader import Calibration, Reader
from qa_service.settings import Settings
from qa_service.span_model import load_span_model
from qa_service.statements import StatementReader
from qa_service.suggestions import Suggester
from vector_store.bulk import BulkEncoder
from vector_store.catalog import Catalog
from vector_store.database import open_database
from vector_store.embedding import BUNDLED, load_embedder
from vector_store.errors import NewsError
from vector_store.index import Index, Progress
from vector_store.ingest import Ingested, Ingester
from vector_store.ownership import owned
from vector_store.precedence import Precedence
from vector_store.retriever import Retriever
from vector_store.sources import articles_from

SAMPLES = Path(__file__).parent / "samples"
_SAMPLES_LOADED = "samples_loaded"


@dataclass(frozen=True, slots=True)
class Service:
    """What every interface is given."""

    catalog: Catalog
    ingester: Ingester
    retriever: Retriever
    answerer: Answerer
    conversations: Conversations
    suggester: Suggester
    precedence: Precedence
    bulk: BulkEncoder

    def delete_article(self, article_id: str) -> None:
        """Take an article out of search, answers, and the answers already given. Raises ArticleNotFoundError."""
        self.catalog.article(article_id)
        self.conversations.withdraw(article_id)
        self.ingester.delete(article_id)

    @property
    def wants_samples(self) -> bool:
        """Whether this folder is new: it has no article and never had the sample ones."""
        return self.catalog.fact(_SAMPLES_LOADED) is None and self.catalog.overview().articles == 0

    @property
    def sample_count(self) -> int:
        """How many sample articles there are."""
        return sum(1 for _ in SAMPLES.glob("*.md"))

    def load_samples(self) -> Iterator[Ingested]:
        """Take the sample articles in; a folder that has once had them does not get them again."""
        articles = list(articles_from([SAMPLES]))
        for problem in articles:
            if isinstance(problem, NewsError):
                raise problem
        yield from self.ingester.add(article for article in articles if not isinstance(article, NewsError))
        self.catalog.remember(_SAMPLES_LOADED, "yes")


@contextmanager
def open_service(settings: Settings, *, url: str | None = None, progress: Progress | None = None) -> Iterator[Service]:
    """Own the data folder and open everything in it; `url` is where it will be served.

    Raises FolderOwnedError, StorageError, CatalogDamagedError, EmbeddingModelError, EmbeddingModelChangedError,
    ReaderModelError.
    """
    with _parts(settings, url, progress) as service:
        service.ingester.check_model()
        yield service


@contextmanager
def open_for_reindex(settings: Settings) -> Iterator[Service]:
    """The same without asking which model made the vectors: they are about to be made anew."""
    with _parts(settings, None, None) as service:
        yield service


@contextmanager
def _parts(settings: Settings, url: str | None, progress: Progress | None) -> Iterator[Service]:
    folder = settings.data_dir.expanduser()
    with ExitStack() as opened:
        opened.enter_context(owned(folder, url))
        engine = open_database(folder / "catalog.sqlite3")
        opened.callback(engine.dispose)
        catalog = Catalog(engine)
        conversations = Conversations(engine)
        embedder = load_embedder(settings.embedding_model)
        reader = Reader(
            load_span_model(settings.reader_model),
            Calibration.of(settings.reader_model),
            StatementReader(embedder, catalog.rarity),
            catalog.rarity,
            embedder.word_vectors,
        )
        index = Index(folder / "index", catalog, progress)
        opened.callback(index.close)
        retriever = Retriever(catalog, index, embedder)
        investigator = Investigator(Inquirer(catalog, retriever, reader, settings.answer_threshold))
        precedence = Precedence()
        bulk = BulkEncoder(embedder, precedence, apart=embedder.name == BUNDLED)
        opened.callback(bulk.close)
        yield Service(
            catalog=catalog,
            ingester=Ingester(catalog, index, embedder, settings.max_article_bytes, bulk.encode),
            retriever=retriever,
            answerer=Answerer(catalog, investigator, conversations, precedence),
            conversations=conversations,
            suggester=Suggester(catalog, investigator),
            precedence=precedence,
            bulk=bulk,
        )
