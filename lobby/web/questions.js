// Dialogs that ask once more: the password, a new session, whom to invite, whom to remove, to close.

import { html, useState } from "./library.js";
import { Act, Choice, Dialog, Face, Name, Refusal } from "./parts.js";
import { leaveRoom } from "./session_place.js";

export function PasswordQuestion({ state, id, title }) {
  const [text, type] = useState("");
  const key = `join ${id}`;
  const join = (event) => {
    event.preventDefault();
    const act = () => state.join(key, { by: id, session: state.lookAt(id), password: text });
    Promise.resolve(act()).then((done) => done && state.close());
  };
  return html`<${Dialog} title=${html`Join <bdi>${title}</bdi>`} close=${() => state.close()}>
    <form class="names" onSubmit=${join}><label class="field"><span>Password</span><input type="password" autocomplete="off" required maxlength="128" value=${text} onInput=${(event) => type(event.target.value)} /></label>
      <${Refusal} state=${state} of=${key} /><button class="btn big primary">Join</button></form>
  <//>`;
}

const DOORS = { open: "Everybody", friends: "Friends", invited: "By invitation" };

export function HostQuestion({ state }) {
  const [fields, set] = useState({ name: "", mode: "", map: "", entry: "open", password: "", nonames: true });
  const field = (key, label, rest) => html`<label class="field"><span>${label}</span><input name=${key} autocomplete="off" value=${fields[key]} onInput=${(event) => set({ ...fields, [key]: event.target.value })} ...${rest} /></label>`;
  const launch = (event) => {
    event.preventDefault();
    const { name, mode, map, entry, password, nonames } = fields;
    const attributes = { ...(mode && { mode }), ...(map && { map }) };
    const said = { ...(name.trim() && { name: name.trim() }), ...(password && { password }), ...(mode || map ? { attributes } : {}) };
    state.launch({ ...said, entry, nonames });
  };
  return html`<${Dialog} title="Host a session" close=${() => state.close()}>
    <form class="names" onSubmit=${launch}>
      ${field("name", "Name", { maxlength: 64, placeholder: "What others find it by" })}
      <div class="pair">${field("mode", "Mode", { maxlength: 40 })}${field("map", "Map", { maxlength: 40 })}</div>
      <p class="field"><span>Who comes in</span><${Choice} label="Who comes in" options=${DOORS} value=${fields.entry} choose=${(entry) => set({ ...fields, entry })} /></p>
      ${field("password", "Password, if there is to be one", { maxlength: 128 })}
      <label class="tick"><input type="checkbox" checked=${fields.nonames} onChange=${() => set({ ...fields, nonames: !fields.nonames })} /> Also players without a name</label>
      <${Refusal} state=${state} of="launch" />
      <button class="btn big primary" aria-busy=${state.acts.busy("launch") || undefined}>Launch</button>
    </form>
  <//>`;
}

export function InviteQuestion({ state, id }) {
  const room = state.rooms.get(id);
  const inside = new Set(Object.values(room?.session.seats ?? {}).map(({ player }) => player));
  const friends = state.people.friends.filter(([uuid, one]) => one.status && !inside.has(uuid));
  const others = state.people.listed.filter(([uuid]) => uuid !== state.me && !inside.has(uuid) && !state.people.isFriend(uuid));
  return html`<${Dialog} title="Invite" close=${() => state.close()}>
    <label class="field"><span>Who is online</span><input type="search" autocomplete="off" maxlength="64" placeholder="Search people" value=${state.view.who} onInput=${(event) => state.searchPeople(event.target.value)} /></label>
    <ul class="people pickable" aria-label="People to invite">${[...friends, ...others].slice(0, 25).map(([uuid, { name, status }]) => html`<li class="person" key=${uuid}>
      <${Face} uuid=${uuid} name=${name} status=${status} /><span class="pn"><${Name} text=${name} />${state.people.isFriend(uuid) && html`<span class="soft">friend</span>`}</span>
      <${Act} of=${{ acts: state.acts, key: `invite ${uuid}` }} kind="sm tint" label=${`Invite ${name ?? "somebody without a name"}`} run=${() => state.invite(id, uuid)}>Invite<//>
      <${Refusal} state=${state} of=${`invite ${uuid}`} /></li>`)}</ul>
    ${!friends.length && !others.length && html`<p class="quiet">Nobody else is online by this name. Share the code or the link with them.</p>`}
  <//>`;
}

const LENGTHS = {
  kick: { 300: "5 minutes", 3600: "1 hour", 86400: "1 day" },
  ban: { 3600: "1 hour", 86400: "1 day", 0: "for good" },
};
const ACTS = {
  kick: { does: "Kick", type: "session.kick", effect: "They lose their seat, and may come back afterwards." },
  ban: { does: "Ban", type: "host.ban", effect: "They lose their seat, and see none of your sessions." },
};

/** Kick or ban: asked once more, with how long and why. */
export function RemoveQuestion({ state, act, id, player, label }) {
  const [length, choose] = useState(act === "ban" ? "0" : "300");
  const [reason, type] = useState("");
  const { does, type: command, effect } = ACTS[act];
  const key = `person ${player}`;
  const remove = async (event) => {
    event.preventDefault();
    const room = id && state.rooms.get(id);
    const fields = { guest: player, ...(act === "kick" && { session: id }), ...(length !== "0" && { for_s: Number(length) }), ...(reason.trim() && { reason: reason.trim() }) };
    if (await state.acts.run(key, () => (room ? room.act(command, fields) : state.client.command(command, fields)))) state.close();
  };
  return html`<${Dialog} title=${html`${does} <bdi>${label}</bdi>?`} close=${() => state.close()} focus="title">
    <form class="names" onSubmit=${remove}>
      <p>${effect}</p>
      <${Choice} label="How long" options=${LENGTHS[act]} value=${length} choose=${choose} />
      <div class="field"><label for="reason">Reason</label><input id="reason" aria-describedby="about-reason" maxlength="200" autocomplete="off" value=${reason} onInput=${(event) => type(event.target.value)} />
        <small class="soft" id="about-reason">${act === "kick" ? "They read this." : "For you alone."}</small></div>
      <${Refusal} state=${state} of=${key} />
      <p class="cta"><button class="btn big dangerfill">${does} ${length === "0" ? "for good" : `for ${LENGTHS[act][length]}`}</button><button type="button" class="btn big" onClick=${() => state.close()}>Keep them</button></p>
    </form>
  <//>`;
}

export function CloseQuestion({ state, id }) {
  const room = state.rooms.get(id);
  const others = Object.values(room?.session.seats ?? {}).filter(({ status, player }) => status === "taken" && player !== state.me).length;
  const close = () => state.acts.run("close", () => leaveRoom(state, room, "session.close"));
  return html`<${Dialog} title="Close the session?" close=${() => state.close()} focus="title">
    <p>${others ? `It ends for you and for ${others} more.` : "It ends."} Since you lead it, it does not go on without you.</p>
    <${Refusal} state=${state} of="close" />
    <p class="cta"><${Act} of=${{ acts: state.acts, key: "close" }} kind="big dangerfill" run=${close}>Close the session<//><button type="button" class="btn big" onClick=${() => state.close()}>Stay</button></p>
  <//>`;
}
