"""Everything that can be set, in one class. Read once, by the command line or `create_app`."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from vector_store.embedding import BUNDLED


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
        yield Origin(name, str(getattr(settings, field)), origin, described.description or "")
