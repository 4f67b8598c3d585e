// The page begins: what the server says of itself, the state, and a drawing of it at most once a frame.

import { html, render } from "./library.js";
import { App, showTheme } from "./app.js";
import { keepFocus } from "./focus.js";
import { PageState } from "./page_state.js";
import { many } from "./texts.js";

const root = document.querySelector("#page");
const { name, ...facts } = JSON.parse(document.querySelector("meta[name=lobby]").content);
let state = null;
let frame = 0;
let sessions = null; // how many there were when the page was last looked at

showTheme();
keepFocus(root);
state = new PageState({ name, ...facts }, draw);
draw();
addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", () => document.hidden || (state.order.now(), draw()));

/** At most once a frame, and not while nobody looks; or `now`, where it must not wait. */
function draw(now = false) {
  if (!state) return;
  showTitle();
  if (now) show();
  else frame ||= requestAnimationFrame(show);
}

function show() {
  cancelAnimationFrame(frame);
  frame = 0;
  learn();
  render(html`<${App} state=${state} />`, root);
}

/** Names that come by are remembered, and the sessions one sits in are entered. */
function learn() {
  const { sessions: found, people, rooms } = state;
  found.learn();
  people.learn([found.welcome, found.all, found.own].flatMap(({ state: held }) => Object.values(held?.sessions ?? {})));
  for (const [id, session] of Object.entries(found.own.state?.sessions ?? {})) {
    const mine = Object.values(session.seats).some(({ status, player }) => status === "taken" && player === state.me);
    if (mine) rooms?.enter(id);
  }
  for (const { id, session } of rooms?.all ?? []) {
    found.name(id, session);
    people.learn([session]);
  }
}

/** The tab says what happens while nobody looks. */
function showTitle() {
  const total = state.sessions?.totals.all ?? 0;
  if (!document.hidden || sessions === null) sessions = total;
  const offered = state.searching?.state?.offer && !state.searching.accepted;
  const opened = total - sessions;
  const news = offered ? "Match found! " : opened > 0 ? `${many(opened, "new session")} – ` : state.inbox?.unread ? `(${state.inbox.unread}) ` : "";
  const title = news + name;
  if (document.title !== title) document.title = title;
}

function onKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select")) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const field = document.querySelector("#search-sessions");
    if (!field) return;
    event.preventDefault();
    field.focus();
  } else if (event.key === "?") state.open({ dialog: { kind: "keys" } });
}
