return function(path)
  -- Three words.
  return string.match(path, "^.*,.*,.*;") == nil
end
