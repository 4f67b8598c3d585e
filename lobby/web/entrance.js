// How one comes in on the page: as a guest without a name, or with a login; and out again.

/** `come(options)` takes options of a Channel; `tell(text)` says why not. */
export function entrance(root, { come, tell }) {
  const find = (selector) => root.querySelector(selector);
  const form = find("form");
  find(".guest").addEventListener("click", () => come({ anonymous: true }));
  find(".out").addEventListener("click", () => come({}));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    form.elements.password.value = "";
    const answer = await fetch("/users/login", { method: "POST", body }).catch(() => null);
    if (answer?.ok) return come({ token: await answer.text() });
    tell(answer ? await answer.text() : "The lobby does not answer.");
  });
  return { show };

  /** Who one is, once the channel has said it. */
  function show(identity) {
    const inside = Boolean(identity?.uuid);
    find(".coming").hidden = inside;
    find(".being").hidden = !inside;
    if (inside) find(".being bdi").textContent = identity.name ?? `a guest (${identity.uuid.slice(0, 8)})`;
  }
}
