"""reindex and settings: looking after the folder."""

from rich.text import Text

from qa_service.commands.running import err, errors_said_plainly, out, read_settings
from qa_service.settings import origins
from qa_service.terminal import progress_bar


def reindex() -> None:
    """Embed every article anew with the configured model and rebuild the index. The service must not be running."""
    with errors_said_plainly(), progress_bar(err, "Embedding") as step:
        from qa_service.service import open_for_reindex

        with open_for_reindex(read_settings()) as service:
            service.ingester.reindex(step)
    out.print("The index is rebuilt.")


def settings() -> None:
    """Every setting, its value, and where that comes from."""
    with errors_said_plainly():
        for setting in origins(read_settings()):
            out.print(Text(f"{setting.name}={setting.value}  ({setting.origin})"), soft_wrap=True)
            out.print(Text(f"    {setting.meaning}", style="dim"), soft_wrap=True)
