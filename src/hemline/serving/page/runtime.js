// ONNX Runtime Web, which runs the server's own files in this browser.
import * as ort from "/page/ort/ort.wasm.bundle.min.mjs";
import { request } from "./server.js";

// One thread needs no headers that would isolate the page from its surroundings.
Object.assign(ort.env.wasm, { numThreads: 1, wasmPaths: { wasm: "/page/ort/ort-wasm-simd-threaded.wasm" } });

export const { Tensor } = ort;

export async function session(path) {
  const file = await request(path);
  return ort.InferenceSession.create(new Uint8Array(await file.arrayBuffer()));
}

// Opens something when it is first wanted; what failed is tried again.
export function once(open) {
  let opened = null;
  return () => (opened ??= open().catch((error) => { opened = null; throw error; }));
}
