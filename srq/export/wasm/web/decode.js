// decode.js: the pixels of a picture file, as the browser hands them out.

/** RGBA of the file at an address, its size, and `how` the browser gave it. */
export async function decode(source) {
  const response = await fetch(source);
  if (!response.ok) throw new TypeError(`${source} cannot be had: status ${response.status}.`);
  const bitmap = await createImageBitmap(await response.blob());
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  for (let i = 3; i < rgba.length; i += 4)
    if (rgba[i] !== 255) throw new TypeError(`${source} is transparent, and stays as it is.`);
  return { rgba, width, height, how: "canvas" };
}
