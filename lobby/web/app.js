// The whole page: its head, the place one is at, and what lies over it.

import { html } from "./library.js";
import { Icon } from "./icons.js";
import { Choice, Dialog, Face, Name, STATUS } from "./parts.js";
import { Dock, ReadyCheck } from "./dock.js";
import { Entrance } from "./entrance.js";
import { Banner, Head, Motd, THEMES } from "./head.js";
import { Inbox } from "./inbox.js";
import { PeopleList, PersonActs } from "./people_list.js";
import { Play } from "./play.js";
import * as questions from "./questions.js";
import { SessionPlace } from "./session_place.js";
import { SessionsList } from "./sessions_list.js";
import * as kept from "./kept.js";

const SKIPS = {
  lobby: [["sessions", "the sessions"], ["people", "the people"]],
  session: [["place", "the session"]],
  room: [["place", "the session"], ["chat", "the chat"]],
  people: [["people", "the people"]],
  inbox: [["inbox", "the inbox"]],
};

export function App({ state }) {
  const { place } = state.address;
  const stale = state.connection.state.phase !== "live" && state.connection.lostAt > 0;
  const inside = place === "session" && state.room;
  return html`<div class=${`page at-${place} ${stale ? "stale" : ""} ${inside ? "in-room" : ""}`}>
    ${SKIPS[inside ? "room" : place].map(([id, words]) => html`<a class="skip" href=${`#${id}`}>Skip to ${words}</a>`)}
    <${Head} state=${state} />
    <p class="unseen announcement" role="status">${state.said}</p>
    <p class="unseen alarm" role="alert">${state.alarm}</p>
    <${Banner} state=${state} />
    <${Told} state=${state} />
    <${Place} state=${state} place=${place} />
    <${Dock} state=${state} />
    <${Foot} state=${state} />
    <${Over} state=${state} />
  </div>`;
}

function Place({ state, place }) {
  if (place === "session") return html`<main id="main"><${SessionPlace} state=${state} /></main>`;
  if (place === "people") return html`<main class="single" id="main"><${PeopleList} state=${state} /></main>`;
  if (place === "inbox") return html`<main class="single" id="main"><${Inbox} state=${state} /></main>`;
  const empty = state.sessions.totals.all === 0;
  return html`<${Motd} state=${state} />
    <div class="grid">
      <main id="main">${empty ? null : html`<${Play} state=${state} />`}<${SessionsList} state=${state} />${empty ? html`<${Play} state=${state} />` : null}</main>
      <aside aria-label="People"><${PeopleList} state=${state} /></aside>
    </div>`;
}

/** What happened to one, until it is put away. */
function Told({ state }) {
  if (!state.told.length) return null;
  return html`<ul class="told" aria-label="What happened">${state.told.map(({ id, text }) => html`<li key=${id}><bdi>${text}</bdi><button type="button" class="btn sm ghost icon" aria-label="Put away" onClick=${() => state.untell(id)}><${Icon} name="x" /></button></li>`)}</ul>`;
}

function Foot({ state }) {
  return html`<footer><p>Games connect to <code>${location.origin.replace("http", "ws")}/ws</code>, subprotocol <code>lobby.v1</code>.</p>
    <p><button type="button" class="link" onClick=${() => state.open({ dialog: { kind: "keys" } })}>Keys</button> · <button type="button" class="link" onClick=${() => state.open({ dialog: { kind: "theme" } })}>Light or dark</button></p></footer>`;
}

const DIALOGS = {
  entrance: Entrance,
  password: questions.PasswordQuestion,
  host: questions.HostQuestion,
  invite: questions.InviteQuestion,
  remove: questions.RemoveQuestion,
  close: questions.CloseQuestion,
  person: Person,
  theme: Theme,
  keys: Keys,
};

function Over({ state }) {
  const { dialog } = state.view;
  const Shown = dialog && DIALOGS[dialog.kind];
  return html`${Shown && html`<${Shown} key=${dialog.kind} state=${state} ...${dialog} />`}
    ${state.searching?.state?.offer && html`<${ReadyCheck} key=${state.searching.state.offer.match} state=${state} />`}`;
}

function Person({ state, uuid }) {
  const found = state.people.listed.find(([one]) => one === uuid) ?? state.people.friends.find(([one]) => one === uuid);
  const person = found?.[1] ?? {};
  const name = person.name ?? (state.me === uuid ? state.connection.identity.name : undefined);
  return html`<${Dialog} title=${html`<${Name} text=${name} />`} close=${() => state.close()}>
    <p class="card-of"><${Face} uuid=${uuid} name=${name} status=${person.status} /><span>${STATUS[person.status] ?? "not shown online"}<code title="Their id">${uuid}</code></span></p>
    <${PersonActs} state=${state} uuid=${uuid} />
  <//>`;
}

function Theme({ state }) {
  const choose = (theme) => {
    kept.theme.save(theme || null);
    showTheme();
    state.draw();
  };
  return html`<${Dialog} title="Light or dark" close=${() => state.close()}><${Choice} label="Light or dark" options=${THEMES} value=${kept.theme.load() ?? ""} choose=${choose} /><//>`;
}

export function showTheme() {
  const theme = kept.theme.load();
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

const KEYS = [
  ["/", "search sessions"], ["?", "this table"], ["Up, Down, Home, End", "another session in the list"], ["Right, Left", "open or shut its seats"],
  ["Enter", "open the session"], ["j", "join it"], ["c", "copy its link"], ["u", "show newer sessions"], ["Esc", "shut a menu, a dialog, a row"], ["Enter, Shift+Enter", "send, or a new line in the chat"],
];

function Keys({ state }) {
  return html`<${Dialog} title="Keys" close=${() => state.close()}><dl class="keys">${KEYS.map(([key, does]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`)}</dl><//>`;
}
