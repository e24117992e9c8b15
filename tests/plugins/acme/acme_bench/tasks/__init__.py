"""Acme's tasks: the YAML files beside this one."""
