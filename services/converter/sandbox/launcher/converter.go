package main

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// lifeline is the descriptor of a socket that nobody writes to, and whose other end only the converter has.
const lifeline = 4

// dieWithConverter makes the kernel kill this process, and the tool that it becomes, when the other end of the lifeline is
// closed. In namespaces, the parent is bwrap and not the converter. Both may be killed at once, before bwrap has arranged that the
// tool dies with it.
func dieWithConverter() error {
	flags, err := unix.FcntlInt(lifeline, unix.F_GETFL, 0)
	if errors.Is(err, unix.EBADF) {
		return nil
	}
	for _, step := range []struct{ command, value int }{
		{unix.F_SETOWN, unix.Getpid()},
		{unix.F_SETSIG, int(unix.SIGKILL)},
		{unix.F_SETFL, flags | unix.O_ASYNC},
	} {
		if err == nil {
			_, err = unix.FcntlInt(lifeline, step.command, step.value)
		}
	}
	if err != nil {
		return fmt.Errorf("fcntl of the lifeline: %w", err)
	}
	// Where the other end was closed before this, no signal comes.
	state := []unix.PollFd{{Fd: lifeline}}
	if _, err := unix.Poll(state, 0); err == nil && state[0].Revents&unix.POLLHUP != 0 {
		return errors.New("the converter has ended")
	}
	return nil
}
