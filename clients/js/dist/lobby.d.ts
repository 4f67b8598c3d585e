/** Whether one may join: at once, with the password, or not; and why not, where that is told. */
export interface Admission {
    may: "join" | "password" | "no";
    why?: string;
}
/** By the ids of sessions; those that there are not are left out. */
export interface Admissions {
    sessions: Record<string, Admission>;
}
/** Whom the caller bans now, by uuid. */
export interface BanList {
    banlist: string[];
}
export interface ChatEntry {
    author: string;
    name?: string;
    text: string;
    at: number;
}
/** The code of the session and the link with it, absent where there is none. `until`: it is good so long, in Unix seconds. */
export interface CodeShown {
    code?: string;
    link?: string;
    until?: number;
    version: number;
}
/** It is done; there is nothing to tell. */
export interface Done {
}
/** Somebody who is kept out of a session. `until` in Unix seconds; absent: as long as it lasts. `by` is the uuid of whoever keeps them out. */
export interface Excluded {
    until?: number;
    reason?: string;
    by: string;
}
/** Who is kept out of the session, by uuid. */
export interface ExcludedPlayers {
    excluded: Record<string, Excluded>;
}
/** Somebody on a list of friends. `status` and `since` are absent while they are not shown. */
export interface Friend {
    name?: string;
    nickname?: string;
    icon?: string;
    status?: "online" | "away" | "busy" | "playing" | "reconnecting";
    since?: number;
}
/** The caller's friends, by uuid. */
export interface FriendList {
    friends: string[];
}
/** Everybody on one's list of friends. */
export interface Friends {
    people: Record<string, Friend>;
}
/** What guests may see of a host. `session` is the id of the live one. */
export interface Host {
    uuid: string;
    name?: string;
    only_friends: boolean;
    allow_nonames: boolean;
    attributes: Record<string, unknown>;
    session?: string;
}
/** The settings of a host. */
export interface Hosting {
    only_friends: boolean;
    allow_nonames: boolean;
    attributes: Record<string, unknown>;
}
/** A notification in an account's inbox, neutral: each door words it for its clients. `about`: the topic that shows more. `version`: the session's when this was written, `view`: which of its views this reader gets; both absent when the reader no longer belongs to it. `rank`, `request` (for entitlements) and `order` (within a request) are ids. Of kind `message`: a text that somebody posted, with the `link` to fetch and its entity tag, `link_tag`. `reason`: why the reader is no longer in the session, where that is so; `until`: until when they are kept out of it, in Unix seconds. */
export interface InboxEntry {
    kind: "session_invited" | "session_kicked" | "session_banned" | "session_closed" | "session_uninvited" | "seat_lapsed" | "session_updated" | "session_match_found" | "session_instance_joinable" | "entitlement_fulfilled" | "rank_updated" | "login_refresh" | "login_revoked" | "message";
    session?: string;
    version?: number;
    view?: "inside" | "outside";
    about?: string;
    host?: string;
    rank?: number;
    request?: string;
    order?: string;
    message: string;
    link?: string;
    link_tag?: string;
    reason?: string;
    until?: number;
    custom_data?: Record<string, string>;
    at: number;
}
/** Where a session is played, as anybody may see it. */
export interface InstanceState {
    id: string;
    host_type: "dedicated" | "player";
    status: "requested" | "allocated" | "pending" | "joinable" | "closed";
    health?: "healthy" | "degraded" | "unhealthy" | "unknown";
}
/** The cursor of the line in `chat:<session>`. */
export interface LineSaid {
    cursor: number;
}
/** A session as anybody may see it. */
export interface ListedSession {
    id: string;
    template: string;
    host?: string;
    host_name?: string;
    name?: string;
    created: number;
    joinable: boolean;
    entry: "open" | "friends" | "invited" | "closed";
    nonames: boolean;
    password: boolean;
    free: number;
    full: boolean;
    seats: Record<string, Seat>;
    attributes: Record<string, unknown>;
    region?: string;
    browser?: Record<string, string>;
    instance?: InstanceState;
    match?: string;
    created_by_matchmaking: boolean;
    led_in_name?: true;
    version: number;
}
/** Anything but this entry, or these. */
export interface NotEntry {
    not: "open" | "friends" | "invited" | "closed" | ("open" | "friends" | "invited" | "closed")[];
}
/** Anything but this value, or these; also where there is none. */
export interface NotScalar {
    not: boolean | number | string | (boolean | number | string)[];
}
/** Anything but this status, or these. */
export interface NotStatus {
    not: "online" | "away" | "busy" | "playing" | "reconnecting" | ("online" | "away" | "busy" | "playing" | "reconnecting")[];
}
/** Anything but this text, or these; also where there is none. */
export interface NotText {
    not: string | string[];
}
/** Numbers from `min` to `max`, both included; one of them may be left out. */
export interface NumberRange {
    min?: number;
    max?: number;
}
/** Ready check of a match that was found: `ready` of its `players` have accepted; the others can until `until`, in Unix seconds. */
export interface OfferState {
    match: string;
    until: number;
    ready: number;
    players: number;
}
/** Presence of one account, as one other may see it. Empty: they are offline, or not shown. */
export interface OnePerson {
    name?: string;
    nickname?: string;
    icon?: string;
    status?: "online" | "away" | "busy" | "playing" | "reconnecting";
    since?: number;
    region?: string;
}
/** People who are online for whom every field holds. `name`: their name or nickname contains it, in any case. */
export interface PeopleFilter {
    name?: string;
    status?: "online" | "away" | "busy" | "playing" | "reconnecting" | ("online" | "away" | "busy" | "playing" | "reconnecting")[] | NotStatus;
    region?: string | string[] | NotText;
}
/** The first people who answer a question, by uuid: who they are; clients sort them. */
export interface PeopleWindow {
    total: number;
    people: Record<string, Person>;
}
/** What the player may do to others by now. */
export interface Permitted {
    permits: ("invite" | "kick" | "move")[];
    version: number;
}
/** Presence of one account. `since`: when it came online, in Unix seconds. `name`: absent for an account without one. `nickname`: its first. `icon`: a tag that changes with the picture. `region`: of the process that serves it, where that has one. */
export interface Person {
    name?: string;
    nickname?: string;
    icon?: string;
    status: "online" | "away" | "busy" | "playing" | "reconnecting";
    since: number;
    region?: string;
}
/** `kept_out`: false where they may come back at once, as nobody more can be kept out. */
export interface PlayerKicked {
    version?: number;
    kept_out?: false;
}
/** How many are visibly online. */
export interface PresenceCount {
    online: number;
    statuses: Record<string, number>;
    regions?: Record<string, number>;
}
/** The session's id, and its version with the new state. */
export interface Pushed {
    session: string;
    version: number;
}
/** The ticket, watched as `queue:<ticket>`; the queues that take it, with the profiles of matches; how many of the seconds count that were waited before. */
export interface Queued {
    ticket: string;
    queues: string[];
    profiles: string[];
    waited: number;
}
/** An instance as members of the session see it: with its address. */
export interface ReachableInstance {
    id: string;
    host_type: "dedicated" | "player";
    status: "requested" | "allocated" | "pending" | "joinable" | "closed";
    health?: "healthy" | "degraded" | "unhealthy" | "unknown";
    host?: string;
    version?: string;
    map?: string;
    mode?: string;
    public_conn_str?: string;
    private_conn_str?: string;
    custom_data: Record<string, string>;
}
/** A seat of a session. */
export interface Seat {
    id: number;
    team: number;
    status: "free" | "reserved" | "invited" | "taken";
    player?: string;
    name?: string;
    until?: number;
    permits?: ("invite" | "kick" | "move")[];
}
/** A session as members see it: with where it is played, and the game's state. */
export interface Session {
    id: string;
    template: string;
    host?: string;
    host_name?: string;
    name?: string;
    created: number;
    joinable: boolean;
    entry: "open" | "friends" | "invited" | "closed";
    nonames: boolean;
    password: boolean;
    free: number;
    full: boolean;
    seats: Record<string, Seat>;
    attributes: Record<string, unknown>;
    region?: string;
    browser?: Record<string, string>;
    instance?: ReachableInstance;
    match?: string;
    created_by_matchmaking: boolean;
    led_in_name?: true;
    version: number;
    location?: string;
    code?: string;
    link?: string;
    state: Record<string, unknown>;
    custom_data: Record<string, string>;
    teams_locked?: true;
}
/** The version of the session with the change; absent where it has ended since. */
export interface SessionChanged {
    version?: number;
}
/** Sessions for which every field holds. `played`: there is an instance. `free`: seats that somebody new could take now; `seats`: in all. `name`: the session's name or its host's contains it, in any case. `host` leads, `with` sits in it. `welcome`: `session.ask` would say `join` or `password`. `attributes`, `browser`: by key, top level; of a list, one of the first 16 members must hold; null: absent. */
export interface SessionFilter {
    template?: string | string[] | NotText;
    region?: string | string[] | NotText;
    entry?: "open" | "friends" | "invited" | "closed" | ("open" | "friends" | "invited" | "closed")[] | NotEntry;
    full?: boolean;
    password?: boolean;
    nonames?: boolean;
    joinable?: boolean;
    played?: boolean;
    free?: number | NumberRange;
    seats?: number | NumberRange;
    name?: string;
    host?: "friends" | string | string[];
    with?: "friends" | string | string[];
    welcome?: true;
    attributes?: Record<string, boolean | number | string | (boolean | number | string)[] | NumberRange | NotScalar | null>;
    browser?: Record<string, boolean | number | string | (boolean | number | string)[] | NumberRange | NotScalar | null>;
}
/** The new session, and the key that gives authority over its state. */
export interface SessionLaunched {
    session: Session;
    source_of_truth_key: string;
}
/** The session with the change. Of a command that is repeated: as the caller may see it by then, which is what anybody sees where they have left it since. */
export interface SessionShown {
    session: Session | ListedSession;
}
/** The first sessions that answer a question, by id: which they are; clients sort them. */
export interface SessionsWindow {
    total: number;
    sessions: Record<string, ListedSession>;
}
/** The status that was set. */
export interface StatusShown {
    status: "online" | "away" | "busy" | "playing" | "invisible";
}
/** A ticket, waiting `since` that time, in `queues`; `queue` is the first. `waits`: by profile, while it is waiting. `offer`: only during a ready check. `stage`: only while it is matched. `why` the last match that had it was given up: while it waits again. */
export interface Ticket {
    ticket: string;
    session: string;
    queue: string;
    queues: string[];
    state: "waiting" | "offered" | "matched";
    stage?: "seeking_server" | "inviting";
    why?: string;
    since: number;
    region?: string;
    players: string[];
    offer?: OfferState;
    waits?: Record<string, WaitState>;
}
/** Why a ticket still waits for a match of one profile. `excluded`: how many other tickets each rule excludes. `players` remain; `least` are needed now, `full` make a full match. In seconds from now: `opens_in`, until the profile accepts the ticket; `widens_in`, until the rating window admits another; `relaxes_in`, until fewer players are enough; `expected`, until a match. `binding`: the rules without which it would be matched, of `region`, `version`, `crossplay`, `size`, `delay`, `rating`, `sizes`, `chain`, `wishes`, `room`, `clock`; where none binds, `next_look`: seconds until matches are looked for again. */
export interface WaitState {
    opens_in: number;
    excluded: Record<string, number>;
    players: number;
    least: number;
    full: number;
    widens_in?: number;
    relaxes_in?: number;
    expected?: number;
    openings: number;
    binding: string[];
    next_look?: number;
}
/** The result of hello. Come back with `token`, where there is one; `expires_in` is how long it lasts, in seconds. `at` is the server's time, `server` the program and its version. */
export interface Welcome {
    uuid?: string;
    name?: string;
    kind: "user" | "host" | "player" | "anonymous" | "spectator";
    token?: string;
    heartbeat_ms: number;
    grace_ms: number;
    at: number;
    expires_in?: number;
    server: string;
    limits: WelcomeLimits;
}
/** Of one connection: commands a second and at once, bytes of a message, topics watched, commands that wait for their answer, refusals before it is closed. */
export interface WelcomeLimits {
    commands_per_second: number;
    commands_burst: number;
    message_bytes: number;
    topics: number;
    waiting: number;
    refusals: number;
}
/** Every command: what it takes, and what it gives. */
export interface Commands {
    "host.set": [{
        only_friends?: boolean;
        allow_nonames?: boolean;
        attributes?: Record<string, unknown>;
    }, Hosting];
    "host.befriend": [{
        friend: string;
    }, FriendList];
    "host.unfriend": [{
        friend: string;
    }, FriendList];
    "host.ban": [{
        guest: string;
        for_s?: number;
        reason?: string;
    }, BanList];
    "host.unban": [{
        guest: string;
    }, BanList];
    "session.launch": [{
        name?: string;
        entry?: "open" | "friends" | "invited" | "closed";
        joinable?: boolean;
        password?: string;
        attributes?: Record<string, unknown>;
    }, SessionLaunched];
    "session.join": [{
        session: string;
        friend?: string;
        password?: string;
    } | {
        host: string;
        friend?: string;
        password?: string;
    }, SessionShown];
    "session.ask": [{
        sessions: string[];
    }, Admissions];
    "session.leave": [{
        session: string;
        reason?: string;
    }, SessionChanged];
    "session.kick": [{
        session: string;
        guest: string;
        for_s?: number;
        reason?: string;
        message?: string;
    }, PlayerKicked];
    "session.pardon": [{
        session: string;
        guest: string;
    }, SessionChanged];
    "session.excluded": [{
        session: string;
    }, ExcludedPlayers];
    "session.invite": [{
        session: string;
        guest: string;
    }, SessionShown];
    "session.update": [{
        session: string;
        name?: string;
        entry?: "open" | "friends" | "invited" | "closed";
        joinable?: boolean;
        password?: string | null;
        location?: string;
        attributes?: Record<string, unknown>;
        teams_locked?: boolean;
    }, SessionShown];
    "session.code": [{
        session: string;
        renew?: boolean;
        drop?: boolean;
    }, CodeShown];
    "session.move": [{
        session: string;
        team: number;
        player?: string;
    }, SessionShown];
    "session.swap": [{
        session: string;
        players: string[];
    }, SessionShown];
    "session.permit": [{
        session: string;
        player: string;
        permits: ("invite" | "kick" | "move")[];
    }, Permitted];
    "session.push": [{
        session: string;
        source_of_truth_key: string;
        state: Record<string, unknown>;
    }, Pushed];
    "session.say": [{
        session: string;
        text: string;
    }, LineSaid];
    "session.signal": [{
        session: string;
        to?: string;
        body: Record<string, unknown>;
    }, Done];
    "session.close": [{
        session: string;
    }, Done];
    "queue.join": [{
        queue: string;
        waited?: number;
        session: string;
        map_preferences?: string[];
        backfill?: boolean;
    } | {
        queues: string[];
        waited?: number;
        session: string;
        map_preferences?: string[];
        backfill?: boolean;
    }, Queued];
    "queue.leave": [{
        session: string;
    }, Done];
    "queue.accept": [{
        ticket: string;
    }, Done];
    "queue.decline": [{
        ticket: string;
    }, Done];
    "presence.set": [{
        status: "online" | "away" | "busy" | "playing" | "invisible";
    }, StatusShown];
}
/** Topics that have a state. */
export interface Documents {
    presence: Record<string, Person>;
    "presence:count": PresenceCount;
    [presence: `presence:${string}-${string}`]: OnePerson;
    friends: Friends;
    sessions: Record<string, ListedSession>;
    [session: `session:${string}`]: Session | ListedSession;
    [host: `host:${string}-${string}`]: Host;
    [queue: `queue:${string}`]: Ticket;
}
/** Topics that have entries. */
export interface Journals {
    inbox: InboxEntry;
    [chat: `chat:${string}`]: ChatEntry;
}
/** Lists that are asked a question: what it may say, and what answers it. */
export interface Questions {
    sessions: [{
        filter?: SessionFilter;
        sort?: string;
        limit?: number;
    }, SessionsWindow];
    people: [{
        filter?: PeopleFilter;
        sort?: string;
        limit?: number;
    }, PeopleWindow];
}
export type RefusalCode = "account_not_found" | "already_hosting" | "already_in_queue" | "already_seated" | "conflict" | "crossplay_incompatible" | "forbidden" | "group_too_large" | "guest_not_welcome" | "id_reused" | "in_progress" | "instance_active" | "internal_error" | "kept_out" | "leader_stays" | "list_full" | "list_too_large" | "malformed" | "matchmaking_not_allowed" | "no_match_offered" | "no_matching_template" | "not_in_queue" | "not_oneself" | "not_seated" | "not_yours" | "other_not_found" | "password_needed" | "queue_inactive" | "queue_not_found" | "roster_too_large" | "same_team" | "session_full" | "session_not_found" | "session_not_joinable" | "team_change_not_allowed" | "team_full" | "teams_locked" | "template_forbids" | "ticket_not_found" | "token_expired" | "token_revoked" | "too_large" | "too_many" | "topic_not_found" | "unacceptable" | "unauthenticated" | "unavailable" | "version_incompatible" | "wrong_password" | "wrong_source_of_truth_key" | (string & {});
export type EndedCode = "account_not_found" | "forbidden" | "list_too_large" | "match_declined" | "match_found" | "not_seated" | "queue_left" | "roster_too_large" | "session_closed" | "session_not_found" | "ticket_expired" | "ticket_not_found" | "topic_not_found" | "watch_again" | (string & {});
/** Why a connection ended. Codes are those of the channel; 1006: it broke. */
export interface Closing {
    readonly code: number;
    readonly reason: string;
    readonly by: "us" | "server" | "network";
    readonly refusal?: RefusedError;
}
export interface Identity {
    readonly uuid?: string;
    readonly name?: string;
    readonly kind: "user" | "host" | "player" | "anonymous" | "spectator" | (string & {});
}
/** `until` in ms since 1970. `resumed`: the identity is that of the connection before. */
export type State = {
    readonly phase: "idle";
} | {
    readonly phase: "connecting";
    readonly attempt: number;
} | {
    readonly phase: "live";
    readonly identity: Identity;
    readonly resumed: boolean;
} | {
    readonly phase: "waiting";
    readonly until: number;
    readonly attempt: number;
    readonly why: Closing;
} | {
    readonly phase: "closed";
    readonly why: Closing;
};
/**
 * A token, or what gives one: asked when there is none and when the last has expired. Null: none is
 * to be had. Where it throws, it is asked again later; an error named UnauthorizedError, or one with
 * the `status` 401, stops the client.
 */
export type TokenSource = string | ((why: {
    expired: boolean;
    signal: AbortSignal;
}) => string | null | Promise<string | null>);
/**
 * Where the secret of an anonymous identity is kept: 32 to 128 characters, made by the client. What
 * these throw is told as `error`; the identity then lasts as long as the client.
 */
export interface SecretStore {
    load(): string | null | Promise<string | null>;
    save(secret: string): void | Promise<void>;
}
export interface Options {
    /** The lobby's http(s) address; absent: that of the page. */
    url?: string | URL;
    token?: TokenSource;
    /** An identity without a name, where there is no token. */
    anonymous?: boolean | SecretStore;
    /** Milliseconds that a command may take. */
    timeout?: number;
    /** Commands that may wait to be sent. */
    queue?: number;
    /** Milliseconds. */
    backoff?: {
        first?: number;
        longest?: number;
    };
    WebSocket?: new (url: string, protocols: string) => WebSocket;
    /** Come back sooner when the network or the page does. */
    wake?: boolean;
    log?: (event: string, detail: Record<string, unknown>) => void;
}
export interface Signal {
    session: string;
    author: string;
    body: Record<string, unknown>;
}
export interface Events {
    state: State;
    identity: Identity;
    /** A token of an anonymous identity, good over HTTP. */
    token: string;
    signal: Signal;
    drain: {
        until: number;
    };
    /** Parts of the lobby that are away; none: all is well again. */
    degraded: {
        parts: string[];
    };
    /** What a listener threw, and frames that make no sense. */
    error: Error;
}
export interface CommandOptions {
    timeout?: number;
    signal?: AbortSignal;
    id?: string;
    /** "never": not said again after a loss, nor after `too_many`. */
    retry?: "safe" | "never";
}
export interface WatchOptions {
    signal?: AbortSignal;
}
/** At least one of the three makes it a question. */
export type Question<T extends keyof Questions> = Questions[T][0] & WatchOptions & ({
    filter: object;
} | {
    sort: string;
} | {
    limit: number;
});
export type Status = "asking" | "live" | "stale" | "ended";
/** `paths`: where it changed, each as keys from the top; `[[]]` for the whole. */
export interface Change<S> {
    readonly state: S;
    readonly paths: readonly (readonly string[])[];
    readonly whole: boolean;
}
/** A document that is kept up to date. States are frozen; what has not changed keeps its identity. */
export interface Live<S> extends AsyncIterable<Change<S>> {
    readonly topic: string;
    readonly state: S | undefined;
    readonly version: number;
    readonly status: Status;
    readonly ready: Promise<S>;
    on(event: "change", listener: (change: Change<S>) => void): () => void;
    on(event: "ended", listener: (code: string) => void): () => void;
    on(event: "status", listener: (status: Status) => void): () => void;
    at(path: readonly string[], listener: (value: unknown) => void): () => void;
    when(test: (state: S) => boolean, options?: {
        timeout?: number;
        signal?: AbortSignal;
    }): Promise<S>;
    subscribe(listener: () => void): () => void;
    getSnapshot(): S | undefined;
    close(): void;
    [Symbol.dispose](): void;
}
export interface JournalOptions {
    /** The last cursor that you have, 0 for everything that is kept; absent: what comes from now on. */
    after?: number;
    signal?: AbortSignal;
}
export interface Journal<E> extends AsyncIterable<{
    entry: E;
    cursor: number;
}> {
    readonly topic: string;
    readonly cursor: number;
    readonly status: Status;
    readonly ready: Promise<number>;
    on(event: "entry", listener: (entry: E, cursor: number) => void): () => void;
    /** Some entries before the next one are gone; its cursor may be lower than the last. */
    on(event: "trimmed", listener: () => void): () => void;
    on(event: "ended", listener: (code: string) => void): () => void;
    on(event: "status", listener: (status: Status) => void): () => void;
    close(): void;
    [Symbol.dispose](): void;
}
export declare class LobbyError extends Error {
    constructor(name: string, message: string, cause?: unknown);
}
/** The lobby answered no. Act on `code`; `retryAfter` is in seconds, where waiting helps. */
export declare class RefusedError extends LobbyError {
    readonly code: RefusalCode;
    readonly command: string;
    readonly retryAfter: number | null;
    readonly about: Record<string, unknown> | null;
    constructor(code: RefusalCode, message: string, command: string, retryAfter?: number | null, about?: Record<string, unknown> | null);
}
/** The time was over before the command was sent: nothing has happened. */
export declare class TimeoutError extends LobbyError {
    readonly sent: boolean;
    constructor(message: string);
}
/** The command was sent, and its answer is lost: it may have been done, or not. */
export declare class UnknownOutcomeError extends LobbyError {
    readonly command: string;
    readonly id: string;
    constructor(command: string, id: string, why: string, cause?: unknown);
}
/** The client is closed; `why` says by whom. */
export declare class ClosedError extends LobbyError {
    readonly why: Closing;
    constructor(why: Closing);
}
/** Too many commands wait to be sent. */
export declare class QueueFullError extends LobbyError {
    constructor(most: number);
}
/** An iterator of a journal was read too slowly. Begin another with `after`. */
export declare class FellBehindError extends LobbyError {
    readonly after: number;
    constructor(after: number);
}
export declare class LobbyClient {
    #private;
    constructor(options?: Options);
    get state(): State;
    get identity(): Identity | null;
    /** Resolves once it is live; rejects with ClosedError. */
    get ready(): Promise<Identity>;
    connect(): Promise<Identity>;
    /** For good, until `connect()`: nothing else brings it back. */
    close(): void;
    /** Anew at once, with another token where one is given. */
    reconnect({ token }?: {
        token?: TokenSource;
    }): void;
    /** The network is back, or the app in front, where no browser says so: wait no longer than told to. */
    hurry(): void;
    /** The server's time, in ms since 1970. */
    now(): number;
    on<E extends keyof Events>(event: E, listener: (detail: Events[E]) => void, options?: {
        signal?: AbortSignal;
    }): () => void;
    command<C extends keyof Commands>(type: C, fields: Commands[C][0], options?: CommandOptions): Promise<Commands[C][1]>;
    /** A document; `sessions` and `people` also by a question. */
    watch<T extends keyof Questions>(topic: T, question: Question<T>): Live<Questions[T][1]>;
    watch<T extends keyof Documents & string>(topic: T, options?: WatchOptions): Live<Documents[T]>;
    journal<T extends keyof Journals & string>(topic: T, { after, signal }?: JournalOptions): Journal<Journals[T]>;
}
