"""A model behind LitServe, with its batching, on the same model file.

python serving_litserve.py MODEL.onnx PORT PROCESSES
"""

import base64
import sys
from pathlib import Path
from typing import Any

import litserve
import numpy as np

from hemline.classifier import Classifier
from hemline.photos import see


class Garments(litserve.LitAPI):
    """Pixels as JSON, answered in batches."""

    def setup(self, device: str) -> None:
        """Open the model; a core for every process, as Hemline has it."""
        file = Path(sys.argv[1])
        self.classifier = Classifier.from_bytes(file.read_bytes(), file, threads=1)

    def decode_request(self, request):  # annotated, it would get other things
        """The pixels."""
        tensor = request["inputs"][0]
        return np.array(tensor["data"], np.uint8).reshape(tensor["shape"][1:])

    def predict(self, batch: Any) -> Any:
        """Labels of a batch."""
        return self.classifier.predict(np.stack(batch))

    def encode_response(self, label: Any) -> dict[str, list[int]]:
        """As JSON."""
        return {"label": [int(label)]}


class Photographs(Garments):
    """A photograph as base64 in JSON, as its documents have it; a batch would wait for its last."""

    def decode_request(self, request):
        """The pixels."""
        image, intake = base64.b64decode(request["image"]), self.classifier.intake
        return see(image, intake, "the picture").pixels[None]

    def predict(self, pixels: Any) -> Any:
        """Its label."""
        return self.classifier.predict(pixels)[0]


if __name__ == "__main__":
    apis = [
        Garments(max_batch_size=32, batch_timeout=0.002, api_path="/infer"),
        Photographs(api_path="/classify"),
    ]
    server = litserve.LitServer(apis, accelerator="cpu", workers_per_device=int(sys.argv[3]))
    server.run(host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False)
