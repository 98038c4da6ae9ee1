package main

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// dieWith makes the kernel kill this process, and the tool that it becomes, when the thread that started it ends.
func dieWith(parent int) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("prctl(PR_SET_PDEATHSIG): %w", err)
	}
	// Where the parent ended before this, no signal comes.
	if unix.Getppid() != parent {
		return errors.New("the process that started this one has ended")
	}
	return nil
}
