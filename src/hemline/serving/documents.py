"""What the OpenAPI description says of bodies and of errors."""

from typing import Any

from pydantic import BaseModel


class Error(BaseModel):
    """What every refusal says: what was expected, what was received, what to do."""

    error: str


_REASONS = {
    400: "Not what this asks for",
    401: "The token is missing or wrong",
    404: "Not here",
    408: "The body came too slowly",
    413: "The body is too large",
    415: "Another format than those that are taken",
    503: "Too much at once, or not ready yet; Retry-After says when to try again",
}
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": reason, "model": Error} for status, reason in _REASONS.items()
}


def reads(model: type[BaseModel], *path: str) -> dict[str, Any]:
    """A JSON body and parts of the path that the route itself reads, for `openapi_extra`."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    text = {"in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "parameters": [{"name": part, **text} for part in path],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
    }
