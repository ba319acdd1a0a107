// The eye, as hemline.photos.eye: says of every place of a photograph how likely it is garment.
import { once, session, Tensor } from "./runtime.js";
import { resized } from "./resizing.js";

const EDGE = 128;
const eye = once(() => session("/page/eye.onnx"));

// Takes a picture of three channels; gives one of a single channel, 255 for certain.
export async function look(image) {
  const { data } = resized(image, EDGE, EDGE);
  const colours = new Tensor("uint8", Uint8Array.from(data), [1, EDGE, EDGE, 3]);
  const { garment } = await (await eye()).run({ colours }, ["garment"]);
  return { data: Uint8ClampedArray.from(garment.data), width: EDGE, height: EDGE, channels: 1 };
}
