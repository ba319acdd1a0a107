"""A model behind LitServe, with its batching, on the same model file.

python serving_litserve.py MODEL.onnx PORT
"""

import sys
from typing import Any

import litserve
import numpy as np
from fastapi import Request

from hemline.classifier import Classifier
from hemline.photos import see


class Garments(litserve.LitAPI):
    """Pixels as JSON, or a photograph."""

    def setup(self, device: str) -> None:
        """Open the model."""
        self.classifier = Classifier.load(sys.argv[1])

    async def decode_request(self, request: Request) -> Any:
        """The 28x28 pixels of either."""
        if request.headers["content-type"] == "image/jpeg":
            return see(await request.body(), "the picture").pixels
        tensor = (await request.json())["inputs"][0]
        return np.array(tensor["data"], np.uint8).reshape(28, 28)

    def predict(self, batch: Any) -> Any:
        """Labels of a batch."""
        return self.classifier.predict(batch)

    def encode_response(self, label: Any) -> dict[str, list[int]]:
        """As JSON."""
        return {"label": [int(label)]}


if __name__ == "__main__":
    api = Garments(max_batch_size=32, batch_timeout=0.002, api_path="/infer")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[2]), generate_client_file=False)
