// background.js: the same in a Worker, so that a page goes on while it computes.
//
//   const background = new Background("network.wasm");
//   const larger = await background.enlarge(luma, width, height);

/** A network in a Worker of its own; pictures wait for each other. */
export class Background {
  #worker;
  #waiting = new Map();
  #count = 0;
  #failure = null;

  /** `network`: the address of a .wasm file, relative to the page. */
  constructor(network) {
    const address = new URL(network, document.baseURI).href;
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#answer(data);
    this.#worker.onerror = (event) => this.#fail(event.message ?? "The worker cannot be loaded.");
    this.#worker.postMessage({ network: address });
  }

  /** As `Enlarger.enlarge`, later. */
  async enlarge(luma, width, height) {
    return (await this.#ask({ luma, width, height })).luma;
  }

  /**
   * The picture at an address made larger: an ImageBitmap, its `width` and `height`, and `how` the
   * browser handed the small one out. Rejects where it cannot be had, decoded or enlarged.
   */
  picture(source) {
    return this.#ask({ source: new URL(source, document.baseURI).href });
  }

  /** Ends the worker; what still waits is rejected. */
  close() {
    this.#worker.terminate();
    this.#fail("The worker was closed.");
  }

  #ask(question) {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...question });
    });
  }

  #answer({ id, error, ...answer }) {
    const { resolve, reject } = this.#waiting.get(id) ?? {};
    this.#waiting.delete(id);
    if (error !== undefined) reject?.(new Error(error));
    else resolve?.(answer);
  }

  #fail(reason) {
    this.#failure = new Error(reason);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
