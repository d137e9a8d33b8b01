--[[
forget_rates: delete the counts of a caller who is no more.
KEYS[*]  {rate:GROUP}:LIMIT/WINDOW_MS   hash: step -> requests
Returns how many there were.
]]
return redis.call('DEL', unpack(KEYS))
