expect(request{ path = "/product/7" }).hints{ style "/app.css" }
