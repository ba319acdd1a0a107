// Answers in this browser: the server's own model file, run by ONNX Runtime Web.
import * as ort from "/page/ort/ort.wasm.bundle.min.mjs";
import { see } from "./see.js";
import { about, likeliest, request } from "./server.js";

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
  const score = session.outputNames.find((name) => !["probabilities", "logits"].includes(name));
  return { session, facts, score };
}

export async function ask(picture) {
  const { session, facts, score } = await model();
  const { pixels, steps } = await see(picture, facts);
  const { height, width, channels } = facts.form;
  const shape = [1, height, width, ...(channels > 1 ? [channels] : [])];
  const input = new ort.Tensor("uint8", Uint8Array.from(pixels), shape);
  const found = await session.run({ pixels: input }, ["probabilities", score]);
  const shares = Array.from(found.probabilities.data, (share, label) => [facts.classes[label], share]);
  return { facts, shares: likeliest(shares), none: found[score].data[0] > facts.threshold, steps };
}
