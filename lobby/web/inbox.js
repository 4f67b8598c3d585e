// The inbox: the newest first, invitations with what to answer, and why one is out of a session.

import { html, useEffect } from "./library.js";
import { Act, Refusal } from "./parts.js";
import { moment } from "./texts.js";

export function Inbox({ state }) {
  const { inbox } = state;
  useEffect(() => {
    const timer = setTimeout(() => state.inbox?.read(), 1500); // seen, not only passed by
    return () => clearTimeout(timer);
  }, [inbox?.entries.length]);
  return html`<section class="inbox" aria-labelledby="inbox">
    <div class="head"><h2 id="inbox" tabindex="-1">Inbox</h2></div>
    ${!inbox && html`<p class="quiet">Come in to have an inbox: invitations are kept there. <button type="button" class="link" onClick=${() => state.open({ dialog: { kind: "entrance", nameless: true } })}>Come in</button></p>`}
    <${Lines} state=${state} />
  </section>`;
}

function Lines({ state }) {
  const { inbox, sessions } = state;
  if (!inbox) return null;
  const lines = inbox.shown((id) => sessions.titled(id));
  if (!lines.length) return html`<p class="quiet">Nothing has happened yet. Invitations come here, and why you are out of a session.</p>`;
  return html`<ul>${lines.map(({ entry, kind, words }) => html`<li key=${entry.cursor} class=${inbox.isNew(entry) ? "new" : ""}>
    ${inbox.isNew(entry) && html`<span class="unseen">new: </span>`}
    ${kind === "invitation" ? html`<${Invitation} state=${state} entry=${entry} />` : html`<p><bdi>${words}</bdi><span>${moment(entry.at)}</span></p>`}
  </li>`)}</ul>`;
}

function Invitation({ state, entry }) {
  const { session: id, kind } = entry;
  const key = `join ${id}`;
  const title = state.sessions.titled(id);
  const room = state.rooms?.get(id);
  const of = { acts: state.acts, key };
  const says = kind === "session_invited" ? html`You are invited to <b><bdi>${title}</bdi></b>` : html`A match is found: <b><bdi>${title}</bdi></b>`;
  const decline = () => state.acts.run(key, () => state.client.command("session.leave", { session: id }));
  return html`<p>${says}<span>${moment(entry.at)}</span></p>
    ${room
      ? html`<a class="btn sm" data-place href=${state.address.to("session", id)}>Open</a>`
      : html`<${Act} of=${of} kind="sm tint" label=${`Join ${title}`} run=${() => state.join(key, { by: id })}>Join<//><${Act} of=${of} kind="sm ghost" label=${`Decline ${title}`} run=${decline}>Decline<//>`}
    <${Refusal} state=${state} of=${key} />`;
}
