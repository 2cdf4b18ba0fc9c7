/** What goes on: loading, a failure with its way out, the connection that is down. */

import { element, the } from "./dom";
import { say } from "./words";

const PATIENCE = 300;

export class Notice {
  private readonly box = the("notice");
  private timer = 0;

  loading(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.say(say("loading")), PATIENCE);
  }

  done(): void {
    clearTimeout(this.timer);
    this.box.replaceChildren();
    this.box.hidden = true;
  }

  /** The figures on the page stay; the button asks again. */
  failed(again: () => void): void {
    clearTimeout(this.timer);
    const button = element("button", { type: "button", class: "button quiet" }, say("retry"));
    button.addEventListener("click", again);
    this.say(navigator.onLine ? say("failed") : say("offline"), button);
  }

  /** A short word that goes away by itself. */
  brief(text: string): void {
    this.say(text);
    this.timer = window.setTimeout(() => this.done(), 4000);
  }

  private say(text: string, ...more: Node[]): void {
    clearTimeout(this.timer);
    this.box.replaceChildren(element("span", {}, text), ...more);
    this.box.hidden = false;
  }
}
