# The lobby in Godot 4, as a sample to start from: it is read and linted here, not run.
#
#   var lobby := Lobby.new("wss://lobby.example/ws")
#   add_child(lobby)
#   lobby.live.connect(func(): lobby.watch("sessions"))
#   lobby.changed.connect(func(topic, state): print(topic, state))
class_name Lobby
extends Node

signal live
signal changed(topic: String, state: Dictionary)
signal replied(id: String, result: Dictionary)
signal refused(id: String, code: String, message: String)
signal closed(code: int, reason: String)

const LONGEST_WAIT := 30.0

var token := ""
var _url: String
var _socket := WebSocketPeer.new()
var _greeted := false
var _topics := {}
var _wait := -1.0
var _failures := 0
var _heartbeat := 20.0
var _quiet := 0.0


func _init(url: String, with_token := "") -> void:
	_url = url
	token = with_token


func _ready() -> void:
	_connect()


func _process(delta: float) -> void:
	if _wait >= 0.0:
		_wait -= delta
		if _wait < 0.0:
			_connect()
		return
	_socket.poll()
	match _socket.get_ready_state():
		WebSocketPeer.STATE_OPEN:
			_speak(delta)
		WebSocketPeer.STATE_CLOSED:
			_lost(_socket.get_close_code(), _socket.get_close_reason())


# Returns the id that `replied` or `refused` will name.
func command(type: String, fields := {}) -> String:
	var id := Crypto.new().generate_random_bytes(11).hex_encode()
	var said := fields.duplicate()
	said.merge({"type": type, "id": id}, true)
	_socket.send_text(JSON.stringify(said))
	_quiet = 0.0
	return id


func watch(topic: String) -> void:
	if not _topics.has(topic):
		_topics[topic] = {"state": {}, "epoch": "", "version": -1}
	if _greeted:
		_ask(topic)


func _connect() -> void:
	_wait = -1.0
	_greeted = false
	_socket = WebSocketPeer.new()
	_socket.supported_protocols = ["lobby.v1"]
	_socket.connect_to_url(_url)


func _speak(delta: float) -> void:
	if not _greeted:
		_greeted = true
		command("hello", {"token": token} if token else {"anonymous": true})
	_quiet += delta
	if _quiet > _heartbeat:
		command("ping")
	while _socket.get_available_packet_count() > 0:
		var said: Variant = JSON.parse_string(_socket.get_packet().get_string_from_utf8())
		for frame in said if said is Array else [said]:
			if frame is Dictionary:
				_take(frame)


func _take(frame: Dictionary) -> void:
	match frame.get("type"):
		"reply":
			var result: Dictionary = frame.result
			if result.has("heartbeat_ms"):
				_welcomed(result)
			replied.emit(frame.re, result)
		"refusal":
			refused.emit(str(frame.get("re")), frame.code, frame.message)
		"state":
			_topics[frame.topic] = frame
			changed.emit(frame.topic, frame.state)
		"patch":
			_fold(frame)
		"ended":
			_topics.erase(frame.topic)


func _welcomed(welcome: Dictionary) -> void:
	_failures = 0
	_heartbeat = welcome.heartbeat_ms / 1000.0
	token = welcome.get("token", token)
	for topic in _topics:
		_ask(topic)
	live.emit()


func _ask(topic: String) -> void:
	var known: Dictionary = _topics[topic]
	var fields := {"topic": topic}
	if known.version >= 0:
		fields["known"] = {"epoch": known.epoch, "version": known.version}
	command("watch", fields)


# A merge patch (RFC 7396): objects merge, null removes, everything else replaces.
func _fold(frame: Dictionary) -> void:
	var known: Dictionary = _topics.get(frame.topic, {})
	if known.is_empty() or frame.version <= known.version:
		return
	if frame.since != known.version:
		_ask(frame.topic)
		return
	known.state = _merged(known.state, frame.patch)
	known.version = frame.version
	changed.emit(frame.topic, known.state)


func _merged(target: Variant, patch: Variant) -> Variant:
	if not patch is Dictionary:
		return patch
	var whole: Dictionary = target.duplicate() if target is Dictionary else {}
	for key in patch:
		if patch[key] == null:
			whole.erase(key)
		else:
			whole[key] = _merged(whole.get(key), patch[key])
	return whole


# 4500 to 4999 are final; after everything else it comes back, at random.
func _lost(code: int, reason: String) -> void:
	if code >= 4500 and code <= 4999:
		set_process(false)
		closed.emit(code, reason)
		return
	_wait = randf() * minf(LONGEST_WAIT, 0.5 * pow(2.0, _failures))
	_failures += 1
