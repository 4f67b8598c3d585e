-- The roster that all processes share: one call is one atomic step, told to all in one payload.
-- The same rules as presence.py, verb by verb, by the clock of Redis.
--
-- KEYS: what every key begins with. ARGV: the verb, the channel, a fresh epoch, the verb's words.
--   keepers     sorted set   keeper -> until (ms)
--   kept:<k>    set          whom the keeper serves
--   shown       hash         who -> JSON that others see
--   lapsing     sorted set   who -> until (ms)
--   about       hash         epoch, version, run (the Redis process that the epoch belongs to)
local keepers, lapsing = KEYS[1] .. 'keepers', KEYS[1] .. 'lapsing'
local shown, about = KEYS[1] .. 'shown', KEYS[1] .. 'about'
local verb, channel, fresh = ARGV[1], ARGV[2], ARGV[3]
local WORDS = 4
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local patch = {}

local function kept(keeper)
  return KEYS[1] .. 'kept:' .. keeper
end

-- A Redis that was restarted may have lost its last steps: its versions are another epoch's.
local function epoch()
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
  if redis.call('HGET', about, 'run') ~= run then
    redis.call('HSET', about, 'run', run, 'epoch', fresh)
  end
  return redis.call('HGET', about, 'epoch')
end

local function show(who, value)
  if value == '' then
    if redis.call('HDEL', shown, who) == 0 then
      return
    end
    value = 'null'
  else
    if redis.call('HGET', shown, who) == value then
      return
    end
    redis.call('HSET', shown, who, value)
  end
  -- Spliced as they are: cjson would write numbers and empty lists otherwise than they came.
  patch[#patch + 1] = cjson.encode(who) .. ':' .. value
end

local function tell()
  if #patch == 0 then
    return
  end
  local head = '{"epoch":"' .. epoch() .. '","version":' .. redis.call('HINCRBY', about, 'version', 1)
  redis.call('PUBLISH', channel, head .. ',"patch":{' .. table.concat(patch, ',') .. '}}')
end

local function served(who)
  for _, keeper in ipairs(redis.call('ZRANGE', keepers, 0, -1)) do
    if redis.call('SISMEMBER', kept(keeper), who) == 1 then
      return true
    end
  end
  return false
end

local function lapse(keeper)
  local people = redis.call('SMEMBERS', kept(keeper))
  redis.call('ZREM', keepers, keeper)
  redis.call('DEL', kept(keeper))
  for _, who in ipairs(people) do
    if not served(who) then
      show(who, '')
      redis.call('ZADD', lapsing, now, who)
    end
  end
end

local verbs = {}

function verbs.beat(keeper, milliseconds)
  -- Late, but nobody has swept it: its people never left, and need not be said again.
  return 1 - redis.call('ZADD', keepers, now + milliseconds, keeper)
end

function verbs.attend(keeper)
  -- Without a beat it vouches for no time at all.
  redis.call('ZADD', keepers, 'NX', now, keeper)
  for word = WORDS + 1, #ARGV, 2 do
    local who, value = ARGV[word], ARGV[word + 1]
    redis.call('SADD', kept(keeper), who)
    redis.call('ZREM', lapsing, who)
    show(who, value)
  end
end

function verbs.depart(keeper, who, value, milliseconds)
  local was_here = redis.call('SREM', kept(keeper), who) == 1
  if served(who) then
    return
  end
  if redis.call('HEXISTS', shown, who) == 1 then
    show(who, value)
  end
  if was_here then
    redis.call('ZADD', lapsing, now + milliseconds, who)
  else
    redis.call('ZADD', lapsing, 'NX', now + milliseconds, who)
  end
end

function verbs.linger(who, milliseconds)
  if not served(who) then
    redis.call('ZADD', lapsing, 'GT', now + milliseconds, who)
  end
end

function verbs.lapsed(limit)
  for _, keeper in ipairs(redis.call('ZRANGEBYSCORE', keepers, '-inf', now)) do
    lapse(keeper)
  end
  local named = redis.call('ZRANGEBYSCORE', lapsing, '-inf', now, 'LIMIT', 0, limit)
  for _, who in ipairs(named) do
    show(who, '')
  end
  return named
end

function verbs.settle()
  for word = WORDS, #ARGV do
    local time_is_up = redis.call('ZSCORE', lapsing, ARGV[word])
    if time_is_up and tonumber(time_is_up) <= now then
      redis.call('ZREM', lapsing, ARGV[word])
    end
  end
end

function verbs.roster()
  local name = epoch()
  return { name, redis.call('HGET', about, 'version') or '0', redis.call('HGETALL', shown) }
end

function verbs.seen()
  local values = {}
  for word = WORDS, #ARGV do
    values[#values + 1] = redis.call('HGET', shown, ARGV[word]) or ''
  end
  return values
end

function verbs.numbered()
  return { epoch(), redis.call('HGET', about, 'version') or '0' }
end

function verbs.attending()
  local here = {}
  local living = redis.call('ZRANGEBYSCORE', keepers, '(' .. now, '+inf')
  for word = WORDS, #ARGV do
    for _, keeper in ipairs(living) do
      if redis.call('SISMEMBER', kept(keeper), ARGV[word]) == 1 then
        here[#here + 1] = ARGV[word]
        break
      end
    end
  end
  return here
end

local result = verbs[verb](unpack(ARGV, WORDS, math.min(#ARGV, WORDS + 3)))
tell()
return result
