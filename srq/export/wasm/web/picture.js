// picture.js: a picture in colour made larger, as srq does it.
//
// The network makes the luma: studio-range BT.601 of 8 bits. Colour is bicubic: with B for bicubic,
// Y for luma and c for each of red, green and blue,
//
//   c' = B(c) + 255 / 219 * (network(Y) - B(Y))
//
// rounded once, in whole numbers wherever the scale is 2 or 4.

import { checkSize } from "./srq.js";

// 255 / 219 in lowest terms: all is counted in units of 1 / SPAN.
const GAIN = 85;
const SPAN = 73;

/** Luma in whole numbers, half rounded up: what srq.image.colour says of 8 bits. */
const [RED, GREEN, BLUE, DENOMINATOR, BLACK] = [218270, 428510, 83220, 850000, 16];

/** The luma of RGBA pixels, row by row. */
export function lumaOf(rgba, width, height) {
  checkSize(rgba, width, height, 4);
  const luma = new Uint8Array(width * height);
  for (let i = 0, p = 0; i < luma.length; i++, p += 4) {
    const sum = RED * rgba[p] + GREEN * rgba[p + 1] + BLUE * rgba[p + 2] + DENOMINATOR / 2;
    luma[i] = BLACK + Math.floor(sum / DENOMINATOR);
  }
  return luma;
}

/**
 * RGBA pixels made larger by an `Enlarger` of 8-bit luma, opaque: the RGB that `srq.upscale` makes
 * of the same pixels. RangeError for a network of other luma.
 */
export function enlargePicture(enlarger, rgba, width, height) {
  if (enlarger.inBits !== 8 || enlarger.outBits !== 8)
    throw new RangeError("A picture in colour needs a network of 8-bit luma.");
  const { scale } = enlarger;
  const luma = lumaOf(rgba, width, height);
  const detail = enlarger.enlarge(luma, width, height);
  const kernel = cubicKernel(scale);
  const made = new Uint8ClampedArray(4 * scale * scale * width * height);
  const rows = withoutLuma(rgba, luma, width, height);
  for (let y = 0; y < scale * height; y++) {
    const { first, weights } = kernel[y % scale];
    const top = Math.floor(y / scale) + first;
    const line = blend(rows, weights, top, width, height);
    finish(line, kernel, detail, made, y, width, scale);
  }
  return made;
}

/** SPAN * c - GAIN * Y of each pixel: three values. */
function withoutLuma(rgba, luma, width, height) {
  const rows = new Int32Array(3 * width * height);
  for (let i = 0, p = 0, q = 0; i < luma.length; i++, p += 4, q += 3) {
    const less = GAIN * luma[i];
    rows[q] = SPAN * rgba[p] - less;
    rows[q + 1] = SPAN * rgba[p + 1] - less;
    rows[q + 2] = SPAN * rgba[p + 2] - less;
  }
  return rows;
}

/** The weighted sum of rows from `top` on; beyond its borders the picture is mirrored. */
function blend(rows, weights, top, width, height) {
  const line = new Float64Array(3 * width);
  weights.forEach((weight, k) => {
    const from = 3 * width * mirrored(top + k, height);
    for (let i = 0; i < line.length; i++) line[i] += weight * rows[from + i];
  });
  return line;
}

/** Row y of the result: a blended line made wider, and the network's luma on it. */
function finish(line, kernel, detail, made, y, width, scale) {
  for (let x = 0; x < width; x++) {
    for (let phase = 0; phase < scale; phase++) {
      const { first, weights } = kernel[phase];
      const at = (y * width + x) * scale + phase;
      const luma = GAIN * detail[at];
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++)
          sum += weights[k] * line[3 * mirrored(x + first + k, width) + c];
        made[4 * at + c] = Math.floor((sum + luma) / SPAN + 0.5); // and brought into 0 to 255
      }
      made[4 * at + 3] = 255;
    }
  }
}

const mirrored = (i, n) => {
  while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
  return i;
};

/** Keys' cubic, a = -1/2: for each phase the first of its taps and their weights. */
function cubicKernel(scale) {
  return Array.from({ length: scale }, (_, phase) => {
    const centre = 2 * phase + 1 + scale;
    const low = Math.floor((centre - 4 * scale) / (2 * scale)) + 1;
    const high = Math.ceil((centre + 4 * scale) / (2 * scale)) - 1;
    const row = [];
    for (let i = low; i <= high; i++) row.push(cubic(Math.abs(centre - 2 * scale * i), scale));
    const sum = row.reduce((a, b) => a + b);
    return { first: low - 1, weights: row.map((weight) => weight / sum) };
  });
}

function cubic(t, m) {
  if (t <= 2 * m) return 3 * t ** 3 - 10 * m * t ** 2 + 16 * m ** 3;
  return -(t ** 3) + 10 * m * t ** 2 - 32 * m ** 2 * t + 32 * m ** 3;
}
