"""The reasoning suite: items generated once by reasoning-gym, shipped as data in `tasks/reasoning/`."""
