// srq.js: luma made larger by a network that was compiled to WebAssembly.
//
//   const enlarger = await Enlarger.create(fetch("network.wasm"));
//   const larger = enlarger.enlarge(luma, width, height);
//
// Every pixel is the network's own, to the last bit. It runs in browsers and in Node, evaluates no
// text, and needs 'wasm-unsafe-eval' of a content security policy.

const VERSION = 1;

/** Of `bits`, the array that holds such pixels. */
const pixelsOf = (bits) => (bits > 8 ? Uint16Array : Uint8Array);

/** A network, ready to enlarge one picture after the other. */
export class Enlarger {
  #exports;
  #line;
  #lines;
  #left;
  #right;

  /**
   * From a Response or the bytes of a .wasm file, a WebAssembly.Module, or a promise of one.
   * Rejects where it cannot be had, or where there is no WebAssembly with SIMD.
   */
  static async create(source) {
    const given = await source;
    const module = given instanceof WebAssembly.Module ? given : await compile(given);
    return new Enlarger(await WebAssembly.instantiate(module, {}));
  }

  /** Use `create`. */
  constructor(instance) {
    const { memory, about, begin, push, flush } = instance.exports;
    if (!(memory && about && begin && push && flush))
      throw new TypeError("This module is none that srq exports.");
    const [version, scale, inBits, outBits, widest, left, right, line, lines, program] =
      new Int32Array(memory.buffer, about(), 10);
    if (version !== VERSION)
      throw new TypeError(`This module has version ${version}, and srq.js is of version ${VERSION}.`);
    this.#exports = { begin, push, flush };
    this.#line = new (pixelsOf(inBits))(memory.buffer, line, widest);
    this.#lines = new (pixelsOf(outBits))(memory.buffer, lines, scale * scale * widest);
    this.#left = left;
    this.#right = right;
    /** By how much width and height grow. */
    this.scale = scale;
    /** Bits of a pixel of luma that comes, and of one that is made. */
    this.inBits = inBits;
    this.outBits = outBits;
    /** The fingerprint of the Program. */
    this.program = text(new Uint8Array(memory.buffer, program, 64));
  }

  /**
   * The larger luma, row by row: scale * width times scale * height pixels, as a Uint8Array, or a
   * Uint16Array where it has more than 8 bits. `luma` is an array of width * height pixels; above
   * the greatest value of inBits they count as that.
   *
   * `columns`: of how many columns at most a strip is, for a picture that is cut into strips; with
   * their neighbours they fit into the module's lines. It changes no pixel.
   */
  enlarge(luma, width, height, { columns = Infinity } = {}) {
    checkSize(luma, width, height, 1);
    if (!(columns >= 1)) throw new RangeError(`A strip has at least 1 column, not ${columns}.`);
    const { scale } = this;
    const made = new this.#lines.constructor(scale * scale * width * height);
    const widest = this.#line.length;
    const whole = width <= widest && width <= columns;
    const strip = whole ? width : Math.min(columns, widest - this.#left - this.#right);
    for (let first = 0; first < width; first += strip)
      this.#strip(luma, made, width, height, first, Math.min(first + strip, width));
    return made;
  }

  /** Columns `first` to `end` of the picture, with what they depend on beside them. */
  #strip(luma, made, width, height, first, end) {
    const { begin, push, flush } = this.#exports;
    const { scale } = this;
    const from = Math.max(first - this.#left, 0);
    const to = Math.min(end + this.#right, width);
    const wide = scale * (to - from);
    const start = scale * (first - from);
    const stop = scale * (end - from);
    let at = scale * first;
    const take = (count) => {
      if (count < 0) throw new RangeError(`A picture of ${height} lines is too high.`);
      if (start === 0 && stop === scale * width) {
        // Whole lines lie in the result as they lie here.
        made.set(this.#lines.subarray(0, count * wide), at);
        at += count * wide;
      } else {
        for (let row = 0; row < count; row++, at += scale * width)
          made.set(this.#lines.subarray(row * wide + start, row * wide + stop), at);
      }
      return count > 0;
    };
    begin(to - from);
    for (let row = 0; row < height; row++) {
      this.#line.set(luma.subarray(row * width + from, row * width + to));
      take(push());
    }
    while (take(flush())) continue;
  }
}

/** TypeError or RangeError unless `pixels` are an array of a picture of that size. */
export function checkSize(pixels, width, height, channels) {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    throw new RangeError(`A picture has whole sides of at least 1 pixel, not ${width} x ${height}.`);
  if (!ArrayBuffer.isView(pixels) || typeof pixels.subarray !== "function")
    throw new TypeError("The pixels must be a typed array, such as a Uint8Array.");
  if (pixels.length !== channels * width * height)
    throw new RangeError(
      `A picture of ${width} x ${height} has ${channels * width * height} values, not ${pixels.length}.`,
    );
}

async function compile(given) {
  if (typeof Response === "function" && given instanceof Response) {
    if (!given.ok) throw new TypeError(`${given.url} cannot be had: status ${given.status}.`);
    given = await given.arrayBuffer();
  }
  return WebAssembly.compile(given);
}

const text = (bytes) => String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0) >>> 0));
