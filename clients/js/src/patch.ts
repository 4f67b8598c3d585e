// Merge patches (RFC 7396) over frozen states: what has changed is copied along its path, all else
// is kept as it is. States have no prototype, so that no key a stranger chose can reach one.

export type Path = readonly string[];
type Whole = Record<string, unknown>;

const isObject = (value: unknown): value is Whole =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** A frozen copy; null within objects is left out, as it is the same as absent. */
export function frozen(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  if (!isObject(value)) return value;
  const whole: Whole = Object.create(null);
  for (const key of Object.keys(value)) {
    if (value[key] !== null) whole[key] = frozen(value[key]);
  }
  return Object.freeze(whole);
}

/** `patch` over `target`; where something changes is added to `paths`. */
export function merged(patch: unknown, target: unknown, paths: Path[], at: Path = []): unknown {
  if (!isObject(patch) || !isObject(target)) {
    if (patch === target) return target;
    paths.push(at);
    return frozen(patch);
  }
  const before = paths.length;
  const whole: Whole = Object.assign(Object.create(null), target);
  for (const key of Object.keys(patch)) {
    const below = [...at, key];
    if (patch[key] !== null) whole[key] = merged(patch[key], whole[key], paths, below);
    else if (key in whole) {
      delete whole[key];
      paths.push(below);
    }
  }
  return paths.length > before ? Object.freeze(whole) : target;
}

export function valueAt(state: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), state);
}
