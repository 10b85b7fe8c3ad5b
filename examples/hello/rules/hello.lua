-- What the pages need, said before the browser has read them.

-- A declared list: matched in C++, no Lua runs when a request comes.
rule {
  name  = "front page",
  path  = { "/", "/index.html" },
  hints = { style "/css/site.css", script "/js/site.js", image "/img/horse.svg" },
}

-- A function, where the list depends on the request.
rule {
  name  = "greeting",
  path  = "/hello/{name}",
  when  = { save_data = false },
  hints = function(req)
    return { style "/css/site.css", image("/img/horse.svg", { priority = "after" }) }
  end,
}
