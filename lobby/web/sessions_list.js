// The sessions: search, filters and order, those one can join, and under them those one cannot.

import { html } from "./library.js";
import { Icon } from "./icons.js";
import { Choice } from "./parts.js";
import { ORDERS, kindOfDoor } from "./doors.js";
import { FIRST } from "./sessions_found.js";
import { SessionRow } from "./session_row.js";
import { Empty } from "./empty.js";
import { many, number } from "./texts.js";


export function SessionsList({ state }) {
  const { sessions, address } = state;
  const { filters } = address;
  const { welcome, all } = sessions.totals;
  const known = all !== null;
  if (sessions.takeNew()) state.order.now(); // the reader has asked for something else
  const { rows, newer } = state.order.take(known ? sessions.listed(filters) : []);
  const total = (filters.show === "all" ? all : welcome) ?? 0;
  const filtered = isFiltered(filters);
  if (known && all === 0 && !filtered && !rows.length) return html`<${Empty} state=${state} />`;
  return html`<section aria-labelledby="sessions">
    <div class="head">
      <h2 id="sessions" tabindex="-1">Sessions</h2>
      <${Choice} label="Which sessions" value=${filters.show === "all" ? "all" : "mine"} choose=${(show) => state.filter({ show: show === "all" ? "all" : "" })}
        options=${{ mine: html`I can join <b>${number(welcome ?? 0)}</b>`, all: html`All <b>${number(all ?? 0)}</b>` }} />
      ${newer > 0 && html`<span class="fresh"><span>${number(newer)} newer</span> <button type="button" class="link" onClick=${() => step(state)}>Show</button></span>`}
    </div>
    <${Filters} state=${state} />
    ${filtered && known && html`<p class="found" id="found-sessions">${total ? `${many(total, "session")} found.` : "No session found."}</p>`}
    ${sessions.unlisted && html`<p class="quiet" id="no-list">${sessions.unlisted}</p>`}
    ${known && rows.length === 0 && !sessions.unlisted && html`<${NothingHere} state=${state} filtered=${filtered} all=${all} />`}
    <${List} state=${state} label="Sessions" rows=${rows} total=${total} />
    ${total > rows.length && rows.length >= FIRST && html`<${More} state=${state} total=${total} shown=${rows.length} />`}
    ${filters.show !== "all" && html`<${Barred} state=${state} />`}
  </section>`;
}

const isFiltered = ({ q, mode, region, with: company }) => Boolean(q || mode || region || company);

function step(state) {
  state.order.now();
  state.draw();
}

function Filters({ state }) {
  const { address, sessions } = state;
  const { filters } = address;
  const select = (key, label, any, values) =>
    values.length > (filters[key] ? 0 : 1) &&
    html`<label class="pick"><span class="unseen">${label}</span><select name=${key} value=${filters[key] ?? ""} onChange=${(event) => state.filter({ [key]: event.target.value })}>
      <option value="">${any}</option>${values.map((value) => html`<option value=${value} selected=${value === filters[key]}>${value}</option>`)}
    </select></label>`;
  const regions = [...new Set([...sessions.regions, ...Object.keys(state.people.count.state?.regions ?? {})])].sort();
  return html`<form class="tools" role="search" aria-label="Sessions" onSubmit=${(event) => event.preventDefault()}>
    <label class="find"><${Icon} name="search" /><span class="unseen">Search sessions</span>
      <input id="search-sessions" type="search" autocomplete="off" maxlength="64" placeholder="Session or host" value=${filters.q ?? ""} onInput=${(event) => state.filter({ q: event.target.value })} /><kbd aria-hidden="true">/</kbd></label>
    ${select("mode", "Mode", "Mode: any", [...sessions.modes].sort())}
    ${select("region", "Region", "Region: any", regions)}
    ${state.named && html`<button type="button" class="pick" aria-pressed=${filters.with === "friends"} onClick=${() => state.filter({ with: filters.with ? "" : "friends" })}><${Icon} name="people" />With friends</button>`}
    <label class="pick plain"><span class="unseen">Order</span><select name="sort" value=${filters.sort ?? "free"} onChange=${(event) => state.filter({ sort: event.target.value === "free" ? "" : event.target.value })}>
      ${Object.entries(ORDERS).map(([value, words]) => html`<option value=${value} selected=${value === (filters.sort ?? "free")}>${words}</option>`)}
    </select></label>
  </form>`;
}

function NothingHere({ state, filtered, all }) {
  const every = () => state.filter({ q: "", mode: "", region: "", with: "", show: "" });
  if (filtered) return html`<p class="quiet">No session has all of these. <button type="button" class="link" onClick=${every}>Show all sessions</button></p>`;
  return html`<p class="quiet">${all === 1 ? "There is one session, and you" : `There are ${number(all)} sessions, and you`} can join none of them now. Open those below to see why, or host your own.</p>`;
}

function List({ state, label, rows, total, dim }) {
  if (!rows.length) return null;
  const { view, acts, sessions } = state;
  const active = rows.some(([id]) => id === view.active) ? view.active : rows[0][0];
  return html`<ul class=${`sessions ${dim ? "dim" : ""}`} aria-label=${label} onKeyDown=${(event) => onKey(event, state)} onFocusIn=${(event) => attend(event, state)}>
    ${rows.map(([id, session, over], n) => html`<${SessionRow} key=${id} ...${{ id, session, over, state }} open=${view.row === id} active=${id === active}
      may=${mayOf(state, sessions, id, session)} refusal=${acts.refusal(`join ${id}`)} busy=${acts.busy(`join ${id}`)} position=${n + 1} size=${total} friends=${state.people.friendsState} />`)}
  </ul>`;
}

function mayOf(state, sessions, id, session) {
  if (state.rooms?.get(id)) return "open";
  return sessions.isWelcome(id, session) ? "join" : "no";
}

function More({ state, total, shown }) {
  const next = Math.min(FIRST, total - shown);
  if (shown >= 2 * FIRST) return html`<p class="soft" id="more-sessions">and ${number(total - shown)} more: search for them by name</p>`;
  return html`<button type="button" class="btn" id="more-sessions" onClick=${() => state.open({ most: shown + next })}>Show ${number(next)} more of ${number(total)}</button>`;
}

/** One fold for those one cannot join, with how many for which reason. */
function Barred({ state }) {
  const { sessions, view, address } = state;
  const { welcome, all } = sessions.totals;
  const mine = Object.keys(sessions.own.state?.sessions ?? {}).filter((id) => !sessions.welcome.state?.sessions[id]).length;
  const left = (all ?? 0) - (welcome ?? 0) - (isFiltered(address.filters) ? 0 : mine);
  if (left <= 0) return null;
  const held = view.fold ? sessions.barred(address.filters) : [];
  const kinds = {};
  for (const [, session] of held) kinds[kindOfDoor(session)] = (kinds[kindOfDoor(session)] ?? 0) + 1;
  const kind = kinds[view.kind] ? view.kind : "all";
  const rows = held.filter(([, session]) => kind === "all" || kindOfDoor(session) === kind).slice(0, FIRST);
  const options = { all: "All" };
  for (const [key, count] of Object.entries(kinds)) options[key] = html`${key[0].toUpperCase() + key.slice(1)} <b>${count}</b>`;
  return html`<div class="shut">
      <button type="button" class="foldmore" aria-expanded=${view.fold} onClick=${() => state.open({ fold: !view.fold })}><${Icon} name=${view.fold ? "down" : "right"} /><b>${number(left)} you cannot join now</b></button>
      ${Object.keys(kinds).length > 1 && html`<${Choice} small label="Why not" options=${options} value=${kind} choose=${(chosen) => state.open({ kind: chosen })} />`}
    </div>
    <${List} state=${state} label="Sessions you cannot join" rows=${rows} total=${held.length} dim />
    ${view.fold && kind === "all" && left > rows.length && html`<p class="soft">and ${number(left - rows.length)} more: search for them by name</p>`}`;
}

/** The row in which the focus is can be reached by Tab, the others by arrows. */
function attend(event, state) {
  const id = event.target.closest(".row")?.dataset.id;
  if (id && id !== state.view.active) state.open({ active: id });
}

function onKey(event, state) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, select")) return;
  const row = event.target.closest(".row");
  const key = event.key.toLowerCase();
  const all = [...event.currentTarget.children];
  const at = all.indexOf(row);
  const goal = { ArrowDown: all[at + 1], ArrowUp: all[at - 1], Home: all[0], End: all.at(-1) }[event.key];
  if (goal) {
    event.preventDefault();
    goal.querySelector("[data-row]").focus();
  } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
    event.preventDefault();
    state.open({ row: event.key === "ArrowRight" ? row.dataset.id : null });
  } else if (event.key === "Escape") state.open({ row: null });
  else if (key === "j") row.querySelector(".act .btn")?.click();
  else if (key === "c") {
    Object.assign(state.view, { row: row.dataset.id });
    state.drawNow();
    row.querySelector(".foot .btn").click();
  } else if (key === "u") step(state);
}
