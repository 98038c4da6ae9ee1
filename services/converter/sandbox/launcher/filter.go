package main

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A filter of system calls in the form that the kernel takes. It is made before the limits are set, because the Go runtime may
// not be able to allocate memory under them.
type filter struct {
	instructions []bpf.RawInstruction
	program      unix.SockFprog
}

// assembleFilter makes a filter that allows what a decoder needs. Everything else fails with EPERM.
func assembleFilter(call *execCall) (*filter, error) {
	program := slices.Concat(
		loadNumber(),
		conditional(call),
		anyOf(slices.Concat(allowed, allowedHere), unix.SECCOMP_RET_ALLOW),
		anyOf(unknownToTool, errno(unix.ENOSYS)),
		[]bpf.Instruction{ret(errno(unix.EPERM))},
	)
	instructions, err := bpf.Assemble(program)
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

// loadNumber loads the number of the system call, and refuses those of another processor or interface, whose numbers mean
// something else.
func loadNumber() []bpf.Instruction {
	const numberOffset, processorOffset = 0, 4
	program := []bpf.Instruction{
		load(processorOffset),
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: processor, SkipTrue: 1},
		ret(errno(unix.EPERM)),
		load(numberOffset),
	}
	if firstForeignNumber == 0 {
		return program
	}
	return append(program,
		bpf.JumpIf{Cond: bpf.JumpLessThan, Val: firstForeignNumber, SkipTrue: 1},
		ret(errno(unix.ENOSYS)),
	)
}

func (filter *filter) load() error {
	_, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0,
		uintptr(unsafe.Pointer(&filter.program)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}

// hasSeccomp asks for the strict mode with a flag that it does not have: a kernel that knows the call says that this is invalid.
func hasSeccomp() bool {
	_, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_STRICT, 1, 0)
	return errors.Is(errno, unix.EINVAL)
}
