package main

import (
	"slices"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// answerTo returns what the filter answers to a system call without arguments.
func answerTo(t *testing.T, processor, number uint32) uint32 {
	t.Helper()
	call, err := prepareExec([]string{"/bin/true"})
	if err != nil {
		t.Fatal(err)
	}
	filter, err := assembleFilter(call)
	if err != nil {
		t.Fatal(err)
	}
	program, whole := bpf.Disassemble(filter.instructions)
	if !whole {
		t.Fatal("the filter has an instruction that nobody knows")
	}
	machine, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	// The machine reads numbers as networks write them, while the kernel reads its own.
	data := make([]byte, 64)
	for at, value := range map[int]uint32{0: number, 4: processor} {
		data[at], data[at+1], data[at+2], data[at+3] = byte(value>>24), byte(value>>16), byte(value>>8), byte(value)
	}
	answer, err := machine.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(answer)
}

func TestEveryListedCallIsAllowedAndNoOther(t *testing.T) {
	decided := map[uint32]bool{}
	for _, rule := range conditional(&execCall{}) {
		if jump, isJump := rule.(bpf.JumpIf); isJump && jump.Cond == bpf.JumpNotEqual {
			decided[jump.Val] = true
		}
	}
	for number := range uint32(1024) {
		expected := errno(unix.EPERM)
		switch {
		case slices.Contains(allowed, number), slices.Contains(allowedHere, number):
			expected = unix.SECCOMP_RET_ALLOW
		case slices.Contains(unknownToTool, number):
			expected = errno(unix.ENOSYS)
		case decided[number]:
			continue
		}
		if answer := answerTo(t, processor, number); answer != expected {
			t.Errorf("the answer to call %d is %x and not %x", number, answer, expected)
		}
	}
}

func TestNoCallIsBothAllowedAndConditional(t *testing.T) {
	for _, number := range []uint32{
		unix.SYS_EXECVE, unix.SYS_CLONE, unix.SYS_TGKILL, unix.SYS_RT_SIGACTION, unix.SYS_PRLIMIT64, unix.SYS_IOCTL,
		unix.SYS_FCNTL, unix.SYS_PRCTL, unix.SYS_OPENAT, unix.SYS_SCHED_SETAFFINITY,
	} {
		if slices.Contains(allowed, number) || slices.Contains(allowedHere, number) {
			t.Errorf("call %d is allowed with any argument", number)
		}
	}
}

// A program for the same processor may use an interface whose numbers begin at another one.
func TestCallsOfAnotherProcessorOrInterfaceAreRefused(t *testing.T) {
	if answer := answerTo(t, processor^1, unix.SYS_READ); answer != errno(unix.EPERM) {
		t.Errorf("the answer to another processor is %x", answer)
	}
	if firstForeignNumber == 0 {
		return
	}
	for _, number := range []uint32{firstForeignNumber, firstForeignNumber + unix.SYS_READ, 0xffffffff} {
		if answer := answerTo(t, processor, number); answer != errno(unix.ENOSYS) {
			t.Errorf("the answer to call %x is %x", number, answer)
		}
	}
}

// The dynamic linker asks for the size of each library by one of these calls.
func TestTheSizeOfAFileMayBeAskedFor(t *testing.T) {
	if answer := answerTo(t, processor, unix.SYS_NEWFSTATAT); answer != unix.SECCOMP_RET_ALLOW {
		t.Errorf("the answer to newfstatat is %x", answer)
	}
}
