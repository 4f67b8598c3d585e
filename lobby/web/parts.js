// Small parts that several places show: faces, names, buttons, refusals, dialogs.

import { html, memo, useEffect, useRef } from "./library.js";
import { Icon } from "./icons.js";
import { NAMELESS, hue, initial, short } from "./texts.js";

export const STATUS = { online: "online", away: "away", busy: "busy", playing: "playing", reconnecting: "coming back" };

export function Name({ text }) {
  return text ? html`<bdi class="name">${short(text)}</bdi>` : html`<bdi class="name nameless">${NAMELESS}</bdi>`;
}

/** The first letter of a name, and the mark of their presence. */
export const Face = memo(function Face({ uuid = "", name, status, size = "" }) {
  const kind = name ? `h${hue(uuid)}` : "none";
  return html`<span class=${`face ${kind} ${size}`} aria-hidden="true">
    ${initial(name)}${status && html`<i class=${`mark ${status}`}></i>`}
  </span>`;
});

/** A button that does one act; busy while that is under way. */
export function Act({ of, run, kind = "", icon, label, children, ...more }) {
  const { acts, key } = of ?? {};
  const busy = Boolean(acts?.busy(key));
  return html`<button type="button" class=${`btn ${kind}`} aria-label=${label} aria-busy=${busy || undefined} aria-disabled=${busy || undefined} onClick=${(event) => busy || run(event)} ...${more}>
    ${icon && html`<${Icon} name=${icon} />`}${children}
  </button>`;
}

/** What was refused at a button, and what to do about it. */
export function Refusal({ state, of }) {
  const no = state.acts.refusal(of);
  if (!no) return null;
  const enter = (door) => state.open({ dialog: { kind: "entrance", door } });
  return html`<div class="refuse" role="alert" title=${no.code}>
    <${Icon} name="info" />
    <p><b><bdi>${no.says}</bdi></b><span>${no.then}</span></p>
    ${no.offers.includes("signup") && html`<button type="button" class="btn sm" onClick=${() => enter("signup")}>Sign up</button>`}
    ${no.offers.includes("login") && html`<button type="button" class="btn sm" onClick=${() => enter("login")}>Log in</button>`}
    <button type="button" class="btn sm ghost icon" aria-label="Hide this" onClick=${() => state.acts.forget(of)}><${Icon} name="x" /></button>
  </div>`;
}

/** A dialog over the page; closing it gives the focus back. It begins at its first field, or with `focus="title"`
 * at its heading. */
export function Dialog({ title, close, kind = "", children, focus }) {
  const ref = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    const dialog = ref.current;
    dialog.showModal();
    const field = focus === "title" ? null : dialog.querySelector("input");
    (field ?? dialog.querySelector("h2")).focus();
    return () => {
      dialog.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    close?.();
  };
  return html`<dialog ref=${ref} class=${kind} aria-labelledby="dialog-title" onCancel=${cancel}>
    <header><h2 id="dialog-title" tabindex="-1">${title}</h2>
      ${close && html`<button type="button" class="btn ghost icon" aria-label="Close" onClick=${close}><${Icon} name="x" /></button>`}
    </header>
    ${children}
  </dialog>`;
}

/** Several values of which one holds. */
export function Choice({ label, options, value, choose, small }) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const keys = Object.keys(options);
    choose(keys[(keys.indexOf(value) + step + keys.length) % keys.length]);
    const buttons = event.currentTarget.children;
    buttons[(keys.indexOf(value) + step + keys.length) % keys.length].focus();
  };
  return html`<div class=${`seg ${small ? "sm" : ""}`} role="radiogroup" aria-label=${label} onKeyDown=${move}>
    ${Object.entries(options).map(
      ([key, words]) => html`<button type="button" role="radio" aria-checked=${key === value} tabindex=${key === value ? 0 : -1} onClick=${() => choose(key)}>${words}</button>`,
    )}
  </div>`;
}

/** Copies the text where the browser lets us; else it is marked, for the person to copy. */
export async function copy(text, element, state) {
  try {
    await navigator.clipboard.writeText(text);
    state.say("The link is copied.");
    return true;
  } catch {
    getSelection().selectAllChildren(element);
    state.say("The link is marked: copy it from there.");
    return false;
  }
}
