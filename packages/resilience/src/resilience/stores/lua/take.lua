--[[
take: count one request against several limits, against all of them or against none.
A limit's time is cut into steps; a step's count stays until no part of the step lies within the limit's window.
KEYS[i]              PREFIX{rate:GROUP}:KEY    hash: step number -> requests; all keys share one group
ARGV[1]              steps       integer, steps of one window
ARGV[2i], ARGV[2i+1] amount      integer, 1 or more: requests within a window
                     window_ms   integer, 1 or more, milliseconds
Returns admitted (1 or 0), then for each key three integers: its requests within the window, this one included where it
was admitted; the step this one counts in; milliseconds until the oldest of them counts no more, 0 when there are none.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local steps = tonumber(ARGV[1])

local admitted, limits = 1, {}
for i, key in ipairs(KEYS) do
  local amount, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local step = math.floor(now * steps / window)
  local used, oldest, gone = 0, nil, {}
  local entries = redis.call('HGETALL', key)
  for at = 1, #entries, 2 do
    local theirs = tonumber(entries[at])
    if theirs < step - steps then
      gone[#gone + 1] = entries[at]
    else
      used = used + tonumber(entries[at + 1])
      if not oldest or theirs < oldest then oldest = theirs end
    end
  end
  if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
  if used >= amount then admitted = 0 end
  limits[i] = {key = key, window = window, step = step, used = used, oldest = oldest}
end

local reply = {admitted}
for _, limit in ipairs(limits) do
  if admitted == 1 then
    redis.call('HINCRBY', limit.key, string.format('%.0f', limit.step), 1)
    redis.call('PEXPIRE', limit.key, limit.window + math.ceil(2 * limit.window / steps))
    limit.used, limit.oldest = limit.used + 1, limit.oldest or limit.step
  end
  local wait = 0
  if limit.oldest then wait = math.ceil((limit.oldest + steps + 1) * limit.window / steps) - now end
  reply[#reply + 1] = limit.used
  reply[#reply + 1] = limit.step
  reply[#reply + 1] = wait
end
return reply
