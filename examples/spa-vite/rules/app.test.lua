-- The names without their hashes, which every build changes.
local function found(name)
  for _, file in ipairs(files.list "../dist/assets") do
    if file:match("^" .. name:gsub("%.", "-.*%%.") .. "$") then return "/assets/" .. file end
  end
  error("no such file in dist/assets: " .. name)
end

local cors = { crossorigin = "anonymous" }
local application = { style(found "index.css", cors), module(found "index.js"), module(found "page.js") }

test("every path is the application", function()
  expect(request{ path = "/" }).hints(application)
  expect(request{ path = "/no/such/page" }).hints(application)
end)

test("the timetable's own chunk comes along", function()
  expect(request{ path = "/timetable" }).hints{ application[1], application[2], application[3],
    style(found "timetable.css", cors), module(found "timetable.js") }
end)

test("an asset needs nothing", function()
  expect(request{ path = found "index.css" }).hints{}
end)

test("who takes pushes gets them, who does not gets Link: the page is a file and at hand", function()
  expect(request{ path = "/", client = "nghttp" }).delivers("push", found "index.css")
  expect(request{ path = "/", client = "chromium" }).delivers("link", found "index.css")
end)
