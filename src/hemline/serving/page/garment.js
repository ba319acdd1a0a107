// Where the garment is. The server looks for it in several ways; here it is what differs most from
// the colours of the border, which a plain ground makes certain.
import { resized } from "./resizing.js";

const EDGE = 224; // longest edge at which is searched

// The picture, as large as it is searched.
export function searched(image) {
  const scale = EDGE / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const [width, height] = [image.width, image.height].map((edge) => Math.max(1, Math.round(edge * scale)));
  return resized(image, width, height);
}

// One truth value a pixel.
export function findGarment({ data, width, height }) {
  const colours = Array.from({ length: width * height }, (_, place) =>
    lab(...data.subarray(3 * place, 3 * place + 3)));
  const ring = Math.max(2, Math.round(0.03 * Math.max(width, height)));
  const border = colours.filter((_, place) =>
    onBorder(place % width, Math.floor(place / width), width, height, ring));
  const grounds = clusters(border);
  const distance = colours.map((colour) => Math.min(...grounds.map((ground) => far(colour, ground))));
  const least = Math.max(otsu(distance), 8);
  const mask = filled(largest(distance.map((value) => value > least), width), width);
  if (!mask.some(Boolean)) {
    throw new Error("Expected a garment on a background, received a picture in which nothing stands out; take it on a ground of another colour.");
  }
  return mask;
}

const onBorder = (x, y, width, height, ring) =>
  x < ring || y < ring || x >= width - ring || y >= height - ring;

const far = (a, b) => Math.hypot(0.7 * (a[0] - b[0]), a[1] - b[1], a[2] - b[2]); // shadows count less

function lab(red, green, blue) {
  const [r, g, b] = [red, green, blue].map((level) => {
    const share = level / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const f = (t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4125 * r + 0.3576 * g + 0.1804 * b) / 0.9505);
  const y = f(0.2127 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9503 * b) / 1.0891);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

// Up to three colours of a ground; rare ones may be a sleeve that reaches the border.
function clusters(colours) {
  let centres = [0.1, 0.5, 0.9].map((share) =>
    [...colours].sort((a, b) => a[0] - b[0])[Math.floor(share * (colours.length - 1))]);
  let members = [];
  for (let round = 0; round < 10; round++) {
    members = centres.map(() => []);
    for (const colour of colours) {
      const distances = centres.map((centre) => far(colour, centre));
      members[distances.indexOf(Math.min(...distances))].push(colour);
    }
    centres = members.map((group, place) => (group.length ? mean(group) : centres[place]));
  }
  return centres.filter((_, place) => members[place].length >= 0.08 * colours.length);
}

const mean = (group) => [0, 1, 2].map((axis) =>
  group.reduce((sum, colour) => sum + colour[axis], 0) / group.length);

// Otsu's threshold: between the two groups of values that differ most.
function otsu(values) {
  const most = Math.max(...values.slice(0, 1), values.reduce((a, b) => Math.max(a, b), 0));
  const counts = new Array(256).fill(0);
  for (const value of values) counts[Math.floor((255 * value) / (most || 1))]++;
  const total = counts.reduce((sum, count, level) => sum + count * level, 0);
  let below = 0, sum = 0, best = 0, found = 0;
  counts.forEach((count, level) => {
    below += count;
    sum += count * level;
    const above = values.length - below;
    if (!below || !above) return;
    const between = below * above * (sum / below - (total - sum) / above) ** 2;
    if (between > best) [best, found] = [between, level];
  });
  return ((found + 1) * most) / 255;
}

// The largest part, and those that are at least a quarter of it: two shoes.
function largest(mask, width) {
  const parts = partsOf(mask, width);
  const most = Math.max(0, ...parts.map((part) => part.length));
  const kept = new Array(mask.length).fill(false);
  for (const part of parts) if (part.length >= 0.25 * most) for (const place of part) kept[place] = true;
  return kept;
}

// Without small holes; larger ones are real, as between a strap and a neck.
function filled(mask, width) {
  const area = mask.filter(Boolean).length;
  const whole = [...mask];
  for (const hole of partsOf(mask.map((inside) => !inside), width)) {
    if (hole.length < 0.04 * area) for (const place of hole) whole[place] = true;
  }
  return whole;
}

function partsOf(mask, width) {
  const seen = new Uint8Array(mask.length), parts = [];
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || seen[start]) continue;
    const part = [start];
    seen[start] = 1;
    for (let next = 0; next < part.length; next++) {
      const place = part[next], x = place % width;
      for (const [near, inside] of [[place - 1, x > 0], [place + 1, x < width - 1], [place - width, true], [place + width, true]]) {
        if (inside && mask[near] && !seen[near]) { seen[near] = 1; part.push(near); }
      }
    }
    parts.push(part);
  }
  return parts;
}

// What is not the garment, pale.
export function faded({ data, ...rest }, garment) {
  const pale = (value, at) => (garment[Math.floor(at / 3)] ? value : 255 - 0.3 * (255 - value));
  return { ...rest, data: data.map(pale) };
}
