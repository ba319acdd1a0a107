// Pictures made smaller or larger as Pillow 13 makes them, bit for bit: a triangle as wide as the
// reduction, in fixed point, along one axis after the other (its Resample.c and Reduce.c).
const BITS = 32 - 8 - 2;

export function blank(width, height, channels) {
  return { data: new Uint8ClampedArray(width * height * channels), width, height, channels };
}

// Image.resize(size, BILINEAR); what is resized is `box` wide and high, from the top left corner.
export function resized(image, width, height, box = [image.width, image.height]) {
  const across = (picture) => along(picture, width, box[0], false);
  const down = (picture) => along(picture, height, box[1], true);
  const rows = image.height - height, columns = image.width - width;
  const downFirst = rows > 0 && rows > 2 * columns; // less work then
  return downFirst ? across(down(image)) : down(across(image));
}

// Image.resize(size, BILINEAR, reducing_gap=2): whole blocks are averaged first.
export function reducedAndResized(image, width, height) {
  const across = Math.floor(image.width / width / 2) || 1;
  const down = Math.floor(image.height / height / 2) || 1;
  const box = [image.width / across, image.height / down].map(Math.fround);
  return resized(reduced(image, across, down), width, height, box);
}

function along(image, size, length, down) {
  const from = down ? image.height : image.width;
  if (size === from && length === from) return image;
  const { data, channels } = image;
  const result = down ? blank(image.width, size, channels) : blank(size, image.height, channels);
  const row = image.width * channels, step = down ? row : channels;
  const lines = down ? row : image.height * channels;
  const taps = weights(from, length, size);
  for (let line = 0; line < lines; line++) {
    const [y, x] = down ? [0, line] : [Math.floor(line / channels), line % channels];
    const start = y * row + x, target = y * result.width * channels + x;
    for (let place = 0; place < size; place++) {
      const { first, shares } = taps[place];
      let sum = 1 << (BITS - 1);
      for (let tap = 0, at = start + first * step; tap < shares.length; tap++, at += step) {
        sum += data[at] * shares[tap];
      }
      result.data[target + place * step] = sum >> BITS;
    }
  }
  return result;
}

// For each place, where its weighted mean begins, and the weights in fixed point.
function weights(from, length, size) {
  const scale = length / size, reach = Math.max(scale, 1), steep = 1 / reach;
  return Array.from({ length: size }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const last = Math.min(from, Math.trunc(centre + reach + 0.5));
    const tents = Array.from({ length: last - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs((tap + first - centre + 0.5) * steep)));
    const sum = tents.reduce((total, tent) => total + tent, 0);
    return { first, shares: Int32Array.from(tents, (tent) => Math.trunc(0.5 + (tent / sum) * (1 << BITS))) };
  });
}

// Image.reduce((across, down)): the mean of every block; at the right and below they may be smaller.
function reduced(image, across, down) {
  if (across === 1 && down === 1) return image;
  const { data, width, height, channels } = image;
  const result = blank(Math.ceil(width / across), Math.ceil(height / down), channels);
  for (let y = 0, target = 0; y < height; y += down) {
    for (let x = 0; x < width; x += across) {
      const wide = Math.min(across, width - x), high = Math.min(down, height - y);
      const area = wide * high, factor = Math.trunc(Math.fround(2 ** 32 / (256 * area)));
      for (let channel = 0; channel < channels; channel++, target++) {
        let sum = area >> 1;
        for (let row = y; row < y + high; row++) {
          let at = (row * width + x) * channels + channel;
          for (let column = 0; column < wide; column++, at += channels) sum += data[at];
        }
        result.data[target] = Math.floor((sum * factor) / 2 ** 24);
      }
    }
  }
  return result;
}
