package main

import (
	seccomp "github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

const newNamespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
	unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWTIME

// conditional returns the system calls that are allowed with some arguments only.
func conditional(call *execCall) []seccomp.NameWithConditions {
	rules := []seccomp.NameWithConditions{
		{Name: "execve", Conditions: is(0, uint64(call.address))},
		// A thread, and no process.
		{Name: "clone", Conditions: seccomp.ArgumentConditions{
			{Argument: 0, Operation: seccomp.BitsSet, Value: unix.CLONE_THREAD},
			{Argument: 0, Operation: seccomp.BitsNotSet, Value: newNamespaces},
		}},
		// How abort() ends a program. The process keeps its number when it becomes the tool.
		{Name: "tgkill", Conditions: is(0, uint64(unix.Getpid()))},
		// ffmpeg would end as if nothing had happened when its processor time is over. Without a handler, the signal kills it.
		{Name: "rt_sigaction", Conditions: seccomp.ArgumentConditions{
			{Argument: 0, Operation: seccomp.NotEqual, Value: uint64(unix.SIGXCPU)},
		}},
		// Its own limits can be read, and not changed.
		{Name: "prlimit64", Conditions: seccomp.ArgumentConditions{
			{Argument: 0, Operation: seccomp.Equal, Value: 0},
			{Argument: 2, Operation: seccomp.Equal, Value: 0},
		}},
	}
	for _, request := range []uint64{unix.TCGETS, unix.TIOCGWINSZ, unix.TIOCINQ} {
		rules = append(rules, seccomp.NameWithConditions{Name: "ioctl", Conditions: is(1, request)})
	}
	for _, command := range []uint64{
		unix.F_DUPFD, unix.F_DUPFD_CLOEXEC, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL,
		unix.F_GETLK, unix.F_SETLK, unix.F_SETLKW,
	} {
		rules = append(rules, seccomp.NameWithConditions{Name: "fcntl", Conditions: is(1, command)})
	}
	for _, option := range []uint64{unix.PR_SET_NAME, unix.PR_GET_NAME, unix.PR_SET_VMA, unix.PR_GET_DUMPABLE} {
		rules = append(rules, seccomp.NameWithConditions{Name: "prctl", Conditions: is(0, option)})
	}
	return rules
}

func is(argument uint32, value uint64) seccomp.ArgumentConditions {
	return seccomp.ArgumentConditions{{Argument: argument, Operation: seccomp.Equal, Value: value}}
}
