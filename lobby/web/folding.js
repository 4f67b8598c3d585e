// How a document is kept up to date: merge patches (RFC 7396), each naming the version it
// starts from. States have no prototype, so that no key a stranger chose can reach one.

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** `patch` over `target`, which is changed in place when it is an object already. */
export function merged(patch, target) {
  if (!isObject(patch)) return patch;
  const whole = isObject(target) ? target : Object.create(null);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete whole[key];
    else whole[key] = merged(value, whole[key]);
  }
  return whole;
}

/** Take in a patch frame. "applied", "old" (known already) or "gap" (watch again). */
export function fold(watched, { since, version, patch }) {
  const { known } = watched;
  if (known === null) return "gap";
  if (version <= known.version) return "old";
  if (since !== known.version) return "gap";
  watched.state = merged(patch, watched.state);
  watched.known = { ...known, version };
  return "applied";
}
