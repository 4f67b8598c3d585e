// The top of every place: the lobby, how the connection is, one's inbox and oneself.

import { html, useEffect, useState } from "./library.js";
import { Icon, Logo } from "./icons.js";
import { Face, Name } from "./parts.js";
import { Menu } from "./seats.js";
import { number } from "./texts.js";
import * as kept from "./kept.js";

const STATUSES = { online: "Online", away: "Away", busy: "Do not disturb", invisible: "Invisible" };
const THEMES = { "": "As the system", light: "Light", dark: "Dark" };

export function Head({ state }) {
  const { facts, people, inbox, address, me } = state;
  const unread = inbox?.unread ?? 0;
  return html`<header class="top">
    <a class="brand" data-place href=${address.to("lobby")}><${Logo} /><h1><bdi>${facts.name}</bdi></h1></a>
    ${facts.region && html`<span class="where">${facts.region}</span>`}
    <${Light} connection=${state.connection} state=${state} />
    <div class="right">
      <a class="btn ghost ppl" data-place href=${address.to("people")} aria-label=${`People, ${people.online ?? 0} online`}><${Icon} name="people" />${number(people.online ?? 0)}</a>
      ${me && html`<a class="btn ghost icon bell" data-place href=${address.to("inbox")} aria-label=${unread ? `Inbox, ${unread} new` : "Inbox"}><${Icon} name="bell" />${unread > 0 && html`<span class="badge">${unread > 99 ? "99+" : unread}</span>`}</a>`}
      <${Me} state=${state} />
    </div>
  </header>`;
}

function Me({ state }) {
  const { me, connection, named } = state;
  const enter = (door) => state.open({ dialog: { kind: "entrance", door, nameless: !me } });
  if (!named) return html`${me && html`<span class="being"><${Name} text=${null} /></span>`}
    <button type="button" class="btn ghost" onClick=${() => enter("login")}>Log in</button>
    <button type="button" class="btn" onClick=${() => enter("signup")}>Sign up</button>
    ${me && html`<${Menu} label="You" items=${[["Leave", () => state.logOut()]]} />`}`;
  const { name } = connection.identity;
  const set = (status) => () => state.acts.run("status", () => state.client.command("presence.set", { status }));
  const items = [
    ...Object.entries(STATUSES).map(([status, words]) => [words, set(status)]),
    ["How you look to others", () => state.open({ dialog: { kind: "person", uuid: me } })],
    ["Light or dark…", () => state.open({ dialog: { kind: "theme" } })],
    ["Keys…", () => state.open({ dialog: { kind: "keys" } })],
    ["Log out", () => state.logOut()],
  ];
  return html`<${Menu} label=${`You: ${name ?? "no name"}`} kind="me" items=${items}><${Face} uuid=${me} name=${name} size="s" /><span class="mename"><${Name} text=${name} /></span><${Icon} name="down" /><//>`;
}

/** The state of the connection, in a word. */
function Light({ connection, state }) {
  const { phase } = connection.state;
  return html`<span class="connection" data-phase=${phase}>
    <i class="light" aria-hidden="true"></i><span class="words">${phase === "waiting" ? html`<${Countdown} until=${connection.state.until} />` : PHASES[phase] ?? "Connecting"}</span>
    ${phase === "waiting" && html`<button type="button" class="link" onClick=${() => connection.client.reconnect()}>Now</button>`}
    ${phase === "closed" && html`<button type="button" class="link again" onClick=${() => state.connection.client.connect().catch(() => {})}>Try again</button>`}
  </span>`;
}

const PHASES = { live: "Live", closed: "Stopped" };

function Countdown({ until }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 250);
    return () => clearInterval(timer);
  }, []);
  return `Coming back in ${Math.max(0, Math.ceil((until - Date.now()) / 1000))} s`;
}

/** What to know of the connection while it is away: what is shown is from when, and what to do. */
export function Banner({ state }) {
  const { connection } = state;
  const { phase } = connection.state;
  if (phase === "closed") {
    return html`<div class="banner red"><${Icon} name="warn" /><p><b>Stopped. ${connection.reason}</b><span>What you see is no longer live. ${connection.spent ? "Log in again, or load the page anew to look only." : "Try again, or load the page anew."}</span></p>
      ${connection.spent && html`<button type="button" class="btn sm" onClick=${() => state.open({ dialog: { kind: "entrance", door: "login" } })}>Log in</button>`}</div>`;
  }
  if (phase === "live" || !connection.lostAt) return null;
  const at = new Date(connection.lostAt).toLocaleTimeString();
  return html`<div class="banner amber"><${Icon} name="warn" /><p><b>No connection.${state.rooms?.all.length ? " Your seat is kept for a while." : ""}</b><span>What you see is from ${at}. What you do now goes out when the lobby answers.</span></p></div>`;
}

/** The message of the day, until its reader hides it. */
export function Motd({ state }) {
  const { motd } = state.facts;
  const [hidden, hide] = useState(() => kept.hidden.load() === motd);
  if (!motd || hidden) return null;
  const put = () => {
    kept.hidden.save(motd);
    hide(true);
  };
  return html`<p class="motd"><${Icon} name="info" /><span>${motd}</span><button type="button" class="btn ghost icon sm" aria-label="Hide this message" onClick=${put}><${Icon} name="x" /></button></p>`;
}

export { THEMES };
