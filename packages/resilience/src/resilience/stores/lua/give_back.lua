--[[
give_back: take one request back from each of some limits; one that counts no more changes nothing.
KEYS[i]  PREFIX{rate:GROUP}:KEY    hash: step number -> requests
ARGV[i]  step                      integer: in which it was counted
Returns how many were taken back.
]]
local given = 0
for i, key in ipairs(KEYS) do
  local count = tonumber(redis.call('HGET', key, ARGV[i]) or 0)
  if count > 1 then
    redis.call('HINCRBY', key, ARGV[i], -1)
  elseif count == 1 then
    redis.call('HDEL', key, ARGV[i])
  end
  if count > 0 then given = given + 1 end
end
return given
