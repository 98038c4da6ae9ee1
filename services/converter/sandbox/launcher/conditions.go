package main

import (
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

const newNamespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
	unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWTIME

var (
	requests = []uint32{unix.TCGETS, unix.TIOCGWINSZ, unix.TIOCINQ}
	commands = []uint32{
		unix.F_DUPFD, unix.F_DUPFD_CLOEXEC, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL,
		unix.F_GETLK, unix.F_SETLK, unix.F_SETLKW,
	}
	options = []uint32{unix.PR_SET_NAME, unix.PR_GET_NAME, unix.PR_SET_VMA, unix.PR_GET_DUMPABLE}
)

// conditional returns the part of the filter for system calls that are allowed with some arguments only. Where the kernel takes
// 32 bits of an argument, the filter does too: the others could be anything.
func conditional(call *execCall) (program []bpf.Instruction) {
	denied := errno(unix.EPERM)
	for _, open := range openCalls {
		program = append(program, openFor(open.number, low(open.flags))...)
	}
	// Zero stands for the caller. Without namespaces, any other number could be that of the converter.
	self := []uint32{0, uint32(unix.Getpid())}
	for _, rule := range [][]bpf.Instruction{
		allOf(unix.SYS_EXECVE, denied,
			equal(low(0), uint32(call.address)), equal(high(0), uint32(call.address>>32))),
		// A thread, and no process.
		allOf(unix.SYS_CLONE, denied, someBits(low(0), unix.CLONE_THREAD), noBits(low(0), newNamespaces)),
		// How abort() ends a program. The process keeps its number when it becomes the tool.
		allOf(unix.SYS_TGKILL, denied, equal(low(0), uint32(unix.Getpid()))),
		// ffmpeg would end as if nothing had happened when its processor time is over: without a handler, the signal kills it.
		// The call does nothing and seems to succeed, because other programs refuse to run where a handler cannot be set.
		allOf(unix.SYS_RT_SIGACTION, errno(0), different(low(0), uint32(unix.SIGXCPU))),
		// Its own limits can be read, and not changed.
		allOf(unix.SYS_PRLIMIT64, denied, equal(low(0), 0), equal(low(2), 0), equal(high(2), 0)),
		oneOf(unix.SYS_IOCTL, low(1), requests),
		oneOf(unix.SYS_FCNTL, low(1), commands),
		oneOf(unix.SYS_PRCTL, low(0), options),
		oneOf(unix.SYS_SCHED_SETAFFINITY, low(0), self),
		oneOf(unix.SYS_SCHED_GETPARAM, low(0), self),
		oneOf(unix.SYS_SCHED_GETSCHEDULER, low(0), self),
		oneOf(unix.SYS_GETPGID, low(0), self),
		oneOf(unix.SYS_GETSID, low(0), self),
	} {
		program = append(program, rule...)
	}
	return program
}
