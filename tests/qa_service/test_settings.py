"""Where settings come from and what they refuse."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from qa_service.commands.running import read_settings
from qa_service.errors import InvalidSettingsError
from qa_service.settings import Settings, origins


def origin_of(name: str) -> tuple[str, str]:
    (found,) = [setting for setting in origins(Settings()) if setting.name == name]
    return found.value, found.origin


def test_the_environment_comes_before_the_file_and_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    default = origin_of("QA_MAX_ARTICLE_BYTES")
    Path(".env").write_text("QA_MAX_ARTICLE_BYTES=2000\n")
    from_file = origin_of("QA_MAX_ARTICLE_BYTES")
    monkeypatch.setenv("QA_MAX_ARTICLE_BYTES", "3000")
    from_environment = origin_of("QA_MAX_ARTICLE_BYTES")
    assert [default, from_file, from_environment] == [
        ("5000000", "default"),
        ("2000", ".env"),
        ("3000", "environment"),
    ]


def test_the_names_of_the_environment_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("qa_max_article_bytes", "3000")
    assert origin_of("QA_MAX_ARTICLE_BYTES") == ("3000", "environment")


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    default = Settings().data_dir
    monkeypatch.setenv("QA_DATA_DIR", "")
    Path(".env").write_text("QA_MAX_ARTICLE_BYTES=\n")
    assert origin_of("QA_DATA_DIR") == (str(default), "default")
    assert origin_of("QA_MAX_ARTICLE_BYTES") == ("5000000", "default")


def test_what_others_keep_in_the_same_file_is_left_alone() -> None:
    Path(".env").write_text("DATABASE_URL=postgres://x\nQA_UNKNOWN=1\n")
    assert Settings().max_article_bytes == 5_000_000


@pytest.mark.parametrize("bad", ["999", "100000001", "many", "1e3"])
def test_a_length_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    monkeypatch.setenv("QA_MAX_ARTICLE_BYTES", bad)
    with pytest.raises(ValidationError) as refusal:
        Settings()
    assert refusal.value.errors()[0]["loc"] == ("max_article_bytes",)


@pytest.mark.parametrize("bound", [1_000, 100_000_000])
def test_the_bounds_of_a_length_are_allowed(bound: int) -> None:
    assert Settings(max_article_bytes=bound).max_article_bytes == bound


def test_what_may_be_fetched_is_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_FETCH_ALLOW", " 10.0.0.0/8, intranet.example,,")
    assert Settings().fetch_allow == ("10.0.0.0/8", "intranet.example")
    assert origin_of("QA_FETCH_ALLOW") == ("10.0.0.0/8,intranet.example", "environment")


def test_what_cannot_be_fetched_from_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_FETCH_ALLOW", "127.0.0.1,10.0.0.1/8")
    with pytest.raises(InvalidSettingsError, match=r"QA_FETCH_ALLOW: '10\.0\.0\.1/8' is not a network"):
        read_settings()


@pytest.mark.parametrize("bad", [" ", "Harbour/1\r\nCookie: a=b", "Häfen/1", "x" * 201])
def test_a_name_that_no_request_can_carry_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError):
        Settings(user_agent=bad)


def test_settings_do_not_change_once_read() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.max_article_bytes = 2_000


def test_every_setting_is_shown_and_explained() -> None:
    shown = list(origins(Settings()))
    assert [setting.name for setting in shown] == [f"QA_{field.upper()}" for field in Settings.model_fields]
    assert all(setting.meaning.endswith(".") for setting in shown)
