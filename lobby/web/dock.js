// Where one is, at the bottom of every place: the seat, the search, whether one is ready. And the
// ready check of a match that was found, over everything.

import { html, useEffect, useState } from "./library.js";
import { Ring } from "./icons.js";
import { Act, Dialog, Refusal } from "./parts.js";
import { takenSeats, seatsOf, titleOf } from "./doors.js";
import { explanation } from "./searching.js";
import { lasting, many, short } from "./texts.js";

/** Drawn again each second, as long as it is shown. */
function useClock() {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}

export function Dock({ state }) {
  const { searching, rooms, room } = state;
  const elsewhere = rooms?.all.filter(({ id }) => id !== room?.id) ?? [];
  if (!searching?.ticket && !room && !elsewhere.length) return null;
  return html`<section class="dock" aria-label="Where you are">
    ${searching?.ticket && html`<${Search} state=${state} />`}
    ${room ? html`<${Ready} state=${state} room=${room} />` : elsewhere.slice(0, 1).map((one) => html`<div class="dockin"><p><b>You are in <bdi>${short(titleOf(one.id, one.session), 50)}</bdi></b><span>${takenSeats(one.session)} of ${seatsOf(one.session).length} seats taken${elsewhere.length > 1 ? ` · and in ${many(elsewhere.length - 1, "more")}` : ""}</span></p>
      <a class="btn" data-place href=${state.address.to("session", one.id)}>Back to it</a></div>`)}
  </section>`;
}

function Ready({ state, room }) {
  const inside = seatsOf(room.session).filter(({ status }) => status === "taken");
  const waiting = inside.filter(({ player }) => !room.ready.has(player));
  const of = { acts: state.acts, key: "ready" };
  const names = waiting.slice(0, 2).map(({ player, name }) => (player === state.me ? "you" : (name ?? "somebody without a name")));
  const rest = waiting.length > 2 ? ` and ${waiting.length - 2} more` : "";
  return html`<div class="dockin"><p><b>${inside.length - waiting.length} of ${inside.length} are ready</b>
      <span>${waiting.length ? html`Waiting for <bdi>${names.join(", ")}</bdi>${rest}` : "Everybody is ready."}</span></p>
    <${Act} of=${of} kind=${room.ready.mine ? "big tint" : "big primary"} icon="check" aria-pressed=${room.ready.mine} run=${() => state.acts.run("ready", () => room.ready.set(!room.ready.mine))}>${room.ready.mine ? "You are ready" : "I am ready"}<//>
    <${Refusal} state=${state} of="ready" /></div>`;
}

function Search({ state }) {
  useClock();
  const { searching } = state;
  const [open, set] = useState(false);
  const { since, ticket } = searching;
  const queues = searching.state?.queues?.join(", ") ?? "";
  const stop = () => state.acts.run("stop", () => searching.stop());
  return html`<div class="dockin searching" key=${ticket}><span class="spin"></span>
    <p><b>Searching${queues && html`: <bdi>${short(queues, 40)}</bdi>`}</b><span class="num" aria-hidden="true">${lasting(state.client.now() / 1000 - since)}</span>
      ${open && html`<span class="why" role="status">${explanation(searching.state)}</span>`}</p>
    <button type="button" class="btn sm ghost" aria-expanded=${open} onClick=${() => set(!open)}>${open ? "Hide" : "Why so long?"}</button>
    <${Act} of=${{ acts: state.acts, key: "stop" }} run=${stop}>Stop<//>
    <${Refusal} state=${state} of="stop" /></div>`;
}

const QUIET_MS = 500; // somebody may be typing when it appears

export function ReadyCheck({ state }) {
  useClock();
  const { searching } = state;
  const { offer } = searching.state;
  const [early, open] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => open(false), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  const [whole] = useState(() => Math.max(1, offer.until - state.client.now() / 1000));
  const left = Math.max(0, offer.until - state.client.now() / 1000);
  const answer = (yes) => () => early || state.acts.run("offer", () => searching.answer(yes));
  const waiting = offer.players - offer.ready;
  return html`<${Dialog} title="Match found" kind="ready" focus="title">
    <${Ring} part=${Math.min(1, left / whole)}>${Math.ceil(left)}<//>
    <p class="unseen" role="timer">${Math.ceil(left)} seconds left</p>
    <p role="status">${searching.accepted ? `You are in, waiting for ${waiting}.` : `${offer.ready} of ${offer.players} have accepted`}</p>
    ${!searching.accepted && html`<p class="answers"><${Act} of=${{ acts: state.acts, key: "offer" }} kind="huge primary" aria-disabled=${early || undefined} run=${answer(true)}>Accept<//><${Act} of=${{ acts: state.acts, key: "offer" }} kind="huge" aria-disabled=${early || undefined} run=${answer(false)}>Decline<//></p>`}
    <p class="soft">Declining ends your search. Nobody is told who declined.</p>
    <${Refusal} state=${state} of="offer" />
  <//>`;
}
