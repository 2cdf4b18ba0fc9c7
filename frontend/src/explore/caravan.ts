/**
 * A flow as a caravan: thin where people leave, wide where they arrive, bent to the right of its direction.
 * Estimated flows walk in dashes, counted flows are one solid taper. The server draws the same (explore_map.py).
 */

import type { Point } from "./types";

const BEND = 0.17;
const THIN = 0.22;

interface Curve {
  at: (t: number) => Point;
  normal: (t: number) => Point;
  length: number;
}

function curve(a: Point, b: Point): Curve {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const c: Point = [(a[0] + b[0]) / 2 - dy * BEND, (a[1] + b[1]) / 2 + dx * BEND];
  return {
    length: Math.hypot(dx, dy) * 1.06 || 1,
    at: (t) => [
      (1 - t) ** 2 * a[0] + 2 * t * (1 - t) * c[0] + t * t * b[0],
      (1 - t) ** 2 * a[1] + 2 * t * (1 - t) * c[1] + t * t * b[1],
    ],
    normal: (t) => {
      const x = 2 * (1 - t) * (c[0] - a[0]) + 2 * t * (b[0] - c[0]);
      const y = 2 * (1 - t) * (c[1] - a[1]) + 2 * t * (b[1] - c[1]);
      const size = Math.hypot(x, y) || 1;
      return [-y / size, x / size];
    },
  };
}

/** Path data of a caravan from `a` to `b`, `width` pixels wide where it arrives. */
export function caravan(a: Point, b: Point, width: number, dashed: boolean): string {
  const path = curve(a, b);
  const side = (t: number, sign: number): string => {
    const [p, n, half] = [path.at(t), path.normal(t), ((THIN + (1 - THIN) * t) * width) / 2];
    return `${(p[0] + n[0] * half * sign).toFixed(1)} ${(p[1] + n[1] * half * sign).toFixed(1)}`;
  };
  const start = Math.min(0.3, 4 / path.length);
  const end = 1 - Math.min(0.3, 6 / path.length);
  const pieces = dashed ? Math.max(1, Math.round(((end - start) * path.length) / Math.max(6, 5 + width * 0.62))) : 1;
  const step = (end - start) / pieces;
  let drawn = "";
  for (let piece = 0; piece < pieces; piece += 1) {
    const from = start + piece * step;
    const to = dashed ? from + step * 0.74 : end;
    const stops = dashed ? [from, to] : Array.from({ length: 13 }, (_, i) => from + ((to - from) * i) / 12);
    const tip = path.at(piece === pieces - 1 ? Math.min(1, end + 2 / path.length) : to + step * 0.12);
    const there = stops.map((t) => side(t, 1)).join("L");
    const back = stops.toReversed().map((t) => side(t, -1)).join("L");
    drawn += `M${there}L${tip[0].toFixed(1)} ${tip[1].toFixed(1)}L${back}Z`;
  }
  return drawn;
}
