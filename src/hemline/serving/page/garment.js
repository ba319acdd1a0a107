// Where the garment is, as hemline.photos.finding has it.
import { look } from "./eye.js";
import { resized } from "./resizing.js";

const OPAQUE = [0.01, 0.98]; // shares between which the opaque part is taken for the garment
const LEAST = 0.005, SECOND = 0.25, MOST_PARTS = 4, HOLE = 0.04, MIDDLE = 128;

// Masks, one truth value a pixel: the garment, and its parts where several lie apart.
// What is transparent was cut away by somebody who knew.
export async function findGarment(image, opaque) {
  if (opaque) {
    const share = opaque.filter(Boolean).length / opaque.length;
    if (share >= OPAQUE[0] && share <= OPAQUE[1]) return { garment: opaque, parts: [] };
  }
  const seen = tidied(await look(image));
  const [garment, ...parts] = [seen, ...apart(seen)].map((mask) => enlarged(mask, image));
  if (!garment.some(Boolean)) {
    throw new Error("Expected a garment on a background, received a picture in which nothing stands out; take it on a ground of another colour.");
  }
  return { garment, parts };
}

function enlarged(seen, { width, height }) {
  return Array.from(resized(seen, width, height).data, (value) => value >= MIDDLE);
}

// Each part by itself, if there are several.
function apart(seen) {
  const parts = partsOf(Array.from(seen.data, (value) => value >= MIDDLE), seen.width);
  if (parts.length < 2 || parts.length > MOST_PARTS) return [];
  return parts.map((part) => {
    const data = seen.data.map((value) => Math.min(value, MIDDLE - 1));
    for (const place of part) data[place] = seen.data[place];
    return { ...seen, data };
  });
}

// What the eye has seen without small parts and small holes.
function tidied(seen) {
  const garment = mainParts(Array.from(seen.data, (value) => value >= MIDDLE), seen);
  const area = garment.filter(Boolean).length, filled = [...garment];
  for (const hole of partsOf(garment.map((inside) => !inside), seen.width)) {
    if (hole.length < HOLE * area) for (const place of hole) filled[place] = true;
  }
  const value = (level, place) => (filled[place] ? (level < MIDDLE ? 255 : level) : Math.min(level, MIDDLE - 1));
  return { ...seen, data: seen.data.map(value) };
}

// The largest part, those nearer the middle counting for more, and its equals: two shoes.
function mainParts(mask, { width, height }) {
  const parts = partsOf(mask, width).filter((part) => part.length >= LEAST * mask.length);
  const weights = parts.map((part) => {
    const mean = (place) => part.reduce((sum, at) => sum + place(at) + 0.5, 0) / part.length;
    const away = Math.hypot(mean((at) => at % width) / width - 0.5, mean((at) => Math.floor(at / width)) / height - 0.5);
    return part.length * Math.exp(-2 * away);
  });
  const most = Math.max(0, ...weights), kept = new Array(mask.length).fill(false);
  parts.forEach((part, number) => {
    if (weights[number] >= SECOND * most) for (const place of part) kept[place] = true;
  });
  return kept;
}

// Places that hang together, above, below and beside each other.
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
