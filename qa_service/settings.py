"""Everything that can be set, in one class. Read once, by the command line or `create_app`."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from vector_store.addresses import Allowed
from vector_store.embedding import BUNDLED
from vector_store.fetch import USER_AGENT


def _in_parts(value: object) -> object:
    """Written with commas, as people write lists, instead of pydantic-settings' JSON."""
    return tuple(part for part in map(str.strip, value.split(",")) if part) if isinstance(value, str) else value


def _reachable(entries: tuple[str, ...]) -> tuple[str, ...]:
    try:
        Allowed.of(entries)
    except ValueError as error:
        raise PydanticCustomError("not_reachable", "{problem}", {"problem": str(error)}) from error
    return entries


class Settings(BaseSettings):
    """Each comes from the environment (QA_…), else from a file `.env` in the working folder, else its default."""

    model_config = SettingsConfigDict(
        env_prefix="QA_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )

    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path("qa-service", appauthor=False))
    """The folder that holds articles, index, conversations. One process at a time owns it."""
    embedding_model: str = BUNDLED
    """A sentence-transformers model: the bundled one, a folder, or a name on the Hugging Face hub."""
    reader_model: str = "bundled"
    """The model that finds answers in passages: the bundled one, a folder, or a question answering model of the hub."""
    answer_threshold: float = Field(default=0.4, ge=0, le=1)
    """How likely the articles have to answer (0 to 1) for the service to say so; below it says that they do not."""
    max_article_bytes: int = Field(default=5_000_000, ge=1_000, le=100_000_000)
    """The longest article text that is taken, in bytes of UTF-8."""
    max_upload_bytes: int = Field(default=2_000_000_000, ge=1_000)
    """The largest file that can be uploaded for an import, in bytes."""
    fetch_allow: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_in_parts), AfterValidator(_reachable)] = ()
    """Networks and host names that may be fetched although they are not public, with commas between them."""
    feed_minutes: int = Field(default=15, ge=1, le=10_080)
    """How many minutes pass between two checks of a feed that has no number of its own."""
    user_agent: str = Field(default=USER_AGENT, max_length=200, pattern=r"^[!-~]([ -~]*[!-~])?$")
    """How the service names itself to the sites that it fetches from; say in it how its owner can be reached."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A setting as it stands: `name` is its environment variable, `origin` where its value comes from."""

    name: str
    value: str
    origin: str
    meaning: str


def origins(settings: Settings) -> Iterator[Origin]:
    """Every setting and where its value comes from."""
    environment = {name.upper() for name, value in os.environ.items() if value}
    for field, described in Settings.model_fields.items():
        name = f"QA_{field.upper()}"
        given = ".env" if field in settings.model_fields_set else "default"
        origin = "environment" if name in environment else given
        value = getattr(settings, field)
        written = ",".join(value) if isinstance(value, tuple) else str(value)
        yield Origin(name, written, origin, described.description or "")
