"""`make mutants`: the program is changed in one small place at a time, and the tests have to notice.

A mutant is tried by the quick tests that reach its line, in the test process itself, forked: fast tests first, up to the first
that fails. `survivors` of a room are places where a mistake would go unseen.
"""
