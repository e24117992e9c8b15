"""Tests through servers of strangers: nginx, mitmproxy and LiteLLM's proxy, between us and a scripted endpoint."""
