--[[
read: the answer under a key, fresh or stale.
KEYS[1]  {flight:KEY}:answer   hash: payload (bytes), fresh_until, stale_until (decimal seconds since 1970 UTC)
Returns {payload, fresh_until, stale_until, corrupt}, each '' when there is no answer; corrupt 1 when something
unreadable stood there and counts as absent.
]]
local function moment(text) return text and string.match(text, '^%d+%.%d+$') and tonumber(text) end

local held = redis.pcall('HMGET', KEYS[1], 'payload', 'fresh_until', 'stale_until')
if held.err and not string.find(held.err, 'WRONGTYPE', 1, true) then return held end
if held[1] and moment(held[2]) and moment(held[3]) then return {held[1], held[2], held[3], 0} end
return {'', '', '', (held.err or held[1] or held[2] or held[3]) and 1 or 0}
