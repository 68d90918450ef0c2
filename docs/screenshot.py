"""Make docs/page.png: a service with the sample articles, a real question, the cited article open.

python docs/screenshot.py        (needs Chromium)
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parent / "page.png"
QUESTION = "How many people have fled Ukraine?"


def main() -> None:
    """Start the service, ask, take the picture."""
    with TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).with_name("qa-service")), "serve", "--port", "0"]
        environment = {"QA_DATA_DIR": folder, "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as service:
            assert service.stdout is not None
            url = next(word for line in service.stdout for word in line.split() if word.startswith("http://"))
            try:
                photograph(url)
            finally:
                service.terminate()
    print(PICTURE)


def photograph(url: str) -> None:
    """The page after a question, with the first citation's article open."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page.goto(url)
        page.get_by_role("textbox").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".chip").first.click()
        page.locator("mark").first.wait_for()
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
