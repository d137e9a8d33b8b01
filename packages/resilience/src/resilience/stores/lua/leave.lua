--[[
leave: end a lead without an outcome and tell everybody, so that the next in line leads at once.
KEYS[1]  {flight:KEY}:lead   string: the leader's token; its time to live is the lease
ARGV[1]  token               of who leaves
ARGV[2]  channel             where to tell
ARGV[3]  key                 what to tell
Returns 1 when `token` led, 0 when the lead was lost.
]]
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
