"""The Open Inference Protocol v2: what clients of Triton, KServe and their like speak."""

from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from hemline.serving.bodies import received
from hemline.serving.documents import ERRORS, reads
from hemline.serving.metrics import count_answers
from hemline.serving.model import ServedModel
from hemline.serving.refusals import RefusedError, busy
from hemline.serving.service import Service, service_of
from hemline.serving.tensors import (
    DATATYPE,
    INPUT,
    OUTPUTS,
    Array,
    InferRequest,
    longest_body,
    parse,
    respond,
)

_LENGTH = "Inference-Header-Content-Length"
router = APIRouter(prefix="/v2", tags=["Open Inference Protocol v2"], responses=ERRORS)
ServiceOf = Annotated[Service, Depends(service_of)]


def find_model(service: Service, name: str, number: str | None) -> ServedModel:
    """The model of this server, if it is the one that a path means.

    Raises:
        RefusedError: 404; another name or version.
    """
    served = service.model
    if name != served.name or (number is not None and number != served.opened.version):
        what = name if number is None else f"{name} {number}"
        raise RefusedError(
            404,
            f"Expected the model {served.name}, received {what[:80]!r}; see /v2/repository/index.",
        )
    return served


async def model_of(name: str, service: ServiceOf, number: str | None = None) -> ServedModel:
    """The model that the path means."""
    return find_model(service, name, number)


Model = Annotated[ServedModel, Depends(model_of)]


class ServerMetadata(BaseModel):
    """Who answers."""

    name: str
    version: str
    extensions: list[str]


class Tensor(BaseModel):
    """Name, datatype and shape, -1 for any number of pictures."""

    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(BaseModel):
    """What goes in and what comes out."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[Tensor]
    outputs: list[Tensor]
    parameters: dict[str, Any]


# First of the routes, which are tried in order: the one that is in a hurry.
@router.post(
    "/models/{name}/versions/{number}/infer", openapi_extra=reads(InferRequest, "name", "number")
)
@router.post("/models/{name}/infer", openapi_extra=reads(InferRequest, "name"))
async def infer(request: Request) -> Response:
    """Probabilities, label and out-of-distribution score of pixels, uint8 in the model's form."""
    # Not as dependency and parameters: a fifth and an eighth of what a request takes in the loop.
    service, path = await service_of(request), request.path_params
    served = find_model(service, path["name"], path.get("number"))
    intake, classes = served.opened.intake, len(served.opened.classifier.classes_)
    longest = longest_body(intake.form, classes)
    async with received(request, longest, service.settings.seconds) as body:
        asked, pixels = parse(body, request.headers.get(_LENGTH), intake, classes)
    answered = await service.batcher.answer(pixels)
    count_answers(answered)
    answers = answered.answers
    head = {"model_name": served.name, "model_version": answered.model.version}
    if asked.id is not None:
        head["id"] = asked.id
    arrays: dict[str, Array] = {
        "probabilities": answers.probabilities,
        "label": answers.labels,
        "ood_score": answers.ood_score,
    }
    content, length = respond(asked, head, arrays)
    if length is None:
        return Response(content, media_type="application/json")
    return Response(content, media_type="application/octet-stream", headers={_LENGTH: str(length)})


@router.get("")
@router.get("/", include_in_schema=False)
async def server() -> ServerMetadata:
    """Name, version and extensions of the server."""
    return ServerMetadata(
        name="hemline", version=version("hemline"), extensions=["binary_tensor_data"]
    )


@router.get("/health/live")
async def live() -> dict[str, bool]:
    """200 while the server runs."""
    return {"live": True}


@router.get("/health/ready")
async def ready(service: ServiceOf) -> dict[str, bool]:
    """200 once the model has been opened and tried."""
    _demand_ready(service.model)
    return {"ready": True}


@router.post("/repository/index")
async def index(service: ServiceOf) -> list[dict[str, str]]:
    """The one model that there is."""
    state = "READY" if service.model.is_ready else "UNAVAILABLE"
    return [{"name": service.model.name, "state": state}]


@router.get("/models/{name}")
@router.get("/models/{name}/versions/{number}")
async def metadata(served: Model) -> ModelMetadata:
    """Inputs and outputs; the names of the classes, and the `ood_score` above which it is none."""
    opened = served.opened
    intake = opened.intake
    shapes = {"probabilities": [-1, len(opened.classes)]}
    return ModelMetadata(
        name=served.name,
        versions=[opened.version],
        platform="onnxruntime_onnx",
        inputs=[Tensor(name=INPUT, datatype=DATATYPE, shape=[-1, *intake.form.shape])],
        outputs=[
            Tensor(name=name, datatype=datatype, shape=shapes.get(name, [-1]))
            for name, datatype in OUTPUTS.items()
        ],
        parameters={
            "classes": opened.classes,
            "threshold": opened.threshold,
            "form": intake.form.describe(),
            "intake": intake.describe(),
        },
    )


@router.get("/models/{name}/ready")
@router.get("/models/{name}/versions/{number}/ready")
async def model_ready(served: Model) -> dict[str, bool | str]:
    """200 once it has been opened and tried."""
    _demand_ready(served)
    return {"name": served.name, "ready": True}


def _demand_ready(served: ServedModel) -> None:
    if not served.is_ready:
        raise busy("received one before the model is ready")
