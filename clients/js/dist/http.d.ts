import { LobbyError } from "./lobby.js";
import type { TokenSource } from "./lobby.js";
/** An answer other than 2xx. `code` is the lobby's word for it, where it gave one. */
export declare class HttpRefused extends LobbyError {
    readonly status: number;
    readonly code: string;
    readonly authSuccess: boolean | undefined;
    readonly retryAfter: number | null;
    readonly body: unknown;
    constructor(status: number, code: string, message: string, authSuccess: boolean | undefined, retryAfter: number | null, body: unknown);
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
export declare class LobbyHttp {
    #private;
    constructor(options?: HttpOptions);
    readonly users: {
        /** Returns the login's token. */
        register: (form: {
            username: string;
            password: string;
        }) => Promise<string>;
        login: (form: {
            username: string;
            password: string;
        }) => Promise<string>;
    };
    readonly hosts: {
        /** The key is shown this once. */
        register: () => Promise<{
            uuid: string;
            key: string;
        }>;
        login: (uuid: string, key?: string) => Promise<{
            token: string;
        }>;
    };
    readonly players: {
        login: (request: Record<string, unknown>) => Promise<Login>;
        refresh: (token: string) => Promise<Login>;
        /** The token of this login, refreshed when it has expired. */
        tokens: (login: Login) => TokenSource;
    };
    /** Any other operation, with the token of the options: once more with a fresh one, where it has expired. */
    call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
}
