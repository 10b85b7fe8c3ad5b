expect(request{ path = "/product/7" }).hints{ style "/static/7.css" }
