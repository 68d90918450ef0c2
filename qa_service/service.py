"""Settings → working parts, opened in order and closed in reverse. The only reader of Settings."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

from sqlalchemy import Engine

from qa_service.answering import Answerer
from qa_service.conversations import Conversations
from qa_service.feeds.document import FeedDocuments
from qa_service.feeds.entries import EntryIntake
from qa_service.feeds.refresh import FeedRefresher
from qa_service.feeds.schedule import FeedSchedule
from qa_service.importing import Importer
from qa_service.inquiry import Inquirer
from qa_service.investigation import Investigator
from qa_service.jobs import Jobs
from qa_service.reader import Calibration, Reader
from qa_service.settings import Settings
from qa_service.span_model import load_span_model
from qa_service.statements import StatementReader
from qa_service.suggestions import Suggester
from qa_service.uploads import Uploads
from vector_store.bulk import BulkEncoder
from vector_store.catalog import Catalog
from vector_store.compaction import Compactor
from vector_store.courtesy import Courtesy
from vector_store.database import open_database
from vector_store.embedding import BUNDLED, Embedder, load_embedder
from vector_store.errors import NewsError
from vector_store.feeds import Feeds
from vector_store.fetch import Fetcher
from vector_store.index import Index, Progress
from vector_store.ingest import Ingested, Ingester
from vector_store.ownership import owned
from vector_store.precedence import Precedence
from vector_store.retriever import Retriever
from vector_store.sources import articles_from
from vector_store.upkeep import Upkeep
from vector_store.web import Web

SAMPLES = Path(__file__).parent / "samples"
_SAMPLES_LOADED = "samples_loaded"


@dataclass(frozen=True, slots=True)
class Service:
    """What every interface is given."""

    catalog: Catalog
    index: Index
    upkeep: Upkeep
    ingester: Ingester
    retriever: Retriever
    answerer: Answerer
    conversations: Conversations
    suggester: Suggester
    jobs: Jobs
    importer: Importer
    feeds: Feeds
    feed_schedule: FeedSchedule
    precedence: Precedence
    bulk: BulkEncoder
    compactor: Compactor

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
        conversations = Conversations(engine)
        catalog = Catalog(engine, on_delete=conversations.withdraw)
        embedder = load_embedder(settings.embedding_model)
        index = Index(folder / "index", catalog, progress)
        opened.callback(index.close)
        retriever = Retriever(catalog, index, embedder)
        investigator = _investigator(settings, catalog, retriever, embedder)
        precedence = Precedence()
        bulk = BulkEncoder(embedder, precedence, apart=embedder.name == BUNDLED)
        opened.callback(bulk.close)
        ingester = Ingester(catalog, index, embedder, settings.max_article_bytes, bulk.encode)
        upkeep = Upkeep(index)
        opened.callback(upkeep.stop)
        gathering = opened.enter_context(_gathering(settings, engine, catalog, ingester))
        yield Service(
            catalog=catalog,
            index=index,
            upkeep=upkeep,
            ingester=ingester,
            retriever=retriever,
            answerer=Answerer(catalog, investigator, conversations, precedence),
            conversations=conversations,
            suggester=Suggester(catalog, investigator),
            jobs=gathering.jobs,
            importer=gathering.importer,
            feeds=gathering.feeds,
            feed_schedule=gathering.schedule,
            precedence=precedence,
            bulk=bulk,
            compactor=Compactor(folder, catalog, index, ingester),
        )


class _Gathering(NamedTuple):
    """What brings articles in by itself."""

    jobs: Jobs
    importer: Importer
    feeds: Feeds
    schedule: FeedSchedule


@contextmanager
def _gathering(settings: Settings, engine: Engine, catalog: Catalog, ingester: Ingester) -> Iterator[_Gathering]:
    jobs, feeds = Jobs(engine), Feeds(engine)
    uploads = Uploads(settings.data_dir.expanduser() / "uploads", settings.max_upload_bytes)
    fetcher = Fetcher(allow=settings.fetch_allow, user_agent=settings.user_agent)
    courtesy = Courtesy(fetcher)
    web = Web(fetcher, courtesy)
    importer = Importer(jobs, uploads, ingester, web.articles_at)
    intake = EntryIntake(feeds, web, catalog, ingester)
    documents = FeedDocuments(fetcher, courtesy)
    schedule = FeedSchedule(feeds, FeedRefresher(feeds, documents, intake, settings.feed_minutes, Random()))
    with ExitStack() as opened:
        # In reverse: both are told before the network goes, which is then no site's error; so nobody waits for a site.
        for end in (importer.stop, schedule.close, fetcher.close, courtesy.close, schedule.stop, importer.interrupt):
            opened.callback(end)
        yield _Gathering(jobs, importer, feeds, schedule)


def _investigator(settings: Settings, catalog: Catalog, retriever: Retriever, embedder: Embedder) -> Investigator:
    reader = Reader(
        load_span_model(settings.reader_model),
        Calibration.of(settings.reader_model),
        StatementReader(embedder, catalog.rarity),
        catalog.rarity,
        embedder.word_vectors,
    )
    return Investigator(Inquirer(catalog, retriever, reader, settings.answer_threshold))
