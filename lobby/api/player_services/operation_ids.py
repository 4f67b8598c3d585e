"""Operation ids, after which generated clients name their methods."""

from __future__ import annotations

LINKED = "/session/v1/platform/{platform}/platform-session/{platform_session_id_base64}"
PUBLISHED = {
    "GET /settings/v1/setting_type": "get_config_for_all_setting_types",
    "GET /settings/v1/setting_type/{setting_type_id}/v": (
        "get_config_for_single_setting_type_all_versions"
    ),
    "GET /settings/v1/setting_type/{setting_type_id}/v/{setting_version_id}": (
        "get_config_for_single_setting_type_and_version"
    ),
    "POST /users/v1/login": "login",
    "POST /users/v1/portaltoken/details": "get_portal_token_details",
    "GET /users/v1/oauth/login/{platform}": "oauth_login",
    "GET /users/v1/oauth/response/{platform}": "oauth_response",
    "GET /session/v1/template": "get_all_session_templates",
    "GET /session/v1/template/{session_type}": "get_session_template_by_type",
    "GET /session/v1/browser": "get_browser_sessions_by_type",
    "POST /session/v1/session": "create_or_join_session",
    "GET /session/v1/session/{session_id}": "get_session_by_id",
    "PATCH /session/v1/session/{session_id}": "update_session_by_id",
    "GET /session/v1/session/allocation/{allocation_id}": "get_session_by_allocation_id",
    "POST /session/v1/session/{session_id}/browser": "post_browser_info",
    "DELETE /session/v1/session/{session_id}/browser": "delete_browser_info",
    "PATCH /session/v1/session/{session_id}/browser": "update_browser_info",
    "POST /session/v1/session/{session_id}/match": "start_match",
    "DELETE /session/v1/session/{session_id}/match": "end_match",
    "PATCH /session/v1/session/{session_id}/match": "update_match_info",
    "POST /session/v1/session/{session_id}/player/me": "join_session_by_id_self",
    "POST /session/v1/session/{session_id}/player/{player_uuid}": (
        "update_session_player_by_uuid_v2"
    ),
    "DELETE /session/v1/session/{session_id}/player/{player_uuid}": (
        "kick_player_from_session_by_uuid_v2"
    ),
    "POST /session/v1/session/{session_id}/player/uuid/{player_uuid}": (
        "update_session_player_by_uuid"
    ),
    "DELETE /session/v1/session/{session_id}/player/uuid/{player_uuid}": (
        "kick_player_from_session_by_uuid"
    ),
    "POST /session/v1/session/{session_id}/player/id/{player_id}": "update_session_player_by_id",
    "DELETE /session/v1/session/{session_id}/player/id/{player_id}": (
        "kick_player_from_session_by_id"
    ),
    "GET /session/v1/session/{session_id}/event": "get_session_events",
    "POST /session/v1/session/{session_id}/event": "create_session_event",
    "GET /session/v1/player/{player_uuid}/session": "get_player_sessions_by_uuid_v2",
    "GET /session/v1/player/uuid/{player_uuid}/session": "get_player_sessions_by_uuid",
    "GET /session/v1/player/id/{player_id}/session": "get_player_sessions",
    "GET /session/v1/connection-info": "get_connection_info_self",
    "POST /session/v1/session/{session_id}/queue": "join_queue",
    "DELETE /session/v1/session/{session_id}/queue": "leave_queue",
    "POST /session/v1/session/{session_id}/instance": "create_instance_request",
    "DELETE /session/v1/session/{session_id}/instance": "end_instance",
    "PATCH /session/v1/session/{session_id}/instance": "update_instance_info",
    "POST /session/v1/session/{session_id}/instance/health": "instance_health_check",
    "GET /session/v1/instance/health/config": "instance_health_config",
    "POST /session/v1/session/{session_id}/instance/fubar": "report_fubar",
    "POST " + LINKED + "/session/{session_id}": "add_platform_session_to_rally_here_session",
    "DELETE " + LINKED + "/session/{session_id}": "delete_platform_session_from_rally_here_session",
    "GET " + LINKED: "get_platform_session_info",
    "POST " + LINKED + "/player/me": "join_session_by_platform_session_id_self",
    "DELETE " + LINKED + "/player/me": "leave_session_by_platform_session_self",
    "POST " + LINKED + "/player/{player_uuid}": "join_session_by_platform_session_by_uuid",
    "DELETE " + LINKED + "/player/{player_uuid}": "leave_session_by_platform_session_by_uuid",
    "GET /session/v1/queues": "get_all_queue_info",
    "GET /session/v2/queues": "get_all_queue_info_v2",
    "GET /session/v1/instance-launch-templates/{instance_launch_template_id}": (
        "get_all_map_game_info"
    ),
    "GET /session/v1/instance-request-template/{instance_request_template_id}": (
        "get_instance_request_template"
    ),
    "GET /session/v1/match-making-templates/{template_group_id}": "get_match_making_templates",
    "GET /session/v2/match-making-templates/{template_group_id}": "get_match_making_templates_v2",
    "GET /session/v1/regions": "get_all_regions",
    "POST /inventory/v2/player/me/entitlement": "process_platform_entitlement_for_me",
    "POST /inventory/v2/player/{player_uuid}/entitlement": (
        "process_platform_entitlements_by_player_uuid"
    ),
    "GET /inventory/v2/player/me/entitlement/request/{request_id}": "retrieve_entitlements_for_me",
    "GET /inventory/v2/player/{player_uuid}/entitlement/request/{request_id}": (
        "retrieve_entitlements_by_player_uuid"
    ),
    "GET /notification/v1/playerid/me/stream/notification/lp": (
        "playerid_long_poll_for_notifications_self"
    ),
    "GET /notification/v1/playerid/{player_id}/stream/notification/lp": (
        "playerid_long_poll_for_notifications"
    ),
    "GET /notification/v1/playerid/me/notification": "playerid_get_notifications_page_self",
    "GET /notification/v1/playerid/{player_id}/notification": "playerid_get_notifications_page",
    "POST /notification/v1/playerid/{player_id}/notification": "playerid_create_notification",
    "GET /notification/v1/playerid/me/notification/{notification_id}": (
        "playerid_get_notification_by_id_self"
    ),
    "GET /notification/v1/playerid/{player_id}/notification/{notification_id}": (
        "playerid_get_notification_by_id"
    ),
    "GET /notification/v1/player/me/stream/notification/lp": (
        "player_long_poll_for_notifications_self"
    ),
    "GET /notification/v1/player/{player_uuid}/stream/notification/lp": (
        "player_long_poll_for_notifications"
    ),
    "GET /notification/v1/player/me/notification": "player_get_notifications_page_self",
    "GET /notification/v1/player/{player_uuid}/notification": "player_get_notifications_page",
    "POST /notification/v1/player/{player_uuid}/notification": "player_create_notification",
    "GET /notification/v1/player/me/notification/{notification_id}": (
        "player_get_notification_by_id_self"
    ),
    "GET /notification/v1/player/{player_uuid}/notification/{notification_id}": (
        "player_get_notification_by_id"
    ),
    "GET /notification/v1/instance/{instance_id}/stream/notification/lp": (
        "instance_long_poll_for_notifications"
    ),
    "GET /notification/v1/instance/{instance_id}/notification": "instance_get_notifications_page",
    "POST /notification/v1/instance/{instance_id}/notification": "instance_create_notification",
    "GET /notification/v1/instance/{instance_id}/notification/{notification_id}": (
        "instance_get_notification_by_id"
    ),
    "POST /rank/v1/rank:calculate-trueskill": "update_rankings_trueskill_v1",
    "GET /rank/v1/player/me/rank/{rank_id}": "get_player_uuid_rank_self",
    "POST /rank/v1/player/me/rank/{rank_id}": "update_player_uuid_rank_self",
    "GET /rank/v1/player/{player_uuid}/rank/{rank_id}": "get_player_uuid_rank",
    "POST /rank/v1/player/{player_uuid}/rank/{rank_id}": "update_player_uuid_rank",
    "GET /rank/v1/player/me/rank": "get_all_player_uuid_ranks_self",
    "GET /rank/v1/player/{player_uuid}/rank": "get_all_player_uuid_ranks",
    "GET /rank/v1/rank": "get_all_rank_config",
    "GET /rank/v1/rank/{rank_id}": "get_rank_config",
    "POST /custom/v1/custom/{endpoint_id}": "custom_endpoint_send",
}
"""As they are published: clients that were generated from that document keep their methods."""
OWN = {
    "GET /settings/v2/player/me/setting_type/{setting_type_id}/key": "list_own_settings",
    "DELETE /settings/v2/player/me/setting_type/{setting_type_id}/key": "clear_own_settings",
    "GET /settings/v2/player/me/setting_type/{setting_type_id}/key/{key}": "get_own_setting",
    "PUT /settings/v2/player/me/setting_type/{setting_type_id}/key/{key}": "set_own_setting",
    "DELETE /settings/v2/player/me/setting_type/{setting_type_id}/key/{key}": "delete_own_setting",
    "GET /settings/v2/player/{player_uuid}/setting_type/{setting_type_id}/key": (
        "list_player_settings"
    ),
    "DELETE /settings/v2/player/{player_uuid}/setting_type/{setting_type_id}/key": (
        "clear_player_settings"
    ),
    "GET /settings/v2/player/{player_uuid}/setting_type/{setting_type_id}/key/{key}": (
        "get_player_setting"
    ),
    "PUT /settings/v2/player/{player_uuid}/setting_type/{setting_type_id}/key/{key}": (
        "set_player_setting"
    ),
    "DELETE /settings/v2/player/{player_uuid}/setting_type/{setting_type_id}/key/{key}": (
        "delete_player_setting"
    ),
    "POST /users/v2/oauth/token": "get_oauth_token",
    "POST /users/v1/oauth/token": "exchange_authorization_code",
    "POST /users/v1/logout": "logout",
    "GET /users/v1/publickeys": "get_public_keys",
    "GET /users/v1/publickeys/{id}": "get_public_key",
    "GET /session/v1/session/{session_id}:ask": "ask_session_by_id",
    "POST /session/v1/session/{session_id}:generate-short-code": "generate_short_code",
    "DELETE /session/v1/session/{session_id}/player/me": "leave_session_by_id_self",
    "GET /session/v1/session/{session_id}/player/{player_uuid}": "get_session_player_by_uuid",
    "POST /session/v1/session/{session_id}:pardon": "pardon_player_in_session",
    "GET /session/v1/player/me/session": "get_player_sessions_self",
    "GET /session/v1/session/{session_id}/player": "get_session_players",
    "POST /session/v1/session/{session_id}/player:swap": "swap_session_players",
    "POST /session/v2/session/{session_id}/player/{player_uuid}:invite": "invite_player_to_session",
    "POST /session/v2/session/{session_id}/player/{player_uuid}:move": "move_session_player",
    "POST /session/v2/session/{session_id}/player/{player_uuid}": "place_session_player",
    "GET /session/v1/session/{session_id}/player/{player_uuid}/permission": (
        "get_session_player_permissions"
    ),
    "PATCH /session/v1/session/{session_id}/player/{player_uuid}/permission/{permission}": (
        "give_session_player_permission"
    ),
    "DELETE /session/v1/session/{session_id}/player/{player_uuid}/permission/{permission}": (
        "take_session_player_permission"
    ),
    "PATCH /session/v1/session/{session_id}/team/{team_id}": "update_session_team",
    "GET /session/v1/audit": "get_audit_events",
    "POST /session/v1/audit": "create_audit_event",
    "POST /session/v1/queue/ticket/{ticket_id}/accept": "accept_match",
    "POST /session/v1/queue/ticket/{ticket_id}/decline": "decline_match",
    "GET /session/v1/backfill/config": "get_backfill_config",
    "PATCH /session/v1/backfill/session/{session_id}": "update_backfill",
    "POST /session/v1/backfill/session/{session_id}": "acknowledge_backfill",
    "DELETE /session/v1/backfill/session/{session_id}": "end_backfill",
    "GET /rank/v2/player/{player_uuid}/rank": "get_named_ranks",
    "POST /rank/v2/player/{player_uuid}/rank/{rank_id}": "set_named_rank",
    "POST /instances/sic_registration/v3/register": "register_game_hosts",
    "POST /instances/sic_registration/v1/state": "get_allocation_state",
    "GET /config/v1/site": "get_all_sites",
    "GET /config/v1/app_settings/client": "get_client_app_settings",
    "GET /config/v1/time/utc": "get_utc_time",
    "PATCH /presence/v1/player/me/presence": "update_presence_self",
    "GET /users/v2/player/{player_uuid}/links": "get_player_links",
}
"""Of operations that the published document lacks, in its manner."""
OPERATION_IDS = PUBLISHED | OWN
