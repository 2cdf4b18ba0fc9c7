/** The map page: takes over what the server has drawn, keeps it in line with the address. */

import { type Change, listenToControls, Player, showState } from "./explore/controls";
import { Figures } from "./explore/data";
import { the } from "./explore/dom";
import { Explorer } from "./explore/explorer";
import type { State } from "./explore/state";
import type { Page } from "./explore/types";
import { useWords } from "./explore/words";

const handed = JSON.parse(the("explore-data").textContent ?? "") as { page: Page; state: State };
useWords(handed.page.words);

const explorer = new Explorer(handed.page, new Figures(handed.page), handed.state);
const player = new Player(() => explorer.nextYear(), () => explorer.pace());
const change: Change = (next, how) => {
  player.stop();
  explorer.change(next, how);
};
listenToControls(change);
showState(handed.page, explorer.state);
void explorer.start();
