/** The bundle's files: each is fetched once and kept; a failed one can be asked for again. */

import type { IndexPlace, IndicatorFile, Page, Row, Series, Unit } from "./types";

export class Figures {
  private readonly kept = new Map<string, Promise<unknown>>();

  constructor(private readonly page: Page) {}

  series(): Promise<Record<string, Series>> {
    return this.file<Record<string, Series>>("series.json");
  }

  /** Routes of a year, largest first; empty for a year without. */
  async flows(year: number): Promise<Row[]> {
    if (!this.page.flowYears.includes(year)) return [];
    return (await this.file<{ rows: Row[] }>(`flows-${year}.json`)).rows;
  }

  indicator(key: string): Promise<IndicatorFile> {
    return this.file<IndicatorFile>(`indicator-${key}.json`);
  }

  async shapes(level: string): Promise<Unit[]> {
    return (await this.file<{ units: Unit[] }>(`shapes-${level}.json`)).units;
  }

  /** Places of every level, with their names in all languages. */
  async places(): Promise<IndexPlace[]> {
    return (await this.file<{ places: IndexPlace[] }>("index.json")).places;
  }

  private file<T>(name: string): Promise<T> {
    const known = this.kept.get(name);
    if (known) return known as Promise<T>;
    const asked = fetch(this.page.figures + name).then((answer) => {
      if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
      return answer.json() as Promise<T>;
    });
    this.kept.set(name, asked);
    asked.catch(() => this.kept.delete(name));
    return asked;
  }
}
