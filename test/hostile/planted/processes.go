package main

import (
	"fmt"
	"os/signal"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// runShells starts some shells that wait, and kills them. It returns an error unless all of them have started.
func runShells(count int) (string, error) {
	for started := range count {
		pid, err := syscall.ForkExec("/bin/sh", []string{"sh", "-c", "kill -STOP $$"}, nil)
		if err != nil {
			return "", fmt.Errorf("after %d: %w", started, err)
		}
		defer func() {
			_ = unix.Kill(pid, unix.SIGKILL)
			_, _ = unix.Wait4(pid, nil, 0, nil)
		}()
	}
	return fmt.Sprintf("%d shells", count), nil
}

// forkInDisguise asks for a child whose flags are the number of an allowed call, and whose stack is an allowed argument of it.
func forkInDisguise(Targets) (string, error) {
	// The child crashes, and its end is told by the signal that the number stands for.
	signal.Ignore(unix.Signal(unix.SYS_FCNTL))
	pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, unix.SYS_FCNTL, unix.F_GETFD, 0, 0, 0, 0)
	if errno != 0 {
		return "", errno
	}
	_, _ = unix.Wait4(int(pid), nil, unix.WALL, nil)
	return "", nil
}

// becomeShell returns only where it fails.
func becomeShell() error {
	return unix.Exec("/bin/sh", []string{"sh", "-c", `echo '{"try":"exec of a shell","got":true}'`}, nil)
}

func signalParent(t Targets) (string, error) { return "", unix.Kill(t.ParentPid, 0) }

// changeProcessors leaves the converter those that it has.
func changeProcessors(t Targets) (string, error) {
	var processors unix.CPUSet
	if err := unix.SchedGetaffinity(0, &processors); err != nil {
		return "", err
	}
	return "", unix.SchedSetaffinity(t.ParentPid, &processors)
}

// traceParent does not stop the converter, and lets it go at once.
func traceParent(t Targets) (string, error) {
	err := unix.PtraceSeize(t.ParentPid)
	if err == nil {
		_, _, _ = unix.RawSyscall6(unix.SYS_PTRACE, unix.PTRACE_INTERRUPT, uintptr(t.ParentPid), 0, 0, 0, 0)
		_, _ = unix.Wait4(t.ParentPid, nil, unix.WALL, nil)
		err = unix.PtraceDetach(t.ParentPid)
	}
	return "", err
}

// readMemory asks for an address where there may be nothing: who may not read at all gets another error.
func readMemory(t Targets) (string, error) {
	var bytes [8]byte
	local := []unix.Iovec{{Base: &bytes[0], Len: 8}}
	remote := []unix.RemoteIovec{{Base: 0x400000, Len: 8}}
	_, err := unix.ProcessVMReadv(t.ParentPid, local, remote, 0)
	if err == unix.EFAULT {
		return "the address is empty", nil
	}
	return "", err
}

func mount(Targets) (string, error) {
	if err := unix.Mount("none", ".", "tmpfs", 0, ""); err != nil {
		return "", err
	}
	return "", unix.Unmount(".", unix.MNT_DETACH)
}

func makeNamespace(Targets) (string, error) { return "", unix.Unshare(unix.CLONE_NEWNET) }

func call(number uintptr, arguments ...uintptr) (string, error) {
	var all [6]uintptr
	copy(all[:], arguments)
	file, _, errno := unix.RawSyscall6(number, all[0], all[1], all[2], all[3], all[4], all[5])
	if errno != 0 {
		return "", errno
	}
	unix.Close(int(file))
	return "", nil
}

func makeRing(Targets) (string, error) {
	var parameters [120]byte
	return call(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&parameters)))
}

// It makes a map: that takes the same right.
func loadProgram(Targets) (string, error) {
	attributes := [18]uint32{2, 4, 4, 1}
	return call(unix.SYS_BPF, 0, uintptr(unsafe.Pointer(&attributes)), unsafe.Sizeof(attributes))
}

func watchPageFaults(Targets) (string, error) { return call(unix.SYS_USERFAULTFD, unix.O_CLOEXEC) }

func addKey(Targets) (string, error) {
	_, err := unix.AddKey("user", "planted", []byte("x"), unix.KEY_SPEC_PROCESS_KEYRING)
	return "", err
}

func openCounter(Targets) (string, error) {
	attributes := unix.PerfEventAttr{Type: unix.PERF_TYPE_SOFTWARE, Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{}))}
	file, err := unix.PerfEventOpen(&attributes, 0, -1, -1, 0)
	if err == nil {
		unix.Close(file)
	}
	return "", err
}
