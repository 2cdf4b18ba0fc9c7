/** The map as a PNG: painted on a canvas with the fonts and colours that the page shows. */

const SCALE = 2;
const MARGIN = 24;

export interface Caption {
  finding: string;
  lines: string[];
  /** The steps of the fill, with the words over them and at their ends. */
  ramp: { title: string; colours: string[]; ends: string[] };
}

/** Draws the map under its finding; gives a PNG. */
export async function pictureOf(svg: SVGSVGElement, caption: Caption): Promise<Blob> {
  await document.fonts.ready;
  const { width, height } = svg.viewBox.baseVal;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("canvas");
  const style = getComputedStyle(svg);
  const [say, work] = [getComputedStyle(document.documentElement).getPropertyValue("--say"), style.fontFamily];
  const wide = Math.max(width, 560) + 2 * MARGIN;
  pen.font = `600 26px ${say}`;
  const title = wrap(pen, caption.finding, wide - 2 * MARGIN);
  pen.font = `400 13px ${work}`;
  const foot = caption.lines.flatMap((line) => wrap(pen, line, wide - 2 * MARGIN));
  const head = MARGIN + title.length * 32 + 8;
  canvas.width = wide * SCALE;
  canvas.height = (head + height + foot.length * 19 + MARGIN + 8) * SCALE;
  pen.scale(SCALE, SCALE);
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--bg");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = style.color;
  pen.font = `600 26px ${say}`;
  title.forEach((line, i) => pen.fillText(line, MARGIN, MARGIN + 22 + i * 32));
  pen.save();
  pen.translate((wide - width) / 2, head);
  for (const shape of svg.querySelectorAll<SVGGraphicsElement>("#land path, #borders path, #counts circle, #flows path, #dots circle, #names text")) {
    paintShape(pen, svg, shape);
  }
  pen.restore();
  pen.font = `400 13px ${work}`;
  pen.fillStyle = style.color;
  paintRamp(pen, caption.ramp, MARGIN, head + height - 48);
  foot.forEach((line, i) => pen.fillText(line, MARGIN, head + height + 22 + i * 19));
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("png"))), "image/png");
  });
}

/** The steps of the fill in the corner of the map. */
function paintRamp(pen: CanvasRenderingContext2D, { title, colours, ends }: Caption["ramp"], x: number, y: number): void {
  if (!colours.length) return;
  const ink = pen.fillStyle;
  const wide = 216 / colours.length;
  pen.fillText(title, x, y);
  colours.forEach((colour, i) => {
    pen.fillStyle = colour;
    pen.fillRect(x + i * wide, y + 8, wide + 0.5, 12);
  });
  pen.fillStyle = ink;
  ends.forEach((word, i) => {
    pen.textAlign = i === 0 ? "left" : i === ends.length - 1 ? "right" : "center";
    pen.fillText(word, x + (216 * i) / Math.max(1, ends.length - 1), y + 36);
  });
  pen.textAlign = "left";
}

function wrap(pen: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && pen.measureText(`${last} ${word}`).width <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function paintShape(pen: CanvasRenderingContext2D, svg: SVGSVGElement, shape: SVGGraphicsElement): void {
  const style = getComputedStyle(shape);
  const group = shape.parentElement instanceof SVGGElement ? shape.parentElement : null;
  const matrix = group?.transform.baseVal.consolidate()?.matrix;
  const scale = matrix?.a ?? 1;
  pen.save();
  if (matrix) pen.transform(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f);
  pen.lineJoin = "round";
  pen.lineWidth = Number.parseFloat(style.strokeWidth) / scale;
  pen.strokeStyle = style.stroke === "none" ? "transparent" : style.stroke;
  pen.fillStyle = style.fill.startsWith("url") ? hatch(pen, svg, scale) : style.fill === "none" ? "transparent" : style.fill;
  pen.globalAlpha = Number(style.fillOpacity) * Number(style.opacity);
  if (shape instanceof SVGTextElement) {
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    pen.textAlign = shape.getAttribute("text-anchor") === "middle" ? "center" : shape.getAttribute("text-anchor") === "end" ? "right" : "left";
    const [x, y] = [Number(shape.getAttribute("x")), Number(shape.getAttribute("y"))];
    pen.globalAlpha = Number(style.strokeOpacity);
    pen.strokeText(shape.textContent ?? "", x, y);
    pen.globalAlpha = 1;
    pen.fillText(shape.textContent ?? "", x, y);
  } else {
    const path = pathOf(shape);
    const under = style.paintOrder.startsWith("stroke");
    if (under) pen.stroke(path);
    pen.fill(path, "evenodd");
    pen.globalAlpha = Number(style.strokeOpacity);
    if (!under) pen.stroke(path);
  }
  pen.restore();
}

function pathOf(shape: SVGGraphicsElement): Path2D {
  const path = new Path2D(shape.getAttribute("d") ?? "");
  if (shape instanceof SVGCircleElement) {
    path.arc(shape.cx.baseVal.value, shape.cy.baseVal.value, shape.r.baseVal.value, 0, 2 * Math.PI);
  }
  return path;
}

/** The hatch of land without a value. */
function hatch(pen: CanvasRenderingContext2D, svg: SVGSVGElement, scale: number): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const brush = tile.getContext("2d");
  const colour = (name: string): string => getComputedStyle(svg).getPropertyValue(name);
  if (!brush) return colour("--no-data");
  brush.fillStyle = colour("--no-data");
  brush.fillRect(0, 0, 8, 8);
  brush.strokeStyle = colour("--hatch");
  brush.lineWidth = 2;
  for (const at of [-4, 4, 12]) {
    brush.moveTo(at - 4, 12);
    brush.lineTo(at + 12, -4);
  }
  brush.stroke();
  const pattern = pen.createPattern(tile, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern ?? colour("--no-data");
}

export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
