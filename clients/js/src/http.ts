// Registration and login over HTTP, as much as one needs for the channel.

import { LobbyError } from "./errors.js";
import type { TokenSource } from "./api.js";

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

interface Call {
  body?: unknown;
  authorization?: string;
  /** With the token of the options. */
  signedIn?: boolean;
}

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
      await this.#call("POST", "/users", { body: new URLSearchParams(form) });
      return this.users.login(form);
    },
    login: async (form: { username: string; password: string }): Promise<string> =>
      (await this.#call("POST", "/users/login", { body: new URLSearchParams(form) })).body,
  };

  readonly hosts = {
    /** The key is shown this once. */
    register: async (): Promise<{ uuid: string; key: string }> => {
      const { body, headers } = await this.#call("POST", "/hosts", {});
      return { uuid: body.uuid, key: headers.get("host-key") };
    },
    login: async (uuid: string, key?: string): Promise<{ token: string }> => {
      const path = `/hosts/${encodeURIComponent(uuid)}/access_token`;
      return (await this.#call("GET", path, key ? { authorization: `Host ${key}` } : {})).body;
    },
  };

  readonly players = {
    login: async (request: Record<string, unknown>): Promise<Login> =>
      (await this.#call("POST", "/users/v1/login", { body: request })).body,
    refresh: (token: string): Promise<Login> =>
      this.players.login({ grant_type: "refresh", portal_access_token: token, include_refresh: true }),
    /** The token of this login, refreshed when it has expired. */
    tokens: (login: Login): TokenSource => {
      let last = login;
      return async ({ expired }) => {
        if (expired && last.refresh_token) last = { ...last, ...(await this.players.refresh(last.refresh_token)) };
        return last.access_token;
      };
    },
  };

  /** Any other operation, with the token of the options: once more with a fresh one, where it has expired. */
  async call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    try {
      return (await this.#call(method, path, { body, signedIn: true })).body;
    } catch (error) {
      const expired = error instanceof HttpRefused && (error.status === 401 || error.authSuccess === false);
      if (!expired || !(await this.#fresh())) throw error;
      return (await this.#call(method, path, { body, signedIn: true })).body;
    }
  }

  async #fresh(): Promise<boolean> {
    const { token } = this.#options;
    if (typeof token !== "function") return false;
    this.#token = await token({ expired: true, signal: never() });
    return this.#token !== null;
  }

  async #bearer(): Promise<string | undefined> {
    const { token } = this.#options;
    if (typeof token === "string") this.#token = token;
    else if (token) this.#token ??= await token({ expired: false, signal: never() });
    return this.#token ? `Bearer ${this.#token}` : undefined;
  }

  async #call(method: string, path: string, { body, authorization, signedIn }: Call, tries = 1): Promise<any> {
    const { url = globalThis.location?.href, fetch = globalThis.fetch, timeout = 10_000 } = this.#options;
    const shown = signedIn ? await this.#bearer() : authorization;
    const json = body !== undefined && !(body instanceof URLSearchParams);
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(json && { "content-type": "application/json" }),
        ...(shown && { authorization: shown }),
      },
      ...(body !== undefined && { body: json ? JSON.stringify(body) : (body as URLSearchParams) }),
      signal: AbortSignal.timeout(timeout),
    });
    const said = parsed(await answer.text());
    if (answer.ok) return { body: said, headers: answer.headers };
    const wait = Number(answer.headers.get("retry-after")) || null;
    if (method === "GET" && wait && wait * 1000 <= timeout && tries < MOST_TRIES) {
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
      return this.#call(method, path, { body, authorization, signedIn } as Call, tries + 1);
    }
    const code = String(said?.code ?? said?.error_code ?? answer.status);
    const message = said?.message ?? said?.desc ?? said;
    const about = `${method} ${path}: ${answer.status} ${message}`;
    throw new HttpRefused(answer.status, code, about, said?.auth_success, wait, said);
  }
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
