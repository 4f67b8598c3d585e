/** What the game adds to a ticket: numbers, texts and marks of its own. */
export interface AdditionalJoinParams {
    double_args?: Record<string, number>;
    string_args?: Record<string, string>;
    tags?: string[];
    extensions?: Record<string, string>;
}
/** Agreements that the player has to accept before this login can succeed. */
export interface AgreementMessage {
    auth_success?: boolean;
    error_code: string;
    desc: string;
    needs_eula?: boolean;
    needs_tos?: boolean;
    needs_privacy_policy?: boolean;
}
/** The server keeps polling until it is `allocated`. */
export type AllocationState = "deallocated" | "allocating" | "allocated";
/** Whether guests without a name may join. */
export interface AllowNonames {
    allow_nonames: boolean;
}
/** Whether reads need no token. */
export interface AnonymousAccess {
    allowed: boolean;
}
/** A setting of the application, for clients. */
export interface AppSetting {
    key: string;
    value: string;
}
/** Something that happened in a session. */
export interface AuditEvent {
    event_name: string;
    session_id: string;
    event_datetime: string;
    reason?: string;
    player_uuid?: string;
    requesting_user_uuid?: string;
    custom_data?: Record<string, string>;
}
/** A page of events. */
export interface AuditResponse {
    events?: AuditEvent[];
}
/** The game server is still there, and asks as before. */
export interface BackfillAcknowledgement {
    instance_id: string;
    extensions?: Record<string, string>;
    overflow_action?: string;
    styles?: string[];
}
/** `timeout`: seconds after which a game server that needs players asks again. */
export interface BackfillConfig {
    timeout: number;
}
/** No more players are wanted. */
export interface BackfillEnd {
    instance_id: string;
}
/** Of a session whose game server may ask for players. */
export interface BackfillInfo {
    backfill_id: string;
    extensions: Record<string, string>;
}
/** What a match needs from now on, in place of what it needed before; no teams: nobody. */
export interface BackfillNeed {
    instance_id: string;
    teams?: TeamNeed[];
    additional_join_params?: AdditionalJoinParams;
}
/** Who was invited to a running match. */
export interface BackfilledPlayers {
    backfilled_players: string[];
}
/** A session's listing in the session browser. */
export interface BrowserInfo {
    custom_data?: Record<string, string>;
}
/** `cursor` goes into the request for the next page; 0 after the last one. */
export interface BrowserResponse {
    cursor: number;
    browser_sessions: BrowserSessionInfo[];
}
/** A session as the session browser lists it. */
export interface BrowserSessionInfo {
    session_id: string;
    player_count?: number;
    max_player_count?: number;
    custom_data?: Record<string, string>;
}
/** Platform and input device of a client. */
export interface ClientSettings {
    platform_id?: PlatformID;
    platform?: Platform;
    input: Input;
}
/** The kind of client that a purchase was made with. */
export type ClientType = "UNKNOWN" | "WIN" | "MAC" | "XBOXONE" | "PS4" | "SWITCH" | "ANDROID" | "IOS" | "PS5" | "LINUX" | "XSX";
/** The body of a code exchange. `code`: as the browser got it. */
export interface CodeRequest {
    accept_eula?: boolean;
    accept_tos?: boolean;
    accept_privacy_policy?: boolean;
    code: string;
    grant_type?: "authorization_code";
    include_refresh?: boolean;
}
/** The address that the caller's request came from. */
export interface ConnectionInfo {
    ip: string;
}
/** Whether the console can be used. */
export interface ConsoleAvailability {
    available: boolean;
}
/** How many were removed. */
export interface CountRemoved {
    count: number;
}
/** An event to add. */
export interface CreateAuditRequest {
    event_name: string;
    session_id: string;
    player_uuid?: string;
    reason?: string;
    custom_data?: Record<string, string>;
}
/** Join a session of this type, or create one. */
export interface CreateOrJoinRequest {
    client_version: string;
    client_settings: ClientSettings;
    crossplay_preferences?: CrossplayPreferences;
    session_type: string;
    region_id?: string;
    friend_uuid?: string;
    password?: string;
}
/** Username and password. */
export interface Credentials {
    username: string;
    password: string;
}
/** Input devices that a player is ready to play with. */
export type CrossplayInput = "desired_inputs_any" | "desired_inputs_keyboardandmouse" | "desired_inputs_gamepad" | "desired_inputs_touch";
/** Platforms that a player is ready to play with. */
export type CrossplayPlatform = "desired_platforms_any" | "desired_platforms_xboxlike" | "desired_platforms_playstationlike";
/** Platforms and input devices that a player is ready to play with. */
export interface CrossplayPreferences {
    permitted_platform: CrossplayPlatform;
    permitted_input: CrossplayInput;
}
/** How many rules of a ruleset have to hold. */
export type Determiner = "allOf" | "anyOf" | "oneOf" | "noneOf";
/** Why a purchase was not granted. */
export type EntitlementErrorCode = "none" | "auth_token_failure" | "missing_information" | "failed_to_consume" | "no_sku_found" | "wrong_sku_type_provided" | "durable_authority_type_not_valid" | "durable_single_use_authority_type_not_valid" | "consumable_authority_type_not_valid" | "unknown_sku_type_provided" | "failed_to_submit_order" | "already_applied_durable_single_use" | "quantity_zero" | "previously_applied";
/** Whether a purchase was granted. */
export type EntitlementStatus = "UNKNOWN" | "SUBMITTED" | "FULFILLED" | "FAILED" | "PREVIOUSLY_APPLIED";
/** Somebody on a list of friends. `status` and `since` are absent while they are not shown. */
export interface Friend {
    name?: string | null;
    nickname?: string | null;
    icon?: string | null;
    status?: "online" | "away" | "busy" | "playing" | "reconnecting" | null;
    since?: number | null;
}
/** Everybody on one's list of friends. */
export interface Friends {
    people: Record<string, Friend>;
}
/** The report was counted. */
export interface FubarResponse {
}
/** The server's status. */
export interface GameServerStatus {
    favicon: string | null;
    address: string | null;
    version: GameVersion;
    players: ServerPlayers;
    motd: ServerMotd;
}
/** The server's version. */
export interface GameVersion {
    name: string;
    protocol: number;
}
/** The server's version in words. */
export interface GameVersionName {
    name: string;
}
/** The server's version as a number. */
export interface GameVersionProtocol {
    protocol: number;
}
/** Kinds of credential at a login. */
export type GrantType = "google" | "apple" | "refresh" | "epic" | "xboxlive" | "ps4_v1" | "ps4_v3" | "ps5_v3" | "nintendo" | "nintendo_switch" | "steam" | "basic" | "anon";
/** The request is not valid. */
export interface HTTPValidationError {
    detail?: ValidationError[];
}
/** A failure in words. */
export interface HealthMessage {
    message: string;
}
/** A host, as only the host sees it. */
export interface Host {
    uuid: string;
    only_friends: boolean;
    allow_nonames: boolean;
    friends: string[];
    banlist: string[];
}
/** Ids without a value are empty texts. */
export interface HostAnswer {
    success: boolean;
    error_code?: HostErrorCode;
    error_message?: string;
    state?: AllocationState;
    allocation_id?: string;
    session_id?: string;
}
/** The state of each game server that the request named. */
export interface HostAnswers {
    items: HostAnswer[];
}
/** A number also in case of success. `ALLOCATING` (allocated while it registers) counts as ready too; any other number but 0 is a failure, which `error_message` explains. */
export type HostErrorCode = 0 | 1 | 6;
/** Join the live session of a host. */
export interface HostJoinRequest {
    host: string;
    guest: string | "NONAME";
}
/** Launch a session. */
export interface HostLaunchRequest {
    host: string;
}
/** A game server by its id. */
export interface HostName {
    id: string;
}
/** `id` is unique among the game hosts of the account. Tags restrict which sessions it serves; as a text, they are separated by commas. */
export interface HostRegistration {
    id: string;
    group_tags?: string[] | string;
    public_host?: string;
    public_port?: number;
}
/** Who hosts an instance. */
export type HostType = "dedicated" | "player";
/** `not found this`: the host that is named. `not found other`: the other party, or a session that is there for the caller. */
export interface HostsNotFound {
    message: "not found this" | "not found other";
}
/** One thing that is wrong with a request. */
export interface HostsProblem {
    loc: (string | number)[];
    msg: string;
    type: string;
}
/** The request is not valid. */
export interface HostsValidationError {
    detail: HostsProblem[];
}
/** `auth_success` is false only where a new token helps: the client then renews its token. */
export interface HzApiErrorModel {
    auth_success?: boolean;
    error_code: string;
    desc: string;
}
/** Input device of a client. */
export type Input = "keyboardandmouse" | "gamepad" | "touch";
/** A report that an instance is broken. */
export interface InstanceFubar {
    instance_id: string;
    error: string;
    region: string;
    matchmaking_profile_id?: string;
    instance_source_provider?: InstanceSourceProvider;
}
/** How often hosts report, and when missing reports count. */
export interface InstanceHealthSettingsResponse {
    cadence_seconds: number;
    unhealthy_health_check_percentage: number;
    missed_checks_before_unknown: number;
}
/** Health of an instance; `unknown` after too many missing reports. */
export type InstanceHealthStatus = "healthy" | "unhealthy" | "degraded" | "unknown";
/** The health that counts from now on, which may be worse than the one reported. */
export interface InstanceHealthStatusResponse {
    updated_instance_health: InstanceHealthStatus;
}
/** A host's report of its instance's health. */
export interface InstanceHealthStatusUpdate {
    instance_health: InstanceHealthStatus;
    instance_id: string;
}
/** Where a session is played. */
export interface InstanceInfo {
    allocation_id?: string;
    instance_id?: string;
    host_type: HostType;
    host_player_id?: number;
    host_player_uuid?: string;
    host_dedicated_process_id?: string;
    host_dedicated_server_id?: string;
    join_status: InstanceJoinableStatus;
    join_params?: JoinParams;
    instance_startup_params?: InstanceStartupParams;
    version?: string;
    created: string;
    custom_data?: Record<string, string>;
    instance_health?: InstanceHealthStatus;
}
/** Absent fields stay as they are, `custom_data` too, whatever its default is. */
export interface InstanceInfoUpdate {
    allocation_id?: string;
    join_status?: InstanceJoinableStatus;
    join_params?: JoinParams;
    version?: string;
    custom_data?: Record<string, string>;
}
/** The life cycle of an instance, in this order. */
export type InstanceJoinableStatus = "requested" | "allocated" | "pending" | "joinable" | "closed";
/** What instances are started with, in the older form. */
export interface InstanceLaunchTemplate {
    instance_launch_template_id: string;
    map_selection_list: MapSelectionList;
    default_host_type: HostType;
    custom_data?: Record<string, string>;
}
/** Request an instance from a dedicated server, or host one. */
export interface InstanceRequest {
    instance_id?: string;
    instance_startup_params?: InstanceStartupParams;
    host_type: HostType;
    host_player_uuid?: string;
    custom_data?: Record<string, string>;
}
/** What instances are started with. */
export interface InstanceRequestTemplate {
    instance_request_template_id: string;
    map_selection_list: MapSelectionListV2;
    default_host_type: HostType;
    custom_data?: Record<string, string>;
}
/** Who provides instances. */
export type InstanceSourceProvider = "player" | "sic" | "multiplay";
/** What an instance starts its game with. */
export interface InstanceStartupParams {
    map: string;
    mode?: string;
    misc_params: string;
    custom_data?: Record<string, string>;
}
/** Where a session is played, as anybody may see it. */
export interface InstanceState {
    id: string;
    host_type: "dedicated" | "player";
    status: "requested" | "allocated" | "pending" | "joinable" | "closed";
    health?: "healthy" | "degraded" | "unhealthy" | "unknown" | null;
}
/** What a member may be given to do to others. */
export type IntraSessionPermission = "invite" | "kick" | "move";
/** How to reach an instance. */
export interface JoinParams {
    public_conn_str: string;
    private_conn_str: string;
    custom_data?: Record<string, string>;
}
/** The session that was joined. */
export interface JoinedSession {
    session_id: number;
}
/** The session that was launched. */
export interface LaunchedSession {
    session_id: number;
    source_of_truth_key: string;
}
/** A session as anybody may see it. */
export interface ListedSession {
    id: string;
    template: string;
    host?: string | null;
    host_name?: string | null;
    name?: string | null;
    created: number;
    joinable: boolean;
    entry: "open" | "friends" | "invited" | "closed";
    nonames: boolean;
    password: boolean;
    free: number;
    full: boolean;
    seats: Record<string, Seat>;
    attributes: Record<string, unknown>;
    region?: string | null;
    browser?: Record<string, string> | null;
    instance?: InstanceState | null;
    match?: string | null;
    created_by_matchmaking?: boolean;
    led_in_name?: true | null;
    version: number;
}
/** An account with a username. */
export interface ListedUser {
    id: number;
    username: string;
}
/** The body of a login. Game servers send `client_credentials` here too: that is taken as a machine's login, with name and password in the header. */
export interface LoginRequest {
    accept_eula?: boolean;
    accept_tos?: boolean;
    accept_privacy_policy?: boolean;
    grant_type: GrantType;
    portal_access_token: string;
    portal_display_name?: string;
    portal_parent_access_token?: string;
    portal_parent_display_name?: string;
    include_refresh?: boolean;
}
/** `refresh_token` only when the request included it. */
export interface LoginResult {
    platform: Platform;
    portal_id: number;
    portal_user_id: string;
    display_name: string;
    portal_parent_auth_result?: PortalUserInfo;
    permissions?: string[];
    restrictions?: Restriction[];
    active_player_id: number;
    active_player_uuid?: string;
    role_id?: number;
    person_id: string;
    access_token?: string;
    refresh_token?: string;
    publisher_uuid: string;
    tenant_uuid: string;
    config_elector_uuid: string;
    client_uuid: string;
}
/** End a login. */
export interface LogoutRequest {
    refresh_token: string;
}
/** How a party's rating is made from its players' ratings. */
export type MMRGroupingMethod = "worst" | "best" | "avg_weighted_by_sigma" | "avg";
/** A map, in the older form. */
export interface MapConfig {
    map_game_id?: number;
    map_name: string;
    mode?: string;
    selection_chance?: number;
    custom_data?: Record<string, string>;
}
/** A map. */
export interface MapConfigV2 {
    map_id: string;
    name: string;
    mode?: string;
    map_weight: number;
    custom_data?: Record<string, string>;
}
/** A list of maps, in the older form. */
export interface MapSelectionList {
    map_selection_list_id: string;
    maps: MapConfig[];
}
/** A list of maps. */
export interface MapSelectionListV2 {
    map_selection_list_id: string;
    maps: MapConfigV2[];
}
/** An empty `match_id` lets the lobby choose one. */
export interface MatchCreateRequest {
    match_id: string;
    custom_data?: Record<string, string>;
}
/** The match that was started. */
export interface MatchCreateResponse {
    match_id: string;
}
/** A match of a session. */
export interface MatchInfo {
    match_id: string;
    created: string;
    custom_data?: Record<string, string>;
    ticket_ids?: string[];
}
/** A kind of match, in the older form. */
export interface MatchMakingProfile {
    profile_id: string;
    join_mode?: ProfileJoinMode;
    instance_launch_template_id: string;
    rank_id?: string;
    num_sides?: number;
    max_players_per_side?: number;
    min_players_per_side?: number;
    legacy_config?: Record<string, string>;
}
/** A kind of match: its sides, their sizes, its rating. */
export interface MatchMakingProfileV2 {
    match_making_profile_id: string;
    join_mode?: ProfileJoinMode;
    instance_request_template_id: string;
    rank_id?: string;
    num_sides?: number;
    max_players_per_side?: number;
    min_players_per_side?: number;
    legacy_config?: Record<string, unknown>;
}
/** Which parties a template is for. */
export interface MatchMakingRuleset {
    rules: Rule[];
    determiner: Determiner;
}
/** Kinds of match for some parties, in the older form. */
export interface MatchMakingTemplate {
    match_making_template_id?: string;
    mmr_grouping_method: MMRGroupingMethod;
    ruleset?: MatchMakingRuleset;
    profiles: MatchMakingProfile[];
}
/** The templates of a queue, in the older form. */
export interface MatchMakingTemplateGroup {
    template_group_id: string;
    template_options: MatchMakingTemplate[];
    required_item_ids?: number[];
}
/** The templates of a queue. */
export interface MatchMakingTemplateGroupV2 {
    match_making_template_group_id: string;
    template_options: MatchMakingTemplateV2[];
    required_item_ids?: number[];
}
/** Kinds of match for some parties. */
export interface MatchMakingTemplateV2 {
    match_making_template_id?: string;
    mmr_grouping_method: MMRGroupingMethod;
    ruleset?: MatchMakingRuleset;
    profiles: MatchMakingProfileV2[];
}
/** The ticket by which a session waits in a queue. */
export interface MatchmakingInfo {
    ticket_id: string;
    queue_id?: string;
    queue_ids?: string[];
    profile_ids?: string[];
    passed_queue_time_seconds?: number;
    custom_data?: Record<string, string>;
}
/** A refusal in words. */
export interface Message {
    message: string;
}
/** The most that there may be. */
export interface MostAllowed {
    max: number;
}
/** A rating whose kind has a name in place of a number. */
export interface NamedRank {
    player_uuid: string;
    rank: RankData;
    rank_id: string;
}
/** Ratings of a player. */
export interface NamedRanks {
    player_ranks: NamedRank[];
}
/** Anything but this entry, or these. */
export interface NotEntry {
    not: "open" | "friends" | "invited" | "closed" | ("open" | "friends" | "invited" | "closed")[];
}
/** Anything but this value, or these; also where there is none. */
export interface NotScalar {
    not: boolean | number | string | (boolean | number | string)[];
}
/** Anything but this text, or these; also where there is none. */
export interface NotText {
    not: string | string[];
}
/** A notification as it was written. */
export interface Notification {
    message: string;
    rh_url?: string;
    custom_data?: Record<string, string>;
    etag?: string;
    notification_id: string;
    created: string;
}
/** `rh_url`: what to fetch again. `message`: a text for people. */
export interface NotificationCreate {
    message: string;
    rh_url?: string;
    custom_data?: Record<string, string>;
    etag?: string;
}
/** The id of the last notification created. */
export interface NotificationCreateResult {
    notification_id: string;
}
/** Notifications to write. */
export interface NotificationCreates {
    notifications: NotificationCreate[];
}
/** A page of notifications. */
export interface Notifications {
    notifications?: Notification[];
}
/** Numbers from `min` to `max`, both included; one of them may be left out. */
export interface NumberRange {
    min?: number;
    max?: number;
}
/** Platforms to log in at in a browser. */
export type OAuthPortal = "google" | "apple" | "epic" | "xbox" | "psn" | "nintendo" | "steam" | "amazon" | "twitch";
/** `username` is null for an account without one. */
export interface Occupant {
    id: number;
    username: string | null;
}
/** Where to begin when the cursor is unknown. */
export type OffsetReset = "latest" | "earliest";
/** Presence of one account, as one other may see it. Empty: they are offline, or not shown. */
export interface OnePerson {
    name?: string | null;
    nickname?: string | null;
    icon?: string | null;
    status?: "online" | "away" | "busy" | "playing" | "reconnecting" | null;
    since?: number | null;
    region?: string | null;
}
/** What others see of a player's presence. */
export type OnlineStatus = "online" | "away" | "invisible" | "offline";
/** Whether only friends may join. */
export interface OnlyFriends {
    only_friends: boolean;
}
/** Comparisons. */
export type Operation = "eq" | "ne" | "lt" | "le" | "gt" | "ge";
/** Whom the session keeps out no more. */
export interface PardonRequest {
    player_uuid: string;
}
/** Platforms where players have accounts. */
export type Platform = "Anon" | "Basic" | "XboxLive" | "PSN" | "NintendoNAID" | "NintendoSwitch" | "NintendoPPID" | "Google" | "GooglePlay" | "Apple" | "Epic" | "Steam" | "Amazon" | "Twitch";
/** A client sends what was bought; `status`, `error_code` and `order_id` are the lobby's. */
export interface PlatformEntitlement {
    platform_sku: string;
    platform_entitlement_id: string;
    quantity?: number;
    status?: EntitlementStatus;
    error_code?: EntitlementErrorCode;
    order_id?: string;
}
/** Purchases to grant. */
export interface PlatformEntitlementProcessRequest {
    transaction_id: string;
    platform_token: string;
    platform_id: string;
    platform_region: PlatformRegion;
    client_type: ClientType;
    entitlements?: PlatformEntitlement[];
}
/** A submission of purchases, and its outcome so far. */
export interface PlatformEntitlementProcessResult {
    request_id: string;
    client_type: ClientType;
    transaction_id: string;
    platform_region: PlatformRegion;
    status?: string;
    client_entitlements?: PlatformEntitlement[];
    server_entitlements?: PlatformEntitlement[];
    platform_id: Platform;
    platform_user_id: string;
    skipped_server_entitlements?: boolean;
}
/** The older number of a platform; `Platform` takes precedence where both are given. */
export type PlatformID = 2 | 4 | 5 | 9 | 10 | 11 | 13 | 16 | 22 | 24 | 26 | 28;
/** Regions of a platform's store. */
export type PlatformRegion = "Unknown" | "NA" | "EU";
/** A session on a platform that is linked to one of ours. */
export interface PlatformSession {
    platform: Platform;
    platform_session_type: string;
    platform_session_id_base64: string;
    players: PlatformSessionPlayer[];
    custom_data?: Record<string, string>;
}
/** A member who plays on the platform. */
export interface PlatformSessionPlayer {
    player_id?: number;
    player_uuid: string;
    leader?: boolean;
}
/** How sessions of a type look on a platform. */
export interface PlatformSessionTemplate {
    platform_id: PlatformID;
    platform: Platform;
    platform_session_type: string;
    max_players?: number;
    custom_data?: Record<string, string>;
}
/** Hold a seat for the player, and tell them. */
export interface PlayerInviteRequest {
    team_id?: number;
    custom_data?: Record<string, string>;
}
/** A player on one platform. */
export interface PlayerLink {
    platform: Platform;
    platform_id?: PlatformID;
    player_uuid: string;
    player_id: number;
}
/** A player on every platform. */
export interface PlayerLinks {
    links: PlayerLink[];
}
/** Move a member to another team. */
export interface PlayerMoveRequest {
    team_id: number;
}
/** Ratings of a player. */
export interface PlayerRankRequestResponse {
    player_ranks: PlayerRankResponse[];
}
/** A player's rating of one kind. */
export interface PlayerRankResponse {
    player_uuid: string;
    rank: RankData;
    rank_id: number;
}
/** A new rating, written as it is. */
export interface PlayerRankUpdateRequest {
    instance_id?: string;
    rank: RankData;
}
/** Ratings after an update. */
export interface PlayerRankUpdateResponse {
    updated_players: PlayerRankResponse[];
}
/** A player who is online. */
export interface PlayerSample {
    nickname: string;
    login: string | null;
}
/** A player's sessions of one type, without duplicates. */
export interface PlayerSession {
    type: string;
    session_ids?: string[];
    pending_invites?: Record<string, PlayerSessionInvite>;
}
/** An invitation to a session. */
export interface PlayerSessionInvite {
    session_id: string;
    inviting_player_uuid?: string;
}
/** The sessions and invitations of a player. */
export interface PlayerSessions {
    sessions?: Record<string, PlayerSession>;
    last_updated_timestamp?: string;
}
/** Two members of different teams take each other's seats. */
export interface PlayerSwapRequest {
    players: string[];
}
/** The two, where they sit now. */
export interface PlayerSwapResponse {
    players: SessionPlayer[];
}
/** How many players are online. */
export interface PlayersOnline {
    online: number;
}
/** Numbers of platforms, as logins tell them. */
export type Portal = 2 | 4 | 5 | 9 | 10 | 11 | 13 | 16 | 22 | 24 | 26 | 28 | 33;
/** Kinds of platform tokens that can be looked into. */
export type PortalTokenDetailsGrantType = "ps4_v1" | "ps4_v3" | "ps5_v3";
/** A platform's token to look into. */
export interface PortalTokenDetailsRequest {
    grant_type: PortalTokenDetailsGrantType;
    portal_access_token: string;
}
/** A player on a platform. */
export interface PortalUserInfo {
    platform: Platform;
    portal_id: Portal;
    portal_user_id: string;
    display_name: string;
}
/** How many are visibly online. */
export interface PresenceCount {
    online: number;
    statuses: Record<string, number>;
    regions?: Record<string, number> | null;
}
/** A refusal in words, which say what to do next. */
export interface PresenceMessage {
    message: string;
}
/** A keep-alive, and a new status where there is one. */
export interface PresenceUpdate {
    status?: OnlineStatus;
}
/** The process answers. */
export interface ProcessLive {
    status?: "live";
}
/** `why` is for people. */
export interface ProcessNotReady {
    status?: "not ready";
    parts: ProcessParts;
    why: string[];
}
/** `embedded`: there is no Redis, this process does its work itself. */
export interface ProcessParts {
    database: "ok" | "embedded" | "unreachable";
    redis: "ok" | "embedded" | "unreachable";
}
/** The process takes requests. */
export interface ProcessReady {
    status?: "ready";
    parts: ProcessParts;
}
/** Which matches a ticket takes part in: new ones, or those that need more players. */
export type ProfileJoinMode = "normal" | "backfill" | "created_before";
/** There are none, and `reason` says why. */
export interface PublicKeys {
    keys?: Record<string, string>[];
    reason: string;
}
/** A queue for old clients: with the sizes of one profile. */
export interface QueueConfig {
    queue_id: string;
    active: boolean;
    ranking_type: number;
    num_sides: number;
    max_players_per_side: number;
    min_players_per_side: number;
    max_queue_group_size: number;
    match_making_template_group_id: string;
}
/** A queue. */
export interface QueueConfigV2 {
    queue_id: string;
    active: boolean;
    max_queue_group_size: number;
    match_making_template_group_id: string;
    legacy_config?: Record<string, string>;
}
/** `map_preferences`: ids of maps, the preferred ones first. One of `queue_id`, `queue_ids` is needed; of both the one queue comes first. */
export interface QueueJoinRequest {
    queue_id?: string;
    queue_ids?: string[];
    passed_queue_time_seconds?: number;
    additional_join_params?: AdditionalJoinParams;
    map_preferences?: string[];
    backfill?: boolean;
}
/** The ticket that waits in the queue. */
export interface QueueJoinResponse {
    ticket_id: string;
    queue_ids?: string[];
    profile_ids?: string[];
    passed_queue_time_seconds?: number;
}
/** A page of queues, in the older form. */
export interface QueuesResponse {
    queues: QueueConfig[];
}
/** A page of queues. */
export interface QueuesResponseV2 {
    queues: QueueConfigV2[];
}
/** A kind of rating: its start, its bounds, its parameters of TrueSkill. */
export interface RankConfig {
    rank_id: number;
    default_rank: number;
    default_variance: number;
    max_rank_allowed: number;
    min_rank_allowed: number;
    min_variance_allowed: number;
    trueskill_beta?: number;
    trueskill_tau?: number;
    trueskill_draw_probability?: number;
}
/** Every kind of rating. */
export interface RankConfigRequestResponse {
    rank_configs: RankConfig[];
}
/** A rating: mean (`mu`) and standard deviation (`sigma`), both clamped to their bounds. */
export interface RankData {
    mu: number;
    sigma: number;
    custom_data?: Record<string, string>;
}
/** A region to play in. */
export interface Region {
    region_id: string;
    sort_order: number;
    custom_only: boolean;
    description?: string;
}
/** `cursor` goes into the request for the next page; 0 after the last one. */
export interface RegionsResponse {
    regions: Region[];
    cursor: number;
}
/** Game servers that register. */
export interface RegisterRequest {
    items: HostRegistration[];
}
/** What moderation took from an account. */
export interface Restriction {
    type: RestrictionType;
    reason?: string;
    expiration?: string;
}
/** Kinds of restriction. */
export type RestrictionType = "account_ban" | "account_lockout" | "account_pending_deletion" | "account_deny_auth";
/** A comparison that a party has to pass. */
export interface Rule {
    rule_type: RuleType;
    item_id?: number;
    comparison_operation: Operation;
    comparison_value: number;
}
/** What a rule is about: an item's count, or the size of the party. */
export type RuleType = "Inventory" | "LinkingSize";
/** A seat of a session. */
export interface Seat {
    id: number;
    team: number;
    status: "free" | "reserved" | "invited" | "taken";
    player?: string | null;
    name?: string | null;
    until?: number | null;
    permits?: ("invite" | "kick" | "move")[] | null;
}
/** The same for the caller, with the client's version and platform, which have to be compatible with those of the members. */
export interface SelfSessionPlayerUpdateRequest {
    status?: SessionPlayerStatus;
    client_version: string;
    client_settings: ClientSettings;
    team_id: number;
    crossplay_preferences?: CrossplayPreferences;
    custom_data?: Record<string, string>;
    friend_uuid?: string;
    password?: string;
}
/** Where the game server is reached. */
export interface ServerAddress {
    address: string | null;
}
/** It is done; there is nothing to tell. */
export interface ServerDone {
}
/** The server's icon. */
export interface ServerFavicon {
    favicon: string | null;
}
/** The message of the day in each form. */
export interface ServerMotd {
    html: string;
    clean: string;
    raw: string;
}
/** The message of the day as plain text. */
export interface ServerMotdClean {
    clean: string;
}
/** The message of the day as HTML. */
export interface ServerMotdHtml {
    html: string;
}
/** The message of the day with formatting codes. */
export interface ServerMotdRaw {
    raw: string;
}
/** How many players are online, and some of them. */
export interface ServerPlayers {
    online: number;
    max: number;
    sample: PlayerSample[];
}
/** How many players are online, and may be. */
export interface ServerPlayersCount {
    online: number;
    max: number;
}
/** A request that is valid in form but refused. `needRefresh`: renew the access token, then repeat it. */
export interface ServerRefusal {
    error: string;
    needRefresh: boolean;
}
/** A token and its end. */
export interface ServerToken {
    id: string;
    exp: string;
}
/** A pair of tokens. */
export interface ServerTokens {
    access: ServerToken;
    refresh: ServerToken;
}
/** `icon` and `nicknames` only when the query names them. */
export interface ServerUser {
    login: string;
    name: string | null;
    icon?: string | null;
    nicknames?: string[];
    isAdmin: boolean;
    isOnline: boolean;
    reg: UserRegistration;
}
/** `teams` has every team in order, the empty ones too: clients rely on positions. */
export interface Session {
    type: string;
    session_id: string;
    instance?: InstanceInfo;
    match?: MatchInfo;
    matchmaking?: MatchmakingInfo;
    browser?: BrowserInfo;
    joinable: boolean;
    joinability?: SessionJoinability;
    short_code?: string;
    teams: SessionTeam[];
    platform_session?: PlatformSession[];
    custom_data?: Record<string, string>;
    created: string;
    region_id?: string;
    created_by_matchmaking?: boolean;
    backfill?: BackfillInfo;
}
/** What joining would come to. */
export interface SessionAskResponse {
    may: "join" | "password" | "no";
    why?: "closed" | "invited_only" | "friends_only" | "named_only" | "full" | "kept_out" | "version" | "crossplay";
}
/** An event in the log of a session. */
export interface SessionEvent {
    event_code: string;
    description?: string;
    source_player_id?: number;
    source_player_uuid?: string;
    target_player_id?: number;
    target_player_uuid?: string;
    instance?: string;
    match?: string;
    platform?: Platform;
    platform_session_id_base64?: string;
    custom_data?: Record<string, string>;
    timestamp: string;
}
/** An event to add to the log of a session. */
export interface SessionEventCreateRequest {
    event_code: string;
    description?: string;
    custom_data?: Record<string, string>;
    timestamp: string;
}
/** A page of a session's event log. */
export interface SessionEvents {
    events?: SessionEvent[];
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
/** The session that was joined or created. */
export interface SessionJoinResponse {
    session_id: string;
}
/** Who may join without an invitation. Absent fields of a request stay as they are. */
export interface SessionJoinability {
    open?: boolean;
    friends?: boolean;
    platform?: boolean;
}
/** A page of the members of a session. */
export interface SessionMembers {
    teams: SessionTeam[];
    cursor: number;
}
/** What a member was given to do to others. */
export interface SessionPermissions {
    player_uuid: string;
    permissions?: IntraSessionPermission[];
}
/** A player of a session. */
export interface SessionPlayer {
    player_id?: number;
    player_uuid: string;
    status: SessionPlayerStatus;
    inviting_player_uuid?: string;
    custom_data?: Record<string, string>;
    version?: string;
    client_settings?: ClientSettings;
    crossplay_preferences?: CrossplayPreferences;
    invited?: string;
    joined?: string;
    session_permissions?: IntraSessionPermission[];
}
/** The player of a reserved seat has not been notified of it yet. */
export type SessionPlayerStatus = "leader" | "member" | "invited" | "reserved";
/** Without a status the present one stays, whatever the default is; `model_fields_set` tells whether it was given. */
export interface SessionPlayerUpdateRequest {
    status?: SessionPlayerStatus;
    team_id: number;
    custom_data?: Record<string, string>;
}
/** A player's place in the session after the change. */
export interface SessionPlayerUpdateResponse {
    status: SessionPlayerStatus;
    team_id: number;
    custom_data?: Record<string, string>;
}
/** Which sessions, in which order, and how many. */
export interface SessionSearch {
    filter?: SessionFilter | null;
    sort?: string | null;
    limit?: number | null;
    after?: string | null;
}
/** A team of a session. */
export interface SessionTeam {
    players: SessionPlayer[];
    max_size: number;
    team_id: number;
    custom_data?: Record<string, string>;
}
/** A session template: a type of session, and its rules. */
export interface SessionTemplate {
    session_type: string;
    engine_session_type?: string;
    can_join_matchmaking?: boolean;
    can_be_created_by_players_directly?: boolean;
    joinable?: boolean;
    auto_add_to_browser?: boolean;
    auto_browser_params?: Record<string, string>;
    can_be_added_to_server_browser?: boolean;
    keep_alive_on_empty?: boolean;
    platform_templates?: Record<string, PlatformSessionTemplate>;
    auto_startup_params?: InstanceStartupParams;
    min_session_count?: number;
    custom_data?: Record<string, string>;
    num_teams?: number;
    players_per_team?: number;
    can_change_own_team?: boolean;
}
/** Every session template. */
export interface SessionTemplates {
    templates?: Record<string, SessionTemplate>;
}
/** Absent fields stay as they are. */
export interface SessionUpdate {
    region_id?: string;
    custom_data?: Record<string, string>;
    joinable?: boolean;
    joinability?: SessionJoinability;
    password?: string | null;
    teams?: TeamUpdate[];
}
/** Sessions that answer a question, in order. */
export interface SessionsPage {
    total: number;
    sessions: ListedSession[];
    next?: string | null;
}
/** `v`: the version of the setting type. */
export interface SetSinglePlayerSettingRequest {
    v: number;
    value: unknown;
}
/** A stored value, and the version of its setting type. */
export interface SettingData {
    v: number;
    value: unknown;
}
/** A setting type with its versions. */
export interface SettingType {
    versions: Record<string, SettingTypeVersion>;
}
/** Keys and values are validated when they are written, not when they are read. */
export interface SettingTypeVersion {
    allow_update?: boolean;
    key_regex?: string;
    value_jsonschema: Record<string, unknown>;
    custom_data?: Record<string, string>;
}
/** The code of a session. */
export interface ShortCodeResponse {
    short_code: string;
}
/** A region. `site_id` is its number, for clients that do not use region names. */
export interface SiteSettings {
    site_id: number;
    region_id: string;
    sort_order: number;
    custom_only: boolean;
    message_name?: string;
}
/** A seat of a live session. */
export interface Slot {
    id: number;
    session: number;
    team: number;
    status: "free" | "reserved" | "taken";
    user: Occupant | null;
}
/** Game servers whose state is asked for. */
export interface StateRequest {
    items: HostName[];
}
/** How many players a team needs. */
export interface TeamNeed {
    team_id: number;
    players_required: number;
}
/** Absent fields stay as they are. */
export interface TeamUpdate {
    max_size?: number;
    custom_data?: Record<string, string>;
}
/** An access token of a host. */
export interface Token {
    token: string;
}
/** A machine says `client_credentials`, with its name and password in the header; a user of the lobby's other APIs says `password`, with `username` and `password` as there. */
export interface TokenRequest {
    accept_eula?: boolean;
    accept_tos?: boolean;
    accept_privacy_policy?: boolean;
    grant_type: "client_credentials" | "password";
    username?: string;
    password?: string;
}
/** `expires_in` in seconds. */
export interface TokenResult {
    access_token: string;
    token_type?: "Bearer";
    expires_in: number;
    refresh_token?: string;
}
/** A player's rating before the match. */
export interface TrueskillRank {
    player_uuid: string;
    rank: RankData;
    seconds_in_match: number;
}
/** `team_rank` 1 is the winner; equal ranks are a draw. */
export interface TrueskillTeam {
    players: TrueskillRank[];
    team_rank: number;
}
/** The outcome of a match, to update ratings by. */
export interface TrueskillUpdateRequest {
    instance_id?: string;
    rank_id: number;
    match_length_seconds: number;
    teams: TrueskillTeam[];
}
/** Ratings after an update. */
export interface UpdatedNamedRanks {
    updated_players: NamedRank[];
}
/** Make somebody an administrator, or no longer one. */
export interface UserAdminChange {
    isAdmin: boolean;
}
/** Absent fields stay as they are. `isAdmin` has effect only for an administrator. */
export interface UserChange {
    name?: string | null;
    icon?: string | null;
    nicknames?: string[] | null;
    isAdmin?: boolean | null;
}
/** A new user. */
export interface UserCreation {
    name?: string | null;
    icon?: string | null;
    nicknames?: string[] | null;
    isAdmin?: boolean | null;
    password: string;
}
/** A user's name. */
export interface UserDisplayName {
    name: string | null;
}
/** A user's icon. */
export interface UserIcon {
    icon: string | null;
}
/** A new icon, or none. */
export interface UserIconChange {
    icon: string | null;
}
/** Whether a user is an administrator. */
export interface UserIsAdmin {
    isAdmin: boolean;
}
/** Whether a user is online. */
export interface UserIsOnline {
    isOnline: boolean;
}
/** A user's login. */
export interface UserLogin {
    login: string;
}
/** A new name, or none. */
export interface UserNameChange {
    name: string | null;
}
/** The complete new list of nicknames. */
export type UserNicknames = string[];
/** `currentPassword` is needed unless the caller logged in with the password recently. */
export interface UserPasswordChange {
    password: string;
    currentPassword?: string | null;
}
/** By whom a user was registered. */
export interface UserRegistrar {
    login: string | null;
}
/** When and by whom a user was registered. */
export interface UserRegistration {
    login: string | null;
    time: string;
}
/** When a user was registered. */
export interface UserRegistrationTime {
    time: string;
}
/** The server's time. */
export type UtcTime = string;
/** One thing that is wrong with a request. */
export interface ValidationError {
    loc: (string | number)[];
    msg: string;
    type: string;
}
/** Every operation by its operationId: what it takes, and what it gives. */
export interface Operations {
    register_hosts_post: [{}, Host];
    renew_hosts_access_token_renew_get: [{}, Token];
    login_hosts__host__access_token_get: [{
        path: {
            host: string;
        };
    }, Token];
    get_hosts__host__get: [{
        path: {
            host: string;
        };
    }, Host];
    set_only_friends_hosts__host__only_friends_put: [{
        path: {
            host: string;
        };
        body: OnlyFriends;
    }, null];
    set_allow_nonames_hosts__host__allow_nonames_put: [{
        path: {
            host: string;
        };
        body: AllowNonames;
    }, null];
    befriend_hosts__host__friends_post: [{
        path: {
            host: string;
        };
        query: {
            friend: string;
        };
    }, null];
    unfriend_hosts__host__friends__former_friend__delete: [{
        path: {
            host: string;
            former_friend: string;
        };
    }, null];
    ban_hosts__host__banlist_post: [{
        path: {
            host: string;
        };
        query: {
            banned: string;
        };
    }, null];
    unban_hosts__host__banlist__banned__delete: [{
        path: {
            host: string;
            banned: string;
        };
    }, null];
    launch_session_sessions_post: [{
        body: HostLaunchRequest;
    }, LaunchedSession];
    join_sessions_players_post: [{
        body: HostJoinRequest;
    }, JoinedSession];
    sign_out_hosts_access_token_delete: [{}, null];
    search_sessions_search_post: [{
        body: SessionSearch;
    }, SessionsPage];
    list_users: [{
        query?: {
            after?: number;
            limit?: number;
        };
    }, ListedUser[]];
    register_user: [{
        body: Credentials;
    }, string];
    log_in_user: [{
        body: Credentials;
    }, string];
    list_slots: [{
        query: {
            session: number;
        };
    }, Slot[]];
    get_slot: [{
        path: {
            slot: number;
        };
    }, Slot];
    reserve_slot: [{
        path: {
            slot: number;
        };
    }, string];
    release_slot: [{
        path: {
            slot: number;
        };
    }, string];
    get_presence_count: [{}, PresenceCount];
    get_presence_of_person: [{
        path: {
            uuid: string;
        };
    }, OnePerson];
    get_presence_of_friends: [{}, Friends];
    server_auth: [{}, ServerTokens | ServerRefusal];
    server_reauth: [{}, ServerTokens | ServerRefusal];
    server_deauth: [{}, ServerDone | ServerRefusal];
    server_anonym_access_allowed: [{}, AnonymousAccess | ServerRefusal];
    server_anonymous_access_allowed: [{}, AnonymousAccess | ServerRefusal];
    server_max_nicknames: [{}, MostAllowed | ServerRefusal];
    server_max_tokens: [{}, MostAllowed | ServerRefusal];
    server_console_available: [{}, ConsoleAvailability | ServerRefusal];
    server_get_user_login: [{
        path: {
            user: string;
        };
    }, UserLogin | ServerRefusal];
    server_get_user_is_admin: [{
        path: {
            user: string;
        };
    }, UserIsAdmin | ServerRefusal];
    server_set_admin: [{
        path: {
            user: string;
        };
        body: UserAdminChange;
    }, ServerDone | ServerRefusal];
    server_get_user_online: [{
        path: {
            user: string;
        };
    }, UserIsOnline | ServerRefusal];
    server_get_user_is_online: [{
        path: {
            user: string;
        };
    }, UserIsOnline | ServerRefusal];
    server_get_user_reg: [{
        path: {
            user: string;
        };
    }, UserRegistration | ServerRefusal];
    server_get_user_reg_time: [{
        path: {
            user: string;
        };
    }, UserRegistrationTime | ServerRefusal];
    server_get_user_reg_user: [{
        path: {
            user: string;
        };
    }, UserRegistrar | ServerRefusal];
    server_get_user_name: [{
        path: {
            user: string;
        };
    }, UserDisplayName | ServerRefusal];
    server_set_name: [{
        path: {
            user: string;
        };
        body: UserNameChange;
    }, ServerDone | ServerRefusal];
    server_get_user_icon: [{
        path: {
            user: string;
        };
    }, UserIcon | ServerRefusal];
    server_set_icon: [{
        path: {
            user: string;
        };
        body: UserIconChange;
    }, ServerDone | ServerRefusal];
    server_get_user_nicknames: [{
        path: {
            user: string;
        };
    }, string[] | ServerRefusal];
    server_set_nicknames: [{
        path: {
            user: string;
        };
        body: UserNicknames;
    }, ServerDone | ServerRefusal];
    server_remove_nicknames: [{
        path: {
            user: string;
        };
    }, CountRemoved | ServerRefusal];
    server_get_user_nicknames_list: [{
        path: {
            user: string;
        };
    }, string[] | ServerRefusal];
    server_list_users: [{
        query?: {
            nicknames?: string | null;
            icon?: string | null;
        };
    }, ServerUser[] | ServerRefusal];
    server_delete_all: [{}, CountRemoved | ServerRefusal];
    server_get_user: [{
        path: {
            user: string;
        };
        query?: {
            nicknames?: string | null;
            icon?: string | null;
        };
    }, ServerUser | ServerRefusal];
    server_add: [{
        path: {
            user: string;
        };
        body: UserCreation;
    }, ServerDone | ServerRefusal];
    server_change: [{
        path: {
            user: string;
        };
        body: UserChange;
    }, ServerDone | ServerRefusal];
    server_delete: [{
        path: {
            user: string;
        };
    }, ServerDone | ServerRefusal];
    server_get_server_whole: [{}, GameServerStatus | ServerRefusal];
    server_get_server_version: [{}, GameVersion | ServerRefusal];
    server_get_server_version_name: [{}, GameVersionName | ServerRefusal];
    server_get_server_version_protocol: [{}, GameVersionProtocol | ServerRefusal];
    server_get_server_players: [{}, ServerPlayers | ServerRefusal];
    server_get_server_players_count: [{}, ServerPlayersCount | ServerRefusal];
    server_get_server_players_online: [{}, PlayersOnline | ServerRefusal];
    server_get_server_players_max: [{}, MostAllowed | ServerRefusal];
    server_get_server_players_sample: [{}, PlayerSample[] | ServerRefusal];
    server_get_server_motd: [{}, ServerMotd | ServerRefusal];
    server_get_server_motd_raw: [{}, ServerMotdRaw | ServerRefusal];
    server_get_server_motd_clean: [{}, ServerMotdClean | ServerRefusal];
    server_get_server_motd_html: [{}, ServerMotdHtml | ServerRefusal];
    server_get_server_address: [{}, ServerAddress | ServerRefusal];
    server_get_server_favicon: [{}, ServerFavicon | ServerRefusal];
    server_set_password: [{
        path: {
            user: string;
        };
        body: UserPasswordChange;
    }, ServerDone | ServerRefusal];
    server_add_nickname: [{
        path: {
            user: string;
            nickname: string;
        };
    }, ServerDone | ServerRefusal];
    server_remove_nickname: [{
        path: {
            user: string;
            nickname: string;
        };
    }, ServerDone | ServerRefusal];
    get_config_for_all_setting_types: [{}, Record<string, SettingType>];
    get_config_for_single_setting_type_all_versions: [{
        path: {
            setting_type_id: string;
        };
    }, Record<string, SettingTypeVersion>];
    get_config_for_single_setting_type_and_version: [{
        path: {
            setting_type_id: string;
            setting_version_id: number;
        };
    }, SettingTypeVersion];
    list_own_settings: [{
        path: {
            setting_type_id: string;
        };
    }, Record<string, SettingData>];
    clear_own_settings: [{
        path: {
            setting_type_id: string;
        };
    }, unknown];
    get_own_setting: [{
        path: {
            setting_type_id: string;
            key: string;
        };
    }, SettingData];
    set_own_setting: [{
        path: {
            setting_type_id: string;
            key: string;
        };
        body: SetSinglePlayerSettingRequest;
    }, Record<string, SettingData>];
    delete_own_setting: [{
        path: {
            setting_type_id: string;
            key: string;
        };
    }, unknown];
    list_player_settings: [{
        path: {
            setting_type_id: string;
            player_uuid: string;
        };
    }, Record<string, SettingData>];
    clear_player_settings: [{
        path: {
            setting_type_id: string;
            player_uuid: string;
        };
    }, unknown];
    get_player_setting: [{
        path: {
            setting_type_id: string;
            key: string;
            player_uuid: string;
        };
    }, SettingData];
    set_player_setting: [{
        path: {
            setting_type_id: string;
            key: string;
            player_uuid: string;
        };
        body: SetSinglePlayerSettingRequest;
    }, Record<string, SettingData>];
    delete_player_setting: [{
        path: {
            setting_type_id: string;
            key: string;
            player_uuid: string;
        };
    }, unknown];
    login: [{
        body: LoginRequest;
    }, LoginResult];
    get_oauth_token: [{
        body: TokenRequest;
    }, TokenResult];
    get_portal_token_details: [{
        body: PortalTokenDetailsRequest;
    }, Record<string, string>];
    oauth_login: [{
        path: {
            platform: OAuthPortal;
        };
        query?: {
            state?: string;
            redirect_uri?: string;
        };
    }, unknown];
    oauth_response: [{
        path: {
            platform: OAuthPortal;
        };
        query?: {
            code?: string;
            state?: string;
        };
    }, unknown];
    exchange_authorization_code: [{
        body: CodeRequest;
    }, LoginResult];
    logout: [{
        body: LogoutRequest;
    }, null];
    get_public_keys: [{}, PublicKeys];
    get_public_key: [{
        path: {
            id: string;
        };
    }, Record<string, string>];
    get_all_session_templates: [{}, SessionTemplates];
    get_session_template_by_type: [{
        path: {
            session_type: string;
        };
    }, SessionTemplate];
    get_connection_info_self: [{}, ConnectionInfo];
    instance_health_config: [{}, InstanceHealthSettingsResponse];
    get_all_regions: [{
        query?: {
            cursor?: number;
            page_size?: number;
        };
    }, RegionsResponse];
    get_browser_sessions_by_type: [{
        query: {
            session_type: string;
            cursor?: number;
            page_size?: number;
            region_id?: string;
        };
    }, BrowserResponse];
    post_browser_info: [{
        path: {
            session_id: string;
        };
        query?: {
            refresh_ttl?: boolean;
        };
        body: BrowserInfo;
    }, BrowserInfo];
    delete_browser_info: [{
        path: {
            session_id: string;
        };
    }, null];
    update_browser_info: [{
        path: {
            session_id: string;
        };
        body: BrowserInfo;
    }, BrowserInfo];
    create_or_join_session: [{
        body: CreateOrJoinRequest;
    }, SessionJoinResponse];
    ask_session_by_id: [{
        path: {
            session_id: string;
        };
        query?: {
            client_version?: string;
            platform?: Platform;
            input?: Input;
            permitted_platform?: CrossplayPlatform;
            permitted_input?: CrossplayInput;
        };
    }, SessionAskResponse];
    get_session_by_id: [{
        path: {
            session_id: string;
        };
        query?: {
            refresh_ttl?: boolean;
        };
    }, Session];
    update_session_by_id: [{
        path: {
            session_id: string;
        };
        body: SessionUpdate;
    }, Session];
    generate_short_code: [{
        path: {
            session_id: string;
        };
    }, ShortCodeResponse];
    start_match: [{
        path: {
            session_id: string;
        };
        body: MatchCreateRequest;
    }, MatchCreateResponse];
    end_match: [{
        path: {
            session_id: string;
        };
    }, unknown];
    update_match_info: [{
        path: {
            session_id: string;
        };
        body: MatchCreateRequest;
    }, unknown];
    join_session_by_id_self: [{
        path: {
            session_id: string;
        };
        body: SelfSessionPlayerUpdateRequest;
    }, SessionPlayerUpdateResponse];
    leave_session_by_id_self: [{
        path: {
            session_id: string;
        };
        query?: {
            reason?: string;
        };
    }, null];
    update_session_player_by_uuid_v2: [{
        path: {
            player_uuid: string;
            session_id: string;
        };
        body: SessionPlayerUpdateRequest;
    }, SessionPlayerUpdateResponse];
    kick_player_from_session_by_uuid_v2: [{
        path: {
            player_uuid: string;
            session_id: string;
        };
        query?: {
            reason?: string;
        };
    }, null];
    get_session_player_by_uuid: [{
        path: {
            player_uuid: string;
            session_id: string;
        };
    }, SessionPlayer];
    update_session_player_by_uuid: [{
        path: {
            player_uuid: string;
            session_id: string;
        };
        body: SessionPlayerUpdateRequest;
    }, SessionPlayerUpdateResponse];
    kick_player_from_session_by_uuid: [{
        path: {
            player_uuid: string;
            session_id: string;
        };
    }, null];
    update_session_player_by_id: [{
        path: {
            player_id: number;
            session_id: string;
        };
        body: SessionPlayerUpdateRequest;
    }, SessionPlayerUpdateResponse];
    kick_player_from_session_by_id: [{
        path: {
            player_id: number;
            session_id: string;
        };
    }, null];
    pardon_player_in_session: [{
        path: {
            session_id: string;
        };
        body: PardonRequest;
    }, null];
    get_player_sessions_self: [{}, PlayerSessions];
    get_player_sessions_by_uuid_v2: [{
        path: {
            player_uuid: string;
        };
    }, PlayerSessions];
    get_player_sessions_by_uuid: [{
        path: {
            player_uuid: string;
        };
    }, PlayerSessions];
    get_player_sessions: [{
        path: {
            player_id: number;
        };
    }, PlayerSessions];
    get_session_players: [{
        path: {
            session_id: string;
        };
        query?: {
            cursor?: number;
            page_size?: number;
        };
    }, SessionMembers];
    swap_session_players: [{
        path: {
            session_id: string;
        };
        body: PlayerSwapRequest;
    }, PlayerSwapResponse];
    invite_player_to_session: [{
        path: {
            player_uuid: string;
            session_id: string;
        };
        body: PlayerInviteRequest;
    }, SessionPlayerUpdateResponse];
    move_session_player: [{
        path: {
            player_uuid: string;
            session_id: string;
        };
        body: PlayerMoveRequest;
    }, SessionPlayerUpdateResponse];
    place_session_player: [{
        path: {
            player_uuid: string;
            session_id: string;
        };
        body: SessionPlayerUpdateRequest;
    }, SessionPlayerUpdateResponse];
    get_session_player_permissions: [{
        path: {
            player_uuid: string;
            session_id: string;
        };
    }, SessionPermissions];
    give_session_player_permission: [{
        path: {
            player_uuid: string;
            session_id: string;
            permission: IntraSessionPermission;
        };
    }, SessionPermissions];
    take_session_player_permission: [{
        path: {
            player_uuid: string;
            session_id: string;
            permission: IntraSessionPermission;
        };
    }, SessionPermissions];
    update_session_team: [{
        path: {
            session_id: string;
            team_id: number;
        };
        body: TeamUpdate;
    }, SessionTeam];
    get_session_events: [{
        path: {
            session_id: string;
        };
        query?: {
            page_num?: number;
            page_size?: number;
        };
    }, SessionEvents];
    create_session_event: [{
        path: {
            session_id: string;
        };
        body: SessionEventCreateRequest;
    }, unknown];
    get_audit_events: [{
        query?: {
            session_id?: string;
            player_uuid?: string;
            page_num?: number;
            page_size?: number;
            start_date?: string;
            end_date?: string;
        };
    }, AuditResponse];
    create_audit_event: [{
        body: CreateAuditRequest;
    }, unknown];
    join_queue: [{
        path: {
            session_id: string;
        };
        body: QueueJoinRequest;
    }, QueueJoinResponse];
    leave_queue: [{
        path: {
            session_id: string;
        };
    }, null];
    accept_match: [{
        path: {
            ticket_id: string;
        };
    }, null];
    decline_match: [{
        path: {
            ticket_id: string;
        };
    }, null];
    get_backfill_config: [{}, BackfillConfig];
    update_backfill: [{
        path: {
            session_id: string;
        };
        body: BackfillNeed;
    }, null];
    acknowledge_backfill: [{
        path: {
            session_id: string;
        };
        body: BackfillAcknowledgement;
    }, BackfilledPlayers];
    end_backfill: [{
        path: {
            session_id: string;
        };
        body: BackfillEnd;
    }, null];
    get_session_by_allocation_id: [{
        path: {
            allocation_id: string;
        };
    }, Session];
    create_instance_request: [{
        path: {
            session_id: string;
        };
        body: InstanceRequest;
    }, InstanceInfo];
    end_instance: [{
        path: {
            session_id: string;
        };
    }, null];
    update_instance_info: [{
        path: {
            session_id: string;
        };
        body: InstanceInfoUpdate;
    }, InstanceInfo];
    instance_health_check: [{
        path: {
            session_id: string;
        };
        body: InstanceHealthStatusUpdate;
    }, InstanceHealthStatusResponse];
    report_fubar: [{
        path: {
            session_id: string;
        };
        body: InstanceFubar;
    }, FubarResponse];
    add_platform_session_to_rally_here_session: [{
        path: {
            platform: Platform;
            platform_session_id_base64: string;
            session_id: string;
        };
        query?: {
            refresh_ttl?: boolean;
        };
    }, PlatformSession];
    delete_platform_session_from_rally_here_session: [{
        path: {
            platform: Platform;
            platform_session_id_base64: string;
            session_id: string;
        };
        query?: {
            refresh_ttl?: boolean;
        };
    }, null];
    get_platform_session_info: [{
        path: {
            platform: Platform;
            platform_session_id_base64: string;
        };
    }, PlatformSession];
    join_session_by_platform_session_id_self: [{
        path: {
            platform: Platform;
            platform_session_id_base64: string;
        };
        body: SelfSessionPlayerUpdateRequest;
    }, Session];
    leave_session_by_platform_session_self: [{
        path: {
            platform: Platform;
            platform_session_id_base64: string;
        };
    }, null];
    join_session_by_platform_session_by_uuid: [{
        path: {
            platform: Platform;
            platform_session_id_base64: string;
            player_uuid: string;
        };
        query?: {
            player_id?: number;
        };
        body: SelfSessionPlayerUpdateRequest;
    }, Session];
    leave_session_by_platform_session_by_uuid: [{
        path: {
            platform: Platform;
            platform_session_id_base64: string;
            player_uuid: string;
        };
    }, null];
    get_all_queue_info: [{
        query?: {
            cursor?: number;
            page_size?: number;
        };
    }, QueuesResponse];
    get_all_queue_info_v2: [{
        query?: {
            cursor?: number;
            page_size?: number;
        };
    }, QueuesResponseV2];
    get_all_map_game_info: [{
        path: {
            instance_launch_template_id: string;
        };
    }, InstanceLaunchTemplate];
    get_instance_request_template: [{
        path: {
            instance_request_template_id: string;
        };
    }, InstanceRequestTemplate];
    get_match_making_templates: [{
        path: {
            template_group_id: string;
        };
    }, MatchMakingTemplateGroup];
    get_match_making_templates_v2: [{
        path: {
            template_group_id: string;
        };
    }, MatchMakingTemplateGroupV2];
    process_platform_entitlement_for_me: [{
        body: PlatformEntitlementProcessRequest;
    }, PlatformEntitlementProcessResult];
    process_platform_entitlements_by_player_uuid: [{
        path: {
            player_uuid: string;
        };
        body: PlatformEntitlementProcessRequest;
    }, PlatformEntitlementProcessResult];
    retrieve_entitlements_for_me: [{
        path: {
            request_id: string;
        };
    }, PlatformEntitlementProcessResult];
    retrieve_entitlements_by_player_uuid: [{
        path: {
            request_id: string;
            player_uuid: string;
        };
    }, PlatformEntitlementProcessResult];
    playerid_long_poll_for_notifications_self: [{
        query?: {
            max_page_size?: number;
            exclude_before?: string;
            offset_reset_strategy?: OffsetReset;
            deadline?: number;
        };
    }, Notifications];
    playerid_long_poll_for_notifications: [{
        path: {
            player_id: number;
        };
        query?: {
            max_page_size?: number;
            exclude_before?: string;
            offset_reset_strategy?: OffsetReset;
            deadline?: number;
        };
    }, Notifications];
    playerid_get_notifications_page_self: [{
        query?: {
            page_size?: number;
            start_at?: string;
            exclude_before?: string;
        };
    }, Notifications];
    playerid_get_notifications_page: [{
        path: {
            player_id: number;
        };
        query?: {
            page_size?: number;
            start_at?: string;
            exclude_before?: string;
        };
    }, Notifications];
    playerid_create_notification: [{
        path: {
            player_id: number;
        };
        body: NotificationCreates;
    }, NotificationCreateResult];
    playerid_get_notification_by_id_self: [{
        path: {
            notification_id: string;
        };
    }, Notification];
    playerid_get_notification_by_id: [{
        path: {
            notification_id: string;
            player_id: number;
        };
    }, Notification];
    player_long_poll_for_notifications_self: [{
        query?: {
            max_page_size?: number;
            exclude_before?: string;
            offset_reset_strategy?: OffsetReset;
            deadline?: number;
        };
    }, Notifications];
    player_long_poll_for_notifications: [{
        path: {
            player_uuid: string;
        };
        query?: {
            max_page_size?: number;
            exclude_before?: string;
            offset_reset_strategy?: OffsetReset;
            deadline?: number;
        };
    }, Notifications];
    player_get_notifications_page_self: [{
        query?: {
            page_size?: number;
            start_at?: string;
            exclude_before?: string;
        };
    }, Notifications];
    player_get_notifications_page: [{
        path: {
            player_uuid: string;
        };
        query?: {
            page_size?: number;
            start_at?: string;
            exclude_before?: string;
        };
    }, Notifications];
    player_create_notification: [{
        path: {
            player_uuid: string;
        };
        body: NotificationCreates;
    }, NotificationCreateResult];
    player_get_notification_by_id_self: [{
        path: {
            notification_id: string;
        };
    }, Notification];
    player_get_notification_by_id: [{
        path: {
            notification_id: string;
            player_uuid: string;
        };
    }, Notification];
    instance_long_poll_for_notifications: [{
        path: {
            instance_id: string;
        };
        query?: {
            max_page_size?: number;
            exclude_before?: string;
            offset_reset_strategy?: OffsetReset;
            deadline?: number;
        };
    }, Notifications];
    instance_get_notifications_page: [{
        path: {
            instance_id: string;
        };
        query?: {
            page_size?: number;
            start_at?: string;
            exclude_before?: string;
        };
    }, Notifications];
    instance_create_notification: [{
        path: {
            instance_id: string;
        };
        body: NotificationCreates;
    }, NotificationCreateResult];
    instance_get_notification_by_id: [{
        path: {
            notification_id: string;
            instance_id: string;
        };
    }, Notification];
    update_rankings_trueskill_v1: [{
        body: TrueskillUpdateRequest;
    }, PlayerRankUpdateResponse];
    get_player_uuid_rank_self: [{
        path: {
            rank_id: number;
        };
    }, PlayerRankRequestResponse];
    update_player_uuid_rank_self: [{
        path: {
            rank_id: number;
        };
        body: PlayerRankUpdateRequest;
    }, PlayerRankUpdateResponse];
    get_player_uuid_rank: [{
        path: {
            player_uuid: string;
            rank_id: number;
        };
    }, PlayerRankRequestResponse];
    update_player_uuid_rank: [{
        path: {
            player_uuid: string;
            rank_id: number;
        };
        body: PlayerRankUpdateRequest;
    }, PlayerRankUpdateResponse];
    get_all_player_uuid_ranks_self: [{}, PlayerRankRequestResponse];
    get_all_player_uuid_ranks: [{
        path: {
            player_uuid: string;
        };
    }, PlayerRankRequestResponse];
    get_all_rank_config: [{}, RankConfigRequestResponse];
    get_rank_config: [{
        path: {
            rank_id: number;
        };
    }, RankConfigRequestResponse];
    get_named_ranks: [{
        path: {
            player_uuid: string;
        };
    }, NamedRanks];
    set_named_rank: [{
        path: {
            player_uuid: string;
            rank_id: string;
        };
        body: PlayerRankUpdateRequest;
    }, UpdatedNamedRanks];
    custom_endpoint_send: [{
        path: {
            endpoint_id: string;
        };
        body?: unknown;
    }, unknown];
    register_game_hosts: [{
        body: RegisterRequest;
    }, HostAnswers];
    get_allocation_state: [{
        body: StateRequest;
    }, HostAnswers];
    get_all_sites: [{}, SiteSettings[]];
    get_client_app_settings: [{}, AppSetting[]];
    get_utc_time: [{}, UtcTime];
    update_presence_self: [{
        body: PresenceUpdate;
    }, Record<string, string>];
    get_player_links: [{
        path: {
            player_uuid: string;
        };
    }, PlayerLinks];
    health_live: [{}, ProcessLive];
    health_ready: [{}, ProcessReady];
}
/** Method and path of each; `form`: its body is a form. */
export declare const PLACES: Record<string, string>;
