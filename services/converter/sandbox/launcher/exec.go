package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An execCall is the one exec that the filter allows. A filter sees the address of the path, and not its text. So the path lies at
// a random address: the tool does not know it, and has nothing at that address after the exec.
type execCall struct {
	path string
	// Where the path lies.
	address   uintptr
	arguments []*byte
	variables []*byte
}

const (
	// Addresses of a program on every supported processor: some kernels for arm64 have 39 bits of them. Nearly all are free.
	addressBits = 38
	// Bits of a place in the first half of the smallest page.
	offsetBits = 11
	// The page of an address may be in use already.
	mostTries = 64
)

func prepareExec(tool []string) (*execCall, error) {
	arguments, err := syscall.SlicePtrFromStrings(tool)
	if err != nil {
		return nil, err
	}
	variables, err := syscall.SlicePtrFromStrings(os.Environ())
	if err != nil {
		return nil, err
	}
	path := tool[0]
	if len(path) >= 1<<offsetBits {
		return nil, fmt.Errorf("the path of the tool is too long")
	}
	page, offset, err := randomPage()
	if err != nil {
		return nil, err
	}
	// The byte behind it is zero, since the page is new.
	copy(unsafe.Slice((*byte)(unsafe.Add(page, offset)), len(path)), path)
	return &execCall{path, uintptr(page) + offset, arguments, variables}, nil
}

// randomPage maps a page at a random address, and chooses a place in its first half. Pages have 4, 16 or 64 KiB. A tool that
// guesses the place could only start itself again, in the same box.
func randomPage() (page unsafe.Pointer, offset uintptr, err error) {
	size := uintptr(os.Getpagesize())
	for range mostTries {
		var bytes [8]byte
		if _, err := unix.Getrandom(bytes[:], 0); err != nil {
			return nil, 0, fmt.Errorf("getrandom: %w", err)
		}
		random := binary.NativeEndian.Uint64(bytes[:])
		address := uintptr(random) & (1<<addressBits - 1) &^ (size - 1)
		offset = uintptr(random>>addressBits) & (1<<offsetBits - 1)
		page, err = unix.MmapPtr(-1, 0, unsafe.Add(nil, address), size,
			unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_FIXED_NOREPLACE)
		if err == nil {
			return page, offset, nil
		}
	}
	return nil, 0, fmt.Errorf("mmap: %w", err)
}

// exec becomes the tool. It returns only where that fails.
func (call *execCall) exec() error {
	_, _, errno := unix.RawSyscall(unix.SYS_EXECVE, call.address,
		uintptr(unsafe.Pointer(&call.arguments[0])), uintptr(unsafe.Pointer(&call.variables[0])))
	return fmt.Errorf("exec %s: %w", call.path, errno)
}
