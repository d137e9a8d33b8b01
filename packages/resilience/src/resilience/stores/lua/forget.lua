--[[
forget: delete the answer and the failure under a key and tell everybody, whose own copies go as well. A lead stays.
KEYS[1]  {flight:KEY}:answer    hash: payload, fresh_until, stale_until
KEYS[2]  {flight:KEY}:failure   string: the last leader's error
ARGV[1]  channel                where to tell
ARGV[2]  key                    what to tell
Returns how many of the two there were.
]]
local deleted = redis.call('DEL', KEYS[1], KEYS[2])
redis.call('PUBLISH', ARGV[1], ARGV[2]) -- also when the store had lost it: other processes may still have a copy
return deleted
