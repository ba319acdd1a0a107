"""A model behind FastAPI as tutorials write it: Keras, and predict in the handler.

python serving_keras.py MODEL.keras PORT
"""

import sys

import keras
import numpy as np
import uvicorn
from fastapi import FastAPI, Request

from hemline.photos import Intake, see
from hemline.pixels import Form

app = FastAPI()
model = keras.models.load_model(sys.argv[1])
height, width, *channels = model.input_shape[1:]
intake = Intake(Form(height, width, *channels, background="dark"), find="garment")


@app.post("/infer")
async def infer(request: Request) -> dict[str, object]:
    """Pixels as JSON."""
    tensor = (await request.json())["inputs"][0]
    pixels = np.array(tensor["data"], np.uint8).reshape(tensor["shape"])
    return {"label": model.predict(pixels, verbose=0).argmax(axis=1).tolist()}


@app.post("/classify")
async def classify(request: Request) -> dict[str, object]:
    """A photograph."""
    pixels = see(await request.body(), intake, "the picture").pixels
    return {"label": model.predict(pixels[None], verbose=0).argmax(axis=1).tolist()}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
