// Picture files become arrays {data, width, height, channels} as hemline.photos.decoding makes them:
// upright, the longest edge at most 448, on white. From PNG bit for bit; browsers decode JPEG and
// lossy WebP in their own ways.
import { blank, reducedAndResized } from "./resizing.js";

const EDGE = 448;
const LARGEST = 4000 ** 2; // pixels: on some phones canvases end there, and the browser shrinks for us

// The picture in three channels; and where it is rather opaque, one truth value a pixel, or null if
// it is so everywhere.
export async function decoded(file) {
  const read = await pixelsOf(file);
  if (!isTranslucent(read)) return { image: shrunk(inColour(read)), opaque: null };
  const whole = premultiplied(read), small = shrunk(whole);
  return onWhite(small === whole ? whole : remultiplied(small));
}

async function pixelsOf(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" });
  } catch {
    throw new Error("Expected a picture that this browser can open, received another format or a damaged file; convert it to JPEG.");
  }
  const scale = Math.min(1, Math.sqrt(LARGEST / (bitmap.width * bitmap.height)));
  const [width, height] = [bitmap.width, bitmap.height].map((edge) => Math.ceil(edge * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { data, width, height, channels: 4 };
}

function shrunk(image) {
  const scale = EDGE / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const [width, height] = [image.width, image.height].map((edge) => Math.max(1, rounded(edge * scale)));
  return reducedAndResized(image, width, height);
}

// Halves to the even number, as Python rounds.
export function rounded(value) {
  const near = Math.round(value);
  return value % 1 === 0.5 && near % 2 ? near - 1 : near;
}

function isTranslucent({ data }) {
  for (let at = 3; at < data.length; at += 4) if (data[at] < 255) return true;
  return false;
}

function inColour({ data, width, height }) {
  const result = blank(width, height, 3);
  for (let place = 0; place < width * height; place++) {
    for (let channel = 0; channel < 3; channel++) result.data[3 * place + channel] = data[4 * place + channel];
  }
  return result;
}

function premultiplied({ data, width, height }) {
  const result = blank(width, height, 4);
  for (let at = 0; at < data.length; at++) {
    const alpha = data[at | 3];
    result.data[at] = at % 4 === 3 ? alpha : Math.round((data[at] * alpha) / 255);
  }
  return result;
}

// After resizing Pillow undoes the multiplication, and drops what is left of the division.
function remultiplied({ data, width, height }) {
  const result = blank(width, height, 4);
  for (let at = 0; at < data.length; at++) {
    const alpha = data[at | 3];
    const plain = Math.min(255, Math.floor((255 * data[at]) / (alpha || 1)));
    result.data[at] = at % 4 === 3 ? alpha : Math.round((plain * alpha) / 255);
  }
  return result;
}

function onWhite({ data, width, height }) {
  const image = blank(width, height, 3);
  const opaque = new Array(width * height);
  for (let place = 0; place < width * height; place++) {
    const alpha = data[4 * place + 3];
    opaque[place] = alpha >= 128;
    for (let channel = 0; channel < 3; channel++) {
      image.data[3 * place + channel] = data[4 * place + channel] + 255 - alpha;
    }
  }
  return { image, opaque: opaque.every(Boolean) ? null : opaque };
}

// A PNG as a data URL, of one channel or three.
export function url({ data, width, height, channels }) {
  const pixels = new ImageData(width, height);
  for (let place = 0; place < width * height; place++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels.data[4 * place + channel] = data[place * channels + (channels === 1 ? 0 : channel)];
    }
    pixels.data[4 * place + 3] = 255;
  }
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas.toDataURL("image/png");
}
