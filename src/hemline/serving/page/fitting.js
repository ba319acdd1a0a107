// The whole picture brought to a form, as hemline.photos.fitting does it, bit for bit.
import { blank, resized } from "./resizing.js";

// Takes and gives {data, width, height, channels}; three channels come in.
export function fitted(image, { fit }, form) {
  const same = image.width === form.width && image.height === form.height;
  const fitting = same ? image : FITS[fit](image, form);
  return form.channels === 3 ? fitting : grey(fitting);
}

// ITU-R 601-2 luma in 16 bits.
export function grey({ data, width, height }) {
  const result = blank(width, height, 1);
  for (let place = 0; place < result.data.length; place++) {
    const at = 3 * place;
    result.data[place] = (19595 * data[at] + 38470 * data[at + 1] + 7471 * data[at + 2] + 0x8000) >> 16;
  }
  return result;
}

// Whether a picture has the other background than the one that is asked for.
export function isInverted({ data, width, height, channels }, { background }) {
  let bright = 0, border = 0;
  for (let place = 0; place < width * height; place++) {
    const x = place % width, y = (place - x) / width;
    if (x && y && x < width - 1 && y < height - 1) continue;
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += data[place * channels + channel];
    border += 1;
    bright += sum >= 128 * channels;
  }
  return (background === "dark" ? bright : border - bright) / border >= 0.7;
}

// What the form asks for: a picture with the other background is refused.
export function refuseInverted(image, { background }) {
  if (!background || !isInverted(image, { background })) return;
  const words = ["bright on dark", "dark on bright"];
  const [wanted, received] = background === "dark" ? words : words.reverse();
  throw new Error(`Expected what is shown ${wanted}, as in the training, received a picture that is ${received}; invert it.`);
}

const FITS = {
  stretch: (image, { width, height }) => resized(image, width, height),
  pad: padded,
  crop: cropped,
};

// The longest edge fits; what is left over has the median colour of the border.
function padded(image, form) {
  const scale = Math.min(form.width / image.width, form.height / image.height);
  const width = Math.max(1, Math.min(form.width, Math.round(scale * image.width)));
  const height = Math.max(1, Math.min(form.height, Math.round(scale * image.height)));
  const inner = resized(image, width, height), colour = borderColour(image);
  const result = blank(form.width, form.height, 3);
  for (let at = 0; at < result.data.length; at++) result.data[at] = colour[at % 3];
  const left = (form.width - width) >> 1, top = (form.height - height) >> 1;
  for (let y = 0; y < height; y++) {
    const row = inner.data.subarray(3 * y * width, 3 * (y + 1) * width);
    result.data.set(row, 3 * ((top + y) * form.width + left));
  }
  return result;
}

// The largest part from the middle that has the form's aspect.
function cropped(image, form) {
  const scale = Math.min(image.width / form.width, image.height / form.height);
  const width = Math.max(1, Math.round(scale * form.width));
  const height = Math.max(1, Math.round(scale * form.height));
  const left = (image.width - width) >> 1, top = (image.height - height) >> 1;
  const part = blank(width, height, 3);
  for (let y = 0; y < height; y++) {
    const at = 3 * ((top + y) * image.width + left);
    part.data.set(image.data.subarray(at, at + 3 * width), 3 * y * width);
  }
  return resized(part, form.width, form.height);
}

function borderColour({ data, width, height }) {
  const places = [];
  for (let x = 0; x < width; x++) places.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y++) places.push(y * width, (y + 1) * width - 1);
  return [0, 1, 2].map((channel) =>
    Uint8Array.from(places, (place) => data[3 * place + channel]).sort()[places.length >> 1]);
}
