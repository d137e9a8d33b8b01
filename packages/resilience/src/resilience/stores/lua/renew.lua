--[[
renew: let a lead last for another lease.
KEYS[1]  {flight:KEY}:lead   string: the leader's token; its time to live is the lease
ARGV[1]  token               of who believes to lead
ARGV[2]  lease_ms            integer, 1 or more, milliseconds
Returns 1 when `token` leads, 0 when the lead was lost.
]]
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
