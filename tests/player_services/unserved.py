"""The operations of the schema file that no door of ours has yet."""

NOT_SERVED_YET = {
    "POST /users/v1/portaltoken/details",
    "GET /users/v1/oauth/login/{platform}",
    "GET /users/v1/oauth/response/{platform}",
    "POST /session/v1/session/{session_id}/queue",
    "DELETE /session/v1/session/{session_id}/queue",
    "GET /session/v1/queues",
    "GET /session/v2/queues",
    "GET /session/v1/instance-launch-templates/{instance_launch_template_id}",
    "GET /session/v1/instance-request-template/{instance_request_template_id}",
    "GET /session/v1/match-making-templates/{template_group_id}",
    "GET /session/v2/match-making-templates/{template_group_id}",
}
"""To be shortened as they come."""
