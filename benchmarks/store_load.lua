-- The requests of benchmarks/store_load.py: wrk --script store_load.lua URL -- PLAN
-- PLAN is a Lua file with a table:
--   paths, cookies: one of each is taken, by chance or, of paths, in turn from `from` on
--   think:          seconds that a user waits between two pages, in the mean
--   upload, key:    a file that is uploaded by tus, with bytes of its own at its end

local plan, turn, number, uploads, location

function setup(thread)
  number = (number or 0) + 1
  thread:set("thread_number", number)
end

function init(args)
  plan = dofile(args[1])
  turn, uploads = plan.from, 0
  math.randomseed(os.time() + 1000 * thread_number)
  if plan.think then
    function delay() return math.random(0, 2000 * plan.think) end
  end
  if plan.upload then
    local file = io.open(plan.upload, "rb")
    plan.body = file:read("*a")
    file:close()
    request = send
    function response(status, headers)
      location = location == nil and headers["location"] or nil
    end
  end
end

function request()
  local path = plan.paths[math.random(#plan.paths)]
  if plan.from then
    turn = turn + 1
    path = plan.paths[turn]
  end
  local cookie = plan.cookies[math.random(#plan.cookies)]
  return wrk.format("GET", path, { Cookie = cookie })
end

function send()
  local headers = { Authorization = "Bearer " .. plan.key, ["Tus-Resumable"] = "1.0.0" }
  if location then
    headers["Upload-Offset"] = "0"
    headers["Content-Type"] = "application/offset+octet-stream"
    return wrk.format("PATCH", location, headers, last)
  end
  uploads = uploads + 1
  last = plan.body .. string.format("%s %d %d", plan.mark, thread_number, uploads)
  headers["Upload-Length"] = tostring(#last)
  return wrk.format("POST", "/uploads", headers)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "failed": %d, "p50": %f, "p95": %f}\n',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3))
end
