package main

import (
	"slices"

	"github.com/elastic/go-seccomp-bpf/arch"
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

// withConditions has the names of all the calls in conditional.
var withConditions = []string{
	"execve", "clone", "tgkill", "rt_sigaction", "prlimit64", "ioctl", "fcntl", "prctl",
	"openat", "sched_setaffinity", "sched_getparam", "sched_getscheduler", "getpgid", "getsid",
}

// withConditionsOn has those of one processor only.
var withConditionsOn = map[string][]string{"x86_64": {"open"}}

// conditional returns the part of the filter for system calls that are allowed with some arguments only. Where the kernel takes
// 32 bits of an argument, the filter does too: the others could be anything.
func conditional(info *arch.Info, call *execCall) (program []bpf.Instruction) {
	number := func(name string) uint32 { return uint32(info.SyscallNames[name]) }
	denied := errno(unix.EPERM)
	flagsOf := map[string]uint32{"open": 1, "openat": 2}
	for _, name := range slices.Concat([]string{"openat"}, withConditionsOn[info.Name]) {
		program = append(program, openFor(number(name), low(flagsOf[name]))...)
	}
	// Zero is who calls. Without namespaces, any other number could be the converter.
	self := []uint32{0, uint32(unix.Getpid())}
	for _, rule := range [][]bpf.Instruction{
		allOf(number("execve"), denied,
			equal(low(0), uint32(call.address)), equal(high(0), uint32(call.address>>32))),
		// A thread, and no process.
		allOf(number("clone"), denied, someBits(low(0), unix.CLONE_THREAD), noBits(low(0), newNamespaces)),
		// How abort() ends a program. The process keeps its number when it becomes the tool.
		allOf(number("tgkill"), denied, equal(low(0), uint32(unix.Getpid()))),
		// ffmpeg would end as if nothing had happened when its processor time is over: without a handler, the signal kills it.
		// The call does nothing and seems to succeed, because other programs refuse to run where a handler cannot be set.
		allOf(number("rt_sigaction"), errno(0), different(low(0), uint32(unix.SIGXCPU))),
		// Its own limits can be read, and not changed.
		allOf(number("prlimit64"), denied, equal(low(0), 0), equal(low(2), 0), equal(high(2), 0)),
		oneOf(number("ioctl"), low(1), requests),
		oneOf(number("fcntl"), low(1), commands),
		oneOf(number("prctl"), low(0), options),
		oneOf(number("sched_setaffinity"), low(0), self),
		oneOf(number("sched_getparam"), low(0), self),
		oneOf(number("sched_getscheduler"), low(0), self),
		oneOf(number("getpgid"), low(0), self),
		oneOf(number("getsid"), low(0), self),
	} {
		program = append(program, rule...)
	}
	return program
}
