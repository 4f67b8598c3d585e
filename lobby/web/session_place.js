// The place of one session: from outside its card and how to come in, from inside the room.

import { html } from "./library.js";
import { Icon } from "./icons.js";
import { Act, Choice, Refusal, copy } from "./parts.js";
import { seatsOf, takenSeats, titleOf } from "./doors.js";
import { short, spoken } from "./texts.js";
import { Chat } from "./chat.js";
import { Door, Facts } from "./session_row.js";
import { HostSettings } from "./host_settings.js";
import { Teams } from "./seats.js";

export function SessionPlace({ state }) {
  const { room } = state;
  return room ? html`<${Inside} state=${state} room=${room} />` : html`<${Outside} state=${state} />`;
}

function Back({ state }) {
  return html`<p class="crumb"><a data-place href=${state.address.to("lobby")}><${Icon} name="left" />Lobby</a></p>`;
}

function Outside({ state }) {
  const { id, code } = state.address;
  const session = state.lookAt(id);
  if (!session) return html`<div class="place"><${Back} state=${state} /><${Unknown} state=${state} id=${id} code=${code} /></div>`;
  const title = titleOf(id, session);
  const key = `join ${id}`;
  const may = code || state.sessions.isWelcome(id, session);
  const join = () => (session.password && !code ? state.open({ dialog: { kind: "password", id, title } }) : state.join(key, { by: code ?? id, session }));
  return html`<article class="place" aria-labelledby="place">
    <${Back} state=${state} />
    <header class="roomhead"><div><h2 id="place" tabindex="-1"><bdi>${short(title)}</bdi></h2><${Facts} session=${session} /></div><${Door} session=${session} /></header>
    <p class="soft">${takenSeats(session)} of ${seatsOf(session).length} seats taken</p>
    <p class="cta left">${may
      ? html`<${Act} of=${{ acts: state.acts, key }} kind="big primary" run=${join}>Join<//>`
      : html`<${Act} of=${{ acts: state.acts, key }} kind="big" run=${() => state.why(id)}>Why can I not join?<//>`}</p>
    <${Refusal} state=${state} of=${key} />
    <${Teams} state=${state} session=${session} />
    <${Share} state=${state} link=${`${location.origin}/s/${id}`} />
  </article>`;
}

/** It is over, hidden, or not shown to those who only look. */
function Unknown({ state, id, code }) {
  const key = `join ${id}`;
  const enter = () => state.asSomebody(() => state.draw(), { nameless: true, why: "To see this session, say who you are." });
  const join = () => state.join(key, { by: code });
  if (!state.me) return html`<section class="hero"><h2 id="place" tabindex="-1">You are invited to a session</h2>
    <p>Come in to see who plays there. Nothing is joined before you say so.</p>
    <p class="cta"><button type="button" class="btn huge primary" onClick=${enter}>Come in</button></p></section>`;
  if (code) return html`<section class="hero"><h2 id="place" tabindex="-1">You have a code for a session</h2>
    <p class="cta"><${Act} of=${{ acts: state.acts, key }} kind="huge primary" run=${join}>Join by ${spoken(code)}<//></p><${Refusal} state=${state} of=${key} /></section>`;
  return html`<section class="hero"><h2 id="place" tabindex="-1">This session is over, or not shown to you</h2>
    <p>Ask for a new link, or choose another session.</p><p class="cta"><a class="btn huge" data-place href=${state.address.to("lobby")}>Back to the lobby</a></p></section>`;
}

function Share({ state, link }) {
  return html`<p class="foot"><code class="link-text">${link}</code>
    <button type="button" class="btn sm" onClick=${(event) => copy(link, event.currentTarget.previousElementSibling, state)}><${Icon} name="copy" />Copy link</button></p>`;
}

const TABS = { seats: "Seats", chat: "Chat", lead: "You lead" };

function Inside({ state, room }) {
  const { id, session, leads } = room;
  const tab = leads || state.view.tab !== "lead" ? state.view.tab : "seats";
  const tabs = { ...TABS, chat: room.unread && tab !== "chat" ? html`Chat <b class="nb">${room.unread}</b>` : "Chat" };
  if (!leads) delete tabs.lead;
  return html`<div class="room" data-tab=${tab}>
    <article class="inner" aria-labelledby="place">
      <${Back} state=${state} />
      <header class="roomhead">
        <div><h2 id="place" tabindex="-1"><bdi>${short(titleOf(id, session))}</bdi></h2><${Facts} session=${session} /></div>
        <${Door} session=${session} />
        <${Code} state=${state} room=${room} />
        ${room.mayInvite() && html`<${Act} icon="plus" run=${() => state.open({ dialog: { kind: "invite", id } })}>Invite<//>`}
        <${Act} of=${{ acts: state.acts, key: "leave" }} kind="ghost" icon="door" run=${() => leave(state, room)}>Leave<//>
      </header>
      <${Refusal} state=${state} of="leave" />
      <div class="tabs"><${Choice} label="Part of the session" value=${tab} options=${tabs} choose=${(chosen) => state.open({ tab: chosen })} /></div>
      <div class="part seats-part"><${Teams} state=${state} session=${session} room=${room} />
        ${!session.host && html`<p class="quiet">Nobody leads here: the game does.</p>`}</div>
      ${leads && html`<div class="part lead-part"><${HostSettings} state=${state} room=${room} /></div>`}
    </article>
    <${Chat} state=${state} room=${room} open=${tab === "chat"} />
  </div>`;
}

function leave(state, room) {
  if (room.leads && room.session.template === "hosted") return state.open({ dialog: { kind: "close", id: room.id } });
  return state.acts.run("leave", () => leaveRoom(state, room, "session.leave"));
}

/** Out of it, or with the whole of it. */
export async function leaveRoom(state, room, type) {
  await state.client.command(type, { session: room.id });
  state.rooms.leave(room.id);
  state.view.dialog = null;
  state.address.go("lobby");
}

function Code({ state, room }) {
  const { code, link, entry } = room.session;
  const of = { acts: state.acts, key: "code of room" };
  if (!code) {
    if (entry === "closed") return null;
    const make = () => state.acts.run(of.key, () => state.client.command("session.code", { session: room.id }));
    return html`<${Act} of=${of} run=${make}>Make a code<//><${Refusal} state=${state} of=${of.key} />`;
  }
  return html`<span class="codechip"><span>Code</span> <b>${spoken(code)}</b>
    <code class="link-text">${link}</code>
    <button type="button" class="btn sm ghost icon" aria-label="Copy link" onClick=${(event) => copy(link, event.currentTarget.previousElementSibling, state)}><${Icon} name="copy" /></button></span>`;
}
