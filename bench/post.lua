-- wrk -s post.lua URL -- TOKEN BODY_FILE OFFSET: posts the body; each `@DAY@` in it becomes a day never used before.
local headers, body, unique, n

function init(args)
  local file = assert(io.open(args[2], "rb"))
  body = file:read("*a")
  file:close()
  unique = body:find("@DAY@", 1, true) ~= nil
  n = tonumber(args[3])
  headers = { ["content-type"] = "application/json", ["authorization"] = "Bearer " .. args[1] }
end

function request()
  local sent = body
  if unique then
    n = n + 1
    local day = string.format("%04d-%02d-%02d", 2100 + math.floor(n / 336) % 7000, math.floor(n / 28) % 12 + 1, n % 28 + 1)
    sent = body:gsub("@DAY@", day)
  end
  return wrk.format("POST", nil, headers, sent)
end
