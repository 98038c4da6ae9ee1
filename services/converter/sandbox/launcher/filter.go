package main

import (
	"fmt"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A filter of system calls, ready to be loaded: the Go runtime may not be able to allocate memory any more when it is.
type filter struct {
	instructions []bpf.RawInstruction
	program      unix.SockFprog
}

// assembleFilter makes a filter that allows what a decoder needs. Everything else fails with EPERM.
func assembleFilter(call *execCall) (*filter, error) {
	info, err := arch.GetInfo("")
	if err != nil {
		return nil, err
	}
	policy := seccomp.Policy{
		DefaultAction: seccomp.ActionErrno,
		Syscalls: []seccomp.SyscallGroup{
			{Action: seccomp.ActionAllow, Names: known(info, allowed)},
			{Action: seccomp.ActionAllow, NamesWithCondtions: knownRules(info, conditional(call))},
			{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: known(info, unknownToTool)},
		},
	}
	assembled, err := policy.Assemble()
	if err != nil {
		return nil, fmt.Errorf("seccomp: %w", err)
	}
	instructions, err := bpf.Assemble(assembled)
	if err != nil {
		return nil, fmt.Errorf("seccomp: %w", err)
	}
	filter := &filter{instructions: instructions}
	filter.program = unix.SockFprog{
		Len:    uint16(len(instructions)),
		Filter: (*unix.SockFilter)(unsafe.Pointer(&filter.instructions[0])),
	}
	return filter, nil
}

func (filter *filter) load() error {
	_, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0,
		uintptr(unsafe.Pointer(&filter.program)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}

// Some system calls exist on one processor only: open and stat, for example, do not on arm64.
func known(info *arch.Info, names []string) (found []string) {
	for _, name := range names {
		if _, exists := info.SyscallNames[name]; exists {
			found = append(found, name)
		}
	}
	return found
}

func knownRules(info *arch.Info, rules []seccomp.NameWithConditions) (found []seccomp.NameWithConditions) {
	for _, rule := range rules {
		if _, exists := info.SyscallNames[rule.Name]; exists {
			found = append(found, rule)
		}
	}
	return found
}
