// One session in the list: its name, host, seats and door, and the one act that would work now;
// opened, who sits where.

import { html, memo } from "./library.js";
import { Icon, Pips } from "./icons.js";
import { Act, Name, Refusal, copy } from "./parts.js";
import { admission, kindOfDoor, takenSeats, teamsOf, titleOf } from "./doors.js";
import { short } from "./texts.js";

const MOST_FACTS = 4;
const MOST_SEATS = 128;
const DOOR_ICON = { "friends only": "people", "by invitation": "people", full: "clock" };

export function Door({ session }) {
  const words = admission(session);
  const first = kindOfDoor(session);
  const kind = first === "open" && words !== "open" ? "asks" : first.replace(" ", "-");
  const icon = DOOR_ICON[first] ?? (session.password ? "lock" : null);
  return html`<span class=${`door ${kind}`}>${icon && html`<${Icon} name=${icon} />`}${words}</span>`;
}

/** What the game says of it, besides mode and map: plain values, the first of them. */
function factsOf({ attributes = {} }) {
  const plain = Object.entries(attributes).filter(([, value]) => typeof value !== "object");
  const said = plain.map(([key, value]) => (key === "mode" || key === "map" ? short(value, 40) : `${short(key, 40)}: ${short(value, 40)}`));
  return said.slice(0, MOST_FACTS);
}

/** Who leads, and what is played. */
export function Facts({ session }) {
  const { host, host_name, region } = session;
  const said = [...factsOf(session), ...(region ? [region] : [])];
  const leader = host ? html`<${Name} text=${host_name} />` : "nobody leads";
  return html`<p class="facts">${leader}${said.length > 0 && html` · <bdi>${said.join(" · ")}</bdi>`}</p>`;
}

function Friends({ session, named, isFriend }) {
  const here = Object.values(session.seats ?? {}).filter(({ player }) => player && isFriend(player));
  if (!here.length) return null;
  const more = here.length > 1 ? ` and ${here.length - 1} more` : "";
  return html`<span class="withf"><${Icon} name="people" /><span><bdi>${short(named(here[0].player), 24)}</bdi>${more} ${more ? "play" : "plays"}</span></span>`;
}

export const SessionRow = memo(function SessionRow({ id, session, over, open, active, may, refusal, busy, position, size, state }) {
  const title = titleOf(id, session);
  const taken = takenSeats(session);
  const teams = teamsOf(session);
  const { people } = state;
  const isFriend = (uuid) => people.isFriend(uuid);
  return html`<li class=${`row ${open ? "open" : ""} ${over ? "over" : ""}`} aria-setsize=${size} aria-posinset=${position} data-id=${id}>
    <article aria-labelledby=${`session-${id}`}>
      <div class="line">
        <button type="button" class="fold" tabindex=${active ? 0 : -1} aria-expanded=${open} aria-label=${`Seats of ${title}`} onClick=${() => state.open({ row: open ? null : id })}></button>
        <div class="what">
          <h3 id=${`session-${id}`}><a data-place data-row href=${state.address.to("session", id)} tabindex=${active ? 0 : -1}><bdi>${short(title)}</bdi></a></h3>
          <${Facts} session=${session} />
          <${Friends} session=${session} named=${(uuid) => people.named(uuid)} isFriend=${isFriend} />
        </div>
        <span class="seats"><${Pips} teams=${teams} friends=${isFriend} /><span><b>${taken}</b> of ${session.seats ? Object.keys(session.seats).length : 0}<span class="unseen"> seats taken</span></span></span>
        <${Door} session=${session} />
        <span class="act">${over ? html`<span class="soft">${state.address.filters.show === "all" ? "ended" : "not open now"}</span>` : html`<${RowAct} ...${{ id, session, may, title, active, busy, state }} />`}</span>
      </div>
      ${refusal && html`<${Refusal} state=${state} of=${`join ${id}`} />`}
      ${open && html`<${Opened} id=${id} session=${session} teams=${teams} state=${state} />`}
    </article>
  </li>`;
});

function RowAct({ id, session, may, title, active, state }) {
  const tabindex = active ? 0 : -1;
  const of = { acts: state.acts, key: `join ${id}` };
  if (may === "open") return html`<a class="btn tint" data-place href=${state.address.to("session", id)} tabindex=${tabindex} aria-label=${`Open ${title}`}>Open</a>`;
  if (may === "no") return html`<${Act} of=${of} kind="ghost" label=${`Why can I not join ${title}?`} tabindex=${tabindex} run=${() => state.why(id)}>Why?<//>`;
  if (session.password) {
    const ask = () => state.open({ dialog: { kind: "password", id, title } });
    return html`<${Act} of=${of} kind="tint" label=${`Join ${title} with the password`} tabindex=${tabindex} run=${ask}>Join…<//>`;
  }
  const join = () => state.join(`join ${id}`, { by: id, session });
  return html`<${Act} of=${of} kind="tint" label=${`Join ${title}`} tabindex=${tabindex} run=${join}>Join<//>`;
}

/** Teams by name, and the link to share. */
function Opened({ id, session, teams, state }) {
  const link = `${location.origin}/s/${id}`;
  let rest = MOST_SEATS;
  const shown = teams.map(([team, seats]) => [team, seats.slice(0, (rest -= seats.length) + seats.length)]);
  return html`<div class="inside">
    <div class="teams">
      ${shown.map(([team, seats]) => html`<section class="team"><h4>${teams.length > 1 ? `Team ${team + 1}` : "Seats"}</h4>
        <ul>${seats.map((seat) => html`<${MiniSeat} key=${seat.key} seat=${seat} leads=${seat.player && seat.player === session.host} />`)}</ul>
      </section>`)}
    </div>
    <p class="foot"><code class="link-text">${link}</code>
      <button type="button" class="btn sm ghost" onClick=${(event) => copy(link, event.currentTarget.previousElementSibling, state)}><${Icon} name="copy" />Copy link</button>
    </p>
  </div>`;
}

function MiniSeat({ seat, leads }) {
  const { status, player, name } = seat;
  if (status === "free") return html`<li class="seat free"><i class="slot"></i><span>free</span></li>`;
  const who = player ? html`<${Name} text=${name} />` : "";
  if (status !== "taken") return html`<li class="seat kept"><i class="slot"></i><span>${status === "invited" ? "invited" : "kept"} ${who}</span></li>`;
  return html`<li class="seat"><i class="dot"></i><${Name} text=${name} />${leads && html`<span class="lead"><${Icon} name="star" /><span class="unseen">leads</span></span>`}</li>`;
}
