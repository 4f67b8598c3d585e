import { LobbyError } from "./lobby.cjs";
import { type Operations } from "./operations.cjs";
import type { TokenSource } from "./lobby.cjs";
export type { Operations };
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
export interface CallOptions {
    headers?: Record<string, string>;
    signal?: AbortSignal;
}
/** What an operation takes; nothing, where it takes nothing that has to be said. */
export type Asked<O extends keyof Operations> = {} extends Operations[O][0] ? [input?: Operations[O][0] & CallOptions] : [input: Operations[O][0] & CallOptions];
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
        login: (request: Operations["login"][0]["body"]) => Promise<Login>;
        refresh: (token: string) => Promise<Login>;
        /** Ends the login that this token is of, wherever it is used. */
        logout: ({ access_token, refresh_token }: Login) => Promise<void>;
        /** The token of this login, refreshed when it has expired. */
        tokens: (login: Login) => TokenSource;
    };
    /**
     * Any operation, with the token of the options: once more with a fresh one, where it has expired.
     * A GET that is told to wait waits, as long as `timeout` lasts. Throws HttpRefused; what `fetch`
     * throws, where there is no answer.
     */
    call<O extends keyof Operations>(operation: O, ...[input]: Asked<O>): Promise<Operations[O][1]>;
}
