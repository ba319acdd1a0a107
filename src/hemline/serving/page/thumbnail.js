// The garment in the model's form, as hemline.photos.thumbnail makes it: negated, trimmed, in the
// range of brightness that Fashion-MNIST has, as large as the form allows, centred on black.
import { blank } from "./resizing.js";

const MEAN = [86, 208], DEVIATION = [44, 89], STRONGEST = 3, DARKEST = 8;

const clip = (value, low, high) => Math.min(high, Math.max(low, value));

// Gives {data, width, height} of one channel, trimmed to the garment.
export function brightened({ data, width }, garment) {
  const box = bounds(garment, width);
  const shape = [], bright = [];
  for (let y = box.top; y <= box.bottom; y++) {
    for (let x = box.left; x <= box.right; x++) {
      const place = y * width + x;
      shape.push(garment[place]);
      bright.push(255 - Math.round(0.299 * data[3 * place] + 0.587 * data[3 * place + 1] + 0.114 * data[3 * place + 2]));
    }
  }
  const inside = bright.filter((_, place) => shape[place]);
  const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
  const deviation = Math.sqrt(inside.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inside.length);
  const contrast = Math.min(clip(deviation, ...DEVIATION) / Math.max(deviation, 1), STRONGEST);
  const grey = bright.map((value, place) => (shape[place]
    ? clip(Math.round(clip(mean, ...MEAN) + (value - mean) * contrast), DARKEST, 255) : 0));
  return { data: Uint8ClampedArray.from(grey), width: box.right - box.left + 1, height: box.bottom - box.top + 1, channels: 1 };
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

// Every pixel is the mean of the area that it covers.
export function shrunk({ data, width, height }, form) {
  const scale = Math.min(form.width / width, form.height / height);
  const wide = Math.max(1, Math.round(width * scale)), high = Math.max(1, Math.round(height * scale));
  const left = (form.width - wide + 1) >> 1, top = (form.height - high + 1) >> 1;
  const seen = blank(form.width, form.height, 1);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      seen.data[(top + y) * form.width + left + x] = area(data, width,
        (x * width) / wide, ((x + 1) * width) / wide, (y * height) / high, ((y + 1) * height) / high);
    }
  }
  return seen;
}

function area(grey, width, left, right, top, bottom) {
  let sum = 0, weight = 0;
  for (let y = Math.floor(top); y < bottom - 1e-9; y++) {
    const tall = Math.min(bottom, y + 1) - Math.max(top, y);
    for (let x = Math.floor(left); x < right - 1e-9; x++) {
      const part = tall * (Math.min(right, x + 1) - Math.max(left, x));
      sum += part * grey[y * width + x];
      weight += part;
    }
  }
  return sum / weight;
}
