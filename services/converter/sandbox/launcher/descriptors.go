package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// The loop for old kernels ends here. No process of ours has so many descriptors.
const mostDescriptors = 1 << 20

// keepDescriptors arranges that the exec closes all descriptors from the first one on. The tool would inherit what the converter
// itself has inherited, such as a lock file or a log, and neither namespaces nor Landlock stop it from using an open file.
func keepDescriptors(first uint) error {
	if unix.CloseRange(first, ^uint(0), unix.CLOSE_RANGE_CLOEXEC) == nil {
		return nil
	}
	return closeOneByOne(int(first))
}

// closeOneByOne is for kernels before 5.11, which lack the call or its flag.
func closeOneByOne(first int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("getrlimit(RLIMIT_NOFILE): %w", err)
	}
	for descriptor := first; descriptor < int(min(limit.Max, mostDescriptors)); descriptor++ {
		// The only error is that it is not open.
		_, _ = unix.FcntlInt(uintptr(descriptor), unix.F_SETFD, unix.FD_CLOEXEC)
	}
	return nil
}
