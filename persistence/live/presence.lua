-- One shard of the presence shared by all processes: each call is atomic, and its visible changes
-- are published as one merge patch. The same rules as memory_presence.py, method by method, by the
-- clock of Redis. No call takes longer than for some hundred people, however many there are.
--
-- KEYS: the prefix of every key, whose hash tag is the shard's. ARGV: the method, the command that
-- publishes, the shard, a fresh epoch, the arguments.
--   keepers     sorted set   keeper -> until (ms)
--   by          hash         who -> the keepers that serve them: '1' and its name, or '+' and a list
--   kept:<k>    sorted set   who is served by the keeper -> in which generation it said so
--   shown       hash         who -> JSON that others see
--   counts      hash         online, status:<s>, region:<r> -> how many of those shown
--   changed     sorted set   who -> version of their last change; the newest ones
--   expiring    sorted set   who -> expires at (ms)
--   hiding      sorted set   who left -> shown until (ms); they may expire later, where they act
--   acted       hash         who acted without a connection while a keeper served them, as far as
--                            was known -> when, and until when that counts (ms)
--   said        hash         keeper -> generation of its people that is held here
--   graces      hash         keeper -> how long its people are waited for when its lease ends (ms)
--   begun       hash         keeper -> generation that is not all here yet
--   about       hash         epoch, version, run (the Redis process that the epoch belongs to),
--                            opened (when this epoch began, ms), uptime (of Redis then, s), trimmed
--                            (version of the newest change that `changed` no longer has), lived (1:
--                            a keeper has beaten in this epoch)
local keepers, by, expiring = KEYS[1] .. 'keepers', KEYS[1] .. 'by', KEYS[1] .. 'expiring'
local said, begun, about = KEYS[1] .. 'said', KEYS[1] .. 'begun', KEYS[1] .. 'about'
local graces, acted = KEYS[1] .. 'graces', KEYS[1] .. 'acted'
local shown, hiding = KEYS[1] .. 'shown', KEYS[1] .. 'hiding'
local counts, changed = KEYS[1] .. 'counts', KEYS[1] .. 'changed'
local verb, publish, shard, fresh = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local WORDS = 5
local BATCH = 200
local KEPT_CHANGES = 2000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local patch, people, counted = {}, {}, {}

local function kept(keeper)
  return KEYS[1] .. 'kept:' .. keeper
end

-- A Redis that was restarted may have lost its last steps: its versions are another epoch's, and
-- every keeper has to say again whom it serves. `anew`: and so it is in any case.
local function epoch(anew)
  local server = redis.call('INFO', 'server')
  local run = string.match(server, 'run_id:(%w+)')
  if anew or redis.call('HGET', about, 'run') ~= run then
    local uptime = string.match(server, 'uptime_in_seconds:(%d+)')
    redis.call('HSET', about, 'run', run, 'epoch', fresh, 'opened', now, 'uptime', uptime)
    redis.call('HDEL', about, 'lived')
    redis.call('DEL', said, begun)
  end
  return redis.call('HGET', about, 'epoch')
end

-- The same, looked up only where it was never: a keeper's beat goes before what it says, and looks.
local function known_epoch()
  return redis.call('HGET', about, 'epoch') or epoch()
end

local function generation(keeper)
  return tonumber(redis.call('HGET', said, keeper) or -1)
end

-- Under which names a value counts.
local function count(value, by_how_many)
  if value == '' or not value then
    return
  end
  counted['online'] = (counted['online'] or 0) + by_how_many
  local good, person = pcall(cjson.decode, value)
  if good and type(person) == 'table' then
    for _, kind in ipairs({ 'status', 'region' }) do
      if type(person[kind]) == 'string' then
        local name = kind .. ':' .. person[kind]
        counted[name] = (counted[name] or 0) + by_how_many
      end
    end
  end
end

local function set_shown(who, value)
  redis.call('ZREM', hiding, who)
  local before = redis.call('HGET', shown, who)
  if (before or '') == value then
    return
  end
  if value == '' then
    redis.call('HDEL', shown, who)
  else
    redis.call('HSET', shown, who, value)
  end
  count(before, -1)
  count(value, 1)
  people[#people + 1] = who
  -- Spliced as they are: cjson would write numbers and empty lists otherwise than they came.
  patch[#patch + 1] = cjson.encode(who) .. ':' .. (value == '' and 'null' or value)
end

local function write_counts()
  for name, by_how_many in pairs(counted) do
    if by_how_many ~= 0 and redis.call('HINCRBY', counts, name, by_how_many) <= 0 then
      redis.call('HDEL', counts, name)
    end
  end
end

local function told_counts()
  local told, flat = { online = '0', status = {}, region = {} }, redis.call('HGETALL', counts)
  for word = 1, #flat, 2 do
    local kind, value = string.match(flat[word], '^(%l+):(.*)$')
    if kind then
      table.insert(told[kind], cjson.encode(value) .. ':' .. flat[word + 1])
    else
      told.online = flat[word + 1]
    end
  end
  return '{"online":' .. told.online .. ',"statuses":{' .. table.concat(told.status, ',')
    .. '},"regions":{' .. table.concat(told.region, ',') .. '}}'
end

local function write_changed(version)
  for _, who in ipairs(people) do
    redis.call('ZADD', changed, version, who)
  end
  local many = redis.call('ZCARD', changed)
  if many > KEPT_CHANGES + BATCH then
    local last = many - KEPT_CHANGES - 1
    local newest = redis.call('ZRANGE', changed, last, last, 'WITHSCORES')
    redis.call('HSET', about, 'trimmed', newest[2])
    redis.call('ZREMRANGEBYRANK', changed, 0, last)
  end
end

local function publish_patch()
  if #patch == 0 then
    return
  end
  local name, version = known_epoch(), redis.call('HINCRBY', about, 'version', 1)
  write_counts()
  write_changed(version)
  local head = '{"shard":' .. shard .. ',"epoch":"' .. name .. '","version":' .. version
  local told = head .. ',"counts":' .. told_counts() .. ',"patch":{' .. table.concat(patch, ',')
  redis.call(publish, KEYS[1] .. 'presence', told .. '}}')
end

local function keepers_of(who)
  local held = redis.call('HGET', by, who)
  if not held then
    return {}
  end
  local rest = string.sub(held, 2)
  return string.sub(held, 1, 1) == '1' and { rest } or cjson.decode(rest)
end

local function set_keepers(who, names)
  if #names == 0 then
    redis.call('HDEL', by, who)
    redis.call('HDEL', acted, who)
  else
    redis.call('HSET', by, who, #names == 1 and '1' .. names[1] or '+' .. cjson.encode(names))
  end
end

local function is_served(who)
  return redis.call('HEXISTS', by, who) == 1
end

local function is_present(who)
  for _, keeper in ipairs(keepers_of(who)) do
    local ends = redis.call('ZSCORE', keepers, keeper)
    if ends and tonumber(ends) > now then
      return true
    end
  end
  return false
end

local function keep(keeper, who, number)
  redis.call('ZADD', kept(keeper), number, who)
  local names = keepers_of(who)
  for _, name in ipairs(names) do
    if name == keeper then
      return
    end
  end
  names[#names + 1] = keeper
  set_keepers(who, names)
end

local function drop_keeper(keeper, who)
  local others, names = {}, keepers_of(who)
  for _, name in ipairs(names) do
    if name ~= keeper then
      others[#others + 1] = name
    end
  end
  if #others < #names then
    set_keepers(who, others)
  end
end

-- No longer vouched for since then, without a word of where they went: not shown, and waited for.
local function lose(who, keeper, since)
  if not is_served(who) then
    set_shown(who, '')
    local ends = since + tonumber(redis.call('HGET', graces, keeper) or 0)
    redis.call('ZADD', expiring, 'GT', ends, who)
  end
end

-- How much room is left, and whether there are more of their people.
local function expire_keepers(room)
  local ended = redis.call('ZRANGEBYSCORE', keepers, '-inf', now, 'WITHSCORES')
  for place = 1, #ended, 2 do
    local keeper = ended[place]
    redis.call('HDEL', said, keeper)
    redis.call('HDEL', begun, keeper)
    local popped = room > 0 and redis.call('ZPOPMIN', kept(keeper), room) or {}
    for word = 1, #popped, 2 do
      drop_keeper(keeper, popped[word])
      lose(popped[word], keeper, tonumber(ended[place + 1]))
      room = room - 1
    end
    if redis.call('EXISTS', kept(keeper)) == 1 then
      return room, true
    end
    redis.call('ZREM', keepers, keeper)
    redis.call('HDEL', graces, keeper)
  end
  return room, false
end

local function hide_departed(room)
  local due = redis.call('ZRANGEBYSCORE', hiding, '-inf', now, 'LIMIT', 0, room)
  for _, who in ipairs(due) do
    set_shown(who, '')
  end
  return #due
end

local function settle(keeper, number, whole)
  if whole == '1' then
    local others =
      redis.call('ZRANGEBYSCORE', kept(keeper), '-inf', '(' .. number, 'LIMIT', 0, BATCH)
    for _, who in ipairs(others) do
      redis.call('ZREM', kept(keeper), who)
      drop_keeper(keeper, who)
      lose(who, keeper, now)
    end
    if #others == BATCH then
      return { 1, -1 }
    end
  end
  if redis.call('HGET', begun, keeper) == number then
    redis.call('HDEL', begun, keeper)
    redis.call('HSET', said, keeper, number)
  end
  return { 0, generation(keeper) }
end

local verbs = {}

-- Every beat also hides who is due: nobody has to lead for that, and no store has to answer.
-- Where all keepers had died, nobody could come back meanwhile: all that is timed begins anew.
function verbs.heartbeat(keeper, milliseconds, number, grace)
  local lives = redis.call('ZCOUNT', keepers, '(' .. now, '+inf') > 0
  epoch(not lives and redis.call('HGET', about, 'lived') == '1')
  redis.call('HSET', about, 'lived', 1)
  redis.call('ZADD', keepers, now + milliseconds, keeper)
  redis.call('HSET', graces, keeper, grace)
  local more = hide_departed(BATCH) == BATCH and 1 or 0
  return { generation(keeper) == tonumber(number) and 1 or 0, more, now }
end

function verbs.hide()
  return hide_departed(BATCH) == BATCH and 1 or 0
end

function verbs.enter(keeper, number, before, whole, first, last)
  known_epoch()
  local held = generation(keeper)
  if held > tonumber(number) then
    return { 0, held }
  end
  if first == '1' then
    redis.call('HDEL', begun, keeper)
    if whole == '1' or held == tonumber(before) then
      redis.call('HSET', begun, keeper, number)
    end
  end
  -- Without a beat it vouches for no time at all.
  redis.call('ZADD', keepers, 'NX', now, keeper)
  for word = WORDS + 6, #ARGV, 2 do
    keep(keeper, ARGV[word], number)
    redis.call('ZREM', expiring, ARGV[word])
    set_shown(ARGV[word], ARGV[word + 1])
  end
  return last == '1' and settle(keeper, number, whole) or { 0, held }
end

verbs.settle = settle

-- When whoever left then expires: later than `ends`, if they have acted since.
local function expires_at(who, ends, left)
  local at, longer = string.match(redis.call('HGET', acted, who) or '', '(%d+) (%d+)')
  return at and tonumber(at) > left and math.max(ends, tonumber(longer)) or ends
end

local function leave(keeper, who, value, ends, left)
  local expires = expires_at(who, ends, left)
  local was_here = redis.call('ZREM', kept(keeper), who) == 1
  drop_keeper(keeper, who)
  if is_served(who) then
    return
  end
  if redis.call('HEXISTS', shown, who) == 1 then
    local hidden = not was_here and redis.call('ZSCORE', hiding, who) or ends
    set_shown(who, value)
    if value ~= '' then
      redis.call('ZADD', hiding, hidden, who)
    end
  end
  if was_here then
    redis.call('ZADD', expiring, expires, who)
  else
    redis.call('ZADD', expiring, 'NX', expires, who)
  end
end

function verbs.leave(keeper, milliseconds, number, ago)
  if generation(keeper) > tonumber(number) then
    return
  end
  for word = WORDS + 4, #ARGV, 2 do
    leave(keeper, ARGV[word], ARGV[word + 1], now + milliseconds, now - ago)
  end
end

-- Also of whose keeper has died, and was not swept yet.
function verbs.expire_after(who, milliseconds)
  if is_served(who) then
    redis.call('HSET', acted, who, string.format('%d %d', now, now + milliseconds))
  end
  if not is_present(who) then
    redis.call('ZADD', expiring, 'GT', now + milliseconds, who)
  end
end

function verbs.expired(limit)
  epoch()
  local room, more = expire_keepers(BATCH)
  if not more then
    room = room - hide_departed(room)
  end
  if more or room == 0 then
    return { 1, {} }
  end
  local some = math.min(tonumber(limit), room)
  local named = {}
  for _, who in ipairs(redis.call('ZRANGEBYSCORE', expiring, '-inf', now, 'LIMIT', 0, some)) do
    if is_served(who) then -- by a keeper that came back
      redis.call('ZREM', expiring, who)
    else
      set_shown(who, '')
      named[#named + 1] = who
    end
  end
  return { 0, named }
end

function verbs.overdue()
  local named = {}
  for word = WORDS, #ARGV do
    local ends = redis.call('ZSCORE', expiring, ARGV[word])
    if ends and tonumber(ends) <= now then
      named[#named + 1] = ARGV[word]
    end
  end
  return named
end

function verbs.forget()
  for _, who in ipairs(verbs.overdue()) do
    redis.call('ZREM', expiring, who)
  end
end

function verbs.open()
  return { epoch(), redis.call('HGET', about, 'version') or '0' }
end

-- The living keepers that have said whom they serve, how old the epoch is, and how old Redis was
-- when it began.
function verbs.spoken()
  epoch()
  local names = {}
  for _, keeper in ipairs(redis.call('ZRANGEBYSCORE', keepers, '(' .. now, '+inf')) do
    if generation(keeper) >= 0 then
      names[#names + 1] = keeper
    end
  end
  local opened, uptime = redis.call('HGET', about, 'opened'), redis.call('HGET', about, 'uptime')
  return { names, now - (opened or 0), tonumber(uptime or 0) }
end

-- What has changed since a version: the names and values of some, up to which version, which
-- version is the newest. -1: more has changed than is remembered.
function verbs.since(version, limit)
  local name, newest = epoch(), tonumber(redis.call('HGET', about, 'version') or 0)
  if tonumber(version) < tonumber(redis.call('HGET', about, 'trimmed') or 0) then
    return { name, newest, -1, {}, {} }
  end
  local flat = redis.call(
    'ZRANGEBYSCORE', changed, '(' .. version, '+inf', 'WITHSCORES', 'LIMIT', 0, limit
  )
  local names, values = {}, {}
  for word = 1, #flat, 2 do
    names[#names + 1] = flat[word]
    values[#values + 1] = redis.call('HGET', shown, flat[word]) or ''
  end
  local upto = #names < tonumber(limit) and newest or tonumber(flat[#flat]) - 1
  return { name, newest, upto, names, values }
end

function verbs.present()
  local here = {}
  for word = WORDS, #ARGV do
    if is_present(ARGV[word]) then
      here[#here + 1] = ARGV[word]
    end
  end
  return here
end

local result = verbs[verb](unpack(ARGV, WORDS, math.min(#ARGV, WORDS + 5)))
publish_patch()
return result
