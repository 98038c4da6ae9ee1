package main

import (
	"fmt"
	"slices"
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
	names, err := allowedFor(info)
	if err != nil {
		return nil, err
	}
	policy := seccomp.Policy{
		DefaultAction: seccomp.ActionErrno,
		Syscalls: []seccomp.SyscallGroup{
			{Action: seccomp.ActionAllow, Names: names},
			{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: unknownToTool},
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

// allowedFor returns the names of the system calls that are allowed with all arguments. Fails for a name that the library does
// not know, and for a processor without a list of its own: a call that is left out by mistake fails in the tool, far from here.
func allowedFor(info *arch.Info) ([]string, error) {
	own, found := allowedOn[info.Name]
	if !found {
		return nil, fmt.Errorf("seccomp: there is no list of system calls for %s", info.Name)
	}
	names := slices.Concat(allowed, own)
	for _, name := range slices.Concat(names, unknownToTool, withConditions, withConditionsOn[info.Name]) {
		if _, exists := info.SyscallNames[name]; !exists {
			return nil, fmt.Errorf("seccomp: %s has no system call %s", info.Name, name)
		}
	}
	return names, nil
}
