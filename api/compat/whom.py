"""With whom? In the old products a business was one person, and requests need not name the person."""

from typing import Final

import msgspec

from api.problems.refusals import ValidationFailed
from api.problems.refused import FaultInRequest
from api.requests.caller import Caller
from domain.values import ProfessionalId, ServiceId
from projections.paging import Op, Sort, Where, page
from projections.scheduling.professionals import PROFESSIONALS, ListedProfessional
from projections.scheduling.services import SERVICES, ListedService

ACTIVE: Final = Where("active", Op.IS, [True])


def professional(
    caller: Caller, named: ProfessionalId | None, service_id: ServiceId | None, *, field: str
) -> ProfessionalId:
    """Return who is named, or oneself, or the only one there is; `field` is where to name somebody."""
    found = named or caller.principal.professional_id or _only_one(caller, service_id)
    if found is None:
        detail = "Not just one works here: say with whom"
        fault = FaultInRequest(f"#/{field}", "missing", detail, where="body")
        raise ValidationFailed(errors=[fault])
    return found


def _only_one(caller: Caller, service_id: ServiceId | None) -> ProfessionalId | None:
    found = (service_id and _offering(caller, service_id)) or _working_here(caller)
    return found[0] if len(found) == 1 else None


def _offering(caller: Caller, service_id: ServiceId) -> tuple[ProfessionalId, ...]:
    document = caller.document(SERVICES, service_id)
    return msgspec.json.decode(document.json, type=ListedService).professional_ids


def _working_here(caller: Caller) -> tuple[ProfessionalId, ...]:
    """Return who works here, of several no more than two."""
    with caller.asking(PROFESSIONALS) as (connection, within):
        found = page(
            connection,
            PROFESSIONALS,
            caller.tenant,
            within=within,
            where=[ACTIVE],
            sort=Sort("name"),
            limit=2,
        )
    known = (msgspec.json.decode(each, type=ListedProfessional) for each in found.documents)
    return tuple(each.id for each in known)
