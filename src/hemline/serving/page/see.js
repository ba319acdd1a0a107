// From a picture file to the pixels that the model sees, with the steps on the way.
import { decoded, url } from "./decoding.js";
import { fitted, refuseInverted } from "./fitting.js";
import { faded, findGarment } from "./garment.js";
import { brightened, shrunk } from "./thumbnail.js";

// Gives {pixels, steps}: Uint8ClampedArray of the form's shape, and data URLs by name.
export async function see(file, { form, intake }) {
  const { image, isOpaque } = await decoded(file);
  if (intake.find && !(isOpaque && isInForm(image, form))) return cutOut(image, form);
  const seen = fitted(image, intake, form);
  refuseInverted(seen, form);
  const same = image.width === form.width && image.height === form.height;
  return { pixels: seen.data, steps: { ...(!same && { photo: url(image) }), seen: url(seen) } };
}

async function cutOut(image, form) {
  const garment = await findGarment(image);
  const cut = brightened(image, garment), seen = shrunk(cut, form);
  const steps = { photo: image, garment: faded(image, garment), cut, seen };
  return {
    pixels: seen.data,
    steps: Object.fromEntries(Object.entries(steps).map(([name, picture]) => [name, url(picture)])),
  };
}

// Of the form's size, and grey.
function isInForm({ data, width, height }, form) {
  if (width !== form.width || height !== form.height) return false;
  return data.every((value, at) => value === data[at - (at % 3)]);
}
