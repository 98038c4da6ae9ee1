package main

// What a program needs to read, decode and write, with threads. It can start no process, open no socket, watch or signal nobody,
// and make no link, pipe or device in a folder.
var allowed = []string{
	// Files.
	"close", "close_range",
	"read", "readv", "pread64", "preadv", "preadv2",
	"write", "writev", "pwrite64", "pwritev", "pwritev2",
	"lseek", "fsync", "fdatasync", "sync_file_range", "ftruncate", "fallocate", "fadvise64", "readahead",
	"fstat", "statx", "statfs", "fstatfs",
	"faccessat", "faccessat2", "readlinkat", "getcwd", "getdents64", "unlinkat",
	"dup", "dup3", "pipe2", "umask",
	// Waiting for them.
	"ppoll", "pselect6",
	// Memory.
	"brk", "mmap", "munmap", "mprotect", "mremap", "madvise", "msync", "mincore", "membarrier", "mseal",
	// libgcrypt complains where it may not lock a page. RLIMIT_MEMLOCK bounds it.
	"mlock", "mlock2", "munlock",
	// Threads, each of its own process.
	"futex", "futex_wait", "futex_wake", "futex_requeue", "futex_waitv",
	"set_robust_list", "rseq", "set_tid_address",
	"sched_yield", "sched_getaffinity", "sched_get_priority_max", "sched_get_priority_min", "getcpu",
	"exit", "exit_group", "restart_syscall",
	// Signals to itself.
	"rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigsuspend", "rt_sigtimedwait", "sigaltstack",
	// Time, and questions about itself.
	"clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "times", "getitimer",
	"getrandom", "getpid", "gettid", "getppid",
	"getuid", "geteuid", "getgid", "getegid", "getgroups", "getresuid", "getresgid",
	"getrlimit", "getrusage", "sysinfo", "uname",
}

// Calls of one processor only: older ones that newer processors never had, and fstatat, which the library calls by either name.
var allowedOn = map[string][]string{
	"x86_64": {
		"creat", "stat", "lstat", "newfstatat", "access", "readlink", "unlink", "dup2", "pipe",
		"poll", "select", "time", "getpgrp", "arch_prctl",
	},
	"aarch64": {"fstatat"},
}

// glibc falls back to clone for ENOSYS. The arguments of clone3 are in memory, where a filter cannot see them.
var unknownToTool = []string{"clone3"}
