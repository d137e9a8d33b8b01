--[[
join: take part in getting one answer: it is there, it failed a moment ago, get it, or wait for who gets it.
KEYS[1]  {flight:KEY}:answer    hash: payload (bytes), fresh_until, stale_until (decimal seconds since 1970 UTC)
KEYS[2]  {flight:KEY}:failure   string: the last leader's error (bytes)
KEYS[3]  {flight:KEY}:lead      string: the leader's token; its time to live is the lease
ARGV[1]  token                  unique per participant
ARGV[2]  lease_ms               integer, 1 or more, milliseconds
Returns {'hit', corrupt, payload, fresh_until, stale_until}, {'failure', corrupt, payload}, {'lead', corrupt}, or
{'wait', corrupt, milliseconds left of the lease}; corrupt 1 when something unreadable stood there and counts as absent.
]]
local function moment(text) return text and string.match(text, '^%d+%.%d+$') and tonumber(text) end

local held = redis.pcall('HMGET', KEYS[1], 'payload', 'fresh_until', 'stale_until')
local failure = redis.pcall('GET', KEYS[2])
local leader = redis.pcall('GET', KEYS[3])
local corrupt = 0
for _, reply in ipairs({held, failure or {}, leader or {}}) do
  if type(reply) == 'table' and reply.err then
    if not string.find(reply.err, 'WRONGTYPE', 1, true) then return reply end
    corrupt = 1
  end
end

local fresh_until = moment(held[2])
if held[1] and fresh_until and moment(held[3]) then
  local time = redis.call('TIME')
  if fresh_until > time[1] + time[2] / 1000000 then return {'hit', corrupt, held[1], held[2], held[3]} end
elseif held[1] or held[2] or held[3] then
  corrupt = 1
end
if type(failure) == 'string' then return {'failure', corrupt, failure} end
if type(leader) == 'string' and leader ~= ARGV[1] then
  local left = redis.call('PTTL', KEYS[3])
  if left >= 0 then return {'wait', corrupt, left} end -- a lead without an end would be one for ever
end
redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
return {'lead', corrupt}
