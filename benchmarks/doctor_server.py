"""A small server of the Open Inference Protocol v2 in front of a function, for the fault bench."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

_KINDS = {"UINT8": np.uint8, "FP32": np.float32}


def serve(function: Callable, datatype: str = "UINT8", output: str = "probabilities") -> str:
    """Start one in a thread; returns the URL of its model."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

        def do_GET(self) -> None:
            source = {"name": "pixels", "datatype": datatype, "shape": [-1, 28, 28]}
            outputs = [{"name": output, "datatype": "FP32", "shape": [-1, 10]}]
            self._reply({"name": "m", "inputs": [source], "outputs": outputs})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            tensor = json.loads(self.rfile.read(length))["inputs"][0]
            values = np.array(tensor["data"], _KINDS[datatype]).reshape(tensor["shape"])
            scores = function(values)
            entry = {"name": output, "datatype": "FP32", "shape": list(scores.shape)}
            self._reply({"outputs": [entry | {"data": scores.reshape(-1).tolist()}]})

        def _reply(self, document: dict) -> None:
            data = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/v2/models/m"
