local token = { Authorization = "Bearer x" }

test("who has a token gets what comes next", function()
  local dashboard = request{ path = "/api/dashboard", client = "node", headers = token }
  expect(dashboard).hints{ fetch "/api/user", fetch "/api/orders", fetch "/api/prices" }
  expect(dashboard).delivers("push", "/api/user")
  expect(request{ path = "/api/orders/7", client = "node", headers = token }).delivers("push", "/api/orders/7/lines")
end)

test("who has none gets nothing", function()
  expect(request{ path = "/api/dashboard", client = "node" }).hints{}
end)

test("who refuses pushes is not told in another way", function()
  expect(request{ path = "/api/dashboard", client = "curl", headers = token }).nothing_because "client_disabled_push"
end)
