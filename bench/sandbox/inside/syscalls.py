"""The system calls a program may make, by name, with their numbers on each machine.

x86_64's come from the kernel's `asm/unistd_64.h` and are tested; aarch64's come from `asm-generic/unistd.h` and are
labelled "not run": nobody has run them here yet. None: the machine has no such call.
"""

from __future__ import annotations

CALLS: dict[str, tuple[int | None, int | None]] = {
    # Files, within what the mounts and landlock leave. No chmod, chown, utime or xattr: landlock does not cover them.
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67),
    "pwrite64": (18, 68), "lseek": (8, 62), "close": (3, 57), "dup": (32, 23),
    "dup2": (33, None), "dup3": (292, 24), "pipe": (22, None), "pipe2": (293, 59), "open": (2, None),
    "openat": (257, 56), "openat2": (437, 437), "access": (21, None), "faccessat": (269, 48),
    "faccessat2": (439, 439), "stat": (4, None), "lstat": (6, None), "fstat": (5, 80), "newfstatat": (262, 79),
    "statx": (332, 291), "statfs": (137, 43), "fstatfs": (138, 44), "getdents64": (217, 61), "readlink": (89, None),
    "readlinkat": (267, 78), "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50), "mkdir": (83, None),
    "mkdirat": (258, 34), "rmdir": (84, None), "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
    "symlinkat": (266, 36), "ftruncate": (77, 46), "fallocate": (285, 47), "fadvise64": (221, 223), "fsync": (74, 82),
    "fdatasync": (75, 83), "flock": (73, 32), "umask": (95, 166), "sendfile": (40, 71), "copy_file_range": (326, 285),
    # Memory of the process itself. No memfd: its pages would escape the address-space limit.
    "munmap": (11, 215), "mprotect": (10, 226), "mremap": (25, 216), "madvise": (28, 233), "brk": (12, 214),
    "mincore": (27, 232), "msync": (26, 227), "membarrier": (324, 283),
    # Threads, ends and waits.
    "exit": (60, 93), "exit_group": (231, 94), "wait4": (61, 260), "waitid": (247, 95),
    "set_robust_list": (273, 99), "set_tid_address": (218, 96), "rseq": (334, 293), "restart_syscall": (219, 128),
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120), "gettid": (186, 178),
    # Signals to oneself; for `kill` and `tgkill` see below.
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133), "sigaltstack": (131, 132), "pause": (34, None),
    "alarm": (37, None), "setitimer": (38, 103), "getitimer": (36, 102),
    # Clocks, and what a process may know of itself and the machine.
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "gettimeofday": (96, 169), "time": (201, None), "times": (100, 153), "getrusage": (98, 165), "sysinfo": (99, 179),
    "uname": (63, 160), "getrandom": (318, 278), "getpid": (39, 172), "getppid": (110, 173), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getgroups": (115, 158),
    "getresuid": (118, 148), "getresgid": (120, 150), "getpgrp": (111, None), "getpgid": (121, 155),
    "getsid": (124, 156), "getrlimit": (97, 163), "getpriority": (140, 141), "getcpu": (309, 168),
    "capget": (125, 90), "arch_prctl": (158, None),
    # Waiting for descriptors, as asyncio does.
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72), "epoll_create": (213, None),
    "epoll_create1": (291, 20), "epoll_ctl": (233, 21), "epoll_wait": (232, None), "epoll_pwait": (281, 22),
    "epoll_pwait2": (441, 441), "eventfd": (284, None), "eventfd2": (290, 19), "timerfd_create": (283, 85),
    "timerfd_settime": (286, 86), "timerfd_gettime": (287, 87), "signalfd4": (289, 74),
    # A socket pair of one's own; `socket`, `bind`, `connect` and `sendmsg` are missing on purpose.
    "getsockname": (51, 204), "getpeername": (52, 205), "shutdown": (48, 210),
    # Allowed with certain arguments only: see `seccomp.conditional`.
    "clone": (56, 220), "close_range": (436, 436), "mmap": (9, 222), "futex": (202, 98), "kill": (62, 129),
    "tgkill": (234, 131), "fcntl": (72, 25), "ioctl": (16, 29), "prctl": (157, 167), "prlimit64": (302, 261),
    "socketpair": (53, 199), "getsockopt": (55, 209), "recvfrom": (45, 207), "sendto": (44, 206),
    # Refused as unknown, so that the C library falls back to `clone`, whose flags a filter can read.
    "clone3": (435, 435),
}  # fmt: skip
"""Name: (x86_64, aarch64)."""

NEWEST = 450
"""The highest number the table's author knew; later calls are refused as unknown to the kernel."""

ARCHITECTURES: dict[str, tuple[int, int]] = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""`os.uname().machine`: its column in CALLS, and its AUDIT_ARCH."""

LANDLOCK = (444, 445, 446)
"""landlock_create_ruleset, landlock_add_rule and landlock_restrict_self, the same on every machine."""
