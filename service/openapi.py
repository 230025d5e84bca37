"""The OpenAPI document: FastAPI's own, plus what each job kind takes and gives."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from jobs.registry import Registry
from service.catalog import description
from service.errors import MEDIA_TYPE
from service.requests import FlowJob, FlowRequest, JobRequest
from service.schemas import ProblemView

_REF = "#/components/schemas/"
_PREFIX = "kinds."

Schema = dict[str, Any]


def document(app: FastAPI, kinds: Registry) -> Schema:
    """The whole document."""
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=[]
    )
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    components.update(_parts(kinds))
    components["Problem"] = ProblemView.model_json_schema(ref_template=_REF + "{model}")
    paths = schema["paths"]
    one = {"$ref": f"{_REF}JobRequest"}
    _body(paths["/v1/jobs"]["post"], one)
    _body(paths["/v1/batches"]["post"], {"type": "array", "items": one, "minItems": 1, "maxItems": 10_000})
    _body(paths["/v1/flows"]["post"], FlowRequest.model_json_schema(ref_template=_REF + "{model}"))
    components["FlowJob"] = FlowJob.model_json_schema(ref_template=_REF + "{model}")
    for path in paths.values():
        for operation in path.values():
            _problems(operation)
    return schema


def _parts(kinds: Registry) -> dict[str, Schema]:
    """The request for a job as one of one schema for each kind, and the schemas these are made of."""
    models: list[tuple[Any, Any]] = [(kind.input, "validation") for kind in kinds.values()]
    models += [(kind.output, "serialization") for kind in kinds.values()]
    refs, defs = models_json_schema(models, ref_template=f"{_REF}{_PREFIX}{{model}}")
    parts = {f"{_PREFIX}{name}": part for name, part in defs.get("$defs", {}).items()}
    names = {}
    for kind in kinds.values():
        names[kind.name] = f"JobRequest.{kind.name}"
        parts[names[kind.name]] = _request(kind.name, description(kind), refs[(kind.input, "validation")])
    parts["JobRequest"] = {
        "oneOf": [{"$ref": _REF + name} for name in names.values()],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {kind: _REF + name for kind, name in names.items()},
        },
    }
    return parts


def _request(kind: str, said: str, input_ref: Schema) -> Schema:
    schema = JobRequest.model_json_schema(ref_template=_REF + "{model}")
    schema["properties"] |= {"kind": {"const": kind, "type": "string"}, "input": input_ref}
    return {**schema, "title": f"Job {kind}", "description": said, "required": ["kind", "input"]}


def _body(operation: Schema, schema: Schema) -> None:
    operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}


def _problems(operation: Schema) -> None:
    """Every error is a problem, whatever its status."""
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {
        "description": "A problem (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}}},
    }
