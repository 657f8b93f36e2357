"""From sources/*.py to the executed notebooks that learners open."""
