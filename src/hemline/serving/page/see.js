// From a picture file to the pixels that the model sees, with the steps on the way.
import { decoded, url } from "./decoding.js";
import { fitted, isInverted, refuseInverted } from "./fitting.js";
import { faded, findGarment } from "./garment.js";
import { cutOut, shrunk } from "./thumbnail.js";

// Gives {pixels, parts, steps}: Uint8ClampedArray of the form's shape; the same of each part of a
// garment that lies in several; data URLs by name.
export async function see(file, { form, intake }) {
  const { image, opaque } = await decoded(file);
  if (intake.find && (opaque || !isCutOut(image, form))) return found(image, opaque, form);
  const seen = fitted(image, intake, form);
  refuseInverted(seen, form);
  const same = image.width === form.width && image.height === form.height;
  return { pixels: seen.data, parts: [], steps: { ...(!same && { photo: url(image) }), seen: url(seen) } };
}

async function found(image, opaque, form) {
  const { garment, parts } = await findGarment(image, opaque);
  const cut = cutOut(image, garment, form), seen = shrunk(cut, form);
  const steps = { photo: image, garment: faded(image, garment), cut, seen };
  return {
    pixels: seen.data,
    parts: parts.map((part) => shrunk(cutOut(image, part, form), form).data),
    steps: Object.fromEntries(Object.entries(steps).map(([name, picture]) => [name, url(picture)])),
  };
}

// Grey and as large as the form, or smaller and on black.
function isCutOut(image, form) {
  const { data, width, height } = image;
  if (width > form.width || height > form.height) return false;
  const isSmaller = width < form.width || height < form.height;
  if (isSmaller && (isInverted(image, { background: "dark" }) || !data.some(Boolean))) return false;
  return data.every((value, at) => value === data[at - (at % 3)]);
}
