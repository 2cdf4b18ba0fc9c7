/** What the page hands over (see `explorer/explore.py`) and what the bundle's files hold. */

export type Point = [number, number];
export type Show = "both" | "in" | "out" | "net";
export type Routes = "place" | "all" | "none";

export interface Place {
  code: string;
  name: string;
  level: string;
  parent: string;
  xy: Point | null;
}

/** A place as the bundle's index has it. */
export interface IndexPlace {
  code: string;
  name: Record<string, string>;
  level: string;
  parent: string | null;
  xy: Point;
}

export interface PlaceEvent {
  from: number;
  to: number;
  label: string;
}

export interface Indicator {
  key: string;
  title: string;
  unit: string;
  levels: string[];
  years: number[];
  palette: "net" | "grass" | "sky" | "larch";
  mark: "fill" | "dots";
  decimals: number;
  breaks: number[];
  level_breaks: Record<string, number[]>;
  quality: string;
  caveat: string;
}

export interface Level {
  key: string;
  plural: string;
  shapes: boolean;
}

/** The JSON element of the page. */
export interface Page {
  lang: string;
  figures: string;
  country: string;
  capital: string;
  years: number[];
  levels: Level[];
  places: Place[];
  events: PlaceEvent[];
  indicators: Indicator[];
  flowYears: number[];
  quality: "estimated" | "observed";
  widest: Record<string, number>;
  frame: { width: number; height: number };
  placePage: string;
  source: string;
  words: Record<string, string>;
}

/** Origin, destination, persons, and the ends of the 80 % range (null where routes are counted). */
export type Row = [string, string, number, number | null, number | null];

export interface Doubt {
  year: number;
  reason: Record<string, string>;
}

export interface Series {
  arrivals: (number | null)[] | null;
  departures: (number | null)[] | null;
  doubtful: Doubt[];
  population: Record<string, number>;
}

export interface Unit {
  code: string;
  d: string;
}

export type Values = Record<string, number | null>;
export type IndicatorFile = Record<string, Record<string, Values>>;

/** Arrivals and departures of one place in one year; null where nobody counted. */
export interface Balance {
  came: number | null;
  left: number | null;
}

/** A route as it is drawn: where from, where to, how many, and its colour. */
export interface Route {
  key: string;
  from: string;
  to: string;
  persons: number;
  low: number | null;
  high: number | null;
  kind: "in" | "out" | "all";
}
