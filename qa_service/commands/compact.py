"""compact: the disk's space back."""

import httpx

from qa_service.client import call
from qa_service.commands.running import out, spoken


def compact() -> None:
    """Give the disk the space of deleted articles back; then no file holds a word of them."""

    async def run(client: httpx.AsyncClient) -> None:
        freed = (await call(client, "POST", "/v1/compact"))["freed_bytes"]
        assert isinstance(freed, int)
        out.print(f"{freed / 1e6:,.1f} MB are free again." if freed else "There was nothing to free.")

    spoken(run)
