// Who sits where: a card for each team, and at each person what one may do about them.

import { html, useEffect, useRef, useState } from "./library.js";
import { Icon } from "./icons.js";
import { Face, Name, Refusal } from "./parts.js";
import { teamsOf } from "./doors.js";
import { many, moment } from "./texts.js";

const MOST = 128;
const PERMITS = { invite: "may invite", kick: "may kick", move: "may move" };

/** `room`: one is inside, and acts there. */
export function Teams({ state, session, room }) {
  const teams = teamsOf(session);
  let rest = MOST;
  return html`<div class="teams">${teams.map(([team, seats]) => {
    const shown = seats.slice(0, Math.max(0, rest));
    rest -= seats.length;
    const taken = seats.filter(({ status }) => status === "taken").length;
    return html`<section class="teamcard" key=${team}>
      <h3>${teams.length > 1 ? `Team ${team + 1}` : "Seats"} <span>${taken} of ${seats.length}</span></h3>
      <ul>${shown.map((seat) => html`<${Seat} key=${seat.key} ...${{ state, session, room, seat, team }} />`)}</ul>
      ${seats.length > shown.length && html`<p class="soft">and ${many(seats.length - shown.length, "more seat")}</p>`}
    </section>`;
  })}</div>`;
}

function Seat({ state, session, room, seat, team }) {
  const { status, player, name, until, permits = [] } = seat;
  const { people, me } = state;
  if (status === "free") return html`<li class="seat free"><i class="slot"></i><span class="n">free</span>${room && html`<${SitHere} ...${{ state, room, team }} />`}</li>`;
  const known = name ?? (player && people.named(player));
  const label = known ?? "somebody";
  if (status !== "taken") return html`<li class="seat kept"><i class="slot"></i>
    <span class="n">${status === "invited" ? "invited" : "kept"}${player && html`: <${Name} text=${known} />`}${until && html`<span class="soft"> until ${moment(until)}</span>`}</span>
    ${room?.mayKick(seat) && html`<button type="button" class="btn sm" aria-label=${`Take back the invitation of ${label}`} onClick=${() => takeBack(state, room, player)}>Take back</button>`}</li>`;
  const isReady = room?.ready.has(player);
  return html`<li class=${`seat ${isReady ? "is-ready" : ""}`}>
    <${Face} uuid=${player} name=${name} />
    <span class="n"><${Name} text=${name} />
      ${player === session.host && html`<span class="lead"><${Icon} name="star" /><span class="unseen">leads</span></span>`}
      ${player === me && html`<span class="tag">you</span>`}
      ${people.isFriend(player) && html`<span class="tag fr">friend</span>`}
      ${permits.map((permit) => html`<span class="tag">${PERMITS[permit]}</span>`)}
    </span>
    ${room && html`<span class=${`rd ${isReady ? "y" : ""}`}>${isReady ? html`<${Icon} name="check" />ready` : "not ready"}</span>`}
    ${room && player !== me && html`<${PersonMenu} ...${{ state, room, seat, label }} />`}
    <${Refusal} state=${state} of=${`person ${player}`} />
  </li>`;
}

/** Where another team has a free seat and one may change. */
function SitHere({ state, room, team }) {
  const { session, seat } = room;
  if (!seat || seat.team === team || (session.teams_locked && !room.leads)) return null;
  const sit = () => state.acts.run("sit", () => state.client.command("session.move", { session: room.id, team }));
  return html`<button type="button" class="btn sm tint" onClick=${sit}>Sit here</button>`;
}

function takeBack(state, room, guest) {
  return state.acts.run(`person ${guest}`, () => room.act("session.kick", { session: room.id, guest }));
}

function PersonMenu({ state, room, seat, label }) {
  const { player } = seat;
  const { id, session } = room;
  const items = [];
  const run = (type, fields) => () => state.acts.run(`person ${player}`, () => room.act(type, { session: id, ...fields }));
  if (state.named) {
    items.push(state.people.isFriend(player)
      ? ["No longer a friend", run("host.unfriend", { friend: player, session: undefined })]
      : ["Make a friend", run("host.befriend", { friend: player, session: undefined })]);
  }
  if (room.leads) {
    const teams = teamsOf(session);
    for (const [team, seats] of teams) {
      if (team !== seat.team && seats.some(({ status }) => status === "free")) items.push([`Move to team ${team + 1}`, run("session.move", { player, team })]);
    }
    if (room.seat.team !== seat.team) items.push(["Change places with me", run("session.swap", { players: [player, state.me] })]);
    for (const permit of Object.keys(PERMITS)) {
      const has = (seat.permits ?? []).includes(permit);
      const permits = Object.keys(PERMITS).filter((one) => (one === permit ? !has : (seat.permits ?? []).includes(one)));
      items.push([`${has ? "May no longer" : "Allow to"} ${permit}`, run("session.permit", { player, permits })]);
    }
  }
  if (room.mayKick(seat)) items.push(["Kick…", () => state.open({ dialog: { kind: "remove", act: "kick", id, player, label } }), "danger"]);
  if (room.mayBan(seat)) items.push(["Ban…", () => state.open({ dialog: { kind: "remove", act: "ban", id, player, label } }), "danger"]);
  return items.length > 0 && html`<${Menu} label=${`What to do about ${label}`} items=${items} />`;
}

/** A button that opens a menu: [words, act, kind?] each. */
export function Menu({ label, items, children, kind = "icon" }) {
  const [open, set] = useState(false);
  const ref = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    ref.current.querySelector("[role=menuitem]")?.focus();
    const away = (event) => ref.current?.contains(event.target) || set(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const shut = () => {
    set(false);
    ref.current.querySelector("button").focus();
  };
  const onKey = (event) => {
    if (!open) return;
    const all = [...ref.current.querySelectorAll("[role=menuitem]")];
    const at = all.indexOf(document.activeElement);
    const goal = { ArrowDown: all[(at + 1) % all.length], ArrowUp: all.at(at - 1), Home: all[0], End: all.at(-1) }[event.key];
    if (goal) goal.focus();
    else if (event.key === "Escape") shut();
    else if (event.key === "Tab") return set(false);
    else return undefined;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<span class="menu-of" ref=${ref} onKeyDown=${onKey}>
    <button type="button" class=${`btn ghost ${kind}`} aria-label=${label} aria-haspopup="menu" aria-expanded=${open} onClick=${() => set(!open)}>${children ?? html`<${Icon} name="more" />`}</button>
    ${open && html`<span class="menu" role="menu" aria-label=${label}>${items.map(([words, act, look = ""]) => html`<button type="button" role="menuitem" tabindex="-1" class=${look} onClick=${() => (shut(), act())}>${words}</button>`)}</span>`}
  </span>`;
}
