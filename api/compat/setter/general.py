"""What the appointment setter said about itself."""

from typing import Any, Final

from fastapi import Request
from fastapi.routing import APIRoute

from api.business.auth import PUBLIC
from api.compat import OldRouter, Product
from api.operations import status
from api.requests.answers import answers

router: Final = OldRouter(Product.SETTER, prefix="/general", successor="/openapi.json")
old_health: Final = OldRouter(Product.SETTER, prefix="/health", successor="/v1/health")
old_status: Final = OldRouter(Product.SETTER, prefix="/status", successor="/v1/status")


@router.get("", openapi_extra=PUBLIC)
@answers()
def show_general(request: Request) -> dict[str, Any]:
    """Tell what this is and what it can do."""
    app = request.app
    current = (r for r in app.routes if isinstance(r, APIRoute) and not r.deprecated)
    capabilities = {str(tag) for route in current for tag in route.tags}
    return {"name": app.title, "version": app.version, "capabilities": sorted(capabilities)}


old_health.get("", openapi_extra=PUBLIC)(status.show_health)
old_status.get("", openapi_extra=PUBLIC)(status.show_status)
