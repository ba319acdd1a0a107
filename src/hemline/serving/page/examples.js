// Pictures to begin with: garments, which say nothing to a model for anything else.
import { $, element } from "./elements.js";

const PHOTOGRAPHS = [
  ["photo-t-shirt-top.jpg", "Drawn photograph of a T-shirt"],
  ["photo-trouser.jpg", "Drawn photograph of trousers"],
  ["photo-dress.jpg", "Drawn photograph of a dress"],
  ["photo-house.jpg", "Drawing of a house, which is no garment"],
];
const SKETCHES = [ // of one form
  ["t-shirt-top.png", "Sketch of a T-shirt"], ["trouser.png", "Sketch of trousers"],
  ["pullover.png", "Sketch of a pullover"], ["dress.png", "Sketch of a dress"],
  ["coat.png", "Sketch of a coat"], ["sandal.png", "Sketch of a sandal"],
  ["shirt.png", "Sketch of a shirt"], ["sneaker.png", "Sketch of a sneaker"],
  ["bag.png", "Sketch of a bag"], ["ankle-boot.png", "Sketch of an ankle boot"],
];

export async function listExamples({ intake, form }, ask) {
  const garments = intake.find === "garment";
  const sketches = garments && await fits(SKETCHES[0], form) ? SKETCHES : [];
  const examples = garments ? [...PHOTOGRAPHS, ...sketches] : [];
  $("examples").replaceChildren(...examples.map((example) => item(example, ask)));
  $("examples-title").hidden = !garments;
}

function item([file, text], ask) {
  const image = Object.assign(new Image(), { src: `/page/examples/${file}`, alt: text });
  const button = element("button", { type: "button", title: text }, image);
  button.addEventListener("click", async () => ask(await (await fetch(image.src)).blob()));
  return element("li", {}, button);
}

async function fits([file], { width, height }) {
  const image = Object.assign(new Image(), { src: `/page/examples/${file}` });
  await image.decode();
  return image.naturalWidth <= width && image.naturalHeight <= height;
}
