/** Names beside their dots: the most important first, none over another. */

import type { Point } from "./types";

export interface Label {
  code: string;
  name: string;
  at: Point;
  important: boolean;
  /** Named even where its words cover another dot. */
  always: boolean;
}

export interface PlacedLabel extends Label {
  x: number;
  y: number;
  anchor: "start" | "middle" | "end";
}

type Box = [number, number, number, number];
const SIDES: readonly [number, number, PlacedLabel["anchor"]][] = [
  [0, 17, "middle"], [9, 4.5, "start"], [-9, 4.5, "end"], [0, -9, "middle"],
  [8, -6, "start"], [-8, -6, "end"], [8, 14, "start"], [-8, 14, "end"],
];

const meter = document.createElement("canvas").getContext("2d");

function widthOf(name: string, important: boolean, font: string): number {
  if (!meter) return name.length * 7.5;
  meter.font = important ? `600 15px ${font}` : `500 12.5px ${font}`;
  return meter.measureText(name).width;
}

function overlaps(one: Box, other: Box): boolean {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}

/** Places for as many labels as there is room for, in the order given; `size` is the map in pixels. */
export function placeLabels(labels: readonly Label[], size: Point, most: number, font: string): PlacedLabel[] {
  const seen = labels.filter(({ at }) => at[0] >= 0 && at[1] >= 0 && at[0] <= size[0] && at[1] <= size[1]);
  const dots = seen.map(({ at }): Box => [at[0] - 4, at[1] - 4, at[0] + 4, at[1] + 4]);
  const taken: Box[] = [];
  const placed: PlacedLabel[] = [];
  seen.forEach((label, index) => {
    if (placed.length >= most) return;
    const width = widthOf(label.name, label.important, font);
    const tall = label.important ? 14 : 12;
    for (const [dx, dy, anchor] of SIDES) {
      const [x, y] = [label.at[0] + dx, label.at[1] + dy];
      const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
      const box: Box = [left - 2, y - tall, left + width + 2, y + 3];
      const out = box[0] < 0 || box[2] > size[0] || box[1] < 0 || box[3] > size[1];
      const covers = !label.always && dots.some((dot, i) => i !== index && overlaps(box, dot));
      if (out || covers || taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      placed.push({ ...label, x, y, anchor });
      return;
    }
  });
  return placed;
}
