// worker.js: what background.js runs. The first message names the network; each further one asks.

import { decode } from "./decode.js";
import { enlargePicture } from "./picture.js";
import { Enlarger } from "./srq.js";

let enlarger;

self.onmessage = async ({ data: { id, network, ...question } }) => {
  if (network !== undefined) {
    enlarger = Enlarger.create(fetch(network));
    enlarger.catch(() => {}); // told to each who asks
    return;
  }
  try {
    const { answer, transfer } = await answerOf(await enlarger, question);
    self.postMessage({ id, ...answer }, transfer);
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
};

async function answerOf(network, { luma, width, height, source }) {
  if (source === undefined) {
    const larger = network.enlarge(luma, width, height);
    return { answer: { luma: larger }, transfer: [larger.buffer] };
  }
  const small = await decode(source);
  const pixels = enlargePicture(network, small.rgba, small.width, small.height);
  const size = [network.scale * small.width, network.scale * small.height];
  const bitmap = await createImageBitmap(new ImageData(pixels, ...size));
  return {
    answer: { bitmap, width: size[0], height: size[1], how: small.how },
    transfer: [bitmap],
  };
}
