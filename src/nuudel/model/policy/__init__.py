"""Policy search: the mix of levers that reaches a goal, how sure it is, and what is next best."""
