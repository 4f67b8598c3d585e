"""What can be wrong with who comes into sessions and matches, stays out, and leads."""

from __future__ import annotations

LIKE = "server.deep_link: should be an address like mygame://join/{code}"
FILLED = "server.deep_link: {code}, once, is all that is filled in"
BEHIND = "server.deep_link: {code} belongs behind the host, and no user before it"
DEEP_LINKS: dict[str, tuple[str, str]] = {
    "a script": ("javascript:alert(1)//{code}", "javascript: is not a game's"),
    "a script in capitals": ("JavaScript://x/%0A{code}", "javascript: is not a game's"),
    "a document": ("data:text/html,<b>{code}", "data: is not a game's"),
    "a file": ("file:///{code}", "file: is not a game's"),
    "an address that anybody reads": ("http://game.test/{code}", "http: is not a game's"),
    "a letter": ("mailto:/{code}", "mailto: is not a game's"),
    "a script with a tab": ("java\\tscript://x/{code}", LIKE),
    "a script after a space": (" javascript://x/{code}", LIKE),
    "a space": ("mygame://join now/{code}", LIKE),
    "a line end": ("mygame://join/{code}\\n", LIKE),
    "a letter that is not ASCII": ("mygame://spiél/{code}", LIKE),
    "marks of HTML": ("mygame://join/<b>{code}", LIKE),
    "an open escape": ("mygame://join/%{code}41", LIKE),
    "no scheme": ("//game.test/{code}", LIKE),
    "a code for a scheme": ("{code}://join", LIKE),
    "nowhere for the code": ("mygame://join/", LIKE),
    "empty": ("", LIKE),
    "template marks": ("mygame://join/{{code}}", FILLED),
    "the code twice": ("mygame://join/{code}/{code}", FILLED),
    "a placeholder that there is not": ("mygame://join/{code}/{player}", FILLED),
    "another spelling": ("mygame://join/{CODE}", FILLED),
    "a host that the code chooses": ("https://{code}.game.test/", BEHIND),
    "a host of nothing but the code": ("https://{code}", BEHIND),
    "a user": ("https://me:secret@game.test/{code}", BEHIND),
    "very long": (f"mygame://{'x' * 600}/{{code}}", "should have at most 512 characters"),
}
"""Addresses of the game that a link to a session must not lead to, and what is said of each."""


def deep_link(address: str, told: str) -> tuple[str, str, str]:
    told = told if told.startswith("server.") else f"server.deep_link: {told}"
    return "[server]", f'[server]\ndeep_link = "{address}"', told


def plaza(words: str, *told: str) -> tuple[str, ...]:
    """Words of a template, and what is wrong with them."""
    line = "players_per_team = 24"
    return line, f"{line}\n{words}", *(f"templates[2].{one}" for one in told)


def duel(words: str, *told: str) -> tuple[str, ...]:
    """The same of a profile."""
    line = 'id = "arena-3v3"'
    return line, f"{line}\n{words}", *(f"profiles[0].{one}" for one in told)


SESSION_FAULTS: dict[str, tuple[str, ...]] = {
    **{f"a deep link: {name}": deep_link(*said) for name, said in DEEP_LINKS.items()},
    # Who comes into a session, and who stays out
    "a number for codes": plaza("codes = 1", "codes: should be a valid boolean"),
    "text for passwords": plaza('passwords = "yes"', "passwords: should be a valid boolean"),
    "a code that is dead before it is made": plaza(
        "code_ttl_s = -1", "code_ttl_s: should be greater than or equal to 0"
    ),
    "a code for longer than a year": plaza(
        "code_ttl_s = 31536001", "code_ttl_s: should be less than or equal to 31536000"
    ),
    "half a second of a code": plaza("code_ttl_s = 0.5", "code_ttl_s: should be a valid integer"),
    "a time for codes that there are not": plaza(
        "codes = false\ncode_ttl_s = 60", "code_ttl_s: goes with codes, and those are off"
    ),
    "an entry that there is not": plaza(
        'entry = "public"', "entry: should be 'open', 'friends', 'invited' or 'closed'"
    ),
    "friends of nobody": plaza(
        'friends_of = "anybody"', "friends_of: should be 'leader' or 'members'"
    ),
    "members' friends in a hosted session": (
        'session_type = "hosted"',
        'session_type = "hosted"\nfriends_of = "members"',
        "templates[3].friends_of: what a host launches is open to the host's own friends: "
        '"leader"',
    ),
    "kept out for less than no time": plaza(
        "kick_s = -1", "kick_s: should be greater than or equal to 0"
    ),
    "kept out for longer than a year": plaza(
        "kick_s = 31536001", "kick_s: should be less than or equal to 31536000"
    ),
    "a seat in a team that nobody may change": plaza(
        'can_change_own_team = "no"', "can_change_own_team: should be a valid boolean"
    ),
    # Who leads a match, and who asks for more players
    "a first comer's power that there is not": (
        "[matchmaking]",
        '[matchmaking]\nleader_may = ["rule"]',
        "matchmaking.leader_may[0]: should be 'all', 'invite', 'kick', 'move', 'update', 'entry', "
        "'list', 'close', 'promote', 'queue', 'teams' or 'play'",
    ),
    "all and more for a first comer": (
        "[matchmaking]",
        '[matchmaking]\nleader_may = ["all", "kick"]',
        'matchmaking.leader_may: "all" stands alone',
    ),
    "sides of less than no difference": duel(
        "uneven = -2", "uneven: should be greater than or equal to -1"
    ),
    "a difference that no sides can have": duel(
        "uneven = 128", "uneven: should be less than or equal to 127"
    ),
    "players asked for by nobody": duel(
        'backfill = "anybody"', "backfill: should be 'none', 'open' or 'server'"
    ),
}
"""As in `game_faults`."""
