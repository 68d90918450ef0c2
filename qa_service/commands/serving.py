"""serve: the page and the API."""

import signal
from typing import Annotated

import typer

from qa_service.commands.running import err, errors_said_plainly, out, read_settings
from qa_service.listening import listening, stop, url_of
from qa_service.terminal import progress_bar


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 8000,
    samples: Annotated[bool, typer.Option("--samples/--no-samples", help="Fill a new archive with samples.")] = True,
) -> None:
    """Serve the page and the API."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, stop)
    with errors_said_plainly(), listening(host, port) as listener:
        # Imported here, as in every command that needs them: help and settings do not wait for torch and Chroma.
        import uvicorn

        from qa_service.api.app import create_app
        from qa_service.service import open_service

        url = url_of(host, listener)
        settings = read_settings()
        with progress_bar(err, "Building the index") as step, open_service(settings, url=url, progress=step) as service:
            if samples and service.wants_samples:
                with progress_bar(err, "Loading the sample articles") as loaded:
                    for number, _ in enumerate(service.load_samples(), start=1):
                        loaded(number, service.sample_count)
            out.print(f"Page {url}  API {url}/docs  Articles in {settings.data_dir}  (Ctrl-C stops)", soft_wrap=True)
            config = uvicorn.Config(create_app(service), log_level="warning", timeout_graceful_shutdown=5)
            uvicorn.Server(config).run(sockets=[listener])
