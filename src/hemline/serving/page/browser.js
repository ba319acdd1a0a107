// Answers in this browser: the server's own model file, run by ONNX Runtime Web.
import { once, session, Tensor } from "./runtime.js";
import { see } from "./see.js";
import { about, likeliest } from "./server.js";

const model = once(async () => {
  const [facts, opened] = await Promise.all([about(), session("/model.onnx")]);
  return { facts, opened };
});

export async function ask(picture) {
  const { facts, opened } = await model();
  const score = opened.outputNames.find((name) => !["probabilities", "logits"].includes(name));
  const { pixels, steps } = await see(picture, facts);
  const { height, width, channels } = facts.form;
  const shape = [1, height, width, ...(channels > 1 ? [channels] : [])];
  const input = new Tensor("uint8", Uint8Array.from(pixels), shape);
  const found = await opened.run({ pixels: input }, ["probabilities", score]);
  const shares = Array.from(found.probabilities.data, (share, label) => [facts.classes[label], share]);
  return { facts, shares: likeliest(shares), none: found[score].data[0] > facts.threshold, steps };
}
