// The ways to play: find a match, host, a code.

import { html, useState } from "./library.js";
import { Act, Refusal } from "./parts.js";
import { spoken } from "./texts.js";

export function Play({ state }) {
  return html`<section class=${`strip ${state.facts.queues.length ? "three" : "two"}`} aria-label="Play">
    ${state.facts.queues.length > 0 && html`<${Match} state=${state} />`}
    <${Host} state=${state} />
    <${Code} state=${state} />
  </section>`;
}

function Match({ state }) {
  const { queues } = state.facts;
  const [queue, choose] = useState(queues[0]);
  const searching = Boolean(state.searching?.ticket);
  const begin = () => state.asSomebody(() => state.search(queue), { why: "To search a match, say who you are." });
  return html`<div class="way">
    <h2>Find a match</h2>
    <p>${queues.length > 1
      ? html`<label class="pick"><span class="unseen">Queue</span><select value=${queue} onChange=${(event) => choose(event.target.value)}>${queues.map((one) => html`<option value=${one}>${one}</option>`)}</select></label>`
      : html`<bdi>${queue}</bdi>`}</p>
    ${searching
      ? html`<p>You are searching. The bar at the bottom says how it goes.</p>`
      : html`<${Act} of=${{ acts: state.acts, key: "search" }} kind="big primary" icon="play" run=${begin}>Find a match<//>`}
    <${Refusal} state=${state} of="search" />
  </div>`;
}

function Host({ state }) {
  const mine = state.rooms?.all.find(({ leads, session }) => leads && session.template === "hosted");
  const host = () => state.asSomebody(() => state.open({ dialog: { kind: "host" } }), { why: "To host, say who you are." });
  return html`<div class="way">
    <h2>Host a session</h2>
    ${mine
      ? html`<p>You host <bdi>${mine.session.name ?? "a session"}</bdi>.</p><a class="btn big" data-place href=${state.address.to("session", mine.id)}>Open it</a>`
      : html`<p>You choose who comes in.</p><${Act} kind="big" icon="plus" run=${host}>Host…<//>`}
  </div>`;
}

function Code({ state }) {
  const [text, type] = useState("");
  const join = (event) => {
    event.preventDefault();
    state.joinByCode(text);
  };
  return html`<form class="way" onSubmit=${join}>
    <h2><label for="code">Have a code?</label></h2>
    <p>Six letters and digits, or a link.</p>
    <span class="codein"><input id="code" autocomplete="off" spellcheck="false" maxlength="300" placeholder=${spoken("K7M2QX")} value=${text} onInput=${(event) => type(event.target.value)} />
      <button class="btn big" aria-busy=${state.acts.busy("code") || undefined}>Join</button></span>
    <${Refusal} state=${state} of="code" />
  </form>`;
}
