--[[
load_cell: one cell, with the operator's order beside it and the store's time.
KEYS[1]  {cell:NAME}         hash: version (integer), value (bytes)
KEYS[2]  {cell:NAME}:order   string: what an operator ordered
Returns {version, value, order, now, corrupt}: version 0 and '' when there is no cell, order '' when there is none,
now in microseconds since 1970 UTC, corrupt 1 when something unreadable stood there and counts as absent.
]]
local held = redis.pcall('HMGET', KEYS[1], 'version', 'value')
if held.err and not string.find(held.err, 'WRONGTYPE', 1, true) then return held end
local order = redis.pcall('GET', KEYS[2])
if type(order) == 'table' then
  if not string.find(order.err, 'WRONGTYPE', 1, true) then return order end
  order = ''
end

local version, value, corrupt = tonumber(held[1]), held[2], 0
if not (version and value and version >= 1 and version < 2 ^ 53 and version % 1 == 0) then
  corrupt = (held.err or held[1] or held[2]) and 1 or 0
  version, value = 0, ''
end
local time = redis.call('TIME')
return {version, value, order or '', time[1] * 1000000 + time[2], corrupt}
