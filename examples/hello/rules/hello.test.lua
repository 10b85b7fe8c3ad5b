-- These run at each reload and with `run test`; a reload whose tests fail is refused.
local front = request{ path = "/" }
expect(front).hints{ style "/css/site.css", script "/js/site.js", image "/img/horse.svg" }

test("who takes pushes gets them", function()
  expect(request{ path = "/", client = "nghttp" }).delivers("push", "/css/site.css")
end)

test("a file is at hand, so browsers get Link and no 103", function()
  expect(request{ path = "/", client = "chromium" }).nothing_because "answer_ready"
end)

test("who saves data is spared the greeting's hints", function()
  expect(request{ path = "/hello/world.html" }).hints{ style "/css/site.css", image "/img/horse.svg" }
  expect(request{ path = "/hello/world.html", headers = { ["Save-Data"] = "on" } }).hints{}
end)
