"""What is not sure: drawing it, counting it, and finding what it hangs on.

Distributions by their inverse (`chance`), columns of shares by name (`uniforms`), correlation
(`copula`), what a sample says with its confidence (`percentiles`, `tail`), and what moves an
outcome (`sensitivity`). Nothing here knows a programme: the ramp, the planner and the studies ask.
"""
