// srq-image.js: the element <srq-image>, a small file shown as a large picture.
//
//   <script type="module" src="srq-image.js"></script>
//   <srq-image src="small.avif" width="1920" height="1080" alt="A lighthouse at dusk"></srq-image>
//
// src      the small file.
// width, height  the size of the large picture; they keep its place before anything has come.
// alt      what the picture shows.
// network  the address of a .wasm file; without it, network.wasm beside this script.
//
// Until the large picture is there, and wherever it cannot be made, the small one is shown in its
// place, as <img> shows it. The attribute `state` says which: "plain" or "enlarged"; the event
// "srq-state" tells of it, and its detail.reason why a picture stays plain.

import { Background } from "./background.js";

const NETWORK = new URL("./network.wasm", import.meta.url).href;

const STYLE = `
  :host { display: inline-block; position: relative; max-width: 100%; vertical-align: middle; }
  :host([hidden]) { display: none; }
  img, canvas { display: block; width: 100%; height: 100%; }
  canvas { position: absolute; inset: 0; }
`;

/** One worker for each network that the page uses. */
const backgrounds = new Map();

function backgroundOf(network) {
  if (!backgrounds.has(network)) backgrounds.set(network, new Background(network));
  return backgrounds.get(network);
}

/** Whole pixels of an attribute, or none. */
const pixels = (value) => (/^\d+$/.test(value ?? "") && Number(value) > 0 ? Number(value) : null);

export class SrqImage extends HTMLElement {
  static observedAttributes = ["src", "width", "height", "alt", "network"];

  #image = document.createElement("img");
  #canvas = document.createElement("canvas");
  #style = new CSSStyleSheet();
  #watch = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: "50%" });
  #resize = new ResizeObserver(() => this.#consider());
  #visible = false;
  #small = null; // the address of the small picture, once it is there
  #asked = null; // the source and network of the picture that is shown or on its way

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet(STYLE), this.#style];
    this.#image.decoding = "async";
    this.#image.setAttribute("part", "image");
    this.#image.addEventListener("load", () => this.#loaded());
    // The small picture speaks for both.
    this.#canvas.setAttribute("aria-hidden", "true");
    this.#canvas.setAttribute("part", "large");
    root.append(this.#image);
  }

  connectedCallback() {
    this.#watch.observe(this);
    this.#resize.observe(this);
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    this.#resize.disconnect();
    this.#visible = false;
  }

  attributeChangedCallback(name, _, value) {
    if (name === "alt") {
      value === null ? this.#image.removeAttribute("alt") : this.#image.setAttribute("alt", value);
    } else if (name === "width" || name === "height") {
      this.#layOut();
    } else {
      if (name === "src") this.#load(value);
      this.#stay();
      this.#consider();
    }
  }

  /** The address of the network in use. */
  get network() {
    const named = this.getAttribute("network");
    return named === null ? NETWORK : new URL(named, document.baseURI).href;
  }

  /** The address of the small picture. */
  get source() {
    return new URL(this.getAttribute("src"), document.baseURI).href;
  }

  #load(source) {
    this.#small = null; // until then the image tells of what it showed before
    source === null ? this.#image.removeAttribute("src") : this.#image.setAttribute("src", source);
  }

  #loaded() {
    if (this.#image.currentSrc !== this.source) return;
    this.#small = this.source;
    this.#consider();
  }

  #layOut() {
    const [width, height] = [pixels(this.getAttribute("width")), pixels(this.getAttribute("height"))];
    const lines = [];
    if (width !== null) lines.push(`width: ${width}px;`);
    if (width !== null && height !== null) lines.push(`aspect-ratio: ${width} / ${height};`);
    else if (height !== null) lines.push(`height: ${height}px;`);
    this.#style.replaceSync(`:host { ${lines.join(" ")} }`);
  }

  #seen(entries) {
    this.#visible = entries.at(-1).isIntersecting;
    this.#consider();
  }

  /** Enlarge, if that shows: in view, and larger there than the small file is. */
  #consider() {
    const shown = this.clientWidth * devicePixelRatio;
    const isLarger = this.#small !== null && shown > this.#image.naturalWidth;
    if (this.#visible && isLarger && this.#asked === null) this.#enlarge();
  }

  async #enlarge() {
    const asked = { source: this.#small, network: this.network };
    this.#asked = asked;
    let made;
    try {
      made = await backgroundOf(asked.network).picture(asked.source);
      if (this.#asked === asked) this.#show(made);
    } catch (error) {
      if (this.#asked === asked) this.#tell("plain", { reason: error.message });
    } finally {
      made?.bitmap.close();
    }
  }

  #show({ bitmap, width, height, how }) {
    const [wanted, tall] = [pixels(this.getAttribute("width")), pixels(this.getAttribute("height"))];
    // A large picture of odd sides was rounded up as it was made small.
    const scale = Math.round(width / this.#image.naturalWidth);
    const fits = width - wanted >= 0 && width - wanted < scale && height - tall >= 0 && height - tall < scale;
    this.#canvas.width = fits ? wanted : width;
    this.#canvas.height = fits ? tall : height;
    this.#canvas.getContext("2d").drawImage(bitmap, 0, 0);
    this.shadowRoot.append(this.#canvas);
    this.#tell("enlarged", { how });
  }

  /** Back to the small picture. */
  #stay() {
    this.#asked = null;
    this.#canvas.remove();
    if (this.hasAttribute("state")) this.#tell("plain", {});
  }

  #tell(state, detail) {
    this.setAttribute("state", state);
    this.dispatchEvent(new CustomEvent("srq-state", { detail: { state, ...detail } }));
  }
}

function sheet(text) {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

customElements.define("srq-image", SrqImage);
