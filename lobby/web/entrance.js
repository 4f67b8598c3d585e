// How one comes in: with a new name, with the one that one has, or without any. Afterwards the act
// that was begun goes on.

import { html, useState } from "./library.js";
import { Choice, Dialog } from "./parts.js";

const RULES = {
  username: "3 to 32 letters, digits, dots, hyphens or underscores.",
  password: "8 characters or more.",
};
const TITLES = { signup: "Sign up", login: "Log in" };

export function Entrance({ state, door = "signup", nameless, why }) {
  const [chosen, choose] = useState(door);
  return html`<${Dialog} title="Come in" close=${() => state.close()} focus=${nameless ? "title" : undefined}>
    ${why && html`<p class="soft">${why}</p>`}
    ${nameless && html`<p class="way-in"><button type="button" class="btn big" onClick=${() => state.playNameless()}>Play without a name</button>
      <span class="soft">You may join sessions that let guests in, and talk there.</span></p>`}
    <${Choice} label="With a name" options=${TITLES} value=${chosen} choose=${choose} />
    <${NameForm} key=${chosen} state=${state} door=${chosen} other=${choose} />
  <//>`;
}

function NameForm({ state, door, other }) {
  const [shown, show] = useState(false);
  const [trouble, say] = useState(null); // {field, text}
  const [busy, work] = useState(false);
  const isNew = door === "signup";
  const submit = async (event) => {
    event.preventDefault();
    const form = event.target;
    const fields = { username: form.elements.username.value, password: form.elements.password.value };
    const wrong = isNew ? broken(fields) : null;
    if (busy) return;
    say(wrong);
    if (wrong) return form.elements[wrong.field].focus();
    work(true);
    const found = await enter(fields, isNew);
    work(false);
    if (found.token) return state.logIn(found.token);
    say(found);
    form.elements[found.field ?? "username"].focus();
  };
  const at = (field) => trouble?.field === field;
  const field = (name, label, rest) => html`<div class="field"><label for=${name}>${label}</label>
    <input id=${name} name=${name} required aria-describedby=${`about-${name}`} aria-invalid=${at(name) || undefined} ...${rest} />
    <small id=${`about-${name}`} class=${at(name) ? "wrong" : "soft"}>${at(name) ? trouble.text : isNew ? RULES[name] : ""}</small></div>`;
  return html`<form class="names" action=${isNew ? "/users" : "/users/login"} method="post" onSubmit=${submit}>
    ${field("username", "Name", { autocomplete: "username", maxlength: 64, autocapitalize: "none", spellcheck: false })}
    ${field("password", "Password", { type: shown ? "text" : "password", autocomplete: isNew ? "new-password" : "current-password", maxlength: 256 })}
    <label class="tick"><input type="checkbox" checked=${shown} onChange=${() => show(!shown)} /> Show the password</label>
    ${trouble && !trouble.field && html`<p class="refuse" role="alert">${trouble.text}</p>`}
    ${trouble?.taken && html`<p class="soft">Is it you? <button type="button" class="link" onClick=${() => other("login")}>Log in</button></p>`}
    <button class="btn big primary" aria-busy=${busy || undefined}>${TITLES[door]}</button>
  </form>`;
}

function broken({ username, password }) {
  if (!/^[\w.-]{3,32}$/.test(username)) return { field: "username", text: RULES.username };
  if ([...password].length < 8) return { field: "password", text: RULES.password };
  return null;
}

async function enter(fields, isNew) {
  const body = new URLSearchParams(fields);
  const post = (path) => fetch(path, { method: "POST", body }).catch(() => null);
  if (isNew) {
    const made = await post("/users");
    if (!made?.ok) return refused(made, fields);
  }
  const answer = await post("/users/login");
  if (answer?.ok) return { token: await answer.text() };
  return refused(answer, fields);
}

async function refused(answer, { username }) {
  if (!answer) return { text: "The lobby does not answer. Try again in a moment." };
  const text = await answer.text();
  const wait = answer.headers.get("retry-after");
  if (answer.status === 409) return { field: "username", text: `${username} is taken. Choose another name.`, taken: true };
  if (answer.status === 429) return { text: `Too many tries. Try again in ${wait ?? 60} s.` };
  if (text.includes("password")) return { field: "password", text: "This password is too common or too short. Choose another." };
  if (text.includes("credentials")) return { field: "password", text: "Name and password do not fit together. Look at both, and try again." };
  if (answer.status < 500) return { field: "username", text: RULES.username };
  return { text: "The lobby has trouble just now. Try again in a moment." };
}
