"""Probabilities of pictures by Optimum and a pipeline of transformers, from an exported folder."""

import json
import sys
from pathlib import Path

from optimum.onnxruntime import ORTModelForImageClassification
from transformers import AutoImageProcessor, pipeline

folder, pictures = sys.argv[1:]
model = ORTModelForImageClassification.from_pretrained(folder, subfolder="onnx")
processor = AutoImageProcessor.from_pretrained(folder)
classify = pipeline("image-classification", model=model, image_processor=processor)
files = sorted(Path(pictures).glob("*.png"))
classes = len(model.config.id2label)
answers = classify([str(file) for file in files], top_k=classes)
rows = [{each["label"]: each["score"] for each in answer} for answer in answers]
print(json.dumps({"answers": rows}))
