// Answers in this browser: the server's own model file, run by ONNX Runtime Web.
import { once, session, Tensor } from "./runtime.js";
import { see } from "./see.js";
import { about, likeliest } from "./server.js";

const SURE = 0.5;

const model = once(async () => {
  const [facts, opened] = await Promise.all([about(), session("/model.onnx")]);
  return { facts, opened };
});

export async function ask(picture) {
  const { facts, opened } = await model();
  const score = opened.outputNames.find((name) => !["probabilities", "logits"].includes(name));
  const { pixels, parts, steps } = await see(picture, facts);
  const every = [pixels, ...parts], { height, width, channels } = facts.form;
  const shape = [every.length, height, width, ...(channels > 1 ? [channels] : [])];
  const input = new Tensor("uint8", Uint8Array.from(every.flatMap((each) => [...each])), shape);
  const found = await opened.run({ pixels: input }, ["probabilities", score]);
  const [whole, ...others] = every.map((_, place) => {
    const all = found.probabilities.data.slice(place * facts.classes.length, (place + 1) * facts.classes.length);
    const shares = likeliest(Array.from(all, (share, label) => [facts.classes[label], share]));
    return { shares, none: found[score].data[place] > facts.threshold };
  });
  return { facts, ...whole, garments: several(whole, others), steps };
}

// What the parts are, if they are garments of their own, as hemline.several has it.
function several({ none, shares: [[, share]] }, parts) {
  const garments = parts.map(({ shares: [best] }) => best);
  const isAlike = new Set(garments.map(([name]) => name)).size < 2;
  const isSure = parts.every((part, place) => !part.none && garments[place][1] >= SURE);
  const isOne = !none && share >= Math.min(1, ...garments.map(([, of]) => of));
  return isAlike || isOne || !isSure ? [] : garments;
}
