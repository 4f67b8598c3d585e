-- Timers shared by all processes, by the clock of Redis. Each call is atomic.
--
-- KEYS: a sorted set, timer -> due at (ms). ARGV: the method, its arguments.
local timers, verb = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if verb == 'set' then
  redis.call('ZADD', timers, 'GT', now + ARGV[3], ARGV[2])
elseif verb == 'due' then
  return redis.call('ZRANGEBYSCORE', timers, '-inf', now, 'LIMIT', 0, ARGV[2])
elseif verb == 'epoch' then
  -- A Redis that was restarted may have lost its last steps. ARGV: a name that was never used.
  local about, run = timers .. ':about', string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
  if redis.call('HGET', about, 'run') ~= run then
    redis.call('HSET', about, 'run', run, 'epoch', ARGV[2])
  end
  return redis.call('HGET', about, 'epoch')
else
  for word = 2, #ARGV do
    local due = redis.call('ZSCORE', timers, ARGV[word])
    if due and tonumber(due) <= now then
      redis.call('ZREM', timers, ARGV[word])
    end
  end
end
return false
