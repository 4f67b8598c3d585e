// Who is online: friends first, then everybody by name, with a search; a name opens its card.

import { html, memo } from "./library.js";
import { Icon } from "./icons.js";
import { Act, Face, Name, Refusal, STATUS } from "./parts.js";
import { many, number, short } from "./texts.js";

const MORE = 25;
const MOST = 200;

export function PeopleList({ state }) {
  const { people, view } = state;
  const { online, total } = people;
  const searched = view.who.trim() !== "";
  return html`<section class="rail" aria-labelledby="people">
    <div class="head"><h2 id="people" tabindex="-1">People</h2><span class="soft" id="people-count">${online === null ? "–" : online ? `${number(online)} online` : "nobody online"}</span></div>
    ${online === 0 ? html`<${Nobody} state=${state} />` : html`
      ${people.unlisted && html`<p class="quiet" id="no-people">${people.unlisted}</p>`}
      ${(!people.unlisted || searched) && html`<form role="search" aria-label="People" onSubmit=${(event) => event.preventDefault()}>
        <label class="find"><${Icon} name="search" /><span class="unseen">Search people</span><input id="search-people" type="search" autocomplete="off" maxlength="64" placeholder="Search people" value=${view.who} onInput=${(event) => state.searchPeople(event.target.value)} /></label></form>`}
      <${Friends} state=${state} hidden=${searched} />
      ${!people.unlisted && html`<div class="sub"><h3 id="everybody">${searched ? "Found" : "Everybody"}</h3><span>${total === null ? "" : number(total)}</span></div>
        ${searched && html`<p class="unseen" id="found-people">${total ? `${many(total, "person", "people")} found.` : "Nobody found."}</p>`}
        <ul class="people" aria-labelledby="everybody">${people.listed.map(([uuid, person]) => html`<${PersonRow} key=${uuid} ...${{ uuid, person, state }} me=${uuid === state.me} />`)}</ul>
        ${total === 0 && searched && html`<p class="quiet">Nobody online has this name. <button type="button" class="link" onClick=${() => state.searchPeople("")}>Show everybody</button></p>`}
        ${total > people.listed.length && html`<${More} state=${state} left=${total - people.listed.length} />`}`}`}
  </section>`;
}

function More({ state, left }) {
  const most = state.view.mostPeople;
  if (most >= MOST) return html`<p class="soft" id="more-people">and ${number(left)} more: search for them by name</p>`;
  return html`<button type="button" class="btn sm" id="more-people" onClick=${() => state.open({ mostPeople: most + MORE })}>Show ${Math.min(MORE, left)} more of ${number(left)}</button>`;
}

export const PersonRow = memo(function PersonRow({ uuid, person, state, me, where, act }) {
  const { name, status } = person;
  return html`<li class="person" data-status=${status}>
    <${Face} uuid=${uuid} name=${name} status=${status} />
    <button type="button" class="pn" onClick=${() => state.open({ dialog: { kind: "person", uuid } })}>
      <${Name} text=${name} /><span class="st">${STATUS[status] ?? "offline"}${me && " · you"}${where && html` · in <bdi>${short(where, 40)}</bdi>`}</span></button>
    ${act}
  </li>`;
});

/** Friends who are online, with where they play; the others are counted. */
function Friends({ state, hidden }) {
  const { friends } = state.people;
  if (hidden || !state.named) return null;
  const online = friends.filter(([, { status }]) => status);
  const away = friends.length - online.length;
  const { showAway } = state.view;
  return html`<div class="sub"><h3 id="friends">Friends</h3><span>${friends.length ? `${online.length} online of ${friends.length}` : ""}</span></div>
    ${!friends.length && html`<p class="quiet">Choose somebody below, and make them a friend: you see when they are online, and let them into your sessions.</p>`}
    <ul class="people" aria-labelledby="friends">${online.map(([uuid, person]) => html`<${FriendRow} key=${uuid} ...${{ uuid, person, state }} />`)}
      ${showAway && friends.slice(online.length).map(([uuid, person]) => html`<${PersonRow} key=${uuid} ...${{ uuid, person, state }} />`)}</ul>
    ${away > 0 && html`<button type="button" class="foldmore slim" aria-expanded=${Boolean(showAway)} onClick=${() => state.open({ showAway: !showAway })}><${Icon} name=${showAway ? "down" : "right"} />${away} offline</button>`}`;
}

function FriendRow({ uuid, person, state }) {
  const where = whereOf(uuid, state);
  const key = where && `join ${where.id}`;
  const may = where && !state.rooms?.get(where.id) && state.sessions.isWelcome(where.id, where) && !where.password;
  const join = () => state.join(key, { by: where.id, session: where });
  const label = `Join ${person.name ?? "your friend"} in ${where?.name ?? "their session"}`;
  const act = may && html`<${Act} of=${{ acts: state.acts, key }} kind="sm tint" label=${label} run=${join}>Join<//>`;
  return html`<${PersonRow} ...${{ uuid, person, state, act }} where=${where && (where.name ?? "a session")} />`;
}

export function whereOf(uuid, state) {
  const found = Object.values(state.sessions.ofFriends.state?.sessions ?? {});
  return found.find(({ seats }) => Object.values(seats).some(({ status, player }) => status === "taken" && player === uuid)) ?? null;
}

function Nobody({ state }) {
  return html`<p class="quiet" id="no-people">Nobody is here. Watching this page does not count as being online; coming in does.</p>
    ${!state.me && html`<h3 class="sub">Without a name you can</h3>
    <ul class="can"><li class="y"><${Icon} name="check" />join sessions that let guests in</li><li class="y"><${Icon} name="check" />talk there, be invited, say ready</li><li><${Icon} name="x" />host, search a match, have friends</li></ul>
    <p class="soft">A name takes half a minute: a name and a password, no e-mail.</p>`}`;
}

/** What there is to do about somebody. */
export function PersonActs({ state, uuid }) {
  const { people, rooms, me, named } = state;
  const key = `person ${uuid}`;
  const of = { acts: state.acts, key };
  const run = (type, fields) => () => state.acts.run(key, () => state.client.command(type, fields));
  if (!named) return html`<p class="soft">${uuid === me ? "This is you." : "Sign up or log in to make friends and to invite."}</p>`;
  if (uuid === me) return html`<p class="soft">This is you, as others see you.</p>`;
  const where = whereOf(uuid, state);
  return html`<p class="cta left">
    ${people.isFriend(uuid)
      ? html`<${Act} of=${of} run=${run("host.unfriend", { friend: uuid })}>No longer a friend<//>`
      : html`<${Act} of=${of} icon="plus" run=${run("host.befriend", { friend: uuid })}>Make a friend<//>`}
    ${rooms?.all.filter((room) => room.mayInvite()).map((room) => html`<${Act} of=${of} run=${() => state.acts.run(key, () => state.client.command("session.invite", { session: room.id, guest: uuid }))}>Invite to <bdi>${short(room.session.name ?? "my session", 30)}</bdi><//>`)}
    ${where && html`<a class="btn" data-place href=${state.address.to("session", where.id)} onClick=${() => state.close()}>Open their session</a>`}
    <${Act} of=${of} kind="danger" run=${() => state.open({ dialog: { kind: "remove", act: "ban", player: uuid, label: people.named(uuid) } })}>Ban from my sessions…<//>
  </p><${Refusal} state=${state} of=${key} />`;
}
