"""A real Chromium, and a page that fails its test when it breaks the rules of the house."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, expect, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

expect.set_options(timeout=30_000)  # answers are computed, on a machine that others use too


# Not for the session: while Playwright runs, its event loop would stand in the way of every later asyncio.run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if executable is None:
        pytest.skip("no chromium on the PATH; install one or name it in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    """The chat page. Nothing it does may leave its origin, log an error, break its policy or run foreign markup."""
    context = browser.new_context(base_url=served, viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    wrongs: list[str] = []

    def heard(said: ConsoleMessage) -> None:
        # A request that fails is logged by the browser itself; tests make requests fail.
        if said.type in ("error", "warning") and not said.text.startswith("Failed to load resource"):
            wrongs.append(f"console: {said.text}")

    def sent(request: Request) -> None:
        if not request.url.startswith(f"{served}/"):
            wrongs.append(f"request to {request.url}")

    def asked(dialog: Dialog) -> None:
        wrongs.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("pageerror", lambda error: wrongs.append(f"uncaught: {error}"))
    page.on("console", heard)
    page.on("request", sent)
    page.on("dialog", asked)
    page.goto("/")
    yield page
    page.unroute_all(behavior="ignoreErrors")
    context.close()
    assert wrongs == []
