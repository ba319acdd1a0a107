// Answers in this browser: the server's own model file, run by ONNX Runtime Web.
import * as ort from "/page/ort/ort.wasm.bundle.min.mjs";
import { see } from "./see.js";
import { about, request } from "./server.js";

// One thread needs no headers that would isolate the page from its surroundings.
Object.assign(ort.env.wasm, { numThreads: 1, wasmPaths: { wasm: "/page/ort/ort-wasm-simd-threaded.wasm" } });

let opened = null;

function model() {
  opened ??= open().catch((error) => { opened = null; throw error; });
  return opened;
}

async function open() {
  const [facts, file] = await Promise.all([about(), request("/model.onnx")]);
  const session = await ort.InferenceSession.create(new Uint8Array(await file.arrayBuffer()));
  return { session, facts };
}

export async function ask(picture) {
  const [{ session, facts }, { pixels, steps }] = await Promise.all([model(), see(picture)]);
  const input = new ort.Tensor("uint8", pixels, [1, 28, 28]);
  const { probabilities, foreign } = await session.run({ pixels: input }, ["probabilities", "foreign"]);
  return {
    classes: facts.classes,
    probabilities: Array.from(probabilities.data),
    none: foreign.data[0] > facts.threshold,
    pixels,
    steps,
  };
}
