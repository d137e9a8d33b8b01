--[[
order_cell: set or take back the operator's word for a cell. The cell itself stays as it is.
KEYS[1]  {cell:NAME}:order   string: what an operator ordered
ARGV[1]  order               '' takes it back
ARGV[2]  ttl_ms              integer, milliseconds; 0: until it is taken back
Returns 1.
]]
if ARGV[1] == '' then
  redis.call('DEL', KEYS[1])
elseif ARGV[2] == '0' then
  redis.call('SET', KEYS[1], ARGV[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
