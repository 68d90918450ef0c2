"""What routes depend on."""

from typing import Annotated

from fastapi import Depends, Request

from qa_service.service import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(_service)]
