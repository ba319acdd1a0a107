// The garment in the model's form, as hemline.photos.thumbnail makes it: negated, trimmed, in the
// range of brightness that Fashion-MNIST has, as large as the form allows, centred on black.
import { rounded } from "./decoding.js";
import { grey } from "./fitting.js";
import { blank, resized } from "./resizing.js";

const MEAN = [86, 208], DEVIATION = [44, 89], STRONGEST = 3, DARKEST = 8;

const clip = (value, low, high) => Math.min(high, Math.max(low, value));

// Gives {data, width, height} of one channel, trimmed to the garment.
export function brightened(image, garment) {
  const { data: luma } = grey(image), box = bounds(garment, image.width);
  const shape = [], bright = [];
  for (let y = box.top; y <= box.bottom; y++) {
    for (let x = box.left; x <= box.right; x++) {
      const place = y * image.width + x;
      shape.push(garment[place]);
      bright.push(255 - luma[place]);
    }
  }
  const inside = bright.filter((_, place) => shape[place]);
  const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
  const deviation = Math.sqrt(inside.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inside.length);
  const contrast = Math.min(clip(deviation, ...DEVIATION) / Math.max(deviation, 1), STRONGEST);
  const level = (value) => rounded(clip(clip(mean, ...MEAN) + (value - mean) * contrast, DARKEST, 255));
  const data = Uint8ClampedArray.from(bright, (value, place) => (shape[place] ? level(value) : 0));
  return { data, width: box.right - box.left + 1, height: box.bottom - box.top + 1, channels: 1 };
}

function bounds(garment, width) {
  let left = width, top = Infinity, right = 0, bottom = 0;
  garment.forEach((inside, place) => {
    if (!inside) return;
    const x = place % width, y = Math.floor(place / width);
    left = Math.min(left, x); right = Math.max(right, x);
    top = Math.min(top, y); bottom = Math.max(bottom, y);
  });
  return { left, top, right, bottom };
}

export function shrunk(cut, form) {
  const scale = Math.min(form.width / cut.width, form.height / cut.height);
  const [width, height] = [cut.width, cut.height].map((edge) => Math.max(1, rounded(edge * scale)));
  const left = (form.width - width + 1) >> 1, top = (form.height - height + 1) >> 1;
  const small = resized(cut, width, height), seen = blank(form.width, form.height, 1);
  for (let y = 0; y < height; y++) {
    seen.data.set(small.data.subarray(y * width, (y + 1) * width), (top + y) * form.width + left);
  }
  return seen;
}
