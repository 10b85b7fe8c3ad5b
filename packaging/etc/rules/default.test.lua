-- Runs at every reload, which it refuses if it fails; `outrider test` runs it by hand.

test("the welcome page is sent with its style sheet", function()
  local page = request{ path = "/", client = "nghttp", assets = {
    ["/welcome.css"] = { bytes = 700, type = "text/css" },
    ["/outrider.svg"] = { bytes = 500, type = "image/svg+xml" },
  } }
  expect(page).hints{ style "/welcome.css", image "/outrider.svg" }.delivers("push", "/welcome.css")
end)
