// The garment in the model's form, as hemline.photos.thumbnail makes it: negated, trimmed, in the
// range of brightness that Fashion-MNIST has, as large as the form allows, centred on black.
import { rounded } from "./decoding.js";
import { grey } from "./fitting.js";
import { blank, resized } from "./resizing.js";

const MEAN = [86, 208], DEVIATION = [44, 89], STRONGEST = 3, DARKEST = 8;

const clip = (value, low, high) => Math.min(high, Math.max(low, value));

// Gives {data, width, height, channels}, trimmed to the garment, with as many channels as the form.
export function cutOut(image, garment, { channels }) {
  const luma = grey(image), box = bounds(garment, image.width);
  const level = levels(luma.data.filter((_, place) => garment[place]));
  const { data } = channels === 1 ? luma : image;
  const cut = blank(box.right - box.left + 1, box.bottom - box.top + 1, channels);
  let target = 0;
  for (let y = box.top; y <= box.bottom; y++) {
    for (let x = box.left; x <= box.right; x++) {
      const place = y * image.width + x;
      for (let channel = 0; channel < channels; channel++, target++) {
        if (garment[place]) cut.data[target] = level(data[place * channels + channel]);
      }
    }
  }
  return cut;
}

// What makes a value as bright, negated, as one of these in the garment should be.
function levels(luma) {
  const inside = Array.from(luma, (value) => 255 - value);
  const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
  const deviation = Math.sqrt(inside.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inside.length);
  const contrast = Math.min(clip(deviation, ...DEVIATION) / Math.max(deviation, 1), STRONGEST);
  return (value) => rounded(clip(clip(mean, ...MEAN) + (255 - value - mean) * contrast, DARKEST, 255));
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
  const small = resized(cut, width, height), { channels } = cut;
  const seen = blank(form.width, form.height, channels), row = width * channels;
  for (let y = 0; y < height; y++) {
    seen.data.set(small.data.subarray(y * row, (y + 1) * row), ((top + y) * form.width + left) * channels);
  }
  return seen;
}
