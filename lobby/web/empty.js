// A lobby without sessions: what its reader can do about that.

import { html } from "./library.js";
import { Icon, Table } from "./icons.js";

export function Empty({ state }) {
  const host = () => state.asSomebody(() => state.open({ dialog: { kind: "host" } }), { why: "To host, say who you are." });
  const enter = (door) => state.open({ dialog: { kind: "entrance", door, nameless: true } });
  return html`<section class="hero" id="no-sessions" aria-labelledby="sessions">
    <${Table} />
    <h2 id="sessions" tabindex="-1">The table is free</h2>
    ${state.me
      ? html`<p>Nobody has opened a session yet. ${state.named ? "Open the first one." : "You are here when somebody does."} Leave this page open: its title says when one opens.</p>`
      : html`<p>Nobody has opened a session yet. Open the first one, or come in and be there when somebody does.</p>`}
    <p class="cta">
      ${(state.named || !state.me) && html`<button type="button" class="btn huge primary" onClick=${host}><${Icon} name="plus" />${state.me ? "Host a session" : "Sign up and host"}</button>`}
      ${!state.me && html`<button type="button" class="btn huge" onClick=${() => state.playNameless()}>Play without a name</button>`}
    </p>
    ${!state.named && html`<p class="alt">Have an account? <button type="button" class="link" onClick=${() => enter("login")}>Log in</button></p>`}
    ${!state.me && html`<p class="alt soft">Leave this page open: its title says when a session opens.</p>`}
  </section>`;
}
