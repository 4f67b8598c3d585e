// What only a leader sees: who comes in, the password, the code, teams, who is kept out.

import { html, useEffect, useState } from "./library.js";
import { Icon } from "./icons.js";
import { Act, Choice, Refusal } from "./parts.js";
import { moment } from "./texts.js";

const DOORS = { open: "Everybody", friends: "Friends", invited: "By invitation", closed: "Nobody new" };
const KEY = "settings";

export function HostSettings({ state, room }) {
  const { session, id } = room;
  const hosted = session.template === "hosted";
  const update = (fields) => state.acts.run(KEY, () => state.client.command("session.update", { session: id, ...fields }));
  const enter = (entry) =>
    state.acts.run(KEY, async () => {
      if (hosted && entry === "open") await state.client.command("host.set", { only_friends: false });
      await state.client.command("session.update", { session: id, entry });
    });
  const nonames = () => state.acts.run(KEY, () => state.client.command("host.set", { allow_nonames: !session.nonames }));
  const code = (fields) => () => state.acts.run(KEY, () => state.client.command("session.code", { session: id, ...fields }));
  return html`<section class="host" aria-labelledby="lead">
    <h3 id="lead"><span class="lead"><${Icon} name="star" /></span>You lead this session</h3>
    <${Refusal} state=${state} of=${KEY} />
    <div class="ctl"><span class="lab">Who comes in</span><${Choice} label="Who comes in" options=${DOORS} value=${session.entry} choose=${enter} /></div>
    ${hosted && html`<div class="ctl"><span class="lab">Without a name</span><button type="button" class="btn sm" aria-pressed=${session.nonames} onClick=${nonames}>${session.nonames ? "Let in" : "Not let in"}</button></div>`}
    <${Password} has=${session.password} update=${update} />
    <div class="ctl"><span class="lab">Teams</span><button type="button" class="btn sm" aria-pressed=${Boolean(session.teams_locked)} onClick=${() => update({ teams_locked: !session.teams_locked })}><${Icon} name="lock" />${session.teams_locked ? "Locked" : "Free to change"}</button></div>
    ${session.code && html`<div class="ctl"><span class="lab">Code</span><button type="button" class="btn sm" onClick=${code({ renew: true })}>Another code</button><button type="button" class="btn sm" onClick=${code({ drop: true })}>No code</button></div>`}
    <${KeptOut} state=${state} room=${room} />
    <${Bans} state=${state} />
    <div class="ctl"><${Rename} name=${session.name} update=${update} />
      <span class="grow"></span><${Act} kind="sm ghost danger" run=${() => state.open({ dialog: { kind: "close", id } })}>Close session…<//></div>
  </section>`;
}

function Password({ has, update }) {
  const [text, type] = useState(null);
  const save = async (event) => {
    event.preventDefault();
    if (text && (await update({ password: text }))) type(null);
  };
  if (text === null) return html`<div class="ctl"><span class="lab">Password</span><span>${has ? "set" : "none"}</span>
    <button type="button" class="btn sm" onClick=${() => type("")}>${has ? "Change…" : "Set…"}</button>
    ${has && html`<button type="button" class="btn sm" onClick=${() => update({ password: null })}>Take it off</button>`}</div>`;
  return html`<div class="ctl"><form class="ctl" onSubmit=${save}><label class="lab" for="new-password">Password</label>
    <input id="new-password" autocomplete="off" required maxlength="128" value=${text} onInput=${(event) => type(event.target.value)} />
    <button class="btn sm">Set</button><button type="button" class="btn sm ghost" onClick=${() => type(null)}>Leave it</button></form></div>`;
}

function Rename({ name, update }) {
  const [text, type] = useState(null);
  const save = async (event) => {
    event.preventDefault();
    if (text && (await update({ name: text }))) type(null);
  };
  if (text === null) return html`<span><button type="button" class="btn sm ghost" onClick=${() => type(name ?? "")}>Another name…</button></span>`;
  return html`<span><form class="ctl" onSubmit=${save}><label class="unseen" for="new-name">Name</label><input id="new-name" autocomplete="off" required maxlength="64" value=${text} onInput=${(event) => type(event.target.value)} />
    <button class="btn sm">Rename</button><button type="button" class="btn sm ghost" onClick=${() => type(null)}>Leave it</button></form></span>`;
}

function KeptOut({ state, room }) {
  const entries = Object.entries(room.excluded ?? {});
  if (!entries.length) return null;
  return html`<div class="ctl"><span class="lab" id="kept-out">Kept out</span><ul aria-labelledby="kept-out">${entries.map(([player, { until, reason }]) => {
    const name = state.people.named(player);
    const pardon = () => state.acts.run(KEY, () => room.act("session.pardon", { session: room.id, guest: player }));
    return html`<li key=${player}><bdi>${name}</bdi> ${until ? `until ${moment(until)}` : "as long as it lasts"}${reason && html`: <bdi>“${reason}”</bdi>`}
      <button type="button" class="btn sm" aria-label=${`Let ${name} back in`} onClick=${pardon}>Let back in</button></li>`;
  })}</ul></div>`;
}

/** Those who come into none of one's sessions. */
function Bans({ state }) {
  const [open, set] = useState(false);
  const banned = state.banned;
  useEffect(() => void (open && state.readBans()), [open]);
  const lift = (guest) => state.acts.run(KEY, async () => state.setBans((await state.client.command("host.unban", { guest })).banlist));
  return html`<div class="ctl"><span class="lab">Banned</span><button type="button" class="btn sm" aria-expanded=${open} onClick=${() => set(!open)}>${open ? "Hide" : "Show who"}</button>
    ${open && banned && !banned.length && html`<span class="soft">Nobody is banned from your sessions.</span>`}
    ${open && banned?.length > 0 && html`<ul>${banned.map((uuid) => html`<li key=${uuid}><bdi>${state.people.named(uuid)}</bdi> <button type="button" class="btn sm" aria-label=${`Lift the ban of ${state.people.named(uuid)}`} onClick=${() => lift(uuid)}>Lift the ban</button></li>`)}</ul>`}</div>`;
}
