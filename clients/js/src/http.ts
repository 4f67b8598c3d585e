// The lobby over HTTP: registration and login in words of their own, everything else by its
// operationId, as the lobby's /openapi.json names it.

import { LobbyError } from "./errors.js";
import { PLACES, type Operations } from "./operations.js";
import type { TokenSource } from "./api.js";

export type { Operations };

/** An answer other than 2xx. `code` is the lobby's word for it, where it gave one. */
export class HttpRefused extends LobbyError {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly authSuccess: boolean | undefined,
    readonly retryAfter: number | null,
    readonly body: unknown,
  ) {
    super("HttpRefused", message);
  }
}

export interface Login {
  access_token: string;
  refresh_token?: string;
  active_player_uuid?: string;
}

export interface HttpOptions {
  url?: string | URL;
  token?: TokenSource;
  fetch?: typeof globalThis.fetch;
  /** Milliseconds that an answer may take. */
  timeout?: number;
}

export interface CallOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** What an operation takes; nothing, where it takes nothing that has to be said. */
export type Asked<O extends keyof Operations> = {} extends Operations[O][0]
  ? [input?: Operations[O][0] & CallOptions]
  : [input: Operations[O][0] & CallOptions];

interface Input extends CallOptions {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

type Answer = { body: any; headers: Headers };

const MOST_TRIES = 3;
const never = () => new AbortController().signal;

export class LobbyHttp {
  #options: HttpOptions;
  #token: string | null = null;

  constructor(options: HttpOptions = {}) {
    this.#options = options;
  }

  readonly users = {
    /** Returns the login's token. */
    register: async (form: { username: string; password: string }): Promise<string> => {
      await this.#send("register_user", { body: form });
      return this.users.login(form);
    },
    login: async (form: { username: string; password: string }): Promise<string> =>
      (await this.#send("log_in_user", { body: form })).body,
  };

  readonly hosts = {
    /** The key is shown this once. */
    register: async (): Promise<{ uuid: string; key: string }> => {
      const { body, headers } = await this.#send("register_hosts_post", {});
      return { uuid: body.uuid, key: headers.get("host-key")! };
    },
    login: async (uuid: string, key?: string): Promise<{ token: string }> => {
      const headers = key ? { authorization: `Host ${key}` } : {};
      return (await this.#send("login_hosts__host__access_token_get", { path: { host: uuid }, headers })).body;
    },
  };

  readonly players = {
    login: async (request: Operations["login"][0]["body"]): Promise<Login> =>
      (await this.#send("login", { body: request })).body,
    refresh: (token: string): Promise<Login> =>
      this.players.login({ grant_type: "refresh", portal_access_token: token, include_refresh: true }),
    /** Ends the login that this token is of, wherever it is used. */
    logout: async ({ access_token, refresh_token = "" }: Login): Promise<void> => {
      const headers = { authorization: `Bearer ${access_token}` };
      await this.#send("logout", { body: { refresh_token }, headers });
    },
    /** The token of this login, refreshed when it has expired. */
    tokens: (login: Login): TokenSource => {
      let last = login;
      return async ({ expired }) => {
        if (expired && last.refresh_token) last = { ...last, ...(await this.players.refresh(last.refresh_token)) };
        return last.access_token;
      };
    },
  };

  /**
   * Any operation, with the token of the options: once more with a fresh one, where it has expired.
   * A GET that is told to wait waits, as long as `timeout` lasts. Throws HttpRefused; what `fetch`
   * throws, where there is no answer.
   */
  async call<O extends keyof Operations>(operation: O, ...[input = {}]: Asked<O>): Promise<Operations[O][1]> {
    const send = async () => this.#send(operation, { ...input, headers: { ...(await this.#shown()), ...input.headers } });
    try {
      return (await send()).body;
    } catch (error) {
      const expired = error instanceof HttpRefused && (error.status === 401 || error.authSuccess === false);
      if (!expired || !(await this.#fresh())) throw error;
      return (await send()).body;
    }
  }

  async #fresh(): Promise<boolean> {
    const { token } = this.#options;
    if (typeof token !== "function") return false;
    const last = this.#token;
    this.#token = await token({ expired: true, signal: never() });
    return !!this.#token && this.#token !== last;
  }

  async #shown(): Promise<{ authorization?: string }> {
    const { token } = this.#options;
    if (typeof token === "string") this.#token = token;
    else if (token) this.#token ??= await token({ expired: false, signal: never() });
    return this.#token ? { authorization: `Bearer ${this.#token}` } : {};
  }

  async #send(operation: keyof Operations, input: Input, tries = 1): Promise<Answer> {
    const { url = globalThis.location?.href, fetch = globalThis.fetch, timeout = 10_000 } = this.#options;
    const [method, path, form] = placed(operation, input);
    const { body, signal } = input;
    const ends = AbortSignal.timeout(timeout);
    const answer = await fetch(new URL(path, url), {
      method,
      headers: { ...(body !== undefined && !form && { "content-type": "application/json" }), ...input.headers },
      ...(body !== undefined && { body: form ? new URLSearchParams(body as any) : JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, ends]) : ends,
    });
    const said = parsed(await answer.text());
    if (answer.ok) return { body: said, headers: answer.headers };
    const wait = Number(answer.headers.get("retry-after")) || null;
    const again = method === "GET" && (answer.status === 429 || answer.status === 503);
    if (again && wait && wait * 1000 <= timeout && tries < MOST_TRIES) {
      await pause(wait * 1000, signal);
      return this.#send(operation, input, tries + 1);
    }
    const code = String(said?.code ?? said?.error_code ?? answer.status);
    const message = said?.message ?? said?.desc ?? said;
    const about = `${operation}: ${answer.status} ${typeof message === "string" ? message : ""}`;
    throw new HttpRefused(answer.status, code, about, said?.auth_success, wait, said);
  }
}

/** Method, address, and whether its body is a form. */
function placed(operation: string, { path = {}, query = {} }: Input): [string, string, boolean] {
  const place = Object.hasOwn(PLACES, operation) ? PLACES[operation]! : "";
  const [method, pattern, form] = place.split(" ");
  if (!pattern) throw new LobbyError("LobbyError", `there is no operation ${operation}`);
  const filled = pattern.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = path[name];
    // Dots alone would be another place.
    if (/^\.{0,2}$/.test(String(value ?? ""))) throw new LobbyError("LobbyError", `${operation} needs ${name}`);
    return encodeURIComponent(String(value));
  });
  const said = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const each = said.flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]));
  const search = new URLSearchParams(each).toString();
  return [method!, filled + (search && `?${search}`), !!form];
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, ms);
    const abort = () => (clearTimeout(timer), fail(signal!.reason));
    signal?.addEventListener("abort", abort, { once: true });
  });
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
