-- For wrk: posts bodies in turn, checks every answer, and ends with one line of figures.
--
--   wrk ... -s serving.lua URL -- TYPE RIGHT THINK BODY ...
--
-- TYPE is the content type, RIGHT a Lua pattern that every right answer has, THINK the mean pause of
-- a connection between two requests in milliseconds (0: none), BODY the files that are posted.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  wrong, right = 0, args[2]
  local requests, turn = {}, 0
  local head = { ["Content-Type"] = args[1] }
  for place = 4, #args do
    local file = assert(io.open(args[place], "rb"))
    table.insert(requests, wrk.format("POST", nil, head, file:read("*a")))
    file:close()
  end
  request = function()
    turn = turn % #requests + 1
    return requests[turn]
  end
  local think = tonumber(args[3])
  if think > 0 then
    math.randomseed(1)
    delay = function() return math.floor(2 * think * math.random() + 0.5) end
  end
end

function response(status, headers, body)
  if status == 200 and not body:find(right) then wrong = wrong + 1 end
end

function done(summary, latency)
  local errors, wrong_answers = summary.errors, 0
  for _, thread in ipairs(threads) do wrong_answers = wrong_answers + thread:get("wrong") end
  io.write(string.format(
    '\n{"seconds": %f, "answers": %d, "refused": %d, "lost": %d, "wrong": %d, "p50": %f, "p99": %f}\n',
    summary.duration / 1e6, summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, wrong_answers,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
