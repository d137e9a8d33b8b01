--[[
publish_failure: share a failure for a while, end the lead, tell everybody; nothing when the lead was lost.
KEYS[1]  {flight:KEY}:failure   string: the last leader's error (bytes)
KEYS[2]  {flight:KEY}:lead      string: the leader's token; its time to live is the lease
ARGV[1]  token                  of who failed
ARGV[2]  payload                bytes
ARGV[3]  ttl_ms                 integer, 1 or more, milliseconds
ARGV[4]  channel                where to tell
ARGV[5]  key                    what to tell
Returns 1 when `token` led, 0 when the lead was lost.
]]
if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1
