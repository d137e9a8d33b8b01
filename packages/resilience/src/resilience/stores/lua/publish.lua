--[[
publish: store an answer, end the lead of who brought it, tell everybody. Kept also when the lead was lost.
KEYS[1]  {flight:KEY}:answer    hash: payload (bytes), fresh_until, stale_until (decimal seconds since 1970 UTC)
KEYS[2]  {flight:KEY}:failure   string: the last leader's error (bytes)
KEYS[3]  {flight:KEY}:lead      string: the leader's token; its time to live is the lease
ARGV[1]  token                  of who brought the answer
ARGV[2]  payload                bytes
ARGV[3]  fresh_until            decimal seconds since 1970 UTC; an answer that is fresh for longer is not replaced
ARGV[4]  stale_until            the same; the answer is deleted then
ARGV[5]  stale_until_ms         integer, milliseconds since 1970 UTC
ARGV[6]  channel                where to tell
ARGV[7]  key                    what to tell
Returns {led, corrupt}: led 1 when `token` led; corrupt 1 when something unreadable stood there and was replaced.
]]
local function moment(text) return text and string.match(text, '^%d+%.%d+$') and tonumber(text) end

local held = redis.pcall('HMGET', KEYS[1], 'payload', 'fresh_until', 'stale_until')
if held.err and not string.find(held.err, 'WRONGTYPE', 1, true) then return held end
local fresh_until, corrupt = moment(held[2]), 0
if not (held[1] and fresh_until and moment(held[3])) then
  corrupt = (held.err or held[1] or held[2] or held[3]) and 1 or 0
  fresh_until = nil
end
if not (fresh_until and fresh_until > tonumber(ARGV[3])) then
  if corrupt == 1 then redis.call('DEL', KEYS[1]) end
  redis.call('HSET', KEYS[1], 'payload', ARGV[2], 'fresh_until', ARGV[3], 'stale_until', ARGV[4])
  redis.call('PEXPIREAT', KEYS[1], ARGV[5])
end

redis.call('DEL', KEYS[2])
local led = redis.pcall('GET', KEYS[3]) == ARGV[1] and 1 or 0
if led == 1 then redis.call('DEL', KEYS[3]) end
redis.call('PUBLISH', ARGV[6], ARGV[7])
return {led, corrupt}
