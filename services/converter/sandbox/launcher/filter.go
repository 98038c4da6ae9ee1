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
			{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: known(info, unknownToTool)},
		},
	}
	simple, err := policy.Assemble()
	if err != nil {
		return nil, fmt.Errorf("seccomp: %w", err)
	}
	program := append(loadNumber(info), conditional(info, call)...)
	// It loads processor and number again.
	instructions, err := bpf.Assemble(append(program, simple...))
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

// loadNumber loads the number of the system call, and refuses those of another processor, whose numbers mean something else.
func loadNumber(info *arch.Info) []bpf.Instruction {
	const numberOffset, processorOffset = 0, 4
	return []bpf.Instruction{
		load(processorOffset),
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(info.ID), SkipTrue: 1},
		ret(errno(unix.EPERM)),
		load(numberOffset),
	}
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
