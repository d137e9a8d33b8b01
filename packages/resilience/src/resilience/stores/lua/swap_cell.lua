--[[
swap_cell: write a cell if nobody did since it was loaded.
KEYS[1]  {cell:NAME}         hash: version (integer), value (bytes)
KEYS[2]  {cell:NAME}:order   string: what an operator ordered
ARGV[1]  version             integer, as loaded; 0: there was no cell
ARGV[2]  value               bytes
ARGV[3]  ttl_ms              integer, 1 or more, milliseconds
Returns {done, version, value, order, now, corrupt}: done 1 with the new version and value '' (the caller has it), or 0
with what stands there; the rest as load_cell returns it. A new version is at least the server's microseconds, so that
versions do not repeat after the store lost everything.
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
local now = time[1] * 1000000 + time[2]
if version ~= tonumber(ARGV[1]) then return {0, version, value, order or '', now, corrupt} end

version = math.max(version + 1, now)
if corrupt == 1 then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'version', string.format('%.0f', version), 'value', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {1, version, '', order or '', now, corrupt}
